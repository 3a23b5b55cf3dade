//! How a repository is built and with what: packages with the versions that the lockfile resolved, frameworks, builder tools, settings of hosts and compilers. It runs nothing and asks no registry.

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Project {}

impl Project {
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
