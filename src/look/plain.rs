//! What the same address says without TLS: at most two requests, at hosts that were said beforehand. Only a page that came
//! without TLS is called served so; an answer that says neither is not seen.

use super::model::Plain;
use super::plan::{Plan, host_of};
use crate::domain::{Foreign, System};
use crate::net::{Door, ReadCall};
use crate::scan::{FileKind, Requests};
use url::Url;

/// Whether the address without TLS leads to the one with it.
pub(super) async fn plain(door: &Door, plan: &Plan, address: &Url, requests: &Requests) -> Plain {
    let first = match asked(door, address, requests).await {
        Ok((status, to)) => next(plan, address, status, to, true),
        Err(why) => Next::Is(Plain::Unseen { why }),
    };
    let to = match first {
        Next::Is(known) => return known,
        Next::Ask(to) => to,
    };
    let second = match asked(door, &to, requests).await {
        Ok((status, further)) => next(plan, &to, status, further, false),
        Err(why) => Next::Is(Plain::Unseen { why }),
    };
    match second {
        Next::Is(known) => known,
        Next::Ask(_) => Plain::Unseen { why: "it leads on and on".into() },
    }
}

/// One answer: its status, and where it leads.
async fn asked(door: &Door, address: &Url, requests: &Requests) -> Result<(u16, Option<Url>), Foreign> {
    let Some(number) = requests.begins(address, FileKind::Plain).await else {
        return Err("nobody heard of the request".into());
    };
    // Its text is not wanted: where it leads is in its head.
    let call = ReadCall::follow(System::Site, address).as_answered().at(address.join("/").unwrap_or_else(|_| address.clone()));
    let reply = door.read(call.found()).await.map_err(|gap| gap.says)?;
    let status = reply.status.as_u16();
    let to = reply.header("location").and_then(|it| address.join(it).ok()).filter(|_| reply.status.is_redirection());
    requests.answered(number, status, to.as_ref());
    Ok((status, to))
}

/// What an answer means, or what is asked then.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Is(Plain),
    Ask(Url),
}

fn next(plan: &Plan, address: &Url, status: u16, to: Option<Url>, may_ask: bool) -> Next {
    let unseen = |why: String| Next::Is(Plain::Unseen { why: Foreign::new(why) });
    let bare = |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    let Some(to) = to else {
        return match status {
            200..300 => Next::Is(Plain::Serves { status }),
            300..=399 => unseen(format!("it answers with status {status} and does not say where it leads")),
            401 | 403 | 429 => unseen(format!("it refuses strangers (status {status})")),
            _ => unseen(format!("it answers with status {status}, which says neither")),
        };
    };
    if bare(&to) != bare(address) {
        return Next::Is(Plain::LeadsAway { to: Foreign::new(to.host_str().unwrap_or_default()) });
    }
    if to.scheme() == "https" {
        return Next::Is(Plain::LeadsToTls);
    }
    let is_own =
        to.scheme() == "http" && to.username().is_empty() && to.password().is_none() && plan.own().contains(&host_of(&to));
    if may_ask && is_own && to != *address {
        return Next::Ask(to);
    }
    unseen(format!("it leads to {}://{} first, which was not followed", to.scheme(), host_of(&to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::plan::Wanted;
    use rstest::rstest;

    const FIRST: &str = "http://acme.example/";

    #[rstest]
    #[case::to_tls(301, Some("https://acme.example/"), "tls")]
    #[case::to_tls_at_the_twin(308, Some("https://www.acme.example/"), "tls")]
    #[case::to_the_twin_first(301, Some("http://www.acme.example/"), "ask http://www.acme.example/")]
    #[case::to_a_page_first(302, Some("/shop"), "ask http://acme.example/shop")]
    #[case::to_itself(302, Some("/"), "unseen: it leads to http://acme.example first, which was not followed")]
    #[case::to_a_port(
        302,
        Some("http://acme.example:8080/"),
        "unseen: it leads to http://acme.example:8080 first, which was not followed"
    )]
    #[case::away(302, Some("https://other.example/"), "away other.example")]
    #[case::nowhere(301, None, "unseen: it answers with status 301 and does not say where it leads")]
    #[case::served(200, None, "serves 200")]
    #[case::refused(403, None, "unseen: it refuses strangers (status 403)")]
    #[case::asleep(503, None, "unseen: it answers with status 503, which says neither")]
    #[case::no_page(404, None, "unseen: it answers with status 404, which says neither")]
    fn what_an_answer_without_tls_means(#[case] status: u16, #[case] to: Option<&str>, #[case] wanted: &str) {
        let first = Url::parse(FIRST).unwrap();
        let plan = Plan::new("https://acme.example/".parse().unwrap(), Wanted::default());
        let to = to.map(|it| first.join(it).unwrap());
        assert_eq!(told(&next(&plan, &first, status, to.clone(), true)), wanted);
        let last = told(&next(&plan, &first, status, to, false));
        assert!(!last.starts_with("ask"), "two requests were said: {last}");
        if !wanted.starts_with("ask") {
            assert_eq!(last, wanted);
        }
    }

    #[test]
    fn the_answer_after_a_step_to_the_twin_is_the_answer() {
        let twin = Url::parse("http://www.acme.example/").unwrap();
        let plan = Plan::new("https://acme.example/".parse().unwrap(), Wanted::default());
        let to = Url::parse("https://www.acme.example/").unwrap();
        assert_eq!(next(&plan, &twin, 301, Some(to), false), Next::Is(Plain::LeadsToTls));
    }

    fn told(next: &Next) -> String {
        match next {
            Next::Ask(to) => format!("ask {to}"),
            Next::Is(Plain::LeadsToTls) => "tls".to_owned(),
            Next::Is(Plain::Serves { status }) => format!("serves {status}"),
            Next::Is(Plain::LeadsAway { to }) => format!("away {to}"),
            Next::Is(Plain::Unseen { why }) => format!("unseen: {why}"),
        }
    }
}
