//! From when until when each critical secret lay open, laid before the person who judges what the logs of that time show
//! (dossier secrets.md §4.4): in commits and at the site. It ticks nothing by itself; only a history that was read whole,
//! and a site that was seen whole where the app names one, can say that there was none.

use crate::domain::checklist::Effort;
use crate::domain::{
    AppSettings, Consent, ExposedIn, Foreign, Gap, GapKind, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::leaks::{self, Group};
use crate::probes::part::Part;
use crate::probes::served::{self, Served};
use crate::probes::site::bundle;
use crate::probes::{Meta, Probe, Sight, Stage, files};
use crate::scan::{Report, Surface};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct ExposureWindow;

/// What the scanner said of the history, and what the site serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub history: Part<Report>,
    pub site: Part<Served>,
}

impl Probe for ExposureWindow {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "scan.exposure-window",
        system: System::Scan,
        asks: "From when until when did each critical secret lie open?",
        needs: &["A checkout with its history; or git, and a GitHub token with Contents: read", "The address of production"],
        cost: &[(System::Github, 3), (System::Site, 1_500)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 2,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/secrets.md §1, §4.4",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let (history, site) = tokio::join!(files::history(sight), served::served(sight));
        if let (Err(gap), Err(_)) = (&history, &site) {
            return Err(gap.clone());
        }
        Ok(Seen { history: history.map(|it| it.as_ref().clone()).into(), site: site.map(|it| it.as_ref().clone()).into() })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let windows = windows(seen);
        let mut unseen = unseen(seen, settings);
        if windows.is_empty() {
            let clean = match (seen.history.seen(), settings.url.is_some()) {
                (None, _) => "no critical key is served".to_owned(),
                (Some(_), true) => "no critical secret was ever committed, and none is served".to_owned(),
                (Some(_), false) => "no critical secret was ever committed, and no site is named".to_owned(),
            };
            if unseen.is_empty() {
                return Verdict::not_applicable(clean);
            }
            let mut gap = unseen.remove(0);
            gap.says = format!("{clean} as far as was seen; {}", gap.says).into();
            return Verdict::undecided(gap);
        }
        let still = windows.iter().filter(|it| it.is_open).count();
        let exposures =
            if windows.len() == 1 { "1 critical exposure".to_owned() } else { format!("{} critical exposures", windows.len()) };
        let mut says = format!("{exposures}, {still} of them still open in the files of today or at the site");
        for unseen in &unseen {
            says = format!("{says}; {}", unseen.says);
        }
        let gap = Gap::new(GapKind::NeedsJudgement, System::Scan, says).needs(format!(
            "Look at the provider's logs of each window, decide whom to tell, then `rescue item done {} SEC-07 --proof …`",
            settings.name
        ));
        Verdict::undecided(gap).with_notes(windows.into_iter().map(|it| it.note))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let windows = windows(seen);
        if windows.is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = windows.into_iter().map(|it| it.note.says).take(8).collect();
        steps.push("Save the logs of each window now: hosts keep them for days".into());
        steps.push("Let the client's counsel decide whom to tell; the law may give 72 hours".into());
        Remedy { steps, effort: Effort::M }
    }
}

struct Window {
    note: Note,
    is_open: bool,
}

/// What was not seen of the places where a secret could lie open.
fn unseen(seen: &Seen, settings: &AppSettings) -> Vec<Gap> {
    let history = match &seen.history {
        Part::Seen(report) => leaks::unread_history(&report.coverage),
        Part::Hidden(gap) => Some(gap.clone()),
    };
    let site = match &seen.site {
        Part::Seen(served) => bundle::unseen(served),
        // A site that the app does not name hides nothing of it here: to miss it is `site.bundle`'s.
        Part::Hidden(gap) => settings.url.as_ref().map(|_| gap.clone()),
    };
    history.into_iter().chain(site).collect()
}

/// One window per secret, over the commits and the site.
fn windows(seen: &Seen) -> Vec<Window> {
    let history = seen.history.seen().into_iter().flat_map(|it| &it.findings);
    let site = seen.site.seen().into_iter().flat_map(|it| &it.site.report.findings);
    let groups = leaks::grouped(history.chain(site).filter(|it| it.can_fail()));
    let critical = groups.iter().filter(|group| group.iter().any(|it| it.severity == Severity::Critical));
    critical.filter_map(|group| window(group, seen.site.seen())).collect()
}

fn window(group: &Group<'_>, served: Option<&Served>) -> Option<Window> {
    let first = *group.first()?;
    let exposure = leaks::exposure(group);
    let from = leaks::day(exposure.since);
    let until = leaks::day(exposure.until);
    let (to, is_open) = match exposure.at {
        ExposedIn::Site => ("and is still served to every visitor".to_owned(), true),
        ExposedIn::Tree => ("and still in the files of today, and in every copy of the history".to_owned(), true),
        ExposedIn::History => (format!("to {until}, and in every copy of the history since"), false),
    };
    let says = format!("{} {} lay open from {from} {to}: {}", first.kind, first.masked, leaks::places(group));
    let committed = group.iter().find(|it| it.surface != Surface::Site);
    let place = match (committed, served) {
        (None, Some(served)) => bundle::place(&served.site, first),
        (leak, _) => leaks::place(leak.copied().unwrap_or(first)),
    };
    let note = Note {
        key: format!("scan.exposure.{}.{}", first.rule, first.id),
        level: NoteLevel::Evidence,
        says: says.into(),
        place: Some(place),
    };
    Some(Window { note, is_open })
}

#[cfg(test)]
mod tests;
