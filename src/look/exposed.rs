//! Files that a site should never serve, asked for once each, with the owner's permission only (`apis/http.md` §4), and how
//! it answers for a path that nobody has (§7). Of what is found only names are kept, never a value and never the text.

use super::model::Outside;
use crate::domain::{Foreign, System};
use crate::net::{Door, ReadCall};
use crate::scan::{FileKind, Requests};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
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

/// Asks for each, one after the other, beside `page`. Ends when told to, with what was seen until then.
pub async fn ask(door: &Door, page: &Url, requests: &Requests, stop: &CancellationToken) -> Outside {
    let mut seen = Outside::default();
    let random = format!("rescue-looks-for-nothing-{:016x}", getrandom::u64().unwrap_or(0x72_65_73_63_75_65));
    let paths = FILES.iter().map(|it| (it.path.to_owned(), Some(it.test))).chain([(random, None)]);
    for (path, test) in paths {
        let Ok(address) = page.join("./").and_then(|it| it.join(&path)) else { continue };
        let shown = Foreign::new(address.path());
        let hidden = |why: &str| (shown.clone(), Foreign::new(why));
        let Some(number) = requests.begins(&address, FileKind::Exposed).await else { return seen };
        let call = ReadCall::follow(System::Site, &address).as_answered().at_most(MOST_BYTES).header("range", "bytes=0-511");
        let call = match address.join("/") {
            Ok(base) => call.at(base),
            Err(_) => continue,
        };
        let call = if crate::net::is_loopback(&address) { call } else { call.found() };
        seen.tried.push(shown.clone());
        let reply = tokio::select! {
            biased;
            () = stop.cancelled() => {
                seen.unseen.push(hidden("the look was stopped before"));
                return seen;
            }
            reply = door.read(call) => reply,
        };
        let reply = match reply {
            Ok(reply) => reply,
            Err(gap) => {
                seen.unseen.push(hidden(gap.says.as_str()));
                continue;
            }
        };
        let status = reply.status.as_u16();
        requests.answered(number, status, None);
        let body = Zeroizing::new(Vec::from(reply.body));
        match (test, status) {
            (None, _) => {
                seen.nowhere = Some(status);
                seen.gives_away = gives_away(&body);
            }
            (Some(test), 200 | 206) => seen.files.extend(found(&shown, test, &body)),
            (Some(_), 401 | 403 | 429) => seen.unseen.push(hidden(&format!("it refuses strangers (status {status})"))),
            _ => {}
        }
    }
    seen
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
mod tests {
    use super::*;
    use rstest::rstest;

    fn names(path: &str, body: &str) -> Option<String> {
        let test = FILES.iter().find(|it| it.path == path).unwrap().test;
        let file = found(&Foreign::new(path), test, body.as_bytes())?;
        Some(file.names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[rstest]
    #[case(".env", "# x\nDATABASE_URL=abc\nexport STRIPE_KEY=\"y\"\nlower=1\n", Some("DATABASE_URL STRIPE_KEY"))]
    #[case(".env", "<!doctype html><title>A=B</title>", None)]
    #[case(".env", "not found", None)]
    #[case(".git/HEAD", "ref: refs/heads/main\n", Some(""))]
    #[case(".git/HEAD", "<html>ref: refs/heads/main", None)]
    #[case(".git/HEAD", "0123456789abcdef0123456789abcdef01234567", Some(""))]
    #[case(".git/config", "[core]\n\tbare = false", Some(""))]
    #[case("package.json", "{\"name\":\"x\",\"scripts\":{", Some(""))]
    #[case("package.json", "{\"error\":\"not found\"}", None)]
    #[case("supabase/config.toml", "project_id = \"x\"", Some(""))]
    fn a_file_is_known_by_what_is_in_it(#[case] path: &str, #[case] body: &str, #[case] wanted: Option<&str>) {
        assert_eq!(names(path, body).as_deref(), wanted);
    }

    #[test]
    fn no_value_is_kept() {
        let mark = ["kana", "ri"].concat();
        let file = found(&Foreign::new("/.env"), Test::Settings, format!("API_KEY={mark}").as_bytes()).unwrap();
        assert!(file.opens && !format!("{file:?}").contains(&mark));
    }

    #[test]
    fn errors_that_tell_of_the_inside() {
        let body = b"Error: x\n    at /var/task/node_modules/pg/lib/client.js:1:1\n{\"stack\":1}";
        let found: Vec<String> = gives_away(body).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["paths of the server's files", "a trace of the server's calls"]);
        assert_eq!(gives_away(b"<title>404</title>"), Vec::<Foreign>::new());
    }
}
