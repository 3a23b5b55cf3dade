//! One pass over a repository for what its code says: environment files, reads of variables, imports, dependencies. Reads
//! only what is tracked; what it could not read is told.

use super::code::{CodeFile, is_app_code};
use super::crons::{self, Cron};
use super::documents::Documents;
use super::dotenv::{EnvironmentFile, is_environment};
use super::migrations::Migrations;
use super::project::Project;
use super::workflows::Workflows;
use super::{ReadLimits, RepoProblem, Standing, Unread, Why, archive, tree};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// A larger source file was made by a machine (`apis/repo-signals.md` §1).
const MOST_CODE: usize = 600 << 10;

/// A `package.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub path: String,
    /// Names of what it depends on, for development too.
    pub needs: BTreeSet<String>,
}

/// What a repository's own files say.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Tracked files that were met.
    pub files: usize,
    /// Tracked files of variables, examples too.
    pub environment: Vec<EnvironmentFile>,
    pub code: Vec<CodeFile>,
    pub manifests: Vec<Manifest>,
    pub project: Project,
    pub migrations: Migrations,
    pub workflows: Workflows,
    pub documents: Documents,
    /// Schedules that the host calls.
    pub crons: Vec<Cron>,
    /// The commit that was read, if git says which.
    pub commit: Option<String>,
    /// Every tracked path, for finding what an import names.
    pub paths: BTreeSet<String>,
    /// What could hold something of this and was not read.
    pub unread: Vec<Unread>,
}

/// Surveys the checkout or plain directory at `path`. Blocks; ends soon after `stop` becomes true.
///
/// # Errors
/// No repository there, or [`RepoProblem::Stopped`].
pub fn survey_tree(path: &Path, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    let tree = tree::tree(path)?;
    let is_git = tree.checkout.git.is_some();
    let mut survey = Survey::default();
    let reader = tree.reader(ReadLimits::default());
    for file in &tree.files {
        if stop.load(Ordering::Relaxed) {
            return Err(RepoProblem::Stopped);
        }
        // Without git nobody says what is tracked: then everything that would be added counts.
        if file.standing != Standing::Tracked && (is_git || file.standing == Standing::Ignored) {
            continue;
        }
        let name = String::from_utf8_lossy(&file.path).into_owned();
        if !survey.meet(&name) {
            continue;
        }
        match reader.contents(file).into_iter().next() {
            // What is not held is not read either: it is far beyond anything that people write.
            Some(Ok(content)) if content.rest.is_some() => survey.unread.push(Unread::new(&file.path, Why::TooLarge)),
            Some(Ok(content)) => survey.read(name, content.bytes),
            Some(Err(unread)) => survey.unread.push(unread),
            None => survey.unread.push(Unread::new(&file.path, Why::Unreadable)),
        }
    }
    survey.unread.extend(tree.unread);
    survey.commit = tree.checkout.git.as_ref().and_then(|it| it.head.clone());
    Ok(survey.finished())
}

/// Surveys a gzipped tar archive of a repository. Blocks; ends soon after `stop` becomes true.
///
/// # Errors
/// No archive there, or [`RepoProblem::Stopped`].
pub fn survey_archive(path: &Path, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    let mut survey = Survey::default();
    let archived = archive::archive(path, ReadLimits::default(), &mut |file| {
        let (name, bytes) = match file {
            archive::Archived::Held(file) => (String::from_utf8_lossy(&file.path).into_owned(), Some(file.content.bytes)),
            archive::Archived::Large { path, .. } => (String::from_utf8_lossy(&path).into_owned(), None),
        };
        if survey.meet(&name) {
            match bytes {
                Some(bytes) => survey.read(name, bytes),
                None => survey.unread.push(Unread::new(name.as_bytes(), Why::TooLarge)),
            }
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if stop.load(Ordering::Relaxed) {
        return Err(RepoProblem::Stopped);
    }
    survey.unread.extend(archived.unread);
    survey.commit = archived.commit;
    Ok(survey.finished())
}

impl Survey {
    /// Counts a file; says whether it has to be read.
    fn meet(&mut self, path: &str) -> bool {
        self.files += 1;
        self.paths.insert(path.to_owned());
        is_environment(path)
            || is_app_code(path)
            || is_manifest(path)
            || Project::wants(path)
            || Migrations::wants(path)
            || Workflows::wants(path)
            || Documents::wants(path)
            || crons::wants(path)
    }

    /// Puts together what the files said, and forgets what hides nothing.
    fn finished(mut self) -> Self {
        self.project.finish();
        self.migrations.finish();
        self.workflows.finish();
        self.documents.finish();
        self.unread.retain(|it| it.why.hides());
        self
    }

    fn read(&mut self, path: String, bytes: Vec<u8>) {
        if is_app_code(&path) && bytes.len() > MOST_CODE {
            self.unread.push(Unread::new(path.as_bytes(), Why::TooLarge));
            return;
        }
        let Some(text) = text(bytes) else {
            self.unread.push(Unread::new(path.as_bytes(), Why::Unreadable));
            return;
        };
        if Project::wants(&path) {
            self.project.add(&path, &text);
        }
        if Migrations::wants(&path) {
            self.migrations.add(&path, &text);
        }
        if Workflows::wants(&path) {
            self.workflows.add(&path, &text);
        }
        if Documents::wants(&path) {
            self.documents.add(&path, &text);
        }
        if crons::wants(&path) {
            match crons::read(&path, &text) {
                Some(crons) => self.crons.extend(crons),
                None => self.unread.push(Unread::new(path.as_bytes(), Why::Unreadable)),
            }
        }
        if is_environment(&path) {
            self.environment.push(EnvironmentFile::read(&path, &text));
        } else if is_manifest(&path) {
            let read: Option<serde_json::Value> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok();
            let Some(read) = read else {
                self.unread.push(Unread::new(path.as_bytes(), Why::Unreadable));
                return;
            };
            let groups = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
            let needs = groups.iter().filter_map(|it| read.get(it)?.as_object()).flat_map(|it| it.keys().cloned()).collect();
            self.manifests.push(Manifest { path, needs });
        } else if is_app_code(&path) {
            self.code.push(CodeFile::read(&path, &text));
        }
    }

    /// Whether any manifest depends on one of these.
    #[must_use]
    pub fn needs(&self, names: &[&str]) -> bool {
        self.manifests.iter().any(|it| names.iter().any(|name| it.needs.contains(*name)))
    }
}

fn is_manifest(path: &str) -> bool {
    path.rsplit('/').next() == Some("package.json") && !path.split('/').any(|it| it == "node_modules")
}

/// UTF-8, or UTF-16 with or without its mark: PowerShell writes files like that. None for what is neither.
fn text(bytes: Vec<u8>) -> Option<String> {
    let wide = |bytes: &[u8], big: bool| {
        let units = bytes.chunks_exact(2).map(|it| match it {
            [a, b] if big => u16::from_be_bytes([*a, *b]),
            [a, b] => u16::from_le_bytes([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    let zeros = |from: usize| bytes.iter().take(256).skip(from).step_by(2).filter(|it| **it == 0).count();
    let half = bytes.len().min(256) / 2;
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => Some(wide(rest, false)),
        [0xfe, 0xff, rest @ ..] => Some(wide(rest, true)),
        _ if half > 2 && zeros(1) * 10 >= half * 9 && zeros(0) == 0 => Some(wide(&bytes, false)),
        _ if half > 2 && zeros(0) * 10 >= half * 9 && zeros(1) == 0 => Some(wide(&bytes, true)),
        _ if bytes.contains(&0) => None,
        _ => Some(String::from_utf8(bytes).unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_surveyed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        write("package.json", b"{\"dependencies\": {\"next\": \"1\"}, \"devDependencies\": {\"vite\": \"1\"}}");
        write("src/a.ts", b"process.env.A");
        write("node_modules/x/b.ts", b"process.env.B");
        let wide: Vec<u8> = "W=\r\nX=\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        write(".env.example", &wide);
        write("src/blob.ts", &[0, 159, 146, 150]);
        let survey = survey_tree(folder.path(), &AtomicBool::new(false)).unwrap();
        assert_eq!(survey.code.iter().flat_map(|it| &it.reads).map(|it| it.name.as_str()).collect::<Vec<_>>(), ["A"]);
        assert_eq!(survey.environment[0].variables.len(), 2);
        assert!(survey.needs(&["next"]) && survey.needs(&["vite"]) && !survey.needs(&["nuxt"]));
        assert_eq!(survey.unread.len(), 1, "{:?}", survey.unread);
        let stopped = survey_tree(folder.path(), &AtomicBool::new(true));
        assert!(matches!(stopped, Err(RepoProblem::Stopped)));
    }
}
