//! Code hosts, package registries and hosting: whoever has one of these ships code in the client's name.

use crate::domain::Severity;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "github-classic-token",
        kind: "GitHub personal access token",
        provider: "GitHub",
        severity: Severity::Critical,
        rotate: "github.com/settings/tokens",
        literals: &["ghp_"],
        pattern: "ghp_[A-Za-z0-9]{36}",
        judge: checksum,
        ..Rule::TOKEN
    },
    Rule {
        id: "github-fine-grained-token",
        kind: "GitHub fine-grained token",
        provider: "GitHub",
        severity: Severity::Critical,
        rotate: "github.com/settings/personal-access-tokens",
        literals: &["github_pat_"],
        pattern: "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
        ..Rule::TOKEN
    },
    Rule {
        id: "github-app-user-token",
        kind: "GitHub token of an app for a person",
        provider: "GitHub",
        rotate: "github.com/settings/applications: revoke the app's access",
        literals: &["gho_", "ghu_", "ghr_"],
        pattern: "gh[our]_[A-Za-z0-9]{36,90}",
        judge: checksum,
        ..Rule::TOKEN
    },
    Rule {
        id: "github-installation-token",
        kind: "GitHub token of an app, valid for an hour",
        provider: "GitHub",
        severity: Severity::Low,
        rotate: "it expires by itself; find out who wrote it there",
        literals: &["ghs_"],
        pattern: r"ghs_(?:[0-9]{1,12}_eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}|[A-Za-z0-9]{36})",
        reach: Reach::From(2200),
        judge: installation,
        ..Rule::TOKEN
    },
    Rule {
        id: "npm-token",
        kind: "npm access token",
        provider: "npm",
        severity: Severity::Critical,
        rotate: "npmjs.com › Access tokens",
        literals: &["npm_"],
        pattern: "npm_[A-Za-z0-9]{36}",
        judge: checksum,
        ..Rule::TOKEN
    },
    Rule {
        id: "vercel-token",
        kind: "Vercel token",
        provider: "Vercel",
        severity: Severity::Critical,
        rotate: "vercel.com/account/tokens",
        literals: &["vcp_", "vci_", "vca_", "vcr_", "vck_"],
        pattern: "vc[piark]_[A-Za-z0-9_-]{40,90}",
        charset: Charset::Base64Url,
        judge: |it| Some(if it.value().len() == 60 { it.kept() } else { it.kept().confidence(Confidence::Contextual) }),
        ..Rule::TOKEN
    },
    Rule {
        id: "vercel-token-old",
        kind: "Vercel token",
        provider: "Vercel",
        severity: Severity::Critical,
        rotate: "vercel.com/account/tokens",
        literals: &["VERCEL_TOKEN", "VERCEL_API_TOKEN", "VERCEL_ACCESS_TOKEN"],
        pattern: r#"VERCEL_(?:API_|ACCESS_)?TOKEN["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9]{24})"#,
        confidence: Confidence::Contextual,
        ..Rule::TOKEN
    },
    Rule {
        id: "cloudflare-token",
        kind: "Cloudflare token",
        provider: "Cloudflare",
        severity: Severity::Critical,
        rotate: "dash.cloudflare.com/profile/api-tokens",
        literals: &["cfut_", "cfat_", "cfk_"],
        pattern: "cf(?:ut|at|k)_[A-Za-z0-9_-]{40}[0-9a-f]{8}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
];

/// A token of 36 ends in the checksum of the rest; where it does not agree, somebody made it up (§3.2). Longer ones
/// have no known checksum.
fn checksum(candidate: &Candidate<'_>) -> Option<Judged> {
    let random = candidate.value().get(4..)?;
    Some(match random.len() {
        36 if proof::crc_agrees(random) => candidate.kept().confidence(Confidence::Proven),
        36 => candidate.kept().confidence(Confidence::Weak),
        _ => candidate.kept(),
    })
}

fn installation(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.words();
    let Some(at) = value.find("_eyJ") else { return checksum(candidate) };
    proof::jwt(value.get(at + 1..)?.as_bytes()).map(|_| candidate.kept())
}
