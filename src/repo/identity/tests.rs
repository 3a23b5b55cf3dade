//! What a directory is: a checkout at some commit, a plain directory, or a problem with its next step.

use super::*;
use crate::domain::Slug;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

fn git(home: &TempDir, place: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    let output = Command::new("git")
        .args(identity)
        .args(arguments)
        .current_dir(place)
        .env("HOME", home.path())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn checkout(home: &TempDir) -> PathBuf {
    let root = home.path().canonicalize().unwrap().join("shop");
    fs::create_dir(&root).unwrap();
    git(home, &root, &["init", "-q", "-b", "main"]);
    fs::write(root.join("a.ts"), "1").unwrap();
    git(home, &root, &["add", "-A"]);
    git(home, &root, &["commit", "-q", "-m", "first"]);
    root
}

#[test]
fn a_checkout_says_its_commit_branch_and_origin() {
    let home = tempfile::tempdir().unwrap();
    let root = checkout(&home);
    let token = ["ghp", "_", &"a1B2".repeat(9)].concat();
    git(&home, &root, &["remote", "add", "origin", &format!("https://x:{token}@github.com/acme/shop.git")]);
    let checkout = identify(&root).unwrap();
    assert!(!format!("{checkout:?}").contains(&token));
    let git = checkout.git.unwrap();
    assert_eq!(git.head.as_ref().map(String::len), Some(40));
    assert_eq!(git.branch, Some(Foreign::new("main")));
    assert_eq!(git.origin.unwrap().github(None), Some(&"acme/shop".parse::<Slug>().unwrap()));
    assert!(!git.shallow);
}

#[test]
fn a_commit_by_itself_has_no_branch_and_an_empty_repository_no_commit() {
    let home = tempfile::tempdir().unwrap();
    let root = checkout(&home);
    git(&home, &root, &["checkout", "-q", "--detach"]);
    let detached = identify(&root).unwrap().git.unwrap();
    assert!(detached.head.is_some() && detached.branch.is_none());
    let empty = home.path().join("empty");
    fs::create_dir(&empty).unwrap();
    git(&home, &empty, &["init", "-q", "-b", "main"]);
    let empty = identify(&empty).unwrap().git.unwrap();
    assert_eq!((empty.head, empty.branch), (None, Some(Foreign::new("main"))));
}

#[test]
fn a_shallow_clone_and_a_linked_checkout_are_read() {
    let home = tempfile::tempdir().unwrap();
    let root = checkout(&home);
    fs::write(root.join("a.ts"), "2").unwrap();
    git(&home, &root, &["commit", "-q", "-a", "-m", "second"]);
    let source = format!("file://{}", root.display());
    git(&home, home.path(), &["clone", "-q", "--depth", "1", &source, "shallow"]);
    assert!(identify(&home.path().join("shallow")).unwrap().git.unwrap().shallow);
    git(&home, &root, &["worktree", "add", "-q", "-b", "other", "../linked"]);
    let linked = identify(&home.path().join("linked")).unwrap().git.unwrap();
    assert_eq!(linked.branch, Some(Foreign::new("other")));
}

#[test]
fn a_plain_directory_is_accepted() {
    let home = tempfile::tempdir().unwrap();
    let checkout = identify(home.path()).unwrap();
    assert_eq!(checkout.git, None);
}

#[test]
fn problems_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let root = checkout(&home);
    assert!(matches!(identify(&home.path().join("nothing")), Err(RepoProblem::Missing { .. })));
    assert!(matches!(identify(&root.join("a.ts")), Err(RepoProblem::NotADirectory { .. })));
    fs::create_dir(root.join("apps")).unwrap();
    let inside = identify(&root.join("apps")).unwrap_err();
    assert!(matches!(&inside, RepoProblem::NotTheRoot { root: named, .. } if named.as_str() == root.to_string_lossy()));
    git(&home, home.path(), &["init", "-q", "--bare", "bare"]);
    assert!(matches!(identify(&home.path().join("bare")), Err(RepoProblem::Bare { .. })));
}

#[test]
fn another_directory_named_as_the_files_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let root = checkout(&home);
    let elsewhere = home.path().join("private");
    fs::create_dir(&elsewhere).unwrap();
    git(&home, &root, &["config", "core.worktree", &elsewhere.to_string_lossy()]);
    assert!(matches!(identify(&root), Err(RepoProblem::Elsewhere { .. })));
}

#[test]
fn damage_is_told_and_what_the_files_say_is_not() {
    let home = tempfile::tempdir().unwrap();
    let token = ["ghp", "_", &"a1B2".repeat(9)].concat();
    let damages: [(&str, &str); 3] =
        [("config", &format!("[remote \"origin\n url = https://{token}@github.com")), ("HEAD", "rubbish"), ("HEAD", "")];
    for (number, (file, content)) in damages.into_iter().enumerate() {
        let place = home.path().join(number.to_string());
        fs::create_dir(&place).unwrap();
        git(&home, &place, &["init", "-q", "-b", "main"]);
        fs::write(place.join(".git").join(file), content).unwrap();
        let problem = identify(&place).unwrap_err();
        assert!(matches!(problem, RepoProblem::Corrupt { .. }), "{file}: {problem:?}");
        assert!(!problem.to_string().contains(&token) && !format!("{problem:?}").contains(&token));
    }
}

#[test]
fn missing_objects_and_a_broken_index_are_damage_of_the_tree() {
    let home = tempfile::tempdir().unwrap();
    let root = checkout(&home);
    fs::write(root.join(".git/index"), b"DIRC rubbish").unwrap();
    assert!(identify(&root).is_ok());
    assert!(matches!(crate::repo::tree(&root).map(|_| ()), Err(RepoProblem::Corrupt { .. })));
    fs::remove_dir_all(root.join(".git/objects")).unwrap();
    fs::create_dir(root.join(".git/objects")).unwrap();
    assert!(matches!(crate::repo::tree(&root).map(|_| ()), Err(RepoProblem::Corrupt { .. })));
}

#[test]
fn settings_of_the_repository_run_nothing() {
    let home = tempfile::tempdir().unwrap();
    let root = checkout(&home);
    let mark = home.path().join("ran");
    let command = format!("touch {}", mark.display());
    for name in ["core.fsmonitor", "filter.x.smudge", "filter.x.clean", "core.sshCommand", "core.hooksPath"] {
        git(&home, &root, &["config", name, &command]);
    }
    fs::write(root.join(".gitattributes"), "* filter=x\n").unwrap();
    let tree = crate::repo::tree(&root).unwrap();
    let reader = tree.reader(crate::repo::ReadLimits::default());
    assert!(tree.files.iter().all(|file| reader.contents(file).iter().all(Result::is_ok)));
    assert!(!mark.exists());
}
