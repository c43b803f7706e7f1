"""Whom a claims judge prefers: the one that lies less and says no less; and what it leaves open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims import lexicon
from prefdata.claims.claim import Claim, claim
from prefdata.claims.verdict import Verdict
from prefdata.judges.claims import Tally, Unfit, tally, winner
from prefdata.models import ClaimsJudge

JUDGE = ClaimsJudge("eyes", ())
THINGS = ("dog", "cat", "fork", "sky")
tallies = st.builds(
    Tally,
    st.integers(0, 4),
    st.integers(0, 3),
    st.integers(0, 3),
    st.frozensets(st.sampled_from(THINGS)),
)


def said(found: Claim, word: str, vacuous: bool = False) -> Verdict:
    return {
        "claim_id": found["claim_id"],
        "candidate_id": "",
        "verdict": word,
        "confidence": None,
        "vacuous": vacuous,
        "conflict": False,
        "reason": None,
        "evidence": [],
    }


def test_a_tally_counts_verdicts_and_leaves_out_what_is_vacuous():
    dog, cat = (claim("", "object", (at, at + 3), name) for at, name in enumerate(("dog", "cat")))
    red = claim("", "attribute", (5, 8), "cat", "red", parent_id=cat["claim_id"])
    none = claim("", "object", (9, 12), "fork", negated=True)
    verdicts = [
        said(dog, "supported"),
        said(cat, "contradicted"),
        said(red, "not_checkable", True),
        said(none, "supported"),
    ]
    assert tally([dog, cat, red, none], verdicts, {}) == Tally(2, 1, 0, frozenset({"dog"}))


def covered(*subjects: str) -> frozenset[str]:
    claims = [claim("", "object", (at, at + 1), subject) for at, subject in enumerate(subjects)]
    return tally(claims, [said(each, "supported") for each in claims], {}).covered


def test_what_is_covered_are_things_and_not_words():
    assert covered("woman", "person", "lady", "human") == {"person"}
    assert covered("dog", "animal", "puppy") == {"dog"}
    assert covered("animal") == {"animal"}
    assert covered("woman", "dog") == {"person", "dog"}
    assert covered("dog", "cat", "animal") == {"dog", "cat"}
    assert covered("bike", "bicycle", "street sign", "sign") == {"bicycle", "sign"}


@given(st.lists(st.sampled_from(["dog", "puppy", "animal", "woman", "person", "sign", "car", "vehicle"]), min_size=1))
def test_a_more_general_word_for_what_is_covered_adds_nothing(subjects):
    found = covered(*subjects)
    assert found
    for word in subjects:
        assert covered(*subjects, *lexicon.hypernyms(word)) == found or not lexicon.hypernyms(word)


def test_two_words_for_one_thing_cover_it_once():
    disc, circle = (claim("", "object", (at, at + 3), name) for at, name in enumerate(("disc", "circle")))
    verdicts = [said(disc, "supported"), said(circle, "supported")]
    assert tally([disc, circle], verdicts, {"disc": "circle", "circle": "circle"}).covered == {"circle"}
    assert tally([disc, circle], verdicts, {}).covered == {"disc", "circle"}


def test_who_lies_less_and_covers_as_much_wins():
    liar, honest = Tally(3, 1, 0, frozenset({"dog", "cat"})), Tally(2, 0, 0, frozenset({"dog", "cat"}))
    assert winner(JUDGE, liar, honest) == "b"
    assert winner(JUDGE, honest, liar) == "a"


def test_of_equally_honest_ones_who_covers_more_wins():
    assert winner(JUDGE, Tally(2, 0, 0, frozenset({"dog", "cat"})), Tally(3, 0, 0, frozenset({"dog"}))) == "a"
    assert winner(JUDGE, Tally(2, 1, 0, frozenset({"dog"})), Tally(3, 1, 0, frozenset({"cat"}))) == "tie"


def test_a_terse_answer_does_not_win_by_silence():
    terse, liar = Tally(1, 0, 0, frozenset({"dog"})), Tally(3, 1, 0, frozenset({"dog", "cat"}))
    assert winner(JUDGE, terse, liar).reason == "says_too_little"
    assert winner(ClaimsJudge("eyes", (), coverage=0.5), terse, liar) == "a"


def test_a_pair_of_which_one_side_could_not_be_checked_says_nothing():
    vague, plain = Tally(1, 0, 3, frozenset({"dog"})), Tally(3, 1, 0, frozenset({"dog"}))
    assert winner(JUDGE, vague, plain).reason == "claims_unbalanced"
    assert winner(JUDGE, Tally(0, 0, 0, frozenset()), plain).reason == "nothing_checkable"


@given(tallies, tallies)
def test_the_order_of_the_two_does_not_matter(a: Tally, b: Tally):
    one, other = winner(JUDGE, a, b), winner(JUDGE, b, a)
    if isinstance(one, Unfit):
        assert isinstance(other, Unfit)
        assert one.reason == other.reason
    else:
        assert other == {"a": "b", "b": "a", "tie": "tie"}[one]


@given(tallies, tallies, st.floats(0, 1), st.floats(0, 1))
def test_a_winner_never_lies_more_and_never_falls_below_the_floor(a: Tally, b: Tally, coverage: float, balance: float):
    said = winner(ClaimsJudge("eyes", (), coverage=coverage, balance=balance), a, b)
    if said in ("a", "b"):
        better, worse = (a, b) if said == "a" else (b, a)
        assert better.contradicted <= worse.contradicted
        assert len(better.covered) >= coverage * len(worse.covered)
        assert abs(a.open_share - b.open_share) <= balance
        assert (better.contradicted, -len(better.covered)) < (worse.contradicted, -len(worse.covered))
