"""The judges of one prompt: each candidate is rated as soon as it is there, then candidates are compared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from itertools import combinations
from typing import Any

from prefdata.calls.request import Answer, Request
from prefdata.gathering import gathered
from prefdata.judges import origin, pairwise, pointwise, ranking
from prefdata.keys import fraction
from prefdata.models import ClaimsJudge, Judge, Model, ModelJudge, OriginJudge, RulesJudge
from prefdata.outcome import Outcome
from prefdata.questions import Given, Prompt
from prefdata.testimony import Testimony
from prefdata.verification import Verification

Call = Callable[[Model, Request], Awaitable[Answer]]
Ready = dict[str, Given]
Texts = dict[str, str]  # what judges read of each candidate


class Panel:
    """`scores` holds the mean rating of each candidate by the pointwise judges; comparisons start from it."""

    def __init__(
        self,
        judges: Iterable[Judge],
        prompt: Prompt,
        outcome: Outcome,
        call: Call,
        verification: Verification,
        rounds: int = 1,
    ) -> None:
        """`rounds`: how often the prompt has got more samples, the first time included; so many more are its duels."""
        self.prompt, self.outcome, self.call, self.rounds = prompt, outcome, call, rounds
        witnessed = [judge for judge in judges if isinstance(judge, ClaimsJudge)]
        self.testimony = Testimony(witnessed, prompt, outcome, verification)
        models = [judge for judge in judges if isinstance(judge, ModelJudge)]
        self.raters = [judge for judge in models if judge.kind == "pointwise"]
        self.duellists = [judge for judge in models if judge.kind == "pairwise"]
        self.rankers = [judge for judge in models if judge.kind == "ranking"]
        self.rules = [judge for judge in judges if isinstance(judge, RulesJudge)]
        self.origins = [judge for judge in judges if isinstance(judge, OriginJudge)]
        self.scores: dict[str, float | None] = {}
        self.rated: dict[str, str] = {}  # text → the candidate that was rated for all who say the same

    async def rate(self, name: str, given: Given) -> None:
        """Everything that is said about one candidate alone; once for those that say the same."""
        if self.rated.setdefault(given.shown, name) != name:
            return
        await gathered([self._score(name, given), self.testimony.hear(name, given.text)])

    async def _score(self, name: str, given: Given) -> None:
        """The mean rating of a candidate by the pointwise judges."""
        raters = self.raters if given.text.strip() else []  # nobody is paid to read nothing
        asked = [(judge, scored) for judge in raters for scored in pointwise.questions(judge)]
        found = await gathered(self._rate(judge, name, given.shown, scored) for judge, scored in asked)
        known = [score for scores in found for score in scores]
        self.scores[name] = sum(known) / len(known) if known else None

    def speak_for(self, name: str, text: str) -> None:
        """Book what was said of a text on this candidate, whichever that says it came first."""
        rated = self.rated[text]
        if rated != name:
            self.scores[name] = self.scores.pop(rated)
            self.outcome.rename(rated, name)
            self.testimony.rename(rated, name)

    async def compare(self, ready: Ready) -> None:
        """Everything that is said about candidates together."""
        self.testimony.tell()
        self._check_all(ready)
        for judge in self.origins:
            for a, b, winner in origin.votes(judge, self.prompt, ready):
                self.outcome.keep_unasked("vote", [{"a": a, "b": b, "winner": winner, "judge": judge.name}])
        texts = {name: given.shown for name, given in ready.items() if given.text.strip()}
        duels = [self._duel(judge, pair, texts) for judge in self.duellists for pair in self._pairs(judge, texts)]
        rankings = [self._rank(judge, texts) for judge in self.rankers if len(set(texts.values())) > 1]
        await gathered([*duels, *rankings])

    def _check_all(self, ready: Ready) -> None:
        """What rules say; not earlier, for of candidates that say the same one may have been cut off."""
        for judge in self.rules:
            for name, given in ready.items():
                self._check(judge, name, given)

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

    def _pairs(self, judge: ModelJudge, texts: Texts) -> list[tuple[str, str]]:
        """The pairs with the widest gaps first, where there are ratings; equal texts are not compared."""
        pairs = [pair for pair in combinations(sorted(texts), 2) if len({texts[name] for name in pair}) == 2]
        return sorted(pairs, key=self._narrowness)[: judge.pairs_per_prompt * self.rounds]

    def _narrowness(self, pair: tuple[str, str]) -> float:
        """Least for the pair that is most worth comparing; pairs without ratings come last."""
        one, other = (self.scores[name] for name in pair)
        return 0.5 if one is None or other is None else -abs(one - other)

    async def _duel(self, judge: ModelJudge, pair: tuple[str, str], texts: Texts) -> None:
        shown = [texts[name] for name in pair]
        orders = {"ab": shown, "ba": shown[::-1]}
        if not judge.both_orders:  # by lot, or the smaller id would always be read first
            order = "ab" if fraction(f"{self.prompt.prompt_id}/{pair}", 0) < 0.5 else "ba"
            orders = {order: orders[order]}
        said = await gathered(self._verdict(judge, pair, texts) for texts in orders.values())
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

    async def _rank(self, judge: ModelJudge, texts: Texts) -> None:
        """The best by ratings, shown forwards and backwards; one unit a call, C(K, 2) votes each."""
        names = sorted(texts, key=lambda name: (-(self.scores[name] or 0.0), name))[: judge.max_candidates]
        orders = [names, names[::-1]] if judge.both_orders else [names]
        found = await gathered(self._ranking(judge, shown, texts) for shown in orders)
        known = [(shown[0] == names[0], places) for shown, places in zip(orders, found, strict=True) if places]
        if not known:
            return
        winners = ranking.winners([places for _, places in known])
        for at, (forwards, _) in enumerate(known):
            self.outcome.keep(
                "vote", [_ranked(judge, names, pair, said[at], forwards) for pair, said in winners.items()]
            )

    async def _ranking(self, judge: ModelJudge, shown: list[str], texts: Texts) -> dict[str, int] | None:
        request = ranking.ask(judge, self.prompt, [texts[name] for name in shown])
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
