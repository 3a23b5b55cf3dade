-- A look took more room than what it says: an app's and a run's name of sixteen bytes, and its moment as a text. Each name
-- is kept once, with a number; the moment is counted from the one that is in the fact's id. Rows are filled by `steps`.
ALTER TABLE app ADD COLUMN number INTEGER;
UPDATE app SET number = rowid;
CREATE UNIQUE INDEX app_by_number ON app (number);

-- The names of the runs that facts name.
CREATE TABLE ran (
  number INTEGER PRIMARY KEY,
  run BLOB NOT NULL UNIQUE CHECK (length(run) = 16)
) STRICT;

-- `app`: its number. `at`: microseconds from the moment in the id, a UUIDv7; a text only where it was never a moment.
-- `kind`: none for an outcome. Of an outcome: `said`, `observed`, `ran`, `ms`, `requests`; of the start and the end of a run:
-- `said`, `ran`. Of anything else, and of what this tool would not write the same again: `author` and `body`, as JSON.
CREATE TABLE fact_new (
  app INTEGER NOT NULL REFERENCES app (number),
  id BLOB NOT NULL CHECK (length(id) = 16),
  at ANY NOT NULL,
  kind TEXT,
  said INTEGER,
  observed INTEGER,
  ran INTEGER,
  ms INTEGER,
  requests INTEGER,
  author TEXT,
  body TEXT,
  checklist TEXT REFERENCES checklist (digest),
  PRIMARY KEY (app, id),
  CHECK ((said IS NULL) = (body IS NOT NULL) AND (said IS NULL) = (author IS NOT NULL) AND (said IS NULL) = (ran IS NULL))
) STRICT, WITHOUT ROWID;

-- A fail is said anew with each commit that it names: packed beside the first such text of the same probe and outcome
-- (`base`), it takes a third. `kin` says of what a text may be the base.
CREATE TABLE said_new (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  body BLOB NOT NULL,
  kin INTEGER,
  base INTEGER
) STRICT;
INSERT INTO said_new (number, digest, body) SELECT number, digest, body FROM said;
DROP TABLE said;
ALTER TABLE said_new RENAME TO said;
CREATE INDEX said_by_kin ON said (kin) WHERE kin IS NOT NULL;

-- Six bytes of a digest lead to its row; who reads compares all of it.
CREATE INDEX said_by_digest ON said (substr(digest, 1, 6));
DROP INDEX observed_by_digest;
CREATE INDEX observed_by_digest ON observed (substr(digest, 1, 6)) WHERE thinned IS NULL;
