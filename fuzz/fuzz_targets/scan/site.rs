//! The parsers under test, and what must be true of whatever they read.

#[path = "../../../src/scan/site/bundle.rs"]
mod bundle;
#[path = "../../../src/scan/site/map.rs"]
mod map;
#[path = "../../../src/scan/site/next.rs"]
mod next;
#[path = "../../../src/scan/site/page.rs"]
mod page;
#[path = "../../../src/scan/site/webpack.rs"]
mod webpack;

/// Reads bytes as each of the things that a site may serve.
pub fn read(bytes: &[u8]) {
    let from = url::Url::parse("https://acme.example/shop/_next/static/chunks/main-0a1b2c3d.js").unwrap();
    for (named, more) in [bundle::names(bytes, &from)] {
        assert!(named.len() <= bundle::MOST && (more == 0 || named.len() == bundle::MOST));
        for it in named {
            assert!(matches!(it.address.scheme(), "http" | "https"), "{}", it.address);
            assert!(it.address.username().is_empty() && it.address.password().is_none() && it.address.fragment().is_none());
        }
    }
    let tags = page::tags(bytes);
    assert!(tags.scripts.len() + tags.pages.len() <= bytes.len() / 4 + 1);
    let build = next::build(bytes);
    if let Some(id) = &build.id {
        let root = url::Url::parse("https://acme.example/_next/").unwrap();
        for it in next::manifests(&root, id) {
            assert!(it.path().starts_with("/_next/static/"), "{it}");
        }
    }
    for page in next::pages_of_manifest(bytes) {
        assert!(page.starts_with('/'));
    }
    let ids = webpack::ids(bytes);
    if let Some(naming) = webpack::naming(bytes) {
        naming.names();
        naming.guesses(ids.iter().map(String::as_str));
    }
    if let Some(map::Pointer::Inside(inside)) = map::pointer(bytes) {
        map::sources(&inside);
    }
    for source in map::sources(bytes).into_iter().flatten() {
        assert!(!source.path.is_empty() && source.path.chars().count() <= 300);
    }
    page::is_html(bytes, "text/html");
}
