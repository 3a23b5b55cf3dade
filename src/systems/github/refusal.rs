//! What GitHub's status codes mean (dossier §1.5), as one table read from the top. A refusal becomes a gap; only an
//! answer that GitHub documents as a negative, by status *and* message, becomes a fact.

use crate::domain::{Foreign, Gap, GapKind, System};
use crate::net::Reply;
use crate::systems::refusal::is_page;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

/// An answer, or the documented absence of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered<T> {
    Have(T),
    Without(Negative),
}

/// Something that GitHub says is provably not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negative {
    /// No classic protection; rulesets may still exist.
    NotProtected,
    /// The plan has neither branch protection nor rulesets for a private repository.
    PlanHasNone,
    /// The security feature is switched off or was not bought.
    FeatureOff,
    /// Nothing was ever pushed.
    EmptyRepository,
}

impl Negative {
    /// The gap of a reader who wanted to look through what is not there.
    pub(super) fn gap(self, what: &str) -> Gap {
        let gap = |kind, why: &str| Gap::new(kind, System::Github, format!("{what} could not be read: {why}"));
        match self {
            Self::NotProtected => gap(GapKind::UnexpectedAnswer, "GitHub says that the branch is not protected"),
            Self::PlanHasNone => gap(GapKind::PlanHides, "the plan does not have it for a private repository")
                .needs("Move the repository to an organisation on GitHub Team, or look another way"),
            Self::FeatureOff => gap(GapKind::PlanHides, "the feature is switched off or not bought")
                .needs("Switch it on under Settings › Advanced Security, or look another way"),
            Self::EmptyRepository => gap(GapKind::Incomplete, "the repository is empty").needs("Push the code first"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Meaning {
    Is(Negative),
    /// A gap with what happened and the step that opens it.
    Gap(GapKind, &'static str, &'static str),
    Limited,
    SingleSignOn,
    MissingPermission,
    NotFound,
}

/// One row: statuses (`from..=to`), a piece of the message in lower case, a header with its value (empty: any).
struct Row {
    status: (u16, u16),
    message: &'static str,
    header: Option<(&'static str, &'static str)>,
    means: Meaning,
}

const fn row(status: (u16, u16), message: &'static str, means: Meaning) -> Row {
    Row { status, message, header: None, means }
}
const fn headed(status: (u16, u16), name: &'static str, value: &'static str, means: Meaning) -> Row {
    Row { status, message: "", header: Some((name, value)), means }
}

const NEW_TOKEN: &str = "Make a new fine-grained token with read access and store it with `rescue auth set github`";

/// The first row that fits speaks. "Feature off" has come as 403 and as 404, so both are matched on the message.
static TABLE: &[Row] = &[
    row(
        (401, 401),
        "",
        Meaning::Gap(GapKind::BadCredential, "GitHub does not accept the token: wrong, expired or revoked", NEW_TOKEN),
    ),
    headed((403, 403), "x-ratelimit-remaining", "0", Meaning::Limited),
    headed((403, 403), "retry-after", "", Meaning::Limited),
    row((403, 403), "secondary rate limit", Meaning::Limited),
    row((403, 403), "rate limit exceeded", Meaning::Limited),
    row((429, 429), "", Meaning::Limited),
    row(
        (403, 403),
        "login attempts exceeded",
        // Good tokens of the account are refused as well while it lasts.
        Meaning::Gap(
            GapKind::RateLimited,
            "GitHub has locked this account's API for a while after wrong tokens",
            "Run again in an hour; find out which program still tries an old token",
        ),
    ),
    headed((403, 403), "x-github-sso", "", Meaning::SingleSignOn),
    row((403, 403), "upgrade to github", Meaning::Is(Negative::PlanHasNone)),
    row((403, 404), "must be enabled for this repository", Meaning::Is(Negative::FeatureOff)),
    row((403, 404), "secret scanning is disabled", Meaning::Is(Negative::FeatureOff)),
    row((403, 404), "dependabot alerts are disabled", Meaning::Is(Negative::FeatureOff)),
    row((404, 404), "branch not protected", Meaning::Is(Negative::NotProtected)),
    row((403, 403), "", Meaning::MissingPermission),
    row((404, 404), "", Meaning::NotFound),
    row((409, 409), "repository is empty", Meaning::Is(Negative::EmptyRepository)),
    row(
        (410, 410),
        "",
        Meaning::Gap(GapKind::UnexpectedAnswer, "GitHub has retired this part of its API", "Install a newer rescue"),
    ),
    row(
        (451, 451),
        "",
        Meaning::Gap(GapKind::NoPermission, "GitHub blocks this repository for legal reasons", "Ask the owner of the repository"),
    ),
    row((500, 599), "", Meaning::Gap(GapKind::VendorFault, "GitHub failed to answer", "Run again later; see githubstatus.com")),
];

/// What the answer means if it is not the thing asked for. None: it is.
pub(super) fn refusal(reply: &Reply) -> Option<Result<Negative, Gap>> {
    let status = reply.status.as_u16();
    if reply.status.is_success() {
        return None;
    }
    let message = message(reply);
    // A page of a proxy or of another product is nobody's word on permissions.
    if message.is_none() && is_page(reply) && matches!(status, 401..=428) {
        return Some(Err(unexpected(status, Some("a page instead of data"))));
    }
    let lower = message.as_ref().map(|it| it.as_str().to_lowercase()).unwrap_or_default();
    let fits = |row: &&Row| {
        (row.status.0..=row.status.1).contains(&status)
            && lower.contains(row.message)
            && row.header.is_none_or(|(name, value)| reply.header(name).is_some_and(|it| value.is_empty() || it.trim() == value))
    };
    let Some(row) = TABLE.iter().find(fits) else {
        return Some(Err(unexpected(status, message.as_ref().map(Foreign::as_str))));
    };
    Some(match row.means {
        Meaning::Is(negative) => Ok(negative),
        Meaning::Gap(kind, says, needs) => Err(Gap::new(kind, System::Github, format!("{says} ({status})")).needs(needs)),
        Meaning::Limited => Err(limited(reply)),
        Meaning::SingleSignOn => Err(single_sign_on(reply)),
        Meaning::MissingPermission => Err(missing_permission(reply, message.as_ref())),
        Meaning::NotFound => Err(Gap::new(
            GapKind::NoPermission,
            System::Github,
            "GitHub says 404: it does not exist, or the token may not see that it does",
        )
        .needs(permission(reply).unwrap_or_else(|| {
            "Check the repository's name, and that the token is approved for its owner and covers this repository".to_owned()
        }))),
    })
}

/// GitHub's own sentence, at most 160 characters.
fn message(reply: &Reply) -> Option<Foreign> {
    #[derive(Deserialize)]
    struct Body {
        message: Option<Foreign>,
    }
    let message = serde_json::from_slice::<Body>(&reply.body).ok()?.message?;
    Some(message.cut(160).into())
}

fn unexpected(status: u16, said: Option<&str>) -> Gap {
    let says = match said {
        Some(said) => format!("GitHub answered {status}: {said}"),
        None => format!("GitHub answered {status} without saying why"),
    };
    Gap::new(GapKind::UnexpectedAnswer, System::Github, says)
        .needs("Check the address of GitHub; if it is right, report this answer")
}

fn limited(reply: &Reply) -> Gap {
    let gap = Gap::new(GapKind::RateLimited, System::Github, "GitHub asks us to wait: too many requests with this token");
    let is_primary = reply.header("x-ratelimit-remaining").is_some_and(|it| it.trim() == "0");
    let reset =
        reply.header("x-ratelimit-reset").and_then(|it| it.trim().parse().ok()).and_then(|it| DateTime::from_timestamp(it, 0));
    match reset {
        Some(until) if is_primary => gap.until(until).needs("Run again after that moment"),
        _ => gap.needs("Run again in some minutes"),
    }
}

/// `x-github-sso: required; url=https://github.com/orgs/…/sso?…`: the query is a one-time request and is left out.
fn single_sign_on(reply: &Reply) -> Gap {
    let place = reply.header("x-github-sso").and_then(|it| it.split_once("url=")).map(|(_, url)| url.trim()).and_then(|url| {
        let mut url = url::Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
        url.set_query(None);
        Some(url)
    });
    let step = match place {
        Some(url) => format!(
            "Authorise the token for the organisation's single sign-on: github.com/settings/tokens › Configure SSO ({url})"
        ),
        None => {
            "Authorise the token for the organisation's single sign-on: github.com/settings/tokens › Configure SSO".to_owned()
        }
    };
    Gap::new(GapKind::NoPermission, System::Github, "the organisation asks for single sign-on before the token may read")
        .needs(step)
}

fn missing_permission(reply: &Reply, message: Option<&Foreign>) -> Gap {
    let says = message.map_or_else(|| "GitHub refused (403)".to_owned(), |it| format!("GitHub refused: {it}"));
    let step = permission(reply).unwrap_or_else(|| "Give the token read access to this part of the repository".to_owned());
    Gap::new(GapKind::NoPermission, System::Github, says).needs(step)
}

/// What the endpoint would accept, when GitHub names it.
fn permission(reply: &Reply) -> Option<String> {
    let named = |name: &str| reply.header(name).map(str::trim).filter(|it| !it.is_empty()).map(|it| Foreign::new(it).cut(120));
    if let Some(accepted) = named("x-accepted-github-permissions") {
        return Some(format!("Give the token this permission: {accepted}"));
    }
    named("x-accepted-oauth-scopes").map(|scopes| format!("Use a token with one of these scopes: {scopes}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
    use rstest::rstest;

    fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect();
        Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::from(body.to_owned()),
            address: "http://127.0.0.1:9/".parse().unwrap(),
            certificate: None,
        }
    }

    fn said(message: &str) -> String {
        serde_json::json!({"message": message, "documentation_url": "https://docs.example.com"}).to_string()
    }

    #[rstest]
    #[case::token_wrong(401, &[], "Bad credentials", GapKind::BadCredential)]
    #[case::primary_403(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795000000")], "API rate limit exceeded for user ID 1.", GapKind::RateLimited)]
    #[case::primary_429(429, &[("x-ratelimit-remaining", "0")], "API rate limit exceeded", GapKind::RateLimited)]
    #[case::secondary(403, &[], "You have exceeded a secondary rate limit.", GapKind::RateLimited)]
    #[case::secondary_by_header(403, &[("retry-after", "60")], "Wait", GapKind::RateLimited)]
    #[case::locked_out(403, &[], "Maximum number of login attempts exceeded. Please try again later.", GapKind::RateLimited)]
    #[case::sso(403, &[("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=AAAA")], "Resource protected by organization SAML enforcement.", GapKind::NoPermission)]
    #[case::fine_grained(403, &[("x-accepted-github-permissions", "administration=read")], "Resource not accessible by personal access token", GapKind::NoPermission)]
    #[case::integration(403, &[], "Resource not accessible by integration", GapKind::NoPermission)]
    #[case::remaining_is_not_zero(403, &[("x-ratelimit-remaining", "4999")], "Must have admin rights to Repository.", GapKind::NoPermission)]
    #[case::generic_404(404, &[], "Not Found", GapKind::NoPermission)]
    #[case::branch_404(404, &[], "Branch not found", GapKind::NoPermission)]
    #[case::other_conflict(409, &[], "Conflict", GapKind::UnexpectedAnswer)]
    #[case::retired(410, &[], "Gone", GapKind::UnexpectedAnswer)]
    #[case::bad_parameter(422, &[], "Validation Failed", GapKind::UnexpectedAnswer)]
    #[case::unknown_version(400, &[], "Invalid API version", GapKind::UnexpectedAnswer)]
    #[case::legal(451, &[], "Repository access blocked", GapKind::NoPermission)]
    #[case::fault(502, &[], "Server Error", GapKind::VendorFault)]
    #[case::redirect(301, &[], "Moved Permanently", GapKind::UnexpectedAnswer)]
    fn a_refusal_is_a_gap(#[case] status: u16, #[case] headers: &[(&str, &str)], #[case] message: &str, #[case] kind: GapKind) {
        let gap = refusal(&reply(status, headers, &said(message))).unwrap().unwrap_err();
        assert_eq!(gap.kind, kind, "{gap:?}");
        assert!(gap.needs.is_some(), "{gap:?}");
    }

    #[rstest]
    #[case(404, "Branch not protected", Negative::NotProtected)]
    #[case(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.", Negative::PlanHasNone)]
    #[case(404, "Secret scanning is disabled on this repository.", Negative::FeatureOff)]
    #[case(403, "Secret scanning is disabled on this repository.", Negative::FeatureOff)]
    #[case(403, "Advanced Security must be enabled for this repository to use secret scanning.", Negative::FeatureOff)]
    #[case(403, "Dependabot alerts are disabled for this repository.", Negative::FeatureOff)]
    #[case(409, "Git Repository is empty.", Negative::EmptyRepository)]
    fn a_documented_negative_is_a_fact(#[case] status: u16, #[case] message: &str, #[case] wanted: Negative) {
        assert_eq!(refusal(&reply(status, &[], &said(message))).unwrap().unwrap(), wanted);
    }

    #[rstest]
    #[case(401)]
    #[case(403)]
    #[case(404)]
    #[case(500)]
    fn the_words_of_a_negative_count_only_in_a_message(#[case] status: u16) {
        let page = "<html>Branch not protected. Secret scanning is disabled. Upgrade to GitHub</html>";
        assert!(refusal(&reply(status, &[], page)).unwrap().is_err());
        assert!(refusal(&reply(status, &[], "")).unwrap().is_err());
    }

    #[test]
    fn a_page_is_not_github_refusing() {
        for status in [401, 403, 404] {
            let gap = refusal(&reply(status, &[], "<!doctype html><p>Sign in")).unwrap().unwrap_err();
            assert_eq!(gap.kind, GapKind::UnexpectedAnswer);
        }
    }

    #[test]
    fn the_missing_permission_is_named() {
        let gap =
            refusal(&reply(403, &[("x-accepted-github-permissions", "administration=read")], &said("no"))).unwrap().unwrap_err();
        assert_eq!(gap.needs.unwrap(), "Give the token this permission: administration=read");
    }

    #[test]
    fn a_limit_says_until_when() {
        let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795000000")];
        let gap = refusal(&reply(403, &headers, &said("API rate limit exceeded"))).unwrap().unwrap_err();
        assert_eq!(gap.until.unwrap().timestamp(), 1_795_000_000);
    }

    #[test]
    fn a_one_time_sign_on_request_is_not_kept() {
        let gap = refusal(&reply(
            403,
            &[("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=AAAA")],
            "{}",
        ));
        let step = gap.unwrap().unwrap_err().needs.unwrap();
        assert!(step.as_str().contains("github.com/orgs/acme/sso") && !step.as_str().contains("AAAA"), "{step}");
    }
}
