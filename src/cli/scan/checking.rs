//! The live check of a scan: is it permitted, what exactly would be asked, does the person agree; only then are keys tried.

use super::house::House;
use crate::cli::Terminal;
use crate::cli::asking::agreed;
use crate::cli::out::Out;
use crate::cli::scan_args::ScanArgs;
use crate::domain::Foreign;
use crate::net::Door;
use crate::scan::verify::{self, Answer, Live, NotAsked, Question, Questions};
use crate::scan::{Report, Values};
use crate::trouble::Trouble;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What was asked for with --verify: the rules, and the values that the scan keeps for them.
pub struct Asked {
    rules: BTreeSet<&'static str>,
    pub values: Arc<Values>,
}

/// The kinds of --verify, before anything is scanned. None: nobody asked.
///
/// # Errors
/// A kind that cannot be asked about; no app that could permit it; nobody there to agree.
pub fn asked(args: &ScanArgs, terminal: Terminal) -> Result<Option<Asked>, Trouble> {
    if args.verify.is_empty() {
        return Ok(None);
    }
    let mut rules = BTreeSet::new();
    for kind in &args.verify {
        rules.extend(verify::rules_of(kind).map_err(|error| {
            let trouble = Trouble::usage(error.to_string());
            match error {
                NotAsked::Unknown(_) => trouble.next(format!("Give one of these: {}", verify::kinds().join(", "))),
                NotAsked::LeftOff { .. } => trouble.next("Rotate it all the same, and attest that"),
            }
        })?);
    }
    if args.app.is_none() {
        return Err(Trouble::usage("trying leaked keys needs the client's recorded permission (needs_consent)")
            .why("no app is named whose permission could be looked up")
            .next("Name it with --app NAME; `rescue app authorise NAME --consent active …` records a permission"));
    }
    if !(args.yes || terminal.both && terminal.messages) {
        return Err(Trouble::usage("nobody is at a terminal to agree to the requests of --verify")
            .next("Look at them at a terminal first, then give --yes"));
    }
    let values = Arc::new(Values::of(rules.iter().copied()));
    Ok(Some(Asked { rules, values }))
}

impl Asked {
    /// Refuses before the scan when no host of these kinds is permitted.
    ///
    /// # Errors
    /// None is.
    pub fn permitted(&self, house: &House, door: &Door) -> Result<(), Trouble> {
        let hosts = verify::hosts(&self.rules, door);
        // A Supabase project's host is known only once a key names it.
        if hosts.is_empty() || hosts.iter().any(|host| house.may_try(host)) {
            return Ok(());
        }
        let named = hosts.into_iter().collect::<Vec<_>>().join(",");
        let app = house.app.as_ref().map(|app| app.name.to_string()).unwrap_or_default();
        Err(Trouble::usage(format!("the client did not permit to try leaked keys at {named} (needs_consent)"))
            .next(authorise(&app, &named)))
    }

    /// Lists the requests, has them agreed to, and asks. Nothing agreed to: nothing asked.
    pub async fn answers(
        self,
        report: &Report,
        house: &House,
        door: &Door,
        args: &ScanArgs,
        stop: &CancellationToken,
        out: &mut Out<'_>,
    ) -> BTreeMap<String, Answer> {
        let Questions { asked, mut not_asked } = verify::questions(report, &self.rules, &self.values, door);
        let (asked, refused): (Vec<Question>, Vec<Question>) = asked.into_iter().partition(|it| house.may_try(it.host()));
        let unknown = |why: &str| Answer { live: Live::Unknown, why: why.to_owned() };
        let unpermitted: BTreeSet<String> = refused.iter().map(|it| it.host().to_owned()).collect();
        for host in unpermitted {
            let app = house.app.as_ref().map(|app| app.name.to_string()).unwrap_or_default();
            out.say(format!("not asked: no permission is recorded for {host}\n  next: {}", authorise(&app, &host)));
        }
        not_asked.extend(refused.into_iter().map(|it| (it.key, unknown("no permission is recorded for that host"))));
        if asked.is_empty() {
            return not_asked.into_iter().collect();
        }
        out.say("These requests would be made, each first with an invented key:");
        for question in &asked {
            out.say(format!("  {}", Foreign::new(question.line())));
        }
        if !(args.yes || agreed("Ask them?", stop, out).await) {
            not_asked.extend(asked.into_iter().map(|it| (it.key, unknown("nobody agreed to ask"))));
            return not_asked.into_iter().collect();
        }
        verify::ask(Questions { asked, not_asked }, &self.values, door, stop).await
    }
}

fn authorise(app: &str, hosts: &str) -> String {
    format!("Run `rescue app authorise {app} --consent active --by WHO --host {hosts} --until DATE`")
}
