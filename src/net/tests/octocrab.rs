//! octocrab over the door: the same gate, the same gaps, the door's address and credential.

use super::*;
use crate::domain::GapKind;
use crate::net::service::{gap_of, octocrab, through};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_read_goes_to_the_door_s_address_with_the_door_s_credential() {
    let stand = Stand::always(answer("200", &["x-github-request-id: 7"], r#"{"login":"acme"}"#)).await;
    let base = stand.url.join("api/v3/").unwrap();
    let asker = Asker::default();
    let requests = Arc::clone(&asker.requests);
    let octo = octocrab(&door_with(&base, None, brisk()).on_behalf(asker));
    let call = ReadCall::get(System::Github, "repos/acme/shop/branches/feat%2Fx").query("per_page", 100);
    let reply = soon(through(&octo, &call.header("accept", "application/vnd.github+json"))).await.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("x-github-request-id"), Some("7"));
    assert_eq!(reply.address.path(), "/api/v3/repos/acme/shop/branches/feat%2Fx");
    let head = &stand.heads()[0];
    assert!(head.starts_with("GET /api/v3/repos/acme/shop/branches/feat%2Fx?per_page=100 "), "{head}");
    assert!(head.contains(&format!("authorization: Bearer {}\r\n", token())));
    assert!(head.contains("accept: application/vnd.github+json\r\n") && head.contains("x-github-api-version: 2022-11-28\r\n"));
    assert_eq!(requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_status_is_a_reply_and_no_error() {
    let stand = Stand::always(answer("404", &[], r#"{"message":"Branch not protected"}"#)).await;
    let reply = soon(through(&octocrab(&door(&stand)), &user())).await.unwrap();
    assert_eq!(reply.status, 404);
    assert_eq!(&reply.body[..], br#"{"message":"Branch not protected"}"#);
}

#[tokio::test]
async fn the_door_s_gaps_arrive_unchanged() {
    let limited = Stand::always(answer("429", &["retry-after: 3600"], "{}")).await;
    let gap = soon(through(&octocrab(&door(&limited)), &user())).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::RateLimited);
    assert_eq!(gap.until, Some("2026-11-22T13:00:00Z".parse().unwrap()));
    assert_eq!(limited.count(), 1, "octocrab tries nothing again on its own");
    let large = Stand::always(answer("200", &[], "0123456789")).await;
    let gap = soon(through(&octocrab(&door(&large)), &user().at_most(9))).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::Incomplete);
}

#[tokio::test]
async fn the_next_page_is_followed_at_the_same_origin_only() {
    let other = Stand::always(answer("200", &[], "{}")).await;
    let stand = Stand::always(answer("200", &[], "{}")).await;
    let octo = octocrab(&door(&stand));
    let page = |url: &Url| ReadCall::follow(System::Github, &url.join("repositories/1?page=2").unwrap());
    soon(through(&octo, &page(&stand.url))).await.unwrap();
    assert!(stand.heads()[0].starts_with("GET /repositories/1?page=2 "));
    assert_eq!(soon(through(&octo, &page(&other.url))).await.unwrap_err().kind, GapKind::Internal);
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn nothing_that_writes_gets_past() {
    let stand = Stand::always(answer("200", &[], "{}")).await;
    let octo = octocrab(&door(&stand));
    let body = Some(&serde_json::json!({"name": "main"}));
    let writes = [
        octo._post("/repos/acme/shop/issues", body).await,
        octo._put("/repos/acme/shop/issues", body).await,
        octo._patch("/repos/acme/shop/issues", body).await,
        octo._delete("/repos/acme/shop", body).await,
    ];
    for refused in writes {
        assert_eq!(gap_of(&refused.unwrap_err()).kind, GapKind::Internal);
    }
    assert_eq!(stand.count(), 0);
}

#[tokio::test]
async fn octocrab_s_own_models_work_too() {
    let stand = Stand::always(answer("200", &[], r#"{"resources":7}"#)).await;
    let octo = octocrab(&door(&stand));
    let seen: serde_json::Value = soon(octo.get("/rate_limit", None::<&()>)).await.unwrap();
    assert_eq!(seen["resources"], 7);
    let wrong = soon(octo.get::<Vec<u8>, _, _>("/rate_limit", None::<&()>)).await.unwrap_err();
    assert_eq!(gap_of(&wrong).kind, GapKind::UnexpectedAnswer);
}

#[tokio::test]
async fn shared_and_conditional_through_octocrab() {
    let stand = Stand::always(answer("200", &[], r#"{"login":"acme"}"#)).await;
    let door = door(&stand);
    let octo = octocrab(&door);
    let ask = || {
        door.facts_by(
            user(),
            |call| async {
                let call = call;
                through(&octo, &call).await
            },
            |reply| reply.json::<serde_json::Value>(System::Github),
        )
    };
    let (one, two) = soon(futures_util::future::join(ask(), ask())).await;
    assert_eq!(one.unwrap()["login"], two.unwrap()["login"]);
    assert_eq!(stand.count(), 1);
}
