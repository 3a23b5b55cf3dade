-- Facts are only ever added. Moments are RFC 3339 UTC with microseconds, so that text order is time order; ids are
-- the 16 bytes of a UUIDv7; digests are SHA-256 in lower-case hex.
PRAGMA application_id = 1380275011;

CREATE TABLE tally (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  changes INTEGER NOT NULL
) STRICT;
INSERT INTO tally (one, changes) VALUES (1, 0);

CREATE TABLE app (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL UNIQUE,
  created TEXT NOT NULL
) STRICT;

CREATE TABLE checklist (
  digest TEXT PRIMARY KEY NOT NULL CHECK (length(digest) = 64),
  stored TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE observation (
  digest TEXT PRIMARY KEY NOT NULL CHECK (length(digest) = 64),
  body TEXT NOT NULL
) STRICT;

CREATE TABLE fact (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  app BLOB NOT NULL REFERENCES app (id),
  at TEXT NOT NULL,
  author TEXT NOT NULL,
  kind TEXT NOT NULL,
  observation TEXT REFERENCES observation (digest),
  checklist TEXT REFERENCES checklist (digest),
  body TEXT NOT NULL
) STRICT;
CREATE INDEX fact_in_order ON fact (app, at, id);
CREATE INDEX fact_as_written ON fact (app, id);
CREATE INDEX fact_by_observation ON fact (observation) WHERE observation IS NOT NULL;
CREATE INDEX fact_by_checklist ON fact (checklist) WHERE checklist IS NOT NULL;

CREATE TABLE run (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  app BLOB NOT NULL REFERENCES app (id),
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  born TEXT,
  started TEXT NOT NULL,
  ended TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_run ON run (app) WHERE ended IS NULL;
CREATE INDEX run_by_app ON run (app);

-- What conditional requests need: a tag with the allow-listed facts read from the body, never the body.
CREATE TABLE kept (
  app BLOB NOT NULL REFERENCES app (id),
  key TEXT NOT NULL,
  version TEXT NOT NULL,
  used TEXT NOT NULL,
  etag TEXT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (app, key)
) STRICT;
CREATE INDEX kept_by_use ON kept (used);

-- Computed from the facts; may be thrown away at any time.
CREATE TABLE assessed (
  app BLOB PRIMARY KEY NOT NULL REFERENCES app (id),
  last_fact BLOB NOT NULL CHECK (length(last_fact) = 16),
  checklist TEXT NOT NULL,
  version TEXT NOT NULL,
  made TEXT NOT NULL,
  until TEXT,
  body TEXT NOT NULL
) STRICT;

-- All that stays of a client that was erased.
CREATE TABLE receipt (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL,
  at TEXT NOT NULL,
  author TEXT NOT NULL,
  facts INTEGER NOT NULL,
  observations INTEGER NOT NULL
) STRICT;
