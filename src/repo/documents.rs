//! The documents of a repository (runbooks, diagrams, playbooks) by what is in them, not by their name alone. It does not judge whether they are true.

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Documents {}

impl Documents {
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
