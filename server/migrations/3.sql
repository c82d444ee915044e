-- Schema 3. The spool: messages on their way to Kafka, in the order in which they are delivered.
-- A number is never given twice, since Kafka is told how far the delivery has come.
CREATE TABLE spool (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    topic   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    key     BLOB,
    headers BLOB NOT NULL,
    value   BLOB NOT NULL,
    size    INTEGER NOT NULL
) STRICT;
CREATE INDEX spool_by_size ON spool (number, size, at);

-- Ingested events of the real book that have not come back from Kafka yet: what recognises them,
-- and their place in the log.
CREATE TABLE awaited (
    key      BLOB NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where an ingested event of the real book stands in Kafka, once it has come back.
CREATE TABLE placed (
    sequence  INTEGER PRIMARY KEY,
    partition INTEGER NOT NULL,
    "offset"  INTEGER NOT NULL
) STRICT;
