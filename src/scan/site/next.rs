//! What only Next.js says: the id of the build, whose manifest lists the scripts of every page of the pages router, and
//! which of the two routers a page came from. It reads bytes and asks nobody.

use url::Url;

/// What a page or a manifest says of its build.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::scan) struct Build {
    pub id: Option<String>,
    /// Where the app's files are served, if another host does that: `assetPrefix`.
    pub asset_prefix: Option<String>,
    pub app_router: bool,
    pub pages_router: bool,
}

/// Reads a page (`apis/http.md` §5.1, step 2).
pub(in crate::scan) fn build(html: &[u8]) -> Build {
    let has = |word: &str| find(html, word.as_bytes()).is_some();
    let app_router = has("__next_f");
    let pages_router = has("__NEXT_DATA__");
    if !app_router && !pages_router {
        return Build::default();
    }
    let quoted = |marks: &[&str], end: &str| marks.iter().find_map(|mark| after(html, mark, end));
    let id = if pages_router { quoted(&["\"buildId\":\""], "\"") } else { None };
    // In the flight data, which is a string in a script, quotes are escaped.
    let id = id.or_else(|| quoted(&["\\\"b\\\":\\\"", "\\\"buildId\\\":\\\""], "\\\"")).filter(|it| is_id(it));
    let asset_prefix = quoted(&["\"assetPrefix\":\""], "\"").filter(|it| it.starts_with("http") || it.starts_with("//"));
    Build { id, asset_prefix, app_router, pages_router }
}

fn is_id(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.len() <= 200 && text.chars().all(good) && !text.chars().all(|c| c == '.')
}

/// The manifests of a build whose files begin at `root` (`…/_next/`): the list of pages and scripts, and the other one.
pub(in crate::scan) fn manifests(root: &Url, id: &str) -> Vec<Url> {
    ["_buildManifest.js", "_ssgManifest.js"].iter().filter_map(|name| root.join(&format!("static/{id}/{name}")).ok()).collect()
}

/// The pages that a build manifest lists, without the framework's own and those with a parameter.
pub(in crate::scan) fn pages_of_manifest(text: &[u8]) -> Vec<String> {
    let Some(list) = after(text, "sortedPages", "]") else { return Vec::new() };
    list.split('"')
        .skip(1)
        .step_by(2)
        .filter(|it| it.starts_with('/') && !it.starts_with("/_") && !it.contains('[') && it.len() < 300 && *it != "/404")
        .map(str::to_owned)
        .collect()
}

/// What stands between the first `mark` and the `end` behind it; at most some kilobytes.
fn after(text: &[u8], mark: &str, end: &str) -> Option<String> {
    let at = find(text, mark.as_bytes())? + mark.len();
    let rest = text.get(at..text.len().min(at + 64 * 1024))?;
    let length = find(rest, end.as_bytes())?;
    Some(String::from_utf8_lossy(rest.get(..length)?).into_owned())
}

pub(in crate::scan) fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let first = *word.first()?;
    let mut from = 0;
    loop {
        from += text.get(from..)?.iter().position(|byte| *byte == first)?;
        if text.get(from..from + word.len())? == word {
            return Some(from);
        }
        from += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::pages(
        r#"<script id="__NEXT_DATA__">{"page":"/","buildId":"andUl6SpeH","assetPrefix":"https://cdn.acme.example","q":{}}"#,
        Some("andUl6SpeH"),
        false,
        true
    )]
    #[case::app(
        r#"self.__next_f.push([1,"0:{\"P\":null,\"d\":\"$undefined\",\"b\":\"and-Ul6_pe\"}\n"])"#,
        Some("and-Ul6_pe"),
        true,
        false
    )]
    #[case::both(r#"__next_f __NEXT_DATA__ {"buildId":"x1"}"#, Some("x1"), true, true)]
    #[case::a_path_is_no_id(r#"__NEXT_DATA__ {"buildId":"../../x"}"#, None, false, true)]
    #[case::neither(r#"{"buildId":"x1"}"#, None, false, false)]
    fn builds(#[case] html: &str, #[case] id: Option<&str>, #[case] app: bool, #[case] pages: bool) {
        let build = build(html.as_bytes());
        assert_eq!((build.id.as_deref(), build.app_router, build.pages_router), (id, app, pages));
        assert_eq!(build.asset_prefix.is_some(), html.contains("assetPrefix"));
    }

    #[test]
    fn the_pages_of_a_manifest() {
        let text =
            br#"self.__BUILD_MANIFEST={"/legacy":["static/chunks/a.js"],"sortedPages":["/_app","/_error","/legacy","/p/[id]"]};"#;
        assert_eq!(pages_of_manifest(text), ["/legacy"]);
        assert_eq!(pages_of_manifest(b"sortedPages:[\"/a\""), Vec::<String>::new());
        let root = Url::parse("https://acme.example/_next/").unwrap();
        assert_eq!(manifests(&root, "x1")[0].path(), "/_next/static/x1/_buildManifest.js");
    }
}
