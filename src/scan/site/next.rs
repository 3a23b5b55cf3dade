//! What only Next.js says: the id of the build, whose manifest lists the scripts of every page of the pages router, and
//! which of the two routers a page came from. It reads bytes and asks nobody.

use url::Url;

/// What a page or a manifest says of its build.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::scan) struct Build {
    pub id: Option<String>,
    /// Where the app's files are served, if another host does that: `assetPrefix`.
    pub asset_prefix: Option<String>,
    /// The language that the page is in, if the app has several.
    pub locale: Option<String>,
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
    let locale = if pages_router { quoted(&["\"locale\":\""], "\"") } else { None };
    let locale = locale.filter(|it| it.len() <= 40 && is_id(it));
    Build { id, asset_prefix, locale, app_router, pages_router }
}

fn is_id(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.len() <= 200 && text.chars().all(good) && !text.chars().all(|c| c == '.')
}

/// The manifests of a build whose files begin at `root` (`…/_next/`): the list of pages and scripts, and the other one.
pub(in crate::scan) fn manifests(root: &Url, id: &str) -> Vec<Url> {
    ["_buildManifest.js", "_ssgManifest.js"].iter().filter_map(|name| root.join(&format!("static/{id}/{name}")).ok()).collect()
}

/// What the page at `page` was made of, for a build of the pages router whose files begin at `root` (`…/_next/`) at the
/// page's own host: `_next/data/ID/en/shop.json`. Served where the page has data of a server.
pub(in crate::scan) fn data(root: &Url, id: &str, locale: Option<&str>, page: &Url) -> Option<Url> {
    let app = root.path().strip_suffix("_next/")?.trim_end_matches('/');
    let below = page.path().strip_prefix(app).filter(|it| it.is_empty() || it.starts_with('/'))?.trim_matches('/');
    let place = match locale {
        // Of the usual language the page's address says nothing; that of its data does.
        Some(locale) if below.split('/').next() != Some(locale) => format!("{locale}/{below}"),
        _ => below.to_owned(),
    };
    let place = place.trim_matches('/');
    root.join(&format!("data/{id}/{}.json", if place.is_empty() { "index" } else { place })).ok()
}

/// The pages that a build manifest lists, without the framework's own and those with a parameter.
pub(in crate::scan) fn pages_of_manifest(text: &[u8]) -> Vec<String> {
    let Some(at) = find(text, b"sortedPages") else { return Vec::new() };
    let list = String::from_utf8_lossy(text.get(at..text.len().min(at + 256 * 1024)).unwrap_or_default());
    let Some((_, list)) = list.split_once('[') else { return Vec::new() };
    let mut pages = Vec::new();
    let mut parts = list.split('"');
    // Between two strings stands a comma, or the end of the list.
    while parts.next().is_some_and(|between| !between.contains(']')) {
        let Some(page) = parts.next() else { break };
        if page.starts_with('/') && !page.starts_with("/_") && !page.contains('[') && page.len() < 300 && page != "/404" {
            pages.push(page.to_owned());
        }
    }
    pages
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

    #[rstest]
    #[case("https://acme.example/_next/", None, "https://acme.example/", Some("/_next/data/x1/index.json"))]
    #[case("https://acme.example/_next/", None, "https://acme.example/shop/new", Some("/_next/data/x1/shop/new.json"))]
    #[case("https://acme.example/_next/", Some("en"), "https://acme.example/", Some("/_next/data/x1/en.json"))]
    #[case("https://acme.example/_next/", Some("en"), "https://acme.example/shop/", Some("/_next/data/x1/en/shop.json"))]
    #[case("https://acme.example/_next/", Some("fr"), "https://acme.example/fr", Some("/_next/data/x1/fr.json"))]
    #[case("https://acme.example/app/_next/", None, "https://acme.example/app", Some("/app/_next/data/x1/index.json"))]
    #[case("https://acme.example/app/_next/", None, "https://acme.example/app/", Some("/app/_next/data/x1/index.json"))]
    #[case("https://acme.example/app/_next/", None, "https://acme.example/other", None)]
    fn where_the_data_of_a_page_lies(
        #[case] root: &str,
        #[case] locale: Option<&str>,
        #[case] page: &str,
        #[case] wanted: Option<&str>,
    ) {
        let at = data(&Url::parse(root).unwrap(), "x1", locale, &Url::parse(page).unwrap());
        assert_eq!(at.as_ref().map(Url::path), wanted);
    }

    #[test]
    fn the_pages_of_a_manifest() {
        let text =
            br#"self.__BUILD_MANIFEST={"/legacy":["static/chunks/a.js"],"sortedPages":["/_app","/_error","/legacy","/p/[id]","/z"],"other":["/y"]};"#;
        assert_eq!(pages_of_manifest(text), ["/legacy", "/z"]);
        assert_eq!(pages_of_manifest(b"sortedPages:[\"/a\""), ["/a"]);
        assert_eq!(pages_of_manifest(b"sortedPages:[]"), Vec::<String>::new());
        let root = Url::parse("https://acme.example/_next/").unwrap();
        assert_eq!(manifests(&root, "x1")[0].path(), "/_next/static/x1/_buildManifest.js");
    }
}
