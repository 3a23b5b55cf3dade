//! What the deployed site serves to anybody, for several probes: one walk over it, shared by the run. It decides nothing.

use super::part::Part;
use super::{Sight, pages, words};
use crate::domain::{Gap, System};
use crate::scan::{self, SiteOptions, SiteReport};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the walk over the site saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    pub site: SiteReport,
    /// How many pages the repository names, which a site of Next.js' app router must be asked for.
    pub pages: Part<usize>,
}

/// What the app's address serves.
///
/// # Errors
/// No address is named, or not even the first page could be seen.
pub async fn served(sight: &Sight) -> Result<Arc<Served>, Gap> {
    let Some(address) = &sight.settings.url else {
        return Err(words::unconnected(System::Site, &sight.settings, "--url URL"));
    };
    let walk = async {
        let projects = sight.settings.supabase.iter().chain(&sight.settings.staging).cloned();
        let mut options = SiteOptions::new(sight.now).projects(projects);
        options.conduct.reach = sight.reach;
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
        Ok(Served { site, pages })
    };
    sight.once.get("served", Box::pin(walk)).await
}
