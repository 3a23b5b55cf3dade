//! What the scanner met, as findings and notes: one finding per secret, by its rule and its keyed hash, however many
//! places have it. Shared by the probes of the tree, of the history and of the site; it decides nothing.

use crate::domain::{ExposedIn, Exposure, Finding, Foreign, Gap, GapKind, Note, NoteLevel, Place, System};
use crate::repo::Standing;
use crate::scan::{self, Coverage, Leak, Surface};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Leaks of one secret under one rule, the place to show first.
pub type Group<'a> = Vec<&'a Leak>;

/// The leaks by secret. Within one, what is still there comes first, then what leaked first.
pub fn grouped<'a>(leaks: impl Iterator<Item = &'a Leak>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(&str, &str), Group<'a>> = BTreeMap::new();
    for leak in leaks {
        groups.entry((leak.rule.as_str(), leak.id.as_str())).or_default().push(leak);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    for group in &mut groups {
        // Stable: leaks come in the order of the report.
        group.sort_by_key(|it| (!it.in_head, it.since.is_none(), it.since));
    }
    groups
}

/// Said of a key whose account is known for traps; nobody needs to try it to know.
const CANARY: &str =
    ". Its AWS account is known for canary keys: it may be a trap that somebody laid, and using it raises an alarm; ask who did";

/// One finding per secret that may fail a probe. `says` puts it into a sentence.
pub fn findings(leaks: &[Leak], says: impl Fn(&Group<'_>) -> String) -> Vec<Finding> {
    let groups = grouped(leaks.iter().filter(|leak| leak.can_fail()));
    let made = groups.into_iter().filter_map(|group| {
        let (first, severity) = (*group.first()?, group.iter().map(|it| it.severity).max()?);
        let another = if first.of_another { ". It belongs to a project that is none of the app's: ask whose it is" } else { "" };
        let canary = if first.is_canary() { CANARY } else { "" };
        let fix = format!("Revoke it and make a new one: {}{another}{canary}", first.rotate);
        let finding = Finding::new(&format!("scan.{}", first.rule), &first.id, severity, says(&group), fix);
        Some(finding.at(place(first)).exposed(exposure(&group)))
    });
    made.collect()
}

/// How a secret lay open, over all places that have it.
#[must_use]
pub fn exposure(group: &Group<'_>) -> Exposure {
    let surface = |wanted| group.iter().any(|it| it.surface == wanted);
    let is_open = group.iter().any(|it| it.in_head || it.surface == Surface::Site);
    let at = if surface(Surface::Site) {
        ExposedIn::Site
    } else if is_open || surface(Surface::Tree) {
        ExposedIn::Tree
    } else {
        ExposedIn::History
    };
    Exposure {
        at,
        since: group.iter().filter_map(|it| it.since).min(),
        // Gone only when it is gone everywhere, and everywhere is known.
        until: if is_open {
            None
        } else {
            group.iter().map(|it| it.until).collect::<Option<Vec<_>>>().and_then(|it| it.into_iter().max())
        },
        places: u32::try_from(group.len()).unwrap_or(u32::MAX),
        marker: group.iter().find_map(|it| it.marker.clone()),
    }
}

/// What is no finding: public by design, kept out by git, or only perhaps a secret.
#[must_use]
pub fn notes(leaks: &[Leak]) -> Vec<Note> {
    grouped(leaks.iter().filter(|leak| !leak.can_fail()))
        .into_iter()
        .filter_map(|group| {
            let first = *group.first()?;
            let (kind, masked, places) = (&first.kind, &first.masked, places(&group));
            let (level, what, says) = if first.public {
                (
                    NoteLevel::Info,
                    "public",
                    format!("{kind} {masked} is public by design{}; it stands in {places}", why_harmless(first)),
                )
            } else if group.iter().all(|it| it.standing == Standing::Ignored) {
                (NoteLevel::Info, "ignored", format!("{kind} {masked} stands in {places}, which git ignores: not committed"))
            } else {
                let canary = if first.is_canary() { CANARY } else { "" };
                (NoteLevel::Evidence, "maybe", format!("{kind} {masked} may be a credential; it stands in {places}{canary}"))
            };
            let key = format!("scan.{}.{}.{what}", first.rule, first.id);
            Some(Note { key, level, says: says.into(), place: Some(place(first)) })
        })
        .collect()
}

/// Why what is public by design does no harm, and what to see to all the same: `: browsers need it; …`.
#[must_use]
pub fn why_harmless(leak: &Leak) -> String {
    scan::why_harmless(&leak.rule).map(|why| format!(": {why}")).unwrap_or_default()
}

/// A day for readers, or that none is known: `3 March 2026`.
#[must_use]
pub fn day(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "a day that is not known".to_owned(), |it| it.format("%-d %B %Y").to_string())
}

/// What of a history was not read, and the step that would open it.
#[must_use]
pub fn unread_history(coverage: &Coverage) -> Option<Gap> {
    unread(coverage, "blobs", "Give a full clone (`git fetch --unshallow`), or look by hand at what was left out")
}

/// The first place and how many more there are.
#[must_use]
pub fn places(group: &Group<'_>) -> String {
    let first = group.first().map(|it| format!("{}:{}", it.path, it.line)).unwrap_or_default();
    match group.len() {
        0 | 1 => first,
        2 => format!("{first} and one more place"),
        more => format!("{first} and {} more places", more - 1),
    }
}

/// Where it is, with the commit that brought it.
#[must_use]
pub fn place(leak: &Leak) -> Place {
    Place::File { path: leak.path.clone(), line: Some(leak.line), commit: leak.commit.as_ref().map(Foreign::new) }
}

/// What was left out, so that nothing found is not clean; none when nothing was.
#[must_use]
pub fn unread(coverage: &Coverage, what: &str, needs: &str) -> Option<Gap> {
    if coverage.complete {
        return None;
    }
    let why = coverage.skipped.iter().find(|it| it.hides).map_or_else(
        || format!("{} of {} {what} were read", coverage.files_seen, coverage.files_total),
        |it| format!("{} was not searched ({})", it.what, it.why),
    );
    let more: usize = coverage.skipped.iter().filter(|it| it.hides).map(|it| it.count).sum();
    let more = if more > 1 { format!(" and {} more", more - 1) } else { String::new() };
    let says = format!("scanned {} of {} {what}: {why}{more}", coverage.files_seen, coverage.files_total);
    Some(Gap::new(GapKind::Incomplete, System::Scan, says).needs(needs))
}

/// Where a number of secrets of one kind stands in a sentence: `1 credential`, `3 credentials`.
#[must_use]
pub fn credentials(count: usize) -> String {
    if count == 1 { "1 credential".to_owned() } else { format!("{count} credentials") }
}
