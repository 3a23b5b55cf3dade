-- Facts that are older than a frozen page and that it did not know, because they were written at another installation and met
-- it here by an import. What else is as old stands behind the page.
CREATE TABLE apart (
  seal TEXT NOT NULL REFERENCES snapshot (seal),
  fact BLOB NOT NULL CHECK (length(fact) = 16),
  PRIMARY KEY (seal, fact)
) STRICT, WITHOUT ROWID;
