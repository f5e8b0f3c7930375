-- Version 4: what operators look for. Once released this text is never edited.

-- The log of all sources by time, and by the bank's reference.
ALTER TABLE events ADD COLUMN reference TEXT;
UPDATE events SET reference = json_extract(body, '$.reference') WHERE json_valid(body);
CREATE INDEX events_by_time ON events (received);
CREATE INDEX events_by_reference ON events (reference, received) WHERE reference IS NOT NULL;

-- The deliveries that operators ask after. A healthy one is never in here.
CREATE INDEX deliveries_by_state ON deliveries (state, created, event)
    WHERE state IN ('waiting', 'gathered', 'held', 'failed', 'cancelled');

CREATE INDEX conflicts_by_source ON conflicts (source, received);

-- Of what an hour brought: how much the log has of it, and what each account moved, in JSON.
ALTER TABLE totals ADD COLUMN logged INTEGER NOT NULL DEFAULT 1;
UPDATE totals SET logged = max(events, 1);
ALTER TABLE totals ADD COLUMN accounts TEXT NOT NULL DEFAULT '[]';
