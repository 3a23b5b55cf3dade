//! The providers that are asked one thing only: whether a leaked key of theirs still works. Their addresses are part of the
//! one list of hosts, and can be put elsewhere like the others; nothing but a live check goes there.

/// A provider's id and its address. Ids of systems that probes ask are not here: those have one address for both.
pub(super) const PROVIDERS: &[(&str, &str)] = &[
    ("cerebras", "https://api.cerebras.ai/"),
    ("clerk", "https://api.clerk.com/"),
    ("cloudflare", "https://api.cloudflare.com/"),
    ("cursor", "https://api.cursor.com/"),
    ("deepseek", "https://api.deepseek.com/"),
    ("discord", "https://discord.com/"),
    ("elevenlabs", "https://api.elevenlabs.io/"),
    ("gemini", "https://generativelanguage.googleapis.com/"),
    ("groq", "https://api.groq.com/"),
    ("huggingface", "https://huggingface.co/"),
    ("mistral", "https://api.mistral.ai/"),
    ("neon", "https://console.neon.tech/"),
    ("notion", "https://api.notion.com/"),
    ("pinecone", "https://api.pinecone.io/"),
    ("polar", "https://api.polar.sh/"),
    ("posthog", "https://us.posthog.com/"),
    ("postmark", "https://api.postmarkapp.com/"),
    ("replicate", "https://api.replicate.com/"),
    ("resend", "https://api.resend.com/"),
    ("sendgrid", "https://api.sendgrid.com/"),
    ("slack", "https://slack.com/"),
    ("stripe", "https://api.stripe.com/"),
    ("together", "https://api.together.ai/"),
    ("vercel_gateway", "https://ai-gateway.vercel.sh/"),
    ("workos", "https://api.workos.com/"),
    ("xai", "https://api.x.ai/"),
];
