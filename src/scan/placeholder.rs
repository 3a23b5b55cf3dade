//! Recognises what people write where a secret will be: `your-key-here`, `${VAR}`, runs and the alphabet in order; and
//! the examples that vendors print in their own documents (`apis/secrets.md` §5).

use sha2::{Digest as _, Sha256};

/// Words of five letters and more, so that chance almost never writes one into a random token.
const WORDS: &[&str] = &[
    "your-",
    "your_",
    "<your",
    "yourkey",
    "yoursecret",
    "yourtoken",
    "example",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "xxxxx",
    "dummy",
    "insert",
    "redacted",
    "removed",
    "-here",
    "_here",
    "goes_here",
    "put_your",
    "not-a-real",
    "notareal",
    "fake-",
    "fake_",
    "fakekey",
    "super-secret",
    "supersecret",
    "foobar",
    "process.env",
    "import.meta",
    "os.environ",
    "deno.env",
];

/// Keys that public documents show to everybody: Google's samples (§5), those of RFC 6749, and the ones of Azure's
/// emulators, which are the same on every machine: the first eight
/// bytes of SHA-256 of [`BEFORE_DOCUMENTED`] and the key, so that no scanner finds one here. In order.
const DOCUMENTED: &[u64] = &[
    0x04dd_a1ae_9f8f_841c,
    0x172d_3db8_3210_0717,
    0x18f0_b27b_e85a_0965,
    0x1bf4_4d17_9544_b931,
    0x2f7a_6e95_48dd_4527,
    0x5dc1_294e_3946_7e94,
    0x738f_47d0_b73f_502a,
    0x8084_9c64_72e3_6868,
    0x8d87_053b_3db1_b03d,
    0x9809_b1a5_db83_4d2d,
    0x9a76_975c_d5ce_b241,
    0x9f6e_d226_6dd8_6261,
    0xa79f_5926_b441_dd76,
    0xb5f9_b8d5_d570_3add,
    0xbccc_2a83_9573_e412,
    0xbf45_f7f5_ecd4_320d,
    0xce67_c712_f112_36f0,
    0xdaad_1b10_eec6_cd6e,
    0xdcd3_26f1_bf61_93b9,
    0xee27_fbe3_cf0e_f8b8,
];
const BEFORE_DOCUMENTED: &[u8] = b"a sample from a public document:";

/// Whether a value is one that a vendor's own documents show.
pub(super) fn is_documented(value: &[u8]) -> bool {
    documented_digest(value).is_some_and(|it| DOCUMENTED.binary_search(&it).is_ok())
}

fn documented_digest(value: &[u8]) -> Option<u64> {
    let digest = Sha256::new().chain_update(BEFORE_DOCUMENTED).chain_update(value).finalize();
    digest.first_chunk().map(|it| u64::from_be_bytes(*it))
}

/// Whether a value stands for a secret instead of being one.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value).to_ascii_lowercase();
    WORDS.iter().any(|word| text.contains(word))
        || is_reference(&text)
        || text.contains("...")
        || text.contains('…')
        // A few equal letters are chance, or zeros in base64; a value that is mostly made of them is not.
        || in_order(text.as_bytes()) * 5 >= text.len() * 2 && !text.is_empty()
}

/// A reference to where the value really is: `${VAR}`, `$VAR`, `{{ x }}`, `%VAR%`, `@VAR@`, `<x>`, `[x]`, printf verbs.
pub(super) fn is_reference(text: &str) -> bool {
    let wrapped = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close) && text.len() > open.len();
    text.contains("${")
        || text.contains("#{")
        || text.contains("{{")
        || text.contains("$(")
        || (text.starts_with('$') && text.bytes().skip(1).all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        || wrapped("%", "%")
        || wrapped("@", "@")
        || wrapped("<", ">")
        || wrapped("[", "]")
        || wrapped("{", "}")
        || wrapped("__", "__")
        || matches!(text, "%s" | "%v" | "%d" | "{}" | "?")
        || (!text.is_empty() && text.bytes().all(|b| matches!(b, b'*' | b'.' | b'x' | b'-' | b'_')))
}

/// How many bytes are in stretches of one letter repeated, or of letters or digits in order.
fn in_order(bytes: &[u8]) -> usize {
    let equal = |a: u8, b: u8| a == b;
    let next = |a: u8, b: u8| a.is_ascii_alphanumeric() && b == a.wrapping_add(1) || a == b'9' && b == b'0';
    stretches(bytes, 5, equal) + stretches(bytes, 6, next)
}

/// The bytes in stretches of `least` and more in which each byte follows from the one before.
fn stretches(bytes: &[u8], least: usize, follows: impl Fn(u8, u8) -> bool) -> usize {
    let (mut all, mut run, mut before) = (0, 0, None);
    for byte in bytes {
        if before.is_some_and(|last| follows(last, *byte)) {
            run += 1;
        } else {
            all += if run >= least { run } else { 0 };
            run = 1;
        }
        before = Some(*byte);
    }
    all + if run >= least { run } else { 0 }
}

/// Whether somebody typed it in order: `abc123def456`, `a1b2c3d4`, or a short piece again and again.
pub(super) fn is_typed(value: &[u8]) -> bool {
    let text = value.to_ascii_lowercase();
    let next = |a: u8, b: u8| a.is_ascii_alphanumeric() && b == a.wrapping_add(1) || a == b'9' && b == b'0';
    let rows = stretches(&text, 3, next) * 10 >= text.len() * 6;
    let leaps = text.windows(3).filter(|it| matches!(it, [a, _, c] if next(*a, *c))).count() * 10 >= text.len() * 6;
    let again = (2..=text.len() / 3).any(|period| text.iter().zip(text.iter().skip(period)).all(|(a, b)| a == b));
    // The alphabet in order, with digits or signs in between: `aB1cD2eF3g`.
    let letters: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphabetic).collect();
    let alphabet = letters.len() >= 6 && stretches(&letters, 4, next) * 10 >= letters.len() * 8;
    rows || leaps || again || alphabet
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENTED, documented_digest, is_documented, is_placeholder, is_typed};
    use rstest::rstest;

    #[test]
    fn documented_keys_are_looked_up() {
        assert!(DOCUMENTED.is_sorted() && !is_documented(b"Zk3qT9xWbV7nL2mR"));
        // The digests are of known keys only if they are made the same way for ever.
        assert_eq!(documented_digest(b"acme"), Some(0xbf06_b78a_e04f_2b74));
    }

    #[rstest]
    #[case("your-openai-key-here", true)]
    #[case("sk_live_xxxxxxxxxxxxxxxxxxxxxxxx", true)]
    #[case("${STRIPE_KEY}", true)]
    #[case("$STRIPE_KEY", true)]
    #[case("{{ secrets.KEY }}", true)]
    #[case("%KEY%", true)]
    #[case("<token>", true)]
    #[case("abcdefghijklmnop", true)]
    #[case("key1234567890", true)]
    #[case("AKIAIOSFODNN7EXAMPLE", true)]
    #[case("sk-...", true)]
    #[case("0x4AAAAAAAZk3qT9xWbV7nL2mR", false)]
    #[case("1234567890abcdef1234567890abcdef", true)]
    #[case("Zk3qT9xWbV7nL2mR", false)]
    #[case("h8Jw2kPz$Q", false)]
    fn values(#[case] value: &str, #[case] placeholder: bool) {
        assert_eq!(is_placeholder(value.as_bytes()), placeholder);
    }

    #[rstest]
    #[case("abc123def456ghi789jkl012", true)]
    #[case("a1B2c3D4e5F6g7H8", true)]
    #[case("a81fa81fa81fa81fa81f", true)]
    #[case("aB1cD2eF3gH4iJ5kL6mN7", true)]
    #[case("a1b2c3d4-e5f6-7890-abcd-ef1234567890", true)]
    #[case("Zk3qT9xWbV7nL2mR", false)]
    #[case("9f86d081884c7d659a2feaa0c55ad015", false)]
    fn typed_in_order(#[case] value: &str, #[case] typed: bool) {
        assert_eq!(is_typed(value.as_bytes()), typed);
    }
}
