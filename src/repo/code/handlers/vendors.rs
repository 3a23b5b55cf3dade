//! What packages and functions of vendors mean for a handler: who asks, whose signature, which schema, what it costs, what
//! counts callers. Tables of names; a name that is not here means nothing.

/// Libraries of schemas (dossier repo-signals.md §8.2).
pub const SCHEMAS: &[&str] = &[
    "zod",
    "@zod/zod",
    "@zod/mini",
    "valibot",
    "@valibot/valibot",
    "yup",
    "joi",
    "@hapi/joi",
    "superstruct",
    "ajv",
    "@sinclair/typebox",
    "typebox",
    "arktype",
    "io-ts",
    "runtypes",
    "ow",
    "class-validator",
    "express-validator",
    "celebrate",
    "@hono/zod-validator",
    "@hono/valibot-validator",
    "@hono/standard-validator",
    "@hono/zod-openapi",
    "drizzle-zod",
    "zod-form-data",
    "next-safe-action",
    "zsa",
    "@conform-to/zod",
    "@effect/schema",
    "@vinejs/vine",
    "fastest-validator",
    "sveltekit-superforms",
    "@trpc/server",
    "myzod",
    "zod-validation-error",
];

/// Packages whose calls say who asks.
pub const IDENTITIES: &[&str] = &[
    "next-auth",
    "@auth/core",
    "@auth/sveltekit",
    "@auth/express",
    "@clerk/nextjs",
    "@clerk/backend",
    "@clerk/express",
    "@clerk/remix",
    "@clerk/fastify",
    "@hono/clerk-auth",
    "@auth0/nextjs-auth0",
    "express-oauth2-jwt-bearer",
    "express-jwt",
    "@kinde-oss/kinde-auth-nextjs",
    "@workos-inc/authkit-nextjs",
    "@workos-inc/node",
    "better-auth",
    "iron-session",
    "@stackframe/stack",
    "passport",
    "jose",
    "supertokens-node",
    "@propelauth/nextjs",
    "@descope/nextjs-sdk",
    "hono/jwt",
    "hono/bearer-auth",
    "hono/basic-auth",
    "@fastify/jwt",
    "@base44/sdk",
];

/// Functions of such packages that say nothing of the caller.
pub const NO_IDENTITY: &[&str] = &[
    "signIn",
    "signOut",
    "SignJWT",
    "decodeJwt",
    "importJWK",
    "importSPKI",
    "importPKCS8",
    "AuthError",
    "encode",
    "clerkMiddleware",
    "createRouteMatcher",
];

/// Functions that say who asks, whatever they belong to.
pub const IDENTIFY: &[&str] = &[
    "getServerSession",
    "unstable_getServerSession",
    "currentUser",
    "verifyIdToken",
    "verifySessionCookie",
    "jwtVerify",
    "getKindeServerSession",
    "authenticateRequest",
    "getIronSession",
    "isAuthenticated",
];

/// Functions that check a sender's signature.
pub const SIGNATURES: &[&str] = &[
    "constructEvent",
    "constructEventAsync",
    "timingSafeEqual",
    "verifySignature",
    "verifySignatureAppRouter",
    "verifySignatureEdge",
    "verifyWebhook",
    "verifyWebhookSignature",
    "verifyWebhookRequest",
    "validateWebhookSignature",
    "createHmac",
    "verifyKey",
];

/// Packages whose `verify`, or whose handler, checks a signature.
pub const SIGNERS: &[&str] =
    &["svix", "standardwebhooks", "@upstash/qstash", "@upstash/workflow", "@octokit/webhooks", "inngest", "discord-interactions"];

/// Packages that count callers in a store which all instances share, and packages of such stores.
pub const SHARED_STORES: &[&str] = &[
    "@upstash/ratelimit",
    "@upstash/redis",
    "@unkey/ratelimit",
    "@vercel/firewall",
    "@vercel/kv",
    "@arcjet/next",
    "@arcjet/node",
    "@arcjet/deno",
    "@arcjet/bun",
    "@arcjet/sveltekit",
    "@arcjet/remix",
    "ioredis",
    "redis",
    "rate-limit-redis",
    "rate-limit-postgresql",
    "@acpr/rate-limit-postgresql",
];

/// Packages that count callers in the memory of one instance unless told otherwise.
pub const MEMORY_LIMITERS: &[&str] = &[
    "express-rate-limit",
    "lru-cache",
    "limiter",
    "rate-limiter-flexible",
    "hono-rate-limiter",
    "express-slow-down",
    "node-cache",
    "next-rate-limit",
    "@fastify/rate-limit",
];

/// Receivers of a `parse` that checks nothing (dossier repo-signals.md §8.2).
pub const NO_SCHEMAS: &[&str] = &[
    "JSON",
    "Date",
    "path",
    "qs",
    "url",
    "URL",
    "querystring",
    "cookie",
    "cookies",
    "Number",
    "semver",
    "dayjs",
    "moment",
    "marked",
    "acorn",
    "yaml",
    "YAML",
    "Papa",
    "csv",
    "SuperJSON",
    "superjson",
    "devalue",
    "jwt",
    "console",
    "parser",
    "xml",
    "Temporal",
];

/// Methods of a schema that check.
pub const CHECKS: &[&str] = &[
    "parse",
    "safeParse",
    "parseAsync",
    "safeParseAsync",
    "spa",
    "validate",
    "validateSync",
    "validateAsync",
    "isValid",
    "isValidSync",
    "assert",
    "create",
    "mask",
    "is",
    "decode",
    "Check",
    "Decode",
    "Parse",
    "allows",
];

/// Packages that cost by use, by the provider a reader knows. The flag says whether users are given it as a feature, so
/// that each needs a quota; mail and payments are not.
const PAID: &[(&str, &str, bool)] = &[
    ("openai", "OpenAI", true),
    ("@anthropic-ai/sdk", "Anthropic", true),
    ("@google/generative-ai", "Google AI", true),
    ("@google/genai", "Google AI", true),
    ("@google-cloud/vertexai", "Google AI", true),
    ("replicate", "Replicate", true),
    ("groq-sdk", "Groq", true),
    ("cohere-ai", "Cohere", true),
    ("@mistralai/mistralai", "Mistral", true),
    ("@huggingface/inference", "Hugging Face", true),
    ("together-ai", "Together", true),
    ("elevenlabs", "ElevenLabs", true),
    ("@elevenlabs/elevenlabs-js", "ElevenLabs", true),
    ("@deepgram/sdk", "Deepgram", true),
    ("assemblyai", "AssemblyAI", true),
    ("@fal-ai/client", "fal", true),
    ("@fal-ai/serverless-client", "fal", true),
    ("@openrouter/ai-sdk-provider", "OpenRouter", true),
    ("@langchain/openai", "OpenAI", true),
    ("@langchain/anthropic", "Anthropic", true),
    ("@mendable/firecrawl-js", "Firecrawl", true),
    ("@tavily/core", "Tavily", true),
    ("twilio", "Twilio", false),
    ("resend", "Resend", false),
    ("@sendgrid/mail", "SendGrid", false),
    ("postmark", "Postmark", false),
    ("mailgun.js", "Mailgun", false),
    ("nodemailer", "SMTP mail", false),
    ("@aws-sdk/client-ses", "Amazon SES", false),
    ("@aws-sdk/client-sns", "Amazon SNS", false),
];

/// Functions of the package `ai` that call a model.
const MODEL_CALLS: &[&str] = &[
    "generateText",
    "streamText",
    "generateObject",
    "streamObject",
    "embed",
    "embedMany",
    "generateImage",
    "experimental_generateImage",
    "experimental_generateSpeech",
    "experimental_transcribe",
];

/// What a name that is imported from a package costs.
#[must_use]
pub fn paid(package: &str, name: &str) -> Option<(&'static str, bool)> {
    match package {
        "ai" => MODEL_CALLS.contains(&name).then_some(("an AI model", true)),
        _ if package.starts_with("@ai-sdk/") && !["@ai-sdk/react", "@ai-sdk/vue", "@ai-sdk/svelte"].contains(&package) => {
            Some(("an AI model", true))
        }
        _ => PAID.iter().find(|it| it.0 == package).map(|it| (it.1, it.2)),
    }
}

/// Hosts that cost by use.
const PAID_HOSTS: &[(&str, &str, bool)] = &[
    ("api.openai.com", "OpenAI", true),
    ("api.anthropic.com", "Anthropic", true),
    ("generativelanguage.googleapis.com", "Google AI", true),
    ("aiplatform.googleapis.com", "Google AI", true),
    ("openrouter.ai/api", "OpenRouter", true),
    ("ai.gateway.lovable.dev", "Lovable AI", true),
    ("api.replicate.com", "Replicate", true),
    ("api.groq.com", "Groq", true),
    ("api.elevenlabs.io", "ElevenLabs", true),
    ("api.deepgram.com", "Deepgram", true),
    ("api.perplexity.ai", "Perplexity", true),
    ("api.mistral.ai", "Mistral", true),
    ("api.cohere.", "Cohere", true),
    ("api.together.xyz", "Together", true),
    ("fal.run", "fal", true),
    ("api.stability.ai", "Stability", true),
    ("api.firecrawl.dev", "Firecrawl", true),
    ("api.tavily.com", "Tavily", true),
    ("serpapi.com", "SerpApi", true),
    ("api.apify.com", "Apify", true),
    ("api.heygen.com", "HeyGen", true),
    ("api.deepseek.com", "DeepSeek", true),
    ("api.x.ai", "xAI", true),
    ("api.z.ai", "Z.ai", true),
    ("api.fireworks.ai", "Fireworks", true),
    ("maps.googleapis.com", "Google Maps", false),
    ("api.resend.com", "Resend", false),
    ("api.sendgrid.com", "SendGrid", false),
    ("api.twilio.com", "Twilio", false),
    ("api.mailgun.net", "Mailgun", false),
    ("api.postmarkapp.com", "Postmark", false),
    ("api.brevo.com", "Brevo", false),
];

/// Paths by which every provider of models that speaks as OpenAI does is called, whatever its host.
pub const MODEL_PATHS: &[&str] = &["/chat/completions", "/images/generations", "/audio/transcriptions", "/audio/speech"];

/// What an address that stands in a text costs.
#[must_use]
pub fn paid_host(text: &str) -> Option<(&'static str, bool)> {
    let known = known_host(text);
    // The app's own path is below `/api`.
    let is_model = || !text.starts_with("/api/") && MODEL_PATHS.iter().any(|it| text.ends_with(it));
    known.or_else(|| is_model().then_some(("an AI model", true)))
}

fn known_host(text: &str) -> Option<(&'static str, bool)> {
    if !text.contains("://") && !text.starts_with("api.") {
        return None;
    }
    PAID_HOSTS.iter().find(|it| text.contains(it.0)).map(|it| (it.1, it.2))
}

/// Calls that sign somebody up or in, or send a way to reset a password, by the end of their dotted name.
pub const ENTERS: &[&str] = &[
    "auth.signUp",
    "auth.signInWithPassword",
    "auth.signInWithOtp",
    "auth.resetPasswordForEmail",
    "auth.verifyOtp",
    "auth.admin.createUser",
    "auth.admin.generateLink",
    "auth.admin.inviteUserByEmail",
    "auth.api.signInEmail",
    "auth.api.signUpEmail",
    "createUserWithEmailAndPassword",
    "signInWithEmailAndPassword",
    "sendPasswordResetEmail",
    "bcrypt.compare",
    "bcrypt.compareSync",
    "bcryptjs.compare",
    "bcrypt.hash",
    "bcrypt.hashSync",
    "bcryptjs.hash",
    "argon2.hash",
    "argon2.verify",
    "CredentialsProvider",
];

/// Server frameworks whose routes are calls.
pub const ROUTERS: &[&str] = &[
    "express",
    "hono",
    "@hono/zod-openapi",
    "fastify",
    "koa-router",
    "@koa/router",
    "itty-router",
    "elysia",
    "polka",
    "restify",
    "oak",
    "@oak/oak",
    "@hono/hono",
];

/// Roles that let somebody do what others may not.
pub const POWERS: &[&str] = &[
    "admin",
    "administrator",
    "owner",
    "superadmin",
    "super_admin",
    "super-admin",
    "moderator",
    "staff",
    "service_role",
    "manager",
];
