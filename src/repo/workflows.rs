//! The workflows of GitHub Actions as a repository declares them: what starts them, which jobs and steps they have, with which permissions. It says nothing of whether they ever ran.

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workflows {}

impl Workflows {
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
