//! Payment and sign-in. Stripe, Clerk and WorkOS share a prefix; what is decodable or stands near tells them apart.

use crate::domain::Severity;
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
        id: "stripe-secret-live",
        kind: "Stripe live secret key",
        provider: "Stripe",
        severity: Severity::Critical,
        rotate: "dashboard.stripe.com/apikeys",
        literals: &["sk_live_"],
        pattern: "sk_live_(?:[A-Za-z0-9]{65,247}|[A-Za-z0-9]{24})",
        ..Rule::TOKEN
    },
    Rule {
        id: "stripe-or-clerk-secret",
        kind: "live secret key of Stripe or Clerk",
        provider: "Stripe or Clerk",
        severity: Severity::Critical,
        rotate: "dashboard.stripe.com/apikeys or dashboard.clerk.com › API keys",
        literals: &["sk_live_"],
        pattern: "sk_live_[A-Za-z0-9]{16,64}",
        ..Rule::TOKEN
    },
    Rule {
        id: "stripe-restricted-live",
        kind: "Stripe live restricted key",
        provider: "Stripe",
        rotate: "dashboard.stripe.com/apikeys",
        literals: &["rk_live_"],
        pattern: "rk_live_[A-Za-z0-9]{16,247}",
        ..Rule::TOKEN
    },
    Rule {
        id: "stripe-secret-test",
        kind: "Stripe or Clerk test key",
        provider: "Stripe or Clerk",
        severity: Severity::Medium,
        rotate: "dashboard.stripe.com/test/apikeys or dashboard.clerk.com › API keys",
        literals: &["sk_test_", "rk_test_"],
        pattern: "[sr]k_test_[A-Za-z0-9]{16,247}",
        judge: not_the_documented_one,
        ..Rule::TOKEN
    },
    Rule {
        id: "webhook-signing-secret",
        kind: "webhook signing secret",
        provider: "Stripe, Clerk, Resend or Supabase",
        rotate: "the page of that webhook endpoint at the provider",
        literals: &["whsec_"],
        pattern: "whsec_[A-Za-z0-9+/]{32,100}={0,2}",
        charset: Charset::Base64,
        ..Rule::TOKEN
    },
    Rule {
        id: "clerk-publishable",
        kind: "Clerk publishable key",
        provider: "Clerk",
        literals: &["pk_live_", "pk_test_"],
        pattern: "pk_(?:live|test)_[A-Za-z0-9+/]{16,200}={0,2}",
        charset: Charset::Base64,
        judge: names_a_host,
        ..Rule::PUBLIC
    },
    Rule {
        id: "stripe-publishable",
        kind: "Stripe publishable key",
        provider: "Stripe",
        literals: &["pk_live_", "pk_test_"],
        pattern: "pk_(?:live|test)_[A-Za-z0-9]{16,247}",
        ..Rule::PUBLIC
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

/// The key that Stripe's documents show to everybody.
fn not_the_documented_one(candidate: &Candidate<'_>) -> Option<Judged> {
    (!candidate.words().contains("_4eC39HqLy")).then(|| candidate.kept())
}

/// Clerk's publishable key is the base64 of its host and a dollar sign.
fn names_a_host(candidate: &Candidate<'_>) -> Option<Judged> {
    let host = proof::base64(candidate.value().get(8..)?)?;
    let fits = host.ends_with(b"$") && host.contains(&b'.') && host.is_ascii();
    fits.then(|| candidate.kept().confidence(Confidence::Proven))
}
