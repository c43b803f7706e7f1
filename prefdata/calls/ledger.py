"""The only memory of money: the intent and the result of every paid call, in SQLite.

A result is committed before anything else sees it; an intent precedes each call, so that after a
crash the doubtful calls can be listed. Writes of one turn of the event loop share a transaction.
WAL with synchronous=NORMAL survives the death of the process at any moment; a power failure may cost
the last transactions, never the file.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from prefdata.calls.request import Answer, Request, TerminalError
from prefdata.errors import PrefdataError

TABLES = """
CREATE TABLE IF NOT EXISTS results (
    key TEXT, max_tokens INTEGER, state TEXT, finish TEXT, prompt_tokens INTEGER, completion_tokens INTEGER,
    cost REAL, body TEXT, PRIMARY KEY (key, max_tokens)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intents (key TEXT, max_tokens INTEGER, PRIMARY KEY (key, max_tokens)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spending (
    run TEXT PRIMARY KEY, calls INTEGER, prompt_tokens INTEGER, completion_tokens INTEGER, cost REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refusals (
    endpoint TEXT, model TEXT, feature TEXT, PRIMARY KEY (endpoint, model, feature)
) WITHOUT ROWID;
"""
# Whether a row of results settles a call at {limit} tokens: refused at no more, answered at as many, or an answer that
# stopped by itself within them.
SETTLES = """(
    (results.state = 'refused' AND results.max_tokens <= {limit}) OR results.max_tokens = {limit}
    OR (results.finish = 'stop' AND results.completion_tokens <= {limit})
)"""
FIND = f"""
SELECT state, body FROM results WHERE key = :key AND {SETTLES.format(limit=":limit")} ORDER BY max_tokens LIMIT 1
"""
INTEND = "INSERT OR IGNORE INTO intents VALUES (?, ?)"
SETTLE = "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
SPEND = """
INSERT INTO spending VALUES (?, 1, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET calls = calls + 1,
    prompt_tokens = prompt_tokens + excluded.prompt_tokens,
    completion_tokens = completion_tokens + excluded.completion_tokens, cost = cost + excluded.cost
"""
FORGET = "DELETE FROM intents WHERE key = ? AND max_tokens = ?"

Write = tuple[str, tuple[Any, ...]]


class Spent(NamedTuple):
    """What answers have cost. `cost` is in US dollars."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def connect(path: Path) -> sqlite3.Connection:
    """Open the ledger file, making it if need be. Raises PrefdataError if it is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, timeout=60)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        Ledger(connection)  # makes the tables that are missing
        connection.execute(FIND, {"key": "", "limit": 0})
    except (OSError, sqlite3.Error) as error:
        remedy = "name another file under `ledger:`; it is made if it is not there"
        raise PrefdataError(f"{path} cannot be used as the ledger ({error}). To mend it: {remedy}.") from None
    return connection


class Ledger:
    """`run` is the account on which answers are booked; it never decides what is found."""

    def __init__(self, connection: sqlite3.Connection, run: str = "") -> None:
        self.connection, self.run = connection, run
        self.connection.executescript(TABLES)
        self._waiting: list[Write] = []
        self._flushed: asyncio.Future[None] | None = None

    def find(self, request: Request) -> Answer | None:
        """The answer this request has had. Raises TerminalError if it was refused for good."""
        row = self.connection.execute(FIND, {"key": request.key, "limit": request.max_tokens}).fetchone()
        if row is None:
            return None
        state, body = row
        if state == "refused":
            raise TerminalError(**json.loads(body))
        return Answer(**json.loads(body))

    async def intend(self, request: Request) -> None:
        """Note that a call is about to be paid for."""
        await self._write([(INTEND, (request.key, request.max_tokens))])

    async def settle(self, request: Request, answer: Answer, cost: float) -> None:
        """Commit an answer; only when this returns may anybody use it."""
        body = json.dumps(asdict(answer), ensure_ascii=False)
        usage = (answer.finish, answer.prompt_tokens, answer.completion_tokens, cost, body)
        booked = (SPEND, (self.run, answer.prompt_tokens, answer.completion_tokens, cost))
        await self._write([*self._settling(request, "answered", usage), booked])

    async def refuse(self, request: Request, error: TerminalError) -> None:
        """Commit that this request will never be answered."""
        body = json.dumps({"reason": error.reason, "detail": error.detail}, ensure_ascii=False)
        await self._write(self._settling(request, "refused", ("", 0, 0, 0.0, body)))

    async def forget(self, request: Request) -> None:
        """A call that certainly gave nothing is not in doubt."""
        await self._write([(FORGET, (request.key, request.max_tokens))])

    def doubtful(self) -> int:
        """Calls that were begun and have no result: in flight now, or lost in a crash."""
        return int(self.connection.execute("SELECT count(*) FROM intents").fetchone()[0])

    def spent(self) -> Spent:
        """What this run has paid for, in all its lives."""
        columns = "calls, prompt_tokens, completion_tokens, cost"
        row = self.connection.execute(f"SELECT {columns} FROM spending WHERE run = ?", (self.run,)).fetchone()
        return Spent(*row) if row else Spent()

    def refuses(self, endpoint: str, model: str, feature: str) -> bool:
        """Whether an endpoint has been found not to know a feature of the protocol."""
        found = "SELECT 1 FROM refusals WHERE endpoint = ? AND model = ? AND feature = ?"
        return self.connection.execute(found, (endpoint, model, feature)).fetchone() is not None

    def note_refusal(self, endpoint: str, model: str, feature: str) -> None:
        """Remember it, so that it is found out once."""
        self.connection.execute("INSERT OR IGNORE INTO refusals VALUES (?, ?, ?)", (endpoint, model, feature))

    @staticmethod
    def _settling(request: Request, state: str, rest: tuple[Any, ...]) -> list[Write]:
        name = (request.key, request.max_tokens)
        return [(SETTLE, (*name, state, *rest)), (FORGET, name)]

    async def _write(self, writes: Iterable[Write]) -> None:
        """Join the transaction at the end of this turn of the loop, and wait for its commit."""
        self._waiting.extend(writes)
        if self._flushed is None:
            loop = asyncio.get_running_loop()
            self._flushed = loop.create_future()
            loop.call_soon(self._flush)
        await asyncio.shield(self._flushed)

    def _flush(self) -> None:
        writes, self._waiting = self._waiting, []
        flushed, self._flushed = self._flushed, None
        assert flushed is not None
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            for statement, values in writes:
                self.connection.execute(statement, values)
            self.connection.execute("COMMIT")
        except Exception as error:  # whatever it is, those who wait must hear of it
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            flushed.set_exception(error)
        else:
            flushed.set_result(None)
