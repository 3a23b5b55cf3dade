//! Code hosts, package registries and hosting: whoever has one of these ships code in the client's name.

use super::context::{BESIDE, beside_its_name, beside_its_name_and_no_digest, named, near, stands_alone};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, Rule, mentions};

const BY_NAME: Rule = Rule { charset: Charset::Open, confidence: Confidence::Contextual, entropy: 3.0, ..Rule::TOKEN };

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
        pattern: "github_pat_[A-Za-z0-9_]{82}",
        lengths: &[93],
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
        pattern: "vc[piark]_[A-Za-z0-9_-]{56,90}",
        charset: Charset::Base64Url,
        lengths: &[60],
        ..Rule::TOKEN
    },
    Rule {
        id: "vercel-blob-token",
        kind: "Vercel blob store token",
        provider: "Vercel",
        rotate: "vercel.com › Storage › the store › Tokens",
        literals: &["vercel_blob_rw_"],
        pattern: "vercel_blob_rw_[A-Za-z0-9]{8,32}_[A-Za-z0-9]{16,64}",
        ..Rule::TOKEN
    },
    Rule {
        id: "vercel-deploy-hook",
        kind: "Vercel deploy hook: any request to it deploys",
        provider: "Vercel",
        severity: Severity::Medium,
        rotate: "vercel.com › the project › Settings › Git › Deploy hooks",
        literals: &["api.vercel.com/v1/integrations/deploy/"],
        pattern: "api\\.vercel\\.com/v1/integrations/deploy/prj_[A-Za-z0-9]{16,48}/[A-Za-z0-9]{8,32}",
        ..Rule::TOKEN
    },
    Rule {
        id: "vercel-protection-bypass",
        kind: "Vercel secret that goes round deployment protection",
        provider: "Vercel",
        severity: Severity::Medium,
        rotate: "vercel.com › the project › Settings › Deployment protection",
        literals: &["VERCEL_AUTOMATION_BYPASS", "vercel-protection-bypass", "VERCEL_PROTECTION_BYPASS", "vercelProtectionBypass"],
        pattern: named!(
            "VERCEL_AUTOMATION_BYPASS|vercel-protection-bypass|VERCEL_PROTECTION_BYPASS|vercelProtectionBypass",
            "[A-Za-z0-9]{32}"
        ),
        judge: alone,
        ..BY_NAME
    },
    Rule {
        id: "vercel-token-old",
        kind: "Vercel token",
        provider: "Vercel",
        severity: Severity::Critical,
        rotate: "vercel.com/account/tokens",
        literals: &["vercel", "VERCEL", "Vercel"],
        pattern: near!("[A-Za-z0-9]{24}"),
        reach: BESIDE,
        judge: beside_its_name_and_no_digest,
        ..BY_NAME
    },
    Rule {
        id: "cloudflare-token",
        kind: "Cloudflare token",
        provider: "Cloudflare",
        severity: Severity::Critical,
        rotate: "dash.cloudflare.com/profile/api-tokens",
        literals: &["cfut_", "cfat_", "cfk_"],
        pattern: "cf(?:ut|at|k)_[A-Za-z0-9_-]{48}",
        charset: Charset::Base64Url,
        // The last eight are a checksum in hexadecimal digits.
        judge: |it| {
            let sum = it.value().get(it.value().len() - 8..)?;
            let fits = sum.iter().all(u8::is_ascii_hexdigit);
            Some(if fits { it.kept() } else { it.kept().confidence(Confidence::Contextual) })
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "cloudflare-origin-ca",
        kind: "Cloudflare origin CA key",
        provider: "Cloudflare",
        rotate: "dash.cloudflare.com/profile/api-tokens",
        literals: &["v1.0-"],
        pattern: r"v1\.0-[0-9a-f]{24}-[0-9a-f]{140,152}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "cloudflare-token-old",
        kind: "Cloudflare token of the old kind",
        provider: "Cloudflare",
        severity: Severity::Critical,
        rotate: "dash.cloudflare.com/profile/api-tokens",
        literals: &["cloudflare", "CLOUDFLARE", "Cloudflare", "CF_", "cf_api", "cfApi"],
        pattern: near!("[A-Za-z0-9_-]{40}"),
        reach: BESIDE,
        judge: cloudflare_old,
        ..BY_NAME
    },
    Rule {
        id: "cloudflare-global-key",
        kind: "Cloudflare global API key",
        provider: "Cloudflare",
        severity: Severity::Critical,
        rotate: "dash.cloudflare.com/profile/api-tokens › Global API key",
        literals: &["cloudflare", "CLOUDFLARE", "Cloudflare", "CF_", "cf_api", "cfApi", "X-Auth-Key", "x-auth-key"],
        pattern: near!("[0-9a-f]{37}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "npm-token-old",
        kind: "npm access token of the old kind",
        provider: "npm",
        severity: Severity::Critical,
        rotate: "npmjs.com › Access tokens",
        literals: &[
            "NPM_TOKEN",
            "NPM_AUTH",
            "npm_token",
            "npm_auth",
            "npmToken",
            "npmAuth",
            "npmtoken",
            "npm-token",
            "registry.npmjs",
        ],
        pattern: near!("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "npm-registry-login",
        kind: "login for a package registry",
        provider: "npm or another registry",
        rotate: "the registry › Access tokens",
        literals: &["_authToken", "_auth", "_password"],
        pattern: r#"_(?:authToken|auth|password)["']?\s{0,3}[=:]\s{0,3}["']?([A-Za-z0-9+/_=.-]{16,400})"#,
        charset: Charset::Open,
        confidence: Confidence::Contextual,
        judge: registry_login,
        ..Rule::TOKEN
    },
];

fn alone(candidate: &Candidate<'_>) -> Option<Judged> {
    (stands_alone(candidate, Charset::Base64Url) && entropy::looks_random(candidate.value())).then(|| candidate.kept())
}

/// Forty characters that are no digest of SHA-1 and no name in words.
fn cloudflare_old(candidate: &Candidate<'_>) -> Option<Judged> {
    let joints = candidate.value().iter().filter(|byte| matches!(byte, b'-' | b'_')).count();
    if joints > 5 { None } else { beside_its_name_and_no_digest(candidate) }
}

/// In a settings file of npm the key of an entry begins with the registry's address.
fn registry_login(candidate: &Candidate<'_>) -> Option<Judged> {
    let line = candidate.line_before(160);
    let of_registry = line.contains(&b'/') || candidate.settings || mentions(line, &["_authtoken"]);
    let uuid = candidate.value().len() == 36 && candidate.value().split(|byte| *byte == b'-').count() == 5;
    // What decodes to words is a stand-in in an example.
    let login = proof::base64(candidate.value()).and_then(|it| String::from_utf8(it).ok());
    let stand_in = login.is_some_and(|it| it.is_ascii() && (it.contains(' ') || entropy::wordiness(it.as_bytes()) >= 0.55));
    (of_registry && !stand_in && (uuid || entropy::looks_random(candidate.value()))).then(|| candidate.kept())
}

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
