//! Users who meet an error see an explanation, and no reply of the server holds a stack trace (dossier repo-signals.md §7).
//! What the pages say is for a person.

mod frameworks;

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, GapKind, Note, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge, of};
use crate::probes::places::{self, is_entry, is_served_as_is};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::Directive;
use crate::repo::code::failures::Tells;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct ErrorPages;

/// Which pages for errors there are, and what replies tell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub kind: Kind,
    /// Pages that the framework shows for errors.
    pub pages: Vec<Foreign>,
    /// Those that it would look for, and that are not there.
    pub missing: Vec<Foreign>,
    /// Why a page that was not found may be there all the same.
    #[serde(default)]
    pub hidden: Vec<Foreign>,
    /// Pages of a framework's own that users see instead of the app's, where that is no defect by itself.
    #[serde(default)]
    pub defaults: Vec<Spot>,
    /// A `global-error` without a page of its own: what it shows is blank.
    pub bare: Vec<Spot>,
    /// Boundaries that catch what rendering throws.
    pub boundaries: Vec<Spot>,
    /// Handlers of callers that were read.
    pub entries: usize,
    /// Replies with a stack trace, and with the words of an error.
    pub stacks: Vec<Spot>,
    pub messages: Vec<Spot>,
}

/// What shows pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NextApp,
    NextPages,
    /// A build for browsers with a router of its own.
    Browser,
    Nuxt,
    SvelteKit,
    /// Remix, and React Router with its modules of routes.
    Remix,
    Astro,
    ExpoRouter,
    /// A framework whose pages were not looked for.
    Other,
    #[default]
    None,
}

impl Probe for ErrorPages {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.error-pages",
        system: System::Repo,
        asks: "Are there pages for errors, and does no reply hold a stack trace?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §7",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let unread = seen.ground.gap("replies with a stack trace").or_else(|| hidden(seen));
        let findings = findings(seen);
        let told = of(seen.messages.len(), seen.entries, "entries tell callers the words of an error");
        if !findings.is_empty() {
            let missing: Vec<&str> = seen.missing.iter().map(Foreign::as_str).collect();
            let says = if missing.is_empty() {
                format!("{} hold a stack trace or show a blank page", seen.stacks.len() + seen.bare.len())
            } else {
                format!("there is no {}; {told}", missing.join(", no "))
            };
            return Verdict::fail(says, findings).unseen(unread).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        if seen.ground.code_files == 0 {
            return Ground::no_code(settings);
        }
        let pages = match seen.kind {
            Kind::NextApp => "the pages for errors are there".to_owned(),
            Kind::NextPages if seen.pages.is_empty() => "Next.js shows its own bare pages for errors".to_owned(),
            Kind::NextPages => format!("{} for errors are there", of_pages(seen.pages.len())),
            Kind::Browser if seen.boundaries.is_empty() => {
                "no boundary catches what rendering throws: the page turns blank".to_owned()
            }
            Kind::Browser => "a boundary catches what rendering throws".to_owned(),
            Kind::Nuxt | Kind::SvelteKit | Kind::Remix | Kind::Astro | Kind::ExpoRouter => {
                format!("{} for errors are there", of_pages(seen.pages.len()))
            }
            Kind::Other => "the framework's own pages for errors were not looked for".to_owned(),
            Kind::None if seen.entries == 0 => {
                let says = format!("none of {} files of code shows a page or answers a caller", seen.ground.code_files);
                return Verdict::not_applicable(says);
            }
            Kind::None => "the repository shows no pages".to_owned(),
        };
        let step = "Ask for a page that is not there and for a route with broken input, and read what comes back";
        Verdict::undecided(judge(format!("{pages}; {told}"), step)).with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = Vec::new();
        if !seen.missing.is_empty() {
            let missing: Vec<&str> = seen.missing.iter().map(Foreign::as_str).collect();
            steps.push(format!("Add {}, with an explanation and a way back", missing.join(", ")).into());
        }
        if let Some(it) = seen.bare.first() {
            steps.push(format!("Render `<html>` and `<body>` in {}: it replaces the whole page", it.path).into());
        }
        if let Some(it) = seen.stacks.first() {
            steps.push(format!("Answer with a code and an id in {}; the stack trace goes to the log", it.path).into());
        }
        Remedy { steps, effort: Effort::S }
    }
}

fn of_pages(count: usize) -> String {
    if count == 1 { "1 page".to_owned() } else { format!("{count} pages") }
}

fn hidden(seen: &Seen) -> Option<Gap> {
    let first = seen.hidden.first()?;
    Some(
        Gap::new(GapKind::Incomplete, System::Repo, first).needs("Ask the app for a page that is not there, and see who answers"),
    )
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Add the page, with an explanation and a way back";
    let missing = seen.missing.iter();
    let mut all: Vec<Finding> =
        missing.map(|it| Finding::new("repo.no-error-page", it, Severity::Medium, format!("there is no {it}"), fix)).collect();
    let fix = "Render `<html>` and `<body>` there: it replaces the whole page";
    all.extend(places::findings(&seen.ground, "repo.bare-global-error", Severity::Low, &seen.bare, fix));
    let fix = "Answer with a code and an id; write the stack trace to the log";
    all.extend(places::findings(&seen.ground, "repo.stack-in-reply", Severity::High, &seen.stacks, fix));
    all
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = places::evidence(&seen.ground, "repo.message-in-reply", &seen.messages);
    notes.extend(places::evidence(&seen.ground, "repo.error-boundary", &seen.boundaries));
    notes.extend(places::evidence(&seen.ground, "repo.error-page-default", &seen.defaults));
    notes
}

/// A page by the name that a framework looks for, in any app of the repository.
fn page<'s>(survey: &'s Survey, folder: &str, stem: &str) -> Option<&'s String> {
    survey.paths.iter().find(|path| {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_code = [".tsx", ".jsx", ".ts", ".js"].iter().any(|end| name.strip_suffix(end) == Some(stem));
        is_code && format!("/{folders}/").contains(folder)
    })
}

/// Frameworks that show pages in ways of their own, which are not looked for.
const OTHERS: [&str; 5] = ["@tanstack/react-start", "@solidjs/start", "gatsby", "@angular/core", "expo"];

fn seen(survey: &Survey) -> Seen {
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    seen.kind = if survey.needs(&["next"]) {
        let has_app = page(survey, "/app/", "page").is_some() || page(survey, "/app/", "layout").is_some();
        if has_app { Kind::NextApp } else { Kind::NextPages }
    } else if let Some(kind) = frameworks::kinds(survey).into_iter().next() {
        kind
    } else if survey.needs(&OTHERS) {
        Kind::Other
    } else if survey.needs(&["vite", "react-scripts", "parcel", "@vue/cli-service"]) {
        Kind::Browser
    } else {
        Kind::None
    };
    let wanted: &[(&str, &str)] = match seen.kind {
        Kind::NextApp => &[("/app/", "error"), ("/app/", "global-error"), ("/app/", "not-found")],
        Kind::NextPages => &[("/pages/", "_error"), ("/pages/", "404"), ("/pages/", "500")],
        _ => &[],
    };
    for (folder, stem) in wanted {
        match page(survey, folder, stem) {
            Some(path) => seen.pages.push(Foreign::new(path)),
            None if seen.kind == Kind::NextApp => seen.missing.push(format!("{}{stem}", folder.trim_start_matches('/')).into()),
            None => {}
        }
    }
    frameworks::look(survey, &mut seen);
    // A name that is not in a list which was cut short may be in the rest of it.
    let part = Ground::of(survey, |_| false).gap("pages for errors");
    if let Some(gap) = part.filter(|_| !seen.missing.is_empty()) {
        seen.hidden.insert(0, gap.says);
        seen.missing.clear();
    }
    for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path)) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        // A page of its own may stand in a component that it imports.
        let is_alone = !file.imports.iter().any(|it| it.from.starts_with('.') || it.from.starts_with("@/"));
        if seen.kind == Kind::NextApp && name.starts_with("global-error.") && !file.effects.pages.html && is_alone {
            seen.bare.push(Spot::new(&file.path, 1, "it renders no `<html>` of its own, and shows a blank page"));
        }
        let boundary = file.effects.pages.boundaries.first();
        seen.boundaries.extend(boundary.map(|line| Spot::new(&file.path, *line, "what rendering throws is caught here")));
        if !is_entry(file) {
            continue;
        }
        seen.entries += 1;
        let is_action = file.directive == Some(Directive::UseServer);
        let told = file.failures.catches.iter().filter_map(|it| {
            let tells = if is_action { it.replies.max(it.returns) } else { it.replies };
            tells.map(|tells| (it.line, tells))
        });
        let (mut stack, mut message) = (None, None);
        for (line, tells) in told {
            match tells {
                Tells::Stack => stack = stack.or(Some(line)),
                Tells::Message => message = message.or(Some(line)),
            }
        }
        seen.stacks.extend(stack.map(|line| Spot::new(&file.path, line, "a reply holds the stack trace")));
        seen.messages.extend(message.map(|line| Spot::new(&file.path, line, "a reply holds the words of the error")));
    }
    seen
}

#[cfg(test)]
mod tests;
