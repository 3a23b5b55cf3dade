//! Keys of the makers of models. A leaked one is spent by strangers within hours.

use super::context::{BESIDE, beside_its_name_and_no_digest, near};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};

/// A common shape that only its provider's name nearby tells.
const BY_NAME: Rule = Rule { charset: Charset::Open, confidence: Confidence::Contextual, entropy: 3.2, ..Rule::TOKEN };

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "openai-admin",
        kind: "OpenAI admin key",
        provider: "OpenAI",
        severity: Severity::Critical,
        rotate: "platform.openai.com/settings/organization/admin-keys",
        literals: &["sk-admin-"],
        pattern: "sk-admin-[A-Za-z0-9_-]{60,200}",
        charset: Charset::Base64Url,
        judge: openai_marker,
        ..Rule::TOKEN
    },
    Rule {
        id: "openai-project",
        kind: "OpenAI API key",
        provider: "OpenAI",
        rotate: "platform.openai.com/api-keys",
        literals: &["sk-proj-", "sk-svcacct-", "sk-service-", "sk-None-"],
        pattern: "sk-(?:proj|svcacct|service|None)-[A-Za-z0-9_-]{40,200}",
        charset: Charset::Base64Url,
        judge: openai_marker,
        ..Rule::TOKEN
    },
    Rule {
        id: "openai-legacy",
        kind: "OpenAI API key",
        provider: "OpenAI",
        rotate: "platform.openai.com/api-keys",
        literals: &["sk-"],
        pattern: "sk-(?:[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9_-]{16,80}T3BlbkFJ[A-Za-z0-9_-]{16,80})",
        charset: Charset::Base64Url,
        judge: |it| Some(if it.value().len() == 51 { it.kept() } else { it.kept().confidence(Confidence::Contextual) }),
        ..Rule::TOKEN
    },
    Rule {
        id: "openai-realtime",
        kind: "OpenAI client secret for one realtime session",
        provider: "OpenAI",
        severity: Severity::Low,
        rotate: "it expires within hours; make sure that only a server hands them out",
        literals: &["ek_"],
        pattern: "ek_[0-9a-f]{32,64}",
        confidence: Confidence::Contextual,
        judge: |it| mentions(it.around(300, 200), &["openai", "realtime", "client_secret"]).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "anthropic-admin",
        kind: "Anthropic admin key",
        provider: "Anthropic",
        severity: Severity::Critical,
        rotate: "platform.claude.com/settings/admin-keys",
        literals: &["sk-ant-admin01-", "sk-ant-api01-"],
        pattern: "sk-ant-(?:admin01-[A-Za-z0-9_-]{80,110}AA|api01-[A-Za-z0-9_-]{40,200})",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "anthropic-inference",
        kind: "Anthropic API key",
        provider: "Anthropic",
        rotate: "platform.claude.com/settings/keys",
        literals: &["sk-ant-api03-"],
        pattern: "sk-ant-api03-[A-Za-z0-9_-]{80,200}",
        charset: Charset::Base64Url,
        judge: anthropic_ending,
        ..Rule::TOKEN
    },
    Rule {
        id: "anthropic-session",
        kind: "Claude login of a person",
        provider: "Anthropic",
        rotate: "claude.ai › Settings › Account › log out everywhere",
        literals: &["sk-ant-oat01-", "sk-ant-ort01-", "sk-ant-sid01-"],
        pattern: "sk-ant-(?:oat|ort|sid)01-[A-Za-z0-9_-]{60,200}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "openrouter",
        kind: "OpenRouter key",
        provider: "OpenRouter",
        rotate: "openrouter.ai/settings/keys",
        literals: &["sk-or-v1-"],
        pattern: "sk-or-v1-[0-9a-f]{64}",
        ..Rule::TOKEN
    },
    Rule {
        id: "anthropic-other",
        kind: "Anthropic key of a newer form",
        provider: "Anthropic",
        rotate: "platform.claude.com/settings/keys",
        literals: &["sk-ant-"],
        pattern: "sk-ant-[a-z]{2,10}[0-9]{2}-[A-Za-z0-9_-]{32,200}",
        charset: Charset::Base64Url,
        confidence: Confidence::Contextual,
        judge: |it| {
            // Of the known ones the form is known too: what their rules do not take is cut off.
            let known = ["sk-ant-api03-", "sk-ant-admin01-"].iter().any(|known| it.words().starts_with(known));
            (!known && entropy::looks_random(it.value())).then(|| it.kept())
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "deepseek",
        kind: "DeepSeek API key",
        provider: "DeepSeek",
        rotate: "platform.deepseek.com/api_keys",
        literals: &["sk-"],
        pattern: "sk-[0-9a-f]{32}",
        judge: |it| mentions(it.around(160, 60), &["deepseek"]).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "sk-key",
        kind: "API key of a model provider or of a proxy in front of one",
        provider: "OpenAI, DeepSeek, Stability or a proxy",
        rotate: "the provider that the setting beside it names",
        literals: &["sk-"],
        pattern: "sk-(?:[0-9a-f]{32}|[A-Za-z0-9]{40,64})",
        confidence: Confidence::Contextual,
        entropy: 3.2,
        charset: Charset::Base64Url,
        // Forty-eight are what several give out; of another length it is one if it is called so.
        judge: |it| {
            let usual = matches!(it.value().len(), 35 | 51);
            let told = mentions(it.line_before(120), &["key", "token", "secret", "auth", "bearer"]);
            ((usual || told) && entropy::looks_random(it.value())).then(|| it.kept())
        },
        ..Rule::TOKEN
    },
    Rule {
        id: "mistral",
        kind: "Mistral API key",
        provider: "Mistral",
        rotate: "console.mistral.ai/api-keys",
        literals: &["mistral", "MISTRAL", "Mistral"],
        pattern: near!("[A-Za-z0-9]{32}"),
        reach: BESIDE,
        judge: beside_its_name_and_no_digest,
        ..BY_NAME
    },
    Rule {
        id: "cohere",
        kind: "Cohere API key",
        provider: "Cohere",
        rotate: "dashboard.cohere.com/api-keys",
        literals: &["cohere", "COHERE", "Cohere", "CO_API_KEY"],
        pattern: near!("[A-Za-z0-9]{40}"),
        reach: BESIDE,
        judge: beside_its_name_and_no_digest,
        ..BY_NAME
    },
    Rule {
        id: "xai",
        kind: "xAI API key",
        provider: "xAI",
        rotate: "console.x.ai",
        literals: &["xai-"],
        pattern: "xai-[A-Za-z0-9_-]{70,120}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
];

/// The middle of every OpenAI key is the base64 of its name, between two parts of one length; a key without is of a form
/// not known yet, and one with a part cut off opens nothing.
fn openai_marker(candidate: &Candidate<'_>) -> Option<Judged> {
    let Some((before, after)) = candidate.words().split_once("T3BlbkFJ") else {
        // Keys of administrators all have it; of the others only what is said to be one.
        let told = mentions(candidate.line_before(120), &["openai"]) && !candidate.words().starts_with("sk-admin-");
        let confidence = if told { Confidence::Contextual } else { Confidence::Weak };
        return Some(candidate.kept().confidence(confidence));
    };
    let part = ["sk-admin-", "sk-proj-", "sk-svcacct-"].iter().find_map(|it| before.strip_prefix(it));
    let Some(part) = part.filter(|it| it.len() != after.len()) else { return Some(candidate.kept()) };
    (part.len().min(after.len()) >= 16).then(|| candidate.kept().confidence(Confidence::Contextual))
}

/// 108 characters that end in `AA`; another ending is somebody's invention, a length that is hardly off is a key cut off,
/// and other lengths are of a form not known yet.
fn anthropic_ending(candidate: &Candidate<'_>) -> Option<Judged> {
    let confidence = match (candidate.value().len(), candidate.value().ends_with(b"AA")) {
        (108, true) => return Some(candidate.kept()),
        (105..=111, _) => Confidence::Weak,
        _ => Confidence::Contextual,
    };
    entropy::looks_random(candidate.value()).then(|| candidate.kept().confidence(confidence))
}
