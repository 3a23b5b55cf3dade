//! What things look like: some twenty roles in the terminal's own sixteen colours, and a glyph for every state.
//! Colour never carries meaning alone: without it, and without anything but ASCII, the screen says the same.

use crate::config::{Environment, Theme, Ui};
use crate::domain::state::Answer;
use crate::domain::{Assessment, Outcome, ProbeWord, Severity, Truth, Work};
use crate::snapshot::model::State;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen is, so that one place decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Text,
    /// Less important than its neighbour.
    Faint,
    Strong,
    /// The name of a thing: an item's id, a probe's id.
    Name,
    /// A heading within a pane.
    Heading,
    /// The tool's own name and the active tab.
    Accent,
    /// Frames and rulers.
    Frame,
    /// The frame of the pane that takes the keys.
    FrameActive,
    /// The selected row.
    Selected,
    /// A key in footer and help.
    Key,
    Good,
    /// Done on a person's word.
    Vouched,
    Bad,
    /// Lost what it had: worse than bad.
    Lost,
    /// Could not be seen.
    Unseen,
    /// Aged, accepted, warned about.
    Caution,
    /// Somebody works on it.
    Busy,
    /// A field that is not right yet.
    Wrong,
    /// The line that says that this is a demo.
    Demo,
    /// The line that says that something is wrong with the console itself.
    Alarm,
}

/// How the console may draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub colour: bool,
    pub ascii: bool,
}

impl Look {
    /// What the environment asks for: `NO_COLOR`, `TERM=dumb`, `RESCUE_ASCII`, or a locale that is not UTF-8.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| environment.get(name));
        let is_utf8 = locale.is_none_or(|it| {
            let it = it.to_ascii_lowercase();
            it.contains("utf-8") || it.contains("utf8")
        });
        Self {
            colour: environment.get("NO_COLOR").is_none() && environment.get("TERM") != Some("dumb"),
            ascii: environment.get("RESCUE_ASCII").is_some() || !is_utf8,
        }
    }

    /// What the configuration says goes over what the terminal says, except that `NO_COLOR` always counts.
    #[must_use]
    pub fn with(self, ui: Ui) -> Self {
        Self { colour: self.colour && ui.theme != Theme::Mono, ascii: ui.ascii.unwrap_or(self.ascii) }
    }

    /// The style of a role.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "a table: one line for each role, whatever its neighbours look like")]
    pub fn style(self, role: Role) -> Style {
        let (colour, modifier) = match role {
            Role::Text => (None, Modifier::empty()),
            Role::Faint | Role::Frame => (Some(Color::DarkGray), Modifier::empty()),
            Role::Strong | Role::Heading => (None, Modifier::BOLD),
            Role::Name => (Some(Color::Cyan), Modifier::empty()),
            Role::Accent => (Some(Color::Cyan), Modifier::BOLD),
            Role::FrameActive => (Some(Color::Cyan), Modifier::empty()),
            Role::Selected => (None, Modifier::REVERSED),
            Role::Key => (Some(Color::Yellow), Modifier::BOLD),
            Role::Good => (Some(Color::Green), Modifier::empty()),
            Role::Vouched => (Some(Color::LightGreen), Modifier::empty()),
            Role::Bad => (Some(Color::Red), Modifier::empty()),
            Role::Lost => (Some(Color::LightRed), Modifier::BOLD),
            Role::Unseen => (Some(Color::Magenta), Modifier::empty()),
            Role::Caution => (Some(Color::Yellow), Modifier::empty()),
            Role::Busy => (Some(Color::LightBlue), Modifier::empty()),
            Role::Wrong => (Some(Color::Red), Modifier::BOLD),
            Role::Demo => (Some(Color::Cyan), Modifier::REVERSED),
            Role::Alarm => (Some(Color::Red), Modifier::REVERSED.union(Modifier::BOLD)),
        };
        let style = Style::new().add_modifier(modifier);
        match colour {
            Some(colour) if self.colour => style.fg(colour),
            _ => style,
        }
    }

    /// Replaces what an ASCII terminal cannot show, cell by cell; anything unknown becomes `?`.
    pub fn fold(self, buffer: &mut Buffer) {
        if !self.ascii {
            return;
        }
        for cell in &mut buffer.content {
            if !cell.symbol().is_ascii() {
                let plain = cell.symbol().chars().next().map_or("?", plain);
                cell.set_symbol(plain);
            }
        }
    }
}

/// The ASCII stand-in of a symbol that we draw.
#[expect(clippy::match_same_arms, reason = "a table, grouped by what the symbols are for")]
fn plain(symbol: char) -> &'static str {
    match symbol {
        '─' | '—' | '–' | '━' | '−' => "-",
        '│' | '▏' | '▕' | '┃' | '║' | '‖' => "|",
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '╭' | '╮' | '╰' | '╯' => "+",
        '█' => "#",
        '░' => ".",
        // Part of a cell of a drawn bar.
        '▁' | '▂' | '▃' | '▄' | '▅' | '▆' | '▇' => "=",
        '…' => ">",
        '·' => "-",
        '▸' | '»' | '▹' | '→' | '›' => ">",
        '✔' => "+",
        '✓' => "v",
        '✘' => "x",
        '↯' => "!",
        '≠' => "%",
        '≈' => "w",
        '◷' => "~",
        '○' => "o",
        '●' => "*",
        '◌' => "@",
        '✎' => "p",
        '↑' => "^",
        '↓' => "v",
        '←' | '‹' | '↶' => "<",
        '’' => "'",
        '“' | '”' => "\"",
        '§' => "S",
        _ => "?",
    }
}

/// The glyph and the role of an item's truth.
#[must_use]
pub fn truth(assessment: &Assessment) -> (&'static str, Role) {
    match assessment.truth {
        Truth::Open if assessment.by_hand => ("✎", Role::Text),
        Truth::Open if assessment.unseen => ("?", Role::Unseen),
        other => truth_alone(other),
    }
}

/// The glyph and the role of a truth, where no item is at hand.
#[must_use]
pub fn truth_alone(truth: Truth) -> (&'static str, Role) {
    let role = match truth {
        Truth::NotApplicable => Role::Faint,
        Truth::Verified => Role::Good,
        Truth::Attested => Role::Vouched,
        Truth::Waived | Truth::Stale => Role::Caution,
        Truth::Drifted | Truth::Disputed => Role::Lost,
        Truth::Failing => Role::Bad,
        Truth::Open => Role::Text,
    };
    (crate::words::mark(truth), role)
}

/// The mark and the role of a point on the founder's page; its word stands next to it.
#[must_use]
pub fn state(state: State) -> (&'static str, Role) {
    match state {
        State::Good => ("✔", Role::Good),
        State::Bad => ("✘", Role::Bad),
        State::Accepted => ("≈", Role::Caution),
        State::Old => ("◷", Role::Caution),
        State::Unknown => ("?", Role::Unseen),
        State::Outside => ("–", Role::Faint),
    }
}

/// The glyph and the role of a probe's word.
#[must_use]
pub fn probe(word: &ProbeWord) -> (&'static str, Role) {
    match crate::words::probe(word) {
        "pass" => ("✔", Role::Good),
        "fail" => ("✘", Role::Bad),
        "accepted" => ("≈", Role::Caution),
        "rotated" => ("↻", Role::Caution),
        "suspected" | "aged" => ("◷", Role::Caution),
        "not used" => ("–", Role::Faint),
        "can't see" => ("?", Role::Unseen),
        _ => ("○", Role::Faint),
    }
}

/// The glyph and the role of an outcome as it arrives.
#[must_use]
pub fn outcome(outcome: &Outcome) -> (&'static str, &'static str, Role) {
    match outcome {
        Outcome::Pass => ("✔", "pass", Role::Good),
        Outcome::Fail => ("✘", "fail", Role::Bad),
        Outcome::Undecided { .. } => ("?", "can't see", Role::Unseen),
        Outcome::NotApplicable { .. } => ("–", "not used", Role::Faint),
    }
}

/// The glyph of work.
#[must_use]
pub fn work(work: &Work) -> (&'static str, Role) {
    match work {
        Work::Todo => ("○", Role::Faint),
        Work::Doing { .. } => ("▹", Role::Busy),
        Work::Blocked { .. } => ("‖", Role::Caution),
        Work::Planned { .. } => ("»", Role::Faint),
    }
}

/// The role of a severity; its word stands next to it.
#[must_use]
pub fn severity(severity: Severity) -> (&'static str, Role) {
    match severity {
        Severity::Critical => ("✘", Role::Lost),
        Severity::High => ("✘", Role::Bad),
        Severity::Medium => ("●", Role::Caution),
        Severity::Low => ("○", Role::Text),
        Severity::Info => ("·", Role::Faint),
    }
}

/// The word and the role of the headline's answer.
#[must_use]
pub fn answer(answer: Answer) -> (&'static str, Role) {
    match answer {
        Answer::Yes => ("YES", Role::Good),
        Answer::YesWithAcceptedRisks => ("YES, WITH ACCEPTED RISKS", Role::Caution),
        Answer::No => ("NO", Role::Lost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use strum::VariantArray;

    #[test]
    fn every_truth_has_a_glyph_and_a_word_of_its_own_also_in_ascii() {
        let glyphs: std::collections::BTreeSet<_> = Truth::VARIANTS.iter().map(|it| truth_alone(*it).0).collect();
        let ascii: std::collections::BTreeSet<_> = glyphs.iter().map(|it| plain(it.chars().next().unwrap())).collect();
        let words: std::collections::BTreeSet<_> = Truth::VARIANTS.iter().map(|it| it.words()).collect();
        assert_eq!((glyphs.len(), ascii.len(), words.len()), (9, 9, 9));
        assert!(!ascii.contains("?"), "the question mark is for what was not seen");
    }

    #[rstest]
    #[case(&[], true, false)]
    #[case(&[("LANG", "en_GB.UTF-8")], true, false)]
    #[case(&[("LANG", "C")], true, true)]
    #[case(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")], true, true)]
    #[case(&[("NO_COLOR", "1")], false, false)]
    #[case(&[("NO_COLOR", "")], true, false)]
    #[case(&[("TERM", "dumb")], false, false)]
    #[case(&[("RESCUE_ASCII", "1"), ("LANG", "en_GB.UTF-8")], true, true)]
    fn the_environment_decides(#[case] variables: &[(&str, &str)], #[case] colour: bool, #[case] ascii: bool) {
        let look = Look::of(&Environment::of(variables.iter().copied()));
        assert_eq!(look, Look { colour, ascii });
    }
}
