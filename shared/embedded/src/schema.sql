-- Version 1 of the file. Times are microseconds since 1970, in UTC. Once released this text is never
-- edited: a change is a further step in `schema.rs`.

-- Every event, in the order in which it was recorded. Nothing here is written a second time (but for
-- a rare `late`), so that a row costs its pages once.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    late        INTEGER NOT NULL,
    body        TEXT NOT NULL                   -- the event's wire form
) STRICT;

-- The events that are not taken yet: `take` deletes a small row here instead of rewriting a large
-- one above, and what was left half done is found without an index.
CREATE TABLE unfinished (
    event       INTEGER PRIMARY KEY             -- events.id
) STRICT;

-- Events that came with the key of another, once per fingerprint.
CREATE TABLE conflicts (
    id          INTEGER PRIMARY KEY,
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    source      TEXT NOT NULL,
    body        TEXT NOT NULL,
    UNIQUE (key, fingerprint)
) STRICT;

-- Authentic bytes that could not be read, once per source and content.
CREATE TABLE parked (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    hash        TEXT NOT NULL,                  -- SHA-256 of context and bytes
    at          INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    context     TEXT NOT NULL,
    bytes       BLOB NOT NULL,
    UNIQUE (source, hash)
) STRICT;

-- The last refused calls of each source.
CREATE TABLE refused (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    summary     TEXT NOT NULL
) STRICT;
CREATE INDEX refused_by_source ON refused (source);

-- The newest state seen of each object that changes.
CREATE TABLE snapshots (
    object      TEXT PRIMARY KEY,
    modified    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    event         INTEGER NOT NULL,             -- events.id
    destination   TEXT NOT NULL,
    created       INTEGER NOT NULL,
    state         TEXT NOT NULL,
    owner         INTEGER,                      -- of a sending one: the lease's holder
    at            INTEGER,                      -- end of the lease, or the due time
    reason        TEXT,                         -- of a failed or cancelled one
    attempts      INTEGER NOT NULL,
    failures      INTEGER NOT NULL,
    first_attempt INTEGER,
    PRIMARY KEY (event, destination)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_open ON deliveries (at) WHERE state IN ('pending', 'sending', 'waiting');

CREATE TABLE attempts (
    event       INTEGER NOT NULL,
    destination TEXT NOT NULL,
    n           INTEGER NOT NULL,
    started     INTEGER NOT NULL,
    finished    INTEGER NOT NULL,
    verdict     TEXT NOT NULL,
    status      INTEGER,
    detail      TEXT NOT NULL,
    counted     INTEGER NOT NULL,
    PRIMARY KEY (event, destination, n)
) STRICT, WITHOUT ROWID;

-- What the deliveries taught us about a destination; not what a person typed.
CREATE TABLE destination_states (
    destination TEXT PRIMARY KEY,
    moved_from  TEXT NOT NULL,
    moved_to    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a person typed, as the records of `tingting.toml`.
CREATE TABLE sources (
    name        TEXT PRIMARY KEY,               -- provider/name
    record      TEXT NOT NULL,
    origin      TEXT NOT NULL                   -- file | operator
) STRICT, WITHOUT ROWID;
CREATE TABLE destinations (
    name        TEXT PRIMARY KEY,
    record      TEXT NOT NULL,
    origin      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The queue. An id is never given twice (AUTOINCREMENT), for receipts are made of it.
CREATE TABLE messages (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    envelope    TEXT NOT NULL
) STRICT;

-- When each message may be received: apart from the envelopes, because receiving rewrites it.
CREATE TABLE visibility (
    visible     INTEGER NOT NULL,
    message     INTEGER NOT NULL,               -- messages.id
    receives    INTEGER NOT NULL,
    PRIMARY KEY (visible, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    receives    INTEGER NOT NULL,
    envelope    TEXT NOT NULL
) STRICT;

-- One row, written to learn whether writing works.
CREATE TABLE pulse (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL
) STRICT;
