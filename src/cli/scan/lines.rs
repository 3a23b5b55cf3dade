//! A scan as lines for people: the worst secret first, then each place of it, what to do, and how much was seen. Fits
//! eighty columns where paths do, and needs no colour.

use super::house::finding_of;
use super::{Said, Shown};
use crate::cli::out::Out;
use crate::domain::Foreign;
use crate::repo::Standing;
use crate::scan::verify::{Answer, Live};
use crate::scan::{Confidence, Coverage, Leak, Surface, why_harmless};
use crate::words;
use std::collections::BTreeMap;

/// Columns that prose fits into.
const WIDTH: usize = 80;
/// Places of one secret that are named; further ones are counted.
const MOST_PLACES: usize = 20;
/// Things that were not searched and are named.
const MOST_SKIPPED: usize = 10;

/// Prints the whole scan.
pub fn print(said: &Said<'_>, out: &mut Out<'_>) {
    let (sure, maybe): (Vec<_>, Vec<_>) =
        said.shown.iter().filter(|it| !it.leak.public).partition(|it| it.leak.confidence >= Confidence::Strong);
    let public: Vec<&Shown<'_>> = said.shown.iter().filter(|it| it.leak.public).collect();
    section(said, &sure, "", out);
    section(said, &maybe, "may be secrets: a person decides", out);
    section(said, &public, "public by design: nothing to rotate", out);
    if said.folded_public > 0 {
        out.line(format!(
            "{} ({}); --public shows them",
            plural(said.folded_public, "public by design", "public by design"),
            said.public_kinds
        ));
    }
    if said.folded_weak > 0 {
        out.line(format!("{} only look random; --weak shows them", number(said.folded_weak as u64)));
    }
    if said.folded_public + said.folded_weak > 0 {
        out.line("");
    }
    coverage(said, out);
    out.line(verdict(said));
}

/// All places of one secret together, under a heading.
fn section(said: &Said<'_>, shown: &[&Shown<'_>], heading: &str, out: &mut Out<'_>) {
    if shown.is_empty() {
        return;
    }
    if !heading.is_empty() {
        out.line(format!("— {heading}"));
        out.line("");
    }
    // In the order of the worst place of each.
    let mut order: Vec<&str> = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&Shown<'_>>> = BTreeMap::new();
    for it in shown {
        let group = groups.entry(it.key.as_str()).or_default();
        if group.is_empty() {
            order.push(&it.key);
        }
        group.push(it);
    }
    for key in order {
        let Some(places) = groups.get(key) else { continue };
        let Some(first) = places.first() else { continue };
        secret(first, places, said.with_app, out);
        out.line("");
    }
}

fn secret(first: &Shown<'_>, places: &[&Shown<'_>], with_app: bool, out: &mut Out<'_>) {
    let leak = first.leak;
    let severity = leak.severity.to_string();
    let another = if leak.of_another { ", which is none of the app's projects" } else { "" };
    let owner = leak.belongs_to.as_ref().map(|it| format!(" of {}{another}", it.cut(60))).unwrap_or_default();
    let word = match (first.accepted, first.rotated) {
        (Some(_), _) => "accepted",
        (None, Some(_)) => "rotated",
        (None, None) => severity.as_str(),
    };
    out.line(format!("{word:<9} {}  {}{owner}", leak.masked, leak.kind));
    for it in places.iter().take(MOST_PLACES) {
        out.line(format!("    {}", place(it.leak)));
    }
    if places.len() > MOST_PLACES {
        out.line(format!("    and {} more files; --json names them", places.len() - MOST_PLACES));
    }
    if let Some(answer) = first.answer {
        prose(&live(answer), out);
    }
    let markers: std::collections::BTreeSet<&str> =
        places.iter().filter_map(|it| Some(it.leak.marker.as_ref()?.as_str())).collect();
    for marker in markers {
        prose(&format!("hint: another scanner was told to overlook it ({marker})"), out);
    }
    if leak.is_canary() {
        prose("hint: its AWS account is known for canary keys; using it raises an alarm, so nothing here tried it", out);
    }
    if let Some(why) = first.accepted.or(first.rotated) {
        prose(&Foreign::new(why).cut(200), out);
    } else if !leak.public {
        prose(&format!("rotate: {}", leak.rotate), out);
    } else if let Some(why) = why_harmless(&leak.rule) {
        prose(&format!("public: {why}"), out);
    }
    // Only a finding of an app can be accepted, and only there is the id of any use.
    if with_app {
        out.line(format!("    id: {}", finding_of(leak)));
    }
}

/// One place: where, and whether it is still there.
fn place(leak: &Leak) -> String {
    let at = format!("{}:{}", leak.path, leak.line);
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d").to_string();
    let commit = leak.commit.as_deref().map(|it| format!(" ({})", it.get(..8).unwrap_or(it))).unwrap_or_default();
    let since = leak.since.map(|it| format!(" since {}{commit}", day(it))).unwrap_or_default();
    match (leak.surface, leak.standing) {
        (Surface::Site, _) => format!("{at}  served to anybody{since}"),
        (Surface::History, _) if !leak.in_head => {
            let from = leak.since.map(|it| format!(" {}", day(it))).unwrap_or_default();
            let to = leak.until.map(|it| format!(" to {}", day(it))).unwrap_or_default();
            format!("{at}  only in history{from}{to}{commit}: leaked")
        }
        (_, Standing::Ignored) => format!("{at}  not committed: git ignores it"),
        (_, _) if leak.in_head => format!("{at}  in HEAD{since}"),
        (_, Standing::Tracked) => format!("{at}  in the files, not in HEAD{since}"),
        (_, Standing::Untracked) => at,
    }
}

/// Prose under an indent, broken between words so that it fits eighty columns; a word that does not is left whole.
fn prose(text: &str, out: &mut Out<'_>) {
    let mut line = String::from("   ");
    for word in text.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.trim() != "" {
            out.line(&line);
            line = String::from("       ");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.line(line);
}

fn live(answer: &Answer) -> String {
    match answer.live {
        Live::Unknown if !answer.why.is_empty() => format!("asked: unknown, {}", answer.why),
        live => format!("asked: {}", live.words()),
    }
}

fn coverage(said: &Said<'_>, out: &mut Out<'_>) {
    let Coverage { files_seen, files_total, bytes, skipped, .. } = said.coverage;
    // A blob is one content of a file, however many commits have it.
    let noun = if said.history { "blob" } else { "file" };
    let of = if files_seen == files_total {
        plural(*files_total, noun, &format!("{noun}s"))
    } else {
        format!("{} of {}", number(*files_seen as u64), plural(*files_total, noun, &format!("{noun}s")))
    };
    let hiding: Vec<_> = skipped.iter().filter(|it| it.hides).collect();
    let unseen: usize = hiding.iter().map(|it| it.count).sum();
    let unseen = if unseen == 0 { String::new() } else { format!("; {} not searched:", number(unseen as u64)) };
    out.line(format!("scanned {of}, {}{unseen}", size(*bytes)));
    for it in hiding.iter().take(MOST_SKIPPED) {
        out.line(format!("    {}: {}", it.what, it.why));
    }
    if hiding.len() > MOST_SKIPPED {
        out.line(format!("    and {} more; --json names them", hiding.len() - MOST_SKIPPED));
    }
    let mut harmless: BTreeMap<&str, usize> = BTreeMap::new();
    for it in skipped.iter().filter(|it| !it.hides) {
        *harmless.entry(it.why.as_str()).or_default() += it.count;
    }
    for (why, count) in harmless {
        out.line(format!("    {}: {why}", plural(count, "file", "files")));
    }
    for remark in &said.remarks {
        prose(remark, out);
    }
}

/// The one sentence that answers the question.
fn verdict(said: &Said<'_>) -> String {
    let (open, maybe, accepted) = (said.open_secrets(), said.maybe_secrets(), said.accepted_secrets());
    let complete = said.coverage.complete;
    if open > 0 {
        let gaps = if complete { "" } else { ", and not everything was seen" };
        return format!("{} to rotate{gaps}", plural(open, "secret", "secrets"));
    }
    if said.coverage.files_total == 0 {
        return "nothing to look into, so nothing can be said".to_owned();
    }
    let rotated = match said.rotated_secrets() {
        0 => String::new(),
        count => format!("; {} of the history rotated, on people's word", plural(count, "secret", "secrets")),
    };
    let no = match (accepted, maybe) {
        (0, 0) if !rotated.is_empty() => "no other secret found".to_owned(),
        (0, 0) => "no secret found".to_owned(),
        (0, maybe) => format!("no secret for sure, {} for a person to judge", number(maybe as u64)),
        (accepted, 0) => format!("no secret but {} accepted", number(accepted as u64)),
        (accepted, maybe) => format!("{} accepted, {} for a person to judge", number(accepted as u64), number(maybe as u64)),
    };
    if complete {
        format!("{no}, and everything was seen{rotated}")
    } else {
        format!("{no} in what was seen, which is not everything{rotated}")
    }
}

/// A number in groups of three: `18 204`.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count as u64), if count == 1 { one } else { many })
}

/// Bytes in their largest unit with one digit behind the point: `2.1 GB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return words::count(usize::try_from(bytes).unwrap_or(0), "byte"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(18_204, "18 204")]
    #[case(1_000_000, "1 000 000")]
    fn numbers(#[case] given: u64, #[case] wanted: &str) {
        assert_eq!(number(given), wanted);
    }

    #[test]
    fn prose_fits_and_loses_no_word() {
        let mut told = Vec::new();
        let mut message = Vec::new();
        let text = format!("rotate: {} {}", "some words ".repeat(20).trim(), "x".repeat(90));
        prose(&text, &mut Out::new(&mut told, &mut message));
        let told = String::from_utf8(told).unwrap();
        assert!(told.lines().filter(|line| !line.contains("xxx")).all(|line| line.len() <= WIDTH), "{told}");
        assert_eq!(told.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
    }

    #[rstest]
    #[case(1, "1 byte")]
    #[case(999, "999 bytes")]
    #[case(1_500, "1.5 kB")]
    #[case(3_890_000_000, "3.8 GB")]
    fn sizes(#[case] given: u64, #[case] wanted: &str) {
        assert_eq!(size(given), wanted);
    }
}
