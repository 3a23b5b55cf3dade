//! Sites of one page: Vite and Lovable bundles, workers, maps.

use super::*;
use crate::domain::Severity;
use crate::scan::{Confidence, Surface};
use base64::Engine as _;
use serde_json::json;

const OWN: &str = "acmeshopproductionab";
const FOREIGN: &str = "someotherprojectabcd";

fn shell() -> Say {
    html(
        r#"<div id="root"></div><link rel="modulepreload" crossorigin href="/assets/vendor-B1c2D3e4.js"><script type="module" crossorigin src="/assets/index-Deg-Rtny.js"></script>"#,
    )
}

/// A host for applications of one page: any path is the page.
async fn served(files: impl IntoIterator<Item = (&'static str, Say)>) -> Site {
    let files: std::collections::BTreeMap<&str, Say> = files.into_iter().collect();
    Site::new(move |path| files.get(path).cloned().unwrap_or_else(shell)).await
}

fn index() -> String {
    let deps = r#"const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/A-Cck7gSIl.js","assets/A-W1erjkBN.css","assets/shared-aB10rqSx.js"])))=>i.map(i=>d[i]);"#;
    let lazy = "lazy(()=>q(()=>import(`./A-Cck7gSIl.js`),__vite__mapDeps([0,1,2])));new Worker(new URL(`/assets/w-Cet5YvDQ.js`,import.meta.url))";
    format!(
        "{deps}\nimport{{t as e}}from\"./vendor-B1c2D3e4.js\";const u=\"https://{OWN}.supabase.co\",k=\"{}\";{lazy}",
        jwt("anon", OWN)
    )
}

#[tokio::test]
async fn every_lazy_chunk_is_read_and_public_keys_are_public() {
    let changed = "Tue, 03 Nov 2026 10:00:00 GMT";
    let site = served([
        ("/assets/index-Deg-Rtny.js", js(index())),
        ("/assets/vendor-B1c2D3e4.js", js("export const v=1")),
        (
            "/assets/A-Cck7gSIl.js",
            js(format!("import{{x}}from\"./shared-aB10rqSx.js\";\nconst k='{}'", jwt("service_role", FOREIGN)))
                .with("last-modified", changed),
        ),
        ("/assets/shared-aB10rqSx.js", js("import(`./deep-DvbAX1M_.js`)")),
        (
            "/assets/deep-DvbAX1M_.js",
            js(format!("a=\"{}\" // gitleaks:allow", stripe(0))).with("last-modified", "Tue, 01 Jan 1980 00:00:00 GMT"),
        ),
        ("/assets/w-Cet5YvDQ.js", js(format!("self.k=\"{}\"", stripe(1)))),
    ])
    .await;
    let report = report(&site, &options().projects([OWN.parse().unwrap()])).await;
    assert_eq!(hidden(&report), Vec::<String>::new());
    assert!(report.report.coverage.complete);
    assert_eq!((report.framework, report.scripts), (Framework::SinglePage, Tally { seen: 6, total: 6 }));
    let wanted = [
        "public /assets/index-Deg-Rtny.js:2",
        "secret /assets/A-Cck7gSIl.js:2",
        "secret /assets/deep-DvbAX1M_.js:1",
        "secret /assets/w-Cet5YvDQ.js:1",
    ];
    let mut all = found(&report);
    all.sort();
    assert_eq!(all, wanted);
    let key = report.report.findings.iter().find(|it| it.rule == "supabase-service-role").unwrap();
    assert_eq!(
        (key.surface, key.in_head, key.severity, key.confidence),
        (Surface::Site, true, Severity::Critical, Confidence::Proven)
    );
    assert_eq!(key.since, Some("2026-11-03T10:00:00Z".parse().unwrap()));
    assert!(key.can_fail());
    let marked = report.report.findings.iter().find(|it| it.path.as_str().contains("deep-")).unwrap();
    assert_eq!(marked.marker.as_ref().map(crate::domain::Foreign::as_str), Some("gitleaks:allow"), "a hint, as in files");
    assert!(marked.can_fail(), "and obeyed nowhere");
    assert_eq!(marked.since, None, "1980 is when a build tool dated it, not when it was served");
    let anon = report.report.findings.iter().find(|it| it.rule == "supabase-anon").unwrap();
    assert_eq!((anon.public, anon.severity, anon.can_fail()), (true, Severity::Info, false));
    let projects: Vec<_> = report.projects.iter().map(|it| (it.project.as_str(), it.path.as_str(), it.own)).collect();
    assert_eq!(projects, [(OWN, "/assets/index-Deg-Rtny.js", Some(true)), (FOREIGN, "/assets/A-Cck7gSIl.js", Some(false))]);
    let text = serde_json::to_string(&report).unwrap();
    for secret in [stripe(0), stripe(1), jwt("service_role", FOREIGN)] {
        assert!(!text.contains(&secret[10..30]), "a value is in the report");
    }
    assert_eq!(serde_json::from_str::<SiteReport>(&text).unwrap(), report);
}

#[tokio::test]
async fn maps_are_sources_with_paths_of_their_own() {
    let map = |n: u8| {
        let text = format!("// paid\nconst k = \"{}\"\n", stripe(n));
        json!({"version": 3, "mappings": "", "sources": ["../../src/lib/pay.ts", "../../node_modules/react/index.js"], "sourcesContent": [text, "react"]}).to_string()
    };
    let inside = base64::prelude::BASE64_STANDARD.encode(map(2).replace("lib/pay", "inside"));
    let site = served([
        (
            "/assets/index-Deg-Rtny.js",
            js("import './b-AbCd1234.js';import './c-AbCd1234.js'\n//# sourceMappingURL=named.js.map\n"),
        ),
        ("/assets/named.js.map", says("application/json", map(0))),
        ("/assets/vendor-B1c2D3e4.js", js("1").with("sourcemap", "/maps/header.map")),
        ("/maps/header.map", says("application/json", map(0).replace("pay.ts", "header.ts"))),
        ("/assets/b-AbCd1234.js", js("2")),
        ("/assets/b-AbCd1234.js.map", says("application/octet-stream", map(1).replace("lib/pay", "hidden"))),
        ("/assets/c-AbCd1234.js", js(format!("3\n//# sourceMappingURL=data:application/json;base64,{inside}"))),
    ])
    .await;
    let report = report(&site, &options()).await;
    assert_eq!(hidden(&report), Vec::<String>::new());
    let mut maps: Vec<_> = report.maps.iter().map(|it| (it.path.as_str().to_owned(), it.sources, it.own)).collect();
    maps.sort();
    let wanted = ["/assets/b-AbCd1234.js.map", "/assets/c-AbCd1234.js", "/assets/named.js.map", "/maps/header.map"];
    assert_eq!(maps, wanted.map(|path| (path.to_owned(), 2, 1)));
    let mut all = found(&report);
    all.sort();
    assert_eq!(
        all,
        // A map that is inside a script is that script's text, too.
        ["/assets/c-AbCd1234.js:2", "src/hidden.ts:2", "src/inside.ts:2", "src/lib/header.ts:2", "src/lib/pay.ts:2"]
            .map(|it| format!("secret {it}"))
    );
}

#[tokio::test]
async fn scripts_of_the_apps_other_hosts_are_read_and_those_of_others_named() {
    let assets = Site::of([
        ("/assets/index-Deg-Rtny.js", js(format!("k='{}';import('./B-AbCd1234.js')", stripe(0)))),
        ("/assets/B-AbCd1234.js", js("1")),
    ])
    .await;
    let page = format!(
        r#"<script src="https://js.payments.example/v3/"></script><script type=module src="{}assets/index-Deg-Rtny.js"></script>"#,
        assets.url
    );
    let site = Site::new(move |_| html(&page)).await;
    let report = report(&site, &options()).await;
    assert_eq!(report.elsewhere.iter().map(crate::domain::Foreign::as_str).collect::<Vec<_>>(), ["js.payments.example"]);
    assert_eq!(found(&report), ["secret 127.0.0.1/assets/index-Deg-Rtny.js:1"]);
    assert_eq!((report.scripts.seen, hidden(&report)), (2, Vec::new()));
}

#[tokio::test]
async fn a_site_whose_pages_nobody_lists_is_never_called_seen() {
    let site = Site::of([
        ("/", html(r#"<script src="/main.js"></script><a href="/about">About</a><a href="/logout">Out</a><a href="https://other.example/">x</a>"#)),
        ("/main.js", js("1")),
        ("/about", html(r#"<script src="/about.js"></script>"#)),
        ("/about.js", js(format!("\"{}\"", stripe(0)))),
        ("/sitemap.xml", says("application/xml", "<?xml version=\"1.0\"?><urlset><url><loc>/listed</loc></url></urlset>")),
        ("/listed", html(r#"<script src="/listed.js"></script>"#)),
        ("/listed.js", js("2")),
        ("/sw.js", js("self.__precache=[{url:\"kept-0A1B2C3D.js\",revision:null}]")),
        ("/kept-0A1B2C3D.js", js("3")),
    ])
    .await;
    let report = report(&site, &options()).await;
    assert_eq!(found(&report), ["secret /about.js:1"]);
    assert_eq!((report.framework, report.scripts.seen, report.pages.seen), (Framework::Other, 5, 3));
    assert_eq!(hidden(&report).len(), 1, "{:?}", hidden(&report));
    assert!(hidden(&report)[0].starts_with("pages that no link names"));
    assert!(!site.asked().contains(&"/logout".to_owned()));
}
