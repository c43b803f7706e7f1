"""Marks set wrongly: spaces around them, brackets and quotation marks that do not close, sentences in lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prefdata.judges.rules.phrases import one_of

SPACE_BEFORE = re.compile(r"(?<=[A-Za-z]{2}) +[,;] |(?<=[A-Za-z]{3}) +[.?!](?=\s+[A-Z][a-z]|\s*$)", re.M)
STARTER = one_of("""
    The / It / This / He / She / They / In / We / You / There / However / But / And / If / When / For / As / My / His
    Her / Its / These / Those / So / To / On / At
""")
SPACE_MISSING = re.compile(
    rf"(?<![\w,;])[a-z]{{2,}}[,;][a-z]{{2,}}\b(?! ?[,(=/]|,)|\b[a-z]{{2,}}[.?!]{STARTER}\b(?=[ ,])"
)
LOWER_START = re.compile(r"(?<=[a-z]{3}\. )[a-z]{2,}(?= [a-z])")
LOWER_FINE = re.compile(r"(?:iphone|ipad|ios|macos|ebay|e-|mr|vs|etc|von|van|di|da|del|le|la)", re.I)
SHORTENED = one_of("""
    etc / approx / dept / est / govt / inc / ltd / corp / misc / min / max / hrs? / mins? / secs? / tbsp / tsp / oz
    lbs? / ft / sq / cf / vol / pp / eds? / trans / figs? / gen / col / capt / ave / blvd / jan / feb / mar / apr / jun
    jul / aug / sept? / oct / nov / dec / mon / tue / wed / thu / fri / sat / sun / vs / viz / resp / incl / excl
    temp / avg / spp / var / subsp / cit / op / nos? / art / sec / prof / rev / hon / dr / mrs / ph
""")
AFTER_SHORTENED = re.compile(rf"\b{SHORTENED}\.$", re.I)
CLOSERS = {")": "(", "]": "[", "》": "《", "」": "「", "』": "『"}
OPENERS = set(CLOSERS.values())
WIDE = str.maketrans("（）【】［］", "()[][]")
ALONE = re.compile(r"(?:^|[\s,;(，；：、\"“])(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})\)$|[:;=8xX][-'^oc]?[()\[\]]$")
"""Brackets that may stand alone: "1)", "a)", smileys."""
INTERVAL = re.compile(r"\[[\d\s.,a-z∞+−-]{1,20}\)|\([\d\s.,a-z∞+−-]{1,20}\]")
FORMAL = re.compile(r"[{}<>=\\^;_|]|[A-Za-z\d]\(|\d\"")
"""Signs of code, formulae and inches: what brackets and quotation marks do there is not grammar."""


def mark_errors(paragraph: str) -> Iterator[str]:
    """Errors of spacing and capitals in a paragraph of English prose."""
    for found in SPACE_BEFORE.finditer(paragraph):
        yield paragraph[max(0, found.start() - 12) : found.end()]
    for found in SPACE_MISSING.finditer(paragraph):
        yield found[0]
    for found in LOWER_START.finditer(paragraph):
        before = paragraph[max(0, found.start() - 20) : found.start() - 1]
        if not LOWER_FINE.match(found[0]) and not AFTER_SHORTENED.search(before):
            yield f"{before.split()[-1]} {found[0]}"


def unbalanced(text: str) -> Iterator[str]:
    """Brackets and quotation marks that are never closed, or closed and never opened.

    A bracket may close some lines later. What is open in the last line may have been cut off, which is no grammar.
    """
    prose = [line for line in text.translate(WIDE).split("\n") if not FORMAL.search(line)]
    whole = INTERVAL.sub("", "\n".join(prose))
    last = whole.rfind("\n") + 1
    for at in _unmatched(whole):
        if not ALONE.search(whole[max(0, at - 5) : at + 1]) and not (at >= last and whole[at] in OPENERS):
            yield f"a lonely {whole[at]} in: {whole[max(0, at - 12) : at + 12].strip()}"
    odd = [at for at, line in enumerate(prose) if line.count('"') % 2]
    if len(odd) == 1 and odd[0] < len(prose) - 1:  # two odd lines: one quotation that runs over several
        yield 'an odd number of "'


def _unmatched(text: str) -> Iterator[int]:
    """The positions of brackets without a partner."""
    opened: list[int] = []
    for found in re.finditer(r"[()\[\]《》「」『』]", text):
        sign, at = found[0], found.start()
        if sign in OPENERS:
            opened.append(at)
        elif opened and text[opened[-1]] == CLOSERS[sign]:
            opened.pop()
        else:
            yield at
    yield from opened
