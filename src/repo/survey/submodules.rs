//! Which submodules a repository has, by its `.gitmodules`. What they hold is never fetched.

use super::text;
use crate::repo::ReadLimits;
use crate::repo::tree::Tree;
use std::collections::BTreeSet;

/// The submodules that `.gitmodules` names. A commit stored at any other path (an editor's work tree that was added by
/// mistake) is fetched by no clone and built by no host, so it hides nothing of the app.
pub(super) enum Submodules {
    Named(BTreeSet<String>),
    /// The file is there and cannot be read.
    Unknown,
}

impl Submodules {
    pub(super) fn of(tree: &Tree) -> Self {
        let Some(file) = tree.files.iter().find(|it| it.path == b".gitmodules") else { return Self::Named(BTreeSet::new()) };
        let content = tree.reader(ReadLimits::default()).working(file).ok().filter(|it| it.rest.is_none());
        let Some(text) = content.and_then(|it| text::text(it.bytes)) else { return Self::Unknown };
        let paths = text.lines().filter_map(|it| it.split_once('=')).filter(|(key, _)| key.trim() == "path");
        Self::Named(paths.map(|(_, path)| path.trim().trim_matches('"').trim_end_matches('/').to_owned()).collect())
    }

    /// Whether a clone with submodules would have something at that path.
    pub(super) fn hold(&self, path: &str) -> bool {
        match self {
            Self::Named(paths) => paths.contains(path),
            Self::Unknown => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::repo::{Why, survey_tree};
    use rstest::rstest;
    use std::process::Command;
    use std::sync::atomic::AtomicBool;

    #[rstest]
    #[case::named_by_nothing("", &[])]
    #[case::named("[submodule \"lib\"]\n\tpath = lib\n\turl = https://example.com/lib.git\n", &["lib"])]
    #[case::another_is_named("[submodule \"a\"]\n\tpath = a\n", &[])]
    fn a_commit_that_nothing_names_hides_nothing(#[case] modules: &str, #[case] wanted: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]).args(arguments);
            let output =
                command.current_dir(&folder).env("HOME", folder.path()).env("GIT_CONFIG_NOSYSTEM", "1").output().unwrap();
            assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        git(&["init", "--quiet"]);
        std::fs::write(folder.path().join("a.ts"), "export const a = 1").unwrap();
        if !modules.is_empty() {
            std::fs::write(folder.path().join(".gitmodules"), modules).unwrap();
        }
        git(&["add", "."]);
        let commit = "1".repeat(40);
        git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},lib")]);
        git(&["commit", "--quiet", "-m", "a"]);
        let survey = survey_tree(folder.path(), &AtomicBool::new(false)).unwrap();
        let unread: Vec<_> = survey.unread.iter().filter(|it| it.why == Why::Submodule).map(|it| it.what.as_str()).collect();
        assert_eq!(unread, wanted);
    }
}
