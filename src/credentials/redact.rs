//! Masks known secrets in a text, in case one slipped past every type: the last fence before a log file.

use super::Secret;
use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// What stands where a secret stood.
const MASK: &str = "[masked]";

/// Knows the secrets of this process; cheap to clone, and all clones learn together.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Vec<Secret>>>);

impl Redactor {
    /// A redactor that knows these.
    pub fn of(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let redactor = Self::default();
        secrets.into_iter().for_each(|secret| redactor.learn(&secret));
        redactor
    }

    /// From now on this one is masked, too.
    pub fn learn(&self, secret: &Secret) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if secret.expose().is_empty() || known.iter().any(|it| it.expose() == secret.expose()) {
            return;
        }
        known.push(secret.clone());
        // The longest first: one may be the beginning of another.
        known.sort_by_key(|it| std::cmp::Reverse(it.expose().len()));
    }

    /// The text without any known secret, as it is, percent-encoded or escaped for JSON.
    #[must_use]
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut masked = Cow::Borrowed(text);
        for secret in known.iter() {
            for form in forms(secret) {
                if masked.contains(form.as_str()) {
                    masked = Cow::Owned(masked.replace(form.as_str(), MASK));
                }
            }
        }
        masked
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(…)")
    }
}

/// The ways in which a secret can stand in a text; wiped after use.
fn forms(secret: &Secret) -> Vec<Zeroizing<String>> {
    let plain = secret.expose();
    let percent: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
    let escaped = serde_json::to_string(plain).unwrap_or_default();
    let escaped = escaped.trim_matches('"').to_owned();
    let mut forms = vec![Zeroizing::new(plain.to_owned()), Zeroizing::new(percent), Zeroizing::new(escaped)];
    forms.retain(|form| !form.is_empty());
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_known_secret_gets_through(
            tokens in prop::collection::vec("[!-~]{8,40}", 1..4),
            around in prop::collection::vec("[a-z ]{0,10}", 5),
        ) {
            let redactor = Redactor::of(tokens.iter().map(Secret::new));
            let mut text = String::new();
            for (n, token) in tokens.iter().enumerate() {
                text += &around[n];
                text += token;
                text += &serde_json::to_string(token).unwrap();
            }
            let masked = redactor.mask(&text);
            for token in &tokens {
                prop_assert!(!masked.contains(token.as_str()), "{}", masked);
            }
        }
    }

    #[test]
    fn a_longer_secret_is_masked_whole_and_the_rest_stays() {
        let (short, long) = ("k".repeat(8), "k".repeat(8) + "-tail");
        let redactor = Redactor::of([Secret::new(&short), Secret::new(&long)]);
        assert_eq!(redactor.mask(&format!("a {long} b {short} c")), "a [masked] b [masked] c");
        assert!(matches!(redactor.mask("nothing here"), Cow::Borrowed(_)));
        assert_eq!(Redactor::of([Secret::new("")]).mask("abc"), "abc");
    }

    #[test]
    fn an_encoded_secret_is_masked_and_clones_learn_together() {
        let redactor = Redactor::default();
        let clone = redactor.clone();
        let value = format!("{}/{}+=", "x".repeat(6), "y".repeat(6));
        redactor.learn(&Secret::new(&value));
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        assert_eq!(clone.mask(&format!("?q={encoded}")), "?q=[masked]");
    }
}
