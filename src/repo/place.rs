//! A line of a tracked file, as facts keep it. It names, and never holds what stands there.

use serde::{Deserialize, Serialize};

/// A file and a line of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At {
    /// Relative to the root, with `/` between its parts.
    pub path: String,
    /// Counted from 1.
    pub line: u32,
}

impl At {
    /// That line of that file.
    #[must_use]
    pub fn new(path: &str, line: u32) -> Self {
        Self { path: path.to_owned(), line }
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// The folder of a path, empty for the root.
#[must_use]
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
#[must_use]
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a path lies in a folder, at any depth; everything lies in the root.
#[must_use]
pub fn is_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// A line number from a count.
#[must_use]
pub fn line(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_folders() {
        assert_eq!((folder("a/b/c.ts"), name("a/b/c.ts")), ("a/b", "c.ts"));
        assert_eq!((folder("c.ts"), name("c.ts")), ("", "c.ts"));
        assert!(is_in("a/b", "a") && is_in("a", "a") && is_in("a", "") && !is_in("ab", "a"));
    }
}
