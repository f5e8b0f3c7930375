-- Version 2: what is held, gathered, overdue and old. Once released this text is never edited.

-- The log, by source and time. Beside the body, so that listing reads no JSON.
ALTER TABLE events ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
UPDATE events SET
    source = json_extract(body, '$.provider') || '/' || json_extract(body, '$.source'),
    received = unixepoch(substr(json_extract(body, '$.received'), 1, 19)) * 1000000
        + CAST(substr(replace(substr(json_extract(body, '$.received'), 21), 'Z', '') || '000000',
                      1, 6) AS INTEGER)
    WHERE json_valid(body);
CREATE INDEX events_log ON events (source, received);

-- An event that is not taken was rung so often, and is looked at again then. Nearly none ever is, and
-- one that was not costs no place in the index.
ALTER TABLE unfinished ADD COLUMN look INTEGER;
ALTER TABLE unfinished ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;
CREATE INDEX unfinished_rung ON unfinished (look) WHERE look IS NOT NULL;

-- Those that are there already were told in the log of the version that wrote them.
ALTER TABLE conflicts ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conflicts ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
UPDATE conflicts SET told = 1;
UPDATE conflicts SET
    received = unixepoch(substr(json_extract(body, '$.received'), 1, 19)) * 1000000
        + CAST(substr(replace(substr(json_extract(body, '$.received'), 21), 'Z', '') || '000000',
                      1, 6) AS INTEGER)
    WHERE json_valid(body);
CREATE INDEX conflicts_untold ON conflicts (received) WHERE told = 0;
CREATE INDEX conflicts_by_time ON conflicts (received);

-- When somebody must look at an open one that nobody rang for, and how often that happened; the
-- digest that a gathered one is a member of; whether no digest may have it again.
ALTER TABLE deliveries ADD COLUMN look INTEGER;
ALTER TABLE deliveries ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN digest TEXT;
ALTER TABLE deliveries ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET look = created + 300000000 WHERE state = 'pending';
UPDATE deliveries SET look = max(created + 300000000, at) WHERE state = 'sending';
UPDATE deliveries SET look = at WHERE state = 'waiting';
DROP INDEX deliveries_open;
CREATE INDEX deliveries_open ON deliveries (look) WHERE look IS NOT NULL;
CREATE INDEX deliveries_waiting ON deliveries (destination, at) WHERE state = 'waiting';
CREATE INDEX deliveries_held ON deliveries (destination, created, event) WHERE state = 'held';

-- How destinations stand: the columns of `domain::Standing`.
CREATE TABLE standings (
    destination TEXT PRIMARY KEY,
    mode        TEXT NOT NULL,                  -- active | paused | disabled
    since       INTEGER,                        -- of a paused or disabled one
    cause       TEXT,                           -- of a paused one: failing | dead | operator
    words       TEXT,                           -- of a dead one: its channel's
    streak      INTEGER,                        -- since when it took nothing
    failures    INTEGER NOT NULL,
    probed      INTEGER,
    place       TEXT,                           -- of the last probe
    resumed     INTEGER,
    told        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The moments that were reserved for each chat, in the form of `domain::Reserved`.
CREATE TABLE reserved (
    destination TEXT PRIMARY KEY,
    moments     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
    name        TEXT PRIMARY KEY,
    text        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What each closed hour brought a source.
CREATE TABLE totals (
    source      TEXT NOT NULL,
    hour        INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    hooks       INTEGER NOT NULL,               -- of the events, those that hooks brought
    money       TEXT NOT NULL,                  -- JSON, by currency
    PRIMARY KEY (source, hour)
) STRICT, WITHOUT ROWID;

-- How far forgetting got in `events`, by id; and the events that it passed while they were open, each
-- with the time at which it is asked after again.
CREATE TABLE forgotten (
    what        TEXT PRIMARY KEY,               -- bodies | keys
    until       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE lingering (
    again       INTEGER NOT NULL,
    event       INTEGER NOT NULL,               -- events.id
    PRIMARY KEY (again, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_by_time ON parked (at);
CREATE INDEX refused_by_time ON refused (at);
CREATE INDEX dead_letters_by_time ON dead_letters (at);
