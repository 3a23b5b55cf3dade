//! Files that a site should never serve, asked for once each, with the owner's permission only (`apis/http.md` §4), and how
//! it answers for a path that nobody has (§7). Of what is found only names are kept, never a value and never the text; what
//! no answer decides is not seen.

use super::model::{Outside, Permission};
use super::over::{BEFORE, End, Over};
use super::plan::{Plan, host_of};
use crate::domain::{Foreign, System};
use crate::net::{Door, ReadCall};
use crate::scan::{FileKind, Requests};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

/// A file that should not be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedFile {
    pub path: Foreign,
    /// It opens something by itself: settings with values, the history of the code.
    pub opens: bool,
    /// Names of settings in it, without their values.
    pub names: Vec<Foreign>,
}

/// One to ask for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Below where the app begins, without a leading slash.
    pub path: &'static str,
    test: Test,
}

/// By what its content is known: hosts of single pages answer anything with the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    /// Lines `NAME=…`.
    Settings,
    /// `ref: refs/…`, or forty hexadecimal digits.
    GitHead,
    /// It holds this text and is no page.
    Holds(&'static [&'static str]),
}

const fn wanted(path: &'static str, test: Test) -> Wanted {
    Wanted { path, test }
}

/// Those that are asked for.
pub const FILES: [Wanted; 10] = [
    wanted(".env", Test::Settings),
    wanted(".env.local", Test::Settings),
    wanted(".env.production", Test::Settings),
    wanted(".git/HEAD", Test::GitHead),
    wanted(".git/config", Test::Holds(&["[core]"])),
    wanted(".vercel/project.json", Test::Holds(&["\"projectId\""])),
    wanted("firebase.json", Test::Holds(&["\"hosting\"", "\"firestore\"", "\"functions\""])),
    wanted("package.json", Test::Holds(&["\"dependencies\"", "\"scripts\""])),
    wanted("supabase/config.toml", Test::Holds(&["project_id", "[api]"])),
    wanted(".vite/manifest.json", Test::Holds(&["\"isEntry\"", "\"src\""])),
];

/// Bytes of an answer that are read; what is asked for is the first half kilobyte.
const MOST_BYTES: usize = 256 * 1024;
/// Names of settings that are kept of one file.
const MOST_NAMES: usize = 12;

/// What an answer may give away of the inside (`apis/http.md` §7), and what that is.
const INSIDE: [(&str, &str); 12] = [
    ("node_modules/", "paths of the server's files"),
    ("node:internal", "a trace of the server's calls"),
    ("/var/task/", "paths of the server's files"),
    ("/.next/server/", "paths of the server's files"),
    ("Traceback (most recent call last)", "a trace of the server's calls"),
    ("PrismaClientKnownRequestError", "an error of the database library"),
    ("PostgrestError", "an error of the database's interface"),
    ("SQLSTATE", "an error of the database"),
    ("postgres://", "the address of a database"),
    ("\"stack\":", "a trace of the server's calls"),
    ("__nextjs_original-stack-frame", "the overlay of a development server"),
    ("vite-error-overlay", "the overlay of a development server"),
];

/// How the path begins that nobody has.
const NOBODYS: &str = "rescue-looks-for-nothing-";

/// Whether this is the path that nobody has.
pub(super) fn is_nobodys(path: &Foreign) -> bool {
    path.as_str().contains(NOBODYS)
}

/// What one look asks so, and when it ends.
pub(super) struct Asking<'a> {
    pub door: &'a Door,
    pub plan: &'a Plan,
    pub permission: &'a Permission,
    pub requests: &'a Requests,
    pub end: &'a End,
}

impl Asking<'_> {
    /// Asks for each path that was printed, one after the other, at the host of `page`, if the permission names it. Ends when
    /// the look ends, with what was seen until then and why it is over; the rest is named as not seen.
    pub async fn all(&self, page: &Url) -> (Outside, Option<Over>) {
        let mut seen = Outside::default();
        let mut over = None;
        let random = format!("{NOBODYS}{:016x}", getrandom::u64().unwrap_or(0x72_65_73_63_75_65));
        let files = FILES.iter().map(|it| (it.path, Some(it.test)));
        for (file, test) in files.chain([(random.as_str(), None)]) {
            let path = format!("{}{file}", self.plan.below());
            let why = if over.is_some() {
                Some(BEFORE.to_owned())
            } else {
                match self.end.unless_over(self.one(page, &path, test, &mut seen)).await {
                    Ok(why) => why,
                    Err(ended) => {
                        over = Some(ended);
                        Some(BEFORE.to_owned())
                    }
                }
            };
            seen.unseen.extend(why.map(|why| (Foreign::new(&path), Foreign::new(why))));
        }
        (seen, over)
    }

    /// Asks for one; gives back why nobody can tell, if so.
    async fn one(&self, page: &Url, path: &str, test: Option<Test>, seen: &mut Outside) -> Option<String> {
        // What was printed and nothing else, wherever the page led at its host.
        let mut address = page.clone();
        address.set_path(path);
        address.set_query(None);
        address.set_fragment(None);
        let host = host_of(&address);
        if address.path() != path {
            return Some("it is no path that can be asked for".to_owned());
        }
        if !self.permission.hosts.contains(&host) {
            return Some(format!("the permission does not name {host}, which answered"));
        }
        let shown = Foreign::new(address.path());
        let Some(number) = self.requests.begins(&address, FileKind::Exposed).await else {
            return Some("nobody heard of the request".to_owned());
        };
        let call = ReadCall::follow(System::Site, &address).as_answered().at_most(MOST_BYTES).header("range", "bytes=0-511");
        let call = match address.join("/") {
            Ok(base) => call.at(base),
            Err(_) => return Some("it is at no host".to_owned()),
        };
        let call = if crate::net::is_loopback(&address) { call } else { call.found() };
        seen.tried.push(shown.clone());
        let reply = match self.door.read(call).await {
            Ok(reply) => reply,
            Err(gap) => return Some(gap.says.as_str().to_owned()),
        };
        let status = reply.status.as_u16();
        self.requests.answered(number, status, None);
        let body = Zeroizing::new(Vec::from(reply.body));
        let Some(test) = test else {
            seen.nowhere = Some(status);
            seen.gives_away = gives_away(&body);
            // An error of the site's own tells something; a door-keeper's word does not.
            return undecided(status).filter(|_| status < 500);
        };
        match met(&shown, test, status, &body) {
            Met::It(file) => seen.files.push(file),
            Met::NotThere => {}
            Met::Unclear(why) => return Some(why),
        }
        None
    }
}

/// What an answer says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Met {
    It(ExposedFile),
    NotThere,
    /// Why nobody can tell.
    Unclear(String),
}

fn met(path: &Foreign, test: Test, status: u16, body: &[u8]) -> Met {
    if let Some(why) = undecided(status) {
        return Met::Unclear(why);
    }
    // Hosts of single pages answer any path with their page.
    let is_page = String::from_utf8_lossy(body).trim_start().starts_with('<');
    match found(path, test, body).filter(|_| matches!(status, 200 | 206)) {
        Some(file) => Met::It(file),
        None if is_page || matches!(status, 404 | 410) => Met::NotThere,
        None => Met::Unclear("it answers with something that is neither the file nor a page".to_owned()),
    }
}

/// Why an answer of this status decides nothing; none where it decides.
fn undecided(status: u16) -> Option<String> {
    match status {
        200 | 206 | 404 | 410 => None,
        401 | 403 | 429 => Some(format!("it refuses strangers (status {status})")),
        300..=399 => Some(format!("it leads elsewhere (status {status}), which was not followed")),
        500.. => Some(format!("the site failed at it (status {status})")),
        _ => Some(format!("it answers with status {status}, which says neither")),
    }
}

/// The file, if the answer is it.
fn found(path: &Foreign, test: Test, body: &[u8]) -> Option<ExposedFile> {
    let content = String::from_utf8_lossy(body);
    let start = content.trim_start();
    if start.starts_with('<') {
        return None; // a page, whatever it was announced as
    }
    let (is_it, names) = match test {
        Test::Settings => {
            let names: Vec<&str> = content.lines().filter_map(setting).collect();
            (!names.is_empty(), names)
        }
        Test::GitHead => {
            let line = start.trim_end();
            (line.starts_with("ref: refs/") || line.len() == 40 && line.bytes().all(|it| it.is_ascii_hexdigit()), Vec::new())
        }
        Test::Holds(words) => (words.iter().any(|it| content.contains(it)), Vec::new()),
    };
    is_it.then(|| ExposedFile {
        path: path.clone(),
        opens: matches!(test, Test::Settings | Test::GitHead) || path.as_str().ends_with("/.git/config"),
        names: names.into_iter().take(MOST_NAMES).map(Foreign::new).collect(),
    })
}

/// The name of a setting, if a line is one.
fn setting(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (name, _) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let fits = name.len() >= 3
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
    fits.then_some(name)
}

fn gives_away(body: &[u8]) -> Vec<Foreign> {
    let text = String::from_utf8_lossy(body);
    let mut found: Vec<Foreign> = Vec::new();
    for (word, what) in INSIDE {
        if text.contains(word) && !found.iter().any(|it| *it == what) {
            found.push(Foreign::new(what));
        }
    }
    found
}

#[cfg(test)]
mod tests;
