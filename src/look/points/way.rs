//! How visitors reach the site: with TLS or without, and until when its certificate counts (`apis/http.md` §1).

use super::{Point, Weight};
use crate::look::model::{Look, Plain};
use chrono::TimeDelta;

/// Seconds that a browser has to remember to use TLS only: half a year.
const LONG_ENOUGH: u64 = 15_552_000;
/// Days before the end from which a certificate is a matter of today, and of soon. Platforms renew late by design.
const URGENT: i64 = 7;
const SOON: i64 = 21;

pub(super) fn points(look: &Look) -> Vec<Point> {
    let mut points = Vec::new();
    points.extend(in_clear(look));
    points.extend(certificate(look));
    points.extend(remembered(look));
    points
}

fn in_clear(look: &Look) -> Option<Point> {
    if !look.is_under_tls() {
        let own = url::Url::parse(look.answered.as_str()).is_ok_and(|it| crate::net::is_loopback(&it));
        let (weight, means) = if own {
            (Weight::Know, "it is on this machine, so nothing can be said of how visitors will reach it")
        } else {
            (Weight::Emergency, "whoever is on the way, in a café or at a provider, can read passwords and change the page")
        };
        let point = Point::new("tls.none", weight, "the page is served without https", means).of(&["WEB-01"]);
        return Some(if own { point } else { point.todo("Serve it with https only, and redirect to it") });
    }
    let point = match &look.plain {
        Plain::Serves { status } => {
            let says = format!("without https the site answers (status {status}) instead of leading to https");
            Point::new("tls.no-redirect", Weight::Mend, says, "a visitor who types the name alone can be listened to")
        }
        Plain::LeadsAway { to } => {
            let says = format!("without https the site leads to {}", to.cut(80));
            Point::new("tls.leads-away", Weight::Mend, says, "what visitors reach depends on what they type")
        }
        Plain::LeadsToTls | Plain::Unseen { .. } => return None,
    };
    Some(point.todo("Answer http with a permanent redirect to https").of(&["WEB-01"]))
}

fn certificate(look: &Look) -> Option<Point> {
    let certificate = look.front.certificate.as_ref()?;
    let left = certificate.until - look.at;
    let days = left.num_days();
    if left > TimeDelta::days(SOON) {
        return None;
    }
    let weight = if days < URGENT { Weight::Emergency } else { Weight::Mend };
    let says = format!("the certificate ends in {} days, on {}", days.max(0), certificate.until.format("%-d %B %Y"));
    let means = "from that day browsers warn visitors away; hosts that renew by themselves do so at the last, others forget";
    Some(Point::new("tls.ends", weight, says, means).todo("See that its renewal runs, and look again").of(&["WEB-02"]))
}

/// Whether browsers are told to use TLS only.
fn remembered(look: &Look) -> Option<Point> {
    if !look.is_under_tls() {
        return None;
    }
    let policy = look.front.header("strict-transport-security");
    let seconds = policy.and_then(|text| {
        let mut parts = text.split([';', ',']).map(str::trim);
        parts.find_map(|it| {
            it.to_ascii_lowercase().strip_prefix("max-age=").map(|it| it.trim_matches('"').parse::<u64>().unwrap_or(0))
        })
    });
    let says = match seconds {
        Some(LONG_ENOUGH..) => return None,
        Some(seconds) => format!("browsers are told to use https only for {} days", seconds / 86_400),
        None => "browsers are not told to use https only (Strict-Transport-Security)".to_owned(),
    };
    let means = "on a first visit by the name alone, somebody on the way can keep a visitor on http";
    Some(
        Point::new("headers.hsts", Weight::Mend, says, means)
            .todo("Send Strict-Transport-Security with at least 180 days")
            .of(&["WEB-01"]),
    )
}
