"""What must not be said is found where it is said, and nowhere else."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims.claim import Claim, claim, mention
from prefdata.claims.extract import extract
from prefdata.claims.statements import SHIPPED, compiled, found
from prefdata.claims.verifiers import statements
from prefdata.claims.verifying import Asked
from prefdata.errors import InputError
from prefdata.models import VerifierConfig
from prefdata.questions import Prompt

from .scoring import SETS, sentences

PROMPT = Prompt("p", [{"role": "user", "content": "Describe the image."}])
EARLIER = {
    "Compared to the prior study, the lungs are clear.": "Compared to the prior study",
    "As compared to the previous radiograph, a pacemaker was put in.": "compared to the previous radiograph",
    "Comparison is made to the chest CT of 2012.": "Comparison is made to the chest CT",
    "In comparison with the study of Monday, there is less edema.": "In comparison with the study",
    "Relative to prior, the opacity is less dense.": "Relative to prior",
    "COMPARISON: Chest radiograph of Monday.": "COMPARISON: Chest",
    "This was better seen on the prior CT.": "prior CT",
    "Heart size is unchanged.": "unchanged",
    "The opacity is not significantly changed.": "not significantly changed",
    "No change in the position of the line.": "No change",
    "No significant interval change.": "No significant interval change",
    "There is interval improvement in the left base.": "interval improvement",
    "Mild interval increase in the left effusion.": "interval increase",
    "In the interval, the patient was extubated.": "In the interval",
    "Again seen is a right pleural effusion.": "Again seen",
    "The previously noted nodule is gone.": "previously noted",
    "Redemonstrated are sternotomy wires.": "Redemonstrated",
    "More prominent than before.": "than before",
    "The opacity is new since Monday.": "new since",
    "The right pleural effusion has decreased.": "effusion has decreased",
    "Opacities in the bases have slightly improved.": "Opacities in the bases have slightly improved",
    "Worsening pulmonary edema.": "Worsening pulmonary edema",
    "Stable mild cardiomegaly.": "Stable mild cardiomegaly",
    "The cardiac silhouette remains stable.": "silhouette remains stable",
    "It has been stable since Monday.": "stable since",
}
OTHER = [
    "Status post previous surgery.",
    "Evidence of prior granulomatous disease.",
    "Surgical clips from previous cholecystectomy.",
    "No prior study for comparison.",
    "No relevant prior imaging, no previous radiographs.",
    "Without any prior images for comparison.",
    "Comparison: none.",
    "COMPARISON: Not available.",
    "Prior studies are not available.",
    "Recommend comparison with prior studies, if available.",
    "Degenerative changes of the thoracic spine.",
    "No acute bony changes.",
    "Short-interval follow-up is recommended, in an interval of six weeks.",
    "The patient is hemodynamically stable and remains in stable condition.",
    "The patient, previously healthy, has improved; the cough has resolved.",
    "The left lung is larger compared to the right.",
    "The heart is enlarged compared to the width of the chest.",
    "New rib fracture. Increased interstitial markings.",
    "A horse looks out of a stable near a change machine.",
    "Two dogs play again with the old film camera.",
]


def said(text: str) -> list[str]:
    return [mention(text, each) for each in statements.claims(VerifierConfig("s", "statements"), "c", text)]


def verified(config: VerifierConfig, text: str, claims: list[Claim]) -> dict:
    return asyncio.run(statements.make(config, None).verify(Asked(PROMPT, text, claims)))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", EARLIER)
def test_a_reference_to_an_earlier_examination_is_found(text):
    assert said(text) == [EARLIER[text]]


@pytest.mark.parametrize("text", OTHER)
def test_history_and_ordinary_words_are_no_reference(text):
    assert said(text) == []


def test_captions_of_photographs_make_none():
    assert not [row["sentence"] for part in SETS for row in sentences(part) if said(row["sentence"])]


def test_statements_are_contradicted_and_nothing_else_is_spoken_of():
    config, text = VerifierConfig("house rules", "statements"), "A dog in a cozy room, unchanged."
    forbidden = statements.claims(config, "c", text)
    others = [*extract("c", text), claim("c", "prior", (0, 5), "earlier_examinations")]
    evidence = verified(config, text, [*others, *forbidden])
    assert [each["claim_id"] for each in forbidden] == list(evidence)
    (only,) = evidence.values()
    assert only["verdict"] == "contradicted"
    assert only["source"] == "house rules"
    assert only["rule_id"] == "statement:earlier_examinations"
    assert only["reason"] is None


def test_a_users_own_statements_take_the_place_of_the_shipped_ones():
    config = VerifierConfig("s", "statements", statements={"price": r"\$\d+", "brand": "acme", "nothing": "x*"})
    found_ = statements.claims(config, "c", "ACME, unchanged, for $5")
    assert [(each["subject"], each["char_span"], each["type"]) for each in found_] == [
        ("brand", [0, 4], "prior"),
        ("price", [21, 23], "prior"),
    ]
    assert set(verified(config, "ACME, unchanged, for $5", found_)) == {each["claim_id"] for each in found_}


def test_a_broken_pattern_is_named():
    config = VerifierConfig("s", "statements", statements={"fine": "a", "price": "(\\d"})
    for use in (lambda: statements.make(config, None), lambda: statements.claims(config, "c", "")):  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"statements\.price") as raised:
            use()
        assert raised.value.field == "statements.price"
        assert '"(\\d"' in str(raised.value)


def test_long_texts_are_read_in_time():
    pattern = {name: compiled(text) for name, text in SHIPPED.items()}
    start = time.process_time()
    for piece in ("prior ", "compared to ", "stable lines ", "interval ", "a-", "no significant ", "effusion in the "):
        found("c", piece * (100_000 // len(piece)), pattern)
    assert time.process_time() - start < 10


@given(st.text(max_size=40), st.sampled_from(list(EARLIER)), st.text(max_size=40))
def test_spans_are_places_of_the_text(before, sentence, after):
    text = f"{before} {sentence} {after}"
    claims = found("c", text, {"earlier": compiled(SHIPPED["earlier_examinations"])})
    assert claims
    assert all(re.search(r"\w", mention(text, each)) for each in claims)
    assert len({each["claim_id"] for each in claims}) == len(claims)
