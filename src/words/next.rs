//! The words of the *Now* lane, the same in the console, in plain lines and in documents: what a row is about, the command
//! that does it, what burns in which order, and what is folded away.

use crate::domain::{Board, Foreign, NowRow, Step, StepKind, System, Task};

/// The id of a row: an item's, or the step's own word.
#[must_use]
pub fn id(row: &NowRow) -> String {
    match &row.task {
        Task::Item(item) => item.to_string(),
        Task::Step(step) => step.kind.to_string(),
    }
}

/// What to do, in a few words: the wanted state of an item, or a step in the imperative.
#[must_use]
pub fn title(row: &NowRow, board: &Board) -> String {
    match &row.task {
        Task::Item(item) => board.item(item.as_str()).map_or(String::new(), |it| it.short.clone()),
        Task::Step(step) => step_title(step),
    }
}

/// What a row is about in one line: an item by its id, a step by its words alone, since a step has no id to look up.
#[must_use]
pub fn named(row: &NowRow, board: &Board) -> String {
    match &row.task {
        Task::Item(item) => format!("{item} {}", title(row, board)),
        Task::Step(_) => title(row, board),
    }
}

fn step_title(step: &Step) -> String {
    match step.kind {
        StepKind::Ask if step.systems.is_empty() => "Ask the client for permission to look".to_owned(),
        StepKind::Ask if !step.again.is_empty() && step.again.len() == step.systems.len() => {
            format!("Ask again for access to {}", systems(&step.systems))
        }
        StepKind::Ask => format!("Ask the client for access to {}", systems(&step.systems)),
        StepKind::Connect => format!("Say whether it uses {}", systems(&step.systems)),
        StepKind::Look if step.first => "Run the probes".to_owned(),
        StepKind::Look => "Look again".to_owned(),
    }
}

/// `GitHub and Supabase`; after three names the rest is counted.
#[must_use]
pub fn systems(systems: &[System]) -> String {
    const NAMED: usize = 3;
    let names: Vec<&str> = systems.iter().take(NAMED).map(|it| it.title()).collect();
    let more = systems.len().saturating_sub(NAMED);
    match (names.as_slice(), more) {
        ([], _) => String::new(),
        ([one], 0) => (*one).to_owned(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

/// The command that does it, where there is one.
#[must_use]
pub fn command(row: &NowRow, board: &Board) -> Option<String> {
    let app = &board.settings.name;
    match &row.task {
        Task::Item(_) => None,
        Task::Step(step) => Some(match step.kind {
            StepKind::Ask => format!("rescue ask {app}"),
            StepKind::Connect => format!("rescue app discover {app}"),
            StepKind::Look => format!("rescue probe {app}"),
        }),
    }
}

/// The emergency order in one line; none when nothing burns.
#[must_use]
pub fn emergency(row: &NowRow) -> Option<String> {
    (!row.emergency.is_empty()).then(|| row.emergency.join(" → "))
}

/// `4 more now · 12 wait · 70 later`; empty when nothing is folded.
#[must_use]
pub fn folded(board: &Board) -> String {
    let parts = [(board.more_now, "more now"), (board.waits_now, "waiting"), (board.later, "later")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    parts.collect::<Vec<_>>().join(" · ")
}

/// `behind by 4`: items that were due before today; none when the plan is kept.
#[must_use]
pub fn behind(board: &Board) -> Option<String> {
    (board.behind > 0 && board.closed.is_none()).then(|| format!("behind by {}", board.behind))
}

/// Where the engagement stands: `week 3 of 6 · day 17 · behind by 4`, or, where there is little room, without how far behind.
#[must_use]
pub fn place(board: &Board, has_room: bool) -> String {
    let settings = &board.settings;
    let place = match (board.closed, board.week) {
        (Some(at), _) => return format!("closed {}", super::day(at.date_naive())),
        (None, 0) => format!("starts {}", super::day(settings.start)),
        (None, week) if week > u16::from(settings.weeks) => format!("week {week}, planned {}", settings.weeks),
        (None, week) => format!("week {week} of {} · day {}", settings.weeks, board.day),
    };
    match behind(board).filter(|_| has_room) {
        Some(behind) => format!("{place} · {behind}"),
        None => place,
    }
}

/// The rank in words: `gate now · critical · in what the public is served · live`.
#[must_use]
pub fn rank(row: &NowRow, board: &Board) -> Foreign {
    let gate = row.item().and_then(|id| board.assessment(id.as_str())).and_then(|it| it.gate);
    let mut parts: Vec<String> = gate.iter().map(|gate| format!("gate {gate}")).collect();
    parts.extend(row.rank.severity.map(|it| format!("{it} found")));
    if row.rank.public {
        parts.push("in what the public is served".to_owned());
    }
    if row.rank.live {
        parts.push("users are there".to_owned());
    }
    parts.push(super::effort(row.effort).to_owned());
    Foreign::new(parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[], "")]
    #[case(&[System::Github], "GitHub")]
    #[case(&[System::Github, System::Vercel], "GitHub and Vercel")]
    #[case(&[System::Github, System::Vercel, System::Openai], "GitHub, Vercel and OpenAI")]
    #[case(&[System::Github, System::Vercel, System::Openai, System::S3], "GitHub, Vercel, OpenAI and 1 more")]
    fn systems_are_named_until_it_gets_long(#[case] all: &[System], #[case] wanted: &str) {
        assert_eq!(systems(all), wanted);
    }
}
