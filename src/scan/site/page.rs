//! The tags of a page that lead further: scripts, preloads, links, the manifest. By the tokenizer of the HTML standard,
//! so that a script in a comment or in another attribute is none. It asks nobody and never fails: any bytes are some page.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// Addresses as they are written, in the order of the page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::scan) struct Tags {
    pub scripts: Vec<Script>,
    /// Targets of links and of a refresh.
    pub pages: Vec<String>,
    /// Web app manifests.
    pub manifests: Vec<String>,
    /// The first `<base href>`.
    pub base: Option<String>,
    /// What the page says of its author and of what made it.
    pub says: Vec<String>,
    /// It holds a content security policy.
    pub policy: bool,
}

/// A script that the page loads, or tells the browser to load ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scan) struct Script {
    pub address: String,
    /// A module: what bundlers write.
    pub module: bool,
    /// Run by this page, not only fetched ahead for another.
    pub runs: bool,
}

/// Longer addresses are data, or made to fill a memory.
const LONGEST: usize = 4096;

#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    attribute: Vec<u8>,
    /// `src`, `href`, `rel`, `as`, `type`, `content`, `http-equiv`, `name`; nothing else is kept.
    values: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Tag {
    fn value(&self, name: &str) -> Option<&[u8]> {
        self.values.iter().find(|(it, _)| it == name.as_bytes()).map(|(_, value)| value.as_slice())
    }

    fn address(&self, name: &str) -> Option<String> {
        let text = std::str::from_utf8(self.value(name)?).ok()?.trim();
        (!text.is_empty() && text.len() <= LONGEST).then(|| text.to_owned())
    }

    fn says(&self, name: &str, word: &str) -> bool {
        let value = self.value(name).unwrap_or_default();
        value.split(u8::is_ascii_whitespace).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
    }
}

const KEPT: [&[u8]; 8] = [b"src", b"href", b"rel", b"as", b"type", b"content", b"http-equiv", b"name"];
/// What a page says of its author and maker; more is made to fill a memory.
const MOST_SAID: usize = 20;

/// Reads the tags of a page.
pub(in crate::scan) fn tags(html: &[u8]) -> Tags {
    let mut found = Tags::default();
    let mut tag = Tag::default();
    {
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<std::convert::Infallible> {
            match event {
                CallbackEvent::OpenStartTag { name } => tag = Tag { name: name.to_vec(), ..Tag::default() },
                CallbackEvent::AttributeName { name } => {
                    tag.attribute = name.to_vec();
                    let first = tag.values.iter().all(|(it, _)| it.as_slice() != name);
                    if first && KEPT.contains(&name) {
                        tag.values.push((name.to_vec(), Vec::new()));
                    } else {
                        // The first of two attributes of a name is the one that counts.
                        tag.attribute.clear();
                    }
                }
                CallbackEvent::AttributeValue { value } => {
                    let Tag { attribute, values, .. } = &mut tag;
                    if let Some((_, kept)) = values.iter_mut().find(|(it, _)| !attribute.is_empty() && it == attribute) {
                        kept.extend_from_slice(value);
                    }
                }
                CallbackEvent::CloseStartTag { .. } => take(&std::mem::take(&mut tag), &mut found),
                _ => {}
            }
            None
        });
        emitter.naively_switch_states(true);
        // Reading from memory cannot fail.
        let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    }
    found
}

fn take(tag: &Tag, found: &mut Tags) {
    match tag.name.as_slice() {
        b"script" => {
            if let Some(address) = tag.address("src") {
                found.scripts.push(Script { address, module: tag.says("type", "module"), runs: true });
            }
        }
        b"link" => {
            let module = tag.says("rel", "modulepreload");
            let ahead = ["preload", "prefetch"].iter().any(|it| tag.says("rel", it)) && tag.says("as", "script");
            if (module || ahead)
                && let Some(address) = tag.address("href")
            {
                found.scripts.push(Script { address, module, runs: false });
            } else if tag.says("rel", "manifest") {
                found.manifests.extend(tag.address("href"));
            }
        }
        b"a" | b"area" => found.pages.extend(tag.address("href")),
        b"base" if found.base.is_none() => found.base = tag.address("href"),
        b"meta" if tag.says("http-equiv", "refresh") => {
            let target = tag.address("content").and_then(|it| {
                let (_, target) = it.split_once(['=']).filter(|(before, _)| before.to_ascii_lowercase().ends_with("url"))?;
                Some(target.trim().trim_matches(['\'', '"']).to_owned())
            });
            found.pages.extend(target);
        }
        b"meta" if tag.says("http-equiv", "content-security-policy") => found.policy = true,
        b"meta" if ["author", "generator"].iter().any(|it| tag.says("name", it)) && found.says.len() < MOST_SAID => {
            found.says.extend(tag.address("content"));
        }
        _ => {}
    }
}

/// Whether a body is a page, whatever it was announced as.
pub(in crate::scan) fn is_html(body: &[u8], content_type: &str) -> bool {
    let start = body.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let opens = |word: &[u8]| start.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    if [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<!--"].iter().any(|it| opens(it)) {
        return true;
    }
    content_type.to_ascii_lowercase().contains("html") && (start.is_empty() || opens(b"<"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn scripts_preloads_links_and_the_manifest() {
        let html = br#"<!doctype html><html><head><base href="/shop/"><base href="/other/">
            <link rel="modulepreload" crossorigin href="/assets/vendor-AbCd1234.js">
            <link rel="preload" as="script" href='/_next/static/chunks/a.js'>
            <link rel=preload as=style href=/a.css><link rel="manifest" href="/site.webmanifest">
            <meta http-equiv=refresh content="3; url='/soon'">
            <!-- <script src="/in-a-comment.js"></script> -->
            <script>const t = "<script src='/in-a-text.js'>"</script>
            <script type="module" src=" /assets/index-AbCd1234.js " src="/second.js"></script>
            <template><script src="/in-a-template.js"></script></template>
            <textarea><script src="/in-a-textarea.js"></script></textarea>
            </head><body><a href="/about?x=1#y">About</a><SCRIPT SRC=/last.js></body>"#;
        let tags = tags(html);
        let scripts: Vec<_> = tags.scripts.iter().map(|it| (it.address.as_str(), it.module, it.runs)).collect();
        let wanted = [
            ("/assets/vendor-AbCd1234.js", true, false),
            ("/_next/static/chunks/a.js", false, false),
            ("/assets/index-AbCd1234.js", true, true),
            ("/in-a-template.js", false, true),
            ("/last.js", false, true),
        ];
        assert_eq!(scripts, wanted);
        assert_eq!(tags.pages, ["/soon", "/about?x=1#y"]);
        assert_eq!((tags.manifests.as_slice(), tags.base.as_deref()), (&["/site.webmanifest".to_owned()][..], Some("/shop/")));
    }

    #[test]
    fn any_bytes_are_some_page() {
        assert_eq!(tags(b""), Tags::default());
        assert_eq!(tags(b"\xff\xfe<scr\0ipt src=\xff>").scripts, []);
        assert_eq!(tags(&b"<script src=/a.js".repeat(1000)).scripts, [], "never closed");
        assert_eq!(tags(&[b"<a href=\"/".as_slice(), &b"x".repeat(10_000), b"\">"].concat()).pages, Vec::<String>::new());
    }

    #[rstest]
    #[case(b" \n<!DOCTYPE html><title>", "application/javascript", true)]
    #[case(b"\xef\xbb\xbf<html>", "text/plain", true)]
    #[case(b"<div>Not found</div>", "text/html; charset=utf-8", true)]
    #[case(b"<svg/>", "image/svg+xml", false)]
    #[case(b"var a = '<html>'", "text/javascript", false)]
    #[case(b"var a = 1", "text/html", false)]
    #[case(b"", "text/html", true)]
    fn a_page_is_told_by_its_body(#[case] body: &[u8], #[case] said: &str, #[case] wanted: bool) {
        assert_eq!(is_html(body, said), wanted);
    }
}
