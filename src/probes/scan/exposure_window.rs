//! From when until when each critical secret lay open, laid before the person who judges what the logs of that time show
//! (dossier secrets.md §4.4). It ticks nothing by itself; only a history that was read whole can say that there was none.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Foreign, Gap, GapKind, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::leaks::{self, Group};
use crate::probes::scan::history::Seen;
use crate::probes::{Meta, Probe, Sight, Stage, files};
use crate::scan::Report;
use chrono::{DateTime, Utc};

/// See the module.
pub struct ExposureWindow;

impl Probe for ExposureWindow {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "scan.exposure-window",
        system: System::Scan,
        asks: "From when until when did each critical secret lie open?",
        needs: &["A checkout with its history; or git, and a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/secrets.md §1, §4.4",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        files::history(sight).await.map(|report| Seen(report.as_ref().clone()))
    }

    fn decide(Seen(report): &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let windows = windows(report);
        let unread = leaks::unread(&report.coverage, "blobs", "Give a full clone (`git fetch --unshallow`)");
        if windows.is_empty() {
            return match unread {
                Some(gap) => Verdict::undecided(gap),
                None => Verdict::not_applicable("no critical secret was ever committed"),
            };
        }
        let still = windows.iter().filter(|it| it.is_open).count();
        let exposures =
            if windows.len() == 1 { "1 critical exposure".to_owned() } else { format!("{} critical exposures", windows.len()) };
        let says = format!("{exposures}, {still} of them still open in the files of today");
        let mut gap = Gap::new(GapKind::NeedsJudgement, System::Scan, says);
        if let Some(unread) = &unread {
            gap.says = format!("{}; {}", gap.says, unread.says).into();
        }
        let gap = gap.needs(format!(
            "Look at the provider's logs of each window, decide whom to tell, then `rescue item done {} SEC-07 --proof …`",
            settings.name
        ));
        Verdict::undecided(gap).with_notes(windows.into_iter().map(|it| it.note))
    }

    fn remedy(Seen(report): &Seen, _settings: &AppSettings) -> Remedy {
        let windows = windows(report);
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

fn windows(report: &Report) -> Vec<Window> {
    let critical = report.findings.iter().filter(|it| it.can_fail() && it.severity == Severity::Critical);
    leaks::grouped(critical).iter().filter_map(window).collect()
}

fn window(group: &Group<'_>) -> Option<Window> {
    let first = *group.first()?;
    let exposure = leaks::exposure(group);
    let day = |at: DateTime<Utc>| at.format("%-d %B %Y").to_string();
    let from = exposure.since.map_or("from a day that is not known".to_owned(), |it| format!("from {}", day(it)));
    let is_open = group.iter().any(|it| it.in_head);
    let to = match (is_open, exposure.until) {
        (true, _) => "and still in the files of today".to_owned(),
        (false, Some(until)) => format!("to {}", day(until)),
        (false, None) => "to a day that is not known".to_owned(),
    };
    let says = format!(
        "{} {} lay open {from} {to}, and in every copy of the history since: {}",
        first.kind,
        first.masked,
        leaks::places(group)
    );
    let note = Note {
        key: format!("scan.exposure.{}.{}", first.rule, first.id),
        level: NoteLevel::Evidence,
        says: says.into(),
        place: Some(leaks::place(first)),
    };
    Some(Window { note, is_open })
}

#[cfg(test)]
mod tests;
