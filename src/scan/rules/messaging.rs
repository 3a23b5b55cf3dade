//! Mail and SMS: whoever has one of these writes to people in the client's name.

use super::context::{BESIDE, beside_its_name, near};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::placeholder::is_placeholder;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};

const BY_NAME: Rule = Rule { charset: Charset::Open, confidence: Confidence::Contextual, entropy: 3.0, ..Rule::TOKEN };
const TWILIO: Rule =
    Rule { provider: "Twilio", rotate: "console.twilio.com › Account › API keys & tokens", entropy: 2.5, ..Rule::TOKEN };

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "resend",
        kind: "Resend API key",
        provider: "Resend",
        rotate: "resend.com/api-keys",
        literals: &["re_"],
        pattern: "re_[1-9A-HJ-NP-Za-km-z]{8}_[1-9A-HJ-NP-Za-km-z]{24}",
        ..Rule::TOKEN
    },
    Rule {
        id: "resend-old",
        kind: "Resend API key",
        provider: "Resend",
        rotate: "resend.com/api-keys",
        literals: &["re_"],
        pattern: "re_[A-Za-z0-9]{6,14}_?[A-Za-z0-9]{16,40}",
        charset: Charset::Base64Url,
        confidence: Confidence::Contextual,
        judge: |it| (mentions(it.around(200, 100), &["resend"]) && entropy::looks_random(it.value())).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "sendgrid",
        kind: "SendGrid API key",
        provider: "SendGrid",
        rotate: "app.sendgrid.com/settings/api_keys",
        literals: &["SG."],
        pattern: r"SG\.(?:[A-Za-z0-9_=.-]{66}|[A-Za-z0-9_-]{18,26}\.[A-Za-z0-9_-]{38,48})",
        charset: Charset::Base64Url,
        judge: |it| {
            let three = it.value().len() == 69 && it.value().get(25) == Some(&b'.');
            Some(if three { it.kept() } else { it.kept().confidence(Confidence::Contextual) })
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "postmark",
        kind: "Postmark server or account token",
        provider: "Postmark",
        rotate: "account.postmarkapp.com › API tokens",
        literals: &["postmark", "POSTMARK", "Postmark"],
        pattern: near!("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "mailgun",
        kind: "Mailgun API key",
        provider: "Mailgun",
        rotate: "app.mailgun.com › API security",
        literals: &["key-"],
        // Older ones have letters beyond f.
        pattern: "key-[0-9a-z]{32}",
        charset: Charset::Base64Url,
        judge: |it| {
            let told = mentions(it.around(200, 100), &["mailgun", "mg_api", "mg."]);
            let random = entropy::looks_random(it.value().get(4..)?);
            random.then(|| if told { it.kept() } else { it.kept().confidence(Confidence::Contextual) })
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "mailgun-new",
        kind: "Mailgun API key",
        provider: "Mailgun",
        rotate: "app.mailgun.com › API security",
        literals: &["mailgun", "MAILGUN", "Mailgun", "MG_API", "mg_api"],
        pattern: near!("[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "twilio-auth-token",
        kind: "Twilio auth token",
        severity: Severity::Critical,
        literals: &["AC"],
        pattern: "AC[0-9a-f]{32}",
        judge: |it| twilio_partner(it, |byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
        ..TWILIO
    },
    Rule {
        id: "twilio-api-key",
        kind: "Twilio API key with its secret",
        literals: &["SK"],
        pattern: "SK[0-9a-f]{32}",
        judge: |it| twilio_partner(it, |byte| byte.is_ascii_alphanumeric()),
        ..TWILIO
    },
    Rule {
        id: "twilio-named-token",
        kind: "Twilio auth token",
        severity: Severity::Critical,
        literals: &["twilio", "TWILIO", "Twilio"],
        pattern: near!("[0-9a-f]{32}"),
        reach: BESIDE,
        charset: Charset::Open,
        confidence: Confidence::Contextual,
        judge: beside_its_name,
        ..TWILIO
    },
    Rule {
        id: "twilio-api-key-id",
        kind: "Twilio API key id without its secret",
        severity: Severity::Low,
        literals: &["SK"],
        pattern: "SK[0-9a-f]{32}",
        confidence: Confidence::Contextual,
        ..TWILIO
    },
    Rule {
        id: "twilio-account-sid",
        kind: "Twilio account SID",
        provider: "Twilio",
        harmless: "it is the name of the account; without the auth token it opens nothing",
        literals: &["AC"],
        pattern: "AC[0-9a-f]{32}",
        entropy: 2.5,
        ..Rule::PUBLIC
    },
];

/// How far from an account's id its token is looked for.
const NEIGHBOURHOOD: usize = 400;

/// An id is public by itself; 32 characters of the right kind near it, with a name that tells, are its secret.
fn twilio_partner(candidate: &Candidate<'_>, fits: fn(u8) -> bool) -> Option<Judged> {
    let start = candidate.at.start.saturating_sub(NEIGHBOURHOOD);
    let near = candidate.around(NEIGHBOURHOOD, NEIGHBOURHOOD);
    let hexadecimal = !fits(b'z');
    let mut best = None;
    let mut from = 0;
    for piece in near.split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-')) {
        let at = start + from;
        from += piece.len() + 1;
        let only_hexadecimal = piece.iter().all(u8::is_ascii_hexdigit);
        if piece.len() != 32 || !piece.iter().all(|byte| fits(*byte)) || hexadecimal != only_hexadecimal {
            continue;
        }
        if is_placeholder(piece) || !entropy::looks_random(piece) {
            continue;
        }
        let named = candidate.text.get(at.saturating_sub(60)..at).unwrap_or_default();
        let named = named.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        if mentions(named, &["token", "auth", "secret"]) {
            return Some(candidate.kept().at(at..at + 32));
        }
        best = best.or(Some(at));
    }
    best.map(|at| candidate.kept().confidence(Confidence::Contextual).at(at..at + 32))
}
