//! What is read often and changes seldom is kept with a stated lifetime (CHECKLIST IDX-06). That nothing is kept is no
//! defect: a measurement may show that nothing need be.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge, of};
use crate::probes::places::{self, is_served_as_is};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::effects::Lifetime;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct CachedReads;

/// Reads that are kept, by what is said of how long.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// With a lifetime, or a way to throw them away.
    pub stated: Vec<Spot>,
    /// Without end.
    pub endless: Vec<Spot>,
    /// With a lifetime that is said elsewhere, or that is a default.
    pub unsure: Vec<Spot>,
    /// Places that throw something kept away.
    pub invalidations: usize,
}

impl Probe for CachedReads {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.cached-reads",
        system: System::Repo,
        asks: "Is every cached read kept for a stated time?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "CHECKLIST IDX-06, apis/repo-signals.md §0",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let all = seen.stated.len() + seen.endless.len() + seen.unsure.len();
        let unread = seen.ground.gap("reads that are cached");
        let findings = findings(seen);
        // What throws an endless cache away may stand in what was not read.
        if !findings.is_empty() && unread.is_none() {
            let says = of(seen.endless.len(), all, "cached reads have no end, and nothing throws them away");
            return Verdict::fail(says, findings).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        if seen.ground.code_files == 0 {
            return Ground::no_code(settings);
        }
        if all == 0 {
            let says = format!("none of {} files of code keeps a read for later", seen.ground.code_files);
            return Verdict::undecided(judge(
                says,
                "Cache the hottest reads with a lifetime, or write down the measurement that none is needed",
            ));
        }
        let says = of(seen.stated.len(), all, "cached reads state how long they are kept");
        Verdict::undecided(judge(
            says,
            "Compare with the most frequent queries: are the hot ones among them, and may each be that old?",
        ))
        .with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let Some(first) = seen.endless.first().filter(|_| !findings(seen).is_empty()) else { return Remedy::default() };
        Remedy {
            steps: vec![
                format!("Ask how old each read may be, and state it; start in {}", first.path).into(),
                "Give each a tag, and throw it away where the data changes".into(),
            ],
            effort: Effort::S,
        }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    if seen.invalidations > 0 {
        return Vec::new();
    }
    let fix = "State how long it is kept, or give it a tag and throw it away where the data changes";
    places::findings(&seen.ground, "repo.cache-without-end", Severity::Low, &seen.endless, fix)
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = places::evidence(&seen.ground, "repo.cache", &seen.stated);
    notes.extend(places::evidence(&seen.ground, "repo.cache-unsure", &seen.unsure));
    if seen.invalidations > 0 {
        notes.extend(places::evidence(&seen.ground, "repo.cache-without-end", &seen.endless));
        let says = format!("{} places throw something cached away", seen.invalidations);
        notes.push(Note { key: "repo.cache-invalidated".to_owned(), level: NoteLevel::Info, says: says.into(), place: None });
    }
    notes
}

fn seen(survey: &Survey) -> Seen {
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path)) {
        seen.invalidations += file.effects.invalidates.len();
        for it in &file.effects.caches {
            let spot = |says: String| Spot::new(&file.path, it.line, says);
            match &it.lifetime {
                Lifetime::Stated(how) => seen.stated.push(spot(format!("`{}` keeps for {how}", it.by))),
                Lifetime::Forever => seen.endless.push(spot(format!("`{}` keeps without end", it.by))),
                Lifetime::Default => seen.unsure.push(spot(format!("`{}` keeps for its default, which nobody states", it.by))),
                Lifetime::Elsewhere => seen.unsure.push(spot(format!("`{}` keeps for a time that is said elsewhere", it.by))),
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests;
