//! Takes on an app at whose site somebody looked before: what this installation saw then becomes the app's first run, at its
//! own moment, and what it proposes is said. A look at something else, or a file that was changed, becomes no fact.

use super::Desk;
use crate::domain::app::Authorisation;
use crate::domain::{AppSettings, Consent, Digest, Foreign, OutcomeFact, System};
use crate::look::{self, Kept, Look, keep};
use crate::probes::Probe as _;
use crate::probes::site::bundle::Bundle;
use crate::scan::ScanKey;
use crate::store::EarlierLook;
use crate::trouble::Trouble;
use std::path::Path;
use url::Url;

impl Desk {
    /// Takes on an app as [`Desk::add_app`] does, with the look in `file`, or else the newest one that is kept of its address.
    /// Gives back what a person should know of it.
    ///
    /// # Errors
    /// As [`Desk::add_app`]; a file that is no look, or one of another address.
    pub fn add_app_after_look(
        &self,
        settings: &AppSettings,
        checklist: Option<&str>,
        file: Option<&Path>,
    ) -> Result<Vec<String>, Trouble> {
        let key = ScanKey::new(self.store.scan_key()?);
        let kept = match (file, &settings.url) {
            (Some(file), _) => Some(self.read_look(file)?),
            (None, Some(url)) => keep::newest(&self.paths, url, Some(&key)),
            (None, None) => None,
        };
        let Some(kept) = kept else {
            self.add_app(settings, checklist)?;
            return Ok(Vec::new());
        };
        let seen = kept.look.at.format("%-d %B %Y, %H:%M");
        let mut remarks = Vec::new();
        match self.fits(&kept, settings) {
            Ok(()) => {
                let outcome = self.outcome(&kept.look, settings)?;
                remarks.push(format!("the look of {seen} UTC is its first run: {}", outcome.verdict.says));
                remarks.extend(beside(&kept.look));
                let (text, made) = self.checklist(checklist.unwrap_or(crate::checklist::embedded_name()))?;
                let earlier = EarlierLook {
                    began: kept.look.began,
                    at: kept.look.at,
                    outcome,
                    observation: serde_json::to_value(&kept.look.served)
                        .map_err(|error| Trouble::failed("the look could not be written down").why(error))?,
                    authorisation: kept.look.permission.as_ref().map(authorisation),
                };
                self.store.create_app_after(settings, &text, &made.version, self.author(), Some(earlier))?;
                // It is in the database now; what stays is a file that `app remove` would have to find.
                if kept.path.starts_with(self.paths.looks()) {
                    let _ = std::fs::remove_file(&kept.path);
                }
            }
            Err(why) if file.is_some() && !settings.url.as_ref().is_some_and(|url| keep::is_of(&kept.look, url)) => {
                return Err(Trouble::usage(format!("the look cannot be taken over: {why}"))
                    .next("Give the look of this address, or leave out --look"));
            }
            Err(why) => {
                self.add_app(settings, checklist)?;
                remarks.push(format!("the look of {seen} UTC becomes no run of it: {why}"));
            }
        }
        remarks.extend(proposed(&kept.look, settings));
        Ok(remarks)
    }

    /// The look in a file.
    ///
    /// # Errors
    /// It is none.
    pub fn read_look(&self, file: &Path) -> Result<Kept, Trouble> {
        let key = ScanKey::new(self.store.scan_key()?);
        keep::read(file, Some(&key))
            .map_err(|problem| Trouble::usage(problem.to_string()).next("Give a file that `rescue look --json --out FILE` wrote"))
    }

    /// Takes away what is kept of a client's site.
    pub(super) fn forget_looks(&self, address: Option<&Url>) -> Result<(), Trouble> {
        let Some(address) = address else { return Ok(()) };
        keep::forget(&self.paths, address).map(drop).map_err(|error| {
            Trouble::failed("what was kept of looks at the app could not be deleted")
                .why(error)
                .next(format!("Delete what is of it in {}", self.paths.looks().display()))
        })
    }

    /// Whether what was seen can be a fact of this app; else why not.
    fn fits(&self, kept: &Kept, settings: &AppSettings) -> Result<(), String> {
        let look = &kept.look;
        let Some(url) = &settings.url else { return Err("the app has no address".to_owned()) };
        let hosts: std::collections::BTreeSet<&str> = settings.asset_hosts.iter().map(crate::domain::AssetHost::as_str).collect();
        if !keep::is_of(look, url) {
            Err(format!("it is of {}, and the app's address is {url}", look.address))
        } else if hosts != look.asset_hosts.iter().map(String::as_str).collect() {
            Err("it asked other asset hosts than the app names".to_owned())
        } else if !kept.is_ours {
            Err("its file was changed, or was made by another installation".to_owned())
        } else if look.at > self.clock.now() {
            Err("it is later than now: the clock of this machine was or is wrong".to_owned())
        } else {
            Ok(())
        }
    }

    fn outcome(&self, look: &Look, settings: &AppSettings) -> Result<OutcomeFact, Trouble> {
        let probe = Bundle::META.id.parse().map_err(|_| Trouble::failed("the probe of the site has no name"))?;
        Ok(OutcomeFact {
            run: self.store.new_run_id()?,
            probe,
            revision: Bundle::META.revision,
            subject: settings.subject(System::Site).unwrap_or_default(),
            settings: Digest::of(&serde_json::to_string(settings).unwrap_or_default()),
            observation: None, // the store names it by what it keeps
            verdict: look::judged(look, settings),
            ms: u64::try_from((look.at - look.began).num_milliseconds()).unwrap_or(0),
            requests: u32::try_from(look.asked.len()).unwrap_or(u32::MAX),
        })
    }
}

/// What a look proposes that the settings do not say, with the command that would set it.
fn proposed(look: &Look, settings: &AppSettings) -> Option<String> {
    let mut discovery = look::proposals(look);
    discovery.proposals.retain(|it| !super::discovery::is_known(settings, it));
    let flags = look::edit(&discovery);
    (!flags.is_empty()).then(|| format!("it proposes: `rescue app edit {} {}`", settings.name, flags.join(" ")))
}

/// What a look saw that somebody can use today and that is in no probe's answer: it must not get lost with the look.
fn beside(look: &Look) -> Option<String> {
    let is_beside = |it: &look::Point| it.weight == look::Weight::Emergency && !it.key.starts_with("site.");
    let says: Vec<String> =
        look::points(look).iter().filter(|it| is_beside(it)).map(|it| Foreign::new(&it.says).cut(200)).collect();
    (!says.is_empty()).then(|| format!("it also saw what no probe keeps: {}; deal with it today", says.join("; ")))
}

/// The permission as the fact that the app keeps.
#[must_use]
pub fn authorisation(permission: &look::Permission) -> Authorisation {
    let by = match &permission.proof {
        Some(proof) => Foreign::new(format!("{} ({proof})", permission.by)),
        None => permission.by.clone(),
    };
    Authorisation { consent: Consent::OutsideIn, by, hosts: permission.hosts.clone(), until: permission.until }
}
