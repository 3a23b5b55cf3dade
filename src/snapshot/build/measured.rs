//! Recovery and costs as far as somebody agreed or showed them. No number is made up: what is not known says so.

use super::super::model::{Measure, State};
use super::super::words::fill;
use super::Making;
use crate::domain::decisions::Term;
use crate::domain::{Assessment, Foreign, Limit, Truth};

pub(super) fn measured(making: &Making<'_>) -> Vec<Measure> {
    let words = &making.words.measured;
    let of = |id: &str| making.board.assessment(id).filter(|it| it.truth != Truth::NotApplicable);
    let mut rows = Vec::new();
    if let Some(it) = of("BAK-04") {
        let says = match shown(making, it) {
            Some(evidence) => fill(&words.recovery_done, &[("evidence", &evidence)]),
            None => words.recovery_open.clone(),
        };
        rows.push(row(it, &words.recovery, says));
    }
    if let Some(it) = of("BAK-01") {
        rows.push(row(it, &words.loss, loss(making, it)));
    }
    rows.extend(spend(making, of("SPD-01")));
    rows
}

fn row(it: &Assessment, title: &str, says: String) -> Measure {
    let state = if it.truth.is_done() { State::Good } else { Making::state(it) };
    Measure { state, title: title.to_owned(), says: Foreign::new(says) }
}

fn shown(making: &Making<'_>, it: &Assessment) -> Option<String> {
    it.truth.is_done().then(|| making.evidence(it))
}

fn loss(making: &Making<'_>, it: &Assessment) -> String {
    let words = &making.words.measured;
    let limit = Term::Limit(it.item.clone());
    let agreed =
        making.board.settings.limits.iter().find(|(id, _)| id.as_str() == "BAK-01").map(|(_, limit)| age(making, *limit));
    match (shown(making, it), agreed) {
        (Some(evidence), Some(age)) => whose(making, &limit, fill(&words.loss_done, &[("age", &age), ("evidence", &evidence)])),
        (Some(evidence), None) => fill(&words.loss_plain, &[("evidence", &evidence)]),
        (None, Some(age)) => whose(making, &limit, fill(&words.loss_open_agreed, &[("age", &age)])),
        (None, None) => words.loss_open.clone(),
    }
}

/// What was agreed, with whose word it is; never for a reader from outside, to whom no name is shown. The proof stays with us.
fn whose(making: &Making<'_>, term: &Term, says: String) -> String {
    let words = &making.words.measured;
    if making.investor {
        return says;
    }
    match making.board.settings.agreed.get(term) {
        Some(agreed) => {
            let (who, day) = (making.words.person(&agreed.by), making.date(agreed.on));
            fill(&words.agreed_by, &[("says", &says), ("who", &who), ("day", &day)])
        }
        None => fill(&words.agreed_nobody, &[("says", &says)]),
    }
}

fn age(making: &Making<'_>, limit: Limit) -> String {
    let words = &making.words.measured;
    let whole = |seconds: i64| usize::try_from(limit.0 / seconds).unwrap_or(0);
    match limit.0 {
        seconds if seconds % 86_400 == 0 && seconds > 86_400 => words.days.of(whole(86_400), &[]),
        seconds if seconds % 3_600 == 0 => words.hours.of(whole(3_600), &[]),
        _ => words.minutes.of(whole(60), &[]),
    }
}

fn spend(making: &Making<'_>, caps: Option<&Assessment>) -> Vec<Measure> {
    let words = &making.words.measured;
    let settings = &making.board.settings;
    if settings.ceilings.is_empty() {
        let concerned = !settings.providers.is_empty() || caps.is_some();
        let says = Foreign::new(&words.spend_nothing);
        return concerned.then(|| Measure { state: State::Unknown, title: words.spend_none.clone(), says }).into_iter().collect();
    }
    let rows = settings.ceilings.iter().map(|(system, dollars)| {
        let amount = dollars.to_string();
        let evidence = caps.and_then(|it| shown(making, it));
        let says = match &evidence {
            Some(evidence) => fill(&words.spend_done, &[("amount", &amount), ("evidence", evidence)]),
            None => fill(&words.spend_open, &[("amount", &amount)]),
        };
        Measure {
            state: if evidence.is_some() { State::Good } else { caps.map_or(State::Unknown, Making::state) },
            title: fill(&words.spend, &[("system", system.title())]),
            says: Foreign::new(whose(making, &Term::Ceiling(*system), says)),
        }
    });
    rows.collect()
}
