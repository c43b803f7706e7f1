"""Slips in an English sentence that hardly any reading excuses: doubled words, agreement, confused words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prefdata.judges.rules.phrases import listed, one_of

TWICE = listed("""
    the an of and to as or if its their your our she they we would could than because which when where these those them
    then also some how into from
""")
"""Words that hardly ever stand twice in a row. Others do: had had, "all it was was a dream", "waited for for years"."""
DOUBLED = re.compile(r"\b([a-z]++) \1\b(?!['’-])", re.I)

VERB = one_of("""
    go / have / do / don't / are / were / make / want / need / know / think / say / give / take / get / see / come
    work / live / play / eat / run / feel / love / seem / become / believe / look / keep / tell / ask / help / show
    bring / sit / stand / use / try
""")
NUMBER = one_of("many / several / two / three / four / five / six / seven / eight / nine / ten")
AMOUNT = one_of("""
    a / an / or / of / seconds / minutes / hours / days / weeks / months / years / dollars / pounds / euros / percent
    miles / hundred / thousand / million / billion
""")
"""After a number these make one thing of many: "there is two hours left"."""
PAST = one_of("went / came / wrote / took / ate / gave / saw / did / began / knew / drove / flew")
NOT_PLAIN = one_of("has / had / was / were / goes / got / said / made / wants / needs / likes / knows")
NOT = one_of("didn't / did not / doesn't / does not / don't / do not")
MODAL = one_of("could / would / should / cannot / can't / won't / couldn't / wouldn't / shouldn't")

# One \b in front, and alternatives that begin with letters: that is many times as fast as a condition in each.
AGREEMENT = re.compile(
    rf"""\b(?:
        (?P<first>(?:These|Those)\ (?:is|was|has|isn't|wasn't)|This\ (?:are|were|have))
        |(?P<clause>(?:[Hh]e|[Ss]he)\ {VERB}|[Ii]t\ (?:have|don't|go|are)
            |I\ (?:are|does|goes|doesn't|hasn't)
            |(?:I|[Yy]ou|[Ww]e|[Tt]hey|[Hh]e|[Ss]he|[Ii]t)\ (?:have|has|had)\ {PAST})
        |(?P<part>(?:[Ww]e|[Tt]hey)\ (?:was|is|has|am|does|goes|doesn't|wasn't|isn't|hasn't)
            |[Yy]ou\ (?:is|has|am|does|goes|doesn't|isn't|hasn't))
    )\b(?!\ or\b)""",
    re.X,
)
"""A subject and a verb that do not agree, if the subject stands where a clause begins: elsewhere it may be an object
("what I love about you is"), or the verb an infinitive ("I saw it go", "should he have")."""
BEFORE = {
    "first": re.compile(r"^$"),
    "clause": re.compile(r"(?:^|, and |, but |\bbecause )$"),
    "part": re.compile(r"(?:^|[,;] |\b(?:and|but|because|that|when) )$"),
}
CONFUSED = re.compile(
    r"\b"
    + one_of(rf"""
        [Tt]here (?:is|was) {NUMBER}\b(?! {AMOUNT}\b|[-/])
        {NOT} (?:{PAST}|{NOT_PLAIN})\b
        {MODAL} (?:goes|went|has|is|was|were|makes|takes|does)\b
        (?:can|could|will|would|should|may|must)(?: also)? been\b
        (?:is|are|was|were) suppose to\b / to loose weight\b / rather then\b
        (?:could|should|would) of\b(?! (?:course|the|this|that|it|his|her|my|our|their)\b)
        [Tt]heir (?:is|are|was|were)\b
        [Yy]our (?:welcome(?=[.!])|an|the|so(?!-))\b
        its (?:an?|the|not(?! \w+ing)) (?=\w)
        more (?:better|easier|worse|faster|cheaper)(?= than\b| and\b|[.,;!])
        (?:informations|furnitures|homeworks|luggages|alot)\b
        (?:a|an) (?:informations?|advices|equipments|children|men|women)\b(?!')
        every (?:people|children|men|women)\b(?!')
        one of the (?:person|thing|reason|way|man|woman)(?= (?:who|that|is|was|why|to)\b|[.,;!])
    """)
)
"""Words that are taken for others, and forms that cannot follow each other."""


def english_slips(sentence: str) -> Iterator[str]:
    """Slips in one sentence of prose, given with straight apostrophes."""
    for found in DOUBLED.finditer(sentence):
        if found[1].lower() in TWICE:
            yield found[0]
    for found in AGREEMENT.finditer(sentence):
        if BEFORE[str(found.lastgroup)].search(sentence[: found.start()]):
            yield found[0]
    for found in CONFUSED.finditer(sentence):
        yield found[0].strip()
