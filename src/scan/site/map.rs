//! Source maps: where a script says its map is, and the sources whose text a map holds (`apis/http.md` §6). It reads
//! bytes and fetches nothing; a map without texts gives nothing away.

use crate::scan::proof;
use serde::Deserialize;
use std::borrow::Cow;

/// Where a script's map is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scan) enum Pointer {
    Address(String),
    /// In the script itself.
    Inside(Vec<u8>),
}

/// A source with its text.
#[derive(PartialEq, Eq)]
pub(in crate::scan) struct Source {
    /// Its own path, without what the bundler put before it.
    pub path: String,
    pub text: String,
    /// No library's and no tool's.
    pub own: bool,
}

/// Sources of one map that are read.
const MOST: usize = 50_000;
/// Maps in maps.
const DEEPEST: u8 = 3;

#[derive(Deserialize)]
struct Raw<'m> {
    version: u32,
    #[serde(borrow, default)]
    sources: Vec<Option<Cow<'m, str>>>,
    #[serde(borrow, default, rename = "sourcesContent")]
    contents: Option<Vec<Option<Cow<'m, str>>>>,
    #[serde(borrow, default)]
    sections: Vec<Section<'m>>,
}

#[derive(Deserialize)]
struct Section<'m> {
    #[serde(borrow)]
    map: Option<Box<Raw<'m>>>,
}

/// The sources of a map that have their text in it. None: it is no map.
pub(in crate::scan) fn sources(body: &[u8]) -> Option<Vec<Source>> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // Some servers put a line before JSON so that it cannot be run as a script.
    let body = if body.starts_with(b")]}'") { body.splitn(2, |byte| *byte == b'\n').nth(1)? } else { body };
    if body.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let raw: Raw<'_> = serde_json::from_slice(body).ok()?;
    if raw.version != 3 {
        return None;
    }
    let mut found = Vec::new();
    take(raw, DEEPEST, &mut found);
    Some(found)
}

fn take(raw: Raw<'_>, deeper: u8, found: &mut Vec<Source>) {
    let contents = raw.contents.unwrap_or_default();
    for (number, text) in contents.into_iter().enumerate() {
        let Some(text) = text.filter(|it| !it.is_empty()) else { continue };
        if found.len() >= MOST {
            return;
        }
        let name = raw.sources.get(number).and_then(Option::as_deref).unwrap_or_default();
        let own = is_own(name);
        let path = shortened(name);
        let path = if path.is_empty() { format!("source {number}") } else { path };
        found.push(Source { path, text: text.into_owned(), own });
    }
    for map in raw.sections.into_iter().filter_map(|it| it.map).take(if deeper > 0 { MOST } else { 0 }) {
        take(*map, deeper - 1, found);
    }
}

/// What bundlers call their own pieces and libraries.
fn is_own(name: &str) -> bool {
    let foreign =
        ["node_modules/", "webpack/", "(webpack)", "[turbopack]", "[next]", "/next/dist/", "vite/", "\0", "ignored|", "rolldown"];
    !foreign.iter().any(|it| name.contains(it))
}

/// `webpack://_N_E/./src/a.ts?0a1b` and `turbopack:///[project]/src/a.ts` as `src/a.ts`.
fn shortened(name: &str) -> String {
    let rest = match name.split_once("://") {
        // What stands before the first slash is the name of the build.
        Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, path)| path),
        None => name,
    };
    let mut rest = rest.split('?').next().unwrap_or_default().trim_start_matches("[project]/");
    while let Some(shorter) = rest.strip_prefix("../").or_else(|| rest.strip_prefix("./")).or_else(|| rest.strip_prefix('/')) {
        rest = shorter;
    }
    rest.chars().filter(|c| !c.is_control()).take(300).collect()
}

const MARK: &[u8] = b"sourceMappingURL=";

/// What the last comment of a script says of its map.
pub(in crate::scan) fn pointer(script: &[u8]) -> Option<Pointer> {
    let at = last(script, MARK)?;
    let lead = script.get(..at)?.trim_ascii_end();
    if ![&b"//#"[..], b"//@", b"/*#", b"/*@"].iter().any(|it| lead.ends_with(it)) {
        return None;
    }
    let rest = script.get(at + MARK.len()..)?;
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'*' | b'`'));
    let value = rest.get(..end.unwrap_or(rest.len()))?;
    if value.starts_with(b"data:") {
        let comma = value.iter().position(|byte| *byte == b',')?;
        let (head, body) = value.split_at_checked(comma)?;
        return head.ends_with(b"base64").then(|| proof::base64(body.get(1..)?).map(Pointer::Inside)).flatten();
    }
    let text = std::str::from_utf8(value).ok()?;
    (!text.is_empty() && text.len() < 2048).then(|| Pointer::Address(text.to_owned()))
}

fn last(text: &[u8], word: &[u8]) -> Option<usize> {
    let first = *word.first()?;
    let mut end = text.len();
    loop {
        let at = text.get(..end)?.iter().rposition(|byte| *byte == first)?;
        if text.get(at..)?.starts_with(word) {
            return Some(at);
        }
        end = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    fn shown(body: &str) -> Option<Vec<(String, bool)>> {
        sources(body.as_bytes()).map(|all| all.into_iter().map(|it| (it.path, it.own)).collect())
    }

    #[test]
    fn sources_come_with_their_own_paths() {
        let map = json!({"version": 3, "mappings": "AAAA", "sources": [
            "webpack://_N_E/./src/lib/pay.ts?0a1b", "turbopack:///[project]/app/page.tsx", "../../src/a.jsx",
            "../node_modules/react/index.js", "src/empty.ts", null,
        ], "sourcesContent": ["a", "b", "c", "d", null, "f"]});
        let wanted = [
            ("src/lib/pay.ts", true),
            ("app/page.tsx", true),
            ("src/a.jsx", true),
            ("node_modules/react/index.js", false),
            ("source 5", true),
        ];
        let wanted: Vec<_> = wanted.iter().map(|(path, own)| ((*path).to_owned(), *own)).collect();
        assert_eq!(shown(&map.to_string()), Some(wanted.clone()));
        assert_eq!(shown(&format!(")]}}'\n{map}")), Some(wanted));
    }

    #[test]
    fn maps_of_maps_are_read_and_texts_may_be_missing() {
        let inner = json!({"version": 3, "sources": ["turbopack:///[project]/x.ts"], "sourcesContent": ["x"]});
        let map = json!({"version": 3, "sources": [], "sections": [{"offset": {"line": 0, "column": 0}, "map": inner}]});
        assert_eq!(shown(&map.to_string()), Some(vec![("x.ts".to_owned(), true)]));
        assert_eq!(shown(r#"{"version":3,"sources":["a"],"mappings":""}"#), Some(Vec::new()));
    }

    #[rstest]
    #[case("<!doctype html>")]
    #[case(r#"{"version":4}"#)]
    #[case(r#"{"name":"acme"}"#)]
    #[case(r#"{"version":3,"sources":"#)]
    #[case("")]
    fn other_bodies_are_no_maps(#[case] body: &str) {
        assert_eq!(shown(body), None);
    }

    #[test]
    fn the_last_comment_points() {
        let at = |text: &str| Some(Pointer::Address(text.to_owned()));
        assert_eq!(pointer(b"a();\n//# sourceMappingURL=a.js.map\n"), at("a.js.map"));
        assert_eq!(pointer(b"//# sourceMappingURL=a.map\nb()\n//@ sourceMappingURL=/m/b.js.map"), at("/m/b.js.map"));
        assert_eq!(pointer(b"a()/*# sourceMappingURL=a.map*/"), at("a.map"));
        assert_eq!(pointer(b"x=\"sourceMappingURL=\"+y"), None);
        assert_eq!(pointer(b""), None);
        let code = base64::prelude::BASE64_STANDARD.encode(r#"{"version":3}"#);
        let text = format!("a()\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{code}");
        assert_eq!(pointer(text.as_bytes()), Some(Pointer::Inside(br#"{"version":3}"#.to_vec())));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = pointer(&[b"//# sourceMappingURL=", bytes.as_slice()].concat());
            let _ = sources(&[b"{\"version\":3,\"sections\":[", bytes.as_slice()].concat());
        }
    }
}
