//! Whose services the files of a site name, by the hosts that are known (`repo::project::systems`). That a host is named
//! says that something speaks to it; whether the browser does, or a library that only could, is not said.

use crate::repo::project::systems::KNOWN;
use memchr::memmem;
use std::collections::BTreeSet;

/// The names of the services whose hosts stand in a text.
pub(super) fn services(text: &[u8]) -> BTreeSet<&'static str> {
    let named = |host: &&str| memmem::find_iter(text, host.as_bytes()).any(|at| is_whole(text, at, host.len()));
    let known = KNOWN.iter().filter(|it| it.is_service && it.hosts.iter().any(named));
    known.map(|it| it.name).collect()
}

/// Whether a host's name stands there in an address, and not in the middle of another name: after `//`, `@`, a quote or a
/// further name before it, and not followed by more of a name.
fn is_whole(text: &[u8], at: usize, length: usize) -> bool {
    let before = at.checked_sub(1).and_then(|it| text.get(it));
    let after = text.get(at + length);
    let begins = before.is_some_and(|it| matches!(it, b'/' | b'.' | b'@' | b'"' | b'\'' | b'`'));
    let goes_on = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_');
    begins && !after.is_some_and(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"fetch("https://api.openai.com/v1/responses")"#, &["OpenAI"])]
    #[case(r#"const u="https://abcdefghijklmnopqrst.supabase.co""#, &["Supabase"])]
    #[case(r#"dsn:"https://x@o1.ingest.sentry.io/2",s:"js.stripe.com""#, &["Sentry", "Stripe"])]
    #[case("see api.openai.com for more", &[])]
    #[case("https://api.openai.com.evil.example/", &[])]
    #[case("https://notsupabase.co/", &[])]
    #[case("", &[])]
    fn hosts_that_are_named(#[case] text: &str, #[case] wanted: &[&str]) {
        assert_eq!(services(text.as_bytes()).into_iter().collect::<Vec<_>>(), wanted);
    }
}
