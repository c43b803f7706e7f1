"""The rooms keep to themselves: who may import whom, and what must not be loaded at the start."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for room in ("prefdata", "flows") for path in (ROOT / room).rglob("*.py"))

# What only models in this process need, and where those are.
TRAINED = {"torch", "transformers", "tokenizers", "huggingface_hub", "ultralytics"}
MODELS = {ROOT / "prefdata" / "tinyworld" / name for name in ("policy.py", "lessons.py", "detector.py", "train.py")}
MODELS |= {ROOT / "prefdata" / "claims" / "yolo.py"}


def imports(path: Path) -> set[str]:
    """The top-level packages a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_between_rooms(path):
    room = path.relative_to(ROOT).parts[0]
    forbidden = {"prefdata": {"prefect", "flows", "dpo_stage", *TRAINED}, "flows": {"dpo_stage", *TRAINED}}[room]
    in_process = ROOT / "prefdata" / "providers" / "local" in path.parents or path in MODELS
    allowed = TRAINED if in_process else set()
    assert not imports(path) & forbidden - allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_config_reads_yaml_and_the_environment(path):
    if path.name != "config.py":
        assert "yaml" not in imports(path)
    if path.parts[-2:] not in {("prefdata", "config.py"), ("flows", "__init__.py"), ("claims", "yolo.py")}:
        assert "os.environ" not in path.read_text(encoding="utf-8")


def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom prefdata.cli import main\n"
        "try: main(['audit', '--help'])\nexcept SystemExit: pass\n"
        "heavy = ('numpy', 'pandas', 'pyarrow', 'scipy', 'torch', 'prefect', 'jsonschema')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "[]"


def test_every_module_says_what_it_is():
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
