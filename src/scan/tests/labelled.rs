//! A large labelled set, made at run time: every kind of the dossier in every carrier that people leak in, and beside it
//! what looks like a secret and is none. Recall and precision of each kind are computed and have to be nearly perfect.

use super::{Confidence, Dice, TimeZone, Utc};
use crate::scan::engine::{Circumstances, ENGINE};
use crate::scan::place::PathTraits;
use crate::scan::text::SearchedText;
use kinds::KINDS;
use noise::NOISE;
use std::collections::BTreeMap;
use std::fmt::Write as _;

mod contexts;
mod kinds;
mod matrix;
mod noise;

/// One text with what has to be found in it: nothing, or the value of a rule.
struct Text {
    path: &'static str,
    bytes: Vec<u8>,
}

/// A kind of credential: its rule, the name that it is given, what stands beside it, and how it is made.
pub(super) struct Kind {
    rule: &'static str,
    name: &'static str,
    /// Lines that belong to it, such as the address that a token is for; empty for most.
    beside: &'static str,
    value: fn(&mut Dice) -> String,
}

/// Something that is no secret: where it stands, and a text with it.
pub(super) struct Noise {
    what: &'static str,
    path: &'static str,
    text: fn(&mut Dice) -> String,
}

/// How often each kind is put into each carrier.
const ROUNDS: usize = 13;
const NOISE_ROUNDS: usize = 120;

fn camel(name: &str) -> String {
    let mut words = name.split('_').map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    first + &words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect::<String>()
}

/// The value under its name in every carrier, with ordinary lines around it.
fn carriers(d: &mut Dice, kind: &Kind, value: &str) -> Vec<Text> {
    let Kind { name, beside, .. } = kind;
    let (low, camel) = (name.to_ascii_lowercase(), camel(name));
    let beside = if beside.is_empty() { String::new() } else { format!("{beside}\n") };
    let hash = d.text("0123456789abcdef", 8);
    let text = |path, text: String| Text { path, bytes: text.into_bytes() };
    let utf16: Vec<u8> =
        format!("\u{feff}{beside}{name}={value}\r\nPORT=3000\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        text(".env", format!("# settings\nPORT=3000\n{beside}{name}={value}\nDEBUG=false\n")),
        text("deploy.sh", format!("#!/bin/sh\nset -eu\n{beside}export {name}=\"{value}\"\nnpm start\n")),
        text(
            "config.json",
            format!("{{\n  \"about\": \"{}\",\n  \"{low}\": \"{value}\",\n  \"port\": 3000\n}}\n", beside.trim()),
        ),
        text("values.yaml", format!("app:\n  port: 3000\n  # {beside}\n  {low}: {value}\n  debug: false\n")),
        text(
            "compose.yaml",
            format!("services:\n  web:\n    environment:\n      - PORT=3000\n      # {beside}\n      - {name}={value}\n"),
        ),
        text("src/config.ts", format!("import x from './x';\n// {beside}\nexport const {camel} = \"{value}\";\n")),
        text("src/client.ts", format!("// {beside}\nconst client = make({{ {camel}: '{value}', retries: 3 }});\n")),
        text("assets/index-app.js", format!("var n=1;/*{}*/e.{camel}=\"{value}\",t.exports=n,f(\"{hash}\")", beside.trim())),
        text("app.py", format!("import os\n# {beside}\nos.environ[\"{name}\"] = \"{value}\"\n")),
        text("settings.toml", format!("[app]\nport = 3000\n# {beside}\n{low} = \"{value}\"\n")),
        text(
            ".github/workflows/ci.yml",
            format!("jobs:\n  test:\n    env:\n      # {beside}\n      {name}: {value}\n    steps: []\n"),
        ),
        text("src/env.ts", format!("// {beside}\nconst value = process.env.{name} || \"{value}\";\n")),
        text("main.go", format!("package main\n// {beside}\nvar {camel} string = \"{value}\"\n")),
        text("pom.xml", format!("<properties>\n<!-- {} -->\n  <{camel}>{value}</{camel}>\n</properties>\n", beside.trim())),
        Text { path: "notes.env", bytes: utf16 },
        text("README.md", format!("Start it with\n\n```\n{beside}{name}={value} npm start\n```\n")),
    ]
}

/// What is shown by default, secret or not: rule, whether public, and the value.
fn shown(text: Text) -> Vec<(&'static str, bool, Vec<u8>)> {
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    let circumstances = Circumstances { projects: &[], now, traits: PathTraits::of(text.path.as_bytes()) };
    let text = SearchedText::of(text.bytes).unwrap();
    let found = ENGINE.search(text.bytes(), &circumstances).sightings;
    let shown = found.into_iter().filter(|it| it.confidence > Confidence::Weak);
    shown.map(|it| (it.rule.id, it.rule.public, text.bytes()[it.at].to_vec())).collect()
}

#[derive(Default)]
struct Tally {
    texts: usize,
    found: usize,
    false_alarms: usize,
}

#[test]
fn recall_and_precision_are_nearly_perfect_on_every_kind() {
    let d = &mut Dice(2026);
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for kind in KINDS {
        for _ in 0..ROUNDS {
            let value = (kind.value)(d);
            for (carrier, text) in carriers(d, kind, &value).into_iter().enumerate() {
                let found = shown(text);
                let tally = tallies.entry(kind.rule).or_default();
                tally.texts += 1;
                if found
                    .iter()
                    .any(|(rule, _, at)| *rule == kind.rule && value.as_bytes().windows(at.len().max(1)).any(|it| it == at))
                {
                    tally.found += 1;
                } else {
                    let instead: Vec<_> = found.iter().map(|it| it.0).collect();
                    *wrong.entry(format!("{} missed in carrier {carrier}, instead {instead:?}", kind.rule)).or_default() += 1;
                }
                for (rule, public, at) in found {
                    let expected =
                        rule == kind.rule || public || kind.beside.as_bytes().windows(at.len().max(1)).any(|it| it == at);
                    if !expected {
                        tallies.entry(rule).or_default().false_alarms += 1;
                    }
                }
            }
        }
    }
    let mut quiet = Tally::default();
    for Noise { what, path, text } in NOISE {
        for _ in 0..NOISE_ROUNDS {
            quiet.texts += 1;
            for (rule, public, _) in shown(Text { path, bytes: text(d).into_bytes() }) {
                if !public {
                    quiet.false_alarms += 1;
                    tallies.entry(rule).or_default().false_alarms += 1;
                    *wrong.entry(format!("{what}: taken for {rule}")).or_default() += 1;
                }
            }
        }
    }
    let mut table = format!("{:<28}{:>7}{:>9}{:>11}\n", "kind", "texts", "recall", "precision");
    let (mut all, mut poor) = (Tally::default(), Vec::new());
    for (rule, Tally { texts, found, false_alarms }) in &tallies {
        let (recall, precision) = (ratio(*found, *texts), ratio(*found, found + false_alarms));
        let _ = writeln!(table, "{rule:<28}{texts:>7}{recall:>9.4}{precision:>11.4}");
        if recall < 0.99 || precision < 0.99 {
            poor.push(*rule);
        }
        all = Tally { texts: all.texts + texts, found: all.found + found, false_alarms: all.false_alarms + false_alarms };
    }
    let overall = (ratio(all.found, all.texts), ratio(all.found, all.found + all.false_alarms));
    let _ = writeln!(table, "{:<28}{:>7}{:>9.4}{:>11.4}", "all", all.texts, overall.0, overall.1);
    let _ = writeln!(table, "of {} texts without a secret, {} alarms", quiet.texts, quiet.false_alarms);
    for (what, times) in &wrong {
        let _ = writeln!(table, "  {times:>5} × {what}");
    }
    std::io::Write::write_all(&mut std::io::stderr(), table.as_bytes()).unwrap();
    assert!(KINDS.len() >= 90 && NOISE.len() >= 30);
    assert_eq!(poor, Vec::<&str>::new(), "{table}");
    assert!(overall.0 >= 0.99 && overall.1 >= 0.99);
    assert!(quiet.false_alarms * 100 <= quiet.texts, "more than one text of noise in a hundred");
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}
