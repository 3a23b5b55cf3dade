//! Every kind in every way of writing it: which of them are missed, as a table, and that hardly any is.

use super::contexts::{CONTEXTS, Context, ENCODED};
use super::kinds::KINDS;
use super::{Confidence, Kind, Text, camel, ratio, shown};
use crate::scan::rule::Charset;
use crate::scan::rules::samples::Dice;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How often each kind is written in each way.
const ROUNDS: usize = 2;

fn filled(context: &Context, kind: &Kind, value: &str) -> String {
    let name = kind.name;
    let low = name.to_ascii_lowercase();
    let (first, rest) = low.split_once('_').unwrap_or((&low, "key"));
    let humps = camel(name);
    let capital = humps[..1].to_ascii_uppercase() + &humps[1..];
    let parts = [
        ("{N}", name.to_owned()),
        ("{k}", low.replace('_', "-")),
        ("{d}", low.replace('_', ".")),
        ("{c}", humps),
        ("{C}", capital),
        ("{p}", first.to_owned()),
        ("{r}", rest.to_owned()),
        ("{R}", camel(rest)),
        ("{l}", low.clone()),
        ("{b}", STANDARD.encode(value)),
        ("{v}", value.to_owned()),
    ];
    parts.iter().fold(context.template.to_owned(), |text, (mark, part)| text.replace(mark, part))
}

/// What a way of writing cannot carry: an address inside of another, or as the name of a user.
fn is_carried(context: &Context, value: &str) -> bool {
    let whole = ["query", "form", "user of curl", "header", "header of its own", "header in code", "java annotation"];
    !(value.contains("://") && whole.contains(&context.what))
}

#[test]
fn every_kind_is_found_however_it_is_written() {
    let d = &mut Dice(77);
    let mut by_context: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut by_kind: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for kind in KINDS.iter().filter(|it| !is_public(it)) {
        for context in CONTEXTS {
            for _ in 0..ROUNDS {
                let value = (kind.value)(d);
                if !is_carried(context, &value) {
                    continue;
                }
                let text = Text { path: context.path, bytes: filled(context, kind, &value).into_bytes() };
                let found = shown(text)
                    .iter()
                    .any(|(_, public, at)| !public && value.as_bytes().windows(at.len().max(1)).any(|it| it == at));
                for tally in [by_context.entry(context.what).or_default(), by_kind.entry(kind.rule).or_default()] {
                    tally.0 += usize::from(found);
                    tally.1 += 1;
                }
                *missed.entry((kind.rule, context.what)).or_default() += usize::from(!found);
            }
        }
    }
    let mut table = String::new();
    for (name, (found, all)) in by_context.iter().chain(&by_kind).filter(|(_, (found, all))| found < all) {
        let _ = writeln!(table, "{name:<36}{found:>5} of {all:>5}");
    }
    for ((rule, context), times) in missed.iter().filter(|(_, times)| **times > 0) {
        let _ = writeln!(table, "  {times} × {rule} missed in: {context}");
    }
    let all = by_kind.values().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let _ = writeln!(table, "found {} of {}", all.0, all.1);
    std::io::Write::write_all(&mut std::io::stderr(), table.as_bytes()).unwrap();
    assert!(ratio(all.0, all.1) >= 0.99, "{table}");
}

#[test]
fn shapes_of_their_own_are_found_in_base64() {
    let d = &mut Dice(78);
    let own = |kind: &&Kind| {
        let rule = crate::scan::rules::all().find(|rule| rule.id == kind.rule);
        rule.is_some_and(|it| !it.public && !it.generic && it.charset != Charset::Open && it.confidence >= Confidence::Strong)
    };
    let mut missed = Vec::new();
    for kind in KINDS.iter().filter(own) {
        let value = (kind.value)(d);
        for context in ENCODED.iter().filter(|_| value.len() >= 30) {
            let text = Text { path: context.path, bytes: filled(context, kind, &value).into_bytes() };
            if shown(text).is_empty() {
                missed.push(format!("{} in {}", kind.rule, context.what));
            }
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

fn is_public(kind: &Kind) -> bool {
    crate::scan::rules::all().any(|rule| rule.id == kind.rule && rule.public)
}
