-- Version 3: what operators need. Once released this text is never edited.

-- Cards, by drawer and name; what they say is their flows' business.
CREATE TABLE cards (
    drawer      TEXT NOT NULL,
    name        TEXT NOT NULL,
    text        TEXT NOT NULL,
    until       INTEGER,                        -- when it may be forgotten
    PRIMARY KEY (drawer, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX cards_until ON cards (until) WHERE until IS NOT NULL;
