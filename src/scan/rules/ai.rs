//! Keys of model providers. A leaked one is spent by strangers within hours.

use crate::domain::Severity;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "openai-admin",
        kind: "OpenAI admin key",
        provider: "OpenAI",
        severity: Severity::Critical,
        rotate: "platform.openai.com/settings/organization/admin-keys",
        literals: &["sk-admin-"],
        pattern: "sk-admin-[A-Za-z0-9_-]{20,90}T3BlbkFJ[A-Za-z0-9_-]{20,90}",
        charset: Charset::Base64Url,
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
        judge: |it| Some(openai_marker(it)),
        ..Rule::TOKEN
    },
    Rule {
        id: "openai-legacy",
        kind: "OpenAI API key",
        provider: "OpenAI",
        rotate: "platform.openai.com/api-keys",
        literals: &["sk-"],
        pattern: "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
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
        pattern: "sk-ant-api03-[A-Za-z0-9_-]{80,120}",
        charset: Charset::Base64Url,
        judge: |it| Some(anthropic_ending(it)),
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
        id: "deepseek",
        kind: "DeepSeek API key",
        provider: "DeepSeek",
        rotate: "platform.deepseek.com/api_keys",
        literals: &["sk-"],
        pattern: "sk-[0-9a-f]{32}",
        judge: |it| mentions(it.line_before(120), &["deepseek"]).then(|| it.kept()),
        ..Rule::TOKEN
    },
    Rule {
        id: "firebase-web-config",
        kind: "Firebase web configuration",
        provider: "Firebase",
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
        judge: |it| mentions(it.line_before(120), &["gemini", "generative", "google_ai", "googleai"]).then(|| it.kept()),
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
        literals: &["AQ.Ab8RN6"],
        pattern: r"AQ\.Ab8RN6[A-Za-z0-9_-]{40,60}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "groq",
        kind: "Groq API key",
        provider: "Groq",
        rotate: "console.groq.com/keys",
        literals: &["gsk_"],
        pattern: "gsk_[A-Za-z0-9]{52}",
        ..Rule::TOKEN
    },
    Rule {
        id: "hugging-face",
        kind: "Hugging Face token",
        provider: "Hugging Face",
        rotate: "huggingface.co/settings/tokens",
        literals: &["hf_", "api_org_"],
        pattern: "(?:hf_|api_org_)[A-Za-z0-9]{34}",
        ..Rule::TOKEN
    },
    Rule {
        id: "replicate",
        kind: "Replicate token",
        provider: "Replicate",
        rotate: "replicate.com/account/api-tokens",
        literals: &["r8_"],
        pattern: "r8_[A-Za-z0-9]{37}",
        ..Rule::TOKEN
    },
    Rule {
        id: "perplexity",
        kind: "Perplexity API key",
        provider: "Perplexity",
        rotate: "console.perplexity.ai",
        literals: &["pplx-"],
        pattern: "pplx-[A-Za-z0-9]{48}",
        ..Rule::TOKEN
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

/// The middle of every OpenAI key is the base64 of its name; a key without is of a form not known yet.
fn openai_marker(candidate: &Candidate<'_>) -> Judged {
    let marked = candidate.words().contains("T3BlbkFJ");
    if marked { candidate.kept() } else { candidate.kept().confidence(Confidence::Contextual) }
}

/// 108 characters that end in `AA`; other lengths are of a form not known yet.
fn anthropic_ending(candidate: &Candidate<'_>) -> Judged {
    let whole = candidate.value().len() == 108 && candidate.value().ends_with(b"AA");
    if whole { candidate.kept() } else { candidate.kept().confidence(Confidence::Contextual) }
}

/// The key of a web app stands beside its project's other public settings, or in a variable named after Firebase.
fn firebase(candidate: &Candidate<'_>) -> Option<Judged> {
    let beside = mentions(candidate.around(600, 600), &["authdomain", "firebaseapp.com", "messagingsenderid"]);
    (beside || mentions(candidate.line_before(120), &["firebase"])).then(|| candidate.kept())
}
