-- Up to which moment somebody at the console has seen what changed. Like a cache: without a row changes are shown once more.
CREATE TABLE looked (
  app BLOB PRIMARY KEY NOT NULL REFERENCES app (id),
  at TEXT NOT NULL
) STRICT;
