//! A telling name with a random value. Never sure enough to fail anything: a person reads these.

use crate::domain::Severity;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};

const ASSIGNED: Rule = Rule {
    severity: Severity::Medium,
    rotate: "wherever this name is set; then give the app the new value",
    charset: Charset::Open,
    confidence: Confidence::Contextual,
    entropy: 3.5,
    generic: true,
    ..Rule::TOKEN
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "signing-secret",
        kind: "secret that signs sessions or encrypts",
        provider: "the app itself",
        severity: Severity::Critical,
        rotate: "set a new one of 32 random bytes or more; everybody is signed out",
        literals: &["AUTH_SECRET", "SESSION_SECRET", "JWT_SECRET", "COOKIE_SECRET", "ENCRYPTION_KEY"],
        pattern: r#"(?:AUTH_SECRET|SESSION_SECRET|JWT_SECRET|COOKIE_SECRET|ENCRYPTION_KEY)["'`]?\s{0,5}(?::|=|\?\?|\|\|)\s{0,5}["'`]?([A-Za-z0-9+/=_!@#%^&*.~-]{16,200})"#,
        judge: assigned,
        ..ASSIGNED
    },
    Rule {
        id: "named-secret",
        kind: "random value under a telling name",
        provider: "unknown",
        literals: &[
            "secret",
            "SECRET",
            "Secret",
            "token",
            "TOKEN",
            "Token",
            "api_key",
            "API_KEY",
            "apiKey",
            "ApiKey",
            "apikey",
            "api-key",
            "APIKEY",
            "passwd",
            "PASSWD",
            "password",
            "PASSWORD",
            "Password",
            "private_key",
            "PRIVATE_KEY",
            "privateKey",
            "access_key",
            "ACCESS_KEY",
            "accessKey",
            "auth_key",
            "AUTH_KEY",
            "authKey",
        ],
        pattern: r#"(?:(?i)secret|token|api[_-]?key|passw(?:or)?d|(?:private|access|auth)_?key)[A-Za-z0-9_.-]{0,40}["'`]?\]?\s{0,5}(?:=>|:=|:|=)\s{0,5}["'`]?([A-Za-z0-9+/=_!@#%^&*.~-]{16,200})"#,
        judge: assigned,
        ..ASSIGNED
    },
];

/// In code a value stands in quotes; without, it is an expression. Letters and digits both, and not a name or a path.
fn assigned(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.words();
    let before = candidate.at.start.checked_sub(1).and_then(|at| candidate.text.get(at));
    let after = candidate.text.get(candidate.at.end);
    let quote = before.filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let closed = match quote {
        Some(_) => after == quote,
        None => candidate.settings && after.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'#'),
    };
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let wordy = value.split(['-', '_', '.', '/']).filter(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_alphabetic()));
    let is_words = wordy.map(str::len).sum::<usize>() * 2 > value.len();
    let line = candidate.line_before(120);
    let told_public = mentions(line, &["public", "publishable", "site_key", "sitekey", "csrf", "nonce", "integrity", "hash"]);
    let path = value.starts_with(['/', '.', '@']) || value.contains("://");
    (closed && letters >= 4 && digits >= 2 && !is_words && !told_public && !path).then(|| candidate.kept())
}
