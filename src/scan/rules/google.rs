//! Google's keys: one shape for what is public, what is restricted and what is expensive, so the neighbours decide.

use super::context::{BESIDE, beside_its_name, lead, named, near, stands_alone};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "firebase-web-config",
        kind: "Firebase web configuration",
        provider: "Firebase",
        harmless: "it only names the project to its users; what it may do is decided by security rules and App Check: look at both, and restrict the key to the app's addresses and APIs",
        literals: &["AIza"],
        pattern: "AIza[A-Za-z0-9_-]{35}",
        charset: Charset::Base64Url,
        judge: firebase,
        ..Rule::PUBLIC
    },
    Rule {
        id: "gemini-api-key",
        kind: "Gemini API key",
        provider: "Google",
        rotate: "aistudio.google.com/apikey",
        literals: &["AIza"],
        pattern: "AIza[A-Za-z0-9_-]{35}",
        charset: Charset::Base64Url,
        entropy: 3.5,
        judge: |it| mentions(it.line_before(120), GEMINI).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "google-api-key",
        kind: "Google API key, harmless or expensive by its restrictions",
        provider: "Google",
        severity: Severity::Medium,
        rotate: "console.cloud.google.com/apis/credentials: restrict it to its APIs and referrers, or replace it",
        literals: &["AIza"],
        pattern: "AIza[A-Za-z0-9_-]{35}",
        charset: Charset::Base64Url,
        entropy: 3.5,
        confidence: Confidence::Contextual,
        ..Rule::TOKEN
    },
    Rule {
        id: "google-auth-key",
        kind: "Gemini auth key",
        provider: "Google",
        rotate: "aistudio.google.com/apikey",
        literals: &["AQ."],
        pattern: r"AQ\.[A-Za-z0-9_-]{36,90}",
        charset: Charset::Base64Url,
        judge: auth_key,
        ..Rule::TOKEN
    },
    Rule {
        id: "google-oauth-client-secret",
        kind: "Google OAuth client secret",
        provider: "Google",
        severity: Severity::Medium,
        rotate: "console.cloud.google.com › APIs › Credentials",
        literals: &["GOCSPX-"],
        pattern: "GOCSPX-[A-Za-z0-9_-]{28,40}",
        charset: Charset::Base64Url,
        lengths: &[35],
        ..Rule::TOKEN
    },
    Rule {
        id: "google-oauth-client-secret-old",
        kind: "Google OAuth client secret of the old kind",
        provider: "Google",
        severity: Severity::Medium,
        rotate: "console.cloud.google.com › APIs › Credentials",
        literals: &[".apps.googleusercontent.com"],
        pattern: near!("[A-Za-z0-9_-]{24}"),
        reach: BESIDE,
        charset: Charset::Open,
        confidence: Confidence::Contextual,
        entropy: 3.5,
        judge: beside_its_name,
        ..Rule::TOKEN
    },
    Rule {
        id: "google-oauth-client-id",
        kind: "Google OAuth client id",
        provider: "Google",
        harmless: "it names the app on Google's consent page; without the client secret it opens nothing",
        literals: &[".apps.googleusercontent.com"],
        pattern: r"\.apps\.googleusercontent\.com",
        charset: Charset::Open,
        judge: client_id,
        ..Rule::PUBLIC
    },
    Rule {
        id: "google-access-token",
        kind: "Google access token, valid for an hour",
        provider: "Google",
        severity: Severity::Low,
        rotate: "it expires by itself; find out who wrote it there",
        literals: &["ya29."],
        pattern: r"ya29\.[A-Za-z0-9_.-]{30,400}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "google-refresh-token",
        kind: "Google refresh token of a person",
        provider: "Google",
        rotate: "myaccount.google.com/permissions: remove the app's access",
        literals: &["1//0"],
        pattern: "1//0[A-Za-z0-9_-]{40,200}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "fcm-legacy-server-key",
        kind: "FCM server key of the old kind, switched off in 2024",
        provider: "Firebase",
        severity: Severity::Low,
        rotate: "console.firebase.google.com › Project settings › Cloud Messaging: delete it",
        literals: &[":APA91b"],
        pattern: ":APA91b[A-Za-z0-9_-]{100,180}",
        charset: Charset::Open,
        judge: fcm,
        ..Rule::TOKEN
    },
    Rule {
        id: "recaptcha-secret",
        kind: "reCAPTCHA secret key",
        provider: "Google",
        severity: Severity::Medium,
        rotate: "google.com/recaptcha/admin › Settings",
        literals: &["6L"],
        pattern: "6L[A-Za-z0-9_-]{38}",
        charset: Charset::Base64Url,
        confidence: Confidence::Contextual,
        entropy: 3.5,
        judge: |it| (mentions(lead(it, 80), SECRET_HALF) && !is_captcha_test_key(it)).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "recaptcha-site-key",
        kind: "reCAPTCHA site key",
        provider: "Google",
        harmless: "pages show it to every visitor; answers are checked with the secret half",
        literals: &["6L"],
        pattern: "6L[A-Za-z0-9_-]{38}",
        charset: Charset::Base64Url,
        entropy: 3.5,
        judge: |it| {
            let near = mentions(it.around(80, 40), &["captcha", "sitekey", "site_key", "site-key"]);
            (near && !mentions(lead(it, 80), SECRET_HALF) || is_captcha_test_key(it)).then(|| it.kept())
        },
        ..Rule::PUBLIC
    },
    Rule {
        id: "turnstile-secret",
        kind: "Turnstile secret key",
        provider: "Cloudflare",
        severity: Severity::Medium,
        rotate: "dash.cloudflare.com › Turnstile › the widget's settings",
        literals: &["0x4AAAA"],
        pattern: "0x4AAAA[A-Za-z0-9_-]{14,40}",
        charset: Charset::Base64Url,
        // Thirty-five characters are the secret half, whatever the name says.
        judge: |it| (it.value().len() >= 32 || mentions(lead(it, 80), SECRET_HALF)).then(|| it.kept()),
        entropy: 2.8,
        ..Rule::TOKEN
    },
    Rule {
        id: "turnstile-site-key",
        kind: "Turnstile site key",
        provider: "Cloudflare",
        harmless: "pages show it to every visitor; answers are checked with the secret half",
        literals: &["0x4AAAA"],
        pattern: "0x4AAAA[A-Za-z0-9_-]{14,24}",
        charset: Charset::Base64Url,
        entropy: 2.5,
        ..Rule::PUBLIC
    },
    Rule {
        id: "vapid-private-key",
        kind: "private half of a key for web push",
        provider: "the app itself",
        severity: Severity::Medium,
        rotate: "make a new VAPID pair; every browser subscribes again",
        literals: &["VAPID_PRIVATE", "vapidPrivate", "vapid_private"],
        pattern: named!("VAPID_PRIVATE|vapidPrivate|vapid_private", "[A-Za-z0-9_-]{43}"),
        charset: Charset::Open,
        confidence: Confidence::Contextual,
        judge: |it| stands_alone(it, Charset::Base64Url).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "vapid-public-key",
        kind: "public half of a key for web push",
        provider: "the app itself",
        harmless: "browsers need it to subscribe; only the private half can send",
        literals: &["VAPID", "vapid", "applicationServerKey"],
        pattern: named!("(?i:vapid_?(?:public)?)|applicationServerKey", "B[A-Za-z0-9_-]{86}"),
        charset: Charset::Open,
        ..Rule::PUBLIC
    },
];

const GEMINI: &[&str] = &["gemini", "generative", "google_ai", "googleai", "google_genai", "genai"];
const SECRET_HALF: &[&str] = &["secret", "private", "server"];

/// The pair that Google's documents give to everybody for automated tests.
fn is_captcha_test_key(candidate: &Candidate<'_>) -> bool {
    candidate.value().starts_with(b"6LeIxAcTAAAA")
}

/// Most begin with the same bytes of their encoding; others only beside a name that tells.
fn auth_key(candidate: &Candidate<'_>) -> Option<Judged> {
    if candidate.value().starts_with(b"AQ.Ab8RN6") {
        return Some(candidate.kept());
    }
    if candidate.value().starts_with(b"AQ.Ab8") && entropy::looks_random(candidate.value()) {
        return Some(candidate.kept().confidence(Confidence::Contextual));
    }
    let told =
        mentions(candidate.line_before(120), GEMINI) || mentions(candidate.line_before(120), &["google", "api_key", "apikey"]);
    told.then(|| candidate.kept().confidence(Confidence::Contextual))
}

/// A number, a dash and 32 letters before the host's name.
fn client_id(candidate: &Candidate<'_>) -> Option<Judged> {
    let before = candidate.around(60, 0);
    let before = before.get(..before.len() - candidate.value().len().min(before.len()))?;
    let taken =
        before.iter().rev().take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || **byte == b'-').count();
    let (number, letters) = std::str::from_utf8(before.get(before.len() - taken..)?).ok()?.split_once('-')?;
    let fits = number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit()) && letters.len() == 32;
    fits.then(|| candidate.kept().at(candidate.at.start - taken..candidate.at.end))
}

/// Eleven characters stand before the colon; of a server's key the first four are A.
fn fcm(candidate: &Candidate<'_>) -> Option<Judged> {
    let start = candidate.at.start.checked_sub(11)?;
    let head = candidate.text.get(start..candidate.at.start)?;
    let fits = head.starts_with(b"AAAA") && head.iter().all(|byte| Charset::Base64Url.has(*byte));
    fits.then(|| candidate.kept().at(start..candidate.at.end))
}

/// The key of a web app stands beside its project's other public settings, or in a variable named after Firebase.
fn firebase(candidate: &Candidate<'_>) -> Option<Judged> {
    let beside = mentions(candidate.around(600, 600), &["authdomain", "firebaseapp.com", "messagingsenderid"]);
    (beside || mentions(candidate.line_before(120), &["firebase"])).then(|| candidate.kept())
}
