"""Likeness: what is alike is found, what is left out is near to what stays, and clusters are what links connect."""

from __future__ import annotations

import random
from itertools import combinations

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefdata.dedup.pictures import COLOURS, Fingerprint

from .alike import found, signed, true_jaccard, user

SURE = 0.9  # signatures miss a pair of this likeness once in ten million
LONG = "please tell me in a few sentences what happened when the {} came to the {} at night and why it matters"
WORDS = ["river", "mountain", "teacher", "dragon", "city", "garden", "old man", "railway", "museum", "harbour"]


def shown(number: int, flips: int = 0, shade: int = 0) -> Fingerprint:
    """A picture; with the same number and few flips another that is alike."""
    hashed = random.Random(number).getrandbits(64) ^ ((1 << flips) - 1)
    return Fingerprint(hash((number, flips, shade)) % 2**64, hashed, bytes([shade]) * COLOURS)


def written(seed: int, count: int) -> dict[str, str]:
    """Texts of which many are edited copies of an earlier one."""
    chance = random.Random(seed)
    texts: list[str] = []
    for _ in range(count):
        if texts and chance.random() < 0.6:
            words = chance.choice(texts).split()
            for _ in range(chance.randint(0, 4)):
                words[chance.randrange(len(words))] = chance.choice(WORDS)
            texts.append(" ".join(words))
        else:
            texts.append(" ".join(chance.choices(WORDS, k=chance.randint(3, 30))))
    return {f"p{chance.random():.9f}": text for text in texts}


def clusters_of(frame: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(own.index) for _, own in frame.groupby("cluster")}


@pytest.mark.parametrize("seed", range(6))
def test_pairs_alike_are_those_of_comparing_all_with_all(tmp_path, seed):
    texts = written(seed, 150)
    gathered, alike, _ = found(signed(tmp_path, texts))
    ids = gathered.ids.to_pylist()
    pairs = {(ids[alike.first[a]], ids[alike.first[b]]) for a, b in zip(*alike.pairs, strict=True)}
    firsts = [ids[row] for row in alike.first]
    true = {pair: true_jaccard(*(texts[name] for name in pair)) for pair in combinations(firsts, 2)}
    assert pairs <= {pair for pair, value in true.items() if value >= 0.8}
    assert pairs >= {pair for pair, value in true.items() if value >= SURE}
    assert len(pairs) > 20


def test_candidates_that_are_looked_at_a_few_at_a_time_give_the_same_pairs(tmp_path, monkeypatch):
    paths = signed(tmp_path, written(1, 150))
    whole = found(paths)[1]
    monkeypatch.setattr("prefdata.dedup.likeness.WAITING", 10)
    few = found(paths)[1]
    assert [side.tolist() for side in few.pairs] == [side.tolist() for side in whole.pairs]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_out_is_near_to_what_stays_and_what_stays_is_not_near(tmp_path, seed):
    texts = written(seed, 150)
    _, _, frame = found(signed(tmp_path, texts))
    gone = frame[frame["twin_of"].notna()]
    kept = sorted(set(frame.index) - set(gone.index))
    for name, twin in gone["twin_of"].items():
        assert true_jaccard(texts[name], texts[twin]) >= 0.8
        assert twin in kept
        assert twin < name
    assert all(true_jaccard(texts[a], texts[b]) < SURE for a, b in combinations(kept, 2))
    assert len(gone) > 20


@pytest.mark.parametrize("seed", range(3))
def test_clusters_are_the_components_of_the_links_and_bear_their_least_id(tmp_path, seed):
    gathered, alike, frame = found(signed(tmp_path, written(seed, 150)))
    ids = gathered.ids.to_pylist()
    graph = networkx.Graph()
    graph.add_nodes_from(ids)
    graph.add_edges_from((ids[row], ids[alike.first[unit]]) for row, unit in enumerate(alike.unit))
    graph.add_edges_from((ids[alike.first[a]], ids[alike.first[b]]) for a, b in zip(*alike.pairs, strict=True))
    assert clusters_of(frame) == {frozenset(own) for own in networkx.connected_components(graph)}
    assert all(name == min(own.index) for name, own in frame.groupby("cluster"))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.randoms())
def test_neither_shards_nor_the_order_of_prompts_change_anything(tmp_path, seed, shards, chance):
    texts = written(seed, 40)
    pictures = {name: [shown(chance.randrange(5), chance.randrange(2))] for name in list(texts)[::3]}
    shuffled = dict(chance.sample(sorted(texts.items()), len(texts)))
    _, _, one = found(signed(tmp_path, texts, pictures))
    _, _, other = found(signed(tmp_path, shuffled, pictures, shards=shards))
    pd.testing.assert_frame_equal(one.sort_index(), other.sort_index())


def test_of_a_chain_only_those_are_left_out_that_resemble_one_that_stays(tmp_path):
    words = LONG.format("river", "city").split()
    steps = [" ".join(words[:n] + ["elsewhere"] * n + words[n:]) for n in range(0, 12, 2)]
    texts = {f"p{n}": text for n, text in enumerate(steps)}
    _, _, frame = found(signed(tmp_path, texts))
    assert frame["cluster"].nunique() < len(texts)
    for name, twin in frame["twin_of"].dropna().items():
        assert true_jaccard(texts[name], texts[twin]) >= 0.8
        assert frame["twin_of"].isna()[twin]


def test_one_question_about_different_pictures_is_neither_a_copy_nor_linked(tmp_path):
    texts = dict.fromkeys(("a", "b", "c"), "Describe the image.")
    _, _, frame = found(signed(tmp_path, texts, {name: [shown(n)] for n, name in enumerate("abc")}))
    assert frame["twin_of"].isna().all()
    assert frame["cluster"].nunique() == 3


def test_one_question_about_pictures_that_are_alike_is_a_copy(tmp_path):
    texts = dict.fromkeys(("a", "b", "c"), "Describe the image.")
    _, _, frame = found(signed(tmp_path, texts, {"a": [shown(1)], "b": [shown(1, 3)], "c": [shown(1, 3, shade=90)]}))
    assert frame["twin_of"].dropna().to_dict() == {"b": "a"}
    assert clusters_of(frame) == {frozenset("ab"), frozenset("c")}


def test_two_questions_about_one_picture_fall_together_and_both_stay(tmp_path):
    texts = {"a": "What colour is the car?", "b": "How many people are there?", "c": "How many people are there?"}
    _, _, frame = found(signed(tmp_path, texts, {"a": [shown(1)], "b": [shown(1, 2)], "c": [shown(2)]}))
    assert clusters_of(frame) == {frozenset("ab"), frozenset("c")}
    assert frame["twin_of"].isna().all()


def test_pictures_are_compared_each_with_the_one_in_its_place(tmp_path):
    texts = dict.fromkeys(("a", "b", "c", "d"), "Which of the two is larger?")
    pictures = {"a": [shown(1), shown(2)], "b": [shown(2), shown(1)], "c": [shown(1, 1), shown(2)], "d": [shown(1)]}
    _, _, frame = found(signed(tmp_path, texts, pictures))
    assert frame["twin_of"].dropna().to_dict() == {"c": "a"}
    assert clusters_of(frame) == {frozenset("abcd")}


def test_a_prompt_with_a_picture_is_no_copy_of_one_without(tmp_path):
    _, _, frame = found(signed(tmp_path, dict.fromkeys("ab", "What is this thing here?"), {"b": [shown(1)]}))
    assert frame["twin_of"].isna().all()
    assert frame["cluster"].nunique() == 2


def test_pictures_that_are_alike_only_through_others_make_no_copies(tmp_path):
    texts = dict.fromkeys(("a", "b", "c"), "Describe the image.")
    pictures = {name: [shown(1, flips)] for name, flips in zip("abc", (0, 4, 8), strict=True)}
    _, _, frame = found(signed(tmp_path, texts, pictures))
    assert frame["twin_of"].dropna().to_dict() == {"b": "a"}
    assert frame["cluster"].nunique() == 1


def test_another_system_message_makes_another_prompt_of_the_same_cluster(tmp_path):
    prompts = {"a": user("Tell me of the sea."), "b": user("Tell me of the sea.", system="You are a pirate.")}
    _, _, frame = found(signed(tmp_path, prompts))
    assert frame["twin_of"].isna().all()
    assert frame["cluster"].nunique() == 1


def test_a_conversation_with_another_last_question_is_no_copy(tmp_path):
    past = (LONG.format("river", "city"), LONG.format("dragon", "garden"))
    prompts = {"a": user(*past, "Why?"), "b": user(*past, "Who?"), "c": user(*past, "Why??")}
    _, alike, frame = found(signed(tmp_path, prompts))
    assert len(alike.pairs.a) == 1
    assert frame["twin_of"].dropna().to_dict() == {"c": "a"}
    assert frame["cluster"].nunique() == 1


def test_another_number_is_another_question_of_the_same_cluster(tmp_path):
    asked = "Write out in words, please: what is 17 times {}?"
    texts = {"a": asked.format(23), "b": asked.format(24), "c": asked.format(23).replace(",", "")}
    _, alike, frame = found(signed(tmp_path, texts))
    assert len(alike.pairs.a) == 1
    assert frame["twin_of"].dropna().to_dict() == {"c": "a"}
    assert frame["cluster"].nunique() == 1


def test_short_prompts_are_copies_only_when_they_are_equal(tmp_path):
    texts = {"a": "Hi", "b": "hi!", "c": "Ho", "d": "你好", "e": "你好。", "f": "？", "g": "!"}
    _, _, frame = found(signed(tmp_path, texts))
    assert frame["twin_of"].dropna().to_dict() == {"b": "a", "e": "d"}


def test_a_prompt_that_was_compared_stays_rather_than_one_that_was_not(tmp_path):
    paths = signed(tmp_path, dict.fromkeys("abc", LONG))
    assert found(paths, ["b", "c"])[2]["twin_of"].dropna().to_dict() == {"a": "b", "c": "b"}
    assert found(paths)[2]["twin_of"].dropna().to_dict() == {"b": "a", "c": "a"}


def test_a_prompt_that_a_benchmark_has_does_not_stay_instead_of_another(tmp_path):
    paths = signed(tmp_path, dict.fromkeys("abc", LONG), overlaps={"a": ("gsm.jsonl", "62 % of the 8-grams")})
    frame = found(paths)[2]
    assert frame["twin_of"].dropna().to_dict() == {"c": "b"}
    assert frame["contaminated"].dropna().to_dict() == {"a": "gsm.jsonl: 62 % of the 8-grams"}
    assert frame["benchmark"].dropna().to_dict() == {"a": "gsm.jsonl"}


def test_without_a_threshold_only_equal_texts_are_copies(tmp_path):
    texts = {"a": LONG, "b": LONG.upper(), "c": LONG.replace("night", "nigth")}
    assert found(signed(tmp_path, texts))[2]["twin_of"].dropna().to_dict() == {"b": "a", "c": "a"}
    strict = found(signed(tmp_path, texts, by_shingles=False), text=None)[2]
    assert strict["twin_of"].dropna().to_dict() == {"b": "a"}
    assert strict["cluster"].nunique() == 2


def vector(degrees: float) -> bytes:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float16).tobytes()


def test_embeddings_find_what_words_do_not(tmp_path):
    texts = {
        "a": "How old is the queen?",
        "b": "What age has the monarch?",
        "c": "Who built this bridge?",
        "d": "Too long",
    }
    given = {"a": vector(0), "b": vector(10), "c": vector(60)}
    frame = found(signed(tmp_path, texts, embeddings=given), embedding="e")[2]
    assert frame["twin_of"].dropna().to_dict() == {"b": "a"}
    assert frame["cluster"].nunique() == 3
    assert found(signed(tmp_path, texts, embeddings=given), embedding="e", cosine=0.99)[2]["twin_of"].isna().all()


def test_embeddings_say_nothing_of_pictures_or_of_what_is_asked_last(tmp_path):
    prompts = {"a": user("One", "two", "three"), "b": user("Four", "five", "six"), "c": user("x"), "d": user("y")}
    given = dict.fromkeys(prompts, vector(0))
    frame = found(signed(tmp_path, prompts, {"c": [shown(1)], "d": [shown(2)]}, embeddings=given), embedding="e")[2]
    assert frame["twin_of"].isna().all()
    assert clusters_of(frame) == {frozenset("ab"), frozenset("c"), frozenset("d")}


@pytest.mark.parametrize("block", [3, 7, 2048])
def test_embeddings_are_compared_all_with_all(monkeypatch, block):
    from prefdata.dedup.meaning import alike_in_meaning

    monkeypatch.setattr("prefdata.dedup.meaning.BLOCK", block)
    angles = np.random.default_rng(0).uniform(0, 360, 40)
    rows = np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))], 1).astype(np.float16)
    close = np.abs((angles[:, None] - angles + 180) % 360 - 180) < 10
    pairs = alike_in_meaning(rows, np.cos(np.radians(10)))
    assert set(zip(*(side.tolist() for side in pairs), strict=True)) == set(
        zip(*np.nonzero(np.triu(close, 1)), strict=True)
    )


def test_no_prompts_make_no_clusters(tmp_path):
    assert found(signed(tmp_path, {}))[2].empty
