"""Statements that a text must not make whatever the image shows, found by regular expressions.

The shipped set is references to earlier examinations. A model that is shown one image has no other to compare it with,
and makes such references up because the reports that it learned from are full of them (Ramesh et al. 2022, CXR-ReDonE;
Banerjee et al. 2024 suppress them with DPO). What counts:

- an examination that is called earlier ("compared to the prior study", "since the previous radiograph", "COMPARISON: CT
  of …"), but not that there is none ("no prior study for comparison"), nor what else is called earlier in a patient's
  history ("previous surgery", "prior granulomatous disease");
- words that compare in time: "unchanged", "interval improvement", "no change in …", "again seen", "previously noted",
  "new since"; not "degenerative changes", "short-interval follow-up", "previously healthy";
- a finding that has become something ("the effusion has decreased", "worsening edema") or stays as it was ("stable
  cardiomegaly"); not a patient who is stable or feels worse.

It is meant to be right where it speaks. "New", "persistent", "increased", "still" or "remains" alone tell of no
comparison for certain, and are let pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from prefdata.claims.claim import Claim, claim

_EXAM = (
    r"(?:study|studies|examinations?|exams?|radiographs?|x-?rays?|films?|scans?|imaging|reports?|mammograms?"
    r"|ultrasounds?|echocardiograms?|cta?|mri?|pet|cxr)\b"
)
_EARLIER = r"(?:prior|previous|earlier|preceding)"
_FINDING = (
    r"(?:effusions?|o?edema|opacit(?:y|ies)|opacification|consolidations?|atelectas[ie]s|pneumothora(?:x|ces)"
    r"|pneumonia|nodules?|mass(?:es)?|lesions?|cardiomegaly|congestion|infiltrates?|silhouette|contours?|aeration|hernia"
    r"|(?:heart|cardiac) size|lung volumes|cysts?|fractures?|thickening|scarring|emphysema|catheters?|tubes?|picc"
    r"|pacemaker|lines?|device|hardware|position|appearance)"
)
_BECOME = r"(?:improved|worsened|increased|decreased|resolved|progressed|enlarged|cleared|diminished|regressed|changed)"
_TREND = (
    r"(?:improve(?:d|ment)|worsen(?:ed|ing)|increased?|decreased?|resolution|changes?|development|progression|clearing"
    r"|growth|enlargement|placement|removal|insertion|advancement|repositioning|reduction)\b"
)
_SEEN = r"(?:seen|noted|demonstrated|identified|visuali[sz]ed|shown|observed|described|reported|present)\b"
_ALONE = r"(?=\s*(?:[.,;:)]|$))"  # "the prior", and no noun after it
_WORDS = r"(?:[\w-]+ ){0,3}"
_COMPARED = r"(?:compared|in comparison|comparison is made|relative|similar) (?:to|with)"
_PARTS = (
    # an earlier examination, unless there is none
    rf"(?<!\bno )(?<!\bwithout )(?<!\bwithout any )(?<!\bno relevant )(?<!\bno available )\b{_EARLIER} "
    rf"(?:[\w-]+ ){{0,2}}?(?:{_EXAM}|images?\b)"
    r"(?! (?:is |are |was |were )?(?:not available|not provided|unavailable)|: none|,? (?:if|when)\b)",
    rf"\b(?:{_COMPARED}|since|from|than) (?:the )?(?:prior|previous){_ALONE}",
    rf"\b{_COMPARED} (?:the |an? )?{_WORDS}{_EXAM}",
    r"\bcomparison:\s*(?!none|no\b|not\b|n/?a\b|unavailable)\w+",
    # words that compare in time
    r"\bunchanged\b",
    r"\bnot (?:significantly |substantially |appreciably )?changed\b",
    r"\b(?:no|without) (?:(?:significant|substantial|appreciable|relevant|definite|major|interval) )*change"
    r"(?=\s*[.,;]|$| (?:in|since|from|compared|to|is|was|has)\b)",
    rf"\bin the interval\b|\binterval (?:[\w-]+ )?{_TREND}",
    rf"\bagain (?:is |are )?{_SEEN}|\bpreviously {_SEEN}|\bre-?demonstrat(?:ed|es|ion)\b",
    r"\b(?:as|than) before\b|\bnew (?:since|from|compared)\b",
    # findings that became something, or stayed as they were
    rf"\b{_FINDING} (?:(?:on|in|of) (?:the )?[\w-]+ )?(?:has|have) (?:[\w-]+ )?{_BECOME}\b",
    rf"\b(?:improving|improved|worsening|worsened|resolving) {_WORDS}{_FINDING}\b",
    rf"\bstable {_WORDS}{_FINDING}\b|\bstable (?:since|from|compared)\b",
    rf"\b{_FINDING} (?:is|are|remains?|appears?) (?:[\w-]+ )?stable\b",
)
SHIPPED: Mapping[str, str] = {"earlier_examinations": "|".join(f"(?:{part})" for part in _PARTS)}


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that does not mind capitals. Raises re.error."""
    return re.compile(pattern, re.IGNORECASE)


def found(candidate_id: str, text: str, patterns: Mapping[str, re.Pattern[str]]) -> list[Claim]:
    """A claim of type "prior" for each place where a statement is made; its subject is the statement's name."""
    spans = ((*hit.span(), name) for name, pattern in patterns.items() for hit in pattern.finditer(text) if hit[0])
    return [claim(candidate_id, "prior", (start, end), name) for start, end, name in sorted(spans)]
