"""The tables, written once in SQLite's words and read by both databases.

A migration is a script in the list below; a store remembers how many of them it has had. What PostgreSQL says otherwise
is a handful of words (``postgres_script``), so that the two cannot drift apart.
"""

from __future__ import annotations

import re

from emulator.store.store import SqlDialect

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
    # What the journal has let go of (its chain begins after ``floor``), and how much it holds; whose a sandbox is and
    # when it ends; who may use it; and what was served, by sandbox.
    """
    ALTER TABLE sandboxes ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sandboxes ADD COLUMN floor_head TEXT NOT NULL DEFAULT '';
    ALTER TABLE sandboxes ADD COLUMN journal_bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sandboxes ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    ALTER TABLE sandboxes ADD COLUMN made_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sandboxes ADD COLUMN expires_ms INTEGER;
    UPDATE sandboxes SET floor = coalesce((SELECT min(seq) - 1 FROM journal
        WHERE sandbox_no = sandboxes.no AND epoch = sandboxes.epoch), seq);
    UPDATE sandboxes SET journal_bytes = coalesce((SELECT sum(length(story) + length(request_body)
        + length(response_body)) FROM journal WHERE sandbox_no = sandboxes.no AND epoch = sandboxes.epoch), 0);
    CREATE TABLE access (
        digest TEXT PRIMARY KEY,
        sandbox_no INTEGER NOT NULL,
        role TEXT NOT NULL,
        made_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX access_to_sandbox ON access (sandbox_no);
    CREATE TABLE served (
        sandbox_no INTEGER NOT NULL,
        gateway TEXT NOT NULL,
        operation TEXT NOT NULL,
        outcome TEXT NOT NULL,
        status_class INTEGER NOT NULL,
        bucket INTEGER NOT NULL,
        calls INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        bytes_in INTEGER NOT NULL,
        bytes_out INTEGER NOT NULL,
        PRIMARY KEY (sandbox_no, gateway, operation, outcome, status_class, bucket)
    ) WITHOUT ROWID;
    INSERT INTO served SELECT 0, gateway, operation, outcome, status_class, bucket, calls, duration_us, 0, 0
        FROM tallies;
    DROP TABLE tallies
    """,
    # Tokens of an owner open every sandbox of that owner; an attempt belongs to the sandbox it was opened for by
    # number, since a name may come to belong to somebody else. Number 0 is no sandbox: it holds the chain of what was
    # changed in the server itself.
    """
    ALTER TABLE access ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    ALTER TABLE sandboxes ADD COLUMN parent_no INTEGER;
    UPDATE sandboxes SET parent_no = (SELECT opened.no FROM sandboxes AS opened WHERE opened.id = sandboxes.owner),
        owner = '' WHERE id LIKE 'luot-%' AND owner <> '';
    INSERT INTO sandboxes (no, id, definition) VALUES (0, '_server', '{}')
    """,
    # Results have a time of their own by which they are pulled; those of before are found by the last change (B57).
    """
    INSERT INTO records (sandbox_no, epoch, shelf, key, place, moment, value)
        SELECT sandbox_no, epoch, shelf || '@results', key, place,
            CAST(coalesce(json_extract(value, '$.result_given_at'), json_extract(value, '$.changed_at')) AS INTEGER),
            '{}'
        FROM records WHERE shelf IN ('dossiers', 'test-system/dossiers') AND value IS NOT NULL
            AND json_extract(value, '$.result_fields') IS NOT NULL
        ON CONFLICT DO NOTHING
    """,
    # A class and its seats; a seat is a sandbox with a person's name beside it.
    """
    CREATE TABLE classes (
        name TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        made_ms INTEGER NOT NULL,
        state TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE seats (
        class_name TEXT NOT NULL,
        number INTEGER NOT NULL,
        sandbox_no INTEGER NOT NULL,
        person TEXT NOT NULL,
        state TEXT NOT NULL,
        version INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (class_name, number)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX seat_of_sandbox ON seats (sandbox_no)
    """,
    # What the pack of a sandbox held when it was made, where several servers could have packs that differ.
    """
    ALTER TABLE sandboxes ADD COLUMN pack_digest TEXT NOT NULL DEFAULT ''
    """,
    # The place first, so that this index is of no use to whoever looks for a key: of two that may be, PostgreSQL takes
    # either as long as it has not counted a table, and read all of a sandbox's dossiers for each push.
    """
    DROP INDEX records_by_moment;
    CREATE INDEX records_by_moment ON records (place, sandbox_no, epoch, shelf, moment)
    """,
    # What nobody called for, in the words of ``world_rows``: a total leaves it out without reading the whole journal.
    """
    CREATE INDEX IF NOT EXISTS journal_unasked ON journal (sandbox_no, epoch, seq, operation)
        WHERE operation IN ('clock.effect', 'admin.change') OR operation LIKE 'certification.%'
    """,
)


_IN_POSTGRES = (
    (r"INTEGER PRIMARY KEY AUTOINCREMENT", "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
    (r"\bINTEGER\b", "bigint"),
    (r"json_extract\((\w+), '\$\.(\w+)'\)", r"(CAST(\1 AS jsonb) ->> '\2')"),
    (r"\bBLOB\b", "bytea"),
    (r"\bTEXT\b", 'text COLLATE "C"'),
    (r"\s*\bWITHOUT ROWID\b", ""),
)


def postgres_script(script: str) -> str:
    """Return a migration in the words of PostgreSQL."""
    for pattern, words in _IN_POSTGRES:
        script = re.sub(pattern, words, script)
    return script


class PostgresDialect(SqlDialect):
    """How PostgreSQL says what the row modules ask; some of it by functions of ours (``POSTGRES_FUNCTIONS``)."""

    like = "ILIKE"

    def member(self, column: str, *steps: str) -> str:
        """Return a text at a place; of what is no JSON, nothing."""
        return f"ndxp_member({column}, '{{{','.join(steps)}}}')"

    def has_rule(self) -> str:
        """Return whether a remark names the rule."""
        return (
            "EXISTS (SELECT 1 FROM json_array_elements(ndxp_json(story) -> 'remarks') AS remark"
            " WHERE remark ->> 'rule' = ?)"
        )

    def like_path(self, wanted: str) -> tuple[str, str]:
        """Return the pattern with the special characters of LIKE escaped."""
        for special in "\\%_":
            wanted = wanted.replace(special, "\\" + special)
        return "path LIKE ? ESCAPE '\\'", wanted.replace("*", "%")

    def text_of(self, column: str) -> str:
        """Return bytes as UTF-8, escaped where they are none."""
        return f"ndxp_text({column})"

    def json_of(self, column: str) -> str:
        """Return the column: text is what comes anyway."""
        return column


POSTGRES_FUNCTIONS = """
CREATE OR REPLACE FUNCTION ndxp_text(content bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RETURN convert_from(content, 'UTF8'); EXCEPTION WHEN others THEN RETURN encode(content, 'escape'); END $$;
CREATE OR REPLACE FUNCTION ndxp_json(content text) RETURNS json LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RETURN content::json; EXCEPTION WHEN others THEN RETURN '{}'::json; END $$;
CREATE OR REPLACE FUNCTION ndxp_member(content text, place text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RETURN content::json #>> place::text[]; EXCEPTION WHEN others THEN RETURN NULL; END $$;
"""
