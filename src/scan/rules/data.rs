//! Hosted databases, queues and jobs: what small apps keep their data in, and what works through it at night.

use super::context::{BESIDE, beside_its_name, lead, near};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};
use serde_json::Value;

const BY_NAME: Rule = Rule { charset: Charset::Open, confidence: Confidence::Contextual, entropy: 3.2, ..Rule::TOKEN };

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "neon",
        kind: "Neon API key",
        provider: "Neon",
        severity: Severity::Critical,
        rotate: "console.neon.tech › Account settings › API keys",
        literals: &["napi_"],
        pattern: "napi_[A-Za-z0-9]{64,80}",
        lengths: &[69],
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
    Rule {
        id: "neon-role-password",
        kind: "password of a Neon database role",
        provider: "Neon",
        severity: Severity::Critical,
        rotate: "console.neon.tech › the branch › Roles › Reset password",
        literals: &["npg_"],
        pattern: "npg_[A-Za-z0-9]{10,24}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "qstash-token",
        kind: "Upstash QStash token",
        provider: "Upstash",
        rotate: "console.upstash.com › QStash",
        literals: &["eyJVc2VySUQi"],
        pattern: "eyJVc2VySUQi[A-Za-z0-9+/_-]{24,300}={0,2}",
        charset: Charset::Base64Url,
        judge: |it| Some(qstash(it)),
        ..Rule::TOKEN
    },
    Rule {
        id: "qstash-signing-key",
        kind: "Upstash QStash signing key",
        provider: "Upstash",
        rotate: "console.upstash.com › QStash › Roll keys",
        literals: &["sig_"],
        pattern: "sig_[A-Za-z0-9]{20,48}",
        charset: Charset::Base64Url,
        judge: |it| {
            let told = mentions(it.around(200, 100), &["qstash", "signing_key", "upstash"]);
            (told || entropy::looks_random(it.value()))
                .then(|| if told { it.kept() } else { it.kept().confidence(Confidence::Contextual) })
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "upstash-rest-token",
        kind: "Upstash Redis REST token",
        provider: "Upstash",
        rotate: "console.upstash.com › the database › Reset credentials",
        literals: &["UPSTASH", "upstash", "Upstash", "KV_REST_API"],
        pattern: near!("[A-Za-z0-9_-]{36,120}={0,2}"),
        reach: BESIDE,
        judge: upstash,
        ..BY_NAME
    },
    Rule {
        id: "convex-deploy-key",
        kind: "Convex deploy key",
        provider: "Convex",
        severity: Severity::Critical,
        rotate: "dashboard.convex.dev › the deployment › Settings › Deploy keys",
        literals: &["prod:", "dev:", "preview:", "project:"],
        pattern: r"(?:prod|dev|preview|project):[A-Za-z0-9:_-]{3,60}\|[A-Za-z0-9+/=_-]{24,300}",
        charset: Charset::Base64,
        judge: |it| entropy::looks_random(it.value()).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "inngest-signing-key",
        kind: "Inngest signing key",
        provider: "Inngest",
        rotate: "app.inngest.com › the environment › Signing keys",
        literals: &["signkey-"],
        pattern: "signkey-[a-z]{2,16}-[0-9a-f]{32,128}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "inngest-event-key",
        kind: "Inngest event key",
        provider: "Inngest",
        severity: Severity::Medium,
        rotate: "app.inngest.com › the environment › Event keys",
        literals: &["INNGEST", "inngest", "Inngest"],
        pattern: near!("[A-Za-z0-9_-]{24,128}"),
        reach: BESIDE,
        judge: |it| mentions(lead(it, 80), &["event"]).then(|| beside_its_name(it)).flatten(),
        ..BY_NAME
    },
    Rule {
        id: "trigger-dev-account",
        kind: "Trigger.dev token of a whole account",
        provider: "Trigger.dev",
        severity: Severity::Critical,
        rotate: "cloud.trigger.dev › Account › Personal access tokens",
        literals: &["tr_pat_"],
        pattern: "tr_pat_[A-Za-z0-9]{16,64}",
        ..Rule::TOKEN
    },
    Rule {
        id: "trigger-dev",
        kind: "Trigger.dev key",
        provider: "Trigger.dev",
        rotate: "cloud.trigger.dev › the project › API keys",
        literals: &["tr_dev_", "tr_stg_", "tr_prod_", "tr_preview_"],
        pattern: "tr_(?:dev|stg|prod|preview)_[A-Za-z0-9]{16,48}",
        judge: |it| Some(if it.value().starts_with(b"tr_dev_") { it.kept().severity(Severity::Medium) } else { it.kept() }),
        ..Rule::TOKEN
    },
    Rule {
        id: "turso-platform-token",
        kind: "Turso token",
        provider: "Turso",
        rotate: "turso auth api-tokens revoke NAME",
        literals: &["TURSO", "turso"],
        pattern: near!("[A-Za-z0-9_-]{32,200}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
];

/// The token is base64 of an object that names the user and holds the password.
fn qstash(candidate: &Candidate<'_>) -> Judged {
    let claims: Option<Value> = proof::base64(candidate.value()).and_then(|it| serde_json::from_slice(&it).ok());
    let whole = claims.is_some_and(|it| it.get("UserID").is_some() && it.get("Password").is_some());
    candidate.kept().confidence(if whole { Confidence::Proven } else { Confidence::Contextual })
}

/// Half of a pair: sure where the address stands near.
fn upstash(candidate: &Candidate<'_>) -> Option<Judged> {
    let judged = beside_its_name(candidate)?;
    let both_cases = candidate.value().iter().any(u8::is_ascii_uppercase) && candidate.value().iter().any(u8::is_ascii_lowercase);
    let pair = both_cases && mentions(candidate.around(400, 400), &[".upstash.io"]);
    Some(if pair { judged.confidence(Confidence::Strong) } else { judged })
}
