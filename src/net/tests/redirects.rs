//! The credential: in its own header, at its own origin, and nowhere else whatever a server answers.

use super::*;
use crate::domain::GapKind;
use rstest::rstest;

fn to(status: &str, address: &str) -> Vec<Step> {
    answer(status, &[&format!("location: {address}")], "")
}

#[rstest]
#[case("301")]
#[case("302")]
#[case("303")]
#[case("307")]
#[case("308")]
#[tokio::test]
async fn never_to_another_origin(#[case] status: &str) {
    let other = Stand::always(answer("200", &[], "{}")).await;
    let (status, address) = (status.to_owned(), format!("{}secret-path?secret=query", other.url));
    let stand = Stand::new(move |_, _| to(&status, &address)).await;
    let gap = soon(door(&stand).read(user())).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::UnexpectedAnswer);
    assert!(gap.says.as_str().contains("127.0.0.1") && !gap.says.as_str().contains("secret"), "{gap}");
    assert_eq!((stand.count(), other.count()), (1, 0));
}

#[tokio::test]
async fn at_the_same_origin_it_is_followed_with_the_credential() {
    let stand = Stand::new(
        |_, head| {
            if head.starts_with("GET /user ") { to("301", "/moved?x=1#part") } else { answer("200", &[], "{}") }
        },
    )
    .await;
    let reply = soon(door(&stand).read(user())).await.unwrap();
    assert_eq!((reply.address.path(), reply.address.query(), reply.address.fragment()), ("/moved", Some("x=1"), None));
    assert_eq!(stand.count(), 2);
    assert!(stand.heads().iter().all(|head| head.contains(&token())));
}

#[rstest]
#[case::round_and_round("/user", 6)]
#[case::nowhere("", 1)]
#[case::no_address("http://", 1)]
#[case::another_scheme("file:///etc/passwd", 1)]
#[tokio::test]
async fn redirects_that_lead_nowhere(#[case] target: &'static str, #[case] requests: usize) {
    let stand = Stand::new(|_, _| if target.is_empty() { answer("302", &[], "") } else { to("302", target) }).await;
    let gap = soon(door(&stand).read(user())).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::UnexpectedAnswer);
    assert_eq!(stand.count(), requests);
}

#[tokio::test]
async fn a_name_and_password_in_a_redirect_are_not_taken_along() {
    let stand = Stand::new(|before, head| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        if before == 0 { to("302", &format!("http://someone:else@{host}/x")) } else { answer("200", &[], "{}") }
    })
    .await;
    assert_eq!(soon(door(&stand).read(user())).await.unwrap_err().kind, GapKind::UnexpectedAnswer);
    assert_eq!(stand.count(), 1);
}

#[rstest]
#[case(System::Github, "authorization: Bearer ")]
#[case(System::Anthropic, "x-api-key: ")]
#[tokio::test]
async fn each_system_has_its_header(#[case] system: System, #[case] header: &str) {
    let stand = Stand::always(answer("200", &[], "{}")).await;
    soon(door(&stand).read(ReadCall::get(system, "x"))).await.unwrap();
    let head = &stand.heads()[0];
    assert_eq!(head.matches(&token()).count(), 1);
    assert!(head.contains(&format!("{header}{}\r\n", token())), "{head}");
    assert!(head.contains(concat!("user-agent: rescue/", env!("CARGO_PKG_VERSION"))));
    assert!(head.contains("accept-encoding: gzip"));
}

#[tokio::test]
async fn a_supabase_project_is_asked_at_its_own_address_only() {
    let stand = Stand::always(answer("200", &[], "{}")).await;
    let door = door(&stand);
    let base = door.supabase_project(&"abcdefghijklmnopqrst".parse().unwrap()).unwrap();
    let call = ReadCall::get(System::SupabaseProject, "rest/v1/").at(base);
    soon(door.read(call)).await.unwrap();
    assert!(stand.heads()[0].contains(&format!("apikey: {}\r\n", token())));
    assert!(!stand.heads()[0].contains("authorization"));
}

#[rstest]
#[case(System::Github)]
#[case(System::SupabaseProject)]
#[tokio::test]
async fn a_call_cannot_take_a_credential_to_a_base_of_its_own(#[case] system: System) {
    let (stand, other) = (Stand::always(vec![]).await, Stand::always(answer("200", &[], "{}")).await);
    let gap = soon(door(&stand).read(ReadCall::get(system, "x").at(other.url.clone()))).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::Internal);
    assert_eq!((stand.count(), other.count()), (0, 0));
}

#[tokio::test]
async fn a_site_is_asked_as_a_stranger_asks() {
    let (stand, site) = (Stand::always(vec![]).await, Stand::always(answer("200", &[], "<html>")).await);
    soon(door(&stand).read(ReadCall::get(System::Site, "").at(site.url.clone()))).await.unwrap();
    assert!(!site.heads()[0].contains(&token()));
    assert!(!site.heads()[0].contains("authorization"));
}

#[tokio::test]
async fn whoever_judges_redirects_gets_them_as_answers_and_only_from_strangers() {
    let (stand, other) = (Stand::always(to("302", "https://evil.example/")).await, Stand::always(vec![]).await);
    let call = ReadCall::get(System::Site, "").at(stand.url.clone()).as_answered();
    let reply = soon(door(&other).read(call)).await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.header("location")), (302, Some("https://evil.example/")));
    let gap = soon(door(&stand).read(user().as_answered())).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::Internal);
    assert_eq!(stand.count(), 1);
}
