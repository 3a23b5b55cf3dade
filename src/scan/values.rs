//! The values of leaks whose kind somebody asked to check live: held in memory between the scan and the check, and wiped.
//! Never written, never shown; a kind that nobody asked for is never kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// Values kept at once; a repository full of generated keys must not fill the memory.
const MOST: usize = 500;

/// A store for the values of some rules. Has no `Display`, and its `Debug` shows nothing of them.
pub struct Values {
    rules: BTreeSet<String>,
    kept: Mutex<BTreeMap<String, Zeroizing<String>>>,
}

impl Values {
    /// Keeps what these rules find.
    pub fn of<R: Into<String>>(rules: impl IntoIterator<Item = R>) -> Self {
        Self { rules: rules.into_iter().map(Into::into).collect(), kept: Mutex::default() }
    }

    /// Keeps a value if its rule was asked for. `id` is the leak's keyed hash.
    pub(super) fn offer(&self, rule: &str, id: &str, value: &[u8]) {
        if !self.rules.contains(rule) {
            return;
        }
        let Ok(text) = std::str::from_utf8(value) else { return };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let name = name(rule, id);
        if kept.len() < MOST && !kept.contains_key(&name) {
            kept.insert(name, Zeroizing::new(text.to_owned()));
        }
    }

    /// Hands the value over that a rule found; afterwards it is not here any more.
    pub(super) fn take(&self, rule: &str, id: &str) -> Option<Zeroizing<String>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&name(rule, id))
    }

    /// Whether the value of that leak is here.
    pub(super) fn has(&self, rule: &str, id: &str) -> bool {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&name(rule, id))
    }
}

/// One secret can be of two kinds in two places, and each is asked about elsewhere.
fn name(rule: &str, id: &str) -> String {
    format!("{rule}:{id}")
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_kept_and_only_until_it_is_taken() {
        let values = Values::of(["stripe-secret-live"]);
        let mark = ["kana", "ri"].concat();
        values.offer("stripe-secret-live", "a1", mark.as_bytes());
        values.offer("npm-token", "b2", mark.as_bytes());
        assert!(values.has("stripe-secret-live", "a1") && !values.has("npm-token", "b2"));
        assert!(!format!("{values:?}").contains(&mark));
        assert_eq!(values.take("stripe-secret-live", "a1").as_deref(), Some(&mark));
        assert!(values.take("stripe-secret-live", "a1").is_none());
    }
}
