-- Frozen pages with what it takes to check them, as JSON, by their seal; the fact of kind `snapshot` names the seal.
CREATE TABLE snapshot (
  seal TEXT PRIMARY KEY NOT NULL CHECK (length(seal) = 64),
  app BLOB NOT NULL REFERENCES app (id),
  stored TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX snapshot_by_app ON snapshot (app);
