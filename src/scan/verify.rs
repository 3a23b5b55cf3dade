//! Whether leaked keys still work, asked only after a person agreed to each request: first the same question with an
//! invented key, whose answer must be a definite no, then the key itself. A surprise is `unknown`, and nothing is stored.

mod invented;
mod kinds;

use super::report::{Leak, Report};
use super::values::Values;
use crate::domain::{Foreign, SupabaseRef};
use crate::net::{Door, Trial, TrialReply};
use kinds::{At, CHECKS, Check, Is, LEFT_OFF, Sign};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use strum::{Display, IntoStaticStr};
use tokio_util::sync::CancellationToken;

/// What a live check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Live {
    /// The provider knows the key, even if it may do little.
    Live,
    /// The provider says, in its own format, that it does not know the key. It may be a suspended account.
    Dead,
    /// Anything else: a page, a surprise, no answer.
    Unknown,
}

impl Live {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Live => "it works today",
            Self::Dead => "dead today: still rotate it, and attest that",
            Self::Unknown => "live or dead: unknown",
        }
    }
}

/// An answer about one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub live: Live,
    /// Why it is not known, without a full stop; empty if it is.
    pub why: String,
}

impl Answer {
    fn unknown(why: impl Into<String>) -> Self {
        Self { live: Live::Unknown, why: why.into() }
    }
}

/// A kind that nobody can ask about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    #[error("`{}` is no kind that can be checked live", .0.cut(60))]
    Unknown(Foreign),
    #[error("keys of the kind `{kind}` are not checked live: {why}")]
    LeftOff { kind: &'static str, why: &'static str },
}

/// The rules that a kind names: a rule's id, or a provider's (`stripe`).
///
/// # Errors
/// No rule or provider of that name, or one that is left off, with the reason.
pub fn rules_of(kind: &str) -> Result<BTreeSet<&'static str>, NotAsked> {
    let kind = kind.to_ascii_lowercase();
    let all = || CHECKS.iter().flat_map(|check| check.rules.iter().map(move |rule| (check, *rule)));
    let named: BTreeSet<_> = all()
        .filter(|(check, rule)| *rule == kind || provider(check).is_some_and(|it| it == kind))
        .map(|(_, rule)| rule)
        .filter(|rule| super::known_kinds().any(|(known, _, _)| known == *rule))
        .collect();
    if !named.is_empty() {
        return Ok(named);
    }
    if let Some((kind, why)) = LEFT_OFF.iter().find(|(rule, _)| *rule == kind) {
        return Err(NotAsked::LeftOff { kind, why });
    }
    match super::known_kinds().find(|(rule, _, _)| *rule == kind) {
        Some((kind, _, true)) => Err(NotAsked::LeftOff { kind, why: "they are public by design" }),
        Some((kind, _, false)) => Err(NotAsked::LeftOff { kind, why: "no harmless question about them is known" }),
        None => Err(NotAsked::Unknown(Foreign::new(kind))),
    }
}

/// The kinds that can be asked about, in order: ids of rules.
#[must_use]
pub fn kinds() -> Vec<&'static str> {
    let known: BTreeSet<_> = super::known_kinds().map(|(rule, _, _)| rule).collect();
    let all: BTreeSet<_> = CHECKS.iter().flat_map(|check| check.rules).copied().filter(|rule| known.contains(rule)).collect();
    all.into_iter().collect()
}

/// The hosts that these rules' keys are tried at, save those that only a key itself names.
#[must_use]
pub fn hosts(rules: &BTreeSet<&str>, door: &Door) -> BTreeSet<String> {
    let checks = CHECKS.iter().filter(|check| check.rules.iter().any(|rule| rules.contains(rule)));
    let addresses = checks.filter_map(provider).filter_map(|id| door.provider(id));
    addresses.filter_map(|address| address.host_str().map(str::to_owned)).collect()
}

fn provider(check: &Check) -> Option<&'static str> {
    match check.at {
        At::Provider(id) => Some(id),
        At::Project => None,
    }
}

/// A question that would be asked about one key, as people agree to it.
#[derive(Debug, Clone)]
pub struct Question {
    /// [`Leak::key`].
    pub key: String,
    /// The leak's keyed hash.
    pub id: String,
    pub rule: String,
    pub kind: String,
    pub masked: Foreign,
    pub trial: Trial,
    check: &'static Check,
}

impl Question {
    /// The host that is asked, as authorisations name it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.trial.address.host_str().unwrap_or_default()
    }

    /// Method, host, path and the names of the headers, and which key: everything but the key.
    #[must_use]
    pub fn line(&self) -> String {
        let address = &self.trial.address;
        let query = address.query().map(|it| format!("?{it}")).unwrap_or_default();
        let names: Vec<_> =
            std::iter::once(self.trial.key_in.header()).chain(self.trial.headers.iter().map(|(name, _)| *name)).collect();
        format!("GET {}{}{query}  ({}: {})", self.host(), address.path(), names.join(", "), self.masked)
    }
}

/// What would be asked, and what of the asked kinds would not, with the reason.
#[derive(Debug, Default)]
pub struct Questions {
    pub asked: Vec<Question>,
    pub not_asked: Vec<(String, Answer)>,
}

/// The questions about the leaks of these rules; one per secret.
#[must_use]
pub fn questions(report: &Report, rules: &BTreeSet<&str>, values: &Values, door: &Door) -> Questions {
    let mut questions = Questions::default();
    let mut seen = BTreeSet::new();
    for leak in report.findings.iter().filter(|leak| rules.contains(leak.rule.as_str())) {
        if !seen.insert(leak.key()) {
            continue;
        }
        match question(leak, values, door) {
            Ok(question) => questions.asked.push(question),
            Err(why) => questions.not_asked.push((leak.key(), Answer::unknown(why))),
        }
    }
    questions
}

fn question(leak: &Leak, values: &Values, door: &Door) -> Result<Question, String> {
    let fits = |check: &&Check| {
        check.rules.contains(&leak.rule.as_str())
            && (check.prefixes.is_empty() || check.prefixes.iter().any(|it| leak.masked.as_str().starts_with(it)))
    };
    let Some(check) = CHECKS.iter().find(fits) else {
        let why = LEFT_OFF.iter().find(|(rule, _)| *rule == leak.rule).map_or("no harmless question is known", |(_, why)| why);
        return Err(why.to_owned());
    };
    if !values.has(&leak.rule, &leak.id) {
        return Err("its value was not kept: too many of that kind".to_owned());
    }
    let base = match check.at {
        At::Provider(id) => door.provider(id),
        At::Project => {
            let owner = leak.belongs_to.as_ref().and_then(|it| it.as_str().parse::<SupabaseRef>().ok());
            let owner = owner.ok_or("it does not say which project it belongs to; name the app with --app")?;
            door.supabase_project(&owner)
        }
    };
    let base = base.ok_or("its provider's address is not known")?;
    let address = base.join(check.path).map_err(|_| "its provider's address cannot be used")?;
    let trial = Trial { address, headers: check.headers, key_in: check.key_in };
    Ok(Question {
        key: leak.key(),
        id: leak.id.clone(),
        rule: leak.rule.clone(),
        kind: leak.kind.clone(),
        masked: leak.masked.clone(),
        trial,
        check,
    })
}

/// Asks each question; every value is wiped as soon as it was tried. What is left when `stop` is cancelled is `unknown`.
/// Keyed by [`Leak::key`]: the same secret as another kind is another question (`apis/secrets.md` §6).
pub async fn ask(questions: Questions, values: &Values, door: &Door, stop: &CancellationToken) -> BTreeMap<String, Answer> {
    let mut answers: BTreeMap<String, Answer> = questions.not_asked.into_iter().collect();
    let mut controls: BTreeMap<(String, String), Result<(), String>> = BTreeMap::new();
    for question in questions.asked {
        let Some(value) = values.take(&question.rule, &question.id) else { continue };
        let answer = tokio::select! {
            biased;
            () = stop.cancelled() => Answer::unknown("stopped before it was asked"),
            answer = one(&question, &value, door, &mut controls) => answer,
        };
        answers.insert(question.key, answer);
    }
    answers
}

async fn one(
    question: &Question,
    value: &zeroize::Zeroizing<String>,
    door: &Door,
    controls: &mut BTreeMap<(String, String), Result<(), String>>,
) -> Answer {
    let place = (question.rule.clone(), question.trial.address.to_string());
    if !controls.contains_key(&place) {
        let control = control(question, value, door).await;
        controls.insert(place.clone(), control);
    }
    if let Some(Err(why)) = controls.get(&place) {
        return Answer::unknown(why.clone());
    }
    match door.try_key(&question.trial, value).await {
        Err(gap) => Answer::unknown(gap.says.to_string()),
        Ok(reply) => match (judged(question.check, &reply), question.check.shared_shape) {
            (Live::Unknown, _) => Answer::unknown(surprise(&reply)),
            (Live::Dead, Some(other)) => Answer::unknown(format!("not known there, but {other}")),
            (live, _) => Answer { live, why: String::new() },
        },
    }
}

/// The same question with an invented key: only who says a definite no to it can say anything of the real one.
async fn control(question: &Question, value: &zeroize::Zeroizing<String>, door: &Door) -> Result<(), String> {
    let invented = invented::like(&question.rule, value).ok_or("no control key could be made")?;
    let reply = door.try_key(&question.trial, &invented).await.map_err(|gap| gap.says.to_string())?;
    match judged(question.check, &reply) {
        Live::Dead => Ok(()),
        _ => Err(format!("an invented key got no clear no either (status {})", reply.status)),
    }
}

fn surprise(reply: &TrialReply) -> String {
    let format = if reply.json.is_some() { "in a way that is not known" } else { "not in the provider's own format" };
    format!("answered with status {}, {format}", reply.status)
}

fn judged(check: &Check, reply: &TrialReply) -> Live {
    let Some(json) = &reply.json else { return Live::Unknown };
    let shows = |signs: &[Sign]| signs.iter().any(|sign| sign.status == reply.status && holds(sign, json));
    match (shows(check.live), shows(check.dead)) {
        (true, false) => Live::Live,
        (false, true) => Live::Dead,
        _ => Live::Unknown,
    }
}

fn holds(sign: &Sign, json: &Value) -> bool {
    let is = |found: &Value| match sign.is {
        Is::There => !found.is_null(),
        Is::True => found == &Value::Bool(true),
        Is::Text(any) => found.as_str().is_some_and(|text| any.contains(&text)),
        Is::Saying(any) => {
            let text = found.as_str().map(str::to_ascii_lowercase);
            text.is_some_and(|text| any.iter().any(|it| text.contains(it)))
        }
    };
    // `*` stands for any element of a list.
    match sign.at.split_once("/*") {
        None => json.pointer(sign.at).is_some_and(is),
        Some((list, rest)) => {
            let all = json.pointer(list).and_then(Value::as_array);
            all.is_some_and(|all| all.iter().filter_map(|it| it.pointer(rest)).any(is))
        }
    }
}

#[cfg(test)]
mod tests;
