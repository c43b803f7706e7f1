"""The judges of one prompt: each candidate is rated as soon as it is there, then candidates are compared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from itertools import combinations
from typing import Any

from prefdata.calls.request import Answer, Request
from prefdata.gathering import gathered
from prefdata.judges import origin, pairwise, pointwise, ranking
from prefdata.models import Judge, Model, ModelJudge, OriginJudge, RulesJudge
from prefdata.outcome import Outcome
from prefdata.questions import Given, Prompt

Call = Callable[[Model, Request], Awaitable[Answer]]
Ready = dict[str, Given]


class Panel:
    """`scores` holds the mean rating of each candidate by the pointwise judges; comparisons start from it."""

    def __init__(self, judges: Iterable[Judge], prompt: Prompt, outcome: Outcome, call: Call) -> None:
        self.prompt, self.outcome, self.call = prompt, outcome, call
        models = [judge for judge in judges if isinstance(judge, ModelJudge)]
        self.raters = [judge for judge in models if judge.kind == "pointwise"]
        self.duellists = [judge for judge in models if judge.kind == "pairwise"]
        self.rankers = [judge for judge in models if judge.kind == "ranking"]
        self.rules = [judge for judge in judges if isinstance(judge, RulesJudge)]
        self.origins = [judge for judge in judges if isinstance(judge, OriginJudge)]
        self.scores: dict[str, float] = {}

    async def rate(self, name: str, given: Given) -> None:
        """Everything that is said about one candidate alone."""
        for judge in self.rules:
            self._check(judge, name, given)
        asked = [(judge, scored) for judge in self.raters for scored in pointwise.questions(judge)]
        found = await gathered(self._rate(judge, name, given.text, scored) for judge, scored in asked)
        known = [score for scores in found for score in scores]
        self.scores[name] = sum(known) / len(known) if known else 0.0

    async def compare(self, ready: Ready) -> None:
        """Everything that is said about candidates together."""
        for judge in self.origins:
            for a, b, winner in origin.votes(judge, self.prompt, ready):
                self.outcome.keep_unasked("vote", [{"a": a, "b": b, "winner": winner, "judge": judge.name}])
        duels = [self._duel(judge, pair, ready) for judge in self.duellists for pair in self._pairs(judge, ready)]
        rankings = [self._rank(judge, ready) for judge in self.rankers if len(ready) > 1]
        await gathered([*duels, *rankings])

    def _check(self, judge: RulesJudge, name: str, given: Given) -> None:
        from prefdata.judges.rules import Text, check

        language = None if judge.language == "auto" else judge.language
        text = Text(given.text, given.finish, language, self.prompt.messages[-1]["content"], self.prompt.units)
        rated = {"candidate_id": name, "judge": judge.name}
        rows = [
            {**rated, "dimension": what, "score": found.score, "rationale": found.detail or None, **_scale(what)}
            for what, found in check(judge.checks, text).items()
        ]
        self.outcome.keep_unasked("rating", rows)

    async def _rate(self, judge: ModelJudge, name: str, text: str, scored: pointwise.Dimensions) -> list[float]:
        request = pointwise.ask(judge, self.prompt, text, scored)
        answer = await self.outcome.unit("rating", (name,), judge.name, self.call(judge, request))
        if answer is None:
            return []
        scores = pointwise.read(scored, answer.text)
        if scores is None:
            self._unreadable("rating", (name,), judge, answer)
            return []
        rated = {"candidate_id": name, "judge": judge.name}
        self.outcome.keep(
            "rating", [{**rated, "dimension": d.name, "score": scores[d.name], "weight": d.weight} for d in scored]
        )
        return [scores[d.name] for d in scored if d.weight]

    def _pairs(self, judge: ModelJudge, ready: Ready) -> list[tuple[str, str]]:
        """The pairs with the widest gaps first, where there are ratings; equal texts are not compared."""
        scores = self.scores
        pairs = [pair for pair in combinations(sorted(ready), 2) if len({ready[name].text for name in pair}) == 2]
        return sorted(pairs, key=lambda pair: -abs(scores[pair[0]] - scores[pair[1]]))[: judge.pairs_per_prompt]

    async def _duel(self, judge: ModelJudge, pair: tuple[str, str], ready: Ready) -> None:
        texts = [ready[name].text for name in pair]
        orders = {"ab": texts, "ba": texts[::-1]} if judge.both_orders else {"ab": texts}
        said = await gathered(self._verdict(judge, pair, shown) for shown in orders.values())
        for order, winner in pairwise.winners(dict(zip(orders, said, strict=True))).items():
            vote = {"a": pair[0], "b": pair[1], "winner": winner, "judge": judge.name, "order": order}
            self.outcome.keep("vote", [vote])

    async def _verdict(self, judge: ModelJudge, pair: tuple[str, str], shown: list[str]) -> str | None:
        request = pairwise.ask(judge, self.prompt, *shown)
        answer = await self.outcome.unit("vote", pair, judge.name, self.call(judge, request))
        verdict = None if answer is None else pairwise.read(answer.text)
        if answer is not None and verdict is None:
            self._unreadable("vote", pair, judge, answer)
        return verdict

    async def _rank(self, judge: ModelJudge, ready: Ready) -> None:
        """The best by ratings, shown forwards and backwards; one unit a call, C(K, 2) votes each."""
        names = sorted(ready, key=lambda name: (-self.scores[name], name))[: judge.max_candidates]
        orders = [names, names[::-1]] if judge.both_orders else [names]
        found = await gathered(self._ranking(judge, shown, ready) for shown in orders)
        known = [(shown[0] == names[0], places) for shown, places in zip(orders, found, strict=True) if places]
        if not known:
            return
        winners = ranking.winners([places for _, places in known])
        for at, (forwards, _) in enumerate(known):
            self.outcome.keep(
                "vote", [_ranked(judge, names, pair, said[at], forwards) for pair, said in winners.items()]
            )

    async def _ranking(self, judge: ModelJudge, shown: list[str], ready: Ready) -> dict[str, int] | None:
        request = ranking.ask(judge, self.prompt, [ready[name].text for name in shown])
        answer = await self.outcome.unit("vote", (), judge.name, self.call(judge, request))
        places = None if answer is None else ranking.read(answer.text, len(shown))
        if answer is not None and places is None:
            self._unreadable("vote", (), judge, answer)
        return None if places is None else dict(zip(shown, places, strict=True))

    def _unreadable(self, kind: Any, names: tuple[str, ...], judge: ModelJudge, answer: Answer) -> None:
        self.outcome.drop("unreadable_answer", kind, names, f"{judge.name}: {answer.text[:200]}")


def _scale(check: str) -> dict[str, float | None]:
    """Checks score from 0 to 1; measures have no scale and give no vote."""
    from prefdata.judges.rules import CHECKS

    return {"weight": 0.0} if CHECKS[check].measure else {"scale_min": 0.0, "scale_max": 1.0, "weight": 1.0}


def _ranked(judge: ModelJudge, names: list[str], pair: tuple[str, str], winner: str, forwards: bool) -> dict[str, Any]:
    a_first = (names.index(pair[0]) < names.index(pair[1])) == forwards
    return {"a": pair[0], "b": pair[1], "winner": winner, "judge": judge.name, "order": "ab" if a_first else "ba"}
