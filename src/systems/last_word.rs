//! Whether a system says in its own words that it does not know a token, or shows it nothing of a client. It looks at the
//! answer itself: a gap has several causes, and only one of them may be called gone.

use super::Identity;
use super::refusal::speaks_for_the_vendor;
use super::vercel::{self, Vercel};
use super::{github, openai, openrouter, supabase};
use crate::domain::{AppSettings, Foreign, Gap, SupabaseRef, System, VercelProject};
use crate::net::{Door, ReadCall, Reply};
use serde_json::Value;

/// What a system says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// That it does not know it.
    Unknown(Foreign),
    /// That what was asked for is not there for it, all of it.
    ShutOut(Foreign),
    /// Who it is, or what of the client it shows.
    Open(Foreign),
    /// Nothing that means any of this: why not.
    Silent(Foreign),
}

/// Who the token is there.
///
/// # Errors
/// Any gap.
pub async fn who_am_i(door: &Door, system: System) -> Result<Identity, Gap> {
    match system {
        System::Github => github::who_am_i(door).await,
        System::Supabase => supabase::who_am_i(door).await,
        System::Vercel => vercel::who_am_i(door).await,
        System::Openai => openai::who_am_i(door).await,
        System::Openrouter => openrouter::who_am_i(door).await,
        other => Err(Gap::internal(format!("{} is not asked who we are", other.title()))),
    }
}

/// Asks whose token this is. A refusal is looked at once more as it is answered.
pub async fn whose(door: &Door, system: System) -> Word {
    let Some(call) = question(system) else {
        return silent(format!("there is nothing that rescue could ask {}", system.title()));
    };
    let gap = match who_am_i(door, system).await {
        Ok(identity) => return Word::Open(Foreign::new(format!("as {}", identity.name))),
        Err(gap) => gap,
    };
    match door.read(call).await {
        Ok(reply) if reply.status.as_u16() == 401 => denied(system, &reply),
        _ => Word::Silent(gap.says),
    }
}

/// What a 401 means: a proxy or a page to sign in at answers with it, too.
fn denied(system: System, reply: &Reply) -> Word {
    let title = system.title();
    let Some(error) = own_error(reply) else {
        return silent(format!("something before {title} answered 401, not {title} itself"));
    };
    // A project key is refused here with the same status, and goes on spending.
    let is_unknown = system != System::Openai || error.get("code").and_then(Value::as_str) == Some("invalid_api_key");
    if is_unknown {
        Word::Unknown(Foreign::new(format!("{title} does not know it: wrong, expired or revoked (401)")))
    } else {
        silent(format!(
            "{title} refuses it here and does not say that it does not know it: a key of another kind works elsewhere"
        ))
    }
}

/// Asks for everything that the settings name of this client at a system. Only "not there" for all of it shuts out: a missing
/// permission leaves others. None: they name nothing there.
pub async fn shown(door: &Door, system: System, settings: &AppSettings) -> Option<Word> {
    let title = system.title();
    let mut hidden = Vec::new();
    for (what, call) in subjects(door, system, settings) {
        let reply = match door.read(call).await {
            Ok(reply) => reply,
            Err(gap) => return Some(Word::Silent(gap.says)),
        };
        match reply.status.as_u16() {
            200 if speaks_for_the_vendor(&reply) => {
                let is_public = reply.json::<Value>(system).is_ok_and(|it| it.get("private") == Some(&Value::Bool(false)));
                if system == System::Github && is_public {
                    return Some(silent("the repository is public, so that seeing it says nothing of our access"));
                }
                return Some(Word::Open(Foreign::new(format!("it sees {what}"))));
            }
            404 if own_error(&reply).is_some() => hidden.push(what),
            status => {
                return Some(silent(format!("{title} answered {status} on {what}, which does not say that our access is gone")));
            }
        }
    }
    if hidden.is_empty() {
        return None;
    }
    Some(match (system, &settings.vercel) {
        // Without the team, every project of a team is "not there" (`apis/vercel.md` §1).
        (System::Vercel, Some(project)) if project.team.is_none() => {
            silent("the settings name the project without its team, and then Vercel says 404 to everybody")
        }
        _ => Word::ShutOut(Foreign::new(format!("{title} shows it no {} (404)", hidden.join(" and no ")))),
    })
}

/// The address that any token of a system may ask.
fn question(system: System) -> Option<ReadCall> {
    let path = match system {
        System::Github => return Some(github::requests::user()),
        System::Supabase => "v1/profile",
        System::Vercel => "v2/user",
        System::Openai => return Some(ReadCall::get(system, "v1/organization/projects").query("limit", 1)),
        System::Openrouter => "api/v1/key",
        _ => return None,
    };
    Some(ReadCall::get(system, path))
}

/// What of this client the settings name at a system.
fn subjects(door: &Door, system: System, settings: &AppSettings) -> Vec<(String, ReadCall)> {
    match system {
        System::Github => {
            settings.github.iter().map(|slug| (format!("repository {slug}"), github::requests::repository(slug))).collect()
        }
        System::Supabase => {
            let projects = settings.supabase.iter().chain(&settings.staging);
            let call = |it: &SupabaseRef| {
                (format!("project {it}"), ReadCall::get(system, format!("v1/projects/{}", ReadCall::segment(it.as_str()))))
            };
            projects.map(call).collect()
        }
        System::Vercel => {
            let call = |it: &VercelProject| (format!("project {it}"), Vercel::new(door, it).anchor());
            settings.vercel.iter().map(call).collect()
        }
        _ => Vec::new(),
    }
}

/// The error in the form in which each of these vendors writes one; none: somebody else answered.
fn own_error(reply: &Reply) -> Option<Value> {
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    let error = body.get("error").filter(|it| !it.is_null());
    error.or_else(|| body.get("message").filter(|it| it.is_string())).cloned()
}

fn silent(why: impl AsRef<str>) -> Word {
    Word::Silent(Foreign::new(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::stand_in::{answers, answers_text, door};
    use rstest::rstest;
    use serde_json::json;
    use wiremock::MockServer;

    const PROFILE: &str = r#"{"message":"Unauthorized"}"#;

    #[rstest]
    #[case::unknown(System::Github, "/user", 401, r#"{"message":"Bad credentials"}"#, "unknown")]
    #[case::locked(System::Github, "/user", 403, r#"{"message":"Maximum number of login attempts exceeded"}"#, "silent")]
    #[case::page(System::Github, "/user", 401, "<html>sign in to the proxy</html>", "silent")]
    #[case::empty(System::Github, "/user", 401, "", "silent")]
    #[case::not_its_form(System::Github, "/user", 401, "{}", "silent")]
    #[case::works(System::Github, "/user", 200, r#"{"login":"sam"}"#, "open")]
    #[case::forbidden(System::Github, "/user", 403, r#"{"message":"Forbidden"}"#, "silent")]
    #[case::unknown(System::Supabase, "/v1/profile", 401, PROFILE, "unknown")]
    #[case::page(System::Supabase, "/v1/profile", 401, "<html>sign in</html>", "silent")]
    #[case::unknown(System::Vercel, "/v2/user", 401, r#"{"error":{"code":"forbidden"}}"#, "unknown")]
    #[case::unknown(System::Openrouter, "/api/v1/key", 401, r#"{"error":{"code":401}}"#, "unknown")]
    #[case::unknown(System::Openai, "/v1/organization/projects", 401, r#"{"error":{"code":"invalid_api_key"}}"#, "unknown")]
    #[case::a_project_key(System::Openai, "/v1/organization/projects", 401, r#"{"error":{"code":"invalid_issuer"}}"#, "silent")]
    #[case::no_code(System::Openai, "/v1/organization/projects", 401, r#"{"error":{"message":"no"}}"#, "silent")]
    #[case::never_asked(System::Anthropic, "/", 401, r#"{"error":{}}"#, "silent")]
    #[tokio::test]
    async fn only_a_vendors_own_401_is_unknown(
        #[case] system: System,
        #[case] at: &str,
        #[case] status: u16,
        #[case] body: &str,
        #[case] wanted: &str,
    ) {
        let server = MockServer::start().await;
        answers_text(&server, at, status, body).await;
        let word = whose(&door(&server, &[system]), system).await;
        assert_eq!(name(&word), wanted, "{word:?}");
    }

    fn name(word: &Word) -> &'static str {
        match word {
            Word::Unknown(_) => "unknown",
            Word::ShutOut(_) => "shut out",
            Word::Open(_) => "open",
            Word::Silent(_) => "silent",
        }
    }

    fn settings() -> AppSettings {
        let mut settings = AppSettings::new("acme".parse().unwrap(), chrono::NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
        settings.github = Some("acme/shop".parse().unwrap());
        settings.supabase = Some("a".repeat(20).parse().unwrap());
        settings.staging = Some("b".repeat(20).parse().unwrap());
        settings.vercel = Some("acme/shop".parse().unwrap());
        settings
    }

    #[rstest]
    #[case(404, 404, "shut out")]
    #[case(403, 404, "silent")]
    #[case(404, 403, "silent")]
    #[case(404, 200, "open")]
    #[case(200, 404, "open")]
    #[case(404, 500, "silent")]
    #[tokio::test]
    async fn it_is_shut_out_only_when_every_project_is_not_there(
        #[case] production: u16,
        #[case] staging: u16,
        #[case] wanted: &str,
    ) {
        let server = MockServer::start().await;
        for (letter, status) in [("a", production), ("b", staging)] {
            answers(&server, &format!("/v1/projects/{}", letter.repeat(20)), status, &json!({ "message": "said" })).await;
        }
        let word = shown(&door(&server, &[System::Supabase]), System::Supabase, &settings()).await.unwrap();
        assert_eq!(name(&word), wanted, "{word:?}");
    }

    #[rstest]
    #[case::hidden(System::Github, "/repos/acme/shop", 404, r#"{"message":"Not Found"}"#, "shut out")]
    #[case::a_page(System::Github, "/repos/acme/shop", 404, "<html>gone</html>", "silent")]
    #[case::single_sign_on(System::Github, "/repos/acme/shop", 403, r#"{"message":"Resource protected"}"#, "silent")]
    #[case::public(System::Github, "/repos/acme/shop", 200, r#"{"private":false}"#, "silent")]
    #[case::seen(System::Github, "/repos/acme/shop", 200, r#"{"private":true}"#, "open")]
    #[case::portal(System::Github, "/repos/acme/shop", 200, "<html>a portal</html>", "silent")]
    #[case::hidden(System::Vercel, "/v9/projects/shop", 404, r#"{"error":{"code":"not_found"}}"#, "shut out")]
    #[tokio::test]
    async fn a_404_of_the_vendors_own_shuts_out(
        #[case] system: System,
        #[case] at: &str,
        #[case] status: u16,
        #[case] body: &str,
        #[case] wanted: &str,
    ) {
        let server = MockServer::start().await;
        answers_text(&server, at, status, body).await;
        let word = shown(&door(&server, &[system]), system, &settings()).await.unwrap();
        assert_eq!(name(&word), wanted, "{word:?}");
    }

    #[tokio::test]
    async fn a_project_without_its_team_is_hidden_from_everybody() {
        let server = MockServer::start().await;
        answers(&server, "/v9/projects/shop", 404, &json!({ "error": { "code": "not_found" } })).await;
        let mut settings = settings();
        settings.vercel = Some("shop".parse().unwrap());
        let word = shown(&door(&server, &[System::Vercel]), System::Vercel, &settings).await.unwrap();
        assert_eq!(name(&word), "silent", "{word:?}");
        assert_eq!(shown(&door(&server, &[System::Openai]), System::Openai, &settings).await, None);
    }
}
