"""The demo is the whole live job: a policy writes, a detector and others judge, pairs and a report come out."""

from __future__ import annotations

import pandas as pd

from prefdata.cli import main
from prefdata.shards import RunDir, read_json

from ..conftest import bytes_of, triplets


def test_the_demo_runs_the_live_job_and_goes_on_where_it_was(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path / "demo"), "--scenes", "3"]) == 0
    run = RunDir(tmp_path / "demo" / "run")
    rows = triplets(run)
    assert {row["images"][0]["bytes"][:4] for row in rows} == {b"\x89PNG"}
    verdicts = pd.read_parquet(run.verified["verdict"])
    assert set(verdicts["judge"]) == {"yolo", "near", "far", "truth"}
    yolo = verdicts[verdicts["judge"] == "yolo"]
    assert {"supported", "contradicted"} <= set(yolo["verdict"])
    assert all(evidence[0]["model_hash"] for evidence in yolo[yolo["verdict"] == "supported"]["evidence"])
    page = run.report.read_text(encoding="utf-8")
    assert '<mark class="contradicted"' in page
    assert "data:image/png;base64," in page

    before, paid = bytes_of(run), read_json(run.progress)["calls"]
    run.manifest.unlink()
    assert main(["demo", "--out", str(tmp_path / "demo"), "--scenes", "3"]) == 0
    assert bytes_of(run) == before
    assert read_json(run.progress)["calls"] == paid
