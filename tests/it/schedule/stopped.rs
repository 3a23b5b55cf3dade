//! A scheduled run that the system ends, as at a shutdown: it ends in order, says so in its record, keeps what was decided, and
//! the next one goes on with the rest.

use crate::program::{Home, Told};
use crate::server::{Reply, home_of, serve, take_on, vendors};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const RUN: [&str; 6] = ["probe", "--due", "--scheduled", "--plain", "--only", "github.branch-protection,openai,openrouter"];

/// A home whose OpenAI gives no answer while the switch is on: the program is sent the signal once it said what GitHub's probe
/// decided.
fn ended_by(signal: &str) -> (Home, Told, Arc<AtomicBool>, crate::server::Server) {
    let silent = Arc::new(AtomicBool::new(true));
    let server = {
        let (silent, good) = (Arc::clone(&silent), vendors(2, |_| {}));
        serve(move |asked| if asked.system == "openai" && silent.load(Ordering::SeqCst) { Reply::Nothing } else { good(asked) })
    };
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    let mut child = home.command(&RUN).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut err = String::new();
    while !err.contains("github.branch-protection: ") {
        assert!(said.read_line(&mut err).unwrap() > 0, "it ended before anything was decided: {err}");
    }
    assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
    said.read_to_string(&mut err).unwrap();
    let ended = child.wait_with_output().unwrap();
    (home, Told { err, ..Told::of(&ended) }, silent, server)
}

fn record(home: &Home) -> Value {
    home.json(&["schedule", "status", "--json"])["runs"][0].clone()
}

#[test]
fn the_system_ends_a_run_and_the_record_says_so() {
    let (home, told, silent, _server) = ended_by("TERM");
    assert!(matches!(told.code, Some(3..=5)), "in order, and never as if all were well: {told:?}");
    let run = record(&home);
    assert_eq!((run["how"].as_str(), run["code"].as_i64()), (Some("stopped"), told.code.map(i64::from)), "{run}");
    assert!(run["says"].as_str().unwrap().contains("SIGTERM"), "{run}");
    let status = home.must(&["schedule", "status"]).out;
    assert!(status.contains("interrupted") && !status.contains("killed"), "{status}");
    let probes = |status: &Value| -> Vec<(String, String)> {
        let items = status["items"].as_array().unwrap().iter().flat_map(|it| it["probes"].as_array().unwrap());
        let asked = ["github.branch-protection", "openai.spend-cap"];
        let word = |it: &Value| (it["id"].as_str().unwrap().to_owned(), it["outcome"].as_str().unwrap_or("none").to_owned());
        let mut all: Vec<_> = items.map(word).filter(|(id, _)| asked.contains(&id.as_str())).collect();
        all.dedup();
        all
    };
    let kept = probes(&home.json(&["status", "acme", "--json"]));
    assert!(kept.contains(&("github.branch-protection".to_owned(), "pass".to_owned())), "what was decided is kept: {kept:?}");
    assert!(!kept.iter().any(|(id, word)| id == "openai.spend-cap" && word == "pass"), "{kept:?}");
    // The next one goes on with what is left.
    silent.store(false, Ordering::SeqCst);
    let next = home.json(&[&RUN[..], &["--json"]].concat());
    let asked: Vec<&str> = next["runs"][0]["due"].as_array().unwrap().iter().map(|it| it["probe"].as_str().unwrap()).collect();
    assert!(asked.contains(&"openai.spend-cap") && !asked.contains(&"github.branch-protection"), "{asked:?}");
    assert_eq!(record(&home)["how"], "finished");
}

#[test]
fn an_interrupt_is_told_apart_from_it() {
    let (home, told, ..) = ended_by("INT");
    assert!(matches!(told.code, Some(3..=5)), "{told:?}");
    let run = record(&home);
    assert_eq!((run["how"].as_str(), run["says"].as_str()), (Some("stopped"), Some("interrupted before everything was asked")));
}
