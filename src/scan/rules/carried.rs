//! Logins by what carries them: headers, addresses with a password, connection strings, and the files in which command
//! line tools keep them.

use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::placeholder::{is_placeholder, is_reference};
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Mask, Rule, mentions};

const LOGIN: Rule =
    Rule { provider: "unknown", charset: Charset::Open, confidence: Confidence::Contextual, entropy: 2.2, ..Rule::TOKEN };

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "connection-string",
        kind: "connection string with its password",
        provider: "the database's host",
        severity: Severity::Critical,
        rotate: "change the password at the database's host",
        literals: &["Password=", "password=", "PASSWORD=", "Pwd=", "pwd=", "PWD="],
        pattern: r#"(?i:password|pwd)=([^;"'`\s&<>\\]{4,100})"#,
        judge: connection_string,
        ..LOGIN
    },
    Rule {
        id: "azure-storage-key",
        kind: "Azure storage account key",
        provider: "Azure",
        severity: Severity::Critical,
        rotate: "portal.azure.com › the storage account › Access keys",
        literals: &["AccountKey="],
        pattern: "AccountKey=([A-Za-z0-9+/]{86}==)",
        confidence: Confidence::Strong,
        entropy: 4.0,
        ..LOGIN
    },
    Rule {
        id: "password-file-entry",
        kind: "database login in a password file",
        provider: "the database's host",
        severity: Severity::Critical,
        rotate: "change the password at the database's host",
        literals: &[":5432:", ":6543:"],
        pattern: r":(?:5432|6543):[A-Za-z0-9_*-]{1,63}:[A-Za-z0-9_.-]{1,63}:([^\s:]{6,128})",
        judge: |it| is_password(it).then(|| it.kept()),
        ..LOGIN
    },
    Rule {
        id: "netrc-login",
        kind: "login in a .netrc file",
        rotate: "the host that the entry names",
        literals: &["machine "],
        pattern: r"machine\s{1,4}[A-Za-z0-9.-]{3,100}\s{1,10}login\s{1,4}[^\s]{1,100}\s{1,10}password\s{1,4}([^\s]{6,200})",
        judge: |it| is_password(it).then(|| it.kept()),
        ..LOGIN
    },
    Rule {
        id: "basic-login",
        kind: "login in a header, which is base64 and not encrypted",
        rotate: "the host that the request goes to",
        literals: &["Basic ", "basic "],
        pattern: "[Bb]asic [\"'`]?([A-Za-z0-9+/]{12,300}={0,2})",
        judge: basic,
        ..LOGIN
    },
    Rule {
        id: "container-registry-login",
        kind: "login for a container registry",
        rotate: "the registry that the entry names",
        literals: &["\"auth\""],
        pattern: r#""auth"\s{0,4}:\s{0,4}"([A-Za-z0-9+/]{12,400}={0,2})""#,
        judge: basic,
        ..LOGIN
    },
    Rule {
        id: "bearer-token",
        kind: "token in a header",
        severity: Severity::Medium,
        rotate: "the host that the request goes to",
        literals: &["Bearer ", "bearer ", "BEARER ", "uthorization: token ", "uthorization: Token "],
        pattern: "(?:uthorization: [Tt]oken|(?i:bearer)) {1,2}[\"'`]?([A-Za-z0-9._~+/=-]{20,400})",
        entropy: 3.3,
        generic: true,
        judge: |it| {
            let value = it.words();
            let joined = value.split(['.', '-', '_', '/']).all(|part| part.len() < 9);
            (entropy::looks_random(value.as_bytes()) && !joined).then(|| it.kept())
        },
        ..LOGIN
    },
    Rule {
        id: "curl-login",
        kind: "login on a command line",
        rotate: "the host that the request goes to",
        literals: &["curl "],
        pattern: r#"curl (?:[^\n]{0,160}?[\s])?(?:-[a-zA-Z]{0,4}u|--user|--proxy-user)(?:[ =]{1,3})?["']?([^\s:"'`]{0,80}:[^\s"'`]{0,200})"#,
        generic: true,
        judge: |it| {
            // Where a key is the name of a user, it has no password.
            let (user, password) = it.words().split_once(':')?;
            let key = password.len() < 2 && user.len() >= 16 && entropy::looks_random(user.as_bytes());
            (key || is_hard(password)).then(|| it.kept())
        },
        ..LOGIN
    },
    Rule {
        id: "address-with-login",
        kind: "address with a login in it",
        rotate: "the host that the address names",
        literals: &["https://", "http://", "ftp://", "sftp://", "smtp://", "smtps://", "ldap://"],
        pattern: r#"(?:https?|s?ftp|smtps?|ldap)://([^\s:@/"'`<>\\?#,;()\[\]{}]{0,80}:[^\s@/"'`<>\\?#,;()]{6,200}@[A-Za-z0-9_.-]{3,200}|[A-Za-z0-9]{32,200}@[A-Za-z0-9_.-]{3,200})"#,
        mask: Mask::Address,
        judge: address,
        ..LOGIN
    },
];

/// A password in its own right: no stand-in, and not one of those that everybody types.
fn is_hard(password: &str) -> bool {
    let bytes = password.as_bytes();
    let lower = password.to_ascii_lowercase();
    let usual = ["password", "passwd", "secret", "token", "admin", "example", "test", "key", "user"]
        .iter()
        .any(|word| lower.contains(word));
    let stand_in = is_reference(password) || is_placeholder(bytes) || password.contains(['$', '{', '}', '<', '>', '%']) || usual;
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    !stand_in
        && bytes.len() >= 6
        && letters > 0
        && (letters < bytes.len() || entropy::looks_random(bytes))
        && entropy::wordiness(bytes) < 0.55
}

fn is_password(candidate: &Candidate<'_>) -> bool {
    is_hard(candidate.words())
}

/// Settings joined by semicolons or ampersands, one of which names a server.
fn connection_string(candidate: &Candidate<'_>) -> Option<Judged> {
    let around = candidate.around(300, 120);
    let named = mentions(
        around,
        &[
            "jdbc:",
            "server=",
            "data source=",
            "initial catalog=",
            "host=",
            "addr=",
            "uid=",
            "user id=",
            ".windows.net",
            "abortconnect",
        ],
    );
    let line = candidate.line_before(300);
    let joined = line.contains(&b';')
        || line.contains(&b'?')
        || line.contains(&b',')
        || mentions(line, &["host="])
        || candidate.text.get(candidate.at.end) == Some(&b';');
    let away = !mentions(around, &["localhost", "127.0.0.1", "(local)", "(localdb)", "example."]);
    (named && joined && away && is_password(candidate)).then(|| candidate.kept().confidence(Confidence::Strong))
}

/// Base64 of a name, a colon and a password.
fn basic(candidate: &Candidate<'_>) -> Option<Judged> {
    let inside = zeroize::Zeroizing::new(proof::base64(candidate.value())?);
    let inside = std::str::from_utf8(&inside).ok()?;
    let (user, password) = inside.split_once(':')?;
    let printable = inside.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    (printable && !user.is_empty() && is_hard(password)).then(|| candidate.kept())
}

fn address(candidate: &Candidate<'_>) -> Option<Judged> {
    let (login, host) = candidate.words().rsplit_once('@')?;
    // Where a token is the name of a user, it has no password.
    let Some((_, password)) = login.split_once(':') else {
        let away = host.contains('.') && !mentions(host.as_bytes(), &["example", ".test", ".local"]);
        return (away && entropy::looks_random(login.as_bytes()) && !is_placeholder(login.as_bytes())).then(|| candidate.kept());
    };
    // Code hosts take a token as the name of a user, with this word for a password.
    if password == "x-oauth-basic" {
        let user = login.split(':').next().unwrap_or_default();
        return (entropy::looks_random(user.as_bytes()) && !is_placeholder(user.as_bytes())).then(|| candidate.kept());
    }
    let port = password.bytes().all(|byte| byte.is_ascii_digit());
    let local =
        mentions(host.as_bytes(), &["localhost", "127.0.0.1", "example", "0.0.0.0", ".test", ".local"]) || !host.contains('.');
    (!port && !local && is_hard(password)).then(|| candidate.kept())
}

#[cfg(test)]
mod tests {
    use super::is_hard;
    use rstest::rstest;

    #[rstest]
    #[case("h8Jw2kPzQ91x", true)]
    #[case("Zk3qT9xWbV7nL2mRp4Yd", true)]
    #[case("password1", false)]
    #[case("${PASSWORD}", false)]
    #[case("correct-horse-battery", false)]
    #[case("xxxxxx", false)]
    fn passwords_are_told_from_stand_ins(#[case] password: &str, #[case] hard: bool) {
        assert_eq!(is_hard(password), hard);
    }
}
