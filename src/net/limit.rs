//! What an answer says about limits: whether it is a refusal for asking too much, and when asking makes sense again.
//! Plain functions of status, headers, body and a moment; nothing here waits.

use crate::domain::System;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};

/// A refusal for asking too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    /// When asking makes sense again, if the vendor said so.
    pub until: Option<DateTime<Utc>>,
    /// Whether it holds for everything that this credential asks there, and not only for this kind of read.
    pub whole: bool,
}

/// A wait longer than this is a misunderstanding, not a limit: the longest real ones count by the month.
const LONGEST: TimeDelta = TimeDelta::days(31);
/// What GitHub asks for when its secondary limit names no time (apis/github.md §1.4).
const SECONDARY: TimeDelta = TimeDelta::minutes(1);

/// The limit that an answer speaks of, if it is a refusal for asking too much: any 429; at GitHub also a 403 that says so
/// by its headers or its message (apis/github.md §1.5).
pub(super) fn refusal(system: System, status: StatusCode, headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Option<Limit> {
    let is_github = system == System::Github;
    if !(status == StatusCode::TOO_MANY_REQUESTS || (is_github && status == StatusCode::FORBIDDEN)) {
        return None;
    }
    let is_secondary = is_github && says_secondary(body);
    let remaining = number(headers, "x-ratelimit-remaining");
    let is_limit = status == StatusCode::TOO_MANY_REQUESTS
        || is_secondary
        || headers.contains_key(http::header::RETRY_AFTER)
        || remaining == Some(0);
    if !is_limit {
        return None;
    }
    // GitHub's reset is that of the hourly limit: it says nothing about the secondary one while the hour has some left.
    let reset = if remaining.is_some_and(|left| left > 0) { None } else { reset(headers, now) };
    let until = retry_after(headers, now).or(reset).or_else(|| is_secondary.then(|| now + SECONDARY));
    Some(Limit { until, whole: is_secondary || is_whole(headers) })
}

/// When the next request makes sense, if this answer, though good, was the last one that GitHub's hour allows.
/// The other vendors count by endpoint, where an exhausted count says nothing about the next read.
pub(super) fn exhausted(system: System, headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let is_last = system == System::Github && number(headers, "x-ratelimit-remaining") == Some(0) && is_whole(headers);
    if is_last { reset(headers, now) } else { None }
}

/// `Retry-After`: seconds, or an HTTP date. One that has passed is a second from now; one beyond a month is none.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let moment = match text.parse::<u32>() {
        Ok(seconds) => now + TimeDelta::seconds(seconds.into()),
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.to_utc(),
    };
    believable(moment, now)
}

/// `X-RateLimit-Reset`: an epoch in seconds at GitHub and Vercel, in milliseconds at OpenRouter, seconds left at Supabase.
/// The three cannot be mistaken for each other, so the number itself says which it is.
fn reset(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let number = number(headers, "x-ratelimit-reset")?;
    let moment = match number {
        0..1_000_000_000 => now + TimeDelta::seconds(number),
        1_000_000_000..100_000_000_000 => DateTime::from_timestamp(number, 0)?,
        _ => DateTime::from_timestamp_millis(number)?,
    };
    believable(moment, now)
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok().filter(|number| *number >= 0)
}

/// A moment that has passed (clocks differ) is a second from now; one beyond any real limit is none.
fn believable(moment: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (moment <= now + LONGEST).then(|| moment.max(now + TimeDelta::seconds(1)))
}

/// GitHub counts searches and the like in buckets of their own.
fn is_whole(headers: &HeaderMap) -> bool {
    headers.get("x-ratelimit-resource").is_none_or(|bucket| bucket == "core")
}

fn says_secondary(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Said {
        message: String,
    }
    serde_json::from_slice::<Said>(body).is_ok_and(|said| said.message.to_ascii_lowercase().contains("secondary rate limit"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn now() -> DateTime<Utc> {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    const SECONDARY_BODY: &[u8] = br#"{"message":"You have exceeded a secondary rate limit. Please wait"}"#;

    #[rstest]
    #[case::seconds(System::Openai, 429, &[("retry-after", "7")], b"", Some((Some(7), true)))]
    #[case::date(System::Openai, 429, &[("retry-after", "Sun, 22 Nov 2026 12:01:30 GMT")], b"", Some((Some(90), true)))]
    #[case::nothing_said(System::Openai, 429, &[], b"", Some((None, true)))]
    #[case::nonsense(System::Openai, 429, &[("retry-after", "soon")], b"", Some((None, true)))]
    #[case::beyond_a_month(System::Openai, 429, &[("retry-after", "99999999")], b"", Some((None, true)))]
    #[case::in_the_past(System::Openai, 429, &[("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")], b"", Some((Some(1), true)))]
    #[case::github_hour(System::Github, 403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795349100")], b"", Some((Some(300), true)))]
    #[case::github_search(System::Github, 403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795348830"), ("x-ratelimit-resource", "search")], b"", Some((Some(30), false)))]
    #[case::github_secondary(System::Github, 403, &[("x-ratelimit-remaining", "4000"), ("x-ratelimit-reset", "1795349100")], SECONDARY_BODY, Some((Some(60), true)))]
    #[case::github_secondary_with_time(System::Github, 403, &[("retry-after", "5")], SECONDARY_BODY, Some((Some(5), true)))]
    #[case::github_secondary_429(System::Github, 429, &[], SECONDARY_BODY, Some((Some(60), true)))]
    #[case::github_permission(System::Github, 403, &[("x-ratelimit-remaining", "4000")], br#"{"message":"Resource not accessible by personal access token"}"#, None)]
    #[case::vercel_epoch(System::Vercel, 429, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795348860")], b"", Some((Some(60), true)))]
    #[case::supabase_left(System::Supabase, 429, &[("x-ratelimit-reset", "42")], b"", Some((Some(42), true)))]
    #[case::openrouter_millis(System::Openrouter, 429, &[("x-ratelimit-reset", "1795348805000")], b"", Some((Some(5), true)))]
    #[case::a_403_elsewhere(System::Vercel, 403, &[("x-ratelimit-remaining", "0")], b"", None)]
    #[case::good(System::Github, 200, &[("x-ratelimit-remaining", "0")], b"", None)]
    fn refusals(
        #[case] system: System,
        #[case] status: u16,
        #[case] pairs: &[(&'static str, &str)],
        #[case] body: &[u8],
        #[case] wanted: Option<(Option<i64>, bool)>,
    ) {
        let seen = refusal(system, StatusCode::from_u16(status).unwrap(), &headers(pairs), body, now());
        let wanted = wanted.map(|(left, whole)| Limit { until: left.map(|left| now() + TimeDelta::seconds(left)), whole });
        assert_eq!(seen, wanted);
    }

    #[test]
    fn the_last_good_answer_of_github_s_hour_closes_until_the_reset() {
        let said = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795349100")]);
        assert_eq!(exhausted(System::Github, &said, now()), Some(now() + TimeDelta::seconds(300)));
        assert_eq!(exhausted(System::Supabase, &said, now()), None, "counts by endpoint");
        let search =
            headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795349100"), ("x-ratelimit-resource", "search")]);
        assert_eq!(exhausted(System::Github, &search, now()), None);
        let some_left = headers(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "1795349100")]);
        assert_eq!(exhausted(System::Github, &some_left, now()), None);
    }
}
