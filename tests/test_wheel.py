"""An installed wheel works where no checkout is near."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .conftest import SAMPLE, SAMPLE_BUILD

ROOT = Path(__file__).parent.parent


def test_a_wheel_audits_and_builds_outside_the_checkout(tmp_path):
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", str(ROOT), "--no-deps", "--wheel-dir", str(tmp_path / "wheels")], check=True)
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)], check=True)

    def run(*command: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
        done = subprocess.run([sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(tmp_path / "site") in run("-c", "import prefdata; print(prefdata.__file__)")
    assert '"votes": 705' in run("-m", "prefdata", "audit", str(SAMPLE), "--json", "-", "--html", "page.html")
    assert "training pairs out" in run("-m", "prefdata", "build", str(SAMPLE_BUILD), "--run-dir", "run")
    assert (tmp_path / "site" / "prefdata" / "demo" / "demo.yaml").is_file()
    assert "prefdata-build" in run("-c", "from flows.build import build; print(build.name)")
