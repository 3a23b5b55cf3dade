//! Chat and planning: whoever has one of these reads and writes among the client's people.

use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::proof;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, Rule, mentions};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "slack-token",
        kind: "Slack token",
        provider: "Slack",
        rotate: "api.slack.com/apps",
        literals: &["xoxb-", "xoxp-", "xoxa-", "xoxo-", "xoxr-", "xoxs-", "xoxc-", "xapp-", "xoxe-", "xoxe.xox"],
        pattern: r"(?:xox[abceoprs](?:-[0-9]{1,2})?(?:-[0-9]{6,14}){1,3}-[A-Za-z0-9]{10,64}|xapp-[0-9]-[A-Za-z0-9]{8,14}-[0-9]{8,14}-[A-Za-z0-9]{24,90}|xoxe(?:\.xox[bp])?-[0-9]-[A-Za-z0-9]{40,300})",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "slack-workspace-token",
        kind: "Slack token of an app of the old kind",
        provider: "Slack",
        rotate: "api.slack.com/apps",
        literals: &["xoxa-", "xoxr-"],
        pattern: "xox[ar]-(?:[0-9]-)?[A-Za-z0-9]{10,48}",
        charset: Charset::Base64Url,
        confidence: Confidence::Contextual,
        judge: |it| {
            let rest = it.value().get(5..)?;
            (rest.iter().any(u8::is_ascii_alphabetic) && (entropy::looks_random(rest) || entropy::wordiness(rest) < 0.4))
                .then(|| it.kept())
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "slack-webhook",
        kind: "Slack incoming webhook",
        provider: "Slack",
        severity: Severity::Medium,
        rotate: "api.slack.com/apps › Incoming webhooks",
        literals: &["hooks.slack.com/"],
        pattern: r"hooks\.slack\.com/(?:services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{20,28}|(?:services|workflows|triggers)/[A-Za-z0-9+/]{36,100})",
        ..Rule::TOKEN
    },
    Rule {
        id: "discord-webhook",
        kind: "Discord webhook",
        provider: "Discord",
        severity: Severity::Medium,
        rotate: "the channel's settings › Integrations",
        literals: &["discord.com/api/", "discordapp.com/api/"],
        pattern: r"discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,80}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "discord-bot",
        kind: "Discord bot token",
        provider: "Discord",
        rotate: "discord.com/developers › the application › Bot › Reset token",
        // Three digits in base64 are one of `MNO`, one of `DTjz`, one of ten letters and one of `wxyz0` to `5`.
        literals: &["MD", "MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"],
        pattern: r"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5,6}[A-Za-z0-9]{0,3}\.[A-Za-z0-9_-]{5,7}\.[A-Za-z0-9_-]{27,40}",
        charset: Charset::Base64Url,
        reach: Reach::From(96),
        judge: discord_bot,
        ..Rule::TOKEN
    },
    Rule {
        id: "telegram-bot",
        kind: "Telegram bot token",
        provider: "Telegram",
        severity: Severity::Medium,
        rotate: "@BotFather › /revoke",
        literals: &[":A"],
        pattern: ":A[A-Za-z0-9_-]{34}",
        charset: Charset::Open,
        reach: Reach::From(48),
        judge: telegram,
        ..Rule::TOKEN
    },
    Rule {
        id: "linear",
        kind: "Linear API key",
        provider: "Linear",
        severity: Severity::Medium,
        rotate: "linear.app/settings/api",
        literals: &["lin_api_", "lin_oauth_"],
        pattern: "lin_(?:api|oauth)_[A-Za-z0-9]{40,72}",
        lengths: &[48, 74],
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
    Rule {
        id: "notion-old",
        kind: "Notion token of the old kind",
        provider: "Notion",
        severity: Severity::Medium,
        rotate: "notion.so/my-integrations",
        literals: &["secret_"],
        pattern: "secret_[A-Za-z0-9]{43}",
        charset: Charset::Base64Url,
        judge: |it| {
            let told = mentions(it.around(200, 100), &["notion"]);
            let random = entropy::looks_random(it.value().get(7..)?);
            random.then(|| if told { it.kept() } else { it.kept().confidence(Confidence::Contextual) })
        },
        ..Rule::TOKEN
    },
];

/// The first part is the bot's number in base64.
fn discord_bot(candidate: &Candidate<'_>) -> Option<Judged> {
    let first = candidate.value().split(|byte| *byte == b'.').next()?;
    let number = proof::base64(first)?;
    let fits = (17..=20).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    fits.then(|| candidate.kept())
}

/// Eight to ten digits stand before the colon, nothing of their kind before those; other numbers of them only where the
/// provider is named.
fn telegram(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.value();
    let head = candidate.text.get(candidate.at.start.saturating_sub(20)..candidate.at.start).unwrap_or_default();
    let digits = head.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    // In the address of a call, `bot` stands before it.
    let before = head.get(..head.len() - digits).unwrap_or_default();
    let begins = before.ends_with(b"bot") || before.last().is_none_or(|byte| !Charset::Base64Url.has(*byte));
    let ends = candidate.text.get(candidate.at.end).is_none_or(|byte| !Charset::Base64Url.has(*byte));
    let told = mentions(candidate.around(300, 100), &["telegram"]);
    let usual = (8..=10).contains(&digits);
    if !begins || !ends || !(usual || told && (5..=16).contains(&digits)) || !entropy::looks_random(value) {
        return None;
    }
    let sure = usual && (told || value.starts_with(b":AA"));
    let at = candidate.at.start - digits..candidate.at.end;
    Some(candidate.kept().at(at).confidence(if sure { Confidence::Strong } else { Confidence::Contextual }))
}
