"""What sources that make a candidate false have in common: claims are read, one place is edited, the lie is confirmed.

Injected and altered claims as rejected answers: POVID (Zhou et al. 2024), there written by a model and not checked.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from prefdata.calls.request import Answer, CallError
from prefdata.claims.claim import Claim, Kind
from prefdata.claims.extract import extract
from prefdata.claims.verdict import CONTRADICTED, SUPPORTED, Verdict
from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.sources.draft import Ask, Draft, Traced, Verify, made_from, name_of


class Edit(NamedTuple):
    """What stands at start … end (code points of the text before it) is replaced by `new`."""

    start: int
    end: int
    new: str

    def of(self, text: str) -> str:
        """The text after the edit."""
        return text[: self.start] + self.new + text[self.end :]

    def overlaps(self, claim: Claim) -> bool:
        """Whether a claim of the text before it is made there."""
        return _meet((self.start, self.end), claim)

    def makes(self, claim: Claim) -> bool:
        """Whether a claim of the text after it is made there."""
        return _meet((self.start, self.start + len(self.new)), claim)


class Change(NamedTuple):
    """An edit, and what of the text it changes: a kind of claim about a subject."""

    edit: Edit
    kind: Kind
    subject: str


class Reading(NamedTuple):
    """A text and what it claims. verdicts: by claim_id; None where nobody verifies."""

    text: str
    claims: list[Claim]
    verdicts: dict[str, Verdict] | None = None

    def is_sound(self, claim: Claim) -> bool:
        """Whether the text says outright that it is so, and it is, as far as anybody looked: to change what is false
        already proves nothing."""
        if claim["negated"] or claim["hedged"]:
            return False
        return self.verdicts is None or self.verdicts[claim["claim_id"]]["verdict"] == SUPPORTED

    def is_false(self, claim: Claim) -> bool:
        """Whether it is contradicted, and not merely because what it is about is."""
        said = None if self.verdicts is None else self.verdicts[claim["claim_id"]]
        return said is not None and said["verdict"] == CONTRADICTED and not said["vacuous"]

    @property
    def lies(self) -> int:
        """How many of its claims are false."""
        return sum(map(self.is_false, self.claims))


Find = Callable[[Source, Reading], Iterator[Change]]
TRIES = 3  # changes of a text that verifiers are asked about


def drafts(find: Find, source: Source, prompt: Prompt, bases: list[str], verify: Verify) -> list[Draft]:
    """Each of the candidates with the first of the changes that `find` finds that turns out to be false."""
    return [made_from(source, base, partial(_write, find, source, prompt, verify, base)) for base in bases]


async def _write(find: Find, source: Source, prompt: Prompt, verify: Verify, base: str, ask: Ask, text: str) -> Answer:
    said: list[str] = []
    before = await read(source, prompt, verify, base, text)
    for change in await asyncio.to_thread(first, source, find, before):
        after = await read(source, prompt, verify, name_of(source, base), change.edit.of(text))
        if not source.confirm or _is_worse(change, before, after):
            made = (claim for claim in after.claims if change.edit.makes(claim) and _is_of(change, claim))
            return traced(source, change, text, next(made, None))
        said.append(_told(change.edit, after))
    raise CallError("edit_not_confirmed", "; ".join(said))


def first(source: Source, find: Find, base: Reading) -> list[Change]:
    """The first changes. Raises CallError if there is none to make."""
    found = list(islice(find(source, base), TRIES))
    if not found:
        known = "is known to be so" if source.confirm else "it says outright"
        raise CallError("nothing_to_edit", f"nothing that {known} gives {source.name} a place to begin")
    return found


async def read(source: Source, prompt: Prompt, verify: Verify, candidate_id: str, text: str) -> Reading:
    """A text's claims, with verdicts if the source has verifiers to confirm what it does. Raises CallError."""
    claims = extract(candidate_id, text)
    if not source.confirm:
        return Reading(text, claims)
    verified = await verify(source.confirm, prompt, text, claims)
    return Reading(text, claims, {said["claim_id"]: said for said in verified.verdicts})


async def lies(source: Source, prompt: Prompt, verify: Verify, candidate_id: str, text: str) -> int:
    """How many claims of a text are contradicted."""
    return (await read(source, prompt, verify, candidate_id, text)).lies


def must_lie(count: int, before: int = 0) -> None:
    """Raises CallError if a text that was written to be false has no more lies than what it stands against."""
    if count <= before:
        raise CallError("edit_not_confirmed", f"{count} of its claims are contradicted, {before} before")


def traced(source: Source, change: Change, text: str, claim: Claim | None) -> Traced:
    """The candidate, with the edit in its origin. claim: the one that was made false, or taken away."""
    edit = change.edit
    record: dict[str, Any] = {"type": change.kind, "subject": change.subject}
    record |= {"from": text[edit.start : edit.end], "to": edit.new}
    record |= {"char_span": [edit.start, edit.start + len(edit.new)]}
    named = {"claim_id": claim["claim_id"]} if claim else {}
    return Traced(edit.of(text), origin={"edit": {**named, **record}, "confirmed": bool(source.confirm)})


def leaves_the_rest(edit: Edit, before: Sequence[Claim], after: Sequence[Claim]) -> bool:
    """Whether the text says elsewhere what it said before, word for word and no more: "it" may mean another thing."""
    grown = len(edit.new) - (edit.end - edit.start)
    kept = Counter(
        _said(claim, grown * (claim["char_span"][0] >= edit.end)) for claim in before if not edit.overlaps(claim)
    )
    return kept == Counter(_said(claim) for claim in after if not edit.makes(claim))


def _said(claim: Claim, moved: int = 0) -> tuple[Any, ...]:
    start, end = claim["char_span"]
    what = (claim["type"], claim["subject"], claim["predicate"], claim["object"], claim["negated"], claim["hedged"])
    return (*what, start + moved, end + moved)


def _is_worse(change: Change, before: Reading, after: Reading) -> bool:
    """Whether what was changed is false now, and the text has more that is false than before: where "a cat on the left"
    was false, it must not have become true with the same stroke."""
    own = (claim for claim in after.claims if change.edit.makes(claim) and _is_of(change, claim))
    return any(map(after.is_false, own)) and after.lies > before.lies


def _is_of(change: Change, claim: Claim) -> bool:
    return (claim["type"], claim["subject"]) == (change.kind, change.subject)


def _meet(span: tuple[int, int], claim: Claim) -> bool:
    return claim["char_span"][0] < span[1] and span[0] < claim["char_span"][1]


def _made(edit: Edit, claims: Sequence[Claim]) -> list[Claim]:
    """The claims that the edit makes, and those about them."""
    made = {claim["claim_id"] for claim in claims if edit.makes(claim)}
    return [claim for claim in claims if claim["claim_id"] in made or claim["parent_id"] in made]


def _told(edit: Edit, after: Reading) -> str:
    """What the verifiers made of the edit."""
    verdicts = after.verdicts or {}
    said = [verdicts[claim["claim_id"]] for claim in _made(edit, after.claims)]
    words = (f"{each['verdict']} ({each['reason']})" if each["reason"] else each["verdict"] for each in said)
    return f"{edit.new.strip()!r}: {', '.join(words) or 'no claim'}"
