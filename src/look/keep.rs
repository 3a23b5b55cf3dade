//! A look as a document, and where it is kept until an app is taken on: a file of its own below the data directory, sealed
//! with this installation's key, so that only what this program saw here can become a fact. A file that was changed, or
//! that comes from elsewhere, is still read for what it proposes.

use super::judged;
use super::model::Look;
use super::points::points;
use super::proposals::proposals;
use super::unseen::unseen;
use crate::config::{Paths, private};
use crate::domain::{AppSettings, Checklist, Foreign};
use crate::scan::ScanKey;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use url::Url;

/// A look that was read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub look: Look,
    /// It is as this installation wrote it.
    pub is_ours: bool,
    pub path: PathBuf,
}

/// Why a file is no look that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeptProblem {
    #[error("{path} could not be read: {why}")]
    Unreadable { path: String, why: String },
    #[error("{path} is not what `rescue look --json` writes")]
    NotALook { path: String },
    #[error("{path} has schema {found}, this rescue knows 1")]
    Newer { path: String, found: u64 },
}

/// The largest document that is read: 32 MiB; a site of thousands of leaks has some.
const MOST: u64 = 32 * 1024 * 1024;
/// What the seal is about, so that no other hash of this key can stand in for it.
const PURPOSE: &str = "rescue look 1";

/// The document of `rescue look --json`. `lasting`: the key is this installation's, and the document is sealed with it.
#[must_use]
pub fn document(look: &Look, checklist: &Checklist, key: &ScanKey, lasting: bool) -> Value {
    let mut fields = json!(look);
    let verdict = "look".parse().ok().map(|name| judged(look, &AppSettings::new(name, look.at.date_naive())));
    if let Some(map) = fields.as_object_mut() {
        map.insert("schema".to_owned(), json!(1));
        map.insert("verdict".to_owned(), json!(verdict));
        map.insert("points".to_owned(), json!(points(look)));
        map.insert("unseen".to_owned(), json!(unseen(look, checklist)));
        map.insert("proposals".to_owned(), json!(proposals(look).proposals));
        map.insert("lasting_ids".to_owned(), json!(lasting));
    }
    if lasting {
        let seal = seal(&fields, key);
        if let Some(map) = fields.as_object_mut() {
            map.insert("seal".to_owned(), json!(seal));
        }
    }
    fields
}

/// Of everything in the document but the seal itself; keys of an object are in the order of the alphabet.
fn seal(document: &Value, key: &ScanKey) -> String {
    let mut bare = document.clone();
    if let Some(map) = bare.as_object_mut() {
        map.remove("seal");
    }
    key.seal(PURPOSE, bare.to_string().as_bytes())
}

/// Writes the document where looks are kept; gives back where.
///
/// # Errors
/// What the file system said.
pub fn keep(paths: &Paths, look: &Look, document: &Value) -> std::io::Result<PathBuf> {
    let folder = paths.looks();
    private::make_dir(paths.data())?;
    private::make_dir(&folder)?;
    let stem = format!("{}_{}", file_name(&look.address), look.at.format("%Y%m%dT%H%M%S%3fZ"));
    let path = folder.join(format!("{stem}.json"));
    let mut file = private::create_new(&path)?;
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    Ok(path)
}

/// Reads one. `key`: this installation's, if it has one.
///
/// # Errors
/// A file that is no look.
pub fn read(path: &Path, key: Option<&ScanKey>) -> Result<Kept, KeptProblem> {
    let shown = || Foreign::new(path.display().to_string()).cut(200);
    let unreadable = |why: std::io::Error| KeptProblem::Unreadable { path: shown(), why: why.kind().to_string() };
    let mut text = String::new();
    std::fs::File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text)).map_err(unreadable)?;
    let document: Value = serde_json::from_str(&text).map_err(|_| KeptProblem::NotALook { path: shown() })?;
    match document.get("schema").and_then(Value::as_u64) {
        Some(1) => {}
        Some(found) => return Err(KeptProblem::Newer { path: shown(), found }),
        None => return Err(KeptProblem::NotALook { path: shown() }),
    }
    let said = document.get("seal").and_then(Value::as_str);
    let is_ours = key.zip(said).is_some_and(|(key, said)| seal(&document, key) == said);
    let look = serde_json::from_value(document).map_err(|_| KeptProblem::NotALook { path: shown() })?;
    Ok(Kept { look, is_ours, path: path.to_owned() })
}

/// The newest kept look at this address that can be read; a whole one before one that was ended early.
#[must_use]
pub fn newest(paths: &Paths, address: &Url, key: Option<&ScanKey>) -> Option<Kept> {
    let kept = files(paths).into_iter().filter_map(|path| read(&path, key).ok()).filter(|it| is_of(&it.look, address));
    kept.max_by_key(|it| (it.look.halted.is_none(), it.look.at))
}

/// Whether a look speaks of what stands at this address: it asked for it, or was led to it.
#[must_use]
pub fn is_of(look: &Look, address: &Url) -> bool {
    look.address == address.as_str() || look.answered == address.as_str()
}

/// Takes every kept look at the host of this address away; says how many.
///
/// # Errors
/// A file that could not be removed.
pub fn forget(paths: &Paths, address: &Url) -> std::io::Result<usize> {
    let host = super::plan::host_of(address);
    let mut gone = 0;
    for path in files(paths) {
        if read(&path, None).is_ok_and(|it| it.look.host() == host || it.look.address.as_str().contains(&format!("//{host}/"))) {
            std::fs::remove_file(&path)?;
            gone += 1;
        }
    }
    Ok(gone)
}

fn files(paths: &Paths) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(paths.looks()) else { return Vec::new() };
    let files = entries.filter_map(|it| Some(it.ok()?.path()));
    let mut files: Vec<PathBuf> = files.filter(|it| it.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

/// The host as part of a file's name.
fn file_name(address: &Foreign) -> String {
    let host = Url::parse(address.as_str()).map(|url| super::plan::host_of(&url)).unwrap_or_default();
    host.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' }).take(100).collect()
}
