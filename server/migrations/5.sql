-- Schema 5. How far each place of a feed was read: a file or an address. `id` grows with each
-- change, so that the places that were read last are told from those that are long gone.
CREATE TABLE feed_position (
    id       INTEGER PRIMARY KEY,
    feed     TEXT NOT NULL,
    place    TEXT NOT NULL,
    file     INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    seal     INTEGER NOT NULL,
    etag     TEXT,
    modified TEXT,
    UNIQUE (feed, place)
) STRICT;

-- The row of a feed that a refused message was.
ALTER TABLE dead_letter ADD COLUMN feed TEXT;
ALTER TABLE dead_letter ADD COLUMN place TEXT;
