//! What somebody gets who types the app's address: the page at the end of the redirects, or what stands there instead. One
//! page is asked for and nothing on it; it searches nothing and judges nothing.

use super::hosts::{Hosts, is_sign_in};
use super::page;
use super::visit::{ACCEPT, wall};
use crate::domain::{Foreign, Gap, System};
use crate::net::{self, Door, ReadCall, Reply};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use url::Url;

/// Redirects that are followed: to https, to the host with or without `www.`, to a language, and one more.
pub const MOST_REDIRECTS: u32 = 4;

/// Where a title is looked for, in bytes: it stands in the head.
const HEAD: usize = 64 * 1024;

/// The home page, as far as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// The address that was asked first, without a query.
    pub address: Foreign,
    pub met: Met,
}

/// What is met at the end of the redirects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Met {
    /// An answer of the app's own host.
    Answer {
        /// Where, without a query.
        at: Foreign,
        status: u16,
        is_page: bool,
        /// The page's own title.
        title: Option<Foreign>,
        /// What stands before the site, if this is it and not the site.
        wall: Option<Foreign>,
        /// What the platform that serves the site says instead of serving it.
        platform: Option<Foreign>,
        /// It leads to the app's own sign-in.
        sign_in: bool,
    },
    /// The server's own fault: 500 to 599, each time it was asked.
    OwnFault { status: u16, challenged: bool },
    /// Another host, which is not asked.
    Elsewhere { host: Foreign, sign_in: bool },
    /// Redirects in circles, or to nowhere.
    Circles,
    /// No address belongs to its name, while other names have theirs.
    NoSuchName { host: Foreign },
    /// Its certificate has expired by the clock of this machine.
    CertificateExpired { host: Foreign },
}

/// Asks for the page at `address`; where the settings put the site elsewhere (`RESCUE_SITE_URL`), there. `further`: hosts that
/// are the app's besides its own.
///
/// # Errors
/// The gap when nothing was learnt of the site: no way there, no answer in time, a refusal that can be this network's.
pub async fn home_page(door: &Door, address: &Url, further: &BTreeSet<String>) -> Result<Home, Gap> {
    let first = door.site().unwrap_or(address);
    let hosts = Hosts::new(first, further);
    let mut at = first.clone();
    at.set_fragment(None);
    let home = |met| Home { address: shown(first), met };
    for _ in 0..=MOST_REDIRECTS {
        let base = at.join("/").map_err(|_| Gap::internal("the address of the site has no origin"))?;
        let call = ReadCall::follow(System::Site, &at).at(base).as_answered().header("accept", ACCEPT);
        let call = if hosts.is_given(&at) { call } else { call.found() };
        let reply = match door.meet(call).await {
            Ok(reply) => reply,
            Err(unanswered) => return without_answer(door, &at, unanswered).await.map(home),
        };
        if !matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(home(answer(&reply, is_sign_in(&reply.address) && !is_sign_in(first))));
        }
        let Some(next) = reply.header("location").and_then(|it| at.join(it).ok()) else { return Ok(home(Met::Circles)) };
        if !hosts.is_ours(&next) {
            let host = Foreign::new(next.host_str().unwrap_or("?"));
            return Ok(home(Met::Elsewhere { host, sign_in: is_sign_in(&next) }));
        }
        at = next;
        at.set_fragment(None);
    }
    Ok(home(Met::Circles))
}

/// What was learnt where no answer came that can be read.
async fn without_answer(door: &Door, at: &Url, unanswered: net::Unanswered) -> Result<Met, Gap> {
    let host = Foreign::new(at.host_str().unwrap_or_default());
    match unanswered.met {
        Some(net::Met::OwnFault { status, challenged }) => Ok(Met::OwnFault { status, challenged }),
        Some(net::Met::CertificateExpired) => Ok(Met::CertificateExpired { host }),
        // That is the site's only where this machine knows any name.
        Some(net::Met::NoSuchName) if door.knows_names().await => Ok(Met::NoSuchName { host }),
        Some(net::Met::NoSuchName) | None => Err(unanswered.gap),
    }
}

fn answer(reply: &Reply, sign_in: bool) -> Met {
    let content_type = reply.header("content-type").unwrap_or_default();
    let is_page = page::is_html(&reply.body, content_type) && !reply.body.trim_ascii().is_empty();
    Met::Answer {
        at: shown(&reply.address),
        status: reply.status.as_u16(),
        is_page,
        title: if is_page { title(&reply.body) } else { None },
        wall: wall(reply).map(Foreign::new),
        // `DEPLOYMENT_NOT_FOUND`, `DEPLOYMENT_PAUSED` and the like (Vercel: Errors).
        platform: reply.header("x-vercel-error").map(|it| Foreign::new(it).cut(60)).map(Foreign::new),
        sign_in,
    }
}

/// Never a query: it may carry what nobody should read.
fn shown(address: &Url) -> Foreign {
    let mut address = address.clone();
    address.set_query(None);
    address.set_fragment(None);
    Foreign::new(address.as_str())
}

/// The text of the first `<title>`, as it stands there.
fn title(body: &[u8]) -> Option<Foreign> {
    let head = String::from_utf8_lossy(body.get(..HEAD.min(body.len()))?).into_owned();
    // ASCII only, so that both have the same places.
    let lower = head.to_ascii_lowercase();
    let opens = lower.find("<title")?;
    let begins = opens + lower.get(opens..)?.find('>')? + 1;
    let ends = begins + lower.get(begins..)?.find("</title")?;
    let text = head.get(begins..ends)?.split_whitespace().collect::<Vec<_>>().join(" ");
    // A word of that length is no title's, and may be a key that somebody put there.
    let is_plain = !text.is_empty() && text.split(' ').all(|word| word.chars().count() <= 30);
    is_plain.then(|| Foreign::new(Foreign::new(text).cut(60)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("<html><head><title>Acme  Shop</title>", Some("Acme Shop"))]
    #[case("<HEAD><TITLE lang=en>\n Acme\n</TITLE>", Some("Acme"))]
    #[case("<title></title>", None)]
    #[case("<title>Acme 0123456789abcdef0123456789abcdef</title>", None)]
    #[case("<title>never closed", None)]
    #[case("<title", None)]
    #[case("\u{fffd}é<title>é</title>", Some("é"))]
    fn titles(#[case] page: &str, #[case] wanted: Option<&str>) {
        assert_eq!(title(page.as_bytes()).as_ref().map(Foreign::as_str), wanted);
    }

    #[test]
    fn an_address_is_shown_without_its_query() {
        assert_eq!(shown(&Url::parse("https://acme.example/x?key=1#y").unwrap()).as_str(), "https://acme.example/x");
    }
}
