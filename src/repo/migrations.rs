//! The migrations of a repository, replayed in order to the schema that they end in: tables, row-level security, policies, indexes. It runs nothing; a statement that it cannot read is told.

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Migrations {}

impl Migrations {
    /// Whether a file of that path says something of it.
    #[must_use]
    pub fn wants(_path: &str) -> bool {
        false
    }

    /// Adds a file. Total: what cannot be understood is told as such.
    pub fn add(&mut self, _path: &str, _text: &str) {}

    /// Puts together what was added, whatever its order was.
    pub fn finish(&mut self) {}
}
