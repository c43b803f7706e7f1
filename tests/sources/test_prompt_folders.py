"""Prompts out of folders: Hugging Face data sets and folders of images, and folders that are neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from prefdata.errors import InputError
from prefdata.images import trouble

from .pictures import name_of, picture, written

datasets = pytest.importorskip("datasets")
embed_table_storage = datasets.table.embed_table_storage
RED, BLUE = picture(), picture(colour="blue")


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


def asked(prompt: dict[str, Any]) -> str:
    return prompt["messages"][-1]["content"]


# --- data sets saved by `datasets` -----------------------------------------------------------


def rows(count: int = 5, start: int = 0) -> list[dict[str, Any]]:
    return [{"id": n, "question": f"Question {n}?", "answer": f"Answer {n}."} for n in range(start, start + count)]


def test_a_saved_data_set_gives_its_rows(tmp_path, read_prompts):
    datasets.Dataset.from_list(rows()).save_to_disk(tmp_path / "set", num_shards=2)
    found = read_prompts(tmp_path / "set")
    assert [(row["prompt_id"], asked(row), row["reference"]) for row in found] == [
        (str(n), f"Question {n}?", f"Answer {n}.") for n in range(5)
    ]


def test_caches_beside_a_saved_data_set_are_not_read(tmp_path, read_prompts):
    datasets.Dataset.from_list(rows(2)).save_to_disk(tmp_path / "set")
    kept = next((tmp_path / "set").glob("data*.arrow"))
    (tmp_path / "set" / "cache-1234.arrow").write_bytes(kept.read_bytes())
    assert len(read_prompts(tmp_path / "set")) == 2


def test_splits_come_in_their_order(tmp_path, read_prompts):
    names = ["other", "test", "validation", "train"]
    splits = {name: datasets.Dataset.from_list(rows(1, n)) for n, name in enumerate(names)}
    datasets.DatasetDict(splits).save_to_disk(tmp_path / "sets")
    assert [row["prompt_id"] for row in read_prompts(tmp_path / "sets")] == ["3", "2", "1", "0"]
    for n, name in enumerate(names):
        path = tmp_path / "hub" / "data" / f"{name}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        datasets.Dataset.from_list(rows(1, n)).to_parquet(path)
    (tmp_path / "hub" / ".cache").mkdir()
    (tmp_path / "hub" / ".cache" / "train.parquet").write_bytes(b"no table")
    assert [row["prompt_id"] for row in read_prompts(tmp_path / "hub")] == ["3", "2", "1", "0"]


def test_a_snapshot_of_the_hub_whose_files_are_links_is_read(tmp_path, read_prompts):
    datasets.Dataset.from_list(rows(2)).to_parquet(tmp_path / "hub" / "blobs" / "1234")
    (tmp_path / "hub" / "snapshots" / "main" / "data").mkdir(parents=True)
    (tmp_path / "hub" / "snapshots" / "main" / "data" / "train.parquet").symlink_to("../../../blobs/1234")
    assert [row["prompt_id"] for row in read_prompts(tmp_path / "hub" / "snapshots" / "main")] == ["0", "1"]


def with_images(**columns: list[Any]) -> Any:
    """A data set in which `image` and `images` are images, as `datasets` stores them."""
    image = datasets.Image()
    kinds = {"image": image, "images": datasets.List(image)}
    found = datasets.Dataset.from_dict(columns)
    for name in kinds.keys() & columns.keys():
        found = found.cast_column(name, kinds[name])
    return found


def save_to_disk(data: Any, path: Path) -> None:
    data.save_to_disk(path)


def save_as_parquet(data: Any, path: Path) -> None:
    """As `push_to_hub` does, which puts images into the files."""
    (path / "data").mkdir(parents=True)
    data = data.with_format("arrow").map(embed_table_storage, batched=True).with_format(None)
    data.to_parquet(path / "data" / "train-00000-of-00001.parquet")


SAVED = pytest.mark.parametrize("save", [save_to_disk, save_as_parquet])


@SAVED
def test_embedded_images_are_kept_under_their_sha256(save, tmp_path, read_prompts):
    for name, content in (("red.png", RED), ("blue.png", BLUE)):
        written(tmp_path / name, content)
    paths = [str(tmp_path / name) for name in ("red.png", "blue.png")]
    save(with_images(image=[paths[0], None], images=[[], paths], question=["One?", "Two?"]), tmp_path / "set")
    one, two = read_prompts(tmp_path / "set")
    assert (asked(one), one["images"]) == ("One?", [name_of(RED)])
    assert (asked(two), two["images"]) == ("Two?", [name_of(RED), name_of(BLUE)])
    assert (tmp_path / "kept" / name_of(BLUE)).read_bytes() == BLUE
    assert trouble(tmp_path / "kept", name_of(RED)) is None


@SAVED
def test_images_that_a_data_set_names_by_path_lie_in_its_folder(save, tmp_path, read_prompts):
    data = datasets.Dataset.from_dict({"image": ["pictures/red.png"], "question": ["?"]})
    save(data, tmp_path / "set")
    assert [row["images"] for row in read_prompts(tmp_path / "set")] == [["pictures/red.png"]]


def test_other_columns_are_not_read_and_named(tmp_path, read_prompts):
    data = [{**row, "audio": b"x" * 100, "source": "web", "text": "?"} for row in rows(2)]
    datasets.Dataset.from_list(data).save_to_disk(tmp_path / "set")
    read_prompts(tmp_path / "set")
    assert read_prompts.intake.facts()["ignored_fields"] == ["audio", "source", "text"]


def test_an_arrow_file_and_a_stream_are_read_alike(tmp_path, read_prompts):
    table = pa.Table.from_pylist(rows(3))
    (tmp_path / "set").mkdir()
    with pa.OSFile(str(tmp_path / "set" / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, 2)
    assert [row["prompt_id"] for row in read_prompts(tmp_path / "set")] == ["0", "1", "2"]


def test_large_rows_are_read_few_at_a_time(tmp_path, read_prompts, monkeypatch):
    monkeypatch.setattr("prefdata.sources.imports.reading.BYTES_AT_ONCE", 1000)
    save_as_parquet(datasets.Dataset.from_list(rows(50)), tmp_path / "one")
    save_to_disk(datasets.Dataset.from_list(rows(50)), tmp_path / "two")
    assert len(read_prompts(tmp_path / "one")) == len(read_prompts(tmp_path / "two")) == 50


def test_a_dialogue_in_a_data_set_ends_with_its_last_question(tmp_path, read_prompts):
    user = {"role": "user", "content": "Why?"}
    parts = [{"type": "image", "text": None}, {"type": "text", "text": "Why?"}]
    data = [{"messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": [parts[1]]}]}]
    datasets.Dataset.from_list(data).save_to_disk(tmp_path / "set")
    (found,) = read_prompts(tmp_path / "set")
    assert (found["messages"], found["reference"]) == ([user], "Why?")


def test_a_bad_row_of_a_folder_is_named_by_its_file(tmp_path, read_prompts):
    splits = {"train": datasets.Dataset.from_list(rows(3)), "test": datasets.Dataset.from_list([{"question": None}])}
    datasets.DatasetDict(splits).save_to_disk(tmp_path / "set")
    with pytest.raises(InputError) as refused:
        read_prompts(tmp_path / "set")
    assert refused.value.place == "row 4 (test/data-00000-of-00001.arrow, row 1)"
    assert len(read_prompts(tmp_path / "set", on_bad_row="drop")) == 3
    (drop,) = read_prompts.intake.drops
    assert (drop.file, drop.line, drop.detail.split(":")[0]) == ("set", 4, "test/data-00000-of-00001.arrow, row 1")


# --- folders of images -----------------------------------------------------------------------


def test_every_image_of_a_folder_is_asked_about(tmp_path, read_prompts):
    for name in ("b.PNG", "cats/deep/x.jpeg", "cats/a.gif", "a.png", ".hidden.png", ".git/a.png", "notes.txt"):
        written(tmp_path / "photos" / name, RED)
    found = read_prompts(tmp_path / "photos", "What is {name} of {folder}? {}")
    assert [(row["prompt_id"], row["images"], row.get("tags"), asked(row)) for row in found] == [
        ("a", ["a.png"], None, "What is a of ? {}"),
        ("b", ["b.PNG"], None, "What is b of ? {}"),
        ("cats/a", ["cats/a.gif"], {"folder": "cats"}, "What is a of cats? {}"),
        ("cats/deep/x", ["cats/deep/x.jpeg"], {"folder": "cats"}, "What is x of cats? {}"),
    ]


def test_images_that_differ_in_their_suffix_have_two_ids(tmp_path, read_prompts):
    for name in ("a.png", "a.jpg", "b.v2.png"):
        written(tmp_path / "photos" / name, RED)
    assert [row["prompt_id"] for row in read_prompts(tmp_path / "photos", "?")] == ["a.jpg", "a.png", "b.v2"]


def test_a_folder_of_images_needs_a_question(tmp_path, read_prompts):
    written(tmp_path / "photos" / "a.png", RED)
    with pytest.raises(InputError, match=r'field "prompts.question".*set prompts.question'):
        read_prompts(tmp_path / "photos")


# --- folders that are none -------------------------------------------------------------------

FOLDERS: dict[str, tuple[dict[str, bytes], str]] = {
    "empty": ({}, "holds neither a data set nor images"),
    "of texts": ({"a.jsonl": b"{}", "b.txt": b"x"}, "holds neither a data set nor images"),
    "with a list of no files": ({"state.json": b'{"_data_files": [{"filename": "x.arrow"}]}'}, 'names "x.arrow"'),
    "with a file outside": ({"state.json": b'{"_data_files": [{"filename": "../x.arrow"}]}'}, 'names "../x.arrow"'),
    "with splits outside": ({"dataset_dict.json": b'{"splits": [".."]}'}, 'names ".."'),
    "with a broken list": ({"state.json": b"{"}, "does not say what the data set consists of"),
    "with a damaged table": ({"a.parquet": b"PAR1 and nothing else"}, "is not a readable Parquet file"),
    "with a damaged stream": ({"a.arrow": b"no arrow at all, but long enough"}, "cannot be read to its end"),
    "with an empty table": ({"a.parquet": b""}, "the file is empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_without_prompts_is_named_with_its_remedy(name, tmp_path, read_prompts):
    content, said = FOLDERS[name]
    (tmp_path / "x.arrow").write_bytes(b"outside")
    (tmp_path / "set").mkdir()
    for file, data in content.items():
        (tmp_path / "set" / file).write_bytes(data)
    with pytest.raises(InputError, match="To mend it") as refused:
        read_prompts(tmp_path / "set")
    assert said in str(refused.value)


def test_tables_without_a_column_for_a_prompt_are_named(tmp_path, read_prompts):
    save_as_parquet(datasets.Dataset.from_list([{"audio": "x", "label": 1}]), tmp_path / "set")
    with pytest.raises(InputError, match="no column that a prompt can be taken from, only audio, label"):
        read_prompts(tmp_path / "set")


def test_an_empty_data_set_has_no_rows(tmp_path, read_prompts):
    save_as_parquet(datasets.Dataset.from_list(rows(1)).select([]), tmp_path / "set")
    with pytest.raises(InputError, match="has no rows"):
        read_prompts(tmp_path / "set")
