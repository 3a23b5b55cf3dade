//! What looks like a secret and is none: digests, identifiers, stand-ins, references, words (`apis/secrets.md` §5).

use super::Noise;
use crate::scan::rules::samples::more::uuid;
use crate::scan::rules::samples::{ALNUM, HEX, LETTERS, URL};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

macro_rules! noise {
    ($what:literal, $path:literal, $text:expr) => {
        Noise { what: $what, path: $path, text: $text }
    };
}

pub(super) const NOISE: &[Noise] = &[
    noise!("lock file", "package-lock.json", |d| format!(
        "\"integrity\": \"sha512-{}==\",\n\"resolved\": \"https://r.acme.io/a/-/a-1.0.0.tgz\"",
        d.text(BASE64, 86)
    )),
    noise!("lock file of another tool", "uv.lock", |d| format!(
        "{{ url = \"https://files.acme.io/a.whl\", hash = \"sha256:{}\" }}",
        d.text(HEX, 64)
    )),
    noise!("integrity attribute", "index.html", |d| format!(
        "<script src=a.js integrity=\"sha384-{}\" crossorigin></script>",
        d.text(BASE64, 64)
    )),
    noise!("commit", "ci.yml", |d| format!("uses: acme/action-token@{}\nGIT_COMMIT={}\n", d.text(HEX, 40), d.text(HEX, 40))),
    noise!("submodule", "deps.txt", |d| format!("https://github.com/acme/secret-store/blob/{}/a.ts", d.text(HEX, 40))),
    noise!("identifier", "src/a.ts", |d| format!("const userId = \"{}\"; const token_id = '{}';", uuid(d), uuid(d))),
    noise!("nonce", "next.config.js", |d| format!("'Content-Security-Policy': \"script-src 'nonce-{}'\"", d.text(BASE64, 24))),
    noise!("csrf", "page.html", |d| format!(
        "<meta name=\"csrf-token\" content=\"{}\"><input name=csrf_token value=\"{}\">",
        d.text(BASE64, 64),
        d.text(ALNUM, 40)
    )),
    noise!("picture", "style.css", |d| format!("background:url(data:image/png;base64,iVBORw0KGgo{}=)", d.text(BASE64, 900))),
    noise!("font", "font.css", |d| format!("@font-face{{src:url(data:font/woff2;base64,d09GMgABAAAA{})}}", d.text(BASE64, 1200))),
    noise!("source map", "app.js.map", |d| format!(
        "{{\"version\":3,\"mappings\":\"{}\"}}",
        d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,;", 900)
    )),
    noise!("file name with a digest", "src/a.html", |d| format!(
        "<script src=\"/assets/index-{}.js\"></script>",
        d.text(ALNUM, 8)
    )),
    noise!("build", "src/build.ts", |d| format!(
        "export const buildId = \"{}\"; const build_key = '{}'",
        d.text(ALNUM, 21),
        d.text(HEX, 20)
    )),
    noise!("translation", "locales/de.json", |_| {
        "\"auth.password.placeholder\": \"Geben Sie ein Passwort mit 8 Zeichen ein\", \"token\": \"settings.tokens.create_new_token_2\"".to_owned()
    }),
    noise!("persisted query", "src/q.ts", |d| format!(
        "extensions: {{ persistedQuery: {{ version: 1, sha256Hash: \"{}\" }} }}",
        d.text(HEX, 64)
    )),
    noise!("reference to the environment", "src/a.ts", |_| {
        "const apiKey = process.env.ACME_API_KEY_2024; const t = import.meta.env.VITE_TOKEN_V2_NAME".to_owned()
    }),
    noise!("reference of a shell", ".env", |_| {
        "API_KEY=${ACME_API_KEY_2024}\nTOKEN=$ACME_TOKEN_2024\nSECRET=$(cat /run/secrets/a1)\n".to_owned()
    }),
    noise!("reference of a workflow", ".github/workflows/a.yml", |_| {
        "API_TOKEN: ${{ secrets.ACME_API_TOKEN_2 }}\npassword: ${{ secrets.PW }}\n".to_owned()
    }),
    noise!("template", "values.yaml", |_| "apiKey: {{ .Values.apiKey2024 | quote }}\ntoken: <your-token-here-2024>\n".to_owned()),
    noise!("stand-in", ".env.example", |_| {
        "API_KEY=your-api-key-here-12345\nSECRET=changeme1234567890\nTOKEN=xxxxxxxxxxxxxxxxxxxxxxxx\nSTRIPE_SECRET_KEY=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx\n".to_owned()
    }),
    noise!("stand-in with dots", "README.md", |_| {
        "ANTHROPIC_API_KEY=sk-ant-api03-...\nOPENAI_API_KEY=sk-proj-…\nGITHUB_TOKEN=ghp_0000000000000000000000000000000000000\n"
            .to_owned()
    }),
    noise!("the alphabet in order", "README.md", |_| {
        "token = \"abcdefghijklmnopqrstuvwxyz0123456789\"\nkey = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'\n".to_owned()
    }),
    noise!("digest of a password", "seed.sql", |d| format!(
        "INSERT INTO users (password) VALUES ('$2b$10${}');\npassword: '$argon2id$v=19$m=65536,t=3,p=4${}'",
        d.text(ALNUM, 53),
        d.text(BASE64, 22)
    )),
    noise!("encrypted value", ".env", |d| format!(
        "API_SECRET=\"encrypted:{}\"\nDB_PASSWORD=ENC[AES256_GCM,data:{},type:str]\n",
        d.text(BASE64, 120),
        d.text(BASE64, 20)
    )),
    noise!("name of a secret", "stack.ts", |_| {
        "secretName: 'acme-production-db-2', tokenUrl: 'https://auth.acme.io/oauth2/token', apiKeyHeader: 'X-Acme-Api-Key-V2'"
            .to_owned()
    }),
    noise!("function call", "src/a.ts", |_| {
        "const token = getAccessTokenFromRequestV2(request); const secret = crypto.randomBytes(32).toString('hex')".to_owned()
    }),
    noise!("type", "src/a.ts", |_| {
        "type Props = { apiKey: ApiKeyOfTheTenantV2; password?: PasswordInputState2; token: Token4Test | undefined }".to_owned()
    }),
    noise!("shortcut", "keys.json", |_| "{ \"key\": \"ctrl+shift+alt+k2\", \"command\": \"workbench.action.tokens.inspect2\" }"
        .to_owned()),
    noise!("local database", "compose.yaml", |_| {
        "DATABASE_URL: postgres://postgres:postgres@localhost:5432/app\nREDIS_URL=redis://:secret@127.0.0.1:6379"
            .replace("://p", concat!(":/", "/p"))
    }),
    noise!("database with a stand-in", "README.md", |_| format!(
        "postgresql{}user:password@host:5432/db\nmongodb+srv{}<user>:<password>@cluster0.mongodb.net",
        "://", "://"
    )),
    noise!("public half of a key", "id.pub", |d| format!(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} ana@acme\n-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA{}=\n-----END PUBLIC KEY-----\n",
        d.text(BASE64, 43),
        d.text(BASE64, 43)
    )),
    noise!("minified code", "src/vendor.js", |d| format!(
        "this.vocab=new a;e.password=t.value;n.token=r?i:o;s.secret=void 0;var {}=function(e){{return e.apiKey}}",
        d.text(LETTERS, 3)
    )),
    noise!("class names", "src/a.tsx", |_| {
        "<div className=\"text-token-text-secondary2 hover:bg-token-main-surface-primary2\" data-key=\"key_of_the_row_12\">"
            .to_owned()
    }),
    noise!("contract address", "src/tokens.ts", |d| format!(
        "tokenAddress: '0x{}', token: '0x{}', mint: \"{}\"",
        d.text(HEX, 40),
        d.text(HEX, 40),
        d.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 44)
    )),
    noise!("cache key", "src/cache.ts", |d| format!(
        "cacheKey: \"{}\", primary_key = \"{}\", etag: 'W/\"{}\"'",
        d.text(HEX, 32),
        d.text(ALNUM, 24),
        d.text(HEX, 32)
    )),
    noise!("digest beside a provider", "CHANGELOG.md", |d| format!(
        "* Fix the vercel adapter ({})\n* mistral: update docs, commit {}\n* algolia v4, md5 {}",
        d.text(HEX, 24),
        d.text(HEX, 40),
        d.text(HEX, 32)
    )),
    noise!("path", "config.ini", |_| {
        "private_key = /etc/ssl/private/acme-2024.key\ntoken_file = /var/run/secrets/token2\napi_key_path=./keys/prod2/api.json\n"
            .to_owned()
    }),
    noise!("date and version", "a.yaml", |_| {
        "token_expires: 2026-11-22T12:00:00.000Z\napi_key_version: v2.14.0-beta.3+build5\npassword_changed: 2026-01-02T03:04:05Z\n".to_owned()
    }),
    noise!("random without a name", "src/data.json", |d| format!(
        "[\"{}\", \"{}\", {{\"id\": \"{}\"}}]",
        d.text(ALNUM, 32),
        d.text(HEX, 40),
        d.text(URL, 21)
    )),
    noise!("prefixes in words", "src/a.ts", |_| {
        "import task-test_runner; ask_live_support(); desk-proj-x; xhf_hub_download_the_whole_snapshot_now; const re_match_all_of_the_lines = 1".to_owned()
    }),
    noise!("server component", "src/rsc.txt", |d| format!(
        "0:[\"$\",\"$L1\",null,{{\"buildId\":\"{}\",\"assetPrefix\":\"\",\"tokenId\":\"{}\"}}]",
        d.text(URL, 21),
        d.text(ALNUM, 16)
    )),
    noise!("list of words", "lexer.py", |d| format!(
        "NAMES = ['AcmeToken', 'TKQTokenXPZSession{}', 'QZKCredential', 'XQUIZTraits{}JKW', \"password\", \"scram-sha-256\", 'end']",
        d.text("0123456789", 2),
        d.text("0123456789", 2)
    )),
    noise!("name of a constant", "oid.rs", |_| "(&rfc1::PKCS_9_AT_TOKEN, \"pkcs-9-at-pkcs15Token\"),".to_owned()),
    noise!("key cut off", "notes.md", |d| format!(
        "token := \"cfut_{}\"\nnpm_token = \"npm_{}\"\nVERCEL_TOKEN=vcp_{}\nopenai_api_key = \"{}\"\nKEY=pcsk_ab_{}",
        d.text(ALNUM, 20),
        d.text(ALNUM, 20),
        d.text(ALNUM, 40),
        d.text(ALNUM, 32),
        d.text(ALNUM, 63)
    )),
    noise!("first part of a token", "README.md", |_| {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        format!("TOKEN={header}\ntoken: \"{header}.short.part\"")
    }),
    noise!("typed by hand", "a.ts", |_| {
        "const apiKey = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'; const apiSecret = \"aB1cD2eF3gH4iJ5kL6mN7oP8\"".to_owned()
    }),
    noise!("login of an example", ".npmrc", |_| {
        format!("//r.acme.io/:_auth={}\n", URL_SAFE_NO_PAD.encode("someone:this is not real at all"))
    }),
    noise!("user of a vault", "roles.yaml", |d| format!("KeyVaultSecretsUser: '{}'\n", uuid(d))),
    noise!("escapes of an address", "cases.json", |_| "\"password\": \"%c3%89t%C3%A9\"".to_owned()),
];
