//! Mail, SMS and chat: whoever has one of these writes to people in the client's name.

use crate::domain::Severity;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, Rule, mentions};

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
        id: "sendgrid",
        kind: "SendGrid API key",
        provider: "SendGrid",
        rotate: "app.sendgrid.com/settings/api_keys",
        literals: &["SG."],
        pattern: r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "twilio-auth-token",
        kind: "Twilio auth token",
        provider: "Twilio",
        severity: Severity::Critical,
        rotate: "console.twilio.com › Account › API keys & tokens",
        literals: &["twilio", "Twilio", "TWILIO", "ACCOUNT_SID", "accountSid", "account_sid"],
        pattern: "AC[0-9a-f]{32}",
        reach: Reach::File,
        entropy: 2.5,
        judge: twilio_partner,
        ..Rule::TOKEN
    },
    Rule {
        id: "slack-token",
        kind: "Slack token",
        provider: "Slack",
        rotate: "api.slack.com/apps",
        literals: &["xoxb-", "xoxp-", "xapp-", "xoxe-", "xoxe.xox"],
        pattern: "(?:xox[bp](?:-[0-9]{10,13}){2,3}-[A-Za-z0-9]{24,40}|xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{10,14}-[a-z0-9]{32,80}|xoxe(?:\\.xox[bp])?-[0-9]-[A-Za-z0-9]{100,300})",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "slack-webhook",
        kind: "Slack incoming webhook",
        provider: "Slack",
        severity: Severity::Medium,
        rotate: "api.slack.com/apps › Incoming webhooks",
        literals: &["hooks.slack.com/"],
        pattern: r"hooks\.slack\.com/(?:services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{20,28}|(?:workflows|triggers)/[A-Z0-9]{6,14}/[A-Za-z0-9/]{20,80})",
        ..Rule::TOKEN
    },
    Rule {
        id: "discord-webhook",
        kind: "Discord webhook",
        provider: "Discord",
        severity: Severity::Medium,
        rotate: "the channel's settings › Integrations",
        literals: &["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
        pattern: r"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,80}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "telegram-bot",
        kind: "Telegram bot token",
        provider: "Telegram",
        severity: Severity::Medium,
        rotate: "@BotFather › /revoke",
        literals: &["telegram", "Telegram", "TELEGRAM"],
        pattern: "[0-9]{8,10}:A[A-Za-z0-9_-]{34}",
        charset: Charset::Base64Url,
        reach: Reach::File,
        ..Rule::TOKEN
    },
    Rule {
        id: "linear",
        kind: "Linear API key",
        provider: "Linear",
        severity: Severity::Medium,
        rotate: "linear.app/settings/api",
        literals: &["lin_api_"],
        pattern: "lin_api_[A-Za-z0-9]{40}",
        ..Rule::TOKEN
    },
    Rule {
        id: "notion",
        kind: "Notion token",
        provider: "Notion",
        severity: Severity::Medium,
        rotate: "notion.so/my-integrations",
        literals: &["ntn_"],
        pattern: "ntn_[0-9]{11}[A-Za-z0-9]{35}",
        ..Rule::TOKEN
    },
];

/// How far from an account's id its token is looked for.
const NEIGHBOURHOOD: usize = 400;

/// An account's id is public by itself; the 32 hexadecimal digits near it are the token.
fn twilio_partner(candidate: &Candidate<'_>) -> Option<Judged> {
    let start = candidate.at.start.saturating_sub(NEIGHBOURHOOD);
    let near = candidate.around(NEIGHBOURHOOD, NEIGHBOURHOOD);
    let mut best = None;
    let mut from = 0;
    for piece in near.split(|byte| !byte.is_ascii_alphanumeric()) {
        let at = start + from;
        from += piece.len() + 1;
        let is_token = piece.len() == 32 && piece.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
        if !is_token {
            continue;
        }
        let named = candidate.text.get(at.saturating_sub(60)..at).unwrap_or_default();
        let named = named.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        if mentions(named, &["token", "auth"]) {
            return Some(candidate.kept().at(at..at + 32));
        }
        best = best.or(Some(at));
    }
    best.map(|at| candidate.kept().confidence(Confidence::Contextual).at(at..at + 32))
}
