//! Understands what git says when a clone fails. Its text is foreign: it is shown filtered, and without the token.

use super::address::Address;
use super::{CloneProblem, CloneToken};
use crate::domain::Foreign;

pub(super) fn problem(text: &str, address: &Address, token: Option<CloneToken<'_>>) -> CloneProblem {
    let host = address.host();
    let lower = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["no space left", "disk quota exceeded", "not enough space"]) {
        return CloneProblem::DiskFull;
    }
    if has(&["error: 301", "error: 302", "error: 303", "error: 307", "error: 308", "from redirection"]) {
        return CloneProblem::Moved { host };
    }
    if has(&["could not resolve host", "name or service not known", "could not resolve proxy"]) {
        return CloneProblem::NoHost { host };
    }
    if has(&["ssl", "tls", "certificate"]) {
        return CloneProblem::Tls { host };
    }
    let refused = ["authentication failed", "could not read username", "could not read password", "error: 401", "error: 403"];
    if has(&refused) || has(&["terminal prompts disabled", "access denied", "permission denied"]) {
        return CloneProblem::Refused { host };
    }
    if has(&["error: 404", "repository not found", "' not found"]) {
        return CloneProblem::NotFound { host };
    }
    if has(&["failed to connect", "couldn't connect", "could not connect", "connection refused", "timed out", "connection reset"])
        || has(&["error: 5", "operation too slow", "early eof", "hung up unexpectedly", "empty reply"])
    {
        return CloneProblem::Unreachable { host };
    }
    if has(&["is this a git repository", "does not appear to be a git repository", "not valid: could not determine hash"]) {
        return CloneProblem::NotARepository { host };
    }
    CloneProblem::Failed { host, says: Foreign::new(masked(last_line(text), token)) }
}

/// Whether git says that what it cloned has no commit.
pub(super) fn is_empty(text: &str) -> bool {
    text.contains("cloned an empty repository")
}

fn last_line(text: &str) -> &str {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing")
}

/// A text of git without the token, however it is written there.
fn masked(text: &str, token: Option<CloneToken<'_>>) -> String {
    let mut text: String = text.chars().take(300).collect();
    if let Some(CloneToken(token)) = token.filter(|it| !it.0.is_empty()) {
        let encoded: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        // A cut at the end may have left only a part of it.
        for form in [token, encoded.as_str()] {
            text = text.replace(form, "…");
            let cut = (4..form.len()).rev().filter_map(|at| form.get(..at)).find(|part| text.ends_with(part)).map(str::len);
            text.truncate(text.len() - cut.unwrap_or(0));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("fatal: unable to access 'https://a/': Could not resolve host: a", "there is no host")]
    #[case("fatal: Authentication failed for 'https://a/'", "refused")]
    #[case("fatal: could not read Username for 'https://a': terminal prompts disabled", "refused")]
    #[case("remote: Repository not found.\nfatal: repository 'https://a/' not found", "has no repository")]
    #[case("fatal: unable to access: The requested URL returned error: 403", "refused")]
    #[case("fatal: unable to access: The requested URL returned error: 404", "has no repository")]
    #[case("fatal: unable to access: The requested URL returned error: 503", "cannot be reached")]
    #[case("fatal: unable to access: The requested URL returned error: 301", "has moved")]
    #[case("fatal: unable to access: SSL certificate problem: self-signed certificate", "certificate")]
    #[case("fatal: write error: No space left on device", "disk is full")]
    #[case("fatal: https://a/info/refs not valid: is this a git repository?", "not a git repository")]
    #[case("fatal: odd", "git could not clone from `example.com`: fatal: odd")]
    #[case("", "it said nothing")]
    fn what_git_says_becomes_a_next_step(#[case] text: &str, #[case] expected: &str) {
        let address = Address::read("https://example.com/a/b", false).unwrap();
        let problem = problem(text, &address, None).to_string();
        assert!(problem.contains(expected), "{problem}");
    }

    #[test]
    fn the_token_is_masked_however_it_is_written() {
        let token = ["ghp", "_", "a+b/C=", &"x1".repeat(12)].concat();
        let encoded: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        for text in [format!("fatal: odd {token} and {encoded}"), format!("{}{token}", "y".repeat(285))] {
            let shown = masked(&text, Some(CloneToken::new(&token)));
            assert!(!shown.contains(token.get(..8).unwrap()), "{shown}");
        }
    }
}
