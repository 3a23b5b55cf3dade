//! An error tracker is started where errors happen, and nothing in the code silences it (dossier repo-signals.md §6). That
//! an event arrived is seen by the tracker's own probe, never here.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge};
use crate::probes::places::{self, is_entry, is_served_as_is};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::effects::Product;
use crate::repo::reach::{Reach, Side};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct ErrorTracking;

/// Which trackers there are, and where each is started.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Trackers that a manifest names, and that code imports.
    pub declared: Vec<Foreign>,
    pub imported: Vec<Foreign>,
    /// Uses of a service that no longer takes events.
    pub ended: Vec<Spot>,
    /// Where one is started, on which side.
    pub on_server: Vec<Spot>,
    pub in_browser: Vec<Spot>,
    /// Started, and silenced in place.
    pub silent: Vec<Spot>,
    /// Functions of a host that run apart from the app, and those of them that start a tracker.
    pub functions: usize,
    pub functions_tracked: usize,
    /// Whether the app has a server of its own.
    pub has_server: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<SentryNext>,
}

/// The pieces that Sentry's SDK for Next.js needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one piece that is there or not")]
pub struct SentryNext {
    /// `sentry.server.config.*` is there.
    pub server_config: bool,
    /// `instrumentation.*` loads it, or starts Sentry itself.
    pub registered: bool,
    /// `onRequestError` is exported.
    pub request_errors: bool,
    /// Started in `instrumentation-client.*` or `sentry.client.config.*`.
    pub client: bool,
    /// `withSentryConfig` wraps the build's settings.
    pub wrapped: bool,
    /// `global-error` hands the error on.
    pub global_error: bool,
}

impl Probe for ErrorTracking {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.error-tracking",
        system: System::Repo,
        asks: "Does the code start an error tracker on every side, and does nothing silence it?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §6, apis/observability.md",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let unread = seen.ground.gap("the start of an error tracker");
        if seen.ground.code_files == 0 && unread.is_none() {
            return Ground::no_code(settings);
        }
        let (seen_wrong, missing) = (seen_wrong(seen), missing(seen));
        // What is missing may stand in what was not read; what is wrong is wrong.
        let findings: Vec<Finding> = match unread {
            Some(_) => seen_wrong,
            None => seen_wrong.into_iter().chain(missing).collect(),
        };
        if let Some(first) = findings.first() {
            return Verdict::fail(first.says.clone(), findings).unseen(unread).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        let names: Vec<&str> = seen.imported.iter().map(Foreign::as_str).collect();
        let says = format!("{} is started in the code; that is no proof that an event arrives", names.join(", "));
        Verdict::undecided(judge(
            says,
            "Throw one tagged error per runtime on production, and keep the links to the three events",
        ))
        .with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let mut steps: Vec<Foreign> = Vec::new();
        if !seen.ended.is_empty() {
            steps.push("Move to a tracker that takes events: Highlight's hosted service ended in February 2026".into());
        }
        for it in &seen.silent {
            steps.push(format!("Let the tracker in {} send again", it.path).into());
        }
        if seen.next.as_ref().is_some_and(|it| !it.registered) {
            steps.push(
                "Load the server's settings of Sentry in `register()` of `instrumentation.ts`, and export `onRequestError`"
                    .into(),
            );
        }
        if steps.is_empty() && !missing(seen).is_empty() {
            steps.push("Install a tracker for browser, server and edge functions, and start it in each".into());
        }
        Remedy { steps, effort: Effort::M }
    }
}

/// Defects that stand in what was read.
fn seen_wrong(seen: &Seen) -> Vec<Finding> {
    let fix = "Move to a tracker that takes events";
    let mut all = places::findings(&seen.ground, "repo.tracker-ended", Severity::High, &seen.ended, fix);
    let fix = "Take out what silences it, and throw one tagged error to see it arrive";
    all.extend(places::findings(&seen.ground, "repo.tracker-silent", Severity::High, &seen.silent, fix));
    all
}

/// Defects that are the lack of something.
fn missing(seen: &Seen) -> Vec<Finding> {
    let finding = |rule: &str, says: String, fix: &str| vec![Finding::new(rule, "tracker", Severity::High, says, fix)];
    let started = !seen.on_server.is_empty() || !seen.in_browser.is_empty() || !seen.silent.is_empty() || !seen.ended.is_empty();
    if seen.declared.is_empty() && seen.imported.is_empty() && seen.ended.is_empty() {
        let says = format!("none of {} files of code uses an error tracker", seen.ground.code_files);
        return finding("repo.no-tracker", says, "Install an error tracker and start it on every side");
    }
    if let Some(next) = seen.next.as_ref().filter(|it| it.server_config && !it.registered) {
        let what = if next.client { "errors of the server are not sent" } else { "no error is sent" };
        let says = format!("Sentry's settings for the server are loaded by no `instrumentation` file: {what}");
        let fix = "Import them in `register()` of `instrumentation.ts`, and export `onRequestError`";
        return finding("repo.tracker-not-loaded", says, fix);
    }
    if seen.imported.is_empty() && !started {
        let names: Vec<&str> = seen.declared.iter().map(Foreign::as_str).collect();
        let says = format!("{} is installed, and no file imports it", names.join(", "));
        return finding("repo.tracker-not-imported", says, "Start it on every side, or take the package out");
    }
    if !started {
        let names: Vec<&str> = seen.imported.iter().map(Foreign::as_str).collect();
        let says = format!("{} is imported, and nothing starts it", names.join(", "));
        return finding("repo.tracker-not-started", says, "Call its `init` on every side, before anything else runs");
    }
    Vec::new()
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = places::evidence(&seen.ground, "repo.tracker-server", &seen.on_server);
    notes.extend(places::evidence(&seen.ground, "repo.tracker-browser", &seen.in_browser));
    let mut warn = |key: &str, says: String| {
        notes.push(Note { key: key.to_owned(), level: NoteLevel::Warning, says: says.into(), place: None });
    };
    if seen.has_server && seen.on_server.is_empty() && !seen.in_browser.is_empty() {
        warn("repo.tracker-server-missing", "a tracker is started in the browser, and none on the server".to_owned());
    }
    if seen.functions > seen.functions_tracked {
        let says =
            ground::of(seen.functions - seen.functions_tracked, seen.functions, "edge functions start no tracker of their own");
        warn("repo.tracker-functions", says);
    }
    if let Some(next) = &seen.next {
        let pieces = [
            (
                next.request_errors,
                "repo.sentry-request-errors",
                "`onRequestError` is not exported: errors of server components are not sent",
            ),
            (
                next.client,
                "repo.sentry-client",
                "Sentry is started in no `instrumentation-client` file: errors of browsers are not sent",
            ),
            (next.wrapped, "repo.sentry-wrapped", "`withSentryConfig` does not wrap the build: stack traces stay unreadable"),
            (next.global_error, "repo.sentry-global-error", "`global-error` hands its error to no tracker"),
        ];
        for (_, key, says) in pieces.iter().filter(|it| !it.0) {
            warn(key, (*says).to_owned());
        }
    }
    notes
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn seen(survey: &Survey) -> Seen {
    let reach = Reach::of(survey);
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    for manifest in &survey.project.packages {
        for (name, need, product) in manifest.needs.iter().filter_map(|(name, need)| Some((name, need, Product::of(name)?))) {
            note_product(&mut seen.declared, product);
            if product == Product::Highlight {
                seen.ended.push(Spot::new(
                    &manifest.path,
                    need.line,
                    format!("`{name}` is installed, and its hosted service ended in February 2026"),
                ));
            }
        }
    }
    let mut own_highlight = false;
    for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path)) {
        let side = reach.side(file);
        let entry = is_entry(file);
        seen.has_server |= entry;
        let is_function = file.path.contains("supabase/functions/") && entry && file_name(&file.path).starts_with("index.");
        seen.functions += usize::from(is_function);
        seen.functions_tracked += usize::from(is_function && !file.effects.trackers.starts.is_empty());
        for product in file.imports.iter().filter_map(|it| Product::of(&it.from)) {
            note_product(&mut seen.imported, product);
        }
        for it in &file.effects.trackers.starts {
            own_highlight |= it.product == Product::Highlight && it.own_host;
            let spot = |says: String| Spot::new(&file.path, it.line, says);
            if let Some(why) = &it.silent {
                seen.silent.push(spot(format!("{} is started and sends nothing: {why}", it.product.title())));
            } else if it.product != Product::Highlight || it.own_host {
                let started = spot(format!("{} is started", it.product.title()));
                if matches!(side, Side::Client(_)) || file_name(&file.path).contains("client") {
                    seen.in_browser.push(started);
                } else {
                    seen.on_server.push(started);
                }
            }
        }
    }
    if own_highlight {
        seen.ended.clear();
    }
    if survey.needs(&["@sentry/nextjs"]) {
        seen.next = Some(sentry_next(survey));
    }
    seen
}

fn note_product(products: &mut Vec<Foreign>, product: Product) {
    if !products.iter().any(|it| it.as_str() == product.title()) {
        products.push(product.title().into());
    }
}

fn sentry_next(survey: &Survey) -> SentryNext {
    let mut next = SentryNext {
        server_config: survey.paths.iter().any(|it| file_name(it).starts_with("sentry.server.config.")),
        ..SentryNext::default()
    };
    for file in &survey.code {
        let (name, trackers) = (file_name(&file.path), &file.effects.trackers);
        let loads = file.imports.iter().any(|it| it.from.contains("sentry") && it.from.contains("server"));
        if name.starts_with("instrumentation.") {
            next.registered |= file.effects.pages.export("register").is_some() && (loads || !trackers.starts.is_empty());
            next.request_errors |= file.effects.pages.export("onRequestError").is_some();
        }
        let is_client = name.starts_with("instrumentation-client.") || name.starts_with("sentry.client.config.");
        next.client |= is_client && !trackers.starts.is_empty();
        next.wrapped |= name.starts_with("next.config.") && trackers.wraps.iter().any(|it| it == "withSentryConfig");
        next.global_error |= name.starts_with("global-error.") && !trackers.captures.is_empty();
    }
    next
}

#[cfg(test)]
mod tests;
