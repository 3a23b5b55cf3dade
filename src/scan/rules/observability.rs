//! Errors, events, search, maps and pictures: half of these are public by design, and the other half looks the same.

use super::context::{BESIDE, beside_its_name, lead, near};
use crate::domain::Severity;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Mask, Reach, Rule, mentions};

const BY_NAME: Rule = Rule { charset: Charset::Open, confidence: Confidence::Contextual, entropy: 3.0, ..Rule::TOKEN };
const ALGOLIA: Rule = Rule {
    provider: "Algolia",
    literals: &["algolia", "ALGOLIA", "Algolia"],
    pattern: near!("[0-9a-f]{32}"),
    reach: BESIDE,
    rotate: "dashboard.algolia.com › Settings › API keys",
    ..BY_NAME
};
const ROLLBAR: Rule = Rule {
    provider: "Rollbar",
    literals: &["rollbar", "ROLLBAR", "Rollbar"],
    pattern: near!("[0-9a-f]{32,128}"),
    reach: BESIDE,
    rotate: "rollbar.com › the project › Settings › Access tokens",
    ..BY_NAME
};

pub(super) const RULES: &[Rule] = &[
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
        id: "sentry-token-old",
        kind: "Sentry user token of the old kind",
        provider: "Sentry",
        rotate: "sentry.io/settings/account/api/auth-tokens",
        literals: &["sentry", "SENTRY", "Sentry"],
        pattern: near!("[0-9a-f]{64}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "sentry-dsn",
        kind: "Sentry DSN",
        provider: "Sentry",
        harmless: "apps need it to report their errors; it can write reports and read nothing: limit the domains and the rate, so that nobody floods it",
        literals: &["sentry.io/"],
        pattern: "sentry\\.io/[0-9]{1,20}",
        charset: Charset::Open,
        judge: dsn,
        ..Rule::PUBLIC
    },
    Rule {
        id: "posthog-personal",
        kind: "PostHog personal key",
        provider: "PostHog",
        rotate: "posthog.com › Settings › Personal API keys",
        literals: &["phx_"],
        pattern: "phx_[A-Za-z0-9_-]{41,49}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "posthog-project",
        kind: "PostHog project key",
        provider: "PostHog",
        harmless: "browsers need it to send events; it cannot read them",
        literals: &["phc_"],
        pattern: "phc_[A-Za-z0-9]{32,64}",
        ..Rule::PUBLIC
    },
    Rule {
        id: "rollbar-client",
        kind: "Rollbar token of a page",
        harmless: "with the scope post_client_item it can write reports and read nothing: see that it has that scope alone",
        severity: Severity::Info,
        public: true,
        rotate: Rule::PUBLIC.rotate,
        judge: |it| mentions(it.around(160, 80), &["client_item", "client_token", "clienttoken", "public"]).then(|| it.kept()),
        ..ROLLBAR
    },
    Rule {
        id: "rollbar",
        kind: "Rollbar token, public or not by its scope",
        severity: Severity::Medium,
        judge: beside_its_name,
        ..ROLLBAR
    },
    Rule {
        id: "algolia-search-key",
        kind: "Algolia search key",
        harmless: "browsers need it to search; what it may search is set at the key: see that it may search only, and only what visitors may read",
        severity: Severity::Info,
        public: true,
        rotate: Rule::PUBLIC.rotate,
        judge: |it| {
            let line = lead(it, 140);
            (mentions(line, &["search", "public"]) && !mentions(line, &["admin", "write"])).then(|| it.kept())
        },
        ..ALGOLIA
    },
    Rule { id: "algolia-admin-key", kind: "Algolia key that is no search key by its name", judge: beside_its_name, ..ALGOLIA },
    Rule {
        id: "cloudinary-url",
        kind: "Cloudinary address with its secret",
        provider: "Cloudinary",
        rotate: "console.cloudinary.com › Settings › API keys",
        literals: &["cloudinary://"],
        pattern: "cloudinary://([0-9]{6,20}:[A-Za-z0-9_-]{20,40}@[A-Za-z0-9_-]{1,60})",
        charset: Charset::Open,
        mask: Mask::Address,
        ..Rule::TOKEN
    },
    Rule {
        id: "cloudinary-secret",
        kind: "Cloudinary API secret",
        provider: "Cloudinary",
        rotate: "console.cloudinary.com › Settings › API keys",
        literals: &["cloudinary", "CLOUDINARY", "Cloudinary"],
        pattern: near!("[A-Za-z0-9_-]{27}"),
        reach: BESIDE,
        judge: |it| mentions(lead(it, 80), &["secret"]).then(|| beside_its_name(it)).flatten(),
        ..BY_NAME
    },
    Rule {
        id: "mapbox-secret",
        kind: "Mapbox secret or temporary token",
        provider: "Mapbox",
        rotate: "account.mapbox.com/access-tokens",
        literals: &["sk.eyJ", "tk.eyJ"],
        pattern: r"[st]k\.eyJ[A-Za-z0-9_-]{30,200}\.[A-Za-z0-9_-]{18,48}",
        charset: Charset::Base64Url,
        judge: mapbox,
        ..Rule::TOKEN
    },
    Rule {
        id: "mapbox-public",
        kind: "Mapbox public token",
        provider: "Mapbox",
        harmless: "browsers need it to draw maps; limit it to the app's addresses, so that nobody else spends it",
        literals: &["pk.eyJ"],
        pattern: r"pk\.eyJ[A-Za-z0-9_-]{30,200}\.[A-Za-z0-9_-]{18,48}",
        charset: Charset::Base64Url,
        judge: mapbox,
        ..Rule::PUBLIC
    },
    Rule {
        id: "datadog-rum",
        kind: "Datadog token of a page",
        provider: "Datadog",
        harmless: "browsers need it to send measurements; it cannot read them",
        literals: &["pub"],
        pattern: "pub[0-9a-f]{32}",
        ..Rule::PUBLIC
    },
];

/// The middle is base64 of an object that names the user.
fn mapbox(candidate: &Candidate<'_>) -> Option<Judged> {
    let middle = candidate.value().split(|byte| *byte == b'.').nth(1)?;
    let claims = proof::base64url(middle)?;
    let Ok(claims) = serde_json::from_slice::<serde_json::Value>(&claims) else {
        // What somebody made unreadable at one place still begins as all do.
        return claims.starts_with(b"{\"u\":\"").then(|| candidate.kept().confidence(Confidence::Contextual));
    };
    let user = claims.get("u").and_then(serde_json::Value::as_str).map(str::to_owned);
    claims.get("u").is_some().then(|| candidate.kept().confidence(Confidence::Proven).belongs_to(user))
}

/// What stands before the host: the scheme, 32 hexadecimal digits, and the name of the host's part.
fn dsn(candidate: &Candidate<'_>) -> Option<Judged> {
    let before = candidate.text.get(candidate.at.start.saturating_sub(120)..candidate.at.start)?;
    let from = before.windows(8).rposition(|it| it == b"https://")?;
    let (key, place) = std::str::from_utf8(before.get(from + 8..)?).ok()?.split_once('@')?;
    let key = key.split_once(':').map_or(key, |(public, _)| public);
    let hexadecimal = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let host = place.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let start = candidate.at.start - (before.len() - from);
    (hexadecimal && host).then(|| candidate.kept().at(start..candidate.at.end))
}

/// The middle is base64 of an object that names the region's address.
fn sentry(candidate: &Candidate<'_>) -> Option<Judged> {
    let middle = candidate.words().get(7..)?.rsplit_once('_')?.0;
    let claims: serde_json::Value = serde_json::from_slice(&proof::base64(middle.as_bytes())?).ok()?;
    claims.get("region_url")?;
    let organisation = claims.get("org").and_then(serde_json::Value::as_str).map(str::to_owned);
    Some(candidate.kept().confidence(Confidence::Proven).belongs_to(organisation))
}
