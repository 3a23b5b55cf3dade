//! Private keys in PEM, whole or on one line with `\n` in it, and Google's service-account files that hold one.

use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::place::lowered;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Mask, Reach, Rule, mentions};

const PEM: Rule = Rule {
    severity: Severity::Critical,
    literals: &[
        "-----BEGIN PRIVATE KEY",
        "-----BEGIN RSA PRIVATE KEY",
        "-----BEGIN EC PRIVATE KEY",
        "-----BEGIN DSA PRIVATE KEY",
        "-----BEGIN OPENSSH PRIVATE KEY",
        "-----BEGIN ENCRYPTED PRIVATE KEY",
        "-----BEGIN PGP PRIVATE KEY",
        "-----BEGIN ECDSA PRIVATE KEY",
        "-----BEGIN ED25519 PRIVATE KEY",
        "-----BEGIN ANY PRIVATE KEY",
        "-----BEGIN RSA ENCRYPTED PRIVATE KEY",
    ],
    // The body has no dash, so the first END closes it; quotes, commas and plus signs are those of source code.
    // One that nothing closes is told by the line behind its frame.
    pattern: r#"-----BEGIN (?:[A-Z0-9]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:((?:(?:\\r|\\n|\s)*(?:Proc-Type|DEK-Info|Version|Comment): [^\n\\]{1,100})*[A-Za-z0-9+/=\s\\"',]{64,})-----END |(?:\\+[nr]|[\s"'+,#>*|])*(?:(?:Proc-Type|DEK-Info|Version|Comment): [^\n\\]{1,100}(?:\\+[nr]|[\s"'+,#>*|])+)*[A-Za-z0-9+/=]{40,})"#,
    charset: Charset::Open,
    mask: Mask::Frame,
    reach: Reach::From(14_000),
    looks: NEIGHBOURHOOD,
    ..Rule::TOKEN
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "google-service-account",
        kind: "Google service-account key",
        provider: "Google Cloud",
        rotate: "console.cloud.google.com › IAM › Service accounts › Keys",
        judge: service_account,
        ..PEM
    },
    Rule {
        id: "private-key",
        kind: "private key",
        provider: "its issuer",
        rotate: "make a new pair where the public half is registered, then remove the old one there",
        judge: private_key,
        ..PEM
    },
    Rule {
        id: "putty-private-key",
        kind: "private key in PuTTY's form",
        provider: "its issuer",
        severity: Severity::Critical,
        rotate: "make a new pair where the public half is registered, then remove the old one there",
        literals: &["PuTTY-User-Key-File-"],
        pattern: r"PuTTY-User-Key-File-[0-9]: [^\n]{3,40}\n(?:[^\n]{0,120}\n){1,60}?Private-Lines: [0-9]{1,3}\r?\n[A-Za-z0-9+/=]{40,80}",
        charset: Charset::Open,
        mask: Mask::Frame,
        reach: Reach::From(6000),
        ..Rule::TOKEN
    },
    Rule {
        id: "age-secret-key",
        kind: "key that decrypts what age or SOPS encrypted",
        provider: "the app itself",
        severity: Severity::Critical,
        rotate: "make a new identity, encrypt everything for it again, and replace what the old one could read",
        literals: &["AGE-SECRET-KEY-1"],
        pattern: "AGE-SECRET-KEY-1[0-9A-Z]{58}",
        ..Rule::TOKEN
    },
];

/// How far from the key the rest of a service-account file is.
const NEIGHBOURHOOD: usize = 4096;

fn service_account(candidate: &Candidate<'_>) -> Option<Judged> {
    let near = String::from_utf8_lossy(candidate.around(NEIGHBOURHOOD, NEIGHBOURHOOD));
    let (before, _) = near.split_once(".iam.gserviceaccount.com")?;
    if !near.contains("service_account") && !near.contains("client_email") {
        return None;
    }
    let project = before.rsplit('@').next().filter(|it| it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    private_key(candidate).map(|judged| judged.belongs_to(project.map(str::to_owned)))
}

fn private_key(candidate: &Candidate<'_>) -> Option<Judged> {
    if candidate.value().starts_with(b"-----BEGIN ") {
        let line = candidate.value().rsplit(|byte| !Charset::Base64.has(*byte)).next()?;
        let random = entropy::bits(line) >= 3.0 && entropy::looks_random(line);
        return random.then(|| candidate.kept().confidence(Confidence::Contextual));
    }
    let body = body(candidate.value());
    if body.len() < 64 {
        return None;
    }
    let header = candidate.around(40, 0);
    let locked = mentions(header, &["encrypted private key"]) || mentions(candidate.value(), &["encrypted"]);
    let opens = proof::base64(&body).is_some_and(|bytes| proof::is_private_key(&bytes));
    let pgp = mentions(header, &["pgp private key"]);
    let judged = candidate.kept().identity(body);
    Some(match (locked, opens || pgp) {
        (true, _) => judged.severity(lowered(candidate.rule.severity)),
        (false, true) => judged,
        // The right frame around something that is no key: a sample, or one that was cut.
        (false, false) => judged.confidence(Confidence::Contextual),
    })
}

/// The base64 between the frame, without what source code, env files and PEM headers put between its lines.
fn body(value: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(value.len());
    let text = String::from_utf8_lossy(value).replace("\\r", "\n").replace("\\n", "\n");
    // Source code joins quoted lines with a plus sign, which is also a digit of base64.
    let pieces = text.split(['"', '\'']).filter(|piece| !matches!(piece.trim(), "+" | "," | ""));
    for line in pieces.flat_map(str::lines).filter(|line| !line.contains(": ")) {
        body.extend(line.bytes());
    }
    body.retain(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    body
}
