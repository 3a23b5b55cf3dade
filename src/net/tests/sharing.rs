//! One request per run however many ask, and facts of an earlier run when nothing has changed.

use super::*;
use crate::domain::{Gap, GapKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Login {
    login: String,
}

fn login(reply: &Reply) -> Result<Login, Gap> {
    reply.json(System::Github)
}

#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Kept>>);

impl Shelf for Memory {
    fn get(&self, key: &str) -> Option<Kept> {
        self.0.lock().unwrap().get(key).cloned()
    }
    fn put(&self, key: &str, kept: &Kept) {
        self.0.lock().unwrap().insert(key.to_owned(), kept.clone());
    }
}

const SECRET_BESIDE: &str = r#"{"login":"acme","master":"canary-beside"}"#;

#[tokio::test]
async fn ten_askers_cost_one_request() {
    let stand = Stand::always(answer("200", &[], SECRET_BESIDE)).await;
    let door = door(&stand);
    let parsed = AtomicUsize::new(0);
    let asks = (0..10).map(|_| {
        door.facts(user(), |reply| {
            parsed.fetch_add(1, Ordering::Relaxed);
            login(reply)
        })
    });
    let all = soon(futures_util::future::join_all(asks)).await;
    assert!(all.iter().all(|facts| facts.as_ref().unwrap().login == "acme"));
    assert_eq!((stand.count(), parsed.into_inner()), (1, 1));
    soon(door.facts(user().query("page", 2), login)).await.unwrap();
    soon(door.facts(user().header("accept", "text/plain"), login)).await.unwrap();
    soon(door.facts(user(), |reply| reply.json::<serde_json::Value>(System::Github))).await.unwrap();
    assert_eq!(stand.count(), 4, "another page, another form, or other facts are another read");
}

#[tokio::test]
async fn who_asks_first_pays() {
    let stand = Stand::always(answer("200", &[], SECRET_BESIDE)).await;
    let door = door(&stand);
    let askers = [Asker::default(), Asker::default()];
    for asker in &askers {
        soon(door.on_behalf(asker.clone()).facts(user(), login)).await.unwrap();
    }
    assert_eq!(askers.map(|asker| asker.requests.load(Ordering::Relaxed)), [1, 0]);
}

#[tokio::test]
async fn gaps_are_shared_too() {
    let stand = Stand::always(answer("200", &[], "<html>")).await;
    let door = door(&stand);
    let asks = (0..10).map(|_| door.facts(user(), login));
    let all = soon(futures_util::future::join_all(asks)).await;
    assert!(all.iter().all(|facts| facts.as_ref().unwrap_err().kind == GapKind::UnexpectedAnswer));
    assert_eq!(stand.count(), 1);
}

#[tokio::test]
async fn when_the_first_asker_goes_the_next_one_asks() {
    let stand = Stand::new(|before, _| if before == 0 { vec![Step::Hang] } else { answer("200", &[], SECRET_BESIDE) }).await;
    let door = door(&stand);
    let first = {
        let door = door.clone();
        tokio::spawn(async move { door.facts(user(), login).await })
    };
    soon(async {
        while stand.count() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let second = {
        let door = door.clone();
        tokio::spawn(async move { door.facts(user(), login).await })
    };
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(soon(second).await.unwrap().unwrap().login, "acme");
    assert_eq!(stand.count(), 2);
}

#[tokio::test]
async fn one_asker_s_short_time_is_not_everybody_s_gap() {
    let stand = Stand::new(|before, _| if before == 0 { vec![Step::Hang] } else { answer("200", &[], SECRET_BESIDE) }).await;
    let door = door(&stand);
    let deadline = tokio::time::Instant::now() + Duration::from_millis(150);
    let hasty = door.on_behalf(Asker { deadline: Some(deadline), ..Asker::default() });
    let (hasty, patient) = soon(futures_util::future::join(hasty.facts(user(), login), door.facts(user(), login))).await;
    assert_eq!(hasty.unwrap_err().kind, GapKind::TimedOut);
    assert_eq!(patient.unwrap().login, "acme");
}

fn versioned() -> impl Fn(usize, &str) -> Vec<Step> + Send + Sync {
    |_, head: &str| {
        if head.contains("if-none-match: \"v1\"") {
            answer("304", &["etag: \"v1\""], "")
        } else {
            answer("200", &["etag: \"v1\""], SECRET_BESIDE)
        }
    }
}

#[tokio::test]
async fn what_has_not_changed_is_taken_from_the_shelf() {
    let stand = Stand::new(versioned()).await;
    let shelf = Arc::new(Memory::default());
    for _ in 0..2 {
        let door = door_with(&stand.url, Some(shelf.clone()), brisk());
        assert_eq!(soon(door.facts(user(), login)).await.unwrap().login, "acme");
    }
    let heads = stand.heads();
    assert_eq!(heads.iter().map(|head| head.contains("if-none-match")).collect::<Vec<_>>(), [false, true]);
    let lying = format!("{:?}", shelf.0.lock().unwrap());
    assert!(lying.contains("acme"));
    assert!(!lying.contains("canary"), "neither the rest of the body nor the credential: {lying}");
}

#[tokio::test]
async fn facts_that_cannot_be_read_any_more_are_asked_for_anew() {
    let stand = Stand::new(versioned()).await;
    let shelf = Arc::new(Memory::default());
    let ask = async || {
        let door = door_with(&stand.url, Some(shelf.clone()), brisk());
        soon(door.facts(user(), login)).await.unwrap().login.clone()
    };
    ask().await;
    for kept in shelf.0.lock().unwrap().values_mut() {
        kept.facts = r#"{"name":"of an older shape"}"#.to_owned();
    }
    assert_eq!(ask().await, "acme");
    assert!(stand.heads().iter().all(|head| !head.contains("if-none-match")));
}

#[tokio::test]
async fn only_good_answers_are_kept() {
    let stand = Stand::always(answer("404", &["etag: \"v1\""], SECRET_BESIDE)).await;
    let shelf = Arc::new(Memory::default());
    let door = door_with(&stand.url, Some(shelf.clone()), brisk());
    soon(door.facts(user(), login)).await.unwrap();
    let not_understood = door.facts(user(), |reply| reply.json::<Vec<u8>>(System::Github));
    soon(not_understood).await.unwrap_err();
    assert!(shelf.0.lock().unwrap().is_empty());
}
