"""Counts of votes that add up over blocks and shards, and the figures that follow from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from prefdata.labels import agreement
from prefdata.labels.coding import BOTH_BAD, HIGH, LOW, TIE, Block
from prefdata.labels.comparisons import Comparisons
from prefdata.labels.repair import REMOVED, UNDECIDED

Counts = dict[str, Any]


def count(found: Comparisons, length: np.ndarray | None = None) -> Counts:
    """Count a block. `length`: characters of each candidate [N], NaN where its text is unknown.

    Judges are codes here; counts of blocks of the same coding add up, and `named` gives them names.
    """
    votes, pairs, said = found.votes, found.pairs, found.votes.said or found.votes
    outcomes = np.bincount(votes.outcome, minlength=4)
    several = pairs.votes >= 2  # a single label agrees with nobody
    labels = np.stack([side[several] for side in (pairs.ties, pairs.wins_low, pairs.wins_high)])
    fleiss = agreement.fleiss_counts(labels)
    return {
        "votes": len(votes.outcome),
        "ties": int(outcomes[TIE]),
        "both_bad": int(outcomes[BOTH_BAD]),
        "labels_without_evidence": int(votes.bare.sum()),
        "prompts_voted": len(votes.prompt_ids),
        "candidates_voted": len(votes.candidate),
        "pairs_compared": len(pairs.prompt),
        "pairs_decided": int(pairs.decided.sum()),
        "pairs_conflicting": int(pairs.conflicting.sum()),
        "pairs_unresolved": int((pairs.decided & (found.net == 0)).sum()),
        "pairs_tied": int(pairs.tied.sum()),
        "prompts_cyclic_raw": int(found.cyclic_raw.sum()),
        "prompts_cyclic_majority": int(found.cyclic.sum()),
        "three_cycles_majority": found.three_cycles,
        "min_feedback_weight": found.feedback_weight,
        "components_not_proven": int(not found.feedback_exact),
        "edges_removed": int((found.verdict == REMOVED).sum()),
        "edges_undecided": int((found.verdict == UNDECIDED).sum()),
        "coincidences": agreement.coincidences(labels),
        "coincidences_without_ties": agreement.coincidences(labels[1:]),
        "fleiss": {"units": fleiss.units, "agreement": fleiss.agreement, "shares": fleiss.shares},
        "longer": _longer_pairs(found, length),
        "judges": _judges(said, length),
        "confusions": agreement.confusions(said, pairs),
    }


def named(counts: Counts, judge_ids: list[str]) -> Counts:
    """Counts as plain data with the judges' names, ready to be written and added to those of other shards."""
    judges, confusions = counts["judges"], agreement.confusion_tables(counts["confusions"], len(judge_ids))
    return {
        **{name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in counts.items()},
        "fleiss": {**counts["fleiss"], "shares": counts["fleiss"]["shares"].tolist()},
        "judges": {name: {key: int(row[j]) for key, row in judges.items()} for j, name in enumerate(judge_ids)},
        "confusions": {f"{judge_ids[j]}\t{judge_ids[k]}": table.tolist() for (j, k), table in confusions.items()},
    }


def add(left: Any, right: Any) -> Any:
    """Sum of two counts: numbers add, lists add entry by entry, tables key by key."""
    if isinstance(left, dict):
        return {
            key: add(left[key], right[key]) if key in left and key in right else left.get(key, right.get(key))
            for key in left | right
        }
    if isinstance(left, list):
        return [add(x, y) for x, y in zip(left, right, strict=True)]
    return left + right


def figures(counts: Counts) -> dict[str, Any]:
    """The numbers people ask for; None where the data cannot say."""
    weight, longer = counts["min_feedback_weight"], counts["longer"]
    several = len(counts["judges"]) > 1  # nobody agrees or disagrees alone
    fleiss = agreement.FleissCounts(
        counts["fleiss"]["units"], counts["fleiss"]["agreement"], np.array(counts["fleiss"]["shares"])
    )
    return {
        "votes": counts["votes"],
        "judges": len(counts["judges"]),
        **{name: counts[name] for name in ("pairs_decided", "pairs_conflicting", "pairs_unresolved", "pairs_tied")},
        **{name: counts[name] for name in ("prompts_cyclic_raw", "prompts_cyclic_majority", "three_cycles_majority")},
        "min_feedback_weight": int(weight) if float(weight).is_integer() else round(weight, 9),
        "min_feedback_exact": counts["components_not_proven"] == 0,
        "krippendorff_alpha": _alpha(counts["coincidences"]) if several else None,
        "krippendorff_alpha_without_ties": _alpha(counts["coincidences_without_ties"]) if several else None,
        "fleiss_kappa": agreement.fleiss_kappa(fleiss) if several else None,
        "longer_wins_rate": longer["wins"] / longer["pairs"] if longer["pairs"] else None,
        "first_shown_wins_rate": _rate(counts["judges"].values(), "first_wins", "order_known"),
        "labels_without_evidence": counts["labels_without_evidence"],
    }


def _alpha(coincidences: list[list[float]]) -> float | None:
    return agreement.krippendorff_alpha(np.array(coincidences))


def _rate(judges: Any, wins: str, known: str) -> float | None:
    total = sum(judge[known] for judge in judges)
    return sum(judge[wins] for judge in judges) / total if total else None


def _longer_pairs(found: Comparisons, length: np.ndarray | None) -> dict[str, int]:
    """Of the pairs with a label and texts of different length: how many prefer the longer one."""
    if length is None:
        return {"wins": 0, "pairs": 0}
    pairs, first = found.pairs, found.votes.first[found.pairs.prompt]
    gap = length[first + pairs.low] - length[first + pairs.high]
    known = ~np.isnan(gap) & (gap != 0) & (found.label != 0)
    return {"wins": int((np.sign(gap[known]) == found.label[known]).sum()), "pairs": int(known.sum())}


def _judges(votes: Block, length: np.ndarray | None) -> dict[str, np.ndarray]:
    """Per judge [J]: votes, ties, and how often the first shown and the longer response wins."""
    low_wins = votes.outcome == LOW
    decisive = low_wins | (votes.outcome == HIGH)

    def by_judge(mask: np.ndarray) -> np.ndarray:
        return np.bincount(votes.judge[mask], minlength=len(votes.judge_ids))

    placed = decisive & (votes.low_first >= 0)
    columns = {
        "votes": np.bincount(votes.judge, minlength=len(votes.judge_ids)),
        "ties": by_judge(votes.outcome == TIE),
        "order_known": by_judge(placed),
        "first_wins": by_judge(placed & (low_wins == (votes.low_first == 1))),
    }
    if length is not None:
        first = votes.first[votes.prompt]
        gap = length[first + votes.low] - length[first + votes.high]
        unequal = decisive & ~np.isnan(gap) & (gap != 0)
        columns |= {"length_known": by_judge(unequal), "longer_wins": by_judge(unequal & (low_wins == (gap > 0)))}
    return columns


def judge_table(counts: Counts) -> list[dict[str, Any]]:
    """Judges by number of votes, with their shares of ties, of first-shown and of longer winners."""
    rows = [
        {
            "name": name,
            "votes": judge["votes"],
            "ties": judge["ties"] / judge["votes"],
            "first_wins": _rate([judge], "first_wins", "order_known"),
            "longer_wins": _rate([judge], "longer_wins", "length_known") if "length_known" in judge else None,
        }
        for name, judge in counts["judges"].items()
    ]
    return sorted(rows, key=lambda row: (-row["votes"], row["name"]))


def kappa_table(counts: Counts, names: list[str]) -> list[dict[str, Any]]:
    """Cohen's κ of every two of the named judges that judged a pair in common."""
    rows = []
    for pair, confusion in counts["confusions"].items():
        one, other = pair.split("\t")
        if one in names and other in names:
            table = np.array(confusion)
            rows.append(
                {
                    "one": one,
                    "other": other,
                    "pairs": int(table.sum()),
                    "agreement": float(np.trace(table) / table.sum()),
                    "kappa": agreement.cohen_kappa(table),
                }
            )
    return sorted(rows, key=lambda row: (-row["pairs"], row["one"], row["other"]))[:20]
