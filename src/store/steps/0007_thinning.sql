-- Facts of looks are by far the most, and week after week they say the same: what they say is kept once (`said`), what
-- they saw once by content (`observation`, `seen`). Long texts are packed (see `pack`). Rows are filled by `steps`.
CREATE TABLE said (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  body BLOB NOT NULL
) STRICT;

-- Each time that observations were thinned. It names no app: an app that is erased leaves a receipt and nothing else.
CREATE TABLE thinning (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  author TEXT NOT NULL,
  rule TEXT NOT NULL,
  observations INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;

-- That something was seen stays for ever; what it was is in `seen` until it is thinned.
CREATE TABLE observed (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  thinned INTEGER REFERENCES thinning (number)
) STRICT;
CREATE UNIQUE INDEX observed_by_digest ON observed (digest) WHERE thinned IS NULL;

CREATE TABLE seen (
  number INTEGER PRIMARY KEY REFERENCES observed (number),
  body BLOB NOT NULL
) STRICT;

-- The moment of the newest fact, by which a clock that is behind is known.
ALTER TABLE app ADD COLUMN newest TEXT;
UPDATE app SET newest = (SELECT max(at) FROM fact WHERE fact.app = app.id);

-- Of an outcome: `said`, `observed`, `run`, `ms`, `requests`; of the start of a run: `said`, `run`. Of anything else, and
-- of what this tool would not write the same again: `author` and `body`, as JSON.
CREATE TABLE fact_new (
  app BLOB NOT NULL REFERENCES app (id),
  id BLOB NOT NULL CHECK (length(id) = 16),
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  author TEXT,
  body TEXT,
  checklist TEXT REFERENCES checklist (digest),
  said INTEGER,
  observed INTEGER,
  run BLOB,
  ms INTEGER,
  requests INTEGER,
  PRIMARY KEY (app, id),
  CHECK ((said IS NULL) = (body IS NOT NULL) AND (said IS NULL) = (author IS NOT NULL) AND (said IS NULL) = (run IS NULL))
) STRICT, WITHOUT ROWID;
