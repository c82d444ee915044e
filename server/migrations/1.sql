-- Schema 1. Books and topics are named, so that a person with `sqlite3` can read the rows;
-- times are milliseconds of UTC since 1970.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE book (
    name          TEXT NOT NULL PRIMARY KEY,
    last_sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A run of events of one topic of one book. Blocks of one topic and book never overlap in
-- sequence. `id` grows with the commit of the block's last event; `size` is the length of all
-- blobs together, `raw_size` that of `data` before compression.
CREATE TABLE block (
    id             INTEGER PRIMARY KEY,
    book           TEXT NOT NULL,
    topic          TEXT NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    from_time      INTEGER NOT NULL,
    to_time        INTEGER NOT NULL,
    count          INTEGER NOT NULL,
    size           INTEGER NOT NULL,
    raw_size       INTEGER NOT NULL,
    entities       BLOB NOT NULL,
    ids            BLOB NOT NULL,
    keys           BLOB NOT NULL,
    data           BLOB NOT NULL
) STRICT;
CREATE INDEX block_by_place
    ON block (book, topic, first_sequence, last_sequence, from_time, to_time, count, size);

CREATE TABLE tick (
    book           TEXT NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    data           BLOB NOT NULL,
    PRIMARY KEY (book, first_sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE command (
    book     TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    data     BLOB NOT NULL,
    PRIMARY KEY (book, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    id       INTEGER PRIMARY KEY,
    book     TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    raw_size INTEGER NOT NULL,
    state    BLOB NOT NULL,
    UNIQUE (book, sequence)
) STRICT;

-- `data` is the whole alert; the columns before it are what listings choose by.
CREATE TABLE alert (
    rank       INTEGER PRIMARY KEY,
    id         TEXT NOT NULL,
    book       TEXT NOT NULL,
    topic      TEXT NOT NULL,
    severity   TEXT NOT NULL,
    state      TEXT NOT NULL,
    fired_at   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    data       BLOB NOT NULL,
    UNIQUE (id, book)
) STRICT;
CREATE INDEX alert_by_change ON alert (changed_at, rank);
CREATE INDEX alert_by_state ON alert (book, state, changed_at);

CREATE TABLE position (
    topic     TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next      INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    topic     TEXT NOT NULL,
    partition INTEGER,
    "offset"  INTEGER,
    reason    TEXT NOT NULL,
    detail    TEXT NOT NULL,
    received  INTEGER NOT NULL,
    key       TEXT,
    headers   TEXT NOT NULL,
    size      INTEGER NOT NULL,
    weight    INTEGER NOT NULL,
    bytes     BLOB NOT NULL
) STRICT;
CREATE INDEX dead_letter_by_weight ON dead_letter (id, weight);
