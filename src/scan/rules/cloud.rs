//! Clouds, databases and observability: the data of all users, and the machines that hold it.

use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Mask, Reach, Rule};

mod database;

const AWS_ID: Rule = Rule {
    provider: "AWS",
    literals: &["AKIA", "ASIA", "ABIA", "ACCA"],
    pattern: "A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}",
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
        id: "google-oauth-client-secret",
        kind: "Google OAuth client secret",
        provider: "Google",
        severity: Severity::Medium,
        rotate: "console.cloud.google.com › APIs › Credentials",
        literals: &["GOCSPX-"],
        pattern: "GOCSPX-[A-Za-z0-9_-]{28}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "sentry-organisation-token",
        kind: "Sentry organisation token",
        provider: "Sentry",
        rotate: "sentry.io › Settings › Auth tokens",
        literals: &["sntrys_"],
        pattern: "sntrys_[A-Za-z0-9+/=]{40,600}_[A-Za-z0-9+/]{43}",
        charset: Charset::Base64,
        reach: Reach::From(800),
        judge: sentry,
        ..Rule::TOKEN
    },
    Rule {
        id: "sentry-user-token",
        kind: "Sentry user token",
        provider: "Sentry",
        rotate: "sentry.io/settings/account/api/auth-tokens",
        literals: &["sntryu_"],
        pattern: "sntryu_[0-9a-f]{64}",
        ..Rule::TOKEN
    },
    Rule {
        id: "sentry-dsn",
        kind: "Sentry DSN",
        provider: "Sentry",
        literals: &[".sentry.io/"],
        pattern: r"https://[0-9a-f]{32}@o[0-9]{1,20}\.ingest(?:\.[a-z]{2})?\.sentry\.io/[0-9]{1,20}",
        reach: Reach::File,
        ..Rule::PUBLIC
    },
    Rule {
        id: "posthog-personal",
        kind: "PostHog personal key",
        provider: "PostHog",
        rotate: "posthog.com › Settings › Personal API keys",
        literals: &["phx_"],
        pattern: "phx_[A-Za-z0-9]{41,49}",
        ..Rule::TOKEN
    },
    Rule {
        id: "posthog-project",
        kind: "PostHog project key",
        provider: "PostHog",
        literals: &["phc_"],
        pattern: "phc_[A-Za-z0-9]{41,49}",
        ..Rule::PUBLIC
    },
    Rule {
        id: "neon",
        kind: "Neon API key",
        provider: "Neon",
        severity: Severity::Critical,
        rotate: "console.neon.tech › Account settings › API keys",
        literals: &["napi_"],
        pattern: "napi_[A-Za-z0-9]{64}",
        ..Rule::TOKEN
    },
    Rule {
        id: "planetscale",
        kind: "PlanetScale password or token",
        provider: "PlanetScale",
        severity: Severity::Critical,
        rotate: "app.planetscale.com › Settings",
        literals: &["pscale_pw_", "pscale_tkn_", "pscale_oauth_"],
        pattern: r"pscale_(?:pw|tkn|oauth)_[A-Za-z0-9_=.-]{32,64}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
];

/// Bytes before and after an id in which its secret is looked for, and lines.
const NEIGHBOURHOOD: usize = 600;
const LINES: usize = 5;

fn aws_pair(candidate: &Candidate<'_>) -> Option<Judged> {
    let at = aws_secret_near(candidate)?;
    Some(candidate.kept().belongs_to(proof::aws_account(candidate.value())).at(at))
}

fn aws_alone(candidate: &Candidate<'_>) -> Option<Judged> {
    aws_secret_near(candidate).is_none().then(|| candidate.kept().belongs_to(proof::aws_account(candidate.value())))
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
        if piece.len() == 40 && !digest && entropy::bits(piece) > 4.25 {
            return Some(at..at + 40);
        }
    }
    None
}

/// The middle is base64 of an object that names the region's address.
fn sentry(candidate: &Candidate<'_>) -> Option<Judged> {
    let middle = candidate.words().get(7..)?.rsplit_once('_')?.0;
    let claims: serde_json::Value = serde_json::from_slice(&proof::base64(middle.as_bytes())?).ok()?;
    claims.get("region_url")?;
    let organisation = claims.get("org").and_then(serde_json::Value::as_str).map(str::to_owned);
    Some(candidate.kept().confidence(Confidence::Proven).belongs_to(organisation))
}
