"""The tables. A migration is a script in the list below; a store remembers how many of them it has had."""

from __future__ import annotations

APPLICATION_ID = 0x4E445850  # "NDXP": tells our files from any other SQLite file

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sandboxes (
        no INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        epoch INTEGER NOT NULL DEFAULT 1,
        seq INTEGER NOT NULL DEFAULT 0,
        head TEXT NOT NULL DEFAULT '',
        version INTEGER NOT NULL DEFAULT 1,
        definition TEXT NOT NULL,
        settings TEXT NOT NULL DEFAULT '{}',
        clock TEXT NOT NULL DEFAULT '{}'
    );
    CREATE TABLE credentials (
        consumer_key TEXT PRIMARY KEY,
        sandbox_no INTEGER NOT NULL,
        consumer_secret TEXT NOT NULL,
        kind TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX credentials_of_sandbox ON credentials (sandbox_no);
    CREATE TABLE tokens (
        token TEXT PRIMARY KEY,
        sandbox_no INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        consumer_key TEXT NOT NULL,
        kind TEXT NOT NULL,
        scope TEXT NOT NULL,
        issued_at INTEGER NOT NULL,
        expires_at INTEGER,
        is_revoked INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX tokens_of_key ON tokens (sandbox_no, epoch, consumer_key, scope, issued_at);
    CREATE TABLE records (
        sandbox_no INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        shelf TEXT NOT NULL,
        key TEXT NOT NULL,
        place TEXT NOT NULL,
        moment INTEGER NOT NULL,
        value TEXT
    );
    CREATE UNIQUE INDEX records_by_key ON records (sandbox_no, epoch, shelf, key);
    CREATE INDEX records_by_moment ON records (sandbox_no, epoch, shelf, place, moment);
    CREATE TABLE counters (
        sandbox_no INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        name TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (sandbox_no, epoch, name)
    ) WITHOUT ROWID;
    CREATE TABLE journal (
        sandbox_no INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        operation TEXT,
        outcome TEXT NOT NULL,
        status INTEGER NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        virtual_ms INTEGER NOT NULL,
        wall_ms INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        client_ip TEXT NOT NULL,
        story TEXT NOT NULL,
        request_body BLOB NOT NULL,
        response_body BLOB NOT NULL,
        self TEXT NOT NULL
    );
    CREATE UNIQUE INDEX journal_by_seq ON journal (sandbox_no, epoch, seq);
    """,
    """
    CREATE TABLE ended (
        sandbox_no INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        PRIMARY KEY (sandbox_no, epoch)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE agenda (
        sandbox_no INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        due_ms INTEGER NOT NULL,
        no INTEGER NOT NULL,
        effect TEXT NOT NULL,
        PRIMARY KEY (sandbox_no, epoch, due_ms, no)
    ) WITHOUT ROWID;
    ALTER TABLE sandboxes ADD COLUMN next_due INTEGER;
    CREATE TABLE snapshots (
        sandbox_no INTEGER NOT NULL,
        name TEXT NOT NULL,
        shelter INTEGER NOT NULL,
        taken_ms INTEGER NOT NULL,
        virtual_ms INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        head TEXT NOT NULL,
        settings TEXT NOT NULL,
        clock TEXT NOT NULL,
        next_due INTEGER,
        PRIMARY KEY (sandbox_no, name)
    ) WITHOUT ROWID;
    CREATE TABLE kept_tokens (
        token TEXT NOT NULL,
        sandbox_no INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        consumer_key TEXT NOT NULL,
        kind TEXT NOT NULL,
        scope TEXT NOT NULL,
        issued_at INTEGER NOT NULL,
        expires_at INTEGER,
        is_revoked INTEGER NOT NULL,
        PRIMARY KEY (sandbox_no, epoch, token)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tallies (
        gateway TEXT NOT NULL,
        operation TEXT NOT NULL,
        outcome TEXT NOT NULL,
        status_class INTEGER NOT NULL,
        bucket INTEGER NOT NULL,
        calls INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        PRIMARY KEY (gateway, operation, outcome, status_class, bucket)
    ) WITHOUT ROWID
    """,
)
