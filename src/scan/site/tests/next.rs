//! Sites of Next.js: both routers, Turbopack's and webpack's builds, manifests, routes of the repository.

use super::*;
use rstest::rstest;

const ID: &str = "andUl6SpeHcPiVlzjv0HR";

/// A page of the app router as Next.js 16 serves it.
fn app_page(chunk: &str, body: &str) -> Say {
    html(&format!(
        r#"<link rel="preload" as="script" fetchPriority="low" href="/_next/static/chunks/main.js"/><script src="/_next/static/chunks/main.js" async=""></script>{body}<script>(self.__next_f=self.__next_f||[]).push([0])</script><script>self.__next_f.push([1,"1:\"$Sreact.fragment\"\n2:I[39756,[\"/_next/static/chunks/{chunk}.js\"],\"default\"]\n0:{{\"P\":null,\"s\":\"$undefined\",\"b\":\"{ID}\"}}\n"])</script>"#
    ))
}

fn manifest() -> Say {
    js(
        r#"self.__BUILD_MANIFEST = {"/legacy": ["static/chunks/legacy.js"],"sortedPages": ["/_app","/_error","/legacy"]};self.__BUILD_MANIFEST_CB && self.__BUILD_MANIFEST_CB()"#,
    )
}

fn app() -> Vec<(&'static str, Say)> {
    vec![
        ("/", app_page("home", r#"<a href="/blog/one">One</a><a href="/blog/two">Two</a>"#)),
        ("/dash", app_page("dash", "")),
        ("/blog/one", app_page("blog", "")),
        ("/blog/two", app_page("blog", "")),
        (
            "/legacy",
            html(
                r#"<script id="__NEXT_DATA__" type="application/json">{"page":"/legacy","buildId":"andUl6SpeHcPiVlzjv0HR"}</script>"#,
            ),
        ),
        ("/_next/static/chunks/main.js", js("e=>Promise.all([\"static/chunks/lazy.js\"].map(t=>e.l(t)))")),
        ("/_next/static/chunks/home.js", js("1")),
        ("/_next/static/chunks/dash.js", js("2")),
        ("/_next/static/chunks/blog.js", js("3")),
        ("/_next/static/chunks/lazy.js", js(format!("k='{}'", stripe(0)))),
        ("/_next/static/chunks/legacy.js", js(format!("k='{}'", stripe(1)))),
        ("/_next/static/andUl6SpeHcPiVlzjv0HR/_buildManifest.js", manifest()),
    ]
}

fn routes() -> Routes {
    Routes::of_files(["app/page.tsx", "app/dash/page.tsx", "app/blog/[slug]/page.tsx", "pages/legacy.tsx"]).unwrap()
}

#[tokio::test]
async fn with_the_repositorys_pages_every_chunk_of_the_app_router_is_seen() {
    let site = Site::of(app()).await;
    let report = report(&site, &options().routes(routes())).await;
    assert_eq!(hidden(&report), Vec::<String>::new());
    assert!(report.report.coverage.complete);
    assert_eq!((report.framework, report.scripts), (Framework::NextApp, Tally { seen: 7, total: 7 }));
    let mut all = found(&report);
    all.sort();
    assert_eq!(all, ["secret /_next/static/chunks/lazy.js:1", "secret /_next/static/chunks/legacy.js:1"]);
    assert_eq!(report.pages.seen, 5);
}

#[tokio::test]
async fn without_them_nothing_is_called_complete() {
    let site = Site::of(app()).await;
    let report = report(&site, &options()).await;
    assert!(hidden(&report).iter().any(|it| it.contains("the repository's pages are not known")), "{:?}", hidden(&report));
    assert!(!report.report.coverage.complete);
}

#[rstest]
#[case::no_link("/", app_page("home", ""), "/blog/[slug]: a page of the repository that no link leads to")]
#[case::gone("/dash", gone(), "/dash: a page of the repository that answers 404")]
#[case::sign_in("/dash", to("/login"), "/dash: leads to a sign-in (/login), so the scripts behind it were not seen")]
#[case::sign_in_elsewhere("/dash", to("https://login.example.com/x"), "/dash: leads to a sign-in at login.example.com")]
#[case::elsewhere("/dash", to("https://www.example.com/x"), "/dash: leads to another host, www.example.com")]
#[case::refused("/dash", html("who are you").status(403), "/dash: it refuses strangers")]
#[case::stale("/_next/static/chunks/lazy.js", gone(), "/_next/static/chunks/lazy.js: is named, and answers 404")]
#[case::wall("/_next/static/chunks/lazy.js", html("hello"), "/_next/static/chunks/lazy.js: answers with a page instead")]
#[case::no_manifest("/_next/static/andUl6SpeHcPiVlzjv0HR/_buildManifest.js", gone(), "is named, and answers 404")]
#[tokio::test]
async fn one_thing_unseen_is_named(#[case] path: &'static str, #[case] instead: Say, #[case] wanted: &str) {
    let mut files = app();
    files.retain(|(at, _)| *at != path);
    files.extend([(path, instead), ("/login", app_page("home", ""))]);
    let site = Site::of(files).await;
    let report = report(&site, &options().routes(routes())).await;
    assert!(hidden(&report).iter().any(|it| it.contains(wanted)), "{:?}", hidden(&report));
    assert!(!report.report.coverage.complete);
}

#[tokio::test]
async fn the_manifest_names_all_pages_of_the_pages_router() {
    let page = |name: &str| {
        html(&format!(
            r#"<script src="/shop/_next/static/chunks/webpack-0a1b2c3d.js" defer=""></script><script src="/shop/_next/static/chunks/pages/{name}.js" defer=""></script><script id="__NEXT_DATA__" type="application/json">{{"props":{{"pageProps":{{"k":"{}"}}}},"page":"/","buildId":"{ID}"}}</script>"#,
            if name == "index" { stripe(3) } else { String::new() }
        ))
    };
    let runtime = r#"r.p="/shop/_next/",r.u=e=>792===e?"static/chunks/792-abc.js":"static/chunks/"+(({54:"about"})[e]||e)+"."+({54:"aa11"})[e]+".js""#;
    let manifest = r#"self.__BUILD_MANIFEST=function(a){return{"/":[a,"static/chunks/pages/index.js"],"/other":["static/chunks/pages/other.js"],sortedPages:["/","/_app","/other"]}}("static/chunks/shared.js")"#;
    let mut site = Site::of([
        ("/shop/", page("index")),
        ("/shop/other", page("other")),
        ("/shop/_next/static/chunks/webpack-0a1b2c3d.js", js(runtime)),
        ("/shop/_next/static/chunks/pages/index.js", js("n.e(54)")),
        ("/shop/_next/static/chunks/pages/other.js", js("1")),
        ("/shop/_next/static/chunks/shared.js", js("2")),
        ("/shop/_next/static/chunks/792-abc.js", js("3")),
        ("/shop/_next/static/chunks/about.aa11.js", js(format!("k='{}'", stripe(0)))),
        ("/shop/_next/static/andUl6SpeHcPiVlzjv0HR/_buildManifest.js", js(manifest)),
    ])
    .await;
    site.url.set_path("/shop/");
    let report = report(&site, &options()).await;
    assert_eq!(hidden(&report), Vec::<String>::new());
    assert_eq!((report.framework, report.scripts.seen), (Framework::NextPages, 7));
    assert_eq!(found(&report), ["secret /shop/:1", "secret /shop/_next/static/chunks/about.aa11.js:1"]);
}

/// What a server gives to a page stands in its data, too, and in the data alone after a move from page to page.
#[tokio::test]
async fn the_data_of_the_first_page_is_searched_where_it_is_served() {
    let page = html(&format!(
        r#"<script src="/_next/static/chunks/main.js" defer=""></script><script id="__NEXT_DATA__" type="application/json">{{"props":{{}},"page":"/","buildId":"{ID}","locale":"en"}}</script>"#
    ));
    let manifest = r#"self.__BUILD_MANIFEST={"/":["static/chunks/main.js"],sortedPages:["/","/_app"]}"#;
    let data = "/_next/data/andUl6SpeHcPiVlzjv0HR/en.json";
    let files = [
        ("/", page),
        ("/_next/static/chunks/main.js", js("1")),
        ("/_next/static/andUl6SpeHcPiVlzjv0HR/_buildManifest.js", js(manifest)),
    ];
    let there = says("application/json", format!(r#"{{"pageProps":{{"k":"{}"}}}}"#, stripe(6)));
    let secret = vec![format!("secret {data}:1")];
    for (answer, wanted, unseen) in [(there, secret, 0), (gone(), Vec::new(), 0), (Say::Hang, Vec::new(), 1)] {
        let site = Site::of(files.iter().cloned().chain([(data, answer)])).await;
        let report = report(&site, &options()).await;
        assert_eq!(found(&report), wanted);
        assert_eq!(hidden(&report).iter().filter(|it| it.contains(data)).count(), unseen, "{:?}", hidden(&report));
        assert_eq!(report.report.coverage.complete, unseen == 0, "{:?}", hidden(&report));
        assert!(site.asked().iter().any(|it| it == data));
    }
}

#[tokio::test]
async fn an_asset_host_that_a_person_named_is_asked_and_no_other() {
    let assets = Site::of([("/main.js", js(format!("k='{}'", stripe(7))))]).await;
    let other = Site::of([("/main.js", js(format!("k='{}'", stripe(8))))]).await;
    let tags = format!(r#"<script src="{}main.js"></script><script src="{}main.js"></script>"#, assets.url, other.url);
    let site = Site::of([("/", html(&format!("<script src=\"/own.js\"></script>{tags}"))), ("/own.js", js("1"))]).await;
    let port = assets.url.port().unwrap();
    let report = report(&site, &options().host(format!("127.0.0.1:{port}"))).await;
    assert_eq!(found(&report), ["secret 127.0.0.1/main.js:1"]);
    assert_eq!((assets.asked().contains(&"/main.js".to_owned()), other.asked().len()), (true, 0));
}

#[tokio::test]
async fn a_runtime_with_one_chunk_takes_its_number_from_the_calls() {
    let mut files = app();
    files.push(("/_next/static/chunks/webpack-0a1b2c3d.js", js(r#"d.p="/_next/",d.u=e=>"static/chunks/"+e+".5f2a1b0c.js""#)));
    files.push(("/_next/static/chunks/787.5f2a1b0c.js", js(format!("k='{}'", stripe(5)))));
    files.retain(|(at, _)| *at != "/_next/static/chunks/dash.js");
    files.push((
        "/_next/static/chunks/dash.js",
        js("import('x');\"static/chunks/webpack-0a1b2c3d.js\";n.e(787).then(n.bind(n,787))"),
    ));
    let site = Site::of(files).await;
    let report = report(&site, &options().routes(routes())).await;
    assert!(found(&report).contains(&"secret /_next/static/chunks/787.5f2a1b0c.js:1".to_owned()), "{:?}", found(&report));
    assert_eq!(hidden(&report), Vec::<String>::new());
}
