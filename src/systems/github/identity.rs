//! Who we are at GitHub, for the connections screen and `auth status`. Shows what a token can do, never the token.

use super::refusal::refusal;
use super::requests;
use crate::domain::{Foreign, Gap, GapKind, System};
use crate::net::service::{octocrab, through};
use crate::net::{Door, Reply};
use crate::systems::Identity;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;

/// Asks GitHub who we are (`GET /user`, dossier §2.3). Asked anew each time: the headers are the answer. A fine-grained
/// token names no scopes, so nothing is said of what it may see.
///
/// # Errors
/// Any gap; a wrong token is `bad_credential`.
pub async fn who_am_i(door: &Door) -> Result<Identity, Gap> {
    let reply = through(&octocrab(door), &requests::user()).await?;
    match refusal(&reply) {
        None => read(&reply),
        Some(Ok(negative)) => Err(negative.gap("the account")),
        Some(Err(gap)) => Err(gap),
    }
}

fn read(reply: &Reply) -> Result<Identity, Gap> {
    #[derive(Deserialize)]
    struct User {
        login: Option<Foreign>,
    }
    let login = reply.json::<User>(System::Github)?.login;
    let login =
        login.ok_or_else(|| Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub did not say whose token this is"))?;
    let scopes = reply.header("x-oauth-scopes").unwrap_or_default().split(',').map(str::trim).filter(|scope| !scope.is_empty());
    let scopes: Vec<&str> = scopes.collect();
    let writing: Vec<&str> = scopes.iter().copied().filter(|scope| can_write(scope)).collect();
    let mut warnings = Vec::new();
    if !writing.is_empty() {
        let says = format!("this token can write ({}); a fine-grained one with read access is enough", writing.join(", "));
        warnings.push(Foreign::new(says));
    }
    let may = scopes.iter().map(|scope| Foreign::new(format!("scope {scope}"))).collect();
    let expires = reply.header("github-authentication-token-expiration").and_then(moment);
    Ok(Identity { name: login, may, warnings, expires })
}

/// Classic scopes only read when they say so; everything else lets something change (dossier §2.2).
fn can_write(scope: &str) -> bool {
    !(scope.starts_with("read:") || matches!(scope, "user:email" | "security_events"))
}

/// `2026-12-01 10:00:00 UTC`, with an offset instead of the word at some servers.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Some(plain) = text.strip_suffix(" UTC") {
        return NaiveDateTime::parse_from_str(plain, "%Y-%m-%d %H:%M:%S").ok().map(|it| it.and_utc());
    }
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z").ok().map(|it| it.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-12-01 10:00:00 UTC", Some(1_796_119_200))]
    #[case("2026-12-01 11:00:00 +0100", Some(1_796_119_200))]
    #[case("soon", None)]
    fn the_end_of_a_token(#[case] text: &str, #[case] wanted: Option<i64>) {
        assert_eq!(moment(text).map(|it| it.timestamp()), wanted);
    }

    #[rstest]
    #[case("repo", true)]
    #[case("workflow", true)]
    #[case("admin:org", true)]
    #[case("read:org", false)]
    #[case("security_events", false)]
    fn scopes_that_write(#[case] scope: &str, #[case] wanted: bool) {
        assert_eq!(can_write(scope), wanted);
    }
}
