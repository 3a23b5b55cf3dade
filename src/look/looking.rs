//! Does what the plan says: walks the site as a visitor, asks once without TLS, and with a permission for what should not be
//! there. It judges nothing; what was seen until it was stopped is kept.

use super::exposed;
use super::model::{Look, Plain, ServiceSeen};
use super::plan::{LONGEST, Plan};
use crate::clock::SharedClock;
use crate::domain::{AppSettings, Foreign, Gap, GapKind, System, Verdict};
use crate::net::{Door, ReadCall};
use crate::probes::served::Served;
use crate::probes::site::bundle::Bundle;
use crate::probes::{Part, Probe as _};
use crate::repo::project::systems::KNOWN;
use crate::scan::{self, Conduct, FileKind, Reach, Requests, ScanKey, SiteOptions, Visit};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use url::Url;

/// Looks. `requests` hears of each before it is sent.
///
/// # Errors
/// The gap when not even the first page could be seen, with the step that fits a look.
pub async fn look(
    door: &Door,
    plan: &Plan,
    key: &ScanKey,
    clock: &SharedClock,
    requests: &Requests,
    stop: &CancellationToken,
) -> Result<Look, Gap> {
    let (began, end) = (clock.now(), Instant::now() + LONGEST);
    let permission = plan.wanted.permission.as_ref();
    let conduct = Conduct {
        reach: if permission.is_some() { Reach::App } else { Reach::Visitor },
        own_hosts_only: true,
        notices: true,
        requests: requests.clone(),
        stop: stop.clone(),
    };
    let options = SiteOptions { limits: plan.limits(), conduct, ..SiteOptions::new(began) };
    let options = plan.wanted.asset_hosts.iter().fold(options, |options, host| options.host(host.as_str()));
    let visit = scan::visit_site(door, &plan.address, key, &options).await.map_err(|gap| stepped(gap, &plan.address))?;
    let Visit { report, front: Some(front), services, halted } = visit else {
        return Err(Gap::internal("the first page was read and nothing was noted of it"));
    };
    let page = Url::parse(front.address.as_str()).unwrap_or_else(|_| plan.address.clone());
    let is_over = || stop.is_cancelled() || Instant::now() >= end;
    let unencrypted = match plan.plain() {
        Some(_) if is_over() => Plain::Unseen { why: "the look ended before".into() },
        Some(address) => timeout_at(end, plain(door, &address, requests))
            .await
            .unwrap_or_else(|_| Plain::Unseen { why: "the look ended before".into() }),
        None => Plain::Unseen { why: "it has no usual port without TLS to ask at".into() },
    };
    let outside = match permission {
        Some(_) if !is_over() => timeout_at(end, exposed::ask(door, &page, requests, stop)).await.ok(),
        _ => None,
    };
    let services = services.into_iter().filter_map(|(name, path)| {
        let known = KNOWN.iter().find(|it| it.name == name)?;
        Some(ServiceSeen { name: name.into(), purpose: known.purpose, metered: known.is_metered, path })
    });
    let why = "a look knows no repository, so it does not know the app's pages";
    let pages =
        Part::Hidden(Gap::new(GapKind::NotConfigured, System::Github, why).needs("Take the app on and name its repository"));
    Ok(Look {
        address: Foreign::new(plan.address.as_str()),
        answered: front.address.clone(),
        began,
        at: clock.now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        consent: plan.consent(),
        permission: plan.wanted.permission.clone(),
        asset_hosts: plan.wanted.asset_hosts.clone(),
        bound: plan.wanted.requests,
        asked: requests.all(),
        halted: halted.map(Foreign::from),
        services: services.collect(),
        plain: unencrypted,
        outside,
        served: Served { site: report, pages },
        front,
    })
}

/// What the probe of the site's scripts says of what was seen.
#[must_use]
pub fn judged(look: &Look, settings: &AppSettings) -> Verdict {
    Bundle::decide(&look.served, settings, look.at)
}

/// Whether the address without TLS leads to the one with it.
async fn plain(door: &Door, address: &Url, requests: &Requests) -> Plain {
    let unseen = |why: &str| Plain::Unseen { why: Foreign::new(why) };
    let Some(number) = requests.begins(address, FileKind::Plain).await else { return unseen("nobody heard of the request") };
    // Its text is not wanted: where it leads is in its head.
    let call = ReadCall::follow(System::Site, address).as_answered().at(address.clone()).found();
    match door.read(call).await {
        Err(gap) => unseen(gap.says.as_str()),
        Ok(reply) => {
            let status = reply.status.as_u16();
            let to = reply.header("location").and_then(|it| address.join(it).ok()).filter(|_| reply.status.is_redirection());
            requests.answered(number, status, to.as_ref());
            let bare = |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
            match to {
                Some(to) if to.scheme() == "https" && bare(&to) == bare(address) => Plain::LeadsToTls,
                Some(to) if bare(&to) != bare(address) => {
                    Plain::LeadsAway { to: Foreign::new(to.host_str().unwrap_or_default()) }
                }
                _ => Plain::Serves { status },
            }
        }
    }
}

/// The gap of a first page that was not seen, with a step that a person can take who has no app yet.
fn stepped(gap: Gap, address: &Url) -> Gap {
    let host = address.host_str().unwrap_or_default();
    let step = match gap.kind {
        GapKind::Ambiguous => "Look at that address instead, if it is the app's".to_owned(),
        GapKind::NoPermission => {
            "Ask for an address that visitors can open, or for the code: `rescue scan PATH` reads the build's output".to_owned()
        }
        GapKind::NotConfigured | GapKind::UnexpectedAnswer => "Check the address with a browser".to_owned(),
        GapKind::Unreachable if gap.says.as_str().contains("private address") => {
            "A look is at what strangers reach; for a site of your own network: `rescue scan --site URL`".to_owned()
        }
        GapKind::Unreachable if gap.says.as_str().contains("certificate") => {
            "Visitors are warned of it by their browsers: tell the owner, and look again when it is mended".to_owned()
        }
        GapKind::Unreachable if address.scheme() == "https" && !gap.says.as_str().contains("name is not known") => {
            format!("Check the address with a browser; if it has no https, give http://{host}")
        }
        GapKind::Unreachable => "Check the spelling of the address, and the network".to_owned(),
        GapKind::Incomplete => "Give the address of a smaller page of the same app".to_owned(),
        GapKind::RateLimited => "Look again later: the site asked not to be asked".to_owned(),
        GapKind::VendorFault => "The site is faulty now: look again later, and tell the owner".to_owned(),
        _ => return gap,
    };
    gap.needs(step)
}
