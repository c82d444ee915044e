-- Schema 4. When the source changed over, from which state to which, and why.
CREATE TABLE change_over (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    INTEGER NOT NULL,
    "from" TEXT NOT NULL,
    "to"  TEXT NOT NULL,
    why   TEXT NOT NULL
) STRICT;
