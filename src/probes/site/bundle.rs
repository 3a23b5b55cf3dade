//! No privileged key stands in the scripts, pages and source maps that production serves (dossier http.md §5, secrets.md
//! §7). Nothing found is clean only when every page and every script was read; no value is kept or shown.

mod judge;
mod pages;
#[cfg(test)]
mod tests;

use crate::domain::{AppSettings, Consent, Gap, ProbeKind, Remedy, System, Verdict};
use crate::probes::part::Part;
use crate::probes::{Meta, Probe, Sight, Stage, words};
use crate::scan::{self, SiteOptions, SiteReport};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct Bundle;

/// What the walk over the site saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub site: SiteReport,
    /// How many pages the repository names, which a site of Next.js' app router must be asked for.
    pub pages: Part<usize>,
}

impl Probe for Bundle {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "site.bundle",
        system: System::Site,
        asks: "Is the JavaScript served in production free of privileged keys?",
        needs: &["The address of production, open to visitors", "The repository's file names, for a site of Next.js"],
        cost: &[(System::Site, 1_500), (System::Github, 2)],
        // Pages, scripts and maps: what every visitor's browser fetches, or its developer tools do.
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        // A key that was read was read: no fault of a network puts one into a script.
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 240,
        docs: "apis/http.md §5 and §6, apis/secrets.md §7",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let Some(address) = &sight.settings.url else {
            return Err(words::unconnected(System::Site, &sight.settings, "--url URL"));
        };
        let projects = sight.settings.supabase.iter().chain(&sight.settings.staging).cloned();
        let mut options = SiteOptions::new(sight.now).projects(projects);
        for host in &sight.settings.asset_hosts {
            options = options.host(host.as_str());
        }
        let pages = match pages::of_repository(sight).await {
            Ok(routes) => {
                let count = routes.iter().count();
                options = options.routes(routes);
                Part::Seen(count)
            }
            Err(gap) => Part::Hidden(gap),
        };
        let site = scan::scan_site(&sight.door, address, &sight.scan_key, &options).await;
        let site = site.map_err(|mut gap| {
            gap.needs = gap.needs.map(|it| it.as_str().replace("NAME", sight.settings.name.as_str()).into());
            gap
        })?;
        Ok(Seen { site, pages })
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        judge::verdict(seen)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        judge::remedy(seen)
    }
}
