"""The memory of batches: which batch carries which call, kept in the ledger's file until the ledger has its answer.

A batch is written down with all its calls before it is made at the endpoint, so that after a crash it can be
found again by its token. Its rows are written here in one transaction when they are read, and given to nobody
before; they are forgotten when the ledger has them. OpenAI keeps results for 30 days, and so long lasts this
memory of calls that nobody asks for any more.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from prefdata.calls.ledger import SETTLES, Ledger

TABLES = """
CREATE TABLE IF NOT EXISTS batches (
    token TEXT PRIMARY KEY, base_url TEXT, account TEXT, model TEXT, file TEXT, made REAL, id TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch_requests (
    key TEXT, max_tokens INTEGER, batch TEXT, place INTEGER, line TEXT, PRIMARY KEY (key, max_tokens, batch)
);
CREATE INDEX IF NOT EXISTS batch_requests_of ON batch_requests (batch, place);
"""
FIND = """
SELECT batch, line FROM batch_requests JOIN batches ON token = batch
WHERE key = ? AND max_tokens = ? AND base_url = ? ORDER BY line IS NULL LIMIT 1
"""
SETTLED = f"""
DELETE FROM batch_requests AS q WHERE line IS NOT NULL AND EXISTS (
    SELECT 1 FROM results WHERE results.key = q.key AND {SETTLES.format(limit="q.max_tokens")})
"""
OLD = "DELETE FROM batch_requests WHERE batch IN (SELECT token FROM batches WHERE made < ?)"
EMPTY = "DELETE FROM batches WHERE NOT EXISTS (SELECT 1 FROM batch_requests WHERE batch = token)"
KEPT_FOR = 30 * 86_400.0

Name = tuple[str, int]  # a call: its request's key and max_tokens, as in the ledger


class Batch(NamedTuple):
    """A batch at an endpoint. `id` is the endpoint's name for it, None as long as it may not have been made.

    token: our own name, which the batch carries in its metadata. account: a mark of the key it was made with.
    file: the endpoint's name of the uploaded requests. made: seconds since 1970.
    """

    token: str
    base_url: str
    account: str
    model: str
    file: str
    made: float
    id: str | None = None


class Found(NamedTuple):
    """Where a call is: in which batch, and with which line of results if that has been read."""

    batch: str
    line: str | None


class Batches:
    """Batches and their calls in an open ledger file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.ledger = Ledger(connection)
        self.connection.executescript(TABLES)
        self.tidy()

    def find(self, base_url: str, name: Name) -> Found | None:
        """The batch that carries a call at an endpoint."""
        row = self.connection.execute(FIND, (*name, base_url)).fetchone()
        return None if row is None else Found(*row)

    def batch(self, token: str) -> Batch:
        """A remembered batch. Raises KeyError if there is none."""
        row = self.connection.execute("SELECT * FROM batches WHERE token = ?", (token,)).fetchone()
        if row is None:
            raise KeyError(token)
        return Batch(*row)

    def names(self, token: str) -> list[Name]:
        """The calls of a batch in the order of its lines."""
        select = "SELECT key, max_tokens FROM batch_requests WHERE batch = ? ORDER BY place"
        return self.connection.execute(select, (token,)).fetchall()

    def intend(self, batch: Batch, names: Iterable[Name]) -> None:
        """Note that a batch with these calls, in the order of its lines, is about to be made."""
        rows = ((*name, batch.token, place, None) for place, name in enumerate(names))
        with self._transaction():
            self.connection.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
            self.connection.executemany("INSERT INTO batch_requests VALUES (?, ?, ?, ?, ?)", rows)

    def made(self, token: str, id: str) -> None:
        """Note the endpoint's name for a batch."""
        with self._transaction():
            self.connection.execute("UPDATE batches SET id = ? WHERE token = ?", (id, token))

    def keep(self, token: str, lines: Mapping[Name, str]) -> None:
        """Commit what was read of an ended batch; calls without a line are free to be sent again."""
        rows = ((line, *name, token) for name, line in lines.items())
        update = "UPDATE batch_requests SET line = ? WHERE key = ? AND max_tokens = ? AND batch = ?"
        with self._transaction():
            self.connection.executemany(update, rows)
            self.connection.execute("DELETE FROM batch_requests WHERE batch = ? AND line IS NULL", (token,))
            self.connection.execute(EMPTY)

    def tidy(self) -> None:
        """Forget the rows that the ledger has, what is too old to be fetched, and batches of which nothing is left."""
        with self._transaction():
            self.connection.execute(SETTLED)
            self.connection.execute(OLD, (time.time() - KEPT_FOR,))
            self.connection.execute(EMPTY)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
