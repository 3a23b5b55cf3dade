//! The words of the lane: why an item stands as it does, and the one sentence why it is to be done now. Every word is a fact
//! or the checklist's own; nothing here guesses.

use super::rank::{Closed, failing, open_findings};
use crate::domain::headline::is_untouched;
use crate::domain::{Assessment, Decides, Foreign, GapKind, Item, Opens, Outcome, Truth, Work};

/// Stands between what was found and what it means while it stands; where there is little room, the latter is left out.
pub const MEANS: &str = " — ";

/// The most characters of a path or an address in the gist: its end is what tells it from others.
const PATH: usize = 30;

/// The most characters of what a probe or a person said: a reader of the lane wants the gist.
const GIST: usize = 110;

/// Why this and why now: what was found, and what it means while it stands.
pub(super) fn sentence(item: &Item, it: &Assessment, closed: &Closed) -> Foreign {
    let stake = |fact: String| match &item.stake {
        Some(stake) => format!("{fact}{MEANS}{stake}"),
        None => fact,
    };
    let says = match it.truth {
        Truth::Failing => stake(found(it, closed)),
        Truth::Drifted => stake(format!("it was done and is lost, {}", found(it, closed))),
        Truth::Disputed => {
            let who = it.judgement.as_ref().map_or("somebody".to_owned(), |word| word.who.to_string());
            format!("{who} judged it done, but {}", found(it, closed))
        }
        // Nobody knows whether it is so: what is at stake is told, and not said to be.
        Truth::Open => match &item.stake {
            Some(stake) => format!("{}; at stake: {stake}", open(item, it)),
            None => open(item, it),
        },
        _ => gist(&why(it)),
    };
    let says = match &it.work {
        Work::Doing { who, .. } => format!("{who} is on it; {says}"),
        _ => says,
    };
    Foreign::new(says)
}

fn gist(text: &str) -> String {
    Foreign::new(text).cut(GIST)
}

/// The worst that was found, and how much more; what the failing probe says where it names nothing.
fn found(it: &Assessment, closed: &Closed) -> String {
    let found = open_findings(it, closed);
    if let [(worst, _), more @ ..] = found.as_slice() {
        let more = if more.is_empty() { String::new() } else { format!(", and {} more", more.len()) };
        return format!("{}{more}", Foreign::new(ends_of_paths(worst.says.as_str())).cut(GIST));
    }
    let says = failing(it).next().map(|word| &word.says).or(it.remarks.first());
    says.map_or("its rule fails".to_owned(), |says| says.cut(GIST))
}

/// Long paths and addresses by their last part: `…/cart-55d2c07e19bb.js:1`.
fn ends_of_paths(text: &str) -> String {
    let short = |word: &str| match word.rsplit_once('/') {
        Some((_, end)) if word.chars().count() > PATH && !end.is_empty() => format!("…/{end}"),
        _ => word.to_owned(),
    };
    text.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

/// An item that nothing decided: what a person has to do for it.
fn open(item: &Item, it: &Assessment) -> String {
    let lapsed = it.judgement.as_ref().and_then(|word| word.lapsed.as_ref());
    match (&it.gap, lapsed) {
        (_, Some(why)) => format!("to be judged anew, {}", gist(why.as_str())),
        (Some(gap), _) if gap.kind == GapKind::NeedsJudgement => format!("to be judged, {}", gap.says.cut(GIST)),
        (Some(gap), _) => format!("not seen, {}", gap.says.cut(GIST)),
        (None, _) if item.decides == Decides::Person => "nobody has done it yet".to_owned(),
        (None, _) if it.by_hand => "look by hand".to_owned(),
        (None, _) if is_untouched(it) => "nobody has looked yet".to_owned(),
        (None, _) => it.remarks.first().map_or("it waits for a person's word with a proof".to_owned(), |it| it.cut(GIST)),
    }
}

/// `opens 21 items (9 urgent), helps with 3`.
pub(in crate::domain) fn opening(opens: &Opens) -> String {
    let items = |count: usize| if count == 1 { "1 item".to_owned() } else { format!("{count} items") };
    let urgent = |count: usize, of: usize| match count {
        0 => String::new(),
        1 if of == 1 => " (urgent)".to_owned(),
        count if count == of => " (all urgent)".to_owned(),
        count => format!(" ({count} urgent)"),
    };
    let (whole, helps) = (opens.whole.len(), opens.helps.len());
    match (whole, helps) {
        (0, 0) => "opens nothing that is left".to_owned(),
        (0, _) => format!("helps with {}{}", items(helps), urgent(opens.urgent_helps, helps)),
        (_, 0) => format!("opens {}{}", items(whole), urgent(opens.urgent_whole, whole)),
        _ => format!(
            "opens {}{}, helps with {helps}{}",
            items(whole),
            urgent(opens.urgent_whole, whole),
            urgent(opens.urgent_helps, helps)
        ),
    }
}

/// Why an item stands as it does, in a few words.
pub(in crate::domain) fn why(it: &Assessment) -> String {
    let failing = it.words.iter().filter(|word| word.outcome == Some(Outcome::Fail) && word.not_applicable.is_none());
    let fails = || {
        let worst = failing.clone().flat_map(|word| &word.findings).max_by_key(|finding| finding.severity);
        let says = worst.map(|finding| &finding.says).or_else(|| failing.clone().next().map(|word| &word.says));
        says.or(it.remarks.first()).map_or("its rule fails".to_owned(), ToString::to_string)
    };
    let remark = || it.remarks.first().map(ToString::to_string);
    let lapsed = || it.judgement.as_ref().and_then(|word| word.lapsed.as_ref()).map(ToString::to_string);
    let gap = || it.gap.as_ref().map(|gap| format!("not seen: {}", gap.says));
    match it.truth {
        Truth::Drifted => format!("drifted: {}", fails()),
        Truth::Disputed => match &it.judgement {
            Some(word) => format!("{} judged it done, and a probe fails since: {}", word.who, fails()),
            None => fails(),
        },
        Truth::Failing => fails(),
        Truth::Stale => {
            let aged = it.words.iter().find(|word| word.aged).map(|word| format!("{} is too old to count", word.probe));
            let outgrown =
                it.remarks.iter().find(|it| it.as_str().ends_with(crate::domain::remarks::OUTGROWN)).map(ToString::to_string);
            let why = lapsed().or_else(gap).or(outgrown).or(aged).or_else(remark);
            why.map_or("was done, not proven now".to_owned(), |why| format!("was done; {why}"))
        }
        Truth::Open if is_untouched(it) => match it.gap.as_ref().and_then(|gap| gap.needs.as_ref()) {
            Some(step) => format!("not looked at yet. {step}"),
            None if it.by_hand => "needs a person's judgement with a proof".to_owned(),
            None => "not looked at yet".to_owned(),
        },
        Truth::Open => lapsed().or_else(gap).or_else(remark).unwrap_or_else(|| "not proven yet".to_owned()),
        other => remark().unwrap_or_else(|| other.words().to_owned()),
    }
}
