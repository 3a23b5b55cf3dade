//! Tokens in three parts with readable claims. Supabase's old keys are told by what they say: `anon` is public,
//! `service_role` is the master key, and only decoding tells them apart (`apis/secrets.md` §3.3).

use crate::domain::{Severity, SupabaseRef};
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, Rule, mentions};
use serde_json::Value;

const TOKEN: Rule = Rule {
    literals: &["eyJ"],
    pattern: r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.(?:[A-Za-z0-9_-]{16,})?",
    charset: Charset::Base64Url,
    reach: Reach::From(6200),
    ..Rule::TOKEN
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "supabase-local-jwt",
        kind: "key of Supabase's local development server",
        provider: "Supabase",
        severity: Severity::Info,
        public: true,
        rotate: Rule::PUBLIC.rotate,
        harmless: "the command line gives the same one to everybody for local development; it is dangerous only if a deployed project uses it",
        judge: |it| {
            let (_, claims) = proof::jwt(it.value())?;
            (text(&claims, "iss") == "supabase-demo").then(|| it.kept().confidence(Confidence::Proven))
        },
        ..TOKEN
    },
    Rule {
        id: "supabase-service-role",
        kind: "Supabase service_role key",
        provider: "Supabase",
        severity: Severity::Critical,
        rotate: "Supabase dashboard › Settings › JWT keys: rotate the secret, then disable the legacy keys",
        judge: service_role,
        ..TOKEN
    },
    Rule {
        id: "supabase-anon",
        kind: "Supabase anon key",
        provider: "Supabase",
        severity: Severity::Info,
        public: true,
        rotate: Rule::PUBLIC.rotate,
        harmless: "browsers need it; what it may do is decided by row-level security: see that every table has it",
        judge: anon,
        ..TOKEN
    },
    Rule {
        id: "supabase-user-session",
        kind: "Supabase session of a person",
        provider: "Supabase",
        severity: Severity::Medium,
        rotate: "sign that user out: Supabase dashboard › Authentication › Users",
        judge: session,
        ..TOKEN
    },
    Rule {
        id: "auth0-management-token",
        kind: "Auth0 management token",
        provider: "Auth0",
        severity: Severity::Critical,
        rotate: "it expires; rotate the secret of the application that got it at manage.auth0.com › Applications",
        judge: |it| {
            let (_, claims) = proof::jwt(it.value())?;
            audience(&claims, |aud| aud.ends_with(".auth0.com/api/v2/")).then(|| kept_unless_expired(it, &claims))
        },
        ..TOKEN
    },
    Rule {
        id: "turso-token",
        kind: "Turso database token",
        provider: "Turso",
        rotate: "turso db tokens invalidate NAME, then turso db tokens create NAME",
        judge: turso,
        ..TOKEN
    },
    Rule {
        id: "lemon-squeezy",
        kind: "Lemon Squeezy API key",
        provider: "Lemon Squeezy",
        rotate: "app.lemonsqueezy.com/settings/api",
        judge: |it| {
            let (_, claims) = proof::jwt(it.value())?;
            let named = mentions(it.around(200, 60), &["lemon"]) && claims.get("scopes").is_some_and(Value::is_array);
            named.then(|| kept_unless_expired(it, &claims))
        },
        ..TOKEN
    },
    Rule {
        id: "jwt-administrator",
        kind: "token of an administrator (its claims say `admin`)",
        provider: "see its `iss`",
        severity: Severity::High,
        rotate: "whoever issued it: see its `iss`",
        confidence: Confidence::Contextual,
        judge: |it| {
            let (_, claims) = proof::jwt(it.value())?;
            let admin = claims.get("admin") == Some(&Value::Bool(true))
                || matches!(text(&claims, "role"), "admin" | "supabase_admin" | "superuser" | "root");
            (admin && !is_demo(&claims)).then(|| kept_unless_expired(it, &claims))
        },
        ..TOKEN
    },
    Rule {
        id: "jwt",
        kind: "signed token (JWT)",
        provider: "unknown",
        severity: Severity::Medium,
        rotate: "whoever issued it: see its `iss`",
        confidence: Confidence::Contextual,
        judge: any_token,
        ..TOKEN
    },
];

/// What jwt.io and the documents of libraries sign their examples with.
const EXAMPLE_SECRETS: &[&str] = &["secret", "your-256-bit-secret", "a-string-secret-at-least-256-bits-long"];

fn service_role(candidate: &Candidate<'_>) -> Option<Judged> {
    let (_, claims) = proof::jwt(candidate.value())?;
    // Without a signature, no server takes it for what it says.
    if text(&claims, "role") != "service_role" || is_demo(&claims) || candidate.value().ends_with(b".") {
        return None;
    }
    let judged = of_project(candidate, &claims);
    let confidence = if text(&claims, "iss") == "supabase" { Confidence::Proven } else { Confidence::Strong };
    Some(if is_expired(candidate, &claims) { judged.severity(Severity::Low) } else { judged }.confidence(confidence))
}

fn anon(candidate: &Candidate<'_>) -> Option<Judged> {
    let (_, claims) = proof::jwt(candidate.value())?;
    let signed = !candidate.value().ends_with(b".");
    let ours = signed && text(&claims, "role") == "anon" && text(&claims, "iss") == "supabase";
    ours.then(|| of_project(candidate, &claims).confidence(Confidence::Proven))
}

fn session(candidate: &Candidate<'_>) -> Option<Judged> {
    let (_, claims) = proof::jwt(candidate.value())?;
    let ours = text(&claims, "role") == "authenticated" && text(&claims, "iss").contains("supabase");
    ours.then(|| kept_unless_expired(candidate, &claims))
}

fn any_token(candidate: &Candidate<'_>) -> Option<Judged> {
    // Nobody signed it: whatever takes it takes anything (§3.3).
    if candidate.value().ends_with(b".") {
        let (header, _) = proof::jwt(candidate.value())?;
        return text(&header, "alg").eq_ignore_ascii_case("none").then(|| candidate.kept());
    }
    // Some issuers leave `alg` out of the header, though it has to be there: two objects in a row are a token all the same.
    let (_, claims) = proof::jwt(candidate.value())?;
    if is_demo(&claims) {
        return None;
    }
    let judged = kept_unless_expired(candidate, &claims);
    // Anybody can make one that is signed with what documents sign with: it is an example, or opens what is open anyway.
    let example = EXAMPLE_SECRETS.iter().any(|it| proof::is_signed_with(candidate.value(), it.as_bytes()));
    Some(if example { judged.confidence(Confidence::Weak) } else { judged })
}

fn kept_unless_expired(candidate: &Candidate<'_>, claims: &Value) -> Judged {
    let judged = candidate.kept();
    if is_expired(candidate, claims) { judged.confidence(Confidence::Contextual).severity(Severity::Low) } else { judged }
}

fn of_project(candidate: &Candidate<'_>, claims: &Value) -> Judged {
    let reference = text(claims, "ref").parse::<SupabaseRef>().ok();
    candidate.kept().belongs_to(reference.map(|it| it.as_str().to_owned()))
}

fn audience(claims: &Value, fits: impl Fn(&str) -> bool) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => fits(one),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).any(fits),
        _ => false,
    }
}

/// Signed with Ed25519, as few others are, with a claim `a` for the access or beside a database's address.
fn turso(candidate: &Candidate<'_>) -> Option<Judged> {
    let (header, claims) = proof::jwt(candidate.value())?;
    if text(&header, "alg") != "EdDSA" {
        return None;
    }
    let named = mentions(candidate.around(400, 200), &["turso", "libsql"]);
    let access = matches!(text(&claims, "a"), "rw" | "ro");
    (named || access).then(|| kept_unless_expired(candidate, &claims))
}

fn text<'v>(claims: &'v Value, name: &str) -> &'v str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The keys of Supabase's local development server, and the sample of jwt.io.
fn is_demo(claims: &Value) -> bool {
    text(claims, "iss") == "supabase-demo" || text(claims, "name") == "John Doe"
}

fn is_expired(candidate: &Candidate<'_>, claims: &Value) -> bool {
    claims.get("exp").and_then(Value::as_i64).is_some_and(|end| end < candidate.now.timestamp())
}
