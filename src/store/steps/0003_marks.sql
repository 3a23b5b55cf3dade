-- What a repository, a deployment or a credential of an app was when it was last asked, for the probes that look again once
-- it is another. A cache: what is lost here waits for the week.
CREATE TABLE mark (
  app BLOB NOT NULL REFERENCES app (id),
  subject TEXT NOT NULL,
  value TEXT NOT NULL,
  met TEXT NOT NULL,
  changed TEXT,
  PRIMARY KEY (app, subject)
) STRICT;
