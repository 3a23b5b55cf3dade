//! Sign-in. Clerk and WorkOS share a prefix with Stripe; what is decodable or stands near tells them apart.

use super::context::{BESIDE, beside_its_name, lead, near};
use super::names;
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "workos-secret",
        kind: "WorkOS API key",
        provider: "WorkOS",
        severity: Severity::Critical,
        rotate: "dashboard.workos.com › API keys",
        literals: &["sk_live_a2V5X", "sk_test_a2V5X"],
        pattern: "sk_(?:live|test)_a2V5X[A-Za-z0-9+/=]{20,200}",
        charset: Charset::Base64,
        judge: |it| Some(test_mode(it)),
        ..Rule::TOKEN
    },
    Rule {
        id: "clerk-secret",
        kind: "Clerk secret key",
        provider: "Clerk",
        severity: Severity::Critical,
        rotate: "dashboard.clerk.com › API keys",
        literals: &["sk_live_", "sk_test_"],
        pattern: "sk_(?:live|test)_[A-Za-z0-9]{32,64}",
        judge: clerk_near,
        ..Rule::TOKEN
    },
    Rule {
        id: "clerk-publishable",
        kind: "Clerk publishable key",
        provider: "Clerk",
        harmless: "it is the address of the app's sign-in, in base64",
        literals: &["pk_live_", "pk_test_"],
        pattern: "pk_(?:live|test)_[A-Za-z0-9+/]{16,200}={0,2}",
        charset: Charset::Base64,
        judge: names_a_host,
        ..Rule::PUBLIC
    },
    Rule {
        id: "clerk-machine-key",
        kind: "Clerk key of a machine or of an app",
        provider: "Clerk",
        rotate: "dashboard.clerk.com › API keys",
        literals: &["ak_", "mt_", "oat_"],
        pattern: "(?:ak|mt|oat)_[A-Za-z0-9]{20,80}",
        charset: Charset::Base64Url,
        confidence: Confidence::Contextual,
        judge: |it| (mentions(it.around(240, 120), &["clerk"]) && entropy::looks_random(it.value())).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "auth0-client-secret",
        kind: "Auth0 client secret",
        provider: "Auth0",
        severity: Severity::Critical,
        rotate: "manage.auth0.com › Applications › the application › Rotate secret",
        literals: &["auth0", "AUTH0", "Auth0"],
        pattern: near!("[A-Za-z0-9_-]{48,128}"),
        reach: BESIDE,
        charset: Charset::Open,
        confidence: Confidence::Contextual,
        entropy: 3.8,
        judge: |it| {
            let of_the_id = names::is_about(&names::words(&names::before(lead(it, 160))));
            if of_the_id { None } else { beside_its_name(it) }
        },
        ..Rule::TOKEN
    },
];

fn test_mode(candidate: &Candidate<'_>) -> Judged {
    let test = candidate.words().starts_with("sk_test_");
    if test { candidate.kept().severity(Severity::Medium) } else { candidate.kept() }
}

fn clerk_near(candidate: &Candidate<'_>) -> Option<Judged> {
    if mentions(candidate.line_before(120), &["stripe"]) {
        return None;
    }
    mentions(candidate.around(240, 120), &["clerk"]).then(|| test_mode(candidate))
}

/// Clerk's publishable key is the base64 of its host and a dollar sign.
fn names_a_host(candidate: &Candidate<'_>) -> Option<Judged> {
    let host = proof::base64(candidate.value().get(8..)?)?;
    let fits = host.ends_with(b"$") && host.contains(&b'.') && host.is_ascii();
    fits.then(|| candidate.kept().confidence(Confidence::Proven))
}
