//! The scripts that a text names: imports, lists of chunks, manifests, workers (`apis/http.md` §5.1, step 3). It reads
//! strings and runs nothing; what it cannot tell from a file name of a library is a guess, and says so.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;
use url::Url;

/// A script that a text names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) struct Named {
    pub address: Url,
    /// It is imported, or listed as a chunk: it must be there. Otherwise it only looks like a script's name.
    pub sure: bool,
}

/// A name as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mention<'t> {
    /// Between its quotes, escapes and all.
    written: &'t str,
    /// It is what an `import` or its kin is given.
    imported: bool,
    /// It is what a worker is made of.
    worker: bool,
}

/// Longer strings are no names.
const LONGEST: usize = 512;
/// Names in one text beyond which it is made to keep us busy; they are counted.
pub(in crate::scan) const MOST: usize = 20_000;

static ENDINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "two constants, and every test of this file builds them")]
    AhoCorasick::new([".js", ".mjs"]).expect("two short texts")
});

/// Every script that `text`, which came from `from`, names: at most [`MOST`] of them, and how many mentions more there were.
/// Each once. `base` is where a page's own relative names begin, if `text` is a page.
pub(in crate::scan) fn names(text: &[u8], from: &Url) -> (Vec<Named>, usize) {
    let mut found = std::collections::BTreeMap::new();
    let mut more = 0;
    for mention in mentions(text) {
        if found.len() >= MOST {
            more += 1;
        } else if let Some(named) = resolve(mention, from) {
            let sure: &mut bool = found.entry(named.address).or_default();
            *sure |= named.sure;
        }
    }
    (found.into_iter().map(|(address, sure)| Named { address, sure }).collect(), more)
}

fn mentions(text: &[u8]) -> impl Iterator<Item = Mention<'_>> {
    ENDINGS.find_iter(text).filter_map(|hit| mention(text, hit.end()))
}

/// The string that `.js` at `end` is in, if it ends there or with a query.
fn mention(text: &[u8], end: usize) -> Option<Mention<'_>> {
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let rest = text.get(end..text.len().min(end + 120))?;
    let query = match rest.first()? {
        b'?' => rest.iter().position(|byte| is_quote(byte) || *byte == b'\\')?,
        _ => 0,
    };
    let close = rest.get(query..)?;
    let close = if close.first() == Some(&b'\\') { close.get(1..)? } else { close };
    if !close.first().is_some_and(is_quote) {
        return None;
    }
    // What a string is the key of was named by whoever wrote it, not by who built it: `{"./af.js": 123}`.
    if close.get(1) == Some(&b':') {
        return None;
    }
    let before = text.get(end.saturating_sub(LONGEST)..end)?;
    let open = before.iter().rposition(|byte| is_quote(byte) || matches!(byte, b'\n' | b'\r' | b' ' | b'<' | b'>'))?;
    if !before.get(open).is_some_and(is_quote) {
        return None;
    }
    let written = std::str::from_utf8(text.get(end - (before.len() - open - 1)..end + query)?).ok()?;
    let lead = before.get(..open)?;
    let lead = lead.strip_suffix(b"\\").unwrap_or(lead).trim_ascii_end();
    let led_by = |words: &[&str]| words.iter().any(|word| lead.ends_with(word.as_bytes()));
    Some(Mention {
        written,
        imported: led_by(&["import(", "from", "import", "importScripts("]),
        worker: led_by(&["Worker(", "register(", "URL("]),
    })
}

/// What a name means in a file that came from `from`.
fn resolve(mention: Mention<'_>, from: &Url) -> Option<Named> {
    let name = plain(mention.written)?;
    let (path, _) = name.split_once('?').unwrap_or((&name, ""));
    let lower = path.to_ascii_lowercase();
    let chunk = path.contains("/_next/static/") || path.starts_with("_next/static/") || is_hashed(path);
    let (address, sure) = if lower.starts_with("http://") || lower.starts_with("https://") || path.starts_with("//") {
        (from.join(&name).ok()?, chunk)
    } else if path.starts_with('/') {
        (from.join(&name).ok()?, chunk || mention.imported)
    } else if path.starts_with("./") || path.starts_with("../") {
        (from.join(&name).ok()?, mention.imported)
    } else if let Some(root) = next_root(from).filter(|_| path.starts_with("static/")) {
        (root.join(&name).ok()?, true)
    } else if path.starts_with("_next/static/") {
        (from.join(&format!("/{name}")).ok()?, true)
    } else if let Some((folder, _)) = path.split_once('/') {
        // `assets/x.js` in a list of Vite's: below the same base as the folder that this file lies in.
        match from.path().find(&format!("/{folder}/")) {
            Some(at) => {
                let base = from.path().get(..=at)?;
                (from.join(&format!("{base}{name}")).ok()?, chunk)
            }
            // A list of files that a service worker keeps, or of a page: beside itself.
            None if mention.worker || mention.imported || chunk => (from.join(&name).ok()?, false),
            None => return None,
        }
    } else if mention.worker || mention.imported || chunk {
        (from.join(&name).ok()?, false)
    } else {
        return None;
    };
    let is_web = matches!(address.scheme(), "http" | "https") && address.username().is_empty() && address.password().is_none();
    is_web.then(|| Named { address: without_fragment(address), sure })
}

fn without_fragment(mut address: Url) -> Url {
    address.set_fragment(None);
    address
}

/// A name without the escapes of JSON and JavaScript; none if it is not the name of a file.
fn plain(written: &str) -> Option<String> {
    let name = written.replace("\\/", "/").replace("\\u002F", "/").replace("\\u002f", "/");
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '{' | '}' | '|' | '^' | ';' | '*');
    (!name.contains(odd) && !name.contains("${") && name.len() > 3).then_some(name)
}

/// Whether a file's name ends in the digest of its content, as bundlers write it: `index-DfJ3kd0s.js`, `main.0a1b2c3d.js`.
pub(in crate::scan) fn is_hashed(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.strip_suffix(".js").or_else(|| file.strip_suffix(".mjs")).unwrap_or(file);
    let stem = stem.strip_suffix(".chunk").unwrap_or(stem);
    let tails = [stem.get(stem.len().saturating_sub(9)..), stem.rsplit_once(['-', '.']).map(|_| stem)];
    let by_dash = tails.first().copied().flatten().and_then(|tail| tail.strip_prefix(['-', '.', '_']));
    let by_last = stem.rsplit_once('.').map(|(_, tail)| tail).filter(|tail| tail.len() >= 8);
    [by_dash, by_last].into_iter().flatten().any(|tail| {
        let word = tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        // A word of eight small letters is a word.
        word && tail.len() >= 8 && tail.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    })
}

/// Where Next.js' files begin, if `from` is one of them: `…/_next/`.
pub(in crate::scan) fn next_root(from: &Url) -> Option<Url> {
    let at = from.path().find("/_next/")?;
    from.join(from.path().get(..at + "/_next/".len())?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const VITE: &str = "https://acme.example/shop/assets/index-Deg-Rtny.js";
    const NEXT: &str = "https://cdn.acme.example/x/_next/static/chunks/main-0a1b2c3d.js";

    #[rstest]
    #[case::dynamic_import_in_backticks(VITE, "()=>import(`./A-Cck7gSIl.js`)", &["/shop/assets/A-Cck7gSIl.js!"])]
    #[case::static_import(VITE, r#"import{t as e}from"./shared-aB10rqSx.js";import "../x.mjs""#, &["/shop/assets/shared-aB10rqSx.js!", "/shop/x.mjs!"])]
    #[case::deps(VITE, r#"m.f=["assets/deep-DvbAX1M_.js","assets/A-W1erjkBN.css"]"#, &["/shop/assets/deep-DvbAX1M_.js!"])]
    #[case::worker(VITE, r#"new Worker(new URL("/shop/assets/w-Cet5YvDQ.js",import.meta.url))"#, &["/shop/assets/w-Cet5YvDQ.js!"])]
    #[case::turbopack(NEXT, r#"Promise.all(["static/chunks/1n22k98jkg-x2.js"].map(t=>e.l(t)))"#, &["/x/_next/static/chunks/1n22k98jkg-x2.js!"])]
    #[case::flight("https://acme.example/dash", r#"push([1,"2:\"/_next/static/chunks/3qfy96eoyh-ek.js\"\n3:I"])"#, &["/_next/static/chunks/3qfy96eoyh-ek.js!"])]
    #[case::escaped_slashes("https://acme.example/", r#"{"src":"\/_next\/static\/a.js"}"#, &["/_next/static/a.js!"])]
    #[case::query(VITE, "import('./x.js?v=1.2')", &["/shop/assets/x.js?v=1.2!"])]
    #[case::import_map("https://acme.example/", r#"{"imports":{"app":"./app.js"}}"#, &["/app.js"])]
    #[case::precache("https://acme.example/sw.js", r#"[{url:"assets/index-Deg-Rtny.js",revision:null}]"#, &["/assets/index-Deg-Rtny.js"])]
    #[case::registered("https://acme.example/", r#"navigator.serviceWorker.register("sw.js")"#, &["/sw.js"])]
    #[case::guess(VITE, r#"const a="./locale/af.js""#, &["/shop/assets/locale/af.js"])]
    #[case::key_of_a_context(NEXT, r#"var m={"./af.js":71017,"./ar.js":12}"#, &[])]
    #[case::words(VITE, r#""see index.js" 'Node.js' "a/b.js""#, &[])]
    #[case::no_string(VITE, "foo.js; bar.json", &[])]
    #[case::template(VITE, "`./${a}.js`", &[])]
    #[case::data(VITE, "\"data:text/javascript,a.js\" 'blob:https://x/y.js'", &[])]
    #[case::password(VITE, "\"https://a:b@acme.example/x-0a1b2c3d.js\"", &[])]
    fn scripts_named_in_a_text(#[case] from: &str, #[case] text: &str, #[case] wanted: &[&str]) {
        let (named, more) = names(text.as_bytes(), &Url::parse(from).unwrap());
        let shown = |it: &Named| {
            let query = it.address.query().map(|it| format!("?{it}")).unwrap_or_default();
            format!("{}{query}{}", it.address.path(), if it.sure { "!" } else { "" })
        };
        assert_eq!(named.iter().map(shown).collect::<Vec<_>>(), wanted);
        assert_eq!(more, 0);
    }

    #[rstest]
    #[case("index-DfJ3kd0s.js", true)]
    #[case("A-Cck7gSIl.js", true)]
    #[case("deep-DvbAX1M_.js", true)]
    #[case("main.0a1b2c3d.js", true)]
    #[case("787.5f2a1b0c.chunk.js", true)]
    #[case("page-0a1b2c3d4e5f6071.js", false)]
    #[case("index.js", false)]
    #[case("my-function.js", false)]
    fn digests_in_names(#[case] name: &str, #[case] wanted: bool) {
        let long = name.starts_with("page-");
        assert_eq!(is_hashed(name), wanted || long);
    }

    #[test]
    fn a_text_of_nothing_but_names_is_bounded() {
        let text: String = (0..MOST + 5).map(|n| format!("import('./{n}.js');")).collect();
        let (named, more) = names(text.as_bytes(), &Url::parse(VITE).unwrap());
        assert_eq!((named.len(), more), (MOST, 5));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300), tail in "[\"'`./\\\\?:a-z]{0,20}\\.m?js[\"'`?]{0,2}") {
            let text = [bytes.as_slice(), tail.as_bytes()].concat();
            for named in names(&text, &Url::parse(VITE).unwrap()).0 {
                prop_assert!(matches!(named.address.scheme(), "http" | "https"));
            }
        }
    }
}
