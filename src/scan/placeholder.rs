//! Recognises what people write where a secret will be: `your-key-here`, `${VAR}`, runs and the alphabet in order; and
//! the examples that vendors print in their own documents (`apis/secrets.md` §5).

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

/// Whether a value stands for a secret instead of being one.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value).to_ascii_lowercase();
    WORDS.iter().any(|word| text.contains(word))
        || is_reference(&text)
        || text.contains("...")
        || text.contains('…')
        || longest_run(text.as_bytes(), |a, b| a == b) >= 6
        || longest_run(text.as_bytes(), |a, b| a.is_ascii_alphanumeric() && b == a.wrapping_add(1)) >= 8
        || text.contains("1234567890")
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

/// The length of the longest stretch in which each byte follows from the one before.
fn longest_run(bytes: &[u8], follows: impl Fn(u8, u8) -> bool) -> usize {
    let (mut longest, mut run, mut before) = (0, 0, None);
    for byte in bytes {
        run = if before.is_some_and(|last| follows(last, *byte)) { run + 1 } else { 1 };
        longest = longest.max(run);
        before = Some(*byte);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;
    use rstest::rstest;

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
    #[case("Zk3qT9xWbV7nL2mR", false)]
    #[case("h8Jw2kPz$Q", false)]
    fn values(#[case] value: &str, #[case] placeholder: bool) {
        assert_eq!(is_placeholder(value.as_bytes()), placeholder);
    }
}
