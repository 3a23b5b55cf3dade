//! Clones from a loopback server that serves a bare repository as plain files: what git asks, with which credential, and
//! that nothing is left behind.

use super::*;
use rstest::rstest;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::{net::TcpListener, net::TcpStream, sync::Arc, thread};

const TOKEN_TEXT: &str = "kanari-token";

fn git_in(at: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com"])
        .args(arguments)
        .current_dir(at)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A bare repository that plain file requests can read.
fn served() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let work = home.path().join("work");
    fs::create_dir(&work).unwrap();
    git_in(&work, &["init", "-q", "-b", "main"]);
    fs::write(work.join("a.txt"), "one\n").unwrap();
    git_in(&work, &["add", "."]);
    git_in(&work, &["commit", "-q", "-m", "one"]);
    git_in(&work, &["update-ref", "refs/pull/1/head", "HEAD"]);
    git_in(home.path(), &["clone", "-q", "--mirror", "work", "shop.git"]);
    git_in(&home.path().join("shop.git"), &["update-server-info"]);
    home
}

/// Answers each request by `answer`, and tells what was asked: the path and the authorization.
fn serve(
    answer: impl Fn(&str, Option<&str>) -> (u16, Vec<u8>, String) + Send + 'static,
) -> (u16, Receiver<(String, Option<String>)>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if tell.send(visit(stream, &answer)).is_err() {
                return;
            }
        }
    });
    (port, told)
}

fn visit(mut stream: TcpStream, answer: &dyn Fn(&str, Option<&str>) -> (u16, Vec<u8>, String)) -> (String, Option<String>) {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    while !bytes.windows(4).any(|it| it == b"\r\n\r\n") {
        match stream.read(&mut chunk) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&chunk[..n]),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let path = text.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let own =
        text.lines().find_map(|line| line.to_ascii_lowercase().starts_with("authorization: ").then(|| line[15..].to_owned()));
    let (status, body, more) = answer(&path, own.as_deref());
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
    (path, own)
}

fn variables() -> Vec<(&'static str, String)> {
    let environment = crate::config::Environment::of_process();
    vec![("PATH", environment.get("PATH").unwrap_or_default().to_owned())]
}

fn basic() -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{TOKEN_TEXT}")))
}

/// Serves the files of `home` to whoever has the token.
fn files(home: &Path) -> impl Fn(&str, Option<&str>) -> (u16, Vec<u8>, String) + use<> {
    let root = home.to_owned();
    move |path, own| {
        if own != Some(basic().as_str()) {
            return (401, Vec::new(), "www-authenticate: Basic realm=\"git\"\r\n".to_owned());
        }
        let name = path.split('?').next().unwrap_or_default().trim_start_matches('/');
        match fs::read(root.join(name)) {
            Ok(body) => (200, body, String::new()),
            Err(_) => (404, Vec::new(), String::new()),
        }
    }
}

fn cloned(port: u16, token: Option<&str>) -> Result<Cloned, NotCloned> {
    let address = url::Url::parse(&format!("http://127.0.0.1:{port}/shop.git")).unwrap();
    clone(&Wanted { address: &address, token, variables: variables() }, &AtomicBool::new(false))
}

#[test]
fn every_ref_is_cloned_with_the_token_and_nothing_stays() {
    let home = served();
    let (port, told) = serve(files(home.path()));
    let cloned = cloned(port, Some(TOKEN_TEXT)).unwrap();
    let refs = fs::read_to_string(cloned.path().join("packed-refs")).unwrap();
    assert!(refs.contains("refs/heads/main") && refs.contains("refs/pull/1/head"), "{refs}");
    let asked: Vec<_> = told.try_iter().collect();
    assert!(asked.iter().any(|(_, own)| own.as_deref() == Some(&basic())), "{asked:?}");
    let place = cloned.path();
    fn holds(at: &Path, word: &[u8]) -> bool {
        fs::read_dir(at).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { holds(&path, word) } else { fs::read(&path).unwrap().windows(word.len()).any(|it| it == word) }
        })
    }
    assert!(!holds(place.parent().unwrap(), TOKEN_TEXT.as_bytes()), "the token is in a file");
    drop(cloned);
    assert!(!place.parent().unwrap().exists());
}

#[rstest]
#[case::no_token(None)]
#[case::wrong_token(Some("another"))]
fn without_the_right_token_the_next_step_is_a_token(#[case] token: Option<&str>) {
    let home = served();
    let (port, _told) = serve(files(home.path()));
    let Err(NotCloned::Failed { why, .. }) = cloned(port, token) else { panic!("it was cloned") };
    assert_eq!(why, "the host wants a token that may read it");
}

#[test]
fn a_token_follows_no_redirect() {
    let stolen: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    let seen = Arc::clone(&stolen);
    let (thief, _) = serve(move |_, own| {
        seen.lock().unwrap().push(own.map(str::to_owned));
        (401, Vec::new(), "www-authenticate: Basic realm=\"git\"\r\n".to_owned())
    });
    let (port, _told) = serve(move |path, _| (302, Vec::new(), format!("location: http://127.0.0.1:{thief}{path}\r\n")));
    assert!(matches!(cloned(port, Some(TOKEN_TEXT)), Err(NotCloned::Failed { .. })));
    assert!(stolen.lock().unwrap().is_empty(), "{stolen:?}");
}

#[test]
fn what_is_not_there_and_what_does_not_answer_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let (port, _told) = serve(files(home.path()));
    let Err(NotCloned::Failed { why, .. }) = cloned(port, Some(TOKEN_TEXT)) else { panic!("it was cloned") };
    assert_eq!(why, "nothing is there that this token may see");
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let Err(NotCloned::Failed { why, .. }) = cloned(free, None) else { panic!("it was cloned") };
    assert_eq!(why, "the host could not be reached");
}

#[test]
fn other_protocols_are_not_spoken() {
    let home = served();
    for address in [format!("file://{}/shop.git", home.path().display()), "ext::sh -c true".to_owned()] {
        let Ok(address) = url::Url::parse(&address) else { continue };
        let wanted = Wanted { address: &address, token: None, variables: variables() };
        assert!(clone(&wanted, &AtomicBool::new(false)).is_err(), "{address}");
    }
}

#[test]
fn it_ends_when_it_is_told_to() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = url::Url::parse(&format!("http://127.0.0.1:{}/shop.git", silent.local_addr().unwrap().port())).unwrap();
    let wanted = Wanted { address: &address, token: None, variables: variables() };
    assert_eq!(clone(&wanted, &AtomicBool::new(true)).err(), Some(NotCloned::Stopped));
}
