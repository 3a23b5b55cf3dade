//! What the walk over a site means (dossier http.md §5.2 and §6). Plain functions of what was seen.

use super::Seen;
use crate::domain::checklist::Effort;
use crate::domain::{Exposure, Finding, Foreign, Gap, GapKind, Note, NoteLevel, Place, Remedy, System, Verdict};
use crate::probes::leaks::{self, Group};
use crate::probes::part::Part;
use crate::scan::{BEYOND_A_VISIT, Framework, Leak, SiteReport};
use chrono::{DateTime, Utc};

/// Steps that name a place to rotate; further ones are counted.
const MOST_STEPS: usize = 8;

pub(super) fn verdict(seen: &Seen, now: DateTime<Utc>) -> Verdict {
    let site = &seen.site;
    let findings = findings(site, Some(now));
    let verdict = if !findings.is_empty() {
        let keys = if findings.len() == 1 { "1 key is".to_owned() } else { format!("{} keys are", findings.len()) };
        // Each found key may be replaced one day; what was not seen is then all that keeps this open.
        Verdict::fail(format!("{keys} served to every visitor"), findings).unseen(left_out(seen, "searched"))
    } else if let Some(gap) = unseen(seen) {
        Verdict::undecided(gap)
    } else {
        let maps = match site.maps.len() {
            0 => String::new(),
            1 => " and 1 source map".to_owned(),
            more => format!(" and {more} source maps"),
        };
        Verdict::pass(format!("no privileged key in {} scripts on {} pages{maps}", site.scripts.seen, site.pages.seen))
    };
    verdict.with_notes(notes(site))
}

pub(super) fn remedy(seen: &Seen) -> Remedy {
    let findings = findings(&seen.site, None);
    if findings.is_empty() {
        return Remedy::default();
    }
    let mut steps: Vec<Foreign> = findings.iter().take(MOST_STEPS).map(|it| it.fix.clone()).collect();
    if findings.len() > MOST_STEPS {
        let rest = findings.len() - MOST_STEPS;
        steps.push(format!("Do the same for the other {rest}; `rescue finding list` names them").into());
    }
    steps.push("Move each call that needs such a key to a server route or an Edge Function".into());
    steps.push("Deploy, and look again: what was served once counts as stolen".into());
    Remedy { steps, effort: Effort::M }
}

/// One finding per key, however many files have it. `seen_at`: from when it is known to lie open where no file says so.
fn findings(site: &SiteReport, seen_at: Option<DateTime<Utc>>) -> Vec<Finding> {
    leaks::grouped(site.report.findings.iter().filter(|leak| leak.can_fail()))
        .into_iter()
        .filter_map(|leaks| {
            let (first, severity) = (leaks.first()?, leaks.iter().map(|it| it.severity).max()?);
            let since = leaks.iter().filter_map(|it| it.since).min();
            let since = since.map(|at| format!(", at least since {}", at.format("%-d %B %Y"))).unwrap_or_default();
            let says = format!("{} {} is served in {}{since}", first.kind, first.masked, places(&leaks));
            let fix = format!("Anybody has it: revoke it now and make a new one: {}", first.rotate);
            let exposure = leaks::exposure(&leaks);
            let exposure = Exposure { since: exposure.since.or(seen_at), ..exposure };
            let finding = Finding::new(&format!("site.{}", first.rule), &first.id, severity, says, fix);
            Some(finding.at(place(site, first)).exposed(exposure))
        })
        .collect()
}

fn notes(site: &SiteReport) -> Vec<Note> {
    let mut notes = Vec::new();
    for leaks in leaks::grouped(site.report.findings.iter().filter(|leak| !leak.can_fail())) {
        let Some(first) = leaks.first() else { continue };
        let places = places(&leaks);
        let (level, what, says) = if first.public {
            let why = leaks::why_harmless(first);
            (
                NoteLevel::Info,
                "public",
                format!("{} {} is public by design{why}; it is served in {places}", first.kind, first.masked),
            )
        } else {
            let says = format!("{} {} may be a credential; it is served in {places}", first.kind, first.masked);
            (NoteLevel::Evidence, "maybe", says)
        };
        let key = format!("site.{}.{}.{what}", first.rule, first.id);
        notes.push(Note { key, level, says: says.into(), place: Some(place(site, first)) });
    }
    for it in site.projects.iter().filter(|it| it.own == Some(false)) {
        let says = format!("{} names the Supabase project {}, which is not one of this app's", it.path, it.project);
        let key = format!("site.foreign-project.{}", it.project);
        notes.push(Note { key, level: NoteLevel::Warning, says: says.into(), place: None });
    }
    let own = site.maps.iter().filter(|it| it.own > 0).count();
    if let Some(map) = site.maps.iter().max_by_key(|it| it.own) {
        let (level, key, what) = if own > 0 {
            (NoteLevel::Warning, "site.source-map.own", "the app's own sources")
        } else {
            (NoteLevel::Info, "site.source-map.libraries", "sources of libraries only")
        };
        let more = if site.maps.len() > 1 { ", and others too" } else { "" };
        let says = format!("{} is public and holds {what}{more}", map.path);
        notes.push(Note { key: key.to_owned(), level, says: says.into(), place: None });
    }
    if !site.elsewhere.is_empty() {
        let hosts: Vec<&str> = site.elsewhere.iter().take(5).map(Foreign::as_str).collect();
        let more = if site.elsewhere.len() > 5 { " and others" } else { "" };
        let says = format!("scripts of other people's hosts were not searched: {}{more}", hosts.join(", "));
        notes.push(Note { key: "site.other-hosts".to_owned(), level: NoteLevel::Info, says: says.into(), place: None });
    }
    notes
}

fn places(leaks: &Group<'_>) -> String {
    let first = leaks.first().map(|it| format!("{}:{}", it.path, it.line)).unwrap_or_default();
    match leaks.len() {
        0 | 1 => first,
        2 => format!("{first} and one more file"),
        more => format!("{first} and {} more files", more - 1),
    }
}

/// The page that a browser can open; a source inside a map has only its own name.
pub(in crate::probes) fn place(site: &SiteReport, leak: &Leak) -> Place {
    let address =
        leak.path.as_str().starts_with('/').then(|| url::Url::parse(site.address.as_str()).ok()?.join(leak.path.as_str()).ok());
    match address.flatten() {
        Some(url) => Place::Web { url: Foreign::new(url.as_str()) },
        None => Place::Resource { name: Foreign::new(format!("{}:{}", leak.path, leak.line)) },
    }
}

/// What was left out, so that nothing found is not clean; and the step that would show it. None if all was seen.
pub(in crate::probes) fn unseen(seen: &Seen) -> Option<Gap> {
    left_out(seen, "no privileged key in")
}

fn left_out(seen: &Seen, lead: &str) -> Option<Gap> {
    let site = &seen.site;
    if site.report.coverage.complete {
        return (site.scripts.seen == 0).then(no_scripts);
    }
    let mut hidden = site.report.coverage.skipped.iter().filter(|it| it.hides);
    let first = hidden.next().map_or_else(|| "not all was read".to_owned(), |it| format!("{} ({})", it.what, it.why));
    let more: usize = hidden.map(|it| it.count).sum();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let scripts = format!("{} of {} scripts", site.scripts.seen, site.scripts.total);
    let says = format!("{lead} {scripts}, but not seen: {first}{more}");
    let gap = Gap::new(GapKind::Incomplete, System::Site, says);
    if site.report.coverage.skipped.iter().any(|it| it.what == BEYOND_A_VISIT) {
        return Some(gap.needs("Have a person run the probe `site.bundle`, which asks for what no page loads, too"));
    }
    Some(match &seen.pages {
        // Only this framework needs the list; for it, what hides the list is what to open.
        Part::Hidden(why) if site.framework == Framework::NextApp => {
            let step = why.needs.as_ref().map_or("Name the app's repository", Foreign::as_str);
            gap.needs(step)
        }
        _ => gap.needs("Open what was not seen and run again, or scan the build's output with `rescue scan PATH`"),
    })
}

/// A page without a script: a placeholder, a maintenance page, a site that is not this app.
fn no_scripts() -> Gap {
    Gap::new(GapKind::Ambiguous, System::Site, "the page loads no script of the app, so there was no bundle to search")
        .needs("Check that the address is the app's, and not that of a placeholder")
}
