//! How far a walk goes: at which hosts it asks for what nothing names, and that what it leaves out is said.

use super::*;

const SCRIPT: &str = "<script src=\"/a.js\"></script>";

/// A site whose page loads a script of its own and one of an asset host; the asset host has a hidden map.
async fn two_hosts() -> (Site, Site) {
    let assets = Site::of([("/b.js", js("2")), ("/b.js.map", says("application/json", "{}"))]).await;
    let tags = format!("{SCRIPT}<script src=\"{}b.js\"></script>", assets.url);
    let site = Site::new(move |path| match path {
        "/" => html(&tags),
        "/a.js" => js("1"),
        // What nothing names may lead to a host that nobody permitted.
        "/sw.js" => to("http://localhost:1/sw.js"),
        _ => gone(),
    })
    .await;
    (site, assets)
}

fn host(site: &Site) -> String {
    super::super::hosts::listed(&site.url).unwrap()
}

fn permitted(hosts: impl IntoIterator<Item = String>, further: &Site) -> SiteOptions {
    let conduct = Conduct { own_hosts_only: true, permitted: Some(hosts.into_iter().collect()), ..Conduct::default() };
    SiteOptions { conduct, ..options() }.host(host(further))
}

#[tokio::test]
async fn what_nothing_names_is_asked_for_only_at_hosts_that_the_permission_names() {
    let (site, assets) = two_hosts().await;
    let report = report(&site, &permitted([host(&site)], &assets)).await;
    assert_eq!(assets.asked(), ["/b.js"], "no map is tried at the asset host");
    let asked = site.asked();
    for path in ["/a.js.map", "/sw.js", "/sitemap.xml"] {
        assert!(asked.iter().any(|it| it == path), "no {path} in {asked:?}");
    }
    let said = format!("what no page loads at {}: the permission does not name that host", host(&assets));
    assert!(hidden(&report).contains(&said), "{:?}", hidden(&report));
    assert!(!report.report.coverage.complete);
}

#[tokio::test]
async fn where_the_permission_names_another_host_a_walk_is_a_visit() {
    let (site, assets) = two_hosts().await;
    let report = report(&site, &permitted(["www.acme.example".to_owned()], &assets)).await;
    assert_eq!((site.asked(), assets.asked()), (vec!["/".to_owned(), "/a.js".to_owned()], vec!["/b.js".to_owned()]));
    assert!(hidden(&report).iter().any(|it| it.starts_with(&format!("what no page loads at {}", host(&site)))));
    assert!(!report.report.coverage.complete);
}

#[tokio::test]
async fn what_nothing_names_does_not_follow_a_redirect_to_a_host_without_permission() {
    let other = Site::of([("/sw.js", js("3"))]).await;
    let (to_other, tags) = (format!("{}sw.js", other.url), SCRIPT.to_owned());
    let site = Site::new(move |path| match path {
        "/" => html(&tags),
        "/a.js" => js("1"),
        "/sw.js" => to(&to_other),
        _ => gone(),
    })
    .await;
    let report = report(&site, &permitted([host(&site)], &other)).await;
    assert_eq!(other.asked(), Vec::<String>::new());
    assert!(
        hidden(&report).contains(&"/sw.js: leads to 127.0.0.1, which the permission does not name".to_owned()),
        "{:?}",
        hidden(&report)
    );
}

#[tokio::test]
async fn a_visit_asks_for_nothing_that_nothing_names_and_is_never_whole() {
    let (site, _assets) = two_hosts().await;
    let conduct = Conduct { reach: Reach::Visitor, ..Conduct::default() };
    let report = report(&site, &SiteOptions { conduct, ..options() }).await;
    assert_eq!(site.asked(), ["/", "/a.js"]);
    assert!(hidden(&report).iter().any(|it| it.starts_with(BEYOND_A_VISIT)) && !report.report.coverage.complete);
}
