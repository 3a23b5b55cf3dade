//! AWS and addresses of databases: the machines of an app, and the data of all its users.

use super::context::{BESIDE, is_told_harmless, named, near, stands_alone};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Mask, Reach, Rule, mentions};

pub(super) mod canary;
mod database;

const AWS_ID: Rule = Rule {
    provider: "AWS",
    literals: &["AKIA", "ASIA", "ABIA", "ACCA"],
    // The digits 0, 1, 8 and 9 are not of the alphabet: what has one is less sure.
    pattern: "A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}",
    rotate: "AWS console › IAM › Security credentials",
    ..Rule::TOKEN
};
const DATABASE: Rule = Rule {
    severity: Severity::Critical,
    literals: database::SCHEMES,
    pattern: database::PATTERN,
    charset: Charset::Open,
    mask: Mask::Address,
    entropy: 0.0,
    ..Rule::TOKEN
};

pub(super) const RULES: &[Rule] = &[
    Rule { id: "aws-secret-key", kind: "AWS access key", severity: Severity::Critical, judge: aws_pair, ..AWS_ID },
    Rule {
        id: "aws-key-id",
        kind: "AWS access key id without its secret",
        severity: Severity::Low,
        confidence: Confidence::Contextual,
        judge: aws_alone,
        ..AWS_ID
    },
    Rule {
        id: "supabase-database-url",
        kind: "Supabase database address with its password",
        provider: "Supabase",
        rotate: "Supabase dashboard › Settings › Database › Reset password",
        judge: database::of_supabase,
        ..DATABASE
    },
    Rule {
        id: "database-url",
        kind: "database address with its password",
        provider: "the database's host",
        rotate: "change the password at the database's host",
        judge: database::with_password,
        ..DATABASE
    },
    Rule {
        id: "aws-bedrock-key",
        kind: "AWS Bedrock API key",
        provider: "AWS",
        rotate: "AWS console › IAM › the user › Security credentials › API keys for Bedrock",
        literals: &["ABSK", "bedrock-api-key-"],
        pattern: "(?:ABSK[A-Za-z0-9+/]{100,280}={0,2}|bedrock-api-key-[A-Za-z0-9+/=_-]{28,4000})",
        charset: Charset::Base64,
        reach: Reach::From(4096),
        judge: bedrock,
        ..Rule::TOKEN
    },
    Rule {
        id: "aws-secret-key-named",
        kind: "AWS secret key",
        provider: "AWS",
        severity: Severity::Critical,
        rotate: AWS_ID.rotate,
        literals: &[
            "aws",
            "AWS",
            "Aws",
            "amazon",
            "AMAZON",
            "Amazon",
            "secret_access_key",
            "SECRET_ACCESS_KEY",
            "secretAccessKey",
            "SecretAccessKey",
            "S3_SECRET",
            "s3_secret",
            "s3Secret",
        ],
        pattern: near!("[A-Za-z0-9/+]{40}"),
        reach: BESIDE,
        charset: Charset::Open,
        confidence: Confidence::Contextual,
        entropy: 4.25,
        judge: aws_named,
        ..Rule::TOKEN
    },
    Rule {
        id: "aws-session-token",
        kind: "AWS session token",
        provider: "AWS",
        rotate: "it expires; find out who wrote it there",
        literals: &[
            "SESSION_TOKEN",
            "session_token",
            "session-token",
            "session.token",
            "sessionToken",
            "SessionToken",
            "SECURITY_TOKEN",
            "security_token",
            "security-token",
            "Security-Token",
            "IQoJb3JpZ2lu",
            "FwoGZXIvYXdz",
            "FQoGZXIvYXdz",
        ],
        // A token begins with the base64 of where it came from, which tells it without a name.
        pattern: concat!(
            named!("(?i:session[._-]?token|security[_-]?token)", "[A-Za-z0-9+/]{100,2048}={0,2}"),
            "|(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/]{100,2048}={0,2}"
        ),
        charset: Charset::Open,
        reach: Reach::From(2400),
        confidence: Confidence::Contextual,
        entropy: 4.5,
        judge: |it| {
            let aws = mentions(it.around(600, 100), &["aws", "asia"])
                || it.value().starts_with(b"IQoJ")
                || it.value().starts_with(b"FwoG")
                || it.value().starts_with(b"FQoG");
            aws.then(|| it.kept())
        },
        ..Rule::TOKEN
    },
];

/// The short-lived ones are base64 of a request, which begins with the name of the service.
fn bedrock(candidate: &Candidate<'_>) -> Option<Judged> {
    let Some(request) = candidate.words().strip_prefix("bedrock-api-key-") else { return Some(candidate.kept()) };
    let request = proof::base64url(request.as_bytes()).or_else(|| proof::base64(request.as_bytes()))?;
    request.starts_with(b"bedrock.amazonaws.com").then(|| candidate.kept())
}

/// Bytes before and after an id in which its secret is looked for, and lines.
const NEIGHBOURHOOD: usize = 600;
const LINES: usize = 5;

fn aws_pair(candidate: &Candidate<'_>) -> Option<Judged> {
    let at = aws_secret_near(candidate)?;
    let judged = if is_base32(candidate) { candidate.kept() } else { candidate.kept().confidence(Confidence::Contextual) };
    Some(judged.belongs_to(proof::aws_account(candidate.value())).at(at))
}

fn is_base32(candidate: &Candidate<'_>) -> bool {
    candidate.value().iter().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(byte))
}

fn aws_alone(candidate: &Candidate<'_>) -> Option<Judged> {
    let fits = is_base32(candidate) || entropy::looks_random(candidate.value());
    (fits && aws_secret_near(candidate).is_none()).then(|| candidate.kept().belongs_to(proof::aws_account(candidate.value())))
}

/// Forty characters, random enough, not a digest, within five lines of the id (§2.5).
fn aws_secret_near(candidate: &Candidate<'_>) -> Option<std::ops::Range<usize>> {
    if candidate.value().ends_with(b"EXAMPLE") {
        return None;
    }
    let end = candidate.at.end;
    let after = candidate.text.get(end..candidate.text.len().min(end + NEIGHBOURHOOD)).unwrap_or_default();
    let first = candidate.at.start.saturating_sub(NEIGHBOURHOOD);
    let before = candidate.text.get(first..candidate.at.start).unwrap_or_default();
    let after = lines_end(after);
    let before_from = before.len() - lines_end(&before.iter().rev().copied().collect::<Vec<_>>());
    forty(candidate.text, end..end + after).or_else(|| forty(candidate.text, first + before_from..candidate.at.start))
}

/// Where the fifth line ends.
fn lines_end(text: &[u8]) -> usize {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).nth(LINES).unwrap_or(text.len())
}

fn forty(text: &[u8], range: std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
    let part = text.get(range.clone())?;
    let mut from = range.start;
    for piece in part.split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'))) {
        let at = from;
        from += piece.len() + 1;
        let digest = piece.iter().all(u8::is_ascii_hexdigit);
        if piece.len() == 40 && !digest && entropy::bits(piece) > 4.25 && !is_documented_secret(piece) {
            return Some(at..at + 40);
        }
    }
    None
}

/// The secret of Amazon's documents, of which people change the end.
fn is_documented_secret(value: &[u8]) -> bool {
    value.starts_with(b"wJalrXUtnFEMI/K7MDENG/")
}

/// Under a name that says `secret` or `access key`; not a digest, and no path.
fn aws_named(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.value();
    let digest = value.iter().all(u8::is_ascii_hexdigit);
    let slashes = value.split(|byte| *byte == b'/').count() - 1;
    let told = mentions(candidate.around(120, 0), &["secret", "access_key", "accesskey", "access-key", "aws_key", "awskey"]);
    let fits = told && !digest && slashes < 6 && entropy::looks_random(value) && stands_alone(candidate, Charset::Base64);
    (fits && !is_documented_secret(value) && !is_told_harmless(candidate)).then(|| candidate.kept())
}
