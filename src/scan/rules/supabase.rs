//! Supabase's keys of the new kind, account tokens and database addresses. The old keys are tokens with claims: see `jwt`.

use super::context::{named, places};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::proof::{self, supabase_checksum};
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};
use serde_json::Value;

const LOCAL: Rule = Rule {
    provider: "Supabase",
    harmless: "the command line gives the same one to everybody for local development; it is dangerous only if a deployed project uses it",
    ..Rule::PUBLIC
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "supabase-local-key",
        kind: "key of Supabase's local development server",
        literals: &["sb_secret_N7UND0", "sb_publishable_ACJWlz"],
        pattern: "sb_(?:secret|publishable)_[A-Za-z0-9_-]{20,40}",
        charset: Charset::Base64Url,
        ..LOCAL
    },
    Rule {
        id: "supabase-local-jwt-secret",
        kind: "JWT secret of Supabase's local development server",
        literals: &["super-secret-jwt-token-with-at-least"],
        pattern: "super-secret-jwt-token-with-at-least-32-characters-long",
        charset: Charset::Base64Url,
        // It reads like a stand-in, and is one that servers really run with.
        confidence: Confidence::Proven,
        ..LOCAL
    },
    Rule {
        id: "supabase-secret-key",
        kind: "Supabase secret key",
        provider: "Supabase",
        severity: Severity::Critical,
        rotate: "Supabase dashboard › Settings › API keys",
        literals: &["sb_secret_"],
        pattern: "sb_secret_[A-Za-z0-9_-]{24,64}",
        lengths: &[41],
        charset: Charset::Base64Url,
        entropy: 3.5,
        judge: bound_to_project,
        looks: NEIGHBOURHOOD,
        ..Rule::TOKEN
    },
    Rule {
        id: "supabase-publishable-key",
        kind: "Supabase publishable key",
        provider: "Supabase",
        harmless: "browsers need it; what it may do is decided by row-level security: see that every table has it",
        literals: &["sb_publishable_"],
        pattern: "sb_publishable_[A-Za-z0-9_-]{24,64}",
        lengths: &[46],
        charset: Charset::Base64Url,
        judge: bound_to_project,
        looks: NEIGHBOURHOOD,
        ..Rule::PUBLIC
    },
    Rule {
        id: "supabase-access-token",
        kind: "Supabase account token",
        provider: "Supabase",
        severity: Severity::Critical,
        rotate: "supabase.com/dashboard/account/tokens",
        literals: &["sbp_"],
        pattern: "sbp_(?:oauth_|v0_)?[0-9a-z]{40}",
        judge: |it| {
            let digits = it.value().rsplit(|byte| *byte == b'_').next().unwrap_or_default();
            let hexadecimal = digits.iter().all(u8::is_ascii_hexdigit);
            Some(if hexadecimal { it.kept() } else { it.kept().confidence(Confidence::Contextual) })
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "supabase-jwt-secret",
        kind: "Supabase JWT secret, which makes anybody a user or an administrator",
        provider: "Supabase",
        severity: Severity::Critical,
        rotate: "Supabase dashboard › Settings › JWT keys: rotate the signing key and revoke the old one",
        literals: &["JWT_SECRET", "jwt_secret", "jwtSecret", "JwtSecret", "JWT_KEY", "jwt-secret", "SIGNING_SECRET"],
        pattern: named!("(?i:jwt[_-]?secret)|JWT_KEY|SIGNING_SECRET", "[A-Za-z0-9+/=_!@#%^&*.~-]{16,200}"),
        charset: Charset::Open,
        judge: jwt_secret,
        looks: NEIGHBOURHOOD,
        ..Rule::TOKEN
    },
];

/// How far from a key its project's address is looked for.
const NEIGHBOURHOOD: usize = 16 * 1024;

/// The checksum of a key agrees with one project only: one that the app names, or one whose address stands near.
fn bound_to_project(candidate: &Candidate<'_>) -> Option<Judged> {
    if !candidate.has_usual_length() {
        return entropy::looks_random(candidate.value()).then(|| candidate.kept());
    }
    let value = candidate.words();
    let (key, sum) = (value.get(..value.len().checked_sub(9)?)?, value.get(value.len() - 8..)?);
    if !value.get(key.len()..)?.starts_with('_') {
        return Some(candidate.kept().confidence(Confidence::Contextual));
    }
    let near = candidate.around(NEIGHBOURHOOD, NEIGHBOURHOOD);
    let known = candidate.projects.iter().map(|it| it.as_str().to_owned());
    let owner = known.chain(projects_in(near)).find(|reference| supabase_checksum(reference, key) == sum);
    Some(match owner {
        Some(owner) => candidate.kept().confidence(Confidence::Proven).belongs_to(Some(owner)),
        None => candidate.kept(),
    })
}

/// Project references in addresses such as `https://REF.supabase.co`.
fn projects_in(text: &[u8]) -> impl Iterator<Item = String> + '_ {
    let host = b".supabase.co";
    places(text, host).filter_map(|at| {
        let reference = text.get(at.checked_sub(20)?..at)?;
        let fits = reference.iter().all(u8::is_ascii_lowercase);
        fits.then(|| String::from_utf8_lossy(reference).into_owned())
    })
}

/// A key of the old kind near it that was signed with it is proof; else the name has to say whose secret it is, and
/// without that it is the app's own (see `signing-secret`).
fn jwt_secret(candidate: &Candidate<'_>) -> Option<Judged> {
    if let Some(claims) = tokens_in(candidate.around(NEIGHBOURHOOD, NEIGHBOURHOOD)).find_map(|it| signed(it, candidate.value())) {
        if claims.get("iss").and_then(Value::as_str) != Some("supabase") {
            return None;
        }
        let reference = claims.get("ref").and_then(Value::as_str).map(str::to_owned);
        return Some(candidate.kept().confidence(Confidence::Proven).belongs_to(reference));
    }
    let named = mentions(candidate.line_before(80), &["supabase"]) && entropy::looks_random(candidate.value());
    named.then(|| candidate.kept().confidence(Confidence::Contextual))
}

/// Tokens near a secret that are tried against it, at most.
const MOST_TOKENS: usize = 8;

/// Texts in three parts that begin as a token does.
pub(super) fn tokens_in(text: &[u8]) -> impl Iterator<Item = &[u8]> + '_ {
    places(text, b"eyJ")
        .filter_map(|at| {
            let rest = text.get(at..)?;
            let length = rest.iter().position(|byte| !Charset::Base64Url.has(*byte) && *byte != b'.').unwrap_or(rest.len());
            let token = rest.get(..length.min(4096))?;
            (token.split(|byte| *byte == b'.').count() == 3).then_some(token)
        })
        .take(MOST_TOKENS)
}

/// The claims of `token` if `secret` signed it.
pub(super) fn signed(token: &[u8], secret: &[u8]) -> Option<Value> {
    proof::is_signed_with(token, secret).then(|| proof::jwt(token).map(|(_, claims)| claims)).flatten()
}
