//! Servers that never end, lie, redirect, refuse or send too much: no hang, no unbounded memory, and the right gap.

use super::*;
use flate2::{Compression, write::GzEncoder};
use rstest::rstest;
use std::io::Write as _;

/// A page of one address for all, with these tags on it.
async fn with(tags: String, answer: impl Fn(&str) -> Option<Say> + Send + Sync + 'static) -> Site {
    Site::new(move |path| answer(path).unwrap_or_else(|| html(&tags))).await
}

fn is_js(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending == "js")
}

/// The tags of so many scripts.
fn scripts(count: u32) -> String {
    (0..count).map(|n| format!("<script src=/{n}.js></script>")).collect::<Vec<_>>().concat()
}

fn small() -> SiteOptions {
    let limits = SiteLimits { time: Duration::from_secs(5), script_bytes: 256 * 1024, ..SiteLimits::default() };
    SiteOptions { limits, ..options() }
}

fn bomb() -> Say {
    let mut pack = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        pack.write_all(&vec![b'a'; 1024 * 1024]).unwrap();
    }
    js(pack.finish().unwrap()).with("content-encoding", "gzip")
}

#[rstest]
#[case::without_end(Say::Pour(vec![b'a'; 65536]), "answered with more than 256 KiB")]
#[case::a_bomb(bomb(), "answered with more than 256 KiB")]
#[case::announced(js("1").with("content-length", "99999999"), "")]
#[case::silent(Say::Hang, "took too long")]
#[case::closed(Say::Close, "broke off")]
#[case::faulty(js("oops").status(500), "had a fault of its own (status 500)")]
#[case::refused(js("no").status(401), "refuses strangers (status 401)")]
#[case::no_text(js((0..4000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect::<Vec<_>>()), "is no text")]
#[case::round_and_round(to("/bad.js"), "redirects on and on")]
#[case::away(to("https://other.example/a.js"), "leads to another host, other.example")]
#[case::a_password_in_it(to("http://a:b@127.0.0.1/x.js"), "leads to another host, 127.0.0.1")]
#[case::a_page(html("<h1>Hello</h1>"), "answers with a page instead")]
#[tokio::test]
async fn a_script_that_cannot_be_read_is_named_and_the_others_are_read(#[case] bad: Say, #[case] wanted: &'static str) {
    let tags = r#"<script src="/bad.js"></script><script src="/good.js"></script>"#.to_owned();
    let good = format!("k='{}'", stripe(0));
    let site = with(tags, move |path| match path {
        "/bad.js" => Some(bad.clone()),
        "/good.js" => Some(js(good.clone())),
        _ => None,
    })
    .await;
    let report = report(&site, &small()).await;
    assert_eq!(found(&report), ["secret /good.js:1"]);
    let hidden = hidden(&report);
    assert!(hidden.iter().any(|it| it.starts_with("/bad.js") && it.contains(wanted)), "{hidden:?}");
    assert!(!report.report.coverage.complete);
    assert_eq!((report.scripts.seen, report.scripts.total), (1, 2));
}

#[tokio::test]
async fn a_page_that_names_a_million_scripts_costs_no_more_than_the_limit() {
    use std::fmt::Write as _;
    let mut tags = String::new();
    for n in 0..1_000_000 {
        write!(tags, "<script src=/{n:x}.js></script>").unwrap();
    }
    let limits = SiteLimits { scripts: 20, page_bytes: 64 * 1024 * 1024, ..SiteLimits::default() };
    let site = Site::new(move |path| {
        if is_js(path) && !path.starts_with("/s") {
            js("1")
        } else if path == "/" {
            html(&tags)
        } else {
            gone()
        }
    })
    .await;
    // Thirty megabytes take a busy machine some time.
    let (door, options) = (door_that_waits(Duration::from_secs(30)), SiteOptions { limits, ..options() });
    let report = scan_site(&door, &site.url, &ScanKey::new([3; 32]), &options).await.unwrap();
    assert_eq!(report.scripts.seen, 20);
    assert!(report.scripts.total >= 1_000_000, "{:?}", report.scripts);
    assert!(report.report.coverage.skipped.len() < 200, "names are bounded");
    assert!(serde_json::to_string(&report).unwrap().len() < 100_000);
    let left: usize = report
        .report
        .coverage
        .skipped
        .iter()
        .filter(|it| it.why.contains("past the limit of 20 scripts"))
        .map(|it| it.count)
        .sum();
    assert_eq!(left, report.scripts.total - 20);
}

#[tokio::test]
async fn a_page_without_end_is_no_page() {
    let site = Site::new(|_| Say::Pour(b"<script src=/a.js></script>".to_vec())).await;
    let limits = SiteLimits { page_bytes: 256 * 1024, ..SiteLimits::default() };
    let gap = look(&site, &SiteOptions { limits, ..options() }).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::Incomplete);
}

#[tokio::test]
async fn scripts_that_name_ever_more_scripts_end_at_the_depth_or_the_limit() {
    let site = with(r#"<script type=module src="/a/0.js"></script>"#.to_owned(), |path| {
        let n: u64 = path.strip_prefix("/a/")?.strip_suffix(".js")?.parse().ok()?;
        Some(js(format!("import('./{}.js')", n + 1)))
    })
    .await;
    let deep = report(&site, &options()).await;
    assert!(hidden(&deep).iter().any(|it| it.contains("more than 24 scripts deep")), "{:?}", hidden(&deep));
    let wide = with(r#"<script type=module src="/a/0.js"></script>"#.to_owned(), |path| {
        let n: u64 = path.strip_prefix("/a/")?.strip_suffix(".js")?.parse().ok()?;
        Some(js((1..=10).map(|k| format!("import('./{}.js');", n * 10 + k)).collect::<Vec<_>>().concat()))
    })
    .await;
    let limits = SiteLimits { requests: 50, ..SiteLimits::default() };
    let wide = report(&wide, &SiteOptions { limits, ..options() }).await;
    assert!(
        wide.requests <= 50 && hidden(&wide).iter().any(|it| it.contains("past the limit of 50 requests")),
        "{:?}",
        hidden(&wide)
    );
}

#[tokio::test]
async fn all_bytes_and_all_time_together_are_bounded() {
    let tags = scripts(40);
    let big = "a".repeat(200 * 1024);
    let site = with(tags.clone(), move |path| is_js(path).then(|| js(big.clone()))).await;
    let limits = SiteLimits { bytes: 1024 * 1024, ..small().limits };
    let much = report(&site, &SiteOptions { limits, ..options() }).await;
    assert!(much.scripts.seen < 20 && much.scripts.total == 40, "{:?}", much.scripts);
    assert!(hidden(&much).iter().any(|it| it.contains("past the limit of 1 MiB for all files")));
    let site = with(tags, |path| is_js(path).then_some(Say::Hang)).await;
    let limits = SiteLimits { time: Duration::from_millis(700), ..SiteLimits::default() };
    let slow = report(&site, &SiteOptions { limits, ..options() }).await;
    assert_eq!((slow.scripts.seen, slow.scripts.total), (0, 40));
    assert!(hidden(&slow).iter().any(|it| it.contains("for this look were over")));
}

#[tokio::test]
async fn a_site_that_asks_us_to_stop_is_left() {
    let tags = scripts(100);
    let site = with(tags, |path| is_js(path).then(|| js("slow down").status(429).with("retry-after", "3600"))).await;
    let report = report(&site, &options()).await;
    assert!(hidden(&report).iter().any(|it| it.ends_with("the site asked us to stop")), "{:?}", hidden(&report));
    assert!(site.asked().iter().filter(|it| is_js(it)).count() < 20, "{:?}", site.asked());
    assert_eq!((report.scripts.seen, report.scripts.total), (0, 100));
}

#[rstest]
#[case::gone(gone(), GapKind::NotConfigured, "no page at this address")]
#[case::data(says("application/json", "{}"), GapKind::UnexpectedAnswer, "is no page")]
#[case::challenge(html("wait").status(403).with("cf-mitigated", "challenge"), GapKind::NoPermission, "Cloudflare")]
#[case::protection(html("who").status(401).with("set-cookie", "_vercel_sso_nonce=x; Path=/"), GapKind::NoPermission, "Vercel's deployment protection")]
#[case::password(html("who").status(401).with("www-authenticate", "Basic"), GapKind::NoPermission, "a password")]
#[case::maintenance(html("soon").status(503), GapKind::VendorFault, "status 503")]
#[case::sign_in_elsewhere(to("https://accounts.example.com/signin"), GapKind::Ambiguous, "a sign-in at another host")]
#[case::elsewhere(to("https://other.example/"), GapKind::Ambiguous, "another host, other.example")]
#[case::round_and_round(to("/"), GapKind::UnexpectedAnswer, "redirects on and on")]
#[case::closed(Say::Close, GapKind::Unreachable, "")]
#[tokio::test]
async fn no_first_page_is_a_gap(#[case] answer: Say, #[case] kind: GapKind, #[case] wanted: &str) {
    let site = Site::new(move |_| answer.clone()).await;
    let gap = look(&site, &small()).await.unwrap_err();
    assert_eq!(gap.kind, kind, "{gap}");
    assert!(gap.says.as_str().contains(wanted), "{gap}");
    assert!(gap.needs.is_some());
}

#[tokio::test]
async fn a_first_page_that_leads_to_a_sign_in_is_said() {
    let site = Site::new(|path| if path == "/" { to("/login?next=%2F") } else { html("<form>") }).await;
    let report = report(&site, &options()).await;
    assert!(hidden(&report).iter().any(|it| it.contains("leads to a sign-in")), "{:?}", hidden(&report));
}

#[tokio::test]
async fn text_in_other_encodings_is_searched() {
    let text = format!("var k = \"{}\"", stripe(0));
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> = [b"// caf\xe9\n".as_slice(), text.replace('G', "H").as_bytes()].concat();
    let tags = r#"<script src="/wide.js"></script><script src="/latin.js"></script><script src="data:text/javascript,1"></script><script src="blob:x"></script>"#;
    let site = with(tags.to_owned(), move |path| match path {
        "/wide.js" => Some(says("text/javascript; charset=utf-16", wide.clone())),
        "/latin.js" => Some(says("text/javascript; charset=iso-8859-1", latin.clone())),
        _ => None,
    })
    .await;
    let report = report(&site, &options()).await;
    assert_eq!(found(&report), ["secret /latin.js:2", "secret /wide.js:1"]);
    assert_eq!(hidden(&report), Vec::<String>::new());
}
