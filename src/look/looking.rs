//! Does what the plan says: walks the site as a visitor, asks once without TLS, and with a permission for what should not be
//! there. It judges nothing; what was seen until it was stopped is kept.

use super::exposed::Asking;
use super::model::{Look, Plain, ServiceSeen};
use super::over::{BEFORE, End};
use super::plain::plain;
use super::plan::{LONGEST, Plan};
use crate::clock::SharedClock;
use crate::domain::{AppSettings, Foreign, Gap, GapKind, System, Verdict};
use crate::net::Door;
use crate::probes::served::Served;
use crate::probes::site::bundle::Bundle;
use crate::probes::{Part, Probe as _};
use crate::repo::project::systems::KNOWN;
use crate::scan::{self, Conduct, Reach, Requests, ScanKey, SiteOptions, Visit};
use tokio::time::Instant;
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
    let (began, end) = (clock.now(), End { at: Instant::now() + LONGEST, stop: stop.clone() });
    let permission = plan.wanted.permission.as_ref();
    let conduct = Conduct {
        reach: if permission.is_some() { Reach::App } else { Reach::Visitor },
        own_hosts_only: true,
        permitted: plan.permitted(),
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
    let mut ended = None;
    let unencrypted = match plan.plain() {
        Some(address) => end.unless_over(plain(door, plan, &address, requests)).await.unwrap_or_else(|over| {
            ended = Some(over);
            Plain::Unseen { why: BEFORE.into() }
        }),
        None => Plain::Unseen { why: "it has no usual port without TLS to ask at".into() },
    };
    let outside = match permission {
        Some(permission) => {
            let (outside, over) = Asking { door, plan, permission, requests, end: &end }.all(&page).await;
            ended = ended.or(over);
            Some(outside)
        }
        None => None,
    };
    let halted = halted.or_else(|| ended.map(super::over::Over::why));
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
