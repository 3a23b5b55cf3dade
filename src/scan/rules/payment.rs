//! Payment: whoever has one of these moves the client's money, or reads who paid.

use crate::domain::Severity;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule};

pub(super) const RULES: &[Rule] = &[
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
        id: "stripe-organization",
        kind: "Stripe organization key",
        provider: "Stripe",
        severity: Severity::Critical,
        rotate: "dashboard.stripe.com › the organization › API keys",
        literals: &["sk_org_"],
        pattern: "sk_org_(?:live_|test_)?[A-Za-z0-9]{20,247}",
        ..Rule::TOKEN
    },
    Rule {
        id: "stripe-like-secret",
        kind: "secret key in the form of Stripe's",
        provider: "Stripe or one who writes keys as Stripe does",
        rotate: "the provider that the setting beside it names",
        literals: &["sk_prod_", "rk_prod_"],
        pattern: "[sr]k_prod_[A-Za-z0-9]{16,247}",
        confidence: Confidence::Contextual,
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
        pattern: "whsec_[A-Za-z0-9+/_-]{32,100}={0,2}",
        charset: Charset::Base64,
        ..Rule::TOKEN
    },
    Rule {
        id: "paddle",
        kind: "Paddle API key",
        provider: "Paddle",
        rotate: "vendors.paddle.com › Developer tools › Authentication",
        literals: &["pdl_live_apikey_", "pdl_sdbx_apikey_"],
        pattern: "pdl_(?:live|sdbx)_apikey_[A-Za-z0-9]{20,32}_[A-Za-z0-9]{16,32}_[A-Za-z0-9]{2,6}",
        judge: |it| Some(if it.value().starts_with(b"pdl_sdbx") { it.kept().severity(Severity::Medium) } else { it.kept() }),
        ..Rule::TOKEN
    },
    Rule {
        id: "polar",
        kind: "Polar access token",
        provider: "Polar",
        rotate: "polar.sh › the organization › Settings › Developers",
        literals: &["polar_"],
        pattern: "polar_(?:oat|pat|at(?:_[uo])?|rt(?:_[uo])?|cs|ci|whs|cst)_[A-Za-z0-9_-]{24,80}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "stripe-client-secret",
        kind: "client secret of one Stripe payment",
        provider: "Stripe",
        harmless: "the payer's browser needs it to finish that one payment; it opens nothing else",
        literals: &["_secret_"],
        pattern: "_secret_[A-Za-z0-9]{12,64}",
        charset: Charset::Open,
        judge: client_secret,
        ..Rule::PUBLIC
    },
    Rule {
        id: "stripe-publishable",
        kind: "Stripe publishable key",
        provider: "Stripe",
        harmless: "browsers need it to hand card data to Stripe; it cannot read or charge",
        literals: &["pk_live_", "pk_test_"],
        pattern: "pk_(?:live|test)_[A-Za-z0-9]{16,247}",
        ..Rule::PUBLIC
    },
];

/// The key that Stripe's documents show to everybody.
fn not_the_documented_one(candidate: &Candidate<'_>) -> Option<Judged> {
    (!candidate.words().contains("_4eC39HqLy")).then(|| candidate.kept())
}

/// `pi_` or `seti_` and the payment's own name stand before it.
fn client_secret(candidate: &Candidate<'_>) -> Option<Judged> {
    let before = candidate.text.get(candidate.at.start.saturating_sub(48)..candidate.at.start)?;
    let taken = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let head = before.get(before.len() - taken..)?;
    let fits = head.starts_with(b"pi_") || head.starts_with(b"seti_");
    fits.then(|| candidate.kept().at(candidate.at.start - taken..candidate.at.end))
}
