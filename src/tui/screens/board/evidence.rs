//! What lies behind a truth: each probe's word with what it saw, and beside it what a person said. Neither hides the other.

use crate::domain::{Assessment, Finding, Note, NoteLevel, Outcome, ProbeKind, ProbeWord};
use crate::tui::theme::{self, Role};
use crate::tui::widgets::prose::Prose;
use crate::words;
use chrono::{DateTime, Utc};

/// One line for each probe: glyph, id, word.
pub fn brief(prose: &mut Prose, assessment: &Assessment) {
    let longest = assessment.words.iter().map(|it| it.probe.as_str().len()).max().unwrap_or(0);
    for word in &assessment.words {
        let (glyph, role) = theme::probe(word);
        let name = format!("{:longest$}  {}{}", word.probe, words::probe(word), cost(word));
        prose.hang(0, (role, glyph), role, name);
    }
}

fn cost(word: &ProbeWord) -> String {
    match (word.speaks(), word.ms) {
        (Some(_), Some(ms)) if word.not_applicable.is_none() => format!(" · {}", words::millis(ms)),
        _ => String::new(),
    }
}

/// Everything.
pub fn all(prose: &mut Prose, now: DateTime<Utc>, assessment: &Assessment) {
    if assessment.words.is_empty() {
        prose.text(Role::Faint, "No probe feeds this item");
    }
    for (at, word) in assessment.words.iter().enumerate() {
        if at > 0 {
            prose.blank();
        }
        probe(prose, now, word);
    }
    if let Some(judgement) = &assessment.judgement {
        prose.heading("A person's word");
        let (mark, role) = if judgement.lapsed.is_none() { ("✓", Role::Vouched) } else { ("◷", Role::Caution) };
        prose.hang(0, (role, mark), Role::Text, format!("{} judged it done · {}", judgement.who, words::ago(judgement.at, now)));
        if let Some(proof) = &judgement.proof {
            prose.pair("  proof", Role::Name, proof.as_str());
        }
        if !judgement.stands_for.is_empty() {
            let names: Vec<&str> = judgement.stands_for.iter().map(crate::domain::ProbeId::as_str).collect();
            prose.pair("  for unseen", Role::Text, names.join(", "));
        }
        match (&judgement.lapsed, judgement.until) {
            (Some(why), _) => prose.pair("  lapsed", Role::Caution, why.as_str()),
            (None, Some(until)) => prose.pair("  holds", Role::Text, words::left(until, now)),
            (None, None) => prose.pair("  holds", Role::Text, "for the engagement"),
        };
    }
    if let Some(waiver) = &assessment.waiver {
        prose.heading(if waiver.stands { "Waived" } else { "Was waived, not any more" });
        super::detail::waiver(prose, waiver);
    }
}

fn probe(prose: &mut Prose, now: DateTime<Utc>, word: &ProbeWord) {
    let (glyph, role) = theme::probe(word);
    let sign = if word.kind == ProbeKind::Sign { " · a sign" } else { "" };
    prose.hang(0, (role, glyph), role, format!("{} · {}{sign}", word.probe, words::probe(word)));
    if let Some(why) = &word.not_applicable {
        prose.hang(1, (Role::Faint, " "), Role::Faint, why.as_str());
        return;
    }
    if let (Some(outcome), Some(at)) = (&word.outcome, word.at) {
        let mut facts = vec![words::ago(at, now)];
        facts.extend(word.ms.map(words::millis));
        facts.extend(word.requests.map(|it| words::count(it as usize, "request")));
        if *outcome == Outcome::Pass {
            facts.extend(word.fresh_until.map(|until| if word.aged { "aged".to_owned() } else { words::left(until, now) }));
        }
        prose.hang(1, (Role::Faint, " "), Role::Faint, facts.join(" · "));
        prose.hang(1, (Role::Faint, " "), Role::Text, word.says.as_str());
        if word.aged {
            prose.hang(
                1,
                (Role::Caution, "◷"),
                Role::Text,
                format!("it said {} then, and that is too old to count", said(outcome)),
            );
        }
    }
    if word.suspected {
        prose.hang(1, (Role::Caution, "◷"), Role::Text, "failed once since; a second look at least ten minutes later decides");
    }
    if word.judged_by_older_rule {
        prose.hang(1, (Role::Caution, "›"), Role::Text, "judged by an older rule: probe again");
    }
    if let Some(gap) = &word.gap {
        let when = word.gap_at.map_or(String::new(), |at| format!(" · {}", words::ago(at, now)));
        prose.hang(1, (Role::Unseen, "?"), Role::Text, format!("{}: {}{when}", gap.kind.words(), gap.says));
        if let Some(step) = &gap.needs {
            prose.hang(1, (Role::Accent, "→"), Role::Text, step.as_str());
        }
        if let Some(until) = gap.until.filter(|it| *it > now) {
            prose.hang(1, (Role::Faint, "◷"), Role::Text, format!("try again after {} UTC", words::moment(until)));
        }
    }
    findings(prose, &word.findings);
    notes(prose, &word.notes);
}

fn said(outcome: &Outcome) -> &'static str {
    theme::outcome(outcome).1
}

/// Findings, each with its place and its mending.
pub fn findings(prose: &mut Prose, findings: &[Finding]) {
    for finding in findings {
        let (glyph, role) = theme::severity(finding.severity);
        prose.hang(1, (role, glyph), Role::Text, format!("{}: {}", finding.severity, finding.says));
        if let Some(place) = &finding.place {
            prose.hang(3, (Role::Faint, "at"), Role::Name, place.to_string());
        }
        prose.hang(3, (Role::Accent, "→"), Role::Faint, finding.fix.as_str());
    }
}

/// Notes, each with how it is meant.
pub fn notes(prose: &mut Prose, notes: &[Note]) {
    for note in notes {
        let (mark, role, word) = match note.level {
            NoteLevel::Warning => ("●", Role::Caution, "warning"),
            NoteLevel::Evidence => ("✎", Role::Text, "evidence to judge"),
            NoteLevel::Info => ("·", Role::Faint, "note"),
        };
        prose.hang(1, (role, mark), Role::Text, format!("{word}: {}", note.says));
        if let Some(place) = &note.place {
            prose.hang(3, (Role::Faint, "at"), Role::Name, place.to_string());
        }
    }
}
