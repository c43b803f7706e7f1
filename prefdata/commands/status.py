"""`prefdata status`: how far a run is, what it has cost, what is in doubt."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.commands import Commands, command
from prefdata.commands.showing import spending
from prefdata.errors import PrefdataError

if TYPE_CHECKING:
    from prefdata.shards import RunDir

ORDER = ("import", "generate", "label", "select", "export", "publish")
EPILOG = """
Looks at the run directory and the ledger alone, and may be asked while the build runs or after it died.
"In doubt" are calls that were sent and whose answer was not kept: in flight now, or lost in a crash.
"""


def add(commands: Commands) -> None:
    parser = command(commands, "status", run, "Say how far a run is and what it has cost.", EPILOG)
    parser.add_argument("folder", type=Path, metavar="RUN", help="a run directory")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    import json

    from prefdata.shards import RunDir

    facts = status(RunDir(options.folder))
    if options.json:
        print(json.dumps(facts, ensure_ascii=False, sort_keys=True))
    else:
        _show(facts)
    return 0


def status(run: RunDir) -> dict[str, Any]:
    """What can be known of a run: its state, finished steps, drops so far, and how far live work is."""
    if not run.work.is_dir():
        raise PrefdataError(f"{run.path} holds no run. To mend it: name the folder that `prefdata build` made.")
    from prefdata.shards import read_json

    manifests = _last_attempts([read_json(path) for path in sorted(run.work.glob("*/manifest.json"))])
    steps = Counter(re.split("[-+]", m["step"])[0] for m in manifests)
    live = read_json(run.progress) if run.progress.exists() else {}
    whole = run.manifest.exists() and not live.get("stopped")
    state = "building" if run.in_use() else "complete" if whole else "stopped"
    return {
        "state": state,
        "steps": {kind: steps[kind] for kind in ORDER if steps[kind]},
        "drops": dict(sum((Counter({d["reason"]: d["rows"]}) for m in manifests for d in m["drops"]), Counter())),
        "live": _live(run, state == "building") if run.progress.exists() else None,
    }


def _last_attempts(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of steps that were repeated with more samples, the last."""
    last: dict[str, dict[str, Any]] = {}
    for manifest in sorted(manifests, key=lambda m: int(m["step"].partition("+")[2] or 0)):
        last[manifest["step"].partition("+")[0]] = manifest
    return list(last.values())


def _live(run: RunDir, now: bool) -> dict[str, Any]:
    """The last note of live work, and the calls in doubt."""
    from prefdata.calls.ledger import Ledger, connect
    from prefdata.shards import read_json

    live = read_json(run.progress)
    path = Path(live.pop("ledger"))
    if not now:
        live.update(in_flight=0, seconds_left=None)
    if path.exists():
        connection = connect(path)
        live["in_doubt"] = Ledger(connection).doubtful() - live["in_flight"]
        connection.close()
    return live


def _show(facts: dict[str, Any]) -> None:
    why = facts["live"]["stopped"] if facts["live"] and facts["state"] == "stopped" else ""
    print(f"state      {facts['state']}" + (f" ({why})" if why else ""))
    print("steps      " + ", ".join(f"{kind} {count}" for kind, count in facts["steps"].items()))
    if live := facts["live"]:
        left = live["seconds_left"]
        eta = f", about {left / 60:,.0f} min left" if left is not None and facts["state"] == "building" else ""
        print(f"prompts    {live['prompts_done']:,} of {live['prompts']:,}{eta}")
        print(f"paid       {spending(live)}; {live['remembered']:,} answers were remembered")
        print(f"open       {live['in_flight']:,} calls in flight, {max(0, live.get('in_doubt', 0)):,} in doubt")
    for reason, rows in sorted(facts["drops"].items(), key=lambda item: -item[1]):
        print(f"dropped    {reason:<28}{rows:>10,}")
