//! Archives: whole on disk or not there, from another host only without the credential.

use super::*;
use crate::domain::GapKind;

async fn fetch(door: &Door, into: &std::path::Path, most: u64) -> Result<Downloaded, crate::domain::Gap> {
    let call = ReadCall::get(System::Github, "repos/acme/shop/tarball").header("accept", "application/vnd.github+json");
    soon(door.download(call, into, most)).await
}

#[tokio::test]
async fn github_s_one_redirect_is_followed_without_the_credential() {
    let store = Stand::always(answer("200", &[], "an archive")).await;
    let target = format!("{}acme/shop?token=of-its-own", store.url);
    let stand = Stand::new(move |_, _| answer("302", &[&format!("location: {target}")], "")).await;
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("archive");
    let done = fetch(&door(&stand), &file, MOST_ARCHIVE).await.unwrap();
    assert!(matches!(done, Downloaded::Whole { bytes: 10 }));
    assert_eq!(std::fs::read(&file).unwrap(), b"an archive");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(stand.heads()[0].contains(&token()));
    let head = &store.heads()[0];
    assert!(head.starts_with("GET /acme/shop?token=of-its-own "));
    assert!(!head.contains(&token()) && !head.contains("authorization") && !head.contains("vnd.github"), "{head}");
}

#[tokio::test]
async fn a_second_other_host_is_not_followed() {
    let third = Stand::always(answer("200", &[], "an archive")).await;
    let onwards = third.url.to_string();
    let store = Stand::new(move |_, _| answer("302", &[&format!("location: {onwards}")], "")).await;
    let target = store.url.to_string();
    let stand = Stand::new(move |_, _| answer("302", &[&format!("location: {target}")], "")).await;
    let scratch = tempfile::tempdir().unwrap();
    let gap = fetch(&door(&stand), &scratch.path().join("archive"), MOST_ARCHIVE).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::UnexpectedAnswer);
    assert_eq!(third.count(), 0);
    let clear = Stand::always(answer("302", &["location: http://storage.example/x"], "")).await;
    let gap = fetch(&door(&clear), &scratch.path().join("archive"), MOST_ARCHIVE).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::UnexpectedAnswer, "not in clear either");
}

#[rstest::rstest]
#[case::cut_off(vec![Step::Send(bytes("200", &[], b"half", 8))])]
#[case::reset(vec![Step::Send(bytes("200", &[], b"half", 8)), Step::Reset])]
#[case::announced_too_large(vec![Step::Send(bytes("200", &[], b"half", 8000))])]
#[case::endless(vec![Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), Step::Pour(vec![0; 1 << 12])])]
#[tokio::test]
async fn what_is_not_whole_does_not_stay(#[case] steps: Vec<Step>) {
    let stand = Stand::always(steps).await;
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("archive");
    let gap = fetch(&door(&stand), &file, 4096).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::Incomplete, "{gap:?}");
    assert!(!file.exists());
    assert_eq!(stand.count(), 1);
}

#[tokio::test]
async fn out_of_time_leaves_nothing_behind() {
    let stand = Stand::always(vec![Step::Send(bytes("200", &[], b"half", 8)), Step::Hang]).await;
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("archive");
    let deadline = tokio::time::Instant::now() + Duration::from_millis(300);
    let door = door(&stand).on_behalf(Asker { deadline: Some(deadline), ..Asker::default() });
    assert_eq!(fetch(&door, &file, 4096).await.unwrap_err().kind, GapKind::TimedOut);
    assert!(!file.exists());
}

#[tokio::test]
async fn a_refusal_is_the_client_s_business_and_no_file() {
    let stand = Stand::always(answer("404", &[], r#"{"message":"Not Found"}"#)).await;
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("archive");
    let Downloaded::Refused(reply) = fetch(&door(&stand), &file, 4096).await.unwrap() else { panic!("there was no archive") };
    assert_eq!((reply.status.as_u16(), &reply.body[..]), (404, &br#"{"message":"Not Found"}"#[..]));
    assert!(!file.exists());
}

#[tokio::test]
async fn a_file_that_is_there_is_not_overwritten() {
    let stand = Stand::always(answer("200", &[], "an archive")).await;
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("archive");
    std::fs::write(&file, "mine").unwrap();
    assert_eq!(fetch(&door(&stand), &file, 4096).await.unwrap_err().kind, GapKind::Internal);
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}
