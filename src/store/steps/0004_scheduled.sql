-- The schedule that was installed from here, and the runs that a timer began. Neither is a fact about an app.
CREATE TABLE schedule (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  at TEXT NOT NULL,
  every_hours INTEGER NOT NULL CHECK (every_hours > 0),
  installed TEXT NOT NULL
) STRICT;

-- Without an end: it goes on, or its process is gone and it crashed.
CREATE TABLE scheduled_run (
  id INTEGER PRIMARY KEY NOT NULL,
  began TEXT NOT NULL,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  born TEXT,
  ended TEXT,
  how TEXT CHECK (how IN ('finished', 'stopped', 'failed')),
  code INTEGER,
  apps INTEGER,
  says TEXT,
  CHECK ((ended IS NULL) = (how IS NULL))
) STRICT;
