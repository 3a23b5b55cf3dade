//! How the first page is protected: its headers and its cookies (`apis/http.md` §2 and §3). Judged on the page that visitors
//! get, never on a wall before it.

use super::{Point, Weight};
use crate::look::model::Look;
use crate::scan::Front;

pub(super) fn points(look: &Look) -> Vec<Point> {
    let front = &look.front;
    let all = [policy(front), frames(front), sniffing(front), cookies(look), sharing(front), maker(front)];
    all.into_iter().flatten().collect()
}

fn policy(front: &Front) -> Option<Point> {
    let means = "if a stranger's script ever gets into the page, nothing keeps it from sending elsewhere what users type";
    let (says, todo) = match front.header("content-security-policy") {
        Some(policy) => {
            let weak = weakness(policy)?;
            (format!("the content security policy {weak}"), "Allow scripts by nonce or digest instead")
        }
        None if front.policy_in_page => return None,
        None if front.headers.contains_key("content-security-policy-report-only") => {
            ("the content security policy only reports, and stops nothing".to_owned(), "Enforce it once its reports are quiet")
        }
        None => ("no content security policy is sent".to_owned(), "Write one, first report-only, then enforced"),
    };
    Some(Point::new("headers.csp", Weight::Mend, says, means).todo(todo).of(&["WEB-01"]))
}

/// What makes a policy no lock for scripts; None if nothing that is known does.
fn weakness(policy: &str) -> Option<&'static str> {
    let policy = policy.to_ascii_lowercase();
    let directive = |name: &str| {
        policy
            .split([';', ','])
            .map(str::trim)
            .find_map(|it| it.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with(' ')))
    };
    let Some(sources) = directive("script-src").or_else(|| directive("default-src")) else {
        return Some("says nothing of scripts");
    };
    let has = |word: &str| sources.split_whitespace().any(|it| it == word);
    let by_digest = ["'nonce-", "'sha256-", "'sha384-", "'sha512-"].iter().any(|it| sources.contains(it));
    // With it browsers leave out every host and `unsafe-inline`.
    let strict = has("'strict-dynamic'") && by_digest;
    if strict {
        None
    } else if has("*") || has("https:") || has("http:") {
        Some("allows scripts from anywhere")
    } else if has("'unsafe-inline'") && !by_digest {
        Some("allows scripts that stand in the page")
    } else if has("data:") {
        Some("allows scripts made of data")
    } else {
        None
    }
}

fn frames(front: &Front) -> Option<Point> {
    let by_header = front.header("x-frame-options").is_some_and(|it| {
        let it = it.trim();
        it.eq_ignore_ascii_case("deny") || it.eq_ignore_ascii_case("sameorigin")
    });
    let by_policy = front.header("content-security-policy").is_some_and(|it| it.to_ascii_lowercase().contains("frame-ancestors"));
    if by_header || by_policy {
        return None;
    }
    let means = "another site can show the app inside its own page and have users click what they do not see";
    let point = Point::new("headers.frames", Weight::Mend, "other sites may put the page into a frame", means);
    Some(point.todo("Send frame-ancestors 'self' in the policy, or X-Frame-Options: DENY").of(&["WEB-01"]))
}

fn sniffing(front: &Front) -> Option<Point> {
    if front.header("x-content-type-options").is_some_and(|it| it.trim().eq_ignore_ascii_case("nosniff")) {
        return None;
    }
    let means = "browsers may run a file that users uploaded as what it looks like";
    let point = Point::new("headers.nosniff", Weight::Mend, "browsers may guess what a file is (no nosniff)", means);
    Some(point.todo("Send X-Content-Type-Options: nosniff").of(&["WEB-01"]))
}

/// Words in the names of cookies that carry a session.
const SESSION: [&str; 6] = ["sess", "sid", "auth", "token", "jwt", "login"];

fn cookies(look: &Look) -> Option<Point> {
    let is_session = |name: &str| {
        let name = name.to_ascii_lowercase();
        SESSION.iter().any(|it| name.contains(it)) && !name.contains("csrf")
    };
    let open: Vec<&str> = (look.front.cookies.iter())
        .filter(|it| look.is_under_tls() && !it.secure && is_session(it.name.as_str()))
        .map(|it| it.name.as_str())
        .collect();
    if open.is_empty() {
        return None;
    }
    let says = format!("session cookies may travel without https: {}", open.join(", "));
    let means = "whoever reads such a cookie on the way is signed in as that user";
    Some(
        Point::new("cookies.secure", Weight::Mend, says, means).todo("Set Secure, HttpOnly and SameSite on them").of(&["WEB-01"]),
    )
}

fn sharing(front: &Front) -> Option<Point> {
    let any = front.header("access-control-allow-origin") == Some("*");
    let with_cookies = front.header("access-control-allow-credentials").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    if !(any && with_cookies) {
        return None;
    }
    let means = "browsers refuse this pair, but it shows that answers were meant to be read by any site, signed in or not";
    let point = Point::new("headers.cors", Weight::Mend, "the page may be read by any other site, with cookies", means);
    Some(point.todo("Name the sites that may, and look at the interfaces behind it").of(&["API-02"]))
}

fn maker(front: &Front) -> Option<Point> {
    let made = front.header("x-powered-by").map(|it| crate::domain::Foreign::new(it).cut(60))?;
    let means = "harmless by itself, and of no use to visitors";
    Some(Point::new("headers.powered-by", Weight::Know, format!("it says what it runs on: {made}"), means))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("default-src 'self'", None)]
    #[case("script-src 'self' 'unsafe-inline'", Some("stand in the page"))]
    #[case("script-src 'self' 'unsafe-inline' 'nonce-abc'", None)]
    #[case("script-src 'strict-dynamic' 'nonce-abc' 'unsafe-inline' https:", None)]
    #[case("script-src 'nonce-abc' https:", Some("anywhere"))]
    #[case("default-src *", Some("anywhere"))]
    #[case("default-src *; script-src 'self'", None)]
    #[case("script-src https:", Some("anywhere"))]
    #[case("script-src 'self' data:", Some("made of data"))]
    #[case("frame-ancestors 'none'", Some("nothing of scripts"))]
    #[case("script-src-elem 'self'", Some("nothing of scripts"))]
    fn what_a_policy_lets_in(#[case] policy: &str, #[case] wanted: Option<&str>) {
        let weak = weakness(policy);
        assert_eq!(weak.is_some(), wanted.is_some(), "{weak:?}");
        assert!(weak.zip(wanted).is_none_or(|(weak, wanted)| weak.contains(wanted)), "{weak:?}");
    }
}
