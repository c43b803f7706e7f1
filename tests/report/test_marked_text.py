"""Texts cut into pieces by the claims in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims.claim import KINDS, claim
from prefdata.report.marked_text import LONGEST, Judged, pieces, said, title_of

from .tables import evidence, thing, verdict

WORST = ("contradicted", "vacuous", "not_checkable", "supported")
FATE = st.sampled_from(WORST)


def judged(of, fate, truth=None, **more):
    word = "not_checkable" if fate == "vacuous" else fate
    return Judged(dict(of), verdict(of, word, vacuous=fate == "vacuous", **more), truth)


@st.composite
def marked(draw):
    """A text and claims anywhere in it."""
    text = draw(st.text("ab 狗😀\n<", max_size=40))
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    spans = draw(st.lists(st.tuples(places, FATE), max_size=8))
    return text, [judged(claim("c", "object", tuple(span), f"thing {n}"), f) for n, (span, f) in enumerate(spans)]


@given(marked())
def test_each_character_has_the_worst_verdict_on_it(case):
    text, claims = case
    found = pieces(text, claims)
    assert "".join(piece["text"] for piece in found) == text
    fates = [piece["fate"] for piece in found for _ in piece["text"]]
    for at, fate in enumerate(fates):
        over = [each.fate for each in claims if each.claim["char_span"][0] <= at < each.claim["char_span"][1]]
        assert fate == min(over, key=WORST.index, default=None)


@given(marked())
def test_the_title_of_a_piece_tells_every_claim_on_it_and_no_other(case):
    text, claims = case
    at = 0
    for piece in pieces(text, claims):
        over = {
            each.claim["subject"]
            for each in claims
            if each.claim["char_span"][0] <= at and at + len(piece["text"]) <= each.claim["char_span"][1]
        }
        told = {line.split(" (")[0] for line in (piece["title"] or "").splitlines()}
        assert told == over
        at += len(piece["text"])


def test_a_title_tells_claim_verdict_sources_reasons_scores_and_the_truth():
    heard = [
        evidence("contradicted", source="yolo", scores=[0.02, 0.41], rule_id="absent"),
        evidence("not_checkable", source="vqa", reason="undecided", confidence=0.6, scores=None, rule_id=None),
    ]
    of = judged(thing("a dog", "dog"), "not_checkable", "supported", reason="disagreement", evidence=heard)
    assert title_of(of).splitlines() == [
        "dog (object): not checkable, disagreement",
        "– yolo: contradicted, absent, score 0.41",
        "– vqa: not checkable, undecided, confidence 0.60",
        "– in truth supported",
    ]


def test_what_is_vacuous_says_why_once():
    of = judged(thing("a dog", "dog"), "vacuous", reason="vacuous")
    assert title_of(of) == "dog (object): vacuous, for what it is about is not there"


def test_claims_are_told_in_few_words():
    def words(kind, *parts, **more):
        return said(dict(claim("c", kind, (0, 1), *parts, **more)))

    assert words("object", "dog") == "dog"
    assert words("object", "person", "other", negated=True) == "no: other person"
    assert words("count", "dog", ">=", "3") == "dog: at least 3"
    assert words("count", "dog", "=", "4-5") == "dog: 4-5"
    assert words("attribute", "dog", "brown", hedged=True) == "perhaps: brown dog"
    assert words("relation", "dog", "left of", "cat") == "dog left of cat"
    assert words("action", "dog", "run") == "dog run"
    assert all(words(kind, "dog", None, None) for kind in KINDS)


def test_a_long_text_is_cut_off_and_says_so():
    text = "x" * (LONGEST + 5)
    late = judged(claim("c", "object", (LONGEST - 1, LONGEST + 3), "x"), "contradicted")
    found = pieces(text, [late])
    assert [len(piece["text"]) for piece in found] == [LONGEST - 1, 1, 1]
    assert [(piece["text"], piece["fate"]) for piece in found[1:]] == [("x", "contradicted"), ("…", None)]
    assert len(pieces(text[:LONGEST], [])) == 1
