//! No privileged key stands in the scripts, pages and source maps that production serves (dossier http.md §5, secrets.md
//! §7). Nothing found is clean only when every page and every script was read; no value is kept or shown.

mod judge;
#[cfg(test)]
mod tests;

use crate::domain::{AppSettings, Consent, Gap, ProbeKind, Remedy, System, Verdict};
pub use crate::probes::served::Served as Seen;
use crate::probes::{Meta, Probe, Sight, Stage, served};
use chrono::{DateTime, Utc};

pub(in crate::probes) use judge::{place, unseen};

/// See the module.
pub struct Bundle;

impl Probe for Bundle {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "site.bundle",
        system: System::Site,
        asks: "Is the JavaScript served in production free of privileged keys?",
        needs: &["The address of production, open to visitors", "The repository's file names, for a site of Next.js"],
        cost: &[(System::Site, 1_500), (System::Github, 2)],
        // Pages, scripts and maps, read as a visitor's browser and its developer tools read them; and, for a person who is
        // engaged for this app, what the dossier's seeds add that no page may name: a path that nobody has, the service
        // worker, the sitemap, maps beside their scripts. Whoever only visits (`Sight::reach`) leaves these out, unseen.
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        // A key that was read was read: no fault of a network puts one into a script.
        confirm: 1,
        revision: 2,
        stage: Stage::Stable,
        seconds: 240,
        docs: "apis/http.md §5 and §6, apis/secrets.md §7",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        served::served(sight).await.map(|it| it.as_ref().clone())
    }

    fn decide(seen: &Seen, _settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        judge::verdict(seen, now)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        judge::remedy(seen)
    }
}
