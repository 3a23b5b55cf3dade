//! How a credential of each kind of the dossier is made, and the name that people give it.

use super::Kind;
use crate::scan::rules::samples::more::{headed, uuid};
use crate::scan::rules::samples::{ALNUM, BASE32, BASE58, DIGITS, HEX, LETTERS, URL, claims, supabase_key, token};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const MARK: [&str; 2] = ["T3Blbk", "FJ"];
const END: i64 = 4_000_000_000;

macro_rules! kind {
    ($rule:literal, $name:literal, $value:expr) => {
        Kind { rule: $rule, name: $name, beside: "", value: $value }
    };
    ($rule:literal, $name:literal, $beside:literal, $value:expr) => {
        Kind { rule: $rule, name: $name, beside: $beside, value: $value }
    };
}

pub(super) const KINDS: &[Kind] = &[
    kind!("openai-project", "OPENAI_API_KEY", |d| format!("sk-proj-{}{}{}", d.text(URL, 74), MARK.concat(), d.text(URL, 74))),
    kind!("openai-legacy", "OPENAI_API_KEY", |d| format!("sk-{}{}{}", d.text(ALNUM, 20), MARK.concat(), d.text(ALNUM, 20))),
    kind!("openai-admin", "OPENAI_ADMIN_KEY", |d| format!("sk-admin-{}{}{}", d.text(URL, 58), MARK.concat(), d.text(URL, 58))),
    kind!("openai-realtime", "OPENAI_CLIENT_SECRET", |d| format!("ek_{}", d.text(HEX, 32))),
    kind!("anthropic-inference", "ANTHROPIC_API_KEY", |d| format!("sk-ant-api03-{}AA", d.text(URL, 93))),
    kind!("anthropic-admin", "ANTHROPIC_ADMIN_KEY", |d| format!("sk-ant-admin01-{}AA", d.text(URL, 93))),
    kind!("anthropic-session", "CLAUDE_CODE_TOKEN", |d| format!("sk-ant-oat01-{}", d.text(URL, 95))),
    kind!("openrouter", "OPENROUTER_API_KEY", |d| format!("sk-or-v1-{}", d.text(HEX, 64))),
    kind!("gemini-api-key", "GEMINI_API_KEY", |d| format!("AIzaSy{}", d.text(URL, 33))),
    kind!("google-api-key", "MAPS_API_KEY", |d| format!("AIzaSy{}", d.text(URL, 33))),
    kind!("google-auth-key", "GEMINI_API_KEY", |d| format!("AQ.Ab8RN6{}", d.text(URL, 44))),
    kind!("google-oauth-client-secret", "GOOGLE_CLIENT_SECRET", |d| format!("GOCSPX-{}", d.text(URL, 28))),
    kind!("groq", "GROQ_API_KEY", |d| format!("gsk_{}", d.text(ALNUM, 52))),
    kind!("mistral", "MISTRAL_API_KEY", |d| d.text(ALNUM, 32)),
    kind!("together", "TOGETHER_API_KEY", |d| format!("tgp_v1_{}", d.text(URL, 43))),
    kind!("together-old", "TOGETHER_API_KEY", |d| d.text(HEX, 64)),
    kind!("perplexity", "PERPLEXITY_API_KEY", |d| format!("pplx-{}", d.text(ALNUM, 48))),
    kind!("replicate", "REPLICATE_API_TOKEN", |d| format!("r8_{}", d.text(ALNUM, 37))),
    kind!("elevenlabs", "ELEVENLABS_API_KEY", |d| format!("sk_{}", d.text(HEX, 48))),
    kind!("elevenlabs-old", "ELEVENLABS_API_KEY", |d| d.text(HEX, 32)),
    kind!("hugging-face", "HF_TOKEN", |d| format!("hf_{}", d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 34))),
    kind!("xai", "XAI_API_KEY", |d| format!("xai-{}", d.text(ALNUM, 80))),
    kind!("deepseek", "DEEPSEEK_API_KEY", |d| format!("sk-{}", d.text(HEX, 32))),
    kind!("fal", "FAL_KEY", |d| format!("{}:{}", uuid(d), d.text(HEX, 32))),
    kind!("pinecone", "PINECONE_API_KEY", |d| format!("pcsk_{}_{}", d.text(ALNUM, 5), d.text(ALNUM, 63))),
    kind!("pinecone-old", "PINECONE_API_KEY", |d| uuid(d)),
    kind!("cerebras", "CEREBRAS_API_KEY", |d| format!("csk-{}", d.text(ALNUM, 48))),
    kind!("voyage", "VOYAGE_API_KEY", |d| format!("pa-{}", d.text(URL, 43))),
    kind!("llama-cloud", "LLAMA_CLOUD_API_KEY", |d| format!("llx-{}", d.text(ALNUM, 48))),
    kind!("langsmith", "LANGSMITH_API_KEY", |d| format!("lsv2_pt_{}_{}", d.text(HEX, 32), d.text(HEX, 10))),
    kind!("cohere", "COHERE_API_KEY", |d| d.text(ALNUM, 40)),
    kind!("deepgram", "DEEPGRAM_API_KEY", |d| d.text(HEX, 40)),
    kind!("assemblyai", "ASSEMBLYAI_API_KEY", |d| d.text(LOWER, 32)),
    kind!("langfuse-secret", "LANGFUSE_SECRET_KEY", |d| format!("sk-lf-{}", uuid(d))),
    kind!("langfuse-public", "LANGFUSE_PUBLIC_KEY", |d| format!("pk-lf-{}", uuid(d))),
    kind!("cursor", "CURSOR_API_KEY", |d| format!("key_{}", d.text(HEX, 64))),
    kind!("resend", "RESEND_API_KEY", |d| format!("re_{}_{}", d.text(BASE58, 8), d.text(BASE58, 24))),
    kind!("sendgrid", "SENDGRID_API_KEY", |d| format!("SG.{}.{}", d.text(URL, 22), d.text(URL, 43))),
    kind!("postmark", "POSTMARK_SERVER_TOKEN", |d| uuid(d)),
    kind!("mailgun", "MAILGUN_API_KEY", |d| format!("key-{}", d.text(HEX, 32))),
    kind!("mailgun-new", "MAILGUN_API_KEY", |d| format!("{}-{}-{}", d.text(HEX, 32), d.text(HEX, 8), d.text(HEX, 8))),
    kind!("twilio-named-token", "TWILIO_AUTH_TOKEN", |d| d.text(HEX, 32)),
    kind!("twilio-api-key-id", "TWILIO_API_KEY", |d| format!("SK{}", d.text(HEX, 32))),
    kind!("twilio-account-sid", "TWILIO_ACCOUNT_SID", |d| format!("AC{}", d.text(HEX, 32))),
    kind!("slack-token", "SLACK_BOT_TOKEN", |d| format!(
        "xoxb-{}-{}-{}",
        d.text(DIGITS, 12),
        d.text(DIGITS, 13),
        d.text(ALNUM, 24)
    )),
    kind!("slack-webhook", "SLACK_HOOK", |d| format!(
        "https://hooks.slack.com/services/T{}/B{}/{}",
        d.text(BASE32, 9),
        d.text(BASE32, 9),
        d.text(ALNUM, 24)
    )),
    kind!("discord-bot", "DISCORD_TOKEN", |d| format!(
        "{}.{}.{}",
        STANDARD.encode(format!("8{}", d.text(DIGITS, 17))),
        d.text(URL, 6),
        d.text(URL, 38)
    )),
    kind!("discord-webhook", "DISCORD_HOOK", |d| format!(
        "https://discord.com/api/webhooks/{}/{}",
        d.text(DIGITS, 18),
        d.text(URL, 68)
    )),
    kind!("telegram-bot", "TELEGRAM_BOT_TOKEN", |d| format!("{}:AA{}", d.text(DIGITS, 10), d.text(URL, 33))),
    kind!("linear", "LINEAR_API_KEY", |d| format!("lin_api_{}", d.text(ALNUM, 40))),
    kind!("notion", "NOTION_TOKEN", |d| format!("ntn_{}{}", d.text(DIGITS, 11), d.text(ALNUM, 35))),
    kind!("notion-old", "NOTION_TOKEN", |d| format!("secret_{}", d.text(ALNUM, 43))),
    kind!("supabase-service-role", "SUPABASE_SERVICE_ROLE_KEY", |d| {
        let it = d.text(LETTERS, 20);
        token(d, &claims("service_role", &it, END))
    }),
    kind!("supabase-anon", "NEXT_PUBLIC_SUPABASE_ANON_KEY", |d| {
        let it = d.text(LETTERS, 20);
        token(d, &claims("anon", &it, END))
    }),
    kind!("supabase-secret-key", "SUPABASE_SECRET_KEY", |d| {
        let it = d.text(LETTERS, 20);
        supabase_key(d, "sb_secret_", &it)
    }),
    kind!("supabase-publishable-key", "SUPABASE_PUBLISHABLE_KEY", |d| {
        let it = d.text(LETTERS, 20);
        supabase_key(d, "sb_publishable_", &it)
    }),
    kind!("supabase-access-token", "SUPABASE_ACCESS_TOKEN", |d| format!("sbp_{}", d.text(HEX, 40))),
    kind!("supabase-jwt-secret", "SUPABASE_JWT_SECRET", |d| d.text(BASE64, 86) + "=="),
    kind!("supabase-database-url", "DATABASE_URL", |d| {
        let it = d.text(LETTERS, 20);
        format!("postgres{}postgres.{it}:{}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres", "://", d.text(ALNUM, 16))
    }),
    kind!("database-url", "DATABASE_URL", |d| format!("mysql{}app:{}@db.acme.io:3306/app", "://", d.text(ALNUM, 16))),
    kind!("vercel-token-old", "VERCEL_TOKEN", |d| d.text(ALNUM, 24)),
    kind!("vercel-token", "AI_GATEWAY_API_KEY", |d| format!("vck_{}", d.text(ALNUM, 56))),
    kind!("vercel-blob-token", "BLOB_READ_WRITE_TOKEN", |d| format!(
        "vercel_blob_rw_{}_{}",
        d.text(ALNUM, 16),
        d.text(ALNUM, 30)
    )),
    kind!("vercel-deploy-hook", "DEPLOY_HOOK", |d| format!(
        "https://api.vercel.com/v1/integrations/deploy/prj_{}/{}",
        d.text(ALNUM, 28),
        d.text(ALNUM, 10)
    )),
    kind!("github-classic-token", "GITHUB_TOKEN", |d| format!("ghp_{}", d.checked())),
    kind!("github-app-user-token", "GITHUB_TOKEN", |d| format!("gho_{}", d.checked())),
    kind!("github-installation-token", "GITHUB_TOKEN", |d| format!(
        "ghs_12345_{}",
        token(d, r#"{"iss":"12345","exp":4000000000}"#)
    )),
    kind!("github-fine-grained-token", "GITHUB_TOKEN", |d| format!("github_pat_{}_{}", d.text(ALNUM, 22), d.text(ALNUM, 59))),
    kind!("npm-token", "NPM_TOKEN", |d| format!("npm_{}", d.checked())),
    kind!("stripe-secret-live", "STRIPE_SECRET_KEY", |d| format!("sk_live_{}", d.text(ALNUM, 99))),
    kind!("stripe-restricted-live", "STRIPE_RESTRICTED_KEY", |d| format!("rk_live_{}", d.text(ALNUM, 99))),
    kind!("stripe-secret-test", "STRIPE_SECRET_KEY", |d| format!("sk_test_{}", d.text(ALNUM, 99))),
    kind!("stripe-organization", "STRIPE_ORG_KEY", |d| format!("sk_org_live_{}", d.text(ALNUM, 60))),
    kind!("stripe-publishable", "STRIPE_PUBLISHABLE_KEY", |d| format!("pk_live_{}", d.text(ALNUM, 99))),
    kind!("webhook-signing-secret", "STRIPE_WEBHOOK_SECRET", |d| format!("whsec_{}", d.text(ALNUM, 32))),
    kind!("clerk-secret", "CLERK_SECRET_KEY", |d| format!("sk_live_{}", d.text(ALNUM, 42))),
    kind!("clerk-machine-key", "CLERK_MACHINE_SECRET_KEY", |d| format!("ak_{}", d.text(ALNUM, 40))),
    kind!("clerk-publishable", "CLERK_PUBLISHABLE_KEY", |d| format!(
        "pk_live_{}",
        STANDARD.encode(format!("clerk.{}.com$", d.text(LETTERS, 9)))
    )),
    kind!("auth0-client-secret", "AUTH0_CLIENT_SECRET", |d| d.text(URL, 64)),
    kind!("workos-secret", "WORKOS_API_KEY", |d| format!("sk_live_a2V5X{}", d.text(ALNUM, 63))),
    kind!("paddle", "PADDLE_API_KEY", |d| format!(
        "pdl_live_apikey_{}_{}_{}",
        d.text(LOWER, 26),
        d.text(ALNUM, 22),
        d.text(ALNUM, 3)
    )),
    kind!("polar", "POLAR_ACCESS_TOKEN", |d| format!("polar_oat_{}", d.text(ALNUM, 43))),
    kind!("signing-secret", "NEXTAUTH_SECRET", |d| d.text(BASE64, 43) + "="),
    kind!("aws-key-id", "AWS_ACCESS_KEY_ID", |d| format!("AKIA{}", d.text(BASE32, 16))),
    kind!("aws-secret-key-named", "AWS_SECRET_ACCESS_KEY", |d| d.text(ALNUM, 40)),
    kind!("aws-session-token", "AWS_SESSION_TOKEN", |d| format!("IQoJ{}=", d.text(BASE64, 300))),
    kind!("aws-bedrock-key", "AWS_BEARER_TOKEN_BEDROCK", |d| format!("ABSK{}", d.text(ALNUM, 128))),
    kind!("cloudflare-token", "CLOUDFLARE_API_TOKEN", |d| format!("cfut_{}{}", d.text(ALNUM, 40), d.text(HEX, 8))),
    kind!("cloudflare-token-old", "CLOUDFLARE_API_TOKEN", |d| d.text(URL, 40)),
    kind!("cloudflare-global-key", "CLOUDFLARE_API_KEY", |d| d.text(HEX, 37)),
    kind!("cloudflare-origin-ca", "ORIGIN_CA_KEY", |d| format!("v1.0-{}-{}", d.text(HEX, 24), d.text(HEX, 146))),
    kind!("neon", "NEON_API_KEY", |d| format!("napi_{}", d.text(LOWER, 64))),
    kind!("neon-role-password", "PGPASSWORD", |d| format!("npg_{}", d.text(ALNUM, 12))),
    kind!("planetscale", "PLANETSCALE_PASSWORD", |d| format!("pscale_pw_{}", d.text(ALNUM, 43))),
    kind!("upstash-rest-token", "UPSTASH_REDIS_REST_TOKEN", "https://eu1-acme-30000.upstash.io", |d| format!(
        "AX{}==",
        d.text(ALNUM, 56)
    )),
    kind!("qstash-token", "QSTASH_TOKEN", |d| STANDARD.encode(format!(
        r#"{{"UserID":"{}","Password":"{}"}}"#,
        uuid(d),
        d.text(HEX, 32)
    ))),
    kind!("qstash-signing-key", "QSTASH_CURRENT_SIGNING_KEY", |d| format!("sig_{}", d.text(ALNUM, 28))),
    kind!("turso-token", "TURSO_AUTH_TOKEN", |d| headed(d, r#"{"alg":"EdDSA","typ":"JWT"}"#, r#"{"a":"rw","iat":1700000000}"#)),
    kind!("convex-deploy-key", "CONVEX_DEPLOY_KEY", |d| format!("prod:happy-animal-123|{}", d.text(ALNUM, 60))),
    kind!("inngest-signing-key", "INNGEST_SIGNING_KEY", |d| format!("signkey-prod-{}", d.text(HEX, 64))),
    kind!("inngest-event-key", "INNGEST_EVENT_KEY", |d| d.text(URL, 86)),
    kind!("trigger-dev", "TRIGGER_SECRET_KEY", |d| format!("tr_prod_{}", d.text(ALNUM, 22))),
    kind!("trigger-dev-account", "TRIGGER_ACCESS_TOKEN", |d| format!("tr_pat_{}", d.text(LOWER, 40))),
    kind!("sentry-dsn", "SENTRY_DSN", |d| format!(
        "https://{}@o12345.ingest.us.sentry.io/{}",
        d.text(HEX, 32),
        d.text(DIGITS, 16)
    )),
    kind!("sentry-user-token", "SENTRY_AUTH_TOKEN", |d| format!("sntryu_{}", d.text(HEX, 64))),
    kind!("sentry-token-old", "SENTRY_AUTH_TOKEN", |d| d.text(HEX, 64)),
    kind!("sentry-organisation-token", "SENTRY_AUTH_TOKEN", |d| {
        let claims =
            STANDARD.encode(r#"{"iat":1700000000.1,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}"#);
        format!("sntrys_{claims}_{}", d.text(ALNUM, 43))
    }),
    kind!("rollbar", "ROLLBAR_ACCESS_TOKEN", |d| d.text(HEX, 32)),
    kind!("posthog-project", "POSTHOG_KEY", |d| format!("phc_{}", d.text(ALNUM, 43))),
    kind!("posthog-personal", "POSTHOG_PERSONAL_KEY", |d| format!("phx_{}", d.text(ALNUM, 43))),
    kind!("cloudinary-url", "CLOUDINARY_URL", |d| format!("cloudinary{}{}:{}@acme", "://", d.text(DIGITS, 15), d.text(URL, 27))),
    kind!("algolia-admin-key", "ALGOLIA_ADMIN_KEY", |d| d.text(HEX, 32)),
    kind!("algolia-search-key", "ALGOLIA_SEARCH_KEY", |d| d.text(HEX, 32)),
    kind!("mapbox-public", "MAPBOX_TOKEN", |d| map(d, "pk")),
    kind!("mapbox-secret", "MAPBOX_SECRET_TOKEN", |d| map(d, "sk")),
    kind!("recaptcha-site-key", "RECAPTCHA_SITE_KEY", |d| format!("6Lc{}", d.text(URL, 37))),
    kind!("recaptcha-secret", "RECAPTCHA_SECRET_KEY", |d| format!("6Lc{}", d.text(URL, 37))),
    kind!("turnstile-site-key", "TURNSTILE_SITE_KEY", |d| format!("0x4AAAAAAA{}", d.text(URL, 14))),
    kind!("turnstile-secret", "TURNSTILE_SECRET_KEY", |d| format!("0x4AAAAAAA{}", d.text(URL, 25))),
    kind!("gitlab-token", "GITLAB_TOKEN", |d| format!("{}-{}", ["gl", "pat"].concat(), d.text(URL, 20))),
    kind!("digitalocean-token", "DIGITALOCEAN_TOKEN", |d| format!("dop_v1_{}", d.text(HEX, 64))),
    kind!("pypi-token", "TWINE_PASSWORD", |d| format!("pypi-AgEIcHlwaS5vcmc{}", d.text(URL, 150))),
    kind!("rubygems-token", "GEM_HOST_API_KEY", |d| format!("rubygems_{}", d.text(HEX, 48))),
    kind!("shopify-token", "SHOPIFY_ACCESS_TOKEN", |d| format!("shpat_{}", d.text(HEX, 32))),
    kind!("atlassian-token", "JIRA_API_TOKEN", |d| format!("ATATT3xFfGF0{}={}", d.text(URL, 171), d.text("0123456789ABCDEF", 8))),
    kind!("docker-hub-token", "DOCKER_HUB_TOKEN", |d| format!("dckr_pat_{}", d.text(URL, 27))),
    kind!("grafana-token", "GRAFANA_TOKEN", |d| format!("glsa_{}_{}", d.text(ALNUM, 32), d.text(HEX, 8))),
    kind!("databricks-token", "DATABRICKS_TOKEN", |d| format!("dapi{}", d.text(HEX, 32))),
    kind!("dropbox-token", "DROPBOX_ACCESS_TOKEN", |d| format!("sl.B{}", d.text(URL, 134))),
    kind!("figma-token", "FIGMA_TOKEN", |d| format!("figd_{}", d.text(URL, 40))),
    kind!("square-token", "SQUARE_ACCESS_TOKEN", |d| format!("EAAA{}", d.text(URL, 60))),
    kind!("doppler-token", "DOPPLER_TOKEN", |d| format!("dp.pt.{}", d.text(ALNUM, 43))),
    kind!("vault-token", "VAULT_TOKEN", |d| format!("hvs.{}", d.text(ALNUM, 96))),
    kind!("terraform-cloud-token", "TFE_TOKEN", |d| format!("{}.atlasv1.{}", d.text(ALNUM, 14), d.text(ALNUM, 67))),
    kind!("tailscale-key", "TAILSCALE_AUTH_KEY", |d| format!("tskey-auth-{}CNTRL-{}", d.text(ALNUM, 12), d.text(ALNUM, 32))),
    kind!("onepassword-service-token", "OP_SERVICE_ACCOUNT_TOKEN", |d| format!("ops_eyJ{}", d.text(ALNUM, 800))),
    kind!("new-relic-key", "NEW_RELIC_API_KEY", |d| format!("NRAK-{}", d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 27))),
    kind!("postman-key", "POSTMAN_API_KEY", |d| format!("PMAK-{}-{}", d.text(HEX, 24), d.text(HEX, 34))),
    kind!("sourcegraph-token", "SRC_ACCESS_TOKEN", |d| format!("sgp_{}", d.text(HEX, 40))),
    kind!("netlify-token", "NETLIFY_AUTH_TOKEN", |d| format!("nfp_{}", d.text(ALNUM, 36))),
    kind!("fly-token", "FLY_API_TOKEN", |d| format!("fo1_{}", d.text(ALNUM, 43))),
    kind!("heroku-token", "HEROKU_API_KEY", |d| format!("HRKU-AA{}", d.text(ALNUM, 58))),
    kind!("brevo-key", "BREVO_API_KEY", |d| format!("xkeysib-{}-{}", d.text(HEX, 64), d.text(ALNUM, 16))),
    kind!("airtable-token", "AIRTABLE_TOKEN", |d| format!("pat{}.{}", d.text(ALNUM, 14), d.text(HEX, 64))),
    kind!("typeform-token", "TYPEFORM_TOKEN", |d| format!("tfp_{}_{}", d.text(ALNUM, 43), d.text(ALNUM, 15))),
    kind!("contentful-token", "CONTENTFUL_TOKEN", |d| format!("CFPAT-{}", d.text(URL, 43))),
    kind!("crawling-key", "FIRECRAWL_API_KEY", |d| format!("fc-{}", d.text(HEX, 32))),
    kind!("nvidia-key", "NVIDIA_API_KEY", |d| format!("nvapi-{}", d.text(URL, 64))),
    kind!("runpod-key", "RUNPOD_API_KEY", |d| format!(
        "rpa_{}{}",
        d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 40),
        d.text(LOWER, 6)
    )),
    kind!("named-secret", "ACME_API_KEY", |d| d.text(ALNUM, 40)),
    kind!("named-password", "SMTP_PASSWORD", |d| format!("h8{}#Q", d.text(ALNUM, 9))),
    kind!("jwt", "ACME_TOKEN", |d| token(d, r#"{"iss":"acme","sub":"7","exp":4000000000}"#)),
];

fn map(d: &mut super::Dice, kind: &str) -> String {
    let user = URL_SAFE_NO_PAD.encode(format!(r#"{{"u":"acme","a":"{}"}}"#, d.text(LOWER, 25)));
    format!("{kind}.{user}.{}", d.text(URL, 22))
}
