//! Clones with the real git: from a repository on this machine, and from hosts on loopback that refuse, hang or redirect.

use super::*;
use base64::Engine as _;
use pretty_assertions::assert_eq;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com"])
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A host that answers every request with `answer`, and gives what it was asked.
fn host(answer: String) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/acme/shop.git", listener.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.windows(4).any(|it| it == b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(read) if read > 0 => request.extend_from_slice(&piece[..read]),
                    _ => break,
                }
            }
            if tell.send(String::from_utf8_lossy(&request).into_owned()).is_err() || answer.is_empty() {
                // Held open and never answered, until the test is over.
                std::mem::forget(stream);
                continue;
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, told)
}

fn answer(status: &str, more: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

fn tried(address: &str, token: Option<&str>) -> (CloneProblem, tempfile::TempDir) {
    let under = tempfile::tempdir().unwrap();
    let token = token.map(CloneToken::new);
    let problem = clone(address, token, under.path(), &AtomicBool::new(false), CloneLimits::default()).unwrap_err();
    (problem, under)
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn a_clone_has_every_ref_runs_no_hook_and_goes_away() {
    let from = tempfile::tempdir().unwrap();
    git(from.path(), &["init", "-q", "-b", "main"]);
    std::fs::write(from.path().join("a.ts"), "1").unwrap();
    git(from.path(), &["add", "a.ts"]);
    git(from.path(), &["commit", "-q", "-m", "one"]);
    git(from.path(), &["update-ref", "refs/pull/7/head", "HEAD"]);
    let under = tempfile::tempdir().unwrap();
    let address = format!("file://{}", from.path().display());
    let limits = CloneLimits { local: true, ..CloneLimits::default() };
    let stop = AtomicBool::new(false);
    let token = "t".repeat(30);
    let cloned = clone(&address, Some(CloneToken::new(&token)), under.path(), &stop, limits).unwrap();
    let packed = std::fs::read_to_string(cloned.path().join("packed-refs")).unwrap();
    assert!(packed.contains("refs/heads/main") && packed.contains("refs/pull/7/head"), "{packed}");
    let config = std::fs::read_to_string(cloned.path().join("config")).unwrap();
    assert!(!config.contains(&token) && !cloned.path().join("hooks").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = cloned.path().parent().unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    let fewer = clone(&address, None, under.path(), &stop, CloneLimits { every_ref: false, ..limits }).unwrap();
    assert!(!std::fs::read_to_string(fewer.path().join("packed-refs")).unwrap().contains("refs/pull"));
    drop((cloned, fewer));
    assert!(is_empty(under.path()));
    let (problem, _) = tried(&address, None);
    assert!(matches!(problem, CloneProblem::NotAnAddress { .. }), "local addresses only where they are asked for");
    let nothing = tempfile::tempdir().unwrap();
    git(nothing.path(), &["init", "-q"]);
    let problem = clone(&format!("file://{}", nothing.path().display()), None, under.path(), &stop, limits).unwrap_err();
    assert!(matches!(problem, CloneProblem::Empty { .. }) && is_empty(under.path()), "{problem}");
}

#[test]
fn the_token_goes_to_the_host_that_asks_and_nowhere_else() {
    let token = ["gho", "_", &"a1B2".repeat(9)].concat();
    let (address, told) = host(answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n"));
    let (problem, under) = tried(&address, Some(&token));
    assert!(matches!(problem, CloneProblem::Refused { .. }), "{problem}");
    assert!(!format!("{problem:?}").contains(&token) && is_empty(under.path()));
    let requests: Vec<String> = told.try_iter().collect();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{token}"));
    assert!(!requests[0].contains(&basic), "not before it is asked for");
    assert!(requests.iter().any(|it| it.contains(&basic)));
}

#[test]
fn a_redirect_is_not_followed() {
    let token = ["gho", "_", &"a1B2".repeat(9)].concat();
    let (other, asked) = host(answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n"));
    let (address, _told) =
        host(answer("301 Moved Permanently", &format!("Location: {other}/info/refs?service=git-upload-pack\r\n")));
    let (problem, _) = tried(&address, Some(&token));
    assert!(matches!(problem, CloneProblem::Moved { .. }), "{problem}");
    assert_eq!(asked.try_iter().count(), 0);
}

#[test]
fn refusals_are_told_apart() {
    let (address, _told) = host(answer("404 Not Found", ""));
    assert!(matches!(tried(&address, None).0, CloneProblem::NotFound { .. }));
    let (address, _told) = host(answer("403 Forbidden", ""));
    assert!(matches!(tried(&address, None).0, CloneProblem::Refused { .. }));
    let (address, _told) = host(answer("200 OK", "Content-Type: text/html\r\n"));
    let problem = tried(&address, None).0;
    assert!(matches!(problem, CloneProblem::Empty { .. }), "{problem}");
    let page = "<!doctype html><title>Shop</title>\n";
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", page.len());
    let (address, _told) = host(head + page);
    let problem = tried(&address, None).0;
    assert!(matches!(problem, CloneProblem::NotARepository { .. }), "{problem}");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(tried(&format!("http://{closed}/a/b"), None).0, CloneProblem::Unreachable { .. }));
}

#[test]
fn a_host_that_never_answers_is_left_when_told_to_or_when_time_is_over() {
    let (address, told) = host(String::new());
    let under = tempfile::tempdir().unwrap();
    let stop = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| clone(&address, None, under.path(), &stop, CloneLimits::default()).map(|_| ()));
        told.recv().unwrap();
        stop.store(true, Ordering::Relaxed);
        running.join().unwrap()
    });
    assert_eq!(ended, Err(CloneProblem::Stopped));
    assert!(is_empty(under.path()));
    let limits = CloneLimits { time: Duration::from_millis(300), ..CloneLimits::default() };
    let ended = clone(&address, None, under.path(), &AtomicBool::new(false), limits).map(|_| ());
    assert_eq!(ended, Err(CloneProblem::TimedOut { seconds: 0 }));
    assert!(is_empty(under.path()));
}
