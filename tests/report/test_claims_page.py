"""The page about claims: nothing of the data becomes markup, and it needs nothing else."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from prefdata.audit import audit
from prefdata.claims.claim import claim
from prefdata.report.claim_examples import examples
from prefdata.report.claims import counts, shown
from prefdata.report.page import render

from ..conftest import write_jsonl
from .tables import claims_of, evidence, verdict, verdicts_of

NASTY = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 7 * 7 }}&amp;"
PLAIN = "plain words"


class Markup(HTMLParser):
    """Every tag with the names of its attributes, and every value of an attribute that may fetch."""

    def __init__(self, page):
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.shown = Counter()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "data", "action")]
        self.shown.update(value or "" for name, value in attrs if name in ("title", "aria-label"))

    def handle_data(self, data):
        self.shown[data] += 1


@pytest.fixture
def page(scene_files, tmp_path):
    """page(word) → a page on which the word stands wherever data can put one."""
    [(path, _)] = scene_files(1)
    votes = [{"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"}]
    facts = audit([write_jsonl(tmp_path / "votes.jsonl", votes)]).facts()

    def make(word):
        text = f"a {word} b"
        own = {c: claim(c, "attribute", (2, 2 + len(word)), word, word, word) for c in (word, word + "2")}
        sides = {"supported": own[word], "contradicted": own[word + "2"]}
        said = []
        for judge in (word, "two", "three", "truth"):
            for stance, of in sides.items():
                heard = evidence(
                    stance, source=word, rule_id=word, reason=word, boxes=[[1, 1, 50, 50 + len(judge)]], scores=[0.5]
                )
                said.append(verdict(of, stance, judge, reason=word, evidence=[heard]))
            said.append(verdict(claim(word, "prior", (0, 1), word), "not_checkable", judge, reason=word))
        claims = claims_of({word: [*own.values(), claim(word, "prior", (0, 1), word)]})
        candidates = pa.Table.from_pylist([{"prompt_id": word, "candidate_id": c, "text": text} for c in own])
        pairs = pa.Table.from_pylist([{"prompt_id": word, "chosen_id": word, "rejected_id": word + "2"}])
        verdicts = verdicts_of({word: said})
        seen = examples(pairs, claims, verdicts, candidates, lambda prompt: path)
        assert len(seen) == 1
        return render({**facts, "claims": shown(counts(claims, verdicts), seen)})

    return make


def test_data_never_becomes_markup(page):
    nasty, plain = Markup(page(NASTY)), Markup(page(PLAIN))
    assert nasty.tags == plain.tags
    assert "script" not in {tag for tag, _ in nasty.tags}
    assert sum(PLAIN in text for text in plain.shown) > 10
    assert sum(NASTY in text for text in nasty.shown) == sum(PLAIN in text for text in plain.shown)


def test_the_page_needs_no_other_file(page):
    written = page(PLAIN)
    assert all(address.startswith("data:image/") for address in Markup(written).addresses)
    assert "http://" not in written
    assert "https://" not in written
    assert "default-src 'none'" in written


def test_every_figure_has_words_for_those_who_do_not_see_it(page):
    written = page(PLAIN)
    figures = re.findall(r"<svg[^>]*>", written)
    assert len(figures) == 2  # the curve and the picture
    assert all('role="img"' in figure and re.search(r'aria-label="[^"]{9,}', figure) for figure in figures)
    assert "(contradicted)" in written


def test_verdicts_are_told_apart_without_colour(page):
    styles = re.search(r"<style>(.*)</style>", page(PLAIN), re.DOTALL)
    assert styles is not None
    rules = dict(re.findall(r"^mark\.(\w+) \{([^}]*)\}", styles[1], re.MULTILINE))
    lines = {name: re.findall(r"wavy|dashed|dotted", rule) for name, rule in rules.items()}
    assert sorted(map(tuple, lines.values())) == [(), ("dashed",), ("dotted",), ("wavy",)]
    assert set(rules) == {"supported", "contradicted", "vacuous", "not_checkable"}


def test_how_right_judges_are_is_shown_where_it_is_known(page, tmp_path):
    known = page(PLAIN)
    assert known.count("right when it contradicts") == 1
    of = claim("c", "object", (0, 1), "dog")
    alone = counts(claims_of({"p": [of]}), verdicts_of({"p": [verdict(of, "supported")]}))
    votes = write_jsonl(tmp_path / "v.jsonl", [{"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"}])
    written = render({**audit([votes]).facts(), "claims": shown(alone, [])})
    assert "Claims about the images" in written
    assert "right when" not in written


def test_a_page_without_claims_says_nothing_of_them(tmp_path):
    votes = [{"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"}]
    facts = audit([write_jsonl(tmp_path / "votes.jsonl", votes)]).facts()
    assert "Claims about the images" not in render(facts)
    assert render({**facts, "claims": None}) == render(facts)
