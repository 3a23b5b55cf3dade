//! The key that bypasses every access rule is used only where no browser can get at it (dossier repo-signals.md §3, §4):
//! no public prefix, no client module, nothing that a client module imports. What cannot be told from the text is laid
//! before a person.

use super::public_secrets::PUBLIC;
use crate::domain::checklist::Effort;
use crate::domain::{
    AppSettings, Consent, Finding, Foreign, Gap, GapKind, NoteLevel, Place, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::ground::{self, Ground, MOST_SHOWN};
use crate::probes::{Meta, Probe, Sight, Stage, files};
use crate::repo::Survey;
use crate::repo::reach::{Reach, Side};
use crate::scan::Report;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct ServiceRole;

/// Where the code uses the key, by what can get there. No value is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Read under a name that build tools publish.
    pub published: Vec<Use>,
    /// In a module that a browser loads.
    pub in_client: Vec<Use>,
    /// Neither surely on the server nor surely in a browser.
    pub unsure: Vec<Use>,
    /// On the server.
    pub on_server: usize,
}

/// One file that uses the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The variable, or the masked key itself.
    pub what: Foreign,
    pub path: Foreign,
    pub line: u32,
    /// Why it is where it is said to be, such as the client module that imports it.
    pub why: Foreign,
}

impl Probe for ServiceRole {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.service-role",
        system: System::Repo,
        asks: "Is the service-role key used in server-only code?",
        needs: ground::NEEDS,
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §3, §4",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        let report = files::scanned(sight).await?;
        Ok(match (survey.as_ref(), report.as_ref()) {
            (Some(survey), Some(report)) => seen(survey, report),
            _ => Seen { ground: Ground::empty(), ..Seen::default() },
        })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let findings = findings(seen);
        let unread = seen.ground.gap("a use of the key");
        let verdict = if !findings.is_empty() {
            let files = if findings.len() == 1 { "1 place".to_owned() } else { format!("{} places", findings.len()) };
            Verdict::fail(format!("a browser can get at the service-role key in {files}"), findings).unseen(unread)
        } else if seen.ground.code_files == 0 && unread.is_none() {
            Ground::no_code(settings)
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else if let Some(first) = seen.unsure.first() {
            let more = if seen.unsure.len() > 1 { format!(" and {} more", seen.unsure.len() - 1) } else { String::new() };
            Verdict::undecided(
                Gap::new(
                    GapKind::NeedsJudgement,
                    System::Repo,
                    format!("{}{more} uses the key, and may reach a browser: {}", first.path, first.why),
                )
                .needs(format!("Add `import \"server-only\"` to {}, or look who imports it", first.path)),
            )
        } else if seen.on_server == 0 {
            Verdict::pass(format!("none of {} files of code uses a service-role key", seen.ground.code_files))
        } else {
            let files = if seen.on_server == 1 { "1 file uses".to_owned() } else { format!("{} files use", seen.on_server) };
            Verdict::pass(format!("{files} the service-role key, all on the server"))
        };
        seen.unsure.iter().take(MOST_SHOWN).fold(verdict, |verdict, it| {
            let says = format!("{} uses {} and may reach a browser: {}", it.path, it.what, it.why);
            verdict.note(NoteLevel::Evidence, format!("repo.service-role-unsure.{}", it.path), says)
        })
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = Vec::new();
        for it in &seen.published {
            steps.push(
                format!("Rename {} without its public prefix, and rotate the key: builds have published it", it.what).into(),
            );
        }
        for it in &seen.in_client {
            steps.push(format!("Move what {} does with the key into a route handler or an Edge Function", it.path).into());
        }
        steps.push(
            "Add `import \"server-only\"` to every module that uses the key, so that a build fails instead of leaking".into(),
        );
        Remedy { steps, effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let commit = &seen.ground.commit;
    let place = |it: &Use| Place::File { path: it.path.clone(), line: Some(it.line), commit: commit.clone() };
    let published = seen.published.iter().map(|it| {
        let says = format!("{} publishes the service-role key: {}", it.what, it.why);
        let fix = "Rename the variable without its public prefix, read it on the server only, and rotate the key";
        Finding::new("repo.service-role-published", &it.what, Severity::Critical, says, fix).at(place(it))
    });
    let in_client = seen.in_client.iter().map(|it| {
        let says = format!("{} uses {} and is loaded by browsers: {}", it.path, it.what, it.why);
        let fix = "Move that code to a route handler or an Edge Function, and rotate the key if it was deployed";
        Finding::new("repo.service-role-in-client", &it.path, Severity::Critical, says, fix).at(place(it))
    });
    published.chain(in_client).collect()
}

/// Rules of the scanner whose match is the key itself.
const RULES: [&str; 2] = ["supabase-service-role", "supabase-secret-key"];

fn is_service_role(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let of_supabase = name.contains("SUPABASE") && (name.contains("SECRET") || name.contains("SERVICE_KEY"));
    name.contains("SERVICE_ROLE") || name.contains("SB_SECRET") || of_supabase
}

fn seen(survey: &Survey, report: &Report) -> Seen {
    let reach = Reach::of(survey);
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    for file in &survey.code {
        let by_name = file.reads.iter().filter(|it| is_service_role(&it.name)).map(|it| (it.name.clone(), it.line));
        let literal = report.findings.iter().filter(|it| RULES.contains(&it.rule.as_str()) && it.can_fail());
        let literal = literal.filter(|it| it.path.as_str() == file.path).map(|it| (it.masked.to_string(), it.line));
        let mut uses: Vec<Use> = by_name
            .chain(literal)
            .map(|(what, line)| Use { what: what.into(), path: Foreign::new(&file.path), line, why: Foreign::default() })
            .collect();
        let (published, plain): (Vec<_>, Vec<_>) =
            uses.drain(..).partition(|it| PUBLIC.iter().any(|prefix| it.what.as_str().starts_with(prefix)));
        for it in published {
            if !seen.published.iter().any(|known| known.what == it.what) {
                let why = format!("{} reads it, and builds put variables of that prefix into what browsers load", it.path);
                seen.published.push(Use { why: why.into(), ..it });
            }
        }
        // One file is one defect, however often it uses the key.
        let Some(first) = plain.into_iter().next() else { continue };
        match reach.side(file) {
            Side::Client(why) => seen.in_client.push(Use { why: why.into(), ..first }),
            Side::Unsure(why) => seen.unsure.push(Use { why: why.into(), ..first }),
            Side::Server => seen.on_server += 1,
        }
    }
    seen
}

#[cfg(test)]
mod tests;
