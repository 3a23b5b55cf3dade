//! Samples of the rules that are told by a prefix of their own or by a name beside the value. Made at run time, as all are.

use super::{ALNUM, DIGITS, Dice, HEX, LETTERS, Samples, URL, claims, of, prefixed, token};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Eight, four, four, four and twelve.
pub(crate) fn uuid(d: &mut Dice) -> String {
    [8, 4, 4, 4, 12].map(|length| d.text(HEX, length)).join("-")
}

/// A token that `secret` signed.
pub(crate) fn signed(secret: &str, claims: &str) -> String {
    let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#), URL_SAFE_NO_PAD.encode(claims));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&body).finalize();
    format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac.into_bytes()))
}

/// A token with this header and these claims.
pub(crate) fn headed(d: &mut Dice, header: &str, claims: &str) -> String {
    format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims), d.text(URL, 86))
}

/// A value of some alphabet and length under the provider's name; the near misses stand under another name, are too long,
/// or are called a digest.
fn beside(d: &mut Dice, rule: &'static str, name: &str, alphabet: &str, length: usize) -> Samples {
    let camel = name.to_ascii_lowercase();
    let matching = vec![
        format!("{name}={}\n", d.text(alphabet, length)),
        format!("const {camel} = \"{}\";\n", d.text(alphabet, length)),
        format!("{{\"{camel}\": \"{}\"}}\n", d.text(alphabet, length)),
        format!("os.environ['{name}'] = '{}'\n", d.text(alphabet, length)),
    ];
    let near = vec![
        format!("ACME_KEY={}\n", d.text(alphabet, length)),
        format!("{name}={}\n", d.text(alphabet, length + 1)),
        format!("{name}_HASH={}\n", d.text(alphabet, length)),
        format!("{name}={}\n", "x".repeat(length)),
        format!("{name}=${{{name}}}\n"),
    ];
    Samples { rule, path: "src/a.ts", matching, near }
}

/// Every further rule with its samples.
#[expect(clippy::too_many_lines, reason = "a table of data")]
pub(super) fn more(d: &mut Dice, reference: &str) -> Vec<Samples> {
    let future = 4_000_000_000;
    let join = |parts: &[&str]| parts.concat();
    let mut samples = vec![
        prefixed(d, "anthropic-other", &["sk-ant", "-api07-"], URL, 90),
        prefixed(d, "sk-key", &["sk", "-"], ALNUM, 48),
        prefixed(d, "together", &["tgp", "_v1_"], URL, 43),
        prefixed(d, "elevenlabs", &["sk", "_"], HEX, 48),
        prefixed(d, "cerebras", &["cs", "k-"], ALNUM, 48),
        prefixed(d, "llama-cloud", &["ll", "x-"], ALNUM, 48),
        prefixed(d, "cursor", &["ke", "y_"], HEX, 64),
        prefixed(d, "mailgun", &["ke", "y-"], HEX, 32),
        prefixed(d, "google-access-token", &["ya", "29."], URL, 120),
        prefixed(d, "google-refresh-token", &["1/", "/0"], URL, 98),
        prefixed(d, "turnstile-secret", &["0x4", "AAAA"], URL, 28),
        prefixed(d, "turnstile-site-key", &["0x4", "AAAA"], URL, 17),
        prefixed(d, "stripe-organization", &["sk_", "org_live_"], ALNUM, 60),
        prefixed(d, "stripe-like-secret", &["sk_", "prod_"], ALNUM, 60),
        prefixed(d, "polar", &["polar", "_oat_"], ALNUM, 43),
        prefixed(d, "trigger-dev-account", &["tr_", "pat_"], ALNUM, 40),
        prefixed(d, "trigger-dev", &["tr_", "prod_"], ALNUM, 22),
        prefixed(d, "notion-old", &["secr", "et_"], ALNUM, 43),
        prefixed(d, "twilio-api-key-id", &["S", "K"], HEX, 32),
        prefixed(d, "twilio-account-sid", &["A", "C"], HEX, 32),
        prefixed(d, "datadog-rum", &["pu", "b"], HEX, 32),
        prefixed(d, "aws-bedrock-key", &["AB", "SK"], ALNUM, 128),
        beside(d, "mistral", "MISTRAL_API_KEY", ALNUM, 32),
        beside(d, "cohere", "COHERE_API_KEY", ALNUM, 40),
        beside(d, "together-old", "TOGETHER_API_KEY", HEX, 64),
        beside(d, "elevenlabs-old", "ELEVENLABS_API_KEY", HEX, 32),
        beside(d, "deepgram", "DEEPGRAM_API_KEY", HEX, 40),
        beside(d, "assemblyai", "ASSEMBLYAI_API_KEY", LOWER, 32),
        beside(d, "vercel-token-old", "VERCEL_API_TOKEN", ALNUM, 24),
        beside(d, "cloudflare-token-old", "CLOUDFLARE_API_TOKEN", ALNUM, 40),
        beside(d, "cloudflare-global-key", "CLOUDFLARE_API_KEY", HEX, 37),
        beside(d, "twilio-named-token", "TWILIO_AUTH_TOKEN", HEX, 32),
        beside(d, "sentry-token-old", "SENTRY_AUTH_TOKEN", HEX, 64),
        beside(d, "algolia-admin-key", "ALGOLIA_ADMIN_KEY", HEX, 32),
        beside(d, "aws-secret-key-named", "AWS_SECRET_ACCESS_KEY", ALNUM, 40),
    ];
    let (id, key, jwt_secret) = (uuid(d), d.text(HEX, 32), d.text(BASE64, 86) + "==");
    let basic = STANDARD.encode(format!("ana:{}", d.text(ALNUM, 20)));
    let map = |d: &mut Dice, kind: &str| {
        let user = URL_SAFE_NO_PAD.encode(format!(r#"{{"u":"acme","a":"{}"}}"#, d.text(LOWER, 25)));
        format!("{kind}.{user}.{}", d.text(URL, 22))
    };
    let discord =
        |d: &mut Dice, id: &str| format!("{}.{}.{}", STANDARD.encode(id).trim_end_matches('='), d.text(URL, 6), d.text(URL, 38));
    let snowflake = format!("8{}", d.text(DIGITS, 17));
    samples.extend([
        of(
            "supabase-local-key",
            "src/a.ts",
            vec![
                format!("K={}{}\n", join(&["sb_sec", "ret_N7UND0"]), d.text(URL, 25)),
                format!("K={}{}\n", join(&["sb_publish", "able_ACJWlz"]), d.text(URL, 25)),
            ],
            vec![format!("K={}{}\n", join(&["sb_sec", "ret_"]), d.text(URL, 31))],
        ),
        of(
            "supabase-local-jwt-secret",
            ".env",
            vec![format!("JWT_SECRET={}\n", join(&["super-secret-jwt-token-with-at-least", "-32-characters-long"]))],
            vec!["JWT_SECRET=super-secret-jwt-token-with-at-least-40-characters\n".to_owned()],
        ),
        of(
            "supabase-local-jwt",
            "src/a.ts",
            vec![token(d, &format!(r#"{{"iss":"supabase-demo","role":"anon","exp":{future}}}"#))],
            vec![token(d, &claims("anon", reference, future))],
        ),
        of(
            "supabase-jwt-secret",
            "src/a.ts",
            vec![
                format!("JWT_SECRET={jwt_secret}\nANON={}\n", signed(&jwt_secret, &claims("anon", reference, future))),
                format!("SUPABASE_JWT_SECRET={jwt_secret}\n"),
            ],
            vec![
                format!("JWT_SECRET={jwt_secret}\n"),
                format!("JWT_SECRET={jwt_secret}\nANON={}\n", token(d, &claims("anon", reference, future))),
                "SUPABASE_JWT_SECRET=your-jwt-secret-here\n".to_owned(),
            ],
        ),
        of(
            "auth0-management-token",
            "src/a.ts",
            vec![token(
                d,
                &format!(r#"{{"iss":"https://acme.auth0.com/","aud":"https://acme.auth0.com/api/v2/","exp":{future}}}"#),
            )],
            vec![token(d, &format!(r#"{{"iss":"https://acme.auth0.com/","aud":"https://acme.com/","exp":{future}}}"#))],
        ),
        of(
            "turso-token",
            ".env",
            vec![format!(
                "TURSO_AUTH_TOKEN={}\n",
                headed(d, r#"{"alg":"EdDSA","typ":"JWT"}"#, &format!(r#"{{"a":"rw","iat":1700000000,"id":"{id}"}}"#))
            )],
            vec![format!("T={}\n", headed(d, r#"{"alg":"EdDSA","typ":"JWT"}"#, r#"{"sub":"acme"}"#))],
        ),
        of(
            "lemon-squeezy",
            ".env",
            vec![format!(
                "LEMONSQUEEZY_API_KEY={}\n",
                headed(d, r#"{"typ":"JWT","alg":"RS256"}"#, r#"{"aud":"9","jti":"8","sub":"7","scopes":[]}"#)
            )],
            vec![format!(
                "OTHER={}\n",
                headed(d, r#"{"typ":"JWT","alg":"RS256"}"#, r#"{"aud":"9","jti":"8","sub":"7","scopes":[]}"#)
            )],
        ),
        of(
            "jwt-administrator",
            "src/a.ts",
            vec![token(d, &format!(r#"{{"iss":"acme","role":"admin","exp":{future}}}"#))],
            vec![
                token(d, &format!(r#"{{"iss":"acme","role":"user","exp":{future}}}"#)),
                token(d, r#"{"name":"John Doe","admin":true}"#),
            ],
        ),
        of(
            "openai-realtime",
            "src/a.ts",
            vec![format!("const openaiKey = 'ek_{}'", d.text(HEX, 32))],
            vec![format!("const week = 'ek_{}'", d.text(HEX, 32))],
        ),
        of(
            "recaptcha-secret",
            ".env",
            vec![format!("RECAPTCHA_SECRET_KEY=6Lc{}\n", d.text(URL, 37))],
            vec![
                format!("RECAPTCHA_SITE_KEY=6Lc{}\n", d.text(URL, 37)),
                format!("RECAPTCHA_SECRET_KEY=6Lc{}\n", d.text(URL, 38)),
            ],
        ),
        of(
            "recaptcha-site-key",
            ".env",
            vec![format!("VITE_RECAPTCHA_SITE_KEY=6Lc{}\n", d.text(URL, 37))],
            vec![format!("OTHER=6Lc{}\n", d.text(URL, 37)), format!("RECAPTCHA_SECRET=6Lc{}\n", d.text(URL, 37))],
        ),
        of(
            "google-oauth-client-id",
            "src/a.ts",
            vec![format!("clientId: '{}-{}.apps.googleusercontent.com'", d.text(DIGITS, 12), d.text(LOWER, 32))],
            vec!["clientId: 'acme.apps.googleusercontent.com'".to_owned()],
        ),
        of(
            "fcm-legacy-server-key",
            "src/a.ts",
            vec![format!("key=AAAA{}:{}{}\n", d.text(URL, 7), "APA91b", d.text(URL, 134))],
            vec![format!("key={}:{}{}\n", d.text(LETTERS, 11), "APA91b", d.text(URL, 134))],
        ),
        of(
            "vapid-private-key",
            ".env",
            vec![format!("VAPID_PRIVATE_KEY={}\n", d.text(URL, 43))],
            vec![format!("VAPID_PRIVATE_KEY={}\n", d.text(URL, 44)), "VAPID_PRIVATE_KEY=${VAPID}\n".to_owned()],
        ),
        of(
            "vapid-public-key",
            ".env",
            vec![format!("VAPID_PUBLIC_KEY=B{}\n", d.text(URL, 86))],
            vec![format!("OTHER_KEY=B{}\n", d.text(URL, 86))],
        ),
        of(
            "fal",
            ".env",
            vec![format!("FAL_KEY={id}:{key}\n"), format!("fal.config({{ credentials: \"{id}:{key}\" }})")],
            vec![format!("FAL_KEY={id}\n")],
        ),
        of(
            "pinecone",
            "src/a.ts",
            vec![format!("K=pcsk_{}_{}\n", d.text(ALNUM, 5), d.text(ALNUM, 63))],
            vec![format!("K=pcsk_{}_{}\n", d.text(ALNUM, 5), d.text(ALNUM, 30))],
        ),
        of(
            "pinecone-old",
            ".env",
            vec![format!("PINECONE_API_KEY={}\n", uuid(d))],
            vec![format!("PINECONE_INDEX={}\n", uuid(d)), format!("ACME_API_KEY={}\n", uuid(d))],
        ),
        of(
            "postmark",
            ".env",
            vec![format!("POSTMARK_SERVER_TOKEN={}\n", uuid(d))],
            vec![format!("ACME_SERVER_TOKEN={}\n", uuid(d))],
        ),
        of(
            "voyage",
            ".env",
            vec![format!("VOYAGE_API_KEY=pa-{}\n", d.text(URL, 43))],
            vec![
                format!("VOYAGE_API_KEY=pa-{}\n", d.text(URL, 30)),
                "pa-class-of-a-button-that-is-quite-long-indeed-yes\n".to_owned(),
            ],
        ),
        of(
            "langsmith",
            "src/a.ts",
            vec![format!("K=lsv2_pt_{}_{}\n", d.text(HEX, 32), d.text(HEX, 10))],
            vec![format!("K=lsv2_pt_{}\n", d.text(HEX, 32))],
        ),
        of("langfuse-secret", "src/a.ts", vec![format!("K=sk-lf-{}\n", uuid(d))], vec![format!("K=sk-lf-{}\n", d.text(HEX, 12))]),
        of("langfuse-public", "src/a.ts", vec![format!("K=pk-lf-{}\n", uuid(d))], vec![format!("K=pk-lf-{}\n", d.text(HEX, 12))]),
        of(
            "coding-platform-token",
            ".env",
            vec![format!("LOVABLE_API_KEY={}\n", d.text(ALNUM, 40))],
            vec!["LOVABLE_API_KEY=your-lovable-key-goes_here-now\n".to_owned()],
        ),
        of(
            "vercel-blob-token",
            "src/a.ts",
            vec![format!("K=vercel_blob_rw_{}_{}\n", d.text(ALNUM, 16), d.text(ALNUM, 30))],
            vec![format!("K=vercel_blob_rw_{}\n", d.text(ALNUM, 16))],
        ),
        of(
            "vercel-deploy-hook",
            "src/a.ts",
            vec![format!("https://api.vercel.com/v1/integrations/deploy/prj_{}/{}\n", d.text(ALNUM, 28), d.text(ALNUM, 10))],
            vec!["https://api.vercel.com/v1/integrations/deploy/prj_xxx/yyy\n".to_owned()],
        ),
        of(
            "vercel-protection-bypass",
            ".env",
            vec![
                format!("VERCEL_AUTOMATION_BYPASS_SECRET={}\n", d.text(ALNUM, 32)),
                format!("-H 'x-vercel-protection-bypass: {}'", d.text(ALNUM, 32)),
            ],
            vec![format!("VERCEL_AUTOMATION_BYPASS_SECRET={}\n", d.text(ALNUM, 33))],
        ),
        of(
            "cloudflare-origin-ca",
            "src/a.ts",
            vec![format!("K=v1.0-{}-{}\n", d.text(HEX, 24), d.text(HEX, 146))],
            vec![format!("K=v1.0-{}-{}\n", d.text(HEX, 24), d.text(HEX, 40))],
        ),
        of(
            "framework-secret",
            "settings.py",
            vec![format!("SECRET_KEY = 'django-insecure-{}'\n", d.text("abcdefghijkmnpqrstuvwxyz0123456789!@#$%^&*(-_=+)", 50))],
            vec!["SECRET_KEY = get_random_secret_key(50)\n".to_owned()],
        ),
        of(
            "putty-private-key",
            "id.ppk",
            vec![format!(
                "PuTTY-User-Key-File-{}: ssh-rsa\nEncryption: none\nPublic-Lines: 1\n{}\nPrivate-Lines: 1\n{}\n",
                2,
                d.text(ALNUM, 64),
                d.text(ALNUM, 64)
            )],
            vec![format!("PuTTY-User-Key-File-{}: ssh-rsa\nPublic-Lines: 1\n{}\n", 2, d.text(ALNUM, 64))],
        ),
        of(
            "age-secret-key",
            "keys.txt",
            vec![format!("AGE-SECRET-KEY-1{}\n", d.text("023456789ACDEFGHJKLMNPQRSTUVWXYZ", 58))],
            vec![format!("AGE-SECRET-KEY-1{}\n", d.text("023456789ACDEFGHJKLMNPQRSTUVWXYZ", 40))],
        ),
        of(
            "google-oauth-client-secret-old",
            "client.json",
            vec![format!(
                "\"client_id\": \"{}-{}.apps.googleusercontent.com\",\n\"client_secret\": \"{}\"\n",
                d.text(DIGITS, 12),
                d.text(HEX, 32),
                d.text(ALNUM, 24)
            )],
            vec![format!("\"client_secret\": \"{}\"\n", d.text(ALNUM, 24))],
        ),
        of(
            "npm-token-old",
            ".env",
            vec![format!("NPM_TOKEN={}\n", uuid(d))],
            vec![format!("NPM_PACKAGE_ID={}\n", uuid(d)), "NPM_TOKEN=your-npm-token\n".to_owned()],
        ),
        of(
            "npm-registry-login",
            ".npmrc",
            vec![format!("//r.acme.com/:_authToken={}\n", uuid(d)), format!("//r.acme.com/:_password={}\n", d.text(ALNUM, 40))],
            vec!["//r.acme.com/:_authToken=${NPM_TOKEN}\n".to_owned(), "is_authTokenValid = true".to_owned()],
        ),
        of(
            "clerk-machine-key",
            ".env",
            vec![format!("CLERK_MACHINE_SECRET_KEY=ak_{}\n", d.text(ALNUM, 40))],
            vec![format!("OTHER_KEY=ak_{}\n", d.text(ALNUM, 40))],
        ),
        of(
            "auth0-client-secret",
            ".env",
            vec![format!("AUTH0_CLIENT_SECRET={}\n", d.text(URL, 64))],
            vec![format!("AUTH0_CLIENT_ID={}\n", d.text(ALNUM, 32)), format!("ACME_CLIENT_SECRET={}\n", d.text(URL, 64))],
        ),
        of(
            "paddle",
            "src/a.ts",
            vec![format!("K=pdl_live_apikey_{}_{}_{}\n", d.text(LOWER, 26), d.text(ALNUM, 22), d.text(ALNUM, 3))],
            vec![format!("K=pdl_live_apikey_{}\n", d.text(LOWER, 26))],
        ),
        of(
            "stripe-client-secret",
            "src/a.ts",
            vec![format!("clientSecret: 'pi_{}_secret_{}'", d.text(ALNUM, 24), d.text(ALNUM, 25))],
            vec![format!("x = 'my_secret_{}'", d.text(ALNUM, 25))],
        ),
        of(
            "resend-old",
            ".env",
            vec![format!("RESEND_API_KEY=re_{}\n", d.text(ALNUM, 32))],
            vec![format!("ACME=re_{}\n", d.text(ALNUM, 32)), "RESEND_API_KEY=re_xxxxxxxxxxxxxxxxxxxxxxxxx\n".to_owned()],
        ),
        of(
            "mailgun-new",
            ".env",
            vec![format!("MAILGUN_API_KEY={}-{}-{}\n", d.text(HEX, 32), d.text(HEX, 8), d.text(HEX, 8))],
            vec![format!("ACME={}-{}-{}\n", d.text(HEX, 32), d.text(HEX, 8), d.text(HEX, 8))],
        ),
        of(
            "twilio-api-key",
            ".env",
            vec![format!("SID=SK{}\nSECRET={}\n", d.text(HEX, 32), d.text(ALNUM, 32))],
            vec![format!("SID=SK{}\nSECRET={}\n", d.text(HEX, 32), d.text(ALNUM, 33)), format!("SID=SK{}\n", d.text(HEX, 32))],
        ),
        of(
            "discord-bot",
            "src/a.ts",
            vec![format!("client.login('{}')", discord(d, &snowflake))],
            vec![format!("client.login('{}')", discord(d, "no-number-at-all-x"))],
        ),
        of(
            "qstash-token",
            ".env",
            vec![format!("QSTASH_TOKEN={}\n", STANDARD.encode(format!(r#"{{"UserID":"{id}","Password":"{key}"}}"#)))],
            vec![format!("QSTASH_TOKEN={}\n", STANDARD.encode(r#"{"UserID":1}"#))],
        ),
        of(
            "qstash-signing-key",
            ".env",
            vec![format!("QSTASH_CURRENT_SIGNING_KEY=sig_{}\n", d.text(ALNUM, 28))],
            vec!["x = sig_handler_of_the_process\n".to_owned()],
        ),
        of(
            "upstash-rest-token",
            ".env",
            vec![format!(
                "UPSTASH_REDIS_REST_URL=https://eu1-acme-30000.upstash.io\nUPSTASH_REDIS_REST_TOKEN=AX{}==\n",
                d.text(ALNUM, 58)
            )],
            vec![
                "UPSTASH_REDIS_REST_URL=https://eu1-acme-with-a-long-name-30000.upstash.io\n".to_owned(),
                format!("REST_TOKEN=AX{}\n", d.text(ALNUM, 58)),
            ],
        ),
        of(
            "convex-deploy-key",
            ".env",
            vec![format!("CONVEX_DEPLOY_KEY=prod:happy-animal-123|{}=\n", d.text(ALNUM, 60))],
            vec!["mode = prod:happy-animal-123|dev\n".to_owned()],
        ),
        of(
            "inngest-signing-key",
            ".env",
            vec![format!("K=signkey-prod-{}\n", d.text(HEX, 64))],
            vec![format!("K=signkey-prod-{}\n", d.text(HEX, 12))],
        ),
        of(
            "neon-role-password",
            ".env",
            vec![format!("PGPASSWORD=npg_{}\n", d.text(ALNUM, 12))],
            vec![format!("PGPASSWORD=npg_{}\n", d.text(ALNUM, 6)), format!("PGPASSWORD=anpg_{}\n", d.text(ALNUM, 12))],
        ),
        of(
            "inngest-event-key",
            ".env",
            vec![format!("INNGEST_EVENT_KEY={}\n", d.text(URL, 86))],
            vec!["INNGEST_EVENT_KEY=local\n".to_owned()],
        ),
        of(
            "turso-platform-token",
            ".env",
            vec![format!("TURSO_API_TOKEN={}\n", d.text(URL, 80))],
            vec![format!("OTHER_TOKEN={}\n", d.text(URL, 80))],
        ),
        of(
            "rollbar",
            ".env",
            vec![format!("ROLLBAR_ACCESS_TOKEN={}\n", d.text(HEX, 32))],
            vec![format!("ROLLBAR_ENV={}\n", d.text(HEX, 32)), format!("ROLLBAR_CLIENT_TOKEN={}\n", d.text(HEX, 32))],
        ),
        of(
            "rollbar-client",
            ".env",
            vec![format!("ROLLBAR_CLIENT_TOKEN={}\n", d.text(HEX, 32))],
            vec![format!("ROLLBAR_ACCESS_TOKEN={}\n", d.text(HEX, 32))],
        ),
        of(
            "algolia-search-key",
            ".env",
            vec![format!("ALGOLIA_SEARCH_KEY={}\n", d.text(HEX, 32))],
            vec![format!("ALGOLIA_ADMIN_KEY={}\n", d.text(HEX, 32))],
        ),
        of(
            "cloudinary-secret",
            ".env",
            vec![format!("CLOUDINARY_API_SECRET={}\n", d.text(ALNUM, 27))],
            vec![format!("CLOUDINARY_FOLDER={}\n", d.text(ALNUM, 27))],
        ),
        of(
            "cloudinary-url",
            ".env",
            vec![format!("CLOUDINARY_URL=cloudinary{}{}:{}@acme\n", "://", d.text(DIGITS, 15), d.text(URL, 27))],
            vec!["CLOUDINARY_URL=cloudinary://key:secret@acme\n".to_owned()],
        ),
        of(
            "mapbox-secret",
            "src/a.ts",
            vec![format!("K={}\n", map(d, "sk"))],
            vec![format!("K=sk.{}.{}\n", URL_SAFE_NO_PAD.encode(r#"{"no":"user of any kind at all"}"#), d.text(URL, 22))],
        ),
        of("mapbox-public", "src/a.ts", vec![format!("K={}\n", map(d, "pk"))], vec![format!("K={}\n", map(d, "sk"))]),
        of(
            "aws-session-token",
            ".env",
            vec![format!("AWS_SESSION_TOKEN={}=\n", d.text(BASE64, 300))],
            vec![format!("ACME_SESSION_TOKEN={}=\n", d.text(LOWER, 300))],
        ),
        of(
            "connection-string",
            "appsettings.json",
            vec![
                format!("\"Server=tcp:acme.database.windows.net,1433;User ID=app;Password={};Encrypt=True\"", d.text(ALNUM, 18)),
                format!("jdbc:postgresql://db.acme.io:5432/app?user=app&password={}\n", d.text(ALNUM, 18)),
            ],
            vec![
                "\"Server=localhost;User ID=app;Password=h8Jw2kPzQ91;\"".to_owned(),
                "\"Server=db.acme.io;User ID=app;Password=${PASSWORD};\"".to_owned(),
                "f(password=get_one_2(), host=h)".to_owned(),
            ],
        ),
        of(
            "azure-storage-key",
            "a.json",
            vec![format!("\"AccountName=acme;AccountKey={}==;\"", d.text(BASE64, 86))],
            vec!["\"AccountName=acme;AccountKey=<key>;\"".to_owned()],
        ),
        of(
            "password-file-entry",
            ".pgpass",
            vec![format!("db.acme.io:5432:app:app:{}\n", d.text(ALNUM, 18))],
            vec!["db:5432:app:app:password\n".to_owned()],
        ),
        of(
            "netrc-login",
            ".netrc",
            vec![format!("machine git.acme.io\n  login ana\n  password {}\n", d.text(ALNUM, 18))],
            vec!["machine git.acme.io login ana password <password>\n".to_owned()],
        ),
        of(
            "basic-login",
            "a.sh",
            vec![format!("-H 'Authorization: Basic {basic}'")],
            vec![format!("Basic {}", STANDARD.encode("user:password"))],
        ),
        of(
            "container-registry-login",
            "config.json",
            vec![format!(r#"{{"auths":{{"ghcr.io":{{"auth":"{basic}"}}}}}}"#)],
            vec![r#"{"auth":"none"}"#.to_owned()],
        ),
        of(
            "bearer-token",
            "a.sh",
            vec![format!("-H 'Authorization: Bearer {}'", d.text(ALNUM, 40))],
            vec!["Authorization: Bearer my-token-for-the-docs-2024".to_owned(), "Bearer $TOKEN_2024_OF_THE_APP".to_owned()],
        ),
        of(
            "curl-login",
            "a.sh",
            vec![format!("curl -u ana:{} https://api.acme.io\n", d.text(ALNUM, 20))],
            vec!["curl -u ana:$PASSWORD https://api.acme.io\n".to_owned()],
        ),
        of(
            "address-with-login",
            "a.sh",
            vec![format!("git clone https{}ana:{}@git.acme.io/app\n", "://", d.text(ALNUM, 20))],
            vec![
                "https://acme.io:8080/a@b".to_owned(),
                "https://user:password@acme.io".to_owned(),
                "https://a:${PW}@acme.io".to_owned(),
            ],
        ),
        of(
            "exposed-secret",
            "src/a.ts",
            vec![
                format!("NEXT_PUBLIC_ACME_SECRET={}\n", d.text(ALNUM, 40)),
                format!("VITE_ADMIN_PASSWORD=\"{}\"\n", d.text(ALNUM, 24)),
            ],
            vec![format!("ACME_SECRET={}\n", d.text(ALNUM, 40)), "NEXT_PUBLIC_SECRET_NAME=the-name-of-a-secret-2\n".to_owned()],
        ),
        of(
            "named-password",
            ".env",
            vec![
                format!("SMTP_PASSWORD=h8{}$Q\n", d.text("BCDFGHJKMNPQRSTVWXZ23456789bcdfghjkmnpqrstvwxz", 9)),
                format!("db.password = '{}7aB'", d.text(ALNUM, 12)),
            ],
            vec![
                "PASSWORD=Passw0rd!\n".to_owned(),
                "passwordPlaceholder = 'Zk3$qT9xWb'".to_owned(),
                "password: $2b$10$abcdefghijk\n".to_owned(),
            ],
        ),
    ]);
    samples
}
