//! The checklists that there are: the one in the binary and those in the user's folder. Reads files, writes none.

use super::problem::{Problem, Problems};
use super::{Resolved, read, resolve};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The name of the checklist in the binary.
pub(super) const BUILT_IN: &str = "six-week";
/// Where it is in the source tree, as its problems call it.
const BUILT_IN_FILE: &str = "checklists/six-week.toml";
/// Its text, as in the source tree.
pub(super) const BUILT_IN_TEXT: &str = include_str!("../../checklists/six-week.toml");

/// One checklist that is there, whether or not it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// File name without `.toml`.
    pub name: String,
    /// Where it is: a path, or `checklists/six-week.toml` for the one in the binary.
    pub file: String,
    pub built_in: bool,
    pub resolved: Result<Resolved, Vec<Problem>>,
}

/// The built-in checklist, then those of `folder` by name. A folder that is not there is empty.
#[must_use]
pub fn catalogue(folder: Option<&Path>, probes: &dyn Fn(&str) -> bool) -> Vec<Listed> {
    let parents = |name: &str| parent_text(folder, name);
    let mut found = vec![Listed {
        name: BUILT_IN.to_owned(),
        file: BUILT_IN_FILE.to_owned(),
        built_in: true,
        resolved: resolve(BUILT_IN_TEXT, BUILT_IN_FILE, probes, &parents),
    }];
    let Some(folder) = folder else { return found };
    let files = match files_of(folder) {
        Ok(files) => files,
        Err(error) => {
            let file = folder.display().to_string();
            let says = format!("the folder cannot be read: {error}; check its permissions");
            found.push(Listed { name: file.clone(), resolved: Err(vec![at_top(&file, says)]), file, built_in: false });
            return found;
        }
    };
    for path in files {
        let file = path.display().to_string();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let resolved = if name == BUILT_IN {
            Err(vec![at_top(&file, format!("`{name}` is the built-in checklist's name; rename the file"))])
        } else {
            text_of(&path).and_then(|text| resolve(&text, &file, probes, &parents))
        };
        found.push(Listed { name, file, built_in: false, resolved });
    }
    found
}

/// The text of a checklist file, if it can be one: at most 1 MiB of UTF-8.
///
/// # Errors
/// Says what is wrong with the file, with the line where it is not UTF-8.
pub fn text_of(path: &Path) -> Result<String, Vec<Problem>> {
    let file = path.display().to_string();
    let limit = u64::try_from(read::LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    // A named pipe would keep the console waiting for a writer.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(vec![at_top(&file, "is not a file; move it elsewhere")]);
    }
    let outcome = File::open(path).and_then(|opened| opened.take(limit).read_to_end(&mut bytes));
    if let Err(error) = outcome {
        return Err(vec![at_top(&file, format!("the file cannot be read: {error}; check its path and permissions"))]);
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        // Cut at the limit in the middle of a letter, it is too large rather than badly written.
        if error.as_bytes().len() > read::LARGEST {
            return vec![at_top(&file, "the file is larger than 1 MiB; a checklist is a few hundred kilobytes at most")];
        }
        let readable = String::from_utf8_lossy(error.as_bytes().get(..good).unwrap_or_default()).into_owned();
        let mut problems = Problems::of(&file, &readable);
        problems.add(good, None, "the text is not UTF-8 here; save the file as UTF-8");
        problems.into_sorted()
    })
}

/// The text of the checklist of that name, for `extends`.
#[must_use]
pub fn parent_text(folder: Option<&Path>, name: &str) -> Option<String> {
    if name == BUILT_IN {
        return Some(BUILT_IN_TEXT.to_owned());
    }
    // A name has no separators, so that it cannot lead out of the folder.
    if !read::is_name(name) {
        return None;
    }
    text_of(&folder?.join(format!("{name}.toml"))).ok()
}

fn at_top(file: &str, says: impl Into<String>) -> Problem {
    let mut problems = Problems::of(file, "");
    problems.add(0, None, says);
    problems.into_sorted().pop().unwrap_or_else(|| Problem { file: file.to_owned(), line: 1, item: None, says: String::new() })
}

fn files_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
