"""Builds on images: whole data sets out of folders, and bad images named before anything is paid."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from prefdata.cli import main
from prefdata.config import load
from prefdata.models import ImageRules
from prefdata.plan import job
from prefdata.shards import RunDir
from prefdata.sources.imports import fetching
from prefdata.sources.imports.image_store import ImageStore
from prefdata.sources.imports.intake import Intake
from prefdata.steps.prompting import prompts as prompts_of

from ..conftest import bytes_of, drops, triplets, write_jsonl
from .pictures import bomb, name_of, picture, web, written

RED, BLUE = picture(), picture(colour="blue")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(fetching, "PAUSE_S", 0.01)


# Nobody answers there: a build that came to ask a model would say so.
JUDGE = {"name": "j", "kind": "pairwise", "base_url": "http://127.0.0.1:1/v1", "model": "m", "revision": "r"}
POLICY = {"name": "p", "base_url": "http://127.0.0.1:1/v1", "model": "m", "revision": "r"}


@pytest.fixture
def build(tmp_path) -> Callable[..., RunDir]:
    """build(code, prompts, **config) → the run; candidates and votes for the prompts p and q are there."""

    def build(code: int, prompts: dict[str, Any], run: str = "run", **config: Any) -> RunDir:
        candidates = [{"prompt_id": p, "candidate_id": c, "text": c} for p in "pq" for c in "ab"]
        write_jsonl(tmp_path / "c.jsonl", candidates)
        votes = [{"prompt_id": p, "a": "a", "b": "b", "winner": "a", "judge": "j"} for p in "pq"]
        write_jsonl(tmp_path / "v.jsonl", votes)
        given = {"prompts": prompts, "inputs": ["c.jsonl", "v.jsonl"], **config}
        given = {name: value for name, value in given.items() if value is not None}
        (tmp_path / "build.yaml").write_text(yaml.safe_dump(given), encoding="utf-8")
        assert main(["build", str(tmp_path / "build.yaml"), "--run-dir", str(tmp_path / run)]) == code
        return RunDir(tmp_path / run)

    return build


def images_of(run: RunDir) -> dict[str, list[dict[str, Any]]]:
    return {row["prompt_id"]: row["images"] for row in triplets(run)}


def test_a_build_of_a_data_set_with_images_holds_them_and_has_equal_bytes(build, tmp_path):
    data = [{"id": "p", "image": {"bytes": RED, "path": "x"}}, {"id": "q", "image": {"bytes": BLUE, "path": None}}]
    (tmp_path / "set").mkdir()
    pq.write_table(pa.Table.from_pylist([{**row, "question": "?"} for row in data]), tmp_path / "set" / "a.parquet")
    first = build(0, {"path": "set"})
    expected = {"p": [{"bytes": RED, "path": name_of(RED)}], "q": [{"bytes": BLUE, "path": name_of(BLUE)}]}
    assert images_of(first) == expected
    assert bytes_of(build(0, {"path": "set"}, "again")) == bytes_of(first)
    imported = json.loads((first.step("import-0000") / "manifest.json").read_text(encoding="utf-8"))
    assert f".work/import-0000/images/{name_of(RED)}" in imported["outputs"]
    (first.step("import-0000") / "images" / name_of(RED)).unlink()  # made again, since its hash is missed
    assert images_of(build(0, {"path": "set"})) == expected


def test_a_folder_of_images_is_built_and_noticed_when_it_changes(build, tmp_path):
    for name in ("p.png", "q.png"):
        written(tmp_path / "photos" / name, RED)
    prompts = {"path": "photos", "question": "What is it?"}
    assert {name: images[0]["path"] for name, images in images_of(build(0, prompts)).items()} == {
        "p": "p.png",
        "q": "q.png",
    }
    written(tmp_path / "photos" / "q.png", BLUE)
    assert images_of(build(0, prompts))["q"] == [{"bytes": BLUE, "path": "q.png"}]
    (tmp_path / "photos" / "gone.png").symlink_to("nowhere.png")
    assert images_of(build(0, prompts))["q"] == [{"bytes": BLUE, "path": "q.png"}]


def test_a_setting_for_images_repeats_what_depends_on_it(build, tmp_path):
    for name in ("p.png", "q.png"):
        written(tmp_path / "photos" / name, RED)
    prompts = {"path": "photos", "question": "What is it?"}
    assert set(images_of(build(0, prompts))) == {"p", "q"}
    assert images_of(build(0, {**prompts, "max_image_megapixels": 0.000001})) == {}
    assert triplets(build(0, {**prompts, "question": "And what is this?"}))[0]["prompt"][0]["content"][:3] == "And"


def two_prompts(*images: str) -> list[dict[str, Any]]:
    return [
        {"prompt_id": p, "messages": [{"role": "user", "content": "?"}], "image": image}
        for p, image in zip("pq", images, strict=True)
    ]


BAD = {
    "missing_image": "none.png",
    "image_outside": "../outside.png",
    "image_too_large": "bomb.png",
    "bad_image": "text.png",
    "image_host_not_allowed": "https://example.org/x.png",
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_image_is_named_before_anything_is_paid(reason, build, tmp_path, capsys):
    written(tmp_path / "good.png", RED)
    written(tmp_path / "text.png", b"text")
    written(tmp_path / "bomb.png", bomb(8_000))
    write_jsonl(tmp_path / "p.jsonl", two_prompts("good.png", BAD[reason]))
    assert not build(2, {"path": "p.jsonl"}, policies=[POLICY], judges=[JUDGE]).manifest.exists()
    said = capsys.readouterr().err
    assert f'{tmp_path / "p.jsonl"}, line 2, field "image": ' in said
    assert BAD[reason] in said
    assert said.count("To mend it: ") == said.count("\n") == 1


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_image_is_left_out_at_import_or_without_models_at_export(reason, build, tmp_path):
    written(tmp_path / "good.png", RED)
    written(tmp_path / "text.png", b"text")
    written(tmp_path / "bomb.png", bomb(8_000))
    write_jsonl(tmp_path / "p.jsonl", two_prompts("good.png", BAD[reason]))
    run = build(0, {"path": "p.jsonl"})
    assert [(d["stage"], d["reason"], d["prompt_id"]) for d in drops(run)] == [("export", reason, "q")]
    assert images_of(run) == {"p": [{"bytes": RED, "path": "good.png"}]}
    images = ImageStore(tmp_path, ImageRules(), check=True)
    intake = Intake(tmp_path / "p.jsonl", "p.jsonl", "prompt", "drop", images=images)
    assert sum(len(table) for _, table in intake.chunks()) == 1
    assert [(drop.stage, drop.reason, drop.line) for drop in intake.drops] == [("import", reason, 2)]


def test_a_live_build_leaves_out_prompts_with_bad_images_at_import(build, tmp_path):
    written(tmp_path / "text.png", b"text")
    write_jsonl(tmp_path / "p.jsonl", two_prompts("text.png", "../x.png"))
    run = build(0, {"path": "p.jsonl"}, inputs=None, policies=[POLICY], judges=[JUDGE], on_bad_row="drop")
    assert [(d["stage"], d["reason"], d["line"]) for d in drops(run)] == [
        ("import", "bad_image", 1),
        ("import", "image_outside", 2),
    ]


def test_images_of_an_allowed_host_are_fetched_once_and_remembered_with_their_address(build, tmp_path):
    with web({"/red": RED, "/blue": BLUE}) as served:
        write_jsonl(tmp_path / "p.jsonl", two_prompts(f"{served.url}/red", f"{served.url}/blue"))
        prompts = {"path": "p.jsonl", "image_hosts": ["127.0.0.1"]}
        run = build(0, prompts)
        build(0, prompts, selection={"max_pairs_per_prompt": 1})
        assert served.asked == {"/red": 1, "/blue": 1}
    assert images_of(run)["q"] == [{"bytes": BLUE, "path": name_of(BLUE)}]
    places = job(load(tmp_path / "build.yaml"), run).images
    assert places.address("p.jsonl", name_of(BLUE)) == f"{served.url}/blue"
    (asked,) = [prompt for prompt in prompts_of(job(load(tmp_path / "build.yaml"), run), 0) if prompt.prompt_id == "q"]
    assert asked.images == {known: places.path("p.jsonl", name_of(BLUE)) for known in asked.addresses}
    assert list(asked.addresses.values()) == [f"{served.url}/blue"]
    assert places.address("p.jsonl", name_of(b"other")) is None
    assert places.address("c.jsonl", name_of(BLUE)) is None
    assert places.path("p.jsonl", name_of(BLUE)).read_bytes() == BLUE
    assert places.path("p.jsonl", "x.png") == tmp_path / "x.png"
    assert places.trouble("p.jsonl", name_of(BLUE)) is None
    assert places.trouble("p.jsonl", name_of(b"other")).reason == "missing_image"


@pytest.mark.parametrize("live", [False, True])
def test_an_image_that_cannot_be_fetched_is_a_fault_of_its_row(live, build, tmp_path, capsys):
    with web({"/red": RED}) as served:
        write_jsonl(tmp_path / "p.jsonl", two_prompts(f"{served.url}/red", f"{served.url}/none"))
        prompts = {"path": "p.jsonl", "image_hosts": ["127.0.0.1"]}
        build(2, prompts, **({"policies": [POLICY]} if live else {}))
        said = capsys.readouterr().err
        assert f'p.jsonl, line 2, field "image": {served.url}/none cannot be fetched (the server answers 404)' in said
        write_jsonl(tmp_path / "votes.jsonl", [{"prompt_id": "p", "a": "a", "b": "b", "winner": "a", "judge": "j"}])
        run = build(0, prompts, inputs=["votes.jsonl"], on_bad_row="drop")
    assert ("import", "image_unreachable", 2) in [(d["stage"], d["reason"], d["line"]) for d in drops(run)]


def test_many_faults_are_named_in_the_order_of_the_rows(tmp_path, monkeypatch):
    with web({f"/{n}": picture(colour=(n, 0, 0)) for n in range(0, 200, 3)}) as served:
        prompts = [{"question": "?", "image": f"{served.url}/{n}"} for n in range(150)]
        path = write_jsonl(tmp_path / "p.jsonl", prompts)
        with ImageStore(tmp_path, ImageRules(("127.0.0.1",)), tmp_path / "kept") as images:
            intake = Intake(path, "p.jsonl", "prompt", "drop", images=images)
            names = [row for _, table in intake.chunks() for row in table["images"].to_pylist()]
            assert names == [[name_of(picture(colour=(n, 0, 0)))] for n in range(0, 150, 3)]
    assert [drop.line for drop in intake.drops] == [n + 1 for n in range(150) if n % 3]


def test_a_parquet_file_of_own_prompts_may_hold_images(build, tmp_path):
    own = [{**row, "image": {"bytes": RED, "path": "/home/me/x.png"}} for row in two_prompts("", "")]
    pq.write_table(pa.Table.from_pylist(own), tmp_path / "p.parquet")
    assert images_of(build(0, {"path": "p.parquet"}))["p"] == [{"bytes": RED, "path": name_of(RED)}]


def test_a_folder_of_nothing_stops_a_build_and_leaves_nothing(build, tmp_path, capsys):
    (tmp_path / "photos").mkdir()
    assert not build(2, {"path": "photos"}).work.exists()
    assert "holds neither a data set nor images. To mend it" in capsys.readouterr().err
