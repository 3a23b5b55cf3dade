//! How each kind of leaked key is tried: only harmless reads whose refusals are known in the provider's own format
//! (`apis/secrets.md` §2, column "Live check", §4.2, §4.3). What fires an action or hands out secrets is named as left off.
//!
//! Every sign of a dead key was looked for in November 2026 and found: in the vendor's source or its client (Anthropic,
//! Pinecone, Polar, Resend, Sentry, Vercel's gateway, WorkOS), in other scanners (Gemini), or in public code and issues as an
//! answer that somebody kept (the others). One that was not found is not here, so that the answer to it stays unknown.

use crate::net::KeyIn;

/// Where a provider is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// By its id in the list of hosts.
    Provider(&'static str),
    /// The Supabase project that the key itself names.
    Project,
}

/// What an answer has to look like. An answer is the provider's own only if its JSON says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sign {
    pub status: u16,
    /// A JSON pointer.
    pub at: &'static str,
    pub is: Is,
}

/// What stands at the pointer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Is {
    /// Anything but nothing.
    There,
    True,
    /// One of these texts.
    Text(&'static [&'static str]),
    /// A text with one of these in it, whatever the case.
    Saying(&'static [&'static str]),
}

/// One way to try keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check {
    /// The rules whose finds it tries.
    pub rules: &'static [&'static str],
    /// Only keys that begin so; empty: all.
    pub prefixes: &'static [&'static str],
    pub at: At,
    /// Relative to the provider's address.
    pub path: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub key_in: KeyIn,
    pub live: &'static [Sign],
    pub dead: &'static [Sign],
    /// Why a no from here proves nothing, if another provider has keys of this shape.
    pub shared_shape: Option<&'static str>,
}

const fn there(status: u16, at: &'static str) -> Sign {
    Sign { status, at, is: Is::There }
}
const fn text(status: u16, at: &'static str, any: &'static [&'static str]) -> Sign {
    Sign { status, at, is: Is::Text(any) }
}
const fn saying(status: u16, at: &'static str, any: &'static [&'static str]) -> Sign {
    Sign { status, at, is: Is::Saying(any) }
}

/// What most have: a key for any prefix, as a bearer.
const BEARER: Check = Check {
    rules: &[],
    prefixes: &[],
    at: At::Project,
    path: "",
    headers: &[],
    key_in: KeyIn::Bearer,
    live: &[],
    dead: &[],
    shared_shape: None,
};

const CLERK_TOO: Option<&str> = Some("Clerk has keys of this shape");

/// The signs of providers that speak OpenAI's dialect.
const OPENAI_LIVE: &[Sign] = &[
    text(200, "/object", &["list"]),
    text(403, "/error/type", &["insufficient_permissions", "invalid_request_error"]),
    text(429, "/error/type", &["insufficient_quota", "requests", "tokens", "rate_limit_error"]),
];
const OPENAI_DEAD: &[Sign] = &[text(401, "/error/code", &["invalid_api_key"])];

const GITHUB: Check = Check {
    at: At::Provider("github"),
    path: "user",
    headers: &[("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")],
    live: &[there(200, "/login")],
    dead: &[text(401, "/message", &["Bad credentials"])],
    ..BEARER
};

const STRIPE: Check = Check {
    at: At::Provider("stripe"),
    path: "v1/balance",
    live: &[text(200, "/object", &["balance"]), there(403, "/error/message")],
    dead: &[
        text(401, "/error/code", &["api_key_expired"]),
        saying(401, "/error/message", &["invalid api key provided", "expired api key provided"]),
    ],
    ..BEARER
};

/// A token works if its status is `active` (developers.cloudflare.com/fundamentals/api/troubleshooting), whatever `success`
/// says. One of an account gets the answer of one that is nobody's here, where only users' are known.
const CLOUDFLARE: Check = Check {
    at: At::Provider("cloudflare"),
    path: "client/v4/user/tokens/verify",
    live: &[text(200, "/result/status", &["active"])],
    dead: &[saying(401, "/errors/0/message", &["invalid api token"])],
    ..BEARER
};

const GEMINI_REFUSALS: &[&str] = &[
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_IOS_APP_BLOCKED",
    "API_KEY_ANDROID_APP_BLOCKED",
    "SERVICE_DISABLED",
];

/// Every check there is.
pub(super) static CHECKS: &[Check] = &[
    Check {
        rules: &["openai-project", "openai-legacy"],
        at: At::Provider("openai"),
        path: "v1/models",
        live: OPENAI_LIVE,
        dead: OPENAI_DEAD,
        ..BEARER
    },
    Check {
        rules: &["openai-admin"],
        at: At::Provider("openai"),
        path: "v1/organization/projects?limit=1",
        live: OPENAI_LIVE,
        dead: OPENAI_DEAD,
        ..BEARER
    },
    Check {
        rules: &["anthropic-inference"],
        at: At::Provider("anthropic"),
        path: "v1/models?limit=1",
        headers: &[("anthropic-version", "2023-06-01")],
        key_in: KeyIn::Header("x-api-key"),
        live: &[
            there(200, "/data"),
            text(403, "/error/type", &["permission_error"]),
            text(429, "/error/type", &["rate_limit_error"]),
        ],
        dead: &[text(401, "/error/type", &["authentication_error"])],
        ..BEARER
    },
    Check {
        rules: &["anthropic-admin"],
        at: At::Provider("anthropic"),
        path: "v1/organizations/me",
        headers: &[("anthropic-version", "2023-06-01")],
        key_in: KeyIn::Header("x-api-key"),
        live: &[
            there(200, "/id"),
            text(403, "/error/type", &["permission_error"]),
            text(429, "/error/type", &["rate_limit_error"]),
        ],
        dead: &[text(401, "/error/type", &["authentication_error"])],
        ..BEARER
    },
    Check {
        rules: &["openrouter"],
        at: At::Provider("openrouter"),
        path: "api/v1/key",
        live: &[there(200, "/data")],
        // Of a key that is nobody's (apurvsinghgautam/robin#103); any other refusal may be a wall of their own.
        dead: &[saying(401, "/error/message", &["user not found"])],
        ..BEARER
    },
    Check {
        rules: &["gemini-api-key", "google-api-key", "google-auth-key", "firebase-web-config"],
        at: At::Provider("gemini"),
        path: "v1beta/models?pageSize=1",
        key_in: KeyIn::Header("x-goog-api-key"),
        live: &[there(200, "/models"), text(403, "/error/details/*/reason", GEMINI_REFUSALS)],
        dead: &[text(400, "/error/details/*/reason", &["API_KEY_INVALID"])],
        ..BEARER
    },
    Check {
        rules: &["groq"],
        at: At::Provider("groq"),
        path: "openai/v1/models",
        live: OPENAI_LIVE,
        dead: OPENAI_DEAD,
        ..BEARER
    },
    Check {
        rules: &["mistral"],
        at: At::Provider("mistral"),
        path: "v1/models",
        live: &[text(200, "/object", &["list"])],
        dead: &[text(401, "/message", &["Unauthorized"]), text(401, "/detail", &["Unauthorized", "Invalid API Key"])],
        // They work at a host of their own, and get this very answer here (cline/cline#1734).
        shared_shape: Some("keys for Codestral alone have this shape"),
        ..BEARER
    },
    Check {
        rules: &["together", "together-old"],
        at: At::Provider("together"),
        path: "v1/models",
        live: &[there(200, "/0/id")],
        dead: OPENAI_DEAD,
        ..BEARER
    },
    Check {
        rules: &["replicate"],
        at: At::Provider("replicate"),
        path: "v1/account",
        live: &[there(200, "/username")],
        dead: &[text(401, "/title", &["Unauthenticated"])],
        ..BEARER
    },
    Check {
        rules: &["elevenlabs", "elevenlabs-old"],
        at: At::Provider("elevenlabs"),
        path: "v1/user/subscription",
        key_in: KeyIn::Header("xi-api-key"),
        live: &[there(200, "/tier"), text(401, "/detail/status", &["missing_permissions"])],
        dead: &[text(401, "/detail/status", &["invalid_api_key"])],
        ..BEARER
    },
    Check {
        rules: &["hugging-face"],
        at: At::Provider("huggingface"),
        path: "api/whoami-v2",
        live: &[there(200, "/name")],
        dead: &[saying(401, "/error", &["invalid credentials in authorization header"])],
        ..BEARER
    },
    Check {
        rules: &["xai"],
        at: At::Provider("xai"),
        path: "v1/api-key",
        live: &[there(200, "/api_key_id")],
        // Its text was seen percent-encoded too (i-am-bee/beeai-framework#447).
        dead: &[saying(400, "/error", &["incorrect api key", "incorrect%20api%20key"])],
        ..BEARER
    },
    Check {
        rules: &["deepseek"],
        at: At::Provider("deepseek"),
        path: "models",
        live: &[text(200, "/object", &["list"])],
        dead: &[text(401, "/error/type", &["authentication_error"])],
        ..BEARER
    },
    Check {
        rules: &["pinecone", "pinecone-old"],
        at: At::Provider("pinecone"),
        path: "indexes",
        headers: &[("x-pinecone-api-version", "2025-04")],
        key_in: KeyIn::Header("api-key"),
        live: &[there(200, "/indexes"), text(403, "/error/code", &["FORBIDDEN", "PERMISSION_DENIED"])],
        dead: &[text(401, "/error/code", &["UNAUTHENTICATED"])],
        ..BEARER
    },
    Check {
        rules: &["cerebras"],
        at: At::Provider("cerebras"),
        path: "v1/models",
        live: &[text(200, "/object", &["list"])],
        dead: &[text(401, "/code", &["wrong_api_key"])],
        ..BEARER
    },
    Check {
        rules: &["resend", "resend-old"],
        at: At::Provider("resend"),
        path: "domains",
        live: &[there(200, "/data"), text(401, "/name", &["restricted_api_key"])],
        dead: &[
            text(403, "/name", &["invalid_api_key"]),
            text(401, "/name", &["invalid_api_key"]),
            saying(400, "/message", &["api key is invalid"]),
            saying(401, "/message", &["api key is invalid"]),
        ],
        ..BEARER
    },
    Check {
        rules: &["sendgrid"],
        at: At::Provider("sendgrid"),
        path: "v3/scopes",
        live: &[there(200, "/scopes"), saying(403, "/errors/0/message", &["access forbidden"])],
        dead: &[saying(401, "/errors/0/message", &["authorization grant is invalid, expired, or revoked"])],
        ..BEARER
    },
    Check {
        rules: &["slack-token"],
        prefixes: &["xoxb-", "xoxp-"],
        at: At::Provider("slack"),
        path: "api/auth.test",
        live: &[Sign { status: 200, at: "/ok", is: Is::True }],
        dead: &[text(200, "/error", &["invalid_auth", "token_revoked", "token_expired", "account_inactive"])],
        ..BEARER
    },
    Check {
        rules: &["discord-bot"],
        at: At::Provider("discord"),
        path: "api/v10/users/@me",
        key_in: KeyIn::Bot,
        live: &[there(200, "/id")],
        dead: &[text(401, "/message", &["401: Unauthorized"])],
        ..BEARER
    },
    Check {
        rules: &["notion", "notion-old"],
        at: At::Provider("notion"),
        path: "v1/users/me",
        headers: &[("notion-version", "2022-06-28")],
        live: &[text(200, "/object", &["user"]), text(403, "/code", &["restricted_resource"])],
        dead: &[text(401, "/code", &["unauthorized"])],
        ..BEARER
    },
    // Counts of bounces, and nothing else: the server's own record would hold its tokens. The refusal as reported in
    // PipedreamHQ/pipedream#10254, the question as the vendor's client has it.
    Check {
        rules: &["postmark"],
        at: At::Provider("postmark"),
        path: "deliverystats",
        key_in: KeyIn::Header("x-postmark-server-token"),
        live: &[there(200, "/InactiveMails")],
        dead: &[saying(401, "/Message", &["does not contain a valid server token"])],
        shared_shape: Some("tokens of whole accounts have this shape"),
        ..BEARER
    },
    // PostHog/posthog#27656 shows both refusals; a key lives in one region only.
    Check {
        rules: &["posthog-personal"],
        at: At::Provider("posthog"),
        path: "api/users/@me/",
        live: &[there(200, "/email"), text(403, "/code", &["permission_denied"])],
        dead: &[text(401, "/code", &["authentication_failed"])],
        shared_shape: Some("it may be one of the other region"),
        ..BEARER
    },
    Check {
        rules: &["supabase-access-token"],
        at: At::Provider("supabase"),
        path: "v1/organizations",
        live: &[there(200, "")],
        dead: &[saying(401, "/message", &["unauthorized", "jwt could not be decoded"])],
        ..BEARER
    },
    Check {
        rules: &["supabase-service-role", "supabase-secret-key"],
        at: At::Project,
        path: "rest/v1/",
        key_in: KeyIn::Header("apikey"),
        live: &[there(200, "")],
        dead: &[saying(401, "/message", &["invalid api key", "legacy api keys are disabled", "unregistered api key"])],
        ..BEARER
    },
    Check {
        rules: &["vercel-token", "vercel-token-old"],
        prefixes: &["vcp_", "vci_", "…"],
        at: At::Provider("vercel"),
        path: "v2/user",
        live: &[there(200, "/user")],
        dead: &[Sign { status: 403, at: "/error/invalidToken", is: Is::True }],
        ..BEARER
    },
    Check {
        rules: &["vercel-token"],
        prefixes: &["vck_"],
        at: At::Provider("vercel_gateway"),
        path: "v1/credits",
        live: &[there(200, "/balance")],
        dead: &[text(401, "/error/type", &["authentication_error"])],
        ..BEARER
    },
    Check { rules: &["github-classic-token", "github-fine-grained-token"], ..GITHUB },
    Check { rules: &["github-app-user-token"], prefixes: &["gho_", "ghu_"], ..GITHUB },
    Check {
        rules: &["github-installation-token"],
        path: "installation/repositories?per_page=1",
        live: &[there(200, "/total_count")],
        ..GITHUB
    },
    Check { rules: &["stripe-secret-live", "stripe-restricted-live"], ..STRIPE },
    Check { rules: &["stripe-or-clerk-secret", "stripe-secret-test"], shared_shape: CLERK_TOO, ..STRIPE },
    Check {
        rules: &["clerk-secret"],
        at: At::Provider("clerk"),
        path: "v1/jwks",
        live: &[there(200, "/keys")],
        dead: &[text(401, "/errors/0/code", &["clerk_key_invalid"])],
        ..BEARER
    },
    Check {
        rules: &["workos-secret"],
        at: At::Provider("workos"),
        path: "organizations?limit=1",
        live: &[there(200, "/data")],
        dead: &[text(401, "/message", &["Unauthorized"])],
        ..BEARER
    },
    Check {
        rules: &["polar"],
        at: At::Provider("polar"),
        path: "v1/organizations/?limit=1",
        live: &[there(200, "/items"), text(403, "/error", &["insufficient_scope"])],
        dead: &[text(401, "/error", &["invalid_token"])],
        ..BEARER
    },
    Check { rules: &["cloudflare-token"], prefixes: &["cfut_"], ..CLOUDFLARE },
    Check { rules: &["cloudflare-token-old"], shared_shape: Some("tokens of whole accounts have this shape"), ..CLOUDFLARE },
    Check {
        rules: &["neon"],
        at: At::Provider("neon"),
        path: "api/v2/projects?limit=1",
        live: &[there(200, "/projects")],
        dead: &[saying(401, "/message", &["credentials do not pass authentication"])],
        ..BEARER
    },
    Check {
        rules: &["sentry-user-token", "sentry-token-old"],
        at: At::Provider("sentry"),
        path: "api/0/",
        live: &[there(200, "/auth")],
        dead: &[saying(401, "/detail", &["invalid token"])],
        ..BEARER
    },
    Check {
        rules: &["sentry-organisation-token"],
        at: At::Provider("sentry"),
        path: "api/0/auth/validate/",
        live: &[there(200, "/auth")],
        dead: &[saying(401, "/detail", &["invalid token", "invalid org token"])],
        ..BEARER
    },
];

/// Kinds that are not tried, and why.
pub(super) const LEFT_OFF: &[(&str, &str)] = &[
    ("algolia-admin-key", "the key would stand in the address, which others log"),
    ("anthropic-session", "no harmless question about a session is known"),
    ("auth0-client-secret", "it can only be used to sign in, not asked about"),
    ("aws-key-id", "asking AWS takes the secret half too, and a canary key would raise its alarm"),
    ("aws-secret-key", "asking AWS is seen in CloudTrail, and a canary key would raise its alarm"),
    ("cloudflare-token", "only user tokens (cfut_) can be asked about without naming an account"),
    ("database-url", "opening a session in somebody's database is not harmless"),
    ("discord-webhook", "the secret stands in the address, which others log"),
    ("fal", "its only question is one about prices, which anybody may ask"),
    ("github-app-user-token", "a refresh token can only be used, not asked about"),
    ("google-oauth-client-secret", "it can only be used to sign in, not asked about"),
    ("google-service-account", "using it would mint a token"),
    ("inngest-event-key", "it can only be used: it would send an event"),
    ("inngest-signing-key", "what it opens is the data of events"),
    ("linear", "its only question is a POST"),
    ("mailgun", "its refusal is the bare word Forbidden, so a wall would pass for it"),
    ("mailgun-new", "its refusal is the bare word Forbidden, so a wall would pass for it"),
    ("npm-token", "its refusal in the registry's own format is not known"),
    ("perplexity", "its only question is a POST that costs money"),
    ("planetscale", "the other half of the pair is needed"),
    ("private-key", "nobody knows whom to ask"),
    ("qstash-token", "the answer to its question would hold secrets"),
    ("signing-secret", "it is never sent anywhere: change it"),
    ("slack-token", "app and configuration tokens can only be used, not asked about"),
    ("slack-webhook", "it can only be used: it would post a message"),
    ("stripe-organization", "it takes an account's name that is not known here"),
    ("supabase-database-url", "opening a session in somebody's database is not harmless"),
    ("supabase-jwt-secret", "it is never sent anywhere: change it"),
    ("supabase-user-session", "it belongs to a person who uses the app"),
    ("telegram-bot", "the secret stands in the address, which others log"),
    ("twilio-api-key", "the account's id is needed beside it"),
    ("twilio-auth-token", "the account's id is needed beside it"),
    ("twilio-named-token", "the account's id is needed beside it"),
    ("vercel-blob-token", "no harmless question about one is known"),
    ("vercel-deploy-hook", "it can only be used: any request to it deploys"),
    ("vercel-token", "tokens of this kind can only be used, not asked about"),
    ("weak-signing-secret", "it is never sent anywhere: change it"),
    ("webhook-signing-secret", "it is never sent anywhere: change it"),
];
