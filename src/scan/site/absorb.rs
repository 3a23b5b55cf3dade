//! What each answer means for the walk: what it names goes on to be asked for, and what is missing is said. It asks nobody.

use super::hosts::is_sign_in;
use super::queue::{Job, Role};
use super::report::ExposedMap;
use super::visit::{Missed, ScriptSeen, Seen, What};
use super::walk::{Shell, Walk};
use crate::domain::{Foreign, GapKind};
use url::Url;

impl Walk<'_> {
    /// Takes in the answer to one job.
    pub(super) fn absorb(&mut self, job: &Job, result: Result<Seen, Missed>) {
        match result {
            Ok(seen) => self.seen(job, seen),
            Err(missed) => self.missed(job, &missed),
        }
    }

    fn seen(&mut self, job: &Job, seen: Seen) {
        let shown = self.hosts.shown(&seen.address);
        self.all.bytes += seen.bytes;
        if seen.found.cut {
            self.all.unseen(shown.clone(), "holds too much that looks like a credential");
        }
        self.all.leaks(seen.found.leaks);
        for service in seen.found.services {
            self.all.services.entry(service).or_insert_with(|| Foreign::new(&shown));
        }
        for project in seen.found.projects {
            self.all.project(project, &shown);
        }
        match (seen.what, job.role) {
            (What::Page(page), role) => {
                if role == Role::Fallback {
                    let same = self.facts.start.as_ref().is_some_and(|start| start.is(&Shell::of(&page)));
                    self.facts.single_page = same && seen.status < 300;
                    if self.facts.single_page {
                        self.queue.drop_links();
                    }
                } else {
                    self.page_seen(job, seen.status, &seen.address, page.wall, &shown);
                }
                self.take_page(&page, &seen.address, role);
            }
            (What::Script(script), role) => {
                let counts = role == Role::Script
                    || (!self.facts.sure.contains(&job.address) && self.facts.lucky.insert(job.address.clone()));
                if counts {
                    self.all.scripts.total += 1;
                    self.all.scripts.seen += 1;
                }
                self.script_seen(*script, job, &seen.address, &shown);
            }
            (What::Map { sources, own }, _) => {
                if sources > 0 {
                    self.all.maps.push(ExposedMap { path: Foreign::new(shown), sources, own });
                }
            }
            (What::Pages(addresses), _) => {
                for address in addresses {
                    self.page(&address, &seen.address, Role::Link(2));
                }
            }
            (What::Text, _) => {}
            (What::Other(why), role) => self.other(role, seen.status, why, job),
        }
    }

    fn page_seen(&mut self, job: &Job, status: u16, at: &Url, wall: Option<&str>, shown: &str) {
        self.all.pages.total += 1;
        self.all.pages.seen += 1;
        let asked = self.hosts.shown(&job.address);
        let signs_in = is_sign_in(at) && !is_sign_in(&job.address) && *at != job.address;
        match (status, job.role) {
            (401 | 403, _) => self.all.unseen(asked, wall.unwrap_or("it refuses strangers")),
            (400.., Role::Route) => self.all.unseen(asked, format!("a page of the repository that answers {status}")),
            (400.., _) => self.all.absent(asked, format!("a link to a page that answers {status}")),
            _ if signs_in => {
                self.all.unseen(asked, format!("leads to a sign-in ({shown}), so the scripts behind it were not seen"));
            }
            _ => {
                if let Some(route) = self.route_of(at) {
                    *self.facts.reached.entry(route).or_default() += 1;
                }
            }
        }
    }

    fn script_seen(&mut self, script: ScriptSeen, job: &Job, at: &Url, shown: &str) {
        for named in script.named {
            self.script(named.address, named.sure, job.depth + 1);
        }
        if script.more > 0 {
            self.all.more_unseen(script.more, "a script names too many others");
        }
        self.facts.ids.extend(script.ids);
        if self.facts.ids.len() > 50_000 {
            self.facts.ids.clear();
            self.all.unseen(shown, "calls more chunks than any app has");
        }
        if let Some(naming) = script.naming {
            // A site has one runtime, or some; not hundreds.
            if self.facts.namings.len() < 50 {
                self.facts.namings.push((naming, at.clone()));
            } else {
                self.all.unseen(shown, "one runtime of webpack too many");
            }
        }
        for page in script.pages {
            let base = self.base.clone();
            self.page(page.trim_start_matches('/'), &base, Role::Link(2));
        }
        self.facts.manifest |= at.path().ends_with("/_buildManifest.js");
        if let Some((sources, own)) = script.map_inside {
            if sources > 0 {
                self.all.maps.push(ExposedMap { path: Foreign::new(shown), sources, own });
            }
            return;
        }
        // What is beside it, whatever it says: hidden maps are named nowhere.
        let beside = at.join(&format!("{}.map", at.path().rsplit('/').next().unwrap_or_default())).ok();
        let named = script.map.and_then(|it| at.join(&it).ok());
        let same = named == beside;
        let tried = beside.filter(|it| !same && self.hosts.is_ours(it) && self.may_go_beyond(it));
        for (address, role) in [(named, Role::Map), (tried, Role::TriedMap)] {
            let Some(address) = address.filter(|it| self.hosts.is_ours(it)) else { continue };
            if self.queue.is_new(&address, role) {
                self.queue.push(Job { address, role, depth: job.depth });
            }
        }
    }

    /// An answer that is not what was asked for.
    fn other(&mut self, role: Role, status: u16, why: &'static str, job: &Job) {
        let shown = self.hosts.shown(&job.address);
        match role {
            Role::Script => {
                self.all.scripts.total += 1;
                let why = match status {
                    401 | 403 => format!("refuses strangers (status {status})"),
                    200..300 => why.to_owned(),
                    _ => format!("is named, and answers {status}"),
                };
                self.all.unseen(shown, why);
            }
            Role::Route => {
                self.all.pages.total += 1;
                self.all.unseen(shown, format!("a page of the repository that {why}"));
            }
            // A file that a visitor cannot get gives nothing away; a name that only looked like one was none.
            _ => {}
        }
    }

    fn missed(&mut self, job: &Job, missed: &Missed) {
        let shown = self.hosts.shown(&job.address);
        let why = match missed {
            Missed::Gap(gap) => {
                if gap.kind == GapKind::RateLimited {
                    self.halted = Some("the site asked us to stop".to_owned());
                }
                gap.says.as_str().to_owned()
            }
            Missed::Elsewhere(to) if is_sign_in(to) => format!("leads to a sign-in at {}", to.host_str().unwrap_or("?")),
            Missed::Elsewhere(to) => format!("leads to another host, {}", to.host_str().unwrap_or("?")),
            Missed::Lost => "redirects on and on".to_owned(),
            Missed::NotPermitted(to) => {
                format!("leads to {}, which the permission does not name", to.host_str().unwrap_or("?"))
            }
            Missed::Unheard => {
                let why = "nobody heard of the request before it was sent".to_owned();
                self.halted = Some(why.clone());
                why
            }
            Missed::PastRequests => {
                let why = format!("past the limit of {} requests", self.limits.requests);
                self.halted = Some(why.clone());
                why
            }
        };
        let away = matches!(missed, Missed::Elsewhere(to) if !is_sign_in(to)) || matches!(missed, Missed::Lost);
        match job.role {
            _ if matches!(missed, Missed::NotPermitted(_)) => self.all.unseen(shown, why),
            Role::Link(_) if away => self.all.absent(shown, why),
            Role::Start | Role::Route | Role::Link(_) => {
                self.all.pages.total += 1;
                self.all.unseen(shown, why);
            }
            Role::Script => {
                self.all.scripts.total += 1;
                self.all.unseen(shown, why);
            }
            Role::Guess | Role::Map | Role::TriedMap | Role::Data if !away => self.all.unseen(shown, why),
            Role::Guess | Role::Map | Role::TriedMap | Role::Data | Role::Fallback | Role::Sitemap | Role::Manifest => {}
        }
    }
}
