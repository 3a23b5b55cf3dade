//! Tokens in three parts with readable claims. Supabase's old keys are told by what they say: `anon` is public,
//! `service_role` is the master key, and only decoding tells them apart (`apis/secrets.md` §3.3).

use crate::domain::{Severity, SupabaseRef};
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, Rule};
use serde_json::Value;

const TOKEN: Rule = Rule {
    literals: &["eyJ"],
    pattern: r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
    charset: Charset::Base64Url,
    reach: Reach::From(6200),
    ..Rule::TOKEN
};

pub(super) const RULES: &[Rule] = &[
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

fn service_role(candidate: &Candidate<'_>) -> Option<Judged> {
    let (_, claims) = proof::jwt(candidate.value())?;
    if text(&claims, "role") != "service_role" || is_demo(&claims) {
        return None;
    }
    let judged = of_project(candidate, &claims);
    let confidence = if text(&claims, "iss") == "supabase" { Confidence::Proven } else { Confidence::Strong };
    Some(if is_expired(candidate, &claims) { judged.severity(Severity::Low) } else { judged }.confidence(confidence))
}

fn anon(candidate: &Candidate<'_>) -> Option<Judged> {
    let (_, claims) = proof::jwt(candidate.value())?;
    let ours = text(&claims, "role") == "anon" && text(&claims, "iss") == "supabase";
    ours.then(|| of_project(candidate, &claims).confidence(Confidence::Proven))
}

fn session(candidate: &Candidate<'_>) -> Option<Judged> {
    let (_, claims) = proof::jwt(candidate.value())?;
    let ours = text(&claims, "role") == "authenticated" && text(&claims, "iss").contains("supabase");
    ours.then(|| kept_unless_expired(candidate, &claims))
}

fn any_token(candidate: &Candidate<'_>) -> Option<Judged> {
    let (header, claims) = proof::jwt(candidate.value())?;
    if text(&header, "alg").is_empty() || is_demo(&claims) {
        return None;
    }
    Some(kept_unless_expired(candidate, &claims))
}

fn kept_unless_expired(candidate: &Candidate<'_>, claims: &Value) -> Judged {
    let judged = candidate.kept();
    if is_expired(candidate, claims) { judged.confidence(Confidence::Weak).severity(Severity::Low) } else { judged }
}

fn of_project(candidate: &Candidate<'_>, claims: &Value) -> Judged {
    let reference = text(claims, "ref").parse::<SupabaseRef>().ok();
    candidate.kept().belongs_to(reference.map(String::from))
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
