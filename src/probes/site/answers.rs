//! The home page of the deployed site comes when a visitor asks for it (CHECKLIST OBS-03; dossier http.md §0, §1). One page is
//! asked for, as a visitor's browser does; what can be the fault of this network is never a fail.
//!
//! What is met | says
//! ---|---
//! 200 to 299 with a page | pass, with the page's own title: whose page it is, is for a reader to see
//! 200 to 299 with something else, or with nothing | undecided: `unexpected_answer`
//! 500 to 599, each of three times | **fail**: over https only the far end can say that
//! the same with Cloudflare's challenge | undecided: `no_permission`; people may be served
//! 404, 410 or another 4xx with the platform's word that nothing is deployed (`x-vercel-error`) | **fail**
//! 404 or 410 without it | undecided: `ambiguous`; it may be the wrong address
//! 401, 403, a wall before the site | undecided: `no_permission`
//! 429 | undecided: `rate_limited`
//! any other status | undecided: `unexpected_answer`
//! a redirect to a host that is not the app's, redirects in circles | undecided: `ambiguous`, `unexpected_answer`
//! no address belongs to the name, while a vendor's name has one | **fail**
//! the same while no name is known here, or a look-up that failed for now | undecided: `unreachable`
//! a certificate that has expired | **fail**; one that is not trusted here, not yet valid, of another name | undecided: a company's proxy or a hotel's network shows such ones
//! refused, reset, no route, no answer in time | undecided: `unreachable`, `timed_out`

use crate::domain::checklist::Effort;
use crate::domain::{
    AppSettings, Consent, Finding, Foreign, Gap, GapKind, Outcome, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::words::unconnected;
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::scan::{self, Home, MOST_HOME_REDIRECTS, MetAtHome as Met};
use chrono::{DateTime, Utc};

/// See the module.
pub struct Answers;

impl Probe for Answers {
    type Seen = Home;
    const META: Meta = Meta {
        id: "site.answers",
        system: System::Site,
        asks: "Does the home page come when a visitor asks for it?",
        needs: &["The address of production, open to visitors"],
        cost: &[(System::Site, 1 + MOST_HOME_REDIRECTS)],
        // What every visitor's browser fetches first.
        consent: Consent::Passive,
        // That it answers now says nothing of who watches it at night.
        kind: ProbeKind::Sign,
        // A deployment, a restart and a blink of the network are over after ten minutes; an outage is not.
        confirm: 2,
        revision: 1,
        stage: Stage::Stable,
        // Three tries of ten seconds, and what is between them.
        seconds: 45,
        docs: "apis/http.md §0 and §1",
    };

    async fn observe(sight: &Sight) -> Result<Home, Gap> {
        let Some(address) = &sight.settings.url else {
            return Err(unconnected(System::Site, &sight.settings, "--url URL"));
        };
        let further = sight.settings.asset_hosts.iter().map(|host| host.as_str().to_owned()).collect();
        scan::home_page(&sight.door, address, &further).await
    }

    fn decide(seen: &Home, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        judged(seen, settings)
    }

    fn remedy(seen: &Home, settings: &AppSettings) -> Remedy {
        if judged(seen, settings).outcome != Outcome::Fail {
            return Remedy::default();
        }
        let steps: &[&str] = match &seen.met {
            Met::NoSuchName { .. } => &[
                "Look at the registrar whether the domain is paid for and its name servers are the ones that hold its records",
                "Set the record of the host again as the hosting asks for it, and wait until a public resolver knows it",
            ],
            Met::CertificateExpired { .. } => &[
                "Look at the hosting why the certificate was not renewed: most often a record of the domain was changed",
                "Renew it, and see with a browser that the page opens without a warning",
            ],
            Met::Answer { platform: Some(_), .. } => &[
                "Look at the hosting whether the deployment was deleted, paused or taken off this domain",
                "Promote the last good deployment, and see that the home page opens",
            ],
            Met::OwnFault { .. } => &[
                "Read the newest errors in the hosting's log, from the minute in which the first look failed",
                "Roll back to the last good deployment if a deployment came just before; mend the cause after that",
            ],
            Met::Answer { .. } | Met::Elsewhere { .. } | Met::Circles => return Remedy::default(),
        };
        Remedy { steps: steps.iter().map(Foreign::new).collect(), effort: Effort::S }
    }
}

const CHECK: &str = "Open the address with a browser, and give the app's own with `rescue app edit";

fn judged(seen: &Home, settings: &AppSettings) -> Verdict {
    let address = &seen.address;
    let step = || format!("{CHECK} {} --url URL`", settings.name);
    let undecided = |kind, says: String, step: String| Verdict::undecided(Gap::new(kind, System::Site, says).needs(step));
    let stranger = || "Ask for an address that visitors can open, or look from a place that is let in".to_owned();
    match &seen.met {
        Met::Answer { at, status, is_page, title, wall, platform, sign_in } => match (status, platform, wall) {
            (_, _, Some(wall)) => undecided(GapKind::NoPermission, format!("{at} was not seen: {wall}"), stranger()),
            (400..500, Some(word), _) => {
                let says = format!("{at} answers with status {status}: the platform says {word}");
                fail("site.not-deployed", at, says, "Look at the hosting what became of the deployment")
            }
            (200..300, ..) if *is_page => {
                let title = title.as_ref().map(|it| format!(" \u{201c}{it}\u{201d}")).unwrap_or_default();
                let what = if *sign_in { "the sign-in page" } else { "a page" };
                Verdict::pass(format!("{at} answers with {what}{title}"))
            }
            (200..300, ..) => undecided(GapKind::UnexpectedAnswer, format!("what {at} answers with is no page"), step()),
            (404 | 410, ..) => undecided(
                GapKind::Ambiguous,
                format!("there is no page at {at} (status {status}): it may be the wrong one"),
                step(),
            ),
            _ => undecided(GapKind::UnexpectedAnswer, format!("{at} answers with status {status}"), step()),
        },
        Met::OwnFault { challenged: true, .. } => {
            undecided(GapKind::NoPermission, format!("{address} asks visitors to prove that they are people"), stranger())
        }
        Met::OwnFault { status, .. } => {
            let says = format!("{address} answers visitors with status {status}, a fault of its server");
            fail("site.down", address, says, "Read the newest errors in the hosting's log, or roll back")
        }
        Met::Elsewhere { host, sign_in } => {
            let what = if *sign_in { "a sign-in at another host" } else { "another host" };
            undecided(GapKind::Ambiguous, format!("{address} leads to {what}, {host}: nothing of the app was seen"), step())
        }
        Met::Circles => undecided(GapKind::UnexpectedAnswer, format!("{address} redirects on and on"), step()),
        Met::NoSuchName { host } => {
            let says = format!("no address belongs to the name {host}, so that no visitor gets to the site");
            fail(
                "site.name-unknown",
                host,
                says,
                "Look at the registrar whether the domain is paid for and its records are there",
            )
        }
        Met::CertificateExpired { host } => {
            let says = format!("the certificate of {host} has expired: browsers warn visitors away");
            fail("site.certificate-expired", host, says, "Renew the certificate at the hosting")
        }
    }
}

fn fail(rule: &str, resource: &Foreign, says: String, fix: &str) -> Verdict {
    let finding = Finding::new(rule, resource, Severity::High, &says, fix);
    Verdict::fail(says, vec![finding])
}

#[cfg(test)]
mod tests;
