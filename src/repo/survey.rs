//! One pass over a repository for what its code says: environment files, reads of variables, imports, dependencies. Reads
//! only what is tracked; what it could not read is told.

mod each;
mod submodules;
mod text;

use super::code::deep::deep;
use super::code::{CodeFile, is_app_code};
use super::crons::{self, Cron};
use super::documents::{Document, Documents};
use super::dotenv::{EnvironmentFile, is_environment};
use super::edge_functions::EdgeFunctions;
use super::migrations::Migrations;
use super::project::{Mention, Project, Suite, lockfile, suites};
use super::workflows::Workflows;
use super::{ReadLimits, RepoProblem, Standing, Unread, Why, archive, tree};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use submodules::Submodules;

/// A larger source file was made by a machine (`apis/repo-signals.md` §1).
const MOST_CODE: usize = 600 << 10;

/// A larger file of any other kind that people write (a manifest, a document, variables) was made by a machine too. Lockfiles
/// and SQL, which machines make, have limits of their own.
const MOST_TEXT: usize = 1 << 20;

/// Bytes of an archive that wait to be read together.
const MOST_WAITING: usize = 8 << 20;

/// What a repository's own files say.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Tracked files that were met.
    pub files: usize,
    /// Tracked files of variables, examples too.
    pub environment: Vec<EnvironmentFile>,
    pub code: Vec<CodeFile>,
    pub project: Project,
    pub migrations: Migrations,
    pub workflows: Workflows,
    pub documents: Documents,
    /// Schedules that the host calls.
    pub crons: Vec<Cron>,
    pub edge_functions: EdgeFunctions,
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
    deep(|| of_tree(path, stop))
}

fn of_tree(path: &Path, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    let tree = tree::tree(path)?;
    let is_git = tree.checkout.git.is_some();
    let mut survey = Survey::default();
    // Without git nobody says what is tracked: then everything that would be added counts.
    let counts = |standing: Standing| standing == Standing::Tracked || (!is_git && standing != Standing::Ignored);
    let files = tree.files.iter().filter(|it| counts(it.standing)).map(|it| (String::from_utf8_lossy(&it.path).into_owned(), it));
    let wanted: Vec<_> = files.filter(|(name, _)| survey.meet(name)).collect();
    let read = |reader: &mut tree::Reader, (name, file): &(String, &tree::TreeFile)| match reader.working(file) {
        Ok(content) if content.rest.is_none() => Piece::read(name, content.bytes),
        Ok(_) => Piece::Unread(Why::TooLarge),
        Err(unread) => Piece::Unread(unread.why),
    };
    for few in wanted.chunks(each::FEW) {
        if stop.load(Ordering::Relaxed) {
            return Err(RepoProblem::Stopped);
        }
        let pieces = each::each(few, || tree.reader(ReadLimits::default()), read);
        for ((name, _), piece) in few.iter().zip(pieces) {
            survey.take(name, piece);
        }
    }
    let named = Submodules::of(&tree);
    survey.unread.extend(tree.unread.into_iter().filter(|it| it.why != Why::Submodule || named.hold(it.what.as_str())));
    survey.commit = tree.checkout.git.as_ref().and_then(|it| it.head.clone());
    Ok(survey.finished())
}

/// Surveys a gzipped tar archive of a repository. Blocks; ends soon after `stop` becomes true.
///
/// # Errors
/// No archive there, or [`RepoProblem::Stopped`].
pub fn survey_archive(path: &Path, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    deep(|| of_archive(path, stop))
}

fn of_archive(path: &Path, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    let mut survey = Survey::default();
    let mut waiting: Vec<(String, Vec<u8>)> = Vec::new();
    let mut bytes = 0;
    let archived = archive::archive(path, ReadLimits::default(), &mut |file| {
        let (name, content) = match file {
            archive::Archived::Held(file) => (String::from_utf8_lossy(&file.path).into_owned(), Some(file.content.bytes)),
            archive::Archived::Large { path, .. } => (String::from_utf8_lossy(&path).into_owned(), None),
        };
        if survey.meet(&name) {
            match content {
                Some(content) => {
                    bytes += content.len();
                    waiting.push((name, content));
                }
                // What is not held is not read either: it is far beyond anything that people write.
                None => survey.unread.push(Unread::new(name.as_bytes(), Why::TooLarge)),
            }
        }
        if waiting.len() >= each::FEW || bytes >= MOST_WAITING {
            survey.take_all(&mut waiting);
            bytes = 0;
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if stop.load(Ordering::Relaxed) {
        return Err(RepoProblem::Stopped);
    }
    survey.take_all(&mut waiting);
    survey.unread.extend(archived.unread);
    survey.commit = archived.commit;
    Ok(survey.finished())
}

/// What one file said, before it is put to the others.
enum Piece {
    Code {
        file: Box<CodeFile>,
        mentions: Vec<Mention>,
    },
    Suite(Box<Suite>),
    Environment {
        file: EnvironmentFile,
        text: String,
    },
    Document(Box<Document>),
    /// A text for the rooms that put several files together.
    Text(String),
    /// Tracked, and neither text of this program nor unread: a binary lockfile.
    Binary,
    Unread(Why),
}

impl Piece {
    fn read(path: &str, bytes: Vec<u8>) -> Self {
        let is_code = is_app_code(path);
        if (is_code || suites::is_test(path)) && bytes.len() > MOST_CODE {
            return Self::Unread(Why::TooLarge);
        }
        if path.ends_with("bun.lockb") {
            return Self::Binary;
        }
        if bytes.len() > MOST_TEXT && !is_made(path) {
            return Self::Unread(Why::TooLarge);
        }
        let Some(text) = text::text(bytes) else { return Self::Unread(Why::Unreadable) };
        if is_environment(path) {
            return Self::Environment { file: EnvironmentFile::read(path, &text), text };
        }
        if Documents::wants(path) && !Project::wants(path) && !Migrations::wants(path) && !Workflows::wants(path) {
            return Self::Document(Box::new(Document::read(path, &text)));
        }
        if is_code && !Project::wants(path) && !Migrations::wants(path) {
            return Self::code(path, &text);
        }
        if suites::is_test(path) {
            return Self::Suite(Box::new(Suite::read(path, &text)));
        }
        Self::Text(text)
    }

    fn code(path: &str, text: &str) -> Self {
        Self::Code { file: Box::new(CodeFile::read(path, text)), mentions: Mention::in_code(path, text) }
    }
}

/// Whether a file is one that machines write, of any length.
fn is_made(path: &str) -> bool {
    lockfile::manager(path).is_some() || path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("sql"))
}

impl Survey {
    /// Counts a file; says whether it has to be read.
    fn meet(&mut self, path: &str) -> bool {
        self.files += 1;
        self.paths.insert(path.to_owned());
        is_environment(path)
            || is_app_code(path)
            || suites::is_test(path)
            || Project::wants(path)
            || Migrations::wants(path)
            || Workflows::wants(path)
            || Documents::wants(path)
            || crons::wants(path)
            || EdgeFunctions::wants(path)
    }

    fn take_all(&mut self, waiting: &mut Vec<(String, Vec<u8>)>) {
        let few: Vec<_> = waiting.drain(..).map(|(name, bytes)| (name, std::sync::Mutex::new(bytes))).collect();
        let pieces = each::each(
            &few,
            || (),
            |(), (name, bytes)| Piece::read(name, bytes.lock().map(|mut it| std::mem::take(&mut *it)).unwrap_or_default()),
        );
        for ((name, _), piece) in few.iter().zip(pieces) {
            self.take(name, piece);
        }
    }

    /// Adds what a file said. Files come in the order of the tree.
    fn take(&mut self, path: &str, piece: Piece) {
        match piece {
            Piece::Unread(why) => self.unread.push(Unread::new(path.as_bytes(), why)),
            Piece::Binary => self.project.add_binary(path),
            Piece::Environment { file, text } => {
                self.project.add_environment(path, &text);
                self.environment.push(file);
            }
            Piece::Code { file, mentions } => {
                self.code.push(*file);
                self.project.mentions.extend(mentions);
            }
            Piece::Suite(suite) => self.project.suites.push(*suite),
            Piece::Document(document) => self.documents.files.push(*document),
            Piece::Text(text) => self.take_text(path, &text),
        }
    }

    fn take_text(&mut self, path: &str, text: &str) {
        if Project::wants(path) {
            self.project.add(path, text);
        }
        if Migrations::wants(path) {
            self.migrations.add(path, text);
        }
        if Workflows::wants(path) {
            self.workflows.add(path, text);
        }
        if Documents::wants(path) {
            self.documents.add(path, text);
        }
        if EdgeFunctions::wants(path) {
            self.edge_functions.add(path, text);
        }
        if is_app_code(path)
            && let Piece::Code { file, mentions } = Piece::code(path, text)
        {
            self.code.push(*file);
            self.project.mentions.extend(mentions);
        }
        if crons::wants(path) {
            match crons::read(path, text) {
                Some(crons) => self.crons.extend(crons),
                None => self.unread.push(Unread::new(path.as_bytes(), Why::Unreadable)),
            }
        }
    }

    /// Puts together what the files said, and forgets what hides nothing.
    fn finished(mut self) -> Self {
        self.code.sort_by(|a, b| a.path.cmp(&b.path));
        self.project.finish(&self.code, &self.environment, &self.paths);
        self.migrations.finish();
        if let Some((provider, path)) = self.migrations.prisma_source() {
            self.project.add_database(provider, path);
        }
        self.workflows.finish(&self.project, &self.paths);
        self.migrations.add_workflows(&self.workflows);
        self.documents.finish(&self.paths);
        let broken = self.project.broken.iter().chain(&self.workflows.broken);
        self.unread.extend(broken.map(|it| Unread::new(it.as_bytes(), Why::Malformed)));
        self.unread.retain(|it| it.why.hides());
        self
    }

    /// Whether any manifest depends on one of these.
    #[must_use]
    pub fn needs(&self, names: &[&str]) -> bool {
        self.project.packages.iter().any(|it| it.needs_any(names))
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
