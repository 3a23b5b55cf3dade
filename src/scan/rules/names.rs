//! The names that values are given: which word of a name says secret, which says that it is something else after all.

use crate::scan::entropy;

/// What stands between a name and its value, and the types that some languages put there.
#[rustfmt::skip]
const TYPES: &[&str] = &[
    "string", "str", "char", "text", "final", "const", "static", "var", "let", "type", "body", "content", "get", "set", "to", "is", "as", "b", "r", "f", "u",
];

/// The name at the end of `before`, which is what stands before a value on its line.
pub(in crate::scan::rules) fn before(before: &[u8]) -> String {
    let text = String::from_utf8_lossy(before);
    let mut rest = text.as_ref();
    // `process.env.NAME || "value"`: the name is the variable's.
    for _ in 0..7 {
        rest = rest.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let (ahead, name) = name_at_end(rest, &['_', '-', '.', '$']);
        let word = name.trim_start_matches('-').to_ascii_lowercase();
        let is_type = TYPES.contains(&word.as_str()) || matches!(word.as_str(), "bearer" | "basic" | "value" | "default");
        if is_type || ahead.ends_with("</") {
            rest = ahead;
            continue;
        }
        return name.to_owned();
    }
    String::new()
}

/// What stands ahead of the name at the end, and the name: letters, digits and `joints`.
fn name_at_end<'a>(text: &'a str, joints: &[char]) -> (&'a str, &'a str) {
    let ahead = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || joints.contains(&c));
    (ahead, text.strip_prefix(ahead).unwrap_or_default())
}

/// The words of a name in lower case: `apiKey`, `API_KEY` and `api-key` are `api` and `key`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for c in name.chars() {
        let joint = !c.is_ascii_alphanumeric();
        let hump = c.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit());
        if joint || hump {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| !joint) {
            word.push(c.to_ascii_lowercase());
        }
        last = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

const SECRET_ENDINGS: &[&str] =
    &["secret", "secrets", "token", "apikey", "secretkey", "accesskey", "privatekey", "authkey", "credential", "credentials"];
/// Words that make a key a secret one.
#[rustfmt::skip]
const BEFORE_KEY: &[&str] = &[
    "api", "access", "private", "auth", "secret", "encryption", "signing", "master", "service", "admin", "role",
    "license", "account", "storage", "shared", "client", "server", "webhook", "integration", "write", "read", "app",
];

/// Whether a name says that its value is secret.
pub(super) fn is_secret(words: &[String]) -> bool {
    let one = words.iter().any(|word| SECRET_ENDINGS.iter().any(|end| word.ends_with(end)));
    let two = words.windows(2).any(|two| matches!(two, [a, b] if b.starts_with("key") && BEFORE_KEY.contains(&a.as_str())));
    // In an environment, what ends in KEY and has a provider before it is one: `ACME_KEY`.
    let last = words.len() >= 2 && words.last().is_some_and(|word| word == "key");
    one || two || last || is_password(words)
}

/// Whether a name says password.
pub(super) fn is_password(words: &[String]) -> bool {
    const ENDINGS: &[&str] = &["password", "passwd", "passphrase", "pwd"];
    words.iter().any(|word| ENDINGS.iter().any(|end| word.ends_with(end)) || word == "pass" || word == "dbpass")
}

/// Last words of a name which say that the value only speaks of a secret.
#[rustfmt::skip]
const SPEAKS_OF: &[&str] = &[
    "name", "names", "id", "ids", "url", "uri", "path", "file", "filename", "type", "types", "ref", "label",
    "placeholder", "hint", "length", "count", "limit", "expiry", "expires", "expiration", "ttl", "field", "header",
    "param", "selector", "regex", "regexp", "pattern", "prefix", "suffix", "version", "arn", "class", "classname",
    "error", "message", "msg", "title", "text", "description", "endpoint", "host", "issuer", "scope", "scopes", "format",
    "encoding", "algorithm", "alg", "strategy", "provider", "index", "size", "address", "mint", "symbol", "contract",
    "style", "icon", "user", "users", "username", "owner", "officer", "key_id", "kid", "help", "docs", "link", "time", "date", "at", "code",
];
/// Words anywhere in a name which say that the value is public, or random and no secret.
#[rustfmt::skip]
const NO_SECRET: &[&str] = &[
    "public", "pub", "publishable", "site", "sitekey", "csrf", "xsrf", "authenticity", "nonce", "integrity", "hash", "hashed", "hashes",
    "sha", "sha1", "sha256", "sha512", "md5", "digest", "checksum", "etag", "commit", "revision", "rev", "uuid", "guid",
    "fingerprint", "thumbprint", "signature", "sig", "anon", "cache", "primary", "foreign", "sort", "partition",
    "translation", "i18n", "locale", "idempotency", "tokenizer", "tokens", "continuation", "next", "page", "cursor",
    "sync", "design", "color", "colour", "css", "encrypted", "ciphertext", "salt", "keyboard", "shortcut", "widget",
    "build", "lock", "metro", "react", "test", "tests", "mock", "fake", "dummy", "example", "sample", "invalid",
    "expired", "wrong", "expected", "matching", "unmatched", "malformed", "truncated", "placeholder", "persisted", "query", "registration", "nft",
];

/// Whether a name is that of something about a secret: its name, its place, its length.
pub(super) fn is_about(words: &[String]) -> bool {
    words.last().is_some_and(|last| SPEAKS_OF.contains(&last.as_str()))
}

/// Whether a name takes back what it says.
pub(super) fn is_harmless(words: &[String]) -> bool {
    is_about(words) || words.iter().any(|word| NO_SECRET.contains(&word.as_str()))
}

/// Providers whose keys have a form of their own, which a rule knows: another value under that name is no such key.
const WITH_A_FORM: &[&str] =
    &["telegram", "sendgrid", "openai", "anthropic", "groq", "perplexity", "xai", "huggingface", "replicate"];

/// Whether a name is that of AWS' secret key, which is always forty characters.
pub(super) fn is_of_aws(words: &[String]) -> bool {
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    has("aws") && has("secret") && (has("key") || has("access"))
}

/// Whether a name is that of a key which has a form of its own. Such a provider's other secrets, for signing or for a
/// client, have none.
pub(super) fn has_a_form(words: &[String]) -> bool {
    let other = |word: &String| matches!(word.as_str(), "client" | "signing" | "webhook" | "secret" | "session" | "verification");
    words.iter().any(|word| WITH_A_FORM.contains(&word.as_str())) && !words.iter().any(other)
}

/// How values begin that are a path, a digest, a public half, encrypted already, or a reference.
#[rustfmt::skip]
const STARTS: &[&str] = &[
    "./", "../", "@", "#", "$2a$", "$2b$", "$2y$", "$argon2", "$scrypt", "$pbkdf2", "$6$", "$5$", "$1$", "pbkdf2",
    "{SHA}", "{SSHA}", "sha1-", "sha256-", "sha384-", "sha512-", "sha1:", "sha256:", "SHA256:", "md5:", "ENC[", "ENC(",
    "vault:", "encrypted:", "enc:", "AQICAH", "ssh-", "data:", "arn:", "urn:", "ref+", "op://", "projects/", "age1", "0x",
    "v1.2.", "--", "process.", "import.", "env.", "this.", "self.", "secrets.", "config.", "MIIBI", "MIICI", "blob:",
    "com.", "org.", "io.", "npm:", "file:", "rgba",
];

/// Whether a value is of a kind that is no secret whatever its name says: a path, a digest of a password, a text that
/// is encrypted already, an identifier.
pub(super) fn is_no_secret(value: &str, words: &[String]) -> bool {
    let uuid = value.len() == 36 && value.bytes().filter(|byte| *byte == b'-').count() == 4;
    let strict = words.iter().any(|word| word.contains("secret") || word.contains("apikey"))
        || words.windows(2).any(|two| matches!(two, [a, b] if a == "api" && (b == "key" || b == "token")));
    let dotted_words = value.split('.').count() >= 3 && !value.starts_with("eyJ");
    let ends_as_file =
        [".js", ".ts", ".json", ".png", ".svg", ".css", ".html", ".pem", ".key", ".txt", ".md", ".py", ".go", ".yml", ".yaml"]
            .iter()
            .any(|end| value.to_ascii_lowercase().ends_with(end));
    let address = value.contains("://") || value.contains('@') && value.rsplit('@').next().is_some_and(|host| host.contains('.'));
    STARTS.iter().any(|start| value.starts_with(start))
        || uuid && !strict
        || dotted_words
        || ends_as_file
        || address
        || value.contains("::")
        || value.contains("->")
        || is_path(value)
        || is_date(value)
}

/// Slashes as in a path: between words, or so many that hardly anything is left. Base64 has some too.
fn is_path(value: &str) -> bool {
    let slashes = value.matches('/').count();
    let words = entropy::wordiness(value.as_bytes()) >= 0.4 || value.contains('.');
    slashes >= 2 && (words || slashes * 7 > value.len()) || value.starts_with('/') && words
}

/// `2024-01-31T…` and the like.
fn is_date(value: &str) -> bool {
    let start = value.as_bytes().get(..10).unwrap_or_default();
    let fits = |(at, byte): (usize, &u8)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() };
    !start.is_empty() && start.iter().enumerate().all(fits)
}

/// Words that set a variable without a sign between its name and its value.
const SETTERS: &[&str] = &["ENV", "ARG", "set", "setx", "setenv", "export", "-x", "-gx", "-Ux"];

/// Whether the line up to a value without quotes is one that sets something: a name in capitals or of a flag before it, a
/// parameter of an address, a cell of a table. `plain`: in a file of settings or a text, where any name will do.
pub(super) fn is_setting(before: &[u8], plain: bool) -> bool {
    let text = String::from_utf8_lossy(before);
    let line =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '+' | '|' | '*' | '`' | '"' | '\'' | '/' | '#'));
    let sign = line.trim_end().ends_with(['=', ':', '|']);
    let said = line.trim_end().trim_end_matches(['=', ':', '?', '|', '`']).trim_end_matches([' ', '"', '\'', '`', ')']);
    let (ahead, name) = name_at_end(said, &['_', '-', '.']);
    let capitals = name.len() >= 3
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if !sign {
        let setter = ahead.split_whitespace().next_back().is_some_and(|word| SETTERS.contains(&word));
        return setter && capitals || name.starts_with("--");
    }
    let joined = line.ends_with('=') && said.len() + 1 == line.len();
    let header = line.trim_end().ends_with(':') && ahead.ends_with(['"', '\'']);
    let parameter = header || joined && ahead.ends_with(['?', '&']);
    let begins = ahead.is_empty() || ahead.split_whitespace().all(|word| SETTERS.contains(&word) || word.starts_with("$env"));
    parameter
        || name.starts_with("--")
        || capitals && (begins || joined || ahead.ends_with("$env:"))
        || plain && (begins || joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("const apiKey = \"", "apiKey")]
    #[case("  \"api_key\": \"", "api_key")]
    #[case("let token: string = '", "token")]
    #[case("System.setProperty(\"ACME_TOKEN\", \"", "ACME_TOKEN")]
    #[case("Authorization: Bearer ", "Authorization")]
    #[case("e.apiKey=\"", "e.apiKey")]
    #[case("<apiToken>", "apiToken")]
    #[case("\u{feff}apiKey=\"", "apiKey")]
    #[case("上token: '", "token")]
    #[case("", "")]
    fn the_name_is_read(#[case] line: &str, #[case] name: &str) {
        assert_eq!(before(line.as_bytes()), name);
    }

    #[rstest]
    #[case("apiKey", true, false)]
    #[case("ACME_SECRET", true, false)]
    #[case("dbpassword", true, false)]
    #[case("tokenizer", false, true)]
    #[case("secretName", true, true)]
    #[case("NEXT_PUBLIC_TOKEN", true, true)]
    #[case("sha256Hash", false, true)]
    #[case("csrf_token", true, true)]
    #[case("key", false, false)]
    #[case("passwordPlaceholder", true, true)]
    #[case("access_key_id", true, true)]
    fn names_are_judged(#[case] name: &str, #[case] secret: bool, #[case] harmless: bool) {
        let words = words(name);
        assert_eq!((is_secret(&words), is_harmless(&words)), (secret, harmless));
    }

    #[rstest]
    #[case("TOKEN=", true)]
    #[case("export ACME_KEY=", true)]
    #[case("  - DB_PASSWORD=", true)]
    #[case("  API_TOKEN: ", true)]
    #[case("const token = ", false)]
    #[case("return ", false)]
    #[case("", false)]
    // A letter of several bytes before the name (found by fuzzing).
    #[case("\u{feff}TOKEN=", true)]
    #[case("上API_TOKEN: ", false)]
    #[case("é", false)]
    fn lines_of_an_environment(#[case] line: &str, #[case] setting: bool) {
        assert_eq!(is_setting(line.as_bytes(), false), setting);
    }
}
