"""What of all that is seen in an image a mention may mean, and whether anything can have been overlooked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from prefdata.claims import lexicon
from prefdata.claims.rules.answers import UNDECIDED, Answer, alike, all_of
from prefdata.claims.rules.features import Features
from prefdata.claims.rules.mentions import Mention
from prefdata.claims.rules.overlooked import ALL
from prefdata.claims.sight import Seen, Trust, View

NOTHING, GENERAL, UNMEASURED, COMPOUND = "no_such_thing", "general_word", "unmeasured", "compound_word"


class Meant(NamedTuple):
    """What a word means to a witness. name: the class it names; kind: it names only some of the class ("woman" of
    "person"); compound: its last word alone is known, and may mislead ("toilet seat"); general: other classes that fall
    under it; seen: what may be of the class."""

    name: str | None
    kind: bool
    compound: bool
    general: frozenset[str]
    trust: Trust | None
    seen: tuple[Seen, ...]

    def is_sure(self, seen: Seen) -> bool:
        """Whether a thing of the class certainly is there."""
        return self.trust is not None and seen.score >= self.trust.hi


class Known(NamedTuple):
    """What a witness sees of one class above its lower threshold, and how far it can be trusted about it."""

    seen: tuple[Seen, ...]
    trust: Trust | None

    @property
    def is_sure(self) -> bool:
        """Whether something of the class certainly is there."""
        return self.trust is not None and any(each.score >= self.trust.hi for each in self.seen)

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """Of several classes the one with the greatest weight decides."""
        seen = bool(self.seen)
        return self.is_sure, seen, seen and is_measured(self.trust)


class Candidate(NamedTuple):
    """A thing that a mention may mean. sure: it is certainly there; fits: whether it is as the mention says."""

    seen: Seen
    sure: bool
    fits: Answer

    @property
    def is_sure(self) -> bool:
        return self.sure and self.fits is True


class Sight:
    """A view of one image, asked in the words of claims; everything is looked at once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._seen: dict[str, list[Seen]] = {}
        for seen in view.seen:
            self._seen.setdefault(seen.name, []).append(seen)
        self._meant: dict[str, Meant] = {}
        self.features = Features(view)

    def meant(self, word: str) -> Meant:
        """What a claim's subject or object names."""
        if word not in self._meant:
            self._meant[word] = self._looked_up(word)
        return self._meant[word]

    def _looked_up(self, word: str) -> Meant:
        vocabulary = self.view.witness.vocabulary
        name, known = vocabulary.class_of(word), lexicon.canonical(word)
        general = frozenset(each for each in vocabulary.kinds_of(word) if each != name and not _are_apart(word, each))
        compound = name not in (None, known) and word not in vocabulary.words and lexicon.head(word) != word
        kind = compound or (name not in (None, known) and lexicon.is_hypernym(name or "", known))
        own = self._of_class(name)
        return Meant(name, kind, compound, general, own.trust, own.seen)

    def there(self, word: str, size: str = ALL) -> Answer:
        """Whether anything is there that a word names. size: that which it is said to have."""
        meant = self.meant(word)
        if meant.name is None and not lexicon.is_detectable(word):
            return "undetectable"
        if any(map(meant.is_sure, meant.seen)) or any(self._of_class(name).is_sure for name in meant.general):
            return True
        if meant.general:
            return GENERAL
        if meant.name is None:
            return "outside_vocabulary"
        if meant.seen or meant.compound:
            return UNMEASURED if meant.trust is None else UNDECIDED if meant.seen else COMPOUND
        complete = self.complete(word, size)
        return False if complete is True else complete

    def looked_at(self, word: str) -> Known:
        """What was looked at to find out whether there is what a word names: of a general word that of its kinds which
        tells the most."""
        meant = self.meant(word)
        own = Known(meant.seen, meant.trust)
        return max([own, *map(self._of_class, sorted(meant.general))], key=lambda known: known.weight)

    def complete(self, word: str, size: str = ALL) -> Answer:
        """True where nothing of that name and size is overlooked, or else why that cannot be told."""
        trust = self.meant(word).trust
        recall = trust.recall.get(size) if trust else None
        if recall is None:
            return UNMEASURED
        return True if recall >= self.view.witness.min_recall else "low_recall"

    def candidates(self, mention: Mention) -> list[Candidate] | str:
        """What a mention may mean; why nothing can be said of that if so. The list is empty if nothing fits."""
        there = self.there(mention.name, mention.size)
        if mention.denied or there is False:
            return NOTHING
        meant = self.meant(mention.name)
        if isinstance(there, str) or meant.general or meant.compound:
            return there if isinstance(there, str) else GENERAL if meant.general else COMPOUND
        found = [Candidate(seen, meant.is_sure(seen), self.fits(seen, mention.narrowing)) for seen in meant.seen]
        return [each for each in found if each.fits is not False]

    def settled(self, answers: Sequence[Answer], meant: Mapping[Mention, Sequence[Candidate]]) -> Answer:
        """What holds of all that mentions may mean. It is so if these surely are there; that it is not takes that they
        surely are as described, and that nothing else that is may have been overlooked."""
        answer = alike(answers)
        if isinstance(answer, str):
            return answer
        sure = all(any(each.sure and (answer or each.fits is True) for each in found) for found in meant.values())
        if answer or not sure:
            return sure or UNDECIDED
        # That another of its kind, and just such a one, was overlooked is far less likely than that the only one was.
        return next((why for why in (self.complete(each.name) for each in meant) if why is not True), False)

    def fits(self, seen: Seen, words: tuple[str, ...]) -> Answer:
        """Whether a thing has all of these attributes."""
        return all_of(self.features.has(seen, word) for word in words)

    def _of_class(self, name: str | None) -> Known:
        trust, seen = self.view.witness.trust.get(name or ""), self._seen.get(name or "", ())
        return Known(tuple(each for each in seen if trust is None or each.score > trust.lo), trust)


def is_measured(trust: Trust | None) -> bool:
    """Whether the trust in a class comes from a measurement."""
    return trust is not None and ALL in trust.recall


def _are_apart(one: str, other: str) -> bool:
    """Whether two words are classes of COCO, of which none falls under another."""
    return lexicon.coco_class(one) == one and lexicon.coco_class(other) == other
