//! Supabase's keys of the new kind, account tokens and database addresses. The old keys are tokens with claims: see `jwt`.

use crate::domain::Severity;
use crate::scan::proof::supabase_checksum;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "supabase-secret-key",
        kind: "Supabase secret key",
        provider: "Supabase",
        severity: Severity::Critical,
        rotate: "Supabase dashboard › Settings › API keys",
        literals: &["sb_secret_"],
        pattern: "sb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}",
        charset: Charset::Base64Url,
        entropy: 3.5,
        judge: bound_to_project,
        ..Rule::TOKEN
    },
    Rule {
        id: "supabase-publishable-key",
        kind: "Supabase publishable key",
        provider: "Supabase",
        literals: &["sb_publishable_"],
        pattern: "sb_publishable_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}",
        charset: Charset::Base64Url,
        judge: bound_to_project,
        ..Rule::PUBLIC
    },
    Rule {
        id: "supabase-access-token",
        kind: "Supabase account token",
        provider: "Supabase",
        severity: Severity::Critical,
        rotate: "supabase.com/dashboard/account/tokens",
        literals: &["sbp_"],
        pattern: "sbp_(?:oauth_|v0_)?[0-9a-f]{40}",
        ..Rule::TOKEN
    },
];

/// The default pair of the local development server, the same for everybody (§3.1).
const LOCAL_DEFAULTS: [&str; 2] = ["N7UND0", "ACJWlz"];
/// How far from a key its project's address is looked for.
const NEIGHBOURHOOD: usize = 16 * 1024;

/// The checksum of a key agrees with one project only: one that the app names, or one whose address stands near.
fn bound_to_project(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.words();
    let (key, sum) = (value.get(..value.len().checked_sub(9)?)?, value.get(value.len() - 8..)?);
    let random = key.get(candidate.rule.literals.first()?.len()..)?;
    if LOCAL_DEFAULTS.iter().any(|start| random.starts_with(start)) {
        return Some(candidate.kept().confidence(Confidence::Weak).severity(Severity::Info));
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
    text.windows(host.len()).enumerate().filter(move |(_, it)| *it == host).filter_map(|(at, _)| {
        let reference = text.get(at.checked_sub(20)?..at)?;
        let fits = reference.iter().all(u8::is_ascii_lowercase);
        fits.then(|| String::from_utf8_lossy(reference).into_owned())
    })
}
