-- What was told about a run of an app and by which way: written as `begun` before a message leaves, and again when its end
-- is known. `upto` is the moment up to which changes were told, `since` the one since which they were (null: from the first
-- moment on); until something arrives, the next message begins there again. A run that could not happen has no id:
-- `cannot-run DAY`.
CREATE TABLE told (
  app BLOB NOT NULL REFERENCES app (id),
  run TEXT NOT NULL,
  channel TEXT NOT NULL,
  at TEXT NOT NULL,
  since TEXT,
  upto TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('begun', 'sent', 'failed', 'nothing')),
  PRIMARY KEY (app, run, channel)
) STRICT;
