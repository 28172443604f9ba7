"""The sandbox's durable memory: Stripe's objects, idempotency keys and submissions in one SQLite file."""

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Wire = dict[str, Any]
"""A Stripe object as it travels."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    charge TEXT,
    body TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (kind, charge, sequence);
CREATE TABLE IF NOT EXISTS submissions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    dispute TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    saved_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS violations (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
"""


@dataclass
class Entry:
    """A Stripe object and what only the sandbox knows about it."""

    id: str
    kind: str
    charge: str | None
    body: Wire
    note: Wire


@dataclass(frozen=True)
class SavedAnswer:
    """What was answered under an idempotency key."""

    fingerprint: str
    status: int
    body: Wire
    request_id: str


class Books:
    """One writer, one process; every change inside `changing()` is all or nothing and survives a kill."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / "sandbox.sqlite", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def changing(self) -> Generator[None]:
        """A transaction; an exception undoes it."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def add(self, entry: Entry) -> None:
        """A new object; sqlite3.IntegrityError when its id is taken."""
        self._database.execute(
            "INSERT INTO objects (id, kind, charge, body, note) VALUES (?, ?, ?, ?, ?)",
            (entry.id, entry.kind, entry.charge, json.dumps(entry.body), json.dumps(entry.note)),
        )

    def save(self, entry: Entry) -> None:
        """The object as it now is."""
        self._database.execute(
            "UPDATE objects SET body = ?, note = ? WHERE id = ?",
            (json.dumps(entry.body), json.dumps(entry.note), entry.id),
        )

    def find(self, kind: str, identifier: str) -> Entry | None:
        """The object of that kind and id."""
        row = self._database.execute(
            "SELECT id, kind, charge, body, note FROM objects WHERE kind = ? AND id = ?", (kind, identifier)
        ).fetchone()
        return _entry(row) if row else None

    def all(self, kind: str, charge: str | None = None) -> list[Entry]:
        """Objects of a kind, newest first; of one charge when given."""
        rows = self._database.execute(
            "SELECT id, kind, charge, body, note FROM objects WHERE kind = ? AND (? IS NULL OR charge = ?) "
            "ORDER BY sequence DESC",
            (kind, charge, charge),
        )
        return [_entry(row) for row in rows]

    def page(
        self,
        kind: str,
        charge: str | None,
        limit: int,
        *,
        after: str | None = None,
        before: str | None = None,
        since: int = 0,
    ) -> tuple[list[Wire], bool]:
        """One page of objects, newest first, and whether more follow; LookupError for an unknown cursor.

        `since` is the earliest `created`, in seconds since 1970.
        """
        clauses = ["kind = ?", "(? IS NULL OR charge = ?)", "coalesce(json_extract(body, '$.created'), 0) >= ?"]
        values: list[str | int | None] = [kind, charge, charge, since]
        order = "DESC"
        for cursor, comparison in ((after, "<"), (before, ">")):
            if cursor is not None:
                row = self._database.execute("SELECT sequence FROM objects WHERE id = ?", (cursor,)).fetchone()
                if row is None:
                    raise LookupError(cursor)
                clauses.append(f"sequence {comparison} ?")
                values.append(row[0])
                order = "ASC" if comparison == ">" else order
        statement = f"SELECT body FROM objects WHERE {' AND '.join(clauses)} ORDER BY sequence {order} LIMIT ?"  # noqa: S608 -- built from constants
        bodies = [json.loads(row[0]) for row in self._database.execute(statement, (*values, limit + 1))]
        more, bodies = len(bodies) > limit, bodies[:limit]
        return (bodies if order == "DESC" else bodies[::-1]), more

    def add_submission(self, dispute: str, body: Wire) -> None:
        """Evidence that reached the issuer."""
        self._database.execute("INSERT INTO submissions (dispute, body) VALUES (?, ?)", (dispute, json.dumps(body)))

    def submissions(self, dispute: str) -> list[Wire]:
        """What reached the issuer, oldest first."""
        rows = self._database.execute("SELECT body FROM submissions WHERE dispute = ? ORDER BY sequence", (dispute,))
        return [json.loads(row[0]) for row in rows]

    def answer_under(self, key: str, not_before: int) -> SavedAnswer | None:
        """The answer saved under `key` since `not_before` (Unix seconds)."""
        row = self._database.execute(
            "SELECT fingerprint, status, body, request_id FROM keys WHERE key = ? AND saved_at >= ?", (key, not_before)
        ).fetchone()
        return SavedAnswer(row[0], row[1], json.loads(row[2]), row[3]) if row else None

    def save_answer(self, key: str, answer: SavedAnswer, at: int) -> None:
        """Remember what was answered under `key`."""
        self._database.execute(
            "INSERT OR REPLACE INTO keys (key, fingerprint, status, body, request_id, saved_at) VALUES (?,?,?,?,?,?)",
            (key, answer.fingerprint, answer.status, json.dumps(answer.body), answer.request_id, at),
        )

    def forget_keys(self, ending: str) -> int:
        """Forget the idempotency keys that end so (all for the empty ending); how many there were."""
        statement = "DELETE FROM keys WHERE ?1 = '' OR substr(key, -length(?1)) = ?1"
        return self._database.execute(statement, (ending,)).rowcount

    def add_violation(self, body: Wire) -> None:
        """A break of the specification."""
        self._database.execute("INSERT INTO violations (body) VALUES (?)", (json.dumps(body),))

    def violations(self) -> list[Wire]:
        """Breaks of the specification, oldest first."""
        return [json.loads(row[0]) for row in self._database.execute("SELECT body FROM violations ORDER BY sequence")]

    def forget_violations(self) -> None:
        """Start a clean list."""
        self._database.execute("DELETE FROM violations")


def _entry(row: tuple[str, str, str | None, str, str]) -> Entry:
    return Entry(row[0], row[1], row[2], json.loads(row[3]), json.loads(row[4]))
