"""Tables and manifests on disk: the only writer of both.

Everything is written to a temporary file, synced and renamed, the manifest last: what has its final
name is whole, and a manifest means that all it lists is there. The Parquet settings are pinned and
rows carry nothing of the time or the machine, so that equal inputs give equal bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from prefdata.errors import PrefdataError
from prefdata.keys import file_key
from prefdata.records import Drop

ROWS_PER_GROUP = 8192
WRITER = {
    "compression": "zstd",
    "compression_level": 3,
    "version": "2.6",
    "data_page_version": "1.0",
    "write_statistics": True,
}
DROPS = pa.schema([(name, pa.int64() if name == "line" else pa.string()) for name in Drop._fields])
# Who gets how many candidates of which source on top of what a config says, and for which gap.
GAPS = pa.schema([("prompt_id", pa.string()), ("source", pa.string()), ("count", pa.int64()), ("because", pa.string())])


@dataclass(frozen=True)
class Manifest:
    """What a step read, wrote and left out (schemas/manifest.schema.json)."""

    step: str
    key: str
    rows_in: int
    rows_out: int
    drops: list[dict[str, Any]]
    outputs: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dropped = sum(drop["rows"] for drop in self.drops)
        if self.rows_in != self.rows_out + dropped:
            raise AssertionError(f"{self.step} lost rows: {self.rows_in} in, {self.rows_out} out, {dropped} dropped")


def drop_table(drops: list[Drop]) -> pa.Table:
    """Drops as rows of drops.parquet."""
    return pa.Table.from_pylist([drop._asdict() for drop in drops], schema=DROPS)


def tallied(drops: pa.Table) -> list[dict[str, Any]]:
    """Drops as a manifest counts them."""
    counts = (
        drops.group_by(["stage", "reason"]).aggregate([([], "count_all")]).rename_columns(["stage", "reason", "rows"])
    )
    return sorted(counts.to_pylist(), key=lambda drop: (drop["stage"], drop["reason"]))


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary path that takes the final name, synced, when the block ends well."""
    if not path.name:
        raise PrefdataError(f'"{path}" names no file. To mend it: name the file to write.')
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        error.filename = str(path)  # what the user named, not the temporary file
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    with writing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def table_writer(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """A Parquet writer whose file appears only when it is whole."""
    with writing(path) as temporary, pq.ParquetWriter(temporary, schema, **WRITER) as writer:
        yield writer


def write_table(path: Path, table: pa.Table) -> None:
    with table_writer(path, table.schema) as writer:
        writer.write_table(table, row_group_size=ROWS_PER_GROUP)


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    return pq.read_table(path, columns=columns)


class RunDir:
    """A run's folder: what users read at the top, what steps hand on in `.work`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dataset = path / "dataset"
        self.drops = path / "drops.parquet"
        self.removed = path / "removed.parquet"
        self.gaps = path / "gaps.parquet"
        self.verified = {"claim": path / "claims.parquet", "verdict": path / "verdicts.parquet"}
        self.manifest = path / "manifest.json"
        self.report = path / "report.html"
        self.card = path / "README.md"
        self.work = path / ".work"
        self.summary = self.work / "publish" / "summary.json"
        self.progress = self.work / "progress.json"  # how far live work was when last noted
        self._digests: dict[tuple[str, int, int], str] = {}
        # Imports may keep very many images, and no other step touches what they wrote: looked through once.
        self._imported: dict[str, tuple[tuple[int, int], Manifest]] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run for this process; the operating system lets go of the lock if the process dies."""
        lock = FileLock(self.path / ".lock")
        self._refuse_strangers()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout:
            raise PrefdataError(
                f"{self.path} is in use by another build. To mend it: wait for it, or choose another --run-dir."
            ) from None
        except OSError as error:
            raise PrefdataError(
                f"{self.path} cannot be written ({error.strerror}). To mend it: choose another --run-dir."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def in_use(self) -> bool:
        """Whether a build holds the run now."""
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        lock.release()
        return False

    def _refuse_strangers(self) -> None:
        """A folder with other things in it is not for us to write in."""
        ours = self.work.exists() or (self.manifest.exists() and '"step": "build"' in self.manifest.read_text("utf-8"))
        if not ours and self.path.is_dir() and any(path.name != ".lock" for path in self.path.iterdir()):
            raise PrefdataError(
                f"{self.path} holds files that are not of a run. To mend it: choose a new or an empty --run-dir."
            )

    def digest(self, path: Path) -> str:
        """sha256 of a file, computed again only when its size or time changed."""
        state = path.stat()
        name = (str(path), state.st_size, state.st_mtime_ns)
        if name not in self._digests:
            self._digests[name] = file_key(path)
        return self._digests[name]

    def step(self, name: str) -> Path:
        """The folder of a step's outputs."""
        return self.work / name

    def finished(self, name: str) -> Manifest | None:
        """The manifest of a finished step whose outputs are all there, and as they were written."""
        path = self.step(name) / "manifest.json"
        if not path.exists():
            return None
        state = (path.stat().st_mtime_ns, path.stat().st_size)
        if name in self._imported and self._imported[name][0] == state:
            return self._imported[name][1]
        manifest = Manifest(**read_json(path))
        if not all(self._is_whole(self.path / file, key) for file, key in manifest.outputs.items()):
            return None
        if name.startswith("import-"):
            self._imported[name] = (state, manifest)
        return manifest

    def ask_again(self, reason: str) -> None:
        """Forget that steps are finished that dropped rows for a reason which may have passed."""
        for path in self.work.glob("generate-*/manifest.json"):
            if any(drop["reason"] == reason for drop in read_json(path)["drops"]):
                path.unlink()

    def _is_whole(self, path: Path, digest: str) -> bool:
        return path.is_file() and self.digest(path) == digest

    def finish(
        self, step: str, key: str, rows: tuple[int, int], drops: pa.Table, outputs: list[Path], facts: dict[str, Any]
    ) -> Manifest:
        """Write a step's drops, then its manifest: now it is done. `rows`: in and out, each counted by itself."""
        if len(drops):
            outputs = [*outputs, self.step(step) / "drops.parquet"]
            write_table(outputs[-1], drops)
        names = {str(output.relative_to(self.path)): self.digest(output) for output in sorted(outputs)}
        manifest = Manifest(step, key, *rows, tallied(drops), names, facts)
        write_json(self.step(step) / "manifest.json", asdict(manifest))
        return manifest
