"""Lists of words and phrases, written so that they can be read."""

from __future__ import annotations


def one_of(phrases: str) -> str:
    """A pattern for any of the phrases (patterns themselves), which are parted by "
    " or stand on lines of their own."""
    parts = [part.strip() for line in phrases.splitlines() for part in line.split(" / ")]
    return f"(?:{'|'.join(part.removesuffix(' /').strip() for part in parts if part)})"


def listed(words: str) -> frozenset[str]:
    """A set of words that are parted by spaces."""
    return frozenset(words.split())
