//! A telling name with a random value. Never sure enough to fail anything, unless the name also says that browsers get it:
//! a person reads these.

use super::context::{lead, named};
use super::names;
use super::supabase::{signed, tokens_in};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::placeholder::{is_placeholder, is_typed};
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Mask, Rule};
use std::sync::LazyLock;

const ASSIGNED: Rule = Rule {
    severity: Severity::Medium,
    rotate: "wherever this name is set; then give the app the new value",
    charset: Charset::Open,
    confidence: Confidence::Contextual,
    entropy: 3.0,
    generic: true,
    ..Rule::TOKEN
};

/// Names of what signs sessions or encrypts.
const SIGNING_NAMES: &[&str] = &[
    "AUTH_SECRET",
    "authSecret",
    "auth_secret",
    "SESSION_SECRET",
    "sessionSecret",
    "session_secret",
    "JWT_SECRET",
    "jwtSecret",
    "jwt_secret",
    "COOKIE_SECRET",
    "cookieSecret",
    "cookie_secret",
    "ENCRYPTION_KEY",
    "encryptionKey",
    "encryption_key",
    "SECRET_KEY_BASE",
    "secret_key_base",
    "APP_SECRET",
    "appSecret",
    "app_secret",
    "SIGNING_SECRET",
    "signingSecret",
    "signing_secret",
    "SIGNING_KEY",
    "signingKey",
    "signing_key",
    "COOKIE_PASSWORD",
    "IRON_PASSWORD",
    "APP_KEY",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "exposed-secret",
        kind: "secret under a name that puts it into what browsers load",
        provider: "unknown",
        severity: Severity::High,
        rotate: "replace it where it comes from, and give it to the server under a name without that prefix",
        literals: &["NEXT_PUBLIC_", "VITE_", "REACT_APP_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "GATSBY_", "VUE_APP_", "PUBLIC_"],
        pattern: named!(
            "(?:NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|GATSBY|VUE_APP|PUBLIC)_[A-Z0-9_]{0,40}(?:SECRET|PRIVATE|PASSWORD|PASSWD|SERVICE_ROLE|SERVICE_KEY|ADMIN_KEY|ADMIN_TOKEN|MASTER_KEY)",
            "[A-Za-z0-9+/=_!@#%^*.~-]{16,200}"
        ),
        confidence: Confidence::Strong,
        judge: exposed,
        ..ASSIGNED
    },
    Rule {
        id: "signing-secret",
        kind: "secret that signs sessions or encrypts",
        provider: "the app itself",
        severity: Severity::Critical,
        rotate: "set a new one of 32 random bytes or more; everybody is signed out",
        literals: SIGNING_NAMES,
        pattern: named!(
            "(?i:auth_?secret|session_?secret|jwt_?secret|cookie_?secret|encryption_?key|secret_key_base|app_?secret|signing_?secret|signing_?key|cookie_password|iron_password|app_key)",
            "[A-Za-z0-9+/=_!@#%^*.~:-]{12,200}"
        ),
        judge: signing,
        looks: NEIGHBOURHOOD,
        ..ASSIGNED
    },
    Rule {
        id: "nested-signing-secret",
        kind: "secret that signs sessions",
        provider: "the app itself",
        severity: Severity::Critical,
        rotate: "set a new one of 32 random bytes or more; everybody is signed out",
        literals: &["jwt:", "JWT:", "Jwt:", "jwt\"", "JWT\"", "Jwt\""],
        // In nested settings the name is in two places: `jwt:`, then `secret:` below it.
        pattern: named!(r#"(?i:jwt)"?\s?:\s{0,12}\{?\s{0,12}"?(?i:secret)"#, "[A-Za-z0-9+/=_!@#%^*.~:-]{12,200}"),
        judge: signing,
        looks: NEIGHBOURHOOD,
        ..ASSIGNED
    },
    Rule {
        id: "weak-signing-secret",
        kind: "signing secret that anybody guesses",
        provider: "the app itself",
        rotate: "if a deployed app uses it: set one of 32 random bytes or more; everybody is signed out",
        literals: SIGNING_NAMES,
        pattern: named!(
            "(?i:auth_?secret|session_?secret|jwt_?secret|cookie_?secret|encryption_?key|secret_key_base|app_?secret|signing_?secret|signing_?key|cookie_password|iron_password|app_key)",
            "[A-Za-z0-9_-]{4,31}"
        ),
        severity: Severity::High,
        entropy: 0.0,
        // It is a word: the last letters of it would be all of it.
        mask: Mask::Frame,
        judge: guessed,
        ..ASSIGNED
    },
    Rule {
        id: "framework-secret",
        kind: "secret key of a web framework",
        provider: "the app itself",
        severity: Severity::Critical,
        rotate: "set a new one; everybody is signed out",
        literals: &["SECRET_KEY", "AUTH_KEY", "AUTH_SALT", "LOGGED_IN_KEY", "LOGGED_IN_SALT"],
        pattern: named!("SECRET_KEY|AUTH_KEY|AUTH_SALT|LOGGED_IN_KEY|LOGGED_IN_SALT", r#"[^\s"'`\\]{40,100}"#),
        entropy: 4.0,
        judge: |it| {
            let quoted = it.before(1).iter().all(|byte| matches!(byte, b'"' | b'\''));
            let signs = it.value().iter().filter(|byte| byte.is_ascii_punctuation()).count() >= 3;
            let words = entropy::wordiness(it.value()) >= 0.4;
            let told = it.words().contains("://") || is_listed(it);
            (quoted && is_value(it) && signs && !words && !told).then(|| it.kept())
        },
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
            "Api-Key",
            "API-KEY",
            "APIKey",
            "api.key",
            "private_key",
            "PRIVATE_KEY",
            "privateKey",
            "access_key",
            "ACCESS_KEY",
            "accessKey",
            "AccessKey",
            "auth_key",
            "AUTH_KEY",
            "authKey",
            "master_key",
            "MASTER_KEY",
            "masterKey",
            "service_key",
            "SERVICE_KEY",
            "serviceKey",
            "service_role",
            "SERVICE_ROLE",
            "serviceRole",
            "admin_key",
            "ADMIN_KEY",
            "adminKey",
            "credential",
            "CREDENTIAL",
            "_KEY",
            "encryptionKey",
            "webhookKey",
        ],
        pattern: named!(
            "(?i:secret|token|api[_.-]?key|(?:private|access|auth|master|service|admin)_?key|service_?role|credentials?|_key|(?:encryption|webhook)key)",
            "[A-Za-z0-9+/=_!@#%^*.~:|-]{16,256}"
        ),
        judge: assigned,
        ..ASSIGNED
    },
    Rule {
        id: "named-password",
        kind: "password under a telling name",
        provider: "unknown",
        literals: &[
            "password",
            "PASSWORD",
            "Password",
            "passwd",
            "PASSWD",
            "passphrase",
            "PASSPHRASE",
            "pwd",
            "PWD",
            "_PASS",
            "_pass",
            "dbPass",
            "smtpPass",
            "userPass",
        ],
        pattern: named!("(?i:password|passwd|passphrase|pwd|_pass|dbpass|smtppass|userpass)", r#"[^\s"'`<>\\,;(){}]{8,64}"#),
        entropy: 2.5,
        judge: password,
        ..ASSIGNED
    },
];

/// A value that stands where values stand: in quotes that are closed, or to the end of the line in a file of settings
/// or behind a name in capitals.
fn is_value(candidate: &Candidate<'_>) -> bool {
    let before = candidate.at.start.checked_sub(1).and_then(|at| candidate.text.get(at));
    let after = candidate.text.get(candidate.at.end);
    let line = candidate.line_before(160);
    match before.filter(|byte| matches!(byte, b'"' | b'\'' | b'`')) {
        Some(quote) => after.is_some_and(|byte| byte == quote || *byte == b'\\'),
        None if before == Some(&b'>') => matches!(after, Some(b'<' | b'\r' | b'\n')),
        None => {
            let ends = after.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'#');
            // `"NAME=value"`, `?name=value&`: what closes them ends the value.
            let closed = matches!(before, Some(b'=' | b' '))
                && after.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'&' | b';'));
            let alone = line.iter().all(u8::is_ascii_whitespace);
            let rest = candidate.around(0, 64).get(candidate.value().len()..).unwrap_or_default();
            // An element over several lines.
            let element = alone
                && last_of(candidate.before(80)) == Some(b'>')
                && rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
            element || (ends || closed) && (names::is_setting(line, candidate.settings) || ends && alone && candidate.settings)
        }
    }
}

/// The last byte that is no blank.
fn last_of(text: &[u8]) -> Option<u8> {
    text.iter().rev().find(|byte| !byte.is_ascii_whitespace()).copied()
}

/// Random text under a name of a secret.
fn assigned(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.value();
    let hexadecimal = value.iter().all(u8::is_ascii_hexdigit);
    // Keys that machines give out are longer, or of both cases.
    let both = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    if value.len() < 20 && !both || is_typed(value) {
        return None;
    }
    if !is_value(candidate) || !entropy::looks_random(value) || entropy::bits(value) < if hexadecimal { 2.8 } else { 3.3 } {
        return None;
    }
    let name = names::before(lead(candidate, 160));
    let words = names::words(&name);
    if !names::is_secret(&words) || names::is_harmless(&words) || names::is_no_secret(candidate.words(), &words) {
        return None;
    }
    let other = names::is_of_aws(&words) && value.len() != 40 || is_text_in_base64(value);
    let told = other || is_broken(candidate.words()) || names::has_a_form(&words) || is_header(candidate.words());
    (!told && !is_listed(candidate) && !speaks_of_itself(candidate.words())).then(|| candidate.kept())
}

/// Whether it only looks random: base64 of a text in words.
fn is_text_in_base64(value: &[u8]) -> bool {
    let inside = proof::base64(value).map(zeroize::Zeroizing::new);
    let words = |it: &[u8]| it.contains(&b' ') || entropy::wordiness(it) >= 0.55;
    inside.is_some_and(|it| it.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) && words(&it))
}

/// Whether a comma, not an assignment, stands before the value, and more strings behind it: a list of words.
fn is_listed(candidate: &Candidate<'_>) -> bool {
    let quote = |it: &&u8| matches!(**it, b'"' | b'\'' | b'`') || it.is_ascii_whitespace();
    let before = candidate.line_before(80).iter().rev().find(|it| !quote(it));
    let after = candidate.text.get(candidate.at.end..).unwrap_or_default();
    let mut after = after.iter().take(40).skip(1).filter(|it| !it.is_ascii_whitespace());
    before == Some(&b',') && after.next() == Some(&b',') && after.next().is_some_and(|it| quote(&it))
}

/// Whether a value has a word in it that names secrets, behind its beginning, where prefixes have it: it is a name itself.
fn speaks_of_itself(value: &str) -> bool {
    let lower = value.get(1..).unwrap_or_default().to_ascii_lowercase();
    ["token", "passw", "credential"].iter().any(|word| lower.contains(word))
}

/// Whether a value is the readable first part of a token in three parts, or one of which the rest is no such part. One
/// that nobody signed has an empty last part, and opens whatever takes it.
fn is_header(value: &str) -> bool {
    if value.ends_with('.') && proof::jwt(value.as_bytes()).is_some() {
        return false;
    }
    let first = value.split('.').next().filter(|it| it.starts_with("eyJ"));
    first.and_then(|it| proof::base64url(it.as_bytes())).is_some_and(|it| it.windows(6).any(|word| word == b"\"alg\":"))
}

/// Prefixes that one provider alone gives its keys.
static PREFIXES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let own = |rule: &&Rule| !rule.generic && rule.charset != Charset::Open && rule.confidence >= Confidence::Strong;
    let literals = super::all().filter(own).flat_map(|rule| rule.literals.iter().copied());
    literals.filter(|it| it.len() >= 4 && it.ends_with(['_', '-']) && !SHARED.contains(it)).collect()
});

/// Prefixes that others may use as well, or behind which several forms have come already.
const SHARED: &[&str] =
    &["ghs_", "ghr_", "key_", "key-", "sig_", "secret_", "sk_live_", "sk_test_", "rk_live_", "pk_live_", "pk_test_"];

/// Whether a value begins as a provider's keys do, without being one, as its rule would have told: cut off, mangled, or
/// invented.
fn is_broken(value: &str) -> bool {
    PREFIXES.iter().any(|it| value.starts_with(it))
}

/// Random text under a name that says both secret and public.
fn exposed(candidate: &Candidate<'_>) -> Option<Judged> {
    let words = names::words(&names::before(lead(candidate, 160)));
    let about = names::is_about(&words) || names::is_no_secret(candidate.words(), &words);
    let told = words.iter().any(|word| matches!(word.as_str(), "site" | "csrf" | "nonce" | "hash" | "key_id"));
    let value = candidate.value();
    (is_value(candidate) && entropy::looks_random(value) && entropy::bits(value) >= 3.0 && !about && !told)
        .then(|| candidate.kept())
}

/// How far from a secret a token that was signed with it is looked for.
const NEIGHBOURHOOD: usize = 16 * 1024;

/// Secrets that lists for guessing begin with, and that examples and generated code are full of.
const GUESSED: &[&str] = &[
    "changeme",
    "default",
    "development",
    "jwtsecret",
    "keyboardcat",
    "mysecret",
    "mysecretkey",
    "myjwtsecret",
    "password",
    "qwerty",
    "secret",
    "secret123",
    "secretkey",
    "secretsecret",
    "shhhhh",
    "shhhhhared",
    "supersecret",
    "supersecretkey",
    "test",
    "testsecret",
    "topsecret",
    "yoursecretkey",
    "123456",
    "12345678",
    "1234567890",
];

/// A secret that signs sessions and is a common word: who guesses it makes sessions of anybody (`apis/secrets.md` §2.4).
fn guessed(candidate: &Candidate<'_>) -> Option<Judged> {
    let word: String = candidate.words().to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    (GUESSED.contains(&word.as_str()) && is_value(candidate)).then(|| candidate.kept())
}

/// What a token nearby was signed with is proven.
fn signing(candidate: &Candidate<'_>) -> Option<Judged> {
    let near = candidate.around(NEIGHBOURHOOD, NEIGHBOURHOOD);
    if tokens_in(near).any(|token| signed(token, candidate.value()).is_some()) {
        return Some(candidate.kept().confidence(Confidence::Proven));
    }
    assigned(candidate).or_else(|| chosen(candidate))
}

/// A secret that somebody made up of words instead of bytes: whoever guesses it signs in as anybody (§2.4).
fn chosen(candidate: &Candidate<'_>) -> Option<Judged> {
    let (value, text) = (candidate.value(), candidate.words());
    let words = names::words(&names::before(lead(candidate, 160)));
    let own = |word: &String| word.len() < 3 || !text.to_ascii_lowercase().contains(word.as_str());
    // A text that speaks of its own name is a stand-in, or a message about it.
    let fits = is_value(candidate) && names::is_secret(&words) && !names::is_harmless(&words) && words.iter().all(own);
    let joined = value.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_punctuation() && *byte != b'.');
    let told = names::is_no_secret(text, &words) || is_typed(value) || is_listed(candidate) || speaks_of_itself(text);
    (fits && joined && !told && entropy::bits(value) >= 3.0).then(|| candidate.kept())
}

/// Words that passwords in tests and documents are made of.
const USUAL: &[&str] = &[
    "pass",
    "pwd",
    "admin",
    "test",
    "user",
    "root",
    "secret",
    "welcome",
    "qwerty",
    "hello",
    "demo",
    "guest",
    "example",
    "foo",
    "bar",
    "change",
    "postgres",
    "mysql",
    "wrong",
    "invalid",
    "correct",
    "letmein",
    "abc",
    "login",
    "temp",
    "default",
    "sample",
    "string",
    "null",
    "undefined",
    "true",
    "false",
    "none",
    "your",
    "enter",
    "confirm",
    "input",
    "field",
    "type",
];

/// A password that somebody made to be hard to guess: three kinds of characters, or random ones.
fn password(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.value();
    let name = names::before(lead(candidate, 160));
    let words = names::words(&name);
    let lower = candidate.words().to_ascii_lowercase();
    if !is_value(candidate)
        || !names::is_password(&words)
        || names::is_harmless(&words)
        || names::is_no_secret(candidate.words(), &words)
    {
        return None;
    }
    let kinds: [fn(&u8) -> bool; 4] =
        [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit, |byte| byte.is_ascii_punctuation()];
    let kinds = kinds.iter().filter(|kind| value.iter().any(*kind)).count();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let code =
        lower.contains("::") || lower.contains("->") || lower.contains('$') && !lower.ends_with('$') && lower.starts_with('$');
    let hard = kinds >= 3 && digits >= 1 || value.len() >= 12 && entropy::looks_random(value);
    let usual = USUAL.iter().any(|word| lower.contains(word)) || is_placeholder(value) || entropy::wordiness(value) >= 0.55;
    // `%c3%89`: bytes of an address, not of a password.
    let escaped = lower.matches('%').count() >= 3;
    (hard && !usual && !code && !escaped && !is_listed(candidate)).then(|| candidate.kept())
}
