//! Labelled samples of every rule, made at run time from random letters, so that no scanner finds one in this file:
//! texts that must match, near misses that must not, and what is public by design.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "made for tests and for fuzzing only, from constants")]

use crate::scan::proof;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

pub(crate) mod more;
mod services;

/// The texts of one rule. Each is a whole small file.
pub(crate) struct Samples {
    #[cfg_attr(not(test), expect(dead_code, reason = "the bench wants the texts only"))]
    pub rule: &'static str,
    pub path: &'static str,
    pub matching: Vec<String>,
    pub near: Vec<String>,
}

pub(crate) const DIGITS: &str = "0123456789";
pub(crate) const HEX: &str = "0123456789abcdef";
pub(crate) const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
pub(crate) const URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
pub(crate) const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
pub(crate) const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub(crate) const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// A small generator (SplitMix64): the same seed gives the same samples on every machine.
pub(crate) struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).unwrap()
    }

    /// `length` letters of `alphabet`, no two neighbours equal or in order.
    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        let mut text: Vec<u8> = Vec::new();
        while text.len() < length {
            let letter = letters[self.below(letters.len())];
            let edge = (text.is_empty() || text.len() + 1 == length) && !letter.is_ascii_alphanumeric();
            let follows = text.last().is_some_and(|last| *last == letter || last + 1 == letter);
            if !edge && !follows {
                text.push(letter);
            }
        }
        String::from_utf8(text).unwrap()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.roll().to_le_bytes()[0]).collect()
    }

    /// Thirty letters and their checksum, as GitHub and npm make them.
    pub(crate) fn checked(&mut self) -> String {
        let body = self.text(ALNUM, 30);
        let sum = proof::crc_base62(body.as_bytes());
        format!("{body}{}", std::str::from_utf8(&sum).unwrap())
    }
}

/// A token with these claims and a random signature.
pub(crate) fn token(dice: &mut Dice, claims: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(claims), dice.text(URL, 43))
}

/// Claims of a Supabase key, in the order that Supabase writes.
pub(crate) fn claims(role: &str, reference: &str, expires: i64) -> String {
    format!(r#"{{"iss":"supabase","ref":"{reference}","role":"{role}","iat":1700000000,"exp":{expires}}}"#)
}

/// A private key in PEM: DER of the right length around random bytes.
pub(crate) fn pem(dice: &mut Dice, label: &str, newline: &str) -> String {
    let body = dice.bytes(600);
    let der = [&[0x30, 0x82, 2, 88][..], &body].concat();
    let text = STANDARD.encode(der);
    let lines: Vec<String> = text.as_bytes().chunks(64).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
    let dashes = "-".repeat(5);
    format!("{dashes}BEGIN {label}{dashes}{newline}{}{newline}{dashes}END {label}{dashes}{newline}", lines.join(newline))
}

/// A Supabase key of the new kind, with the checksum of the project `reference`.
pub(crate) fn supabase_key(dice: &mut Dice, prefix: &str, reference: &str) -> String {
    let key = format!("{prefix}{}", dice.text(URL, 22));
    let sum = proof::supabase_checksum(reference, &key);
    format!("{key}_{sum}")
}

/// `NAME=prefix` and random letters, of the right length and one too few or too many.
fn prefixed(dice: &mut Dice, rule: &'static str, prefix: &[&str], alphabet: &str, length: usize) -> Samples {
    let prefix = prefix.concat();
    let near = vec![
        format!("KEY={prefix}{}\n", dice.text(alphabet, 12)),
        format!("KEY=a{prefix}{}\n", dice.text(alphabet, length)),
        format!("KEY={prefix}{}\n", "x".repeat(length)),
        format!("KEY={prefix}your-key-here\n"),
    ];
    let matching = vec![
        format!("KEY={prefix}{}\n", dice.text(alphabet, length)),
        format!(r#"{{"a":"{prefix}{}"}}"#, dice.text(alphabet, length)),
        format!("f('{prefix}{}')", dice.text(alphabet, length)),
    ];
    Samples { rule, path: "src/a.ts", matching, near }
}

fn of(rule: &'static str, path: &'static str, matching: Vec<String>, near: Vec<String>) -> Samples {
    Samples { rule, path, matching, near }
}

/// Every rule with its samples.
#[expect(clippy::too_many_lines, reason = "a table of data")]
pub(crate) fn all() -> Vec<Samples> {
    let d = &mut Dice(7);
    let reference = d.text(LETTERS, 20);
    let (future, past) = (4_000_000_000, 1_500_000_000);
    let mark = ["T3Blbk", "FJ"].concat();
    let mut samples = vec![
        prefixed(d, "supabase-access-token", &["sb", "p_"], HEX, 40),
        prefixed(d, "openrouter", &["sk-or", "-v1-"], HEX, 64),
        prefixed(d, "groq", &["gs", "k_"], ALNUM, 52),
        prefixed(d, "hugging-face", &["h", "f_"], ALNUM, 34),
        prefixed(d, "replicate", &["r", "8_"], ALNUM, 37),
        prefixed(d, "perplexity", &["ppl", "x-"], ALNUM, 48),
        prefixed(d, "xai", &["xa", "i-"], ALNUM, 80),
        prefixed(d, "google-auth-key", &["AQ", ".Ab8RN6"], URL, 44),
        prefixed(d, "anthropic-session", &["sk-ant", "-oat01-"], URL, 80),
        prefixed(d, "vercel-token", &["vc", "p_"], ALNUM, 56),
        prefixed(d, "stripe-restricted-live", &["rk_", "live_"], ALNUM, 99),
        prefixed(d, "stripe-secret-test", &["sk_", "test_"], ALNUM, 99),
        prefixed(d, "webhook-signing-secret", &["whs", "ec_"], ALNUM, 32),
        prefixed(d, "stripe-publishable", &["pk_", "live_"], ALNUM, 99),
        prefixed(d, "linear", &["lin_", "api_"], ALNUM, 40),
        prefixed(d, "google-oauth-client-secret", &["GOC", "SPX-"], URL, 28),
        prefixed(d, "sentry-user-token", &["sntr", "yu_"], HEX, 64),
        prefixed(d, "posthog-personal", &["ph", "x_"], ALNUM, 43),
        prefixed(d, "posthog-project", &["ph", "c_"], ALNUM, 43),
        prefixed(d, "neon", &["na", "pi_"], ALNUM, 64),
        prefixed(d, "planetscale", &["pscale", "_pw_"], ALNUM, 43),
    ];
    let address = |login: &str, host: &str| format!("DATABASE_URL={}{}{login}@{host}/app\n", "postgres", "://");
    let password = d.text(ALNUM, 16);
    let known_places = vec![
        address("app:password", "localhost"),
        address("postgres:postgres", "127.0.0.1:54322"),
        address("app:${DB_PASSWORD}", "db.acme.io"),
        address("app:<password>", "db.acme.io"),
        address("app:[YOUR-PASSWORD]", "db.acme.io"),
        address("app", "db.acme.io"),
        address("app:password1", "db.example.com"),
        address(&format!("app:{password}"), "%2Ftmp%2Fmongodb-27017.sock"),
    ];
    samples.extend([
        of(
            "supabase-service-role",
            "src/a.ts",
            vec![
                format!("const k = '{}'", token(d, &claims("service_role", &reference, future))),
                token(d, &format!(r#"{{"role":"service_role","exp":{future},"ref":"{reference}","iss":"supabase"}}"#)),
            ],
            vec![
                token(d, &claims("anon", &reference, future)),
                token(d, r#"{"iss":"supabase-demo","role":"service_role","exp":4000000000}"#),
                format!("x{}", token(d, &claims("service_role", &reference, future))),
            ],
        ),
        of(
            "supabase-anon",
            "src/a.ts",
            vec![token(d, &claims("anon", &reference, future))],
            vec![token(d, &claims("service_role", &reference, future))],
        ),
        of(
            "supabase-user-session",
            "src/a.ts",
            vec![token(d, &claims("authenticated", &reference, future))],
            vec![token(d, &claims("anon", &reference, future))],
        ),
        of(
            "jwt",
            "src/a.ts",
            vec![token(d, r#"{"iss":"acme","sub":"7"}"#)],
            vec![token(d, r#"{"sub":"1","name":"John Doe"}"#), "eyJhbGciOi.eyJhbGciOi.eyJhbGciOiAbcdefghi".to_owned()],
        ),
        of(
            "supabase-secret-key",
            "src/a.ts",
            vec![format!("K={}\n", supabase_key(d, "sb_secret_", &reference))],
            vec![format!("K=sb_secret_{}\n", d.text(URL, 22)), format!("K=sb_secret_{}_{}\n", "a".repeat(22), "b".repeat(8))],
        ),
        of(
            "supabase-publishable-key",
            "src/a.ts",
            vec![format!("K={}\n", supabase_key(d, "sb_publishable_", &reference))],
            vec![format!("K=sb_publishable_{}\n", d.text(URL, 22))],
        ),
        of(
            "google-service-account",
            "sa.json",
            vec![format!(
                r#"{{"type":"service_account","private_key":"{}","client_email":"bot@acme-prod.iam.gserviceaccount.com"}}"#,
                pem(d, "PRIVATE KEY", "\\n")
            )],
            vec![pem(d, "PRIVATE KEY", "\n"), r#"{"type":"service_account","private_key":"..."}"#.to_owned()],
        ),
        of(
            "private-key",
            "key.pem",
            vec![pem(d, "PRIVATE KEY", "\n"), pem(d, "RSA PRIVATE KEY", "\\n"), pem(d, "EC PRIVATE KEY", "\r\n")],
            vec![pem(d, "PUBLIC KEY", "\n"), pem(d, "CERTIFICATE", "\n"), ["-----BEGIN PRIVATE", " KEY-----\n...\n"].concat()],
        ),
        of(
            "openai-admin",
            "src/a.ts",
            vec![format!("K=sk-admin-{}{mark}{}\n", d.text(URL, 58), d.text(URL, 58))],
            vec![format!("K=sk-admin-{}\n", d.text(URL, 58))],
        ),
        of(
            "openai-project",
            "src/a.ts",
            vec![
                format!("K=sk-proj-{}{mark}{}\n", d.text(URL, 74), d.text(URL, 74)),
                format!("K=sk-svcacct-{}{mark}{}\n", d.text(URL, 58), d.text(URL, 58)),
                format!("K=sk-proj-{}{mark}{}\n", d.text(ALNUM, 20), d.text(ALNUM, 20)),
            ],
            vec![format!("K=sk-proj-{}\n", d.text(URL, 30)), format!("task-proj-{}{mark}{}", d.text(URL, 20), d.text(URL, 20))],
        ),
        of(
            "openai-legacy",
            "src/a.ts",
            vec![format!("K=sk-{}{mark}{}\n", d.text(ALNUM, 20), d.text(ALNUM, 20))],
            vec![format!("K=sk-{}\n", d.text(ALNUM, 48)), format!("K=sk-{}{mark}{}\n", d.text(ALNUM, 20), d.text(ALNUM, 21))],
        ),
        of(
            "anthropic-admin",
            "src/a.ts",
            vec![format!("K=sk-ant-admin01-{}AA\n", d.text(URL, 93))],
            vec![format!("K=sk-ant-admin01-{}\n", d.text(URL, 40))],
        ),
        of(
            "anthropic-inference",
            "src/a.ts",
            vec![format!("K=sk-ant-api03-{}AA\n", d.text(URL, 93))],
            vec![format!("K=sk-ant-api03-{}AA\n", d.text(URL, 60)), "K=sk-ant-api03-your-key-here\n".to_owned()],
        ),
        of(
            "deepseek",
            "src/a.ts",
            vec![format!("DEEPSEEK_API_KEY=sk-{}\n", d.text(HEX, 32))],
            vec![format!("OTHER_KEY=sk-{}\n", d.text(HEX, 32))],
        ),
        of(
            "firebase-web-config",
            "src/a.ts",
            vec![
                format!(r#"{{apiKey:"AIza{}",authDomain:"acme.firebaseapp.com"}}"#, d.text(URL, 35)),
                format!("VITE_FIREBASE_API_KEY=AIza{}\n", d.text(URL, 35)),
            ],
            vec![format!(r#"{{apiKey:"AIza{}"}}"#, d.text(URL, 35))],
        ),
        of(
            "gemini-api-key",
            "src/a.ts",
            vec![format!("GEMINI_API_KEY=AIza{}\n", d.text(URL, 35))],
            vec![format!("MAPS_KEY=AIza{}\n", d.text(URL, 35))],
        ),
        of(
            "google-api-key",
            "src/a.ts",
            vec![format!("MAPS_KEY=AIza{}\n", d.text(URL, 35))],
            vec![format!("MAPS_KEY=AIza{}\n", d.text(URL, 36)), format!("MAPS_KEY=AIza{}\n", d.text(URL, 34))],
        ),
        of(
            "github-classic-token",
            "src/a.ts",
            vec![format!("K=ghp_{}\n", d.checked())],
            vec![format!("K=ghp_{}\n", d.text(ALNUM, 37))],
        ),
        of(
            "github-fine-grained-token",
            "src/a.ts",
            vec![format!("K=github_pat_{}_{}\n", d.text(ALNUM, 22), d.text(ALNUM, 59))],
            vec![format!("K=github_pat_{}_{}\n", d.text(ALNUM, 22), d.text(ALNUM, 30))],
        ),
        of(
            "github-app-user-token",
            "src/a.ts",
            vec![format!("K=gho_{}\n", d.checked()), format!("K=ghr_{}\n", d.text(ALNUM, 76))],
            vec![format!("K=gho_{}\n", d.text(ALNUM, 20))],
        ),
        of(
            "github-installation-token",
            "src/a.ts",
            vec![format!("K=ghs_{}\n", d.checked()), format!("K=ghs_12345_{}\n", token(d, r#"{"exp":1}"#))],
            vec![format!("K=ghs_{}\n", d.text(ALNUM, 20))],
        ),
        of(
            "npm-token",
            ".npmrc",
            vec![format!("//r/:_authToken=npm_{}\n", d.checked())],
            vec![format!("npm_{}\n", d.text(ALNUM, 35))],
        ),
        of(
            "vercel-token-old",
            "src/a.ts",
            vec![format!("VERCEL_TOKEN={}\n", d.text(ALNUM, 24))],
            vec![format!("VERCEL_TOKEN={}\n", d.text(ALNUM, 25)), "VERCEL_TOKEN=${{ secrets.VERCEL_TOKEN }}\n".to_owned()],
        ),
        of(
            "cloudflare-token",
            "src/a.ts",
            vec![format!("K=cfut_{}{}\n", d.text(ALNUM, 40), d.text(HEX, 8))],
            vec![format!("K=cfut_{}\n", d.text(ALNUM, 40))],
        ),
        of(
            "workos-secret",
            "src/a.ts",
            vec![format!("K=sk_live_a2V5X{}\n", d.text(ALNUM, 60))],
            vec![format!("K=sk_live_a2V5X{}\n", d.text(ALNUM, 9))],
        ),
        of(
            "clerk-secret",
            "src/a.ts",
            vec![format!("CLERK_SECRET_KEY=sk_live_{}\n", d.text(ALNUM, 42))],
            vec![format!("STRIPE_SECRET_KEY=sk_live_{}\n", d.text(ALNUM, 42))],
        ),
        of(
            "stripe-secret-live",
            "src/a.ts",
            vec![format!("K=sk_live_{}\n", d.text(ALNUM, 24)), format!("K=sk_live_{}\n", d.text(ALNUM, 99))],
            vec![format!("K=sk_live_{}\n", d.text(ALNUM, 42)), "K=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx\n".to_owned()],
        ),
        of(
            "stripe-or-clerk-secret",
            "src/a.ts",
            vec![format!("K=sk_live_{}\n", d.text(ALNUM, 42))],
            vec![format!("K=sk_live_{}\n", d.text(ALNUM, 12))],
        ),
        of(
            "clerk-publishable",
            "src/a.ts",
            vec![format!("K=pk_live_{}\n", STANDARD.encode("clerk.acme.com$"))],
            vec![format!("K=pk_live_{}\n", STANDARD.encode("clerk.acme.com!"))],
        ),
        of(
            "resend",
            "src/a.ts",
            vec![format!("K=re_{}_{}\n", d.text(BASE58, 8), d.text(BASE58, 24))],
            vec![format!("K=re_{}_{}\n", d.text(BASE58, 8), d.text(BASE58, 23)), "store_handler_abcdef".to_owned()],
        ),
        of(
            "sendgrid",
            "src/a.ts",
            vec![format!("K=SG.{}.{}\n", d.text(URL, 22), d.text(URL, 43))],
            vec![format!("K=SG.{}.{}\n", d.text(URL, 22), d.text(URL, 20))],
        ),
        of(
            "twilio-auth-token",
            "src/a.ts",
            vec![format!("TWILIO_ACCOUNT_SID=AC{}\nTWILIO_AUTH_TOKEN={}\n", d.text(HEX, 32), d.text(HEX, 32))],
            vec![
                format!("TWILIO_ACCOUNT_SID=AC{}\n", d.text(HEX, 32)),
                format!("TWILIO_ACCOUNT_SID=AC{}\nTWILIO_AUTH_TOKEN={}\n", d.text(HEX, 32), d.text(HEX, 33)),
            ],
        ),
        of(
            "slack-token",
            "src/a.ts",
            vec![format!("K=xoxb-{}-{}-{}\n", d.text(DIGITS, 12), d.text(DIGITS, 13), d.text(ALNUM, 24))],
            vec![format!("K=xoxb-{}-{}\n", d.text(DIGITS, 5), d.text(ALNUM, 24))],
        ),
        of(
            "slack-workspace-token",
            "src/a.ts",
            vec![format!("K=xoxa-2-{}\n", d.text(ALNUM, 24)), format!("K=xoxr-{}\n", d.text(ALNUM, 16))],
            vec![format!("K=xoxa-{}\n", d.text(ALNUM, 6)), "K=xoxr-the-name-of-something\n".to_owned()],
        ),
        of(
            "slack-webhook",
            "src/a.ts",
            vec![format!(
                "K=https://hooks.slack.com/services/T{}/B{}/{}\n",
                d.text(BASE32, 9),
                d.text(BASE32, 9),
                d.text(ALNUM, 24)
            )],
            vec!["K=https://hooks.slack.com/services/T000/B000/XXXX\n".to_owned()],
        ),
        of(
            "discord-webhook",
            "src/a.ts",
            vec![format!("K=https://discord.com/api/webhooks/{}/{}\n", d.text(DIGITS, 18), d.text(URL, 68))],
            vec![format!("K=https://discord.com/api/webhooks/{}/x\n", d.text(DIGITS, 18))],
        ),
        of(
            "telegram-bot",
            "src/a.ts",
            vec![format!("TELEGRAM_TOKEN={}:A{}\n", d.text(DIGITS, 10), d.text(URL, 34))],
            vec![
                format!("OTHER={}:A{}\n", d.text(DIGITS, 10), d.text(URL, 33)),
                format!("OTHER={}:A{}\n", d.text(DIGITS, 7), d.text(URL, 34)),
            ],
        ),
        of(
            "notion",
            "src/a.ts",
            vec![format!("K=ntn_{}{}\n", d.text(DIGITS, 11), d.text(ALNUM, 35))],
            vec![format!("K=ntn_{}\n", d.text(LETTERS, 46))],
        ),
        of(
            "aws-secret-key",
            "src/a.ts",
            vec![
                format!("AWS_ACCESS_KEY_ID=AKIA{}\nAWS_SECRET_ACCESS_KEY={}\n", d.text(BASE32, 16), d.text(ALNUM, 40)),
                format!("secret: '{}',\nid: 'AKIA{}'\n", d.text(ALNUM, 40), d.text(BASE32, 16)),
            ],
            vec![
                format!("id=AKIA{}\nsha={}\n", d.text(BASE32, 16), d.text(HEX, 40)),
                format!("id=AKIA{}{}secret={}\n", d.text(BASE32, 16), "\n".repeat(9), d.text(ALNUM, 40)),
                ["AKIAIOSFODNN7", "EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCY", "EXAMPLEKEY\n"].concat(),
            ],
        ),
        of(
            "aws-key-id",
            "src/a.ts",
            vec![format!("id=AKIA{}\n", d.text(BASE32, 16))],
            vec![format!("id=AKIA{}\n", d.text(BASE32, 17)), ["AKIAIOSFODNN7", "EXAMPLE\n"].concat()],
        ),
        of(
            "supabase-database-url",
            "src/a.ts",
            vec![
                address(&format!("postgres:{password}"), &format!("db.{reference}.supabase.co:5432")),
                address(&format!("postgres.{reference}:{password}"), "aws-0-eu-central-1.pooler.supabase.com:6543"),
            ],
            known_places.clone(),
        ),
        of(
            "database-url",
            "src/a.ts",
            vec![
                address(&format!("app:{password}"), "db.acme.io:5432"),
                format!("url: \"mongodb+srv{}app:{password}@cluster0.abc12.mongodb.net\"", "://"),
                format!("REDIS_URL=rediss{}default:{password}@eu1.upstash.io:6379\n", "://"),
            ],
            known_places,
        ),
        of(
            "sentry-organisation-token",
            "src/a.ts",
            vec![format!(
                "K=sntrys_{}_{}\n",
                STANDARD
                    .encode(r#"{"iat":1700000000.1,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}"#),
                d.text(ALNUM, 43)
            )],
            vec![format!("K=sntrys_{}_{}\n", d.text(ALNUM, 60), d.text(ALNUM, 43))],
        ),
        of(
            "sentry-dsn",
            "src/a.ts",
            vec![format!("dsn: 'https://{}@o12345.ingest.us.sentry.io/67890'", d.text(HEX, 32))],
            vec!["dsn: 'https://acme.sentry.io/issues/'".to_owned()],
        ),
        of(
            "signing-secret",
            "src/a.env",
            vec![format!("NEXTAUTH_SECRET={}\n", d.text(ALNUM, 32)), format!("JWT_SECRET=\"{}\"\n", d.text(ALNUM, 44))],
            vec!["JWT_SECRET=super-secret-jwt-token-with-at-least-32-characters-long\n".to_owned(), "AUTH_SECRET=\n".to_owned()],
        ),
        of(
            "weak-signing-secret",
            "src/a.env",
            vec![
                "JWT_SECRET=secret\n".to_owned(),
                "NEXTAUTH_SECRET=\"super-secret\"\n".to_owned(),
                "session_secret: 'changeme'".to_owned(),
            ],
            vec![
                "JWT_SECRET=${JWT}\n".to_owned(),
                "jwtSecret: string\n".to_owned(),
                "SESSION_SECRET=another-word-of-ours\n".to_owned(),
            ],
        ),
        of(
            "named-secret",
            "src/a.ts",
            vec![format!("const apiKey = \"{}\"", d.text(ALNUM, 40)), format!("'x-secret': '{}'", d.text(ALNUM, 32))],
            vec![
                "const token = getTokenFromTheRequest2024x()".to_owned(),
                "token: process.env.SOME_TOKEN_2024_NAME,".to_owned(),
                format!("\"integrity_token_hash\": \"{}\"", d.text(ALNUM, 40)),
                "password: 'correct-horse-battery-staple-2'".to_owned(),
            ],
        ),
    ]);
    samples.extend(more::more(d, &reference));
    samples.extend(services::services(d));
    // What expired is shown, and cannot fail: it must not count as a match that can.
    samples.push(of("jwt", "src/a.ts", vec![token(d, &format!(r#"{{"iss":"acme","exp":{past}}}"#))], vec![]));
    samples
}
