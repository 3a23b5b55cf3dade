//! `rerun_probes`: named passive probes of one app are asked again, as `rescue probe NAME --only …` does it, so that an agent
//! that mended something can see whether it is so. Never a look that needs the client's permission, whatever was permitted:
//! that a person starts. A site it only visits, and a system that wants no requests for now it does not wait for.

use super::{Does, Tool};
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{APP, Argument, Given, Kind};
use crate::cli::mcp::pace::Turn;
use crate::cli::mcp::tools::item::known;
use crate::cli::probe;
use crate::desk::Desk;
use crate::desk::rerun::{Ended, How, Told, Wanted};
use crate::domain::{AppName, Board, Consent, Gap, GapKind, ItemId, ProbeId, Truth};
use crate::engine::{NEEDS_PERMISSION, Only};
use crate::probes;
use crate::scan::Reach;
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use rmcp::model::JsonObject;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// How many names one call may have.
const NAMES: usize = 12;

const ONLY: Argument = Argument {
    name: "only",
    kind: Kind::Names(NAMES),
    is_needed: true,
    says: "Probes to ask again, such as github.branch-protection, or items, such as CI-01, for all of their passive probes",
};

const CONSENT: Argument = Argument {
    name: "consent",
    kind: Kind::Word(&["passive"]),
    is_needed: false,
    says: "Passive looks are all that an agent may start; a person starts those that need the client's permission",
};

pub const TOOL: Tool = Tool {
    name: "rerun_probes",
    title: "Ask passive probes again",
    says: "Asks the named probes of one app again, live and read-only towards the client's systems, and tells what each decided and \
           how the items stand before and after. Call it after a fix, to prove it. What is decided is recorded, like a rerun by a \
           person. One at a time for an app, six within a minute; cancelling keeps what was decided. The app's site is visited as \
           a browser does; what no page of it loads stays unseen, and a person's `rescue probe` asks for that. A system that wants \
           no requests for now is not waited for: its gap says until when, and `retry_after_seconds` after how long to call again",
    arguments: &[APP, ONLY, CONSENT],
    does: Does::Reruns,
};

/// What a rerun was asked for, checked.
pub(in crate::cli::mcp) struct Asked {
    pub app: AppName,
    probes: Vec<ProbeId>,
    /// Probes of the named items that are not asked, each with the reason.
    withheld: Vec<Value>,
    before: BTreeMap<ItemId, Truth>,
    /// What each probe may do unasked; none: there is no such probe.
    consent_of: fn(&ProbeId) -> Option<Consent>,
}

/// A call that wants more than passive looks is told so before anything else of it is read.
///
/// # Errors
/// It does.
pub(in crate::cli::mcp) fn stays_passive(arguments: Option<&JsonObject>) -> Result<(), Refusal> {
    let wanted = arguments.and_then(|it| it.get(CONSENT.name)).cloned();
    match wanted.and_then(|it| serde_json::from_value(it).ok()) {
        None | Some(Consent::Passive) => Ok(()),
        Some(consent) => Err(Trouble::usage(NEEDS_PERMISSION)
            .why(format!("{consent} looks were asked for, and an agent may start passive ones only, whatever was permitted"))
            .next("Leave `consent` out, and let a person start the others with `rescue probe`")
            .into()),
    }
}

/// Checks what is asked for.
///
/// # Errors
/// An item or probe that is not there, a whole system, a look that an agent may not start, nothing to ask.
pub(in crate::cli::mcp) fn asked(desk: &Desk, app: AppName, given: &Given) -> Result<Asked, Refusal> {
    let board = desk.board(&app)?;
    let mut asked = Asked::of(app, |probe| probes::find(probe.as_str()).map(|it| it.meta().consent));
    for name in given.names(&ONLY) {
        match name.parse::<Only>().map_err(|error| Trouble::usage(error.to_string()))? {
            Only::System(system) => {
                return Err(Trouble::usage(format!("`{system}` is a whole system"))
                    .next("Name the probes, or the items whose probes are meant")
                    .into());
            }
            Only::Probe(probe) => asked.add_probe(&board, probe)?,
            Only::Item(id) => asked.add_item(&board, id.as_str())?,
        }
    }
    if asked.probes.is_empty() {
        return Err(probe::nothing_to_ask(&asked.app).into());
    }
    asked.before = board.items.iter().map(|it| (it.item.clone(), it.truth)).collect();
    Ok(asked)
}

impl Asked {
    fn of(app: AppName, consent_of: fn(&ProbeId) -> Option<Consent>) -> Self {
        Self { app, probes: Vec::new(), withheld: Vec::new(), before: BTreeMap::new(), consent_of }
    }

    fn add_probe(&mut self, board: &Board, probe: ProbeId) -> Result<(), Trouble> {
        let of_this_app = board.checklist.items.iter().any(|item| item.rule.probes().contains(&&probe));
        match (self.consent_of)(&probe) {
            Some(Consent::Passive) if of_this_app => self.add(probe),
            Some(Consent::Passive) => return Err(probe::nothing_to_ask(&self.app)),
            Some(consent) => return Err(needs_a_person(&self.app, &probe, consent)),
            None => return Err(Trouble::usage(format!("there is no probe `{probe}`"))),
        }
        Ok(())
    }

    fn add_item(&mut self, board: &Board, id: &str) -> Result<(), Trouble> {
        let it = known(board, id)?;
        let rule = board.item(it.item.as_str()).map(|text| text.rule.probes()).unwrap_or_default();
        let probes: Vec<ProbeId> = rule.into_iter().cloned().collect();
        if probes.is_empty() {
            return Err(Trouble::usage(format!("{} has no probe: a person judges it", it.item))
                .next(format!("A person says so with `rescue item done {} {} --proof …`", self.app, it.item)));
        }
        let mut refused = None;
        let mut some_passive = false;
        for probe in probes {
            match (self.consent_of)(&probe) {
                // A name that is no probe here is left to the plan, which asks only what there is.
                None | Some(Consent::Passive) => {
                    some_passive = true;
                    self.add(probe);
                }
                Some(consent) => {
                    let refusal = needs_a_person(&self.app, &probe, consent);
                    self.withheld.push(json!({ "probe": probe, "says": refusal.what, "next": refusal.next }));
                    refused.get_or_insert(refusal);
                }
            }
        }
        match refused {
            Some(refusal) if !some_passive => Err(refusal),
            _ => Ok(()),
        }
    }

    fn add(&mut self, probe: ProbeId) {
        if !self.probes.contains(&probe) {
            self.probes.push(probe);
        }
    }

    /// What became of it, as `probe --json` prints it, and what that made of the items.
    ///
    /// # Errors
    /// Nothing was asked: the words of the command for why.
    pub fn document(self, ended: Option<&Ended>, now: DateTime<Utc>) -> Result<Document, Refusal> {
        let app = &self.app;
        let Some(ended) = ended else {
            return Err(Trouble::failed(format!("the rerun of {app} failed inside")).next("Report it with the log file").into());
        };
        let after = match &ended.how {
            How::Ran(ran) => ran,
            How::NothingToAsk | How::NothingDue { .. } => return Err(probe::nothing_to_ask(app).into()),
            How::OpenElsewhere { since, pid, host } => return Err(probe::run_open(app, *since, *pid, host.as_str()).into()),
            How::Stopped => return Err(Trouble::failed(format!("stopped before anything of {app} was asked")).into()),
            How::Failed(trouble) => return Err(trouble.clone().into()),
        };
        let mut document = probe::document_of(app, ended).unwrap_or_default();
        let fed = |it: &ItemId| after.items.values().any(|items| items.contains(it));
        let items = after.board.items.iter().filter(|it| fed(&it.item));
        let items = items.map(|it| json!({ "id": it.item, "before": self.before.get(&it.item), "after": it.truth }));
        if let Some(fields) = document.as_object_mut() {
            fields.insert("items".to_owned(), items.collect());
            let gaps = after.report.decided.iter().filter_map(|(_, verdict, ..)| verdict.outcome.gap());
            fields.extend(again_in(gaps, now).map(|seconds| ("retry_after_seconds".to_owned(), json!(seconds))));
            if !self.withheld.is_empty() {
                fields.insert("withheld".to_owned(), Value::Array(self.withheld));
            }
        }
        Ok(Document::of(document))
    }

    fn wanted(&self) -> Wanted {
        let only = self.probes.iter().cloned().map(Only::Probe).collect();
        // Nobody waits ten minutes for a second look, where a fail that needs one is told as suspected; nor an hour for a
        // vendor, where the app's run would keep everybody else out.
        Wanted { apps: vec![self.app.clone()], only_due: false, only, confirm: false, wait: false, reach: Reach::Visitor }
    }

    /// Asks. What is told as decided is stored; stopping it keeps that. The turn is given back when it is over.
    pub fn rerun(
        &self,
        desk: Arc<Desk>,
        turn: Turn,
        tell: UnboundedSender<Told>,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + use<> {
        let wanted = self.wanted();
        async move {
            desk.rerun(&wanted, &tell, &stop).await;
            drop(turn);
        }
    }
}

/// After how many seconds everything that was turned away for now may be asked again.
fn again_in<'a>(gaps: impl Iterator<Item = &'a Gap>, now: DateTime<Utc>) -> Option<i64> {
    let until = gaps.filter(|gap| gap.kind == GapKind::RateLimited).filter_map(|gap| gap.until).max()?;
    let left = until - now;
    Some((left.num_seconds() + i64::from(left.subsec_nanos() > 0)).max(1))
}

/// The words for a look that an agent may not start.
fn needs_a_person(app: &AppName, probe: &ProbeId, consent: Consent) -> Trouble {
    Trouble::usage(NEEDS_PERMISSION)
        .why(format!("`{probe}` looks {consent}, and an agent may start passive looks only, whatever was permitted"))
        .next(format!("A person runs `rescue probe {app} --only {probe}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::System;
    use crate::domain::testing::{Story, all_of, item};
    use rstest::rstest;

    #[rstest]
    #[case(json!({ "consent": "active" }), Some("active looks were asked for"))]
    #[case(json!({ "consent": "outside-in", "app": 5 }), Some("outside-in looks were asked for"))]
    #[case(json!({ "consent": "passive" }), None)]
    #[case(json!({ "consent": "anything" }), None)]
    #[case(json!({}), None)]
    fn more_than_passive_is_refused_in_the_words_of_the_plan(#[case] arguments: Value, #[case] why: Option<&str>) {
        let told = stays_passive(arguments.as_object());
        assert_eq!(told.is_err(), why.is_some(), "{arguments}");
        if let (Err(refusal), Some(why)) = (told, why) {
            assert_eq!(refusal.trouble.what, NEEDS_PERMISSION);
            assert!(refusal.trouble.why.unwrap().as_str().starts_with(why));
        }
    }

    #[test]
    fn a_person_is_named_for_what_an_agent_may_not_start() {
        let told = needs_a_person(&"acme".parse().unwrap(), &"site.headers".parse().unwrap(), Consent::OutsideIn);
        assert_eq!(told.what, NEEDS_PERMISSION);
        assert_eq!(told.next.unwrap(), "A person runs `rescue probe acme --only site.headers`");
    }

    /// Probes that end with `-active` or `-outside` are what they say.
    #[expect(clippy::unnecessary_wraps, reason = "it stands in for the book of probes, which may not know one")]
    fn invented(probe: &ProbeId) -> Option<Consent> {
        Some(match probe.as_str().rsplit_once('-') {
            Some((_, "active")) => Consent::Active,
            Some((_, "outside")) => Consent::OutsideIn,
            _ => Consent::Passive,
        })
    }

    #[test]
    fn only_what_is_passive_ever_gets_into_a_rerun() {
        let mixed = item("CI-01", all_of(&["github.a", "github.b-active", "github.c", "github.d-outside"]));
        let story = Story::of(vec![mixed, item("CI-02", all_of(&["github.b-active"])), item("CI-03", all_of(&[]))]);
        let board = story.board(1);
        let mut asked = Asked::of(board.settings.name.clone(), invented);
        asked.add_item(&board, "ci-01").unwrap();
        asked.add_probe(&board, "github.a".parse().unwrap()).unwrap();
        let probes: Vec<&str> = asked.probes.iter().map(ProbeId::as_str).collect();
        assert_eq!(probes, ["github.a", "github.c"], "each once");
        let withheld: Vec<&Value> = asked.withheld.iter().map(|it| &it["probe"]).collect();
        assert_eq!(withheld, ["github.b-active", "github.d-outside"]);
        assert!(asked.withheld.iter().all(|it| it["says"] == NEEDS_PERMISSION && it["next"].as_str().is_some()));
        for probe in ["github.b-active", "github.d-outside"] {
            assert_eq!(asked.add_probe(&board, probe.parse().unwrap()).unwrap_err().what, NEEDS_PERMISSION);
        }
        assert_eq!(asked.add_item(&board, "CI-02").unwrap_err().what, NEEDS_PERMISSION);
        assert!(asked.add_item(&board, "CI-03").unwrap_err().what.as_str().contains("no probe"));
        assert!(asked.add_item(&board, "CI-9").is_err() && asked.add_item(&board, "CI-04").is_err());
        let only = asked.wanted().only;
        assert!(only.iter().all(|it| matches!(it, Only::Probe(probe) if invented(probe) == Some(Consent::Passive))), "{only:?}");
        assert!(!asked.wanted().confirm && !asked.wanted().wait, "nobody waits ten minutes, or an hour for a vendor");
        assert_eq!(asked.wanted().reach, Reach::Visitor, "whatever was permitted");
    }

    #[test]
    fn when_to_ask_again_is_when_the_last_system_takes_requests() {
        let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let gap =
            |kind, until: Option<&str>| Gap { until: until.map(|it| it.parse().unwrap()), ..Gap::new(kind, System::Github, "x") };
        let of = |gaps: &[Gap]| again_in(gaps.iter(), now);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[gap(GapKind::RateLimited, None), gap(GapKind::TimedOut, Some("2026-11-23T13:00:00Z"))]), None);
        let two = [
            gap(GapKind::RateLimited, Some("2026-11-23T12:00:00.5Z")),
            gap(GapKind::RateLimited, Some("2026-11-23T12:01:00.2Z")),
        ];
        assert_eq!((of(&two[..1]), of(&two)), (Some(1), Some(61)));
        assert_eq!(of(&[gap(GapKind::RateLimited, Some("2026-11-23T11:00:00Z"))]), Some(1), "now is soon enough");
    }
}
