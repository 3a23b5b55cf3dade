//! All rules, by area, the most specific first: where two rules match the same bytes, the earlier one speaks.
//! Facts are those of `apis/secrets.md` §2, state of November 2026; the patterns are our own.

use super::rule::Rule;

mod ai;
mod cloud;
mod generic;
mod jwt;
mod messaging;
mod payment;
mod platform;
mod private_key;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod samples;
mod supabase;

/// Every rule in order of precedence.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [
        supabase::RULES,
        jwt::RULES,
        private_key::RULES,
        ai::RULES,
        platform::RULES,
        payment::RULES,
        messaging::RULES,
        cloud::RULES,
        generic::RULES,
    ]
    .into_iter()
    .flatten()
}
