//! All rules, by area, the most specific first: where two rules match the same bytes, the earlier one speaks.
//! Facts are those of `apis/secrets.md` §2, state of November 2026; the patterns are our own.

use super::report::Confidence;
use super::rule::Rule;

mod ai;
mod carried;
mod chat;
mod cloud;
mod context;
mod data;
mod generic;
mod google;
mod hosted;
mod jwt;
mod messaging;
mod names;
mod observability;
mod payment;
mod platform;
mod private_key;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod samples;
mod services;
mod sign_in;
mod supabase;

pub(super) use cloud::canary::is_trap;

const AREAS: &[&[Rule]] = &[
    supabase::RULES,
    jwt::RULES,
    private_key::RULES,
    ai::RULES,
    google::RULES,
    hosted::RULES,
    platform::RULES,
    sign_in::RULES,
    payment::RULES,
    messaging::RULES,
    chat::RULES,
    cloud::RULES,
    data::RULES,
    observability::RULES,
    services::RULES,
    carried::RULES,
    generic::RULES,
];

/// Every rule in order of precedence: shapes of their own before those that only a name nearby tells, guesses last.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    let rank = |rule: &Rule| match (rule.generic, rule.confidence) {
        (false, Confidence::Strong | Confidence::Proven) => 0,
        (false, _) => 1,
        (true, _) => 2,
    };
    (0..3).flat_map(move |wanted| AREAS.iter().copied().flatten().filter(move |rule| rank(rule) == wanted))
}
