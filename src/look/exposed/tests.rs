//! What an answer says of a file, and what is asked of a loopback site: the printed paths, at permitted hosts, until the end.

use super::*;
use rstest::rstest;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn names(path: &str, body: &str) -> Option<String> {
    let test = FILES.iter().find(|it| it.path == path).unwrap().test;
    let file = found(&Foreign::new(path), test, body.as_bytes())?;
    Some(file.names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
}

#[rstest]
#[case(".env", "# x\nDATABASE_URL=abc\nexport STRIPE_KEY=\"y\"\nlower=1\n", Some("DATABASE_URL STRIPE_KEY"))]
#[case(".env", "<!doctype html><title>A=B</title>", None)]
#[case(".env", "not found", None)]
#[case(".git/HEAD", "ref: refs/heads/main\n", Some(""))]
#[case(".git/HEAD", "<html>ref: refs/heads/main", None)]
#[case(".git/HEAD", "0123456789abcdef0123456789abcdef01234567", Some(""))]
#[case(".git/config", "[core]\n\tbare = false", Some(""))]
#[case("package.json", "{\"name\":\"x\",\"scripts\":{", Some(""))]
#[case("package.json", "{\"error\":\"not found\"}", None)]
#[case("supabase/config.toml", "project_id = \"x\"", Some(""))]
fn a_file_is_known_by_what_is_in_it(#[case] path: &str, #[case] body: &str, #[case] wanted: Option<&str>) {
    assert_eq!(names(path, body).as_deref(), wanted);
}

#[rstest]
#[case::gone(404, "nothing here", "not there")]
#[case::gone_for_good(410, "", "not there")]
#[case::gone_as_json(404, "{\"a\":1}", "not there")]
#[case::a_page(200, "<!doctype html><title>Acme</title>", "not there")]
#[case::it(200, "API_KEY=abc", "it")]
#[case::a_part_of_it(206, "API_KEY=abc", "it")]
#[case::a_word_of_an_error(404, "API_KEY=abc", "not there")]
#[case::other_text(200, "not found", "it answers with something that is neither the file nor a page")]
#[case::nothing(200, "", "it answers with something that is neither the file nor a page")]
#[case::no_content(204, "", "it answers with status 204, which says neither")]
#[case::moved(301, "", "it leads elsewhere (status 301), which was not followed")]
#[case::refused(403, "<html>no", "it refuses strangers (status 403)")]
#[case::too_many(429, "", "it refuses strangers (status 429)")]
#[case::teapot(418, "<html>no", "it answers with status 418, which says neither")]
#[case::fault(500, "<html>oh", "the site failed at it (status 500)")]
#[case::asleep(503, "API_KEY=abc", "the site failed at it (status 503)")]
fn only_an_answer_that_says_so_means_that_it_is_not_there(#[case] status: u16, #[case] body: &str, #[case] wanted: &str) {
    let told = match met(&Foreign::new("/.env"), Test::Settings, status, body.as_bytes()) {
        Met::It(_) => "it".to_owned(),
        Met::NotThere => "not there".to_owned(),
        Met::Unclear(why) => why,
    };
    assert_eq!(told, wanted);
}

#[test]
fn no_value_is_kept() {
    let mark = ["kana", "ri"].concat();
    let file = found(&Foreign::new("/.env"), Test::Settings, format!("API_KEY={mark}").as_bytes()).unwrap();
    assert!(file.opens && !format!("{file:?}").contains(&mark));
}

#[test]
fn errors_that_tell_of_the_inside() {
    let body = b"Error: x\n    at /var/task/node_modules/pg/lib/client.js:1:1\n{\"stack\":1}";
    let found: Vec<String> = gives_away(body).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["paths of the server's files", "a trace of the server's calls"]);
    assert_eq!(gives_away(b"<title>404</title>"), Vec::<Foreign>::new());
}

/// Asks a loopback site whose app begins at `/site/`, with a permission for these hosts, or for its own.
async fn asked(server: &MockServer, led_to: &str, hosts: Option<&[&str]>, end: End) -> (Outside, Option<Over>, Vec<String>) {
    let page = Url::parse(&format!("{}{led_to}", server.uri())).unwrap();
    let mut plan = Plan::new(page.join("/site/").unwrap(), crate::look::Wanted::default());
    let named = |hosts: &[&str]| hosts.iter().map(|it| (*it).to_owned()).collect();
    let permission = Permission {
        by: "Ana".into(),
        proof: None,
        hosts: hosts.map_or_else(|| plan.own().into_iter().collect(), named),
        until: "2999-12-01T00:00:00Z".parse().unwrap(),
    };
    plan.wanted.permission = Some(permission.clone());
    let door = crate::systems::stand_in::door(server, &[]);
    let requests = Requests::default();
    let asking = Asking { door: &door, plan: &plan, permission: &permission, requests: &requests, end: &end };
    let (seen, over) = asking.all(&page).await;
    let came = server.received_requests().await.unwrap().iter().map(|it| it.url.path().to_owned()).collect();
    (seen, over, came)
}

/// The end of a look that nobody stops.
fn far() -> End {
    End { at: Instant::now() + Duration::from_hours(1), stop: CancellationToken::new() }
}

async fn site() -> MockServer {
    let server = MockServer::start().await;
    let settings = ResponseTemplate::new(200).set_body_string("API_KEY=abc");
    Mock::given(path("/site/.env")).respond_with(settings).mount(&server).await;
    server
}

fn why(seen: &Outside, path: &str) -> Option<String> {
    seen.unseen.iter().find(|(unseen, _)| *unseen == path).map(|(_, why)| why.to_string())
}

#[tokio::test]
async fn what_is_asked_is_what_was_printed_wherever_the_page_leads() {
    let server = site().await;
    let (seen, over, came) = asked(&server, "/auth/login?next=/", None, far()).await;
    let printed: Vec<String> = FILES.iter().map(|it| format!("/site/{}", it.path)).collect();
    assert_eq!(came[..FILES.len()], printed);
    assert!(came[FILES.len()].starts_with("/site/rescue-looks-for-nothing-") && came.len() == FILES.len() + 1, "{came:?}");
    assert_eq!((over, seen.files.len(), seen.nowhere, seen.unseen.len()), (None, 1, Some(404), 0));
    assert_eq!((seen.decided(), seen.saw_an_error()), (FILES.len(), true));
}

#[tokio::test]
async fn what_was_found_until_it_was_stopped_is_kept_and_the_rest_is_named() {
    let (server, stop) = (site().await, CancellationToken::new());
    let stopping = stop.clone();
    let stops = move |_: &wiremock::Request| {
        stopping.cancel();
        ResponseTemplate::new(404)
    };
    Mock::given(path(format!("/site/{}", FILES[5].path))).respond_with(stops).mount(&server).await;
    let (seen, over, came) = asked(&server, "/site/", None, End { stop, ..far() }).await;
    assert_eq!((over, came.len(), seen.files.len()), (Some(Over::Stopped), 6, 1));
    assert_eq!(why(&seen, "/site/.env"), None);
    for file in &FILES[6..] {
        assert_eq!(why(&seen, &format!("/site/{}", file.path)).as_deref(), Some(BEFORE), "{}", file.path);
    }
    assert!(!seen.saw_an_error() && (5..=6).contains(&seen.decided()), "{seen:?}");
    assert_eq!(seen.decided() + seen.unseen.len(), FILES.len() + 1, "each path is decided or named");
}

#[tokio::test]
async fn a_look_whose_time_is_over_asks_nothing_and_says_so_of_each_path() {
    let server = site().await;
    let (seen, over, came) = asked(&server, "/site/", None, End { at: Instant::now(), stop: CancellationToken::new() }).await;
    assert_eq!((over, came, seen.decided(), seen.saw_an_error()), (Some(Over::Late), Vec::new(), 0, false));
    assert_eq!(seen.unseen.len(), FILES.len() + 1);
    assert!(seen.unseen.iter().all(|(_, why)| *why == BEFORE), "{seen:?}");
}

#[tokio::test]
async fn a_host_that_the_permission_does_not_name_is_not_asked() {
    let server = site().await;
    let (seen, over, came) = asked(&server, "/site/", Some(&["www.acme.example"]), far()).await;
    assert_eq!((over, came, seen.files.len()), (None, Vec::new(), 0));
    assert!(seen.unseen.len() == FILES.len() + 1 && seen.decided() == 0 && !seen.saw_an_error(), "{seen:?}");
    let said = format!("the permission does not name {}, which answered", server.address());
    assert_eq!(why(&seen, "/site/.env"), Some(said));
}

#[tokio::test]
async fn a_site_that_fails_at_every_path_has_decided_none() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(403)).mount(&server).await;
    let (seen, _, came) = asked(&server, "/site/", None, far()).await;
    assert_eq!((came.len(), seen.decided(), seen.saw_an_error()), (FILES.len() + 1, 0, false));
    assert_eq!(why(&seen, "/site/.env").as_deref(), Some("it refuses strangers (status 403)"));
}
