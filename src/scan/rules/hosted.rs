//! Keys of those who run models for others, and of what apps with models are built on: speech, search, traces, agents.

use super::context::{BESIDE, beside_its_name, beside_its_name_and_no_digest, near, stands_alone};
use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Rule, mentions};

const BY_NAME: Rule = Rule { charset: Charset::Open, confidence: Confidence::Contextual, entropy: 3.0, ..Rule::TOKEN };

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "groq",
        kind: "Groq API key",
        provider: "Groq",
        rotate: "console.groq.com/keys",
        literals: &["gsk_"],
        pattern: "gsk_[A-Za-z0-9]{52,72}",
        lengths: &[56],
        ..Rule::TOKEN
    },
    Rule {
        id: "hugging-face",
        kind: "Hugging Face token",
        provider: "Hugging Face",
        rotate: "huggingface.co/settings/tokens",
        literals: &["hf_", "api_org_"],
        pattern: "(?:hf_|api_org_)[A-Za-z0-9]{34,44}",
        lengths: &[37, 42],
        ..Rule::TOKEN
    },
    Rule {
        id: "replicate",
        kind: "Replicate token",
        provider: "Replicate",
        rotate: "replicate.com/account/api-tokens",
        literals: &["r8_"],
        pattern: "r8_[A-Za-z0-9]{37,48}",
        lengths: &[40],
        ..Rule::TOKEN
    },
    Rule {
        id: "perplexity",
        kind: "Perplexity API key",
        provider: "Perplexity",
        rotate: "console.perplexity.ai",
        literals: &["pplx-"],
        pattern: "pplx-[A-Za-z0-9]{32,72}",
        lengths: &[53],
        ..Rule::TOKEN
    },
    Rule {
        id: "together",
        kind: "Together AI key",
        provider: "Together AI",
        rotate: "api.together.ai/settings/api-keys",
        literals: &["tgp_v1_"],
        pattern: "tgp_v1_[A-Za-z0-9_-]{43,64}",
        charset: Charset::Base64Url,
        lengths: &[50],
        ..Rule::TOKEN
    },
    Rule {
        id: "together-old",
        kind: "Together AI key of the old kind",
        provider: "Together AI",
        rotate: "api.together.ai/settings/api-keys",
        literals: &["together", "TOGETHER", "Together"],
        pattern: near!("[0-9a-f]{64}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "elevenlabs",
        kind: "ElevenLabs API key",
        provider: "ElevenLabs",
        rotate: "elevenlabs.io/app/settings/api-keys",
        literals: &["sk_"],
        pattern: "sk_[0-9a-f]{48}",
        charset: Charset::Base64Url,
        judge: |it| Some(elevenlabs(it)),
        ..Rule::TOKEN
    },
    Rule {
        id: "elevenlabs-old",
        kind: "ElevenLabs API key of the old kind",
        provider: "ElevenLabs",
        rotate: "elevenlabs.io/app/settings/api-keys",
        literals: &["eleven", "ELEVEN", "Eleven", "xi-api-key", "xi_api_key", "XI_API_KEY"],
        pattern: near!("[0-9a-f]{32}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "fal",
        kind: "fal key",
        provider: "fal",
        rotate: "fal.ai/dashboard/keys",
        literals: &[
            "fal_", "FAL_", "fal-", "fal.", "falK", "falA", "falai", "fal:", "fal\"", "fal]", "FAL:", "FalK", "FalA", "Fal\"",
        ],
        pattern: near!("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[0-9a-f]{32}"),
        reach: BESIDE,
        judge: |it| stands_alone(it, Charset::Base64Url).then(|| it.kept()),
        confidence: Confidence::Strong,
        ..BY_NAME
    },
    Rule {
        id: "pinecone",
        kind: "Pinecone API key",
        provider: "Pinecone",
        rotate: "app.pinecone.io › API keys",
        literals: &["pcsk_"],
        pattern: "pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}",
        ..Rule::TOKEN
    },
    Rule {
        id: "pinecone-old",
        kind: "Pinecone API key of the old kind",
        provider: "Pinecone",
        rotate: "app.pinecone.io › API keys",
        literals: &["pinecone", "PINECONE", "Pinecone"],
        pattern: near!("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "cerebras",
        kind: "Cerebras API key",
        provider: "Cerebras",
        rotate: "cloud.cerebras.ai › API keys",
        literals: &["csk-"],
        pattern: "csk-[A-Za-z0-9]{48,64}",
        charset: Charset::Base64Url,
        lengths: &[52],
        ..Rule::TOKEN
    },
    Rule {
        id: "voyage",
        kind: "Voyage AI key",
        provider: "Voyage AI",
        rotate: "dashboard.voyageai.com › API keys",
        literals: &["pa-"],
        pattern: "pa-[A-Za-z0-9_-]{40,48}",
        charset: Charset::Base64Url,
        entropy: 3.8,
        judge: voyage,
        ..Rule::TOKEN
    },
    Rule {
        id: "llama-cloud",
        kind: "LlamaCloud API key",
        provider: "LlamaCloud",
        rotate: "cloud.llamaindex.ai › API keys",
        literals: &["llx-"],
        pattern: "llx-[A-Za-z0-9_-]{40,64}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "langsmith",
        kind: "LangSmith API key",
        provider: "LangSmith",
        severity: Severity::Medium,
        rotate: "smith.langchain.com › Settings › API keys",
        literals: &["lsv2_sk_", "lsv2_pt_"],
        pattern: "lsv2_(?:sk|pt)_[0-9a-f]{32}_[0-9a-f]{10}",
        ..Rule::TOKEN
    },
    Rule {
        id: "langfuse-secret",
        kind: "Langfuse secret key",
        provider: "Langfuse",
        severity: Severity::Medium,
        rotate: "the Langfuse project's settings › API keys",
        literals: &["sk-lf-"],
        pattern: "sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "langfuse-public",
        kind: "Langfuse public key",
        provider: "Langfuse",
        harmless: "it is the user name of a pair; without the secret key it opens nothing",
        literals: &["pk-lf-"],
        pattern: "pk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        charset: Charset::Base64Url,
        ..Rule::PUBLIC
    },
    Rule {
        id: "deepgram",
        kind: "Deepgram API key",
        provider: "Deepgram",
        rotate: "console.deepgram.com › API keys",
        literals: &["deepgram", "DEEPGRAM", "Deepgram"],
        pattern: near!("[0-9a-f]{40}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "assemblyai",
        kind: "AssemblyAI API key",
        provider: "AssemblyAI",
        rotate: "assemblyai.com/app › API keys",
        literals: &[
            "assemblyai",
            "ASSEMBLYAI",
            "AssemblyAI",
            "assembly_ai",
            "ASSEMBLY_AI",
            "assemblyAi",
            "assemblyAI",
            "AssemblyAi",
        ],
        pattern: near!("[a-z0-9]{32}"),
        reach: BESIDE,
        judge: beside_its_name,
        ..BY_NAME
    },
    Rule {
        id: "cursor",
        kind: "Cursor API key",
        provider: "Cursor",
        severity: Severity::Medium,
        rotate: "cursor.com/dashboard › API keys",
        literals: &["key_"],
        pattern: "key_[0-9a-f]{64}",
        charset: Charset::Base64Url,
        ..Rule::TOKEN
    },
    Rule {
        id: "coding-platform-token",
        kind: "token of a platform that builds apps with models",
        provider: "Lovable, Bolt or Replit",
        severity: Severity::Medium,
        rotate: "the account settings of that platform",
        literals: &["LOVABLE_", "lovable", "REPLIT_", "replit", "BOLT_", "STACKBLITZ_"],
        pattern: near!("[A-Za-z0-9_-]{24,128}"),
        reach: BESIDE,
        judge: beside_its_name_and_no_digest,
        ..BY_NAME
    },
];

/// The prefix is others' too; its provider's name or header settles it.
fn elevenlabs(candidate: &Candidate<'_>) -> Judged {
    let told = mentions(candidate.around(240, 120), &["eleven", "xi-api-key", "xi_api_key"]);
    if told { candidate.kept() } else { candidate.kept().confidence(Confidence::Contextual) }
}

fn voyage(candidate: &Candidate<'_>) -> Option<Judged> {
    let exact = candidate.value().len() == 46;
    if exact && mentions(candidate.around(240, 120), &["voyage"]) {
        return Some(candidate.kept());
    }
    // Words joined by dashes begin so too.
    let dashes = candidate.value().iter().skip(3).filter(|byte| **byte == b'-').count();
    let random = dashes <= 4 && entropy::looks_random(candidate.value());
    (exact && random).then(|| candidate.kept().confidence(Confidence::Contextual))
}
