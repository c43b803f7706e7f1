"""Which things usually come together: those that a model names though they are not there (Rohrbach et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from prefdata.claims import lexicon
from prefdata.errors import InputError

COCO = lexicon.WORDS / "partners.txt"


@dataclass(frozen=True)
class Partners:
    """of: object → its partners, the most frequent first; words: another name of an object → the object."""

    of: dict[str, tuple[str, ...]]
    words: dict[str, str]

    def object_of(self, name: str) -> str | None:
        """The object that a claim's subject names."""
        forms = (name, lexicon.canonical(name), lexicon.coco_class(name), lexicon.head(name))
        return next((self.words[form] for form in forms if form in self.words), None)

    def says_much(self, name: str) -> float:
        """How much it tells of what else is there, from 0 to 1: little, if it comes with everything."""
        return 1 / (1 + sum(name in partners for partners in self.of.values()))


@lru_cache(16)
def read(path: Path = COCO, digest: str = "") -> Partners:
    """Lines "object, other name: partner, partner"; partners may be objects without a line. `digest`: the file's, for
    it may change. Raises InputError."""
    of: dict[str, tuple[str, ...]] = {}
    words: dict[str, str] = {}
    for at, line in enumerate(_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        names, partners = (_listed(part) for part in line.partition(":")[::2])
        if not names or not partners:
            remedy = 'write "object: partner, partner"'
            raise InputError(str(path), "the line names no object and partners", remedy, f"line {at}")
        of[names[0]] = partners
        words |= dict.fromkeys(names, names[0])
    others = {partner: partner for partners in of.values() for partner in partners}
    return Partners(of, others | words)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read ({error})", "name a UTF-8 text file of partners") from None


def _listed(part: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in part.split(",") if name.strip())
