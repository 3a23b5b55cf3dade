//! `rescue look`: says what it is going to ask, asks that as a stranger and nothing else, and gives back one page. Needs no
//! app, no database and no credential; what it keeps for the day on which the app is taken on, it says.

use super::asking::agreed;
use super::look_args::{LookArgs, LookFormat};
use super::{Terminal, exit, out::Out};
use crate::clock::{SharedClock, SystemClock};
use crate::config::{Endpoints, Environment, Paths};
use crate::desk::Desk;
use crate::desk::looks::authorisation;
use crate::desk::writing::{NoPlace, Place};
use crate::domain::app::Authorisation;
use crate::domain::{Checklist, Consent, FactBody, Foreign, Gap, System};
use crate::look::address::{Given, address};
use crate::look::{self, Look, Page, Permission, Plan, Wanted, keep};
use crate::net::{self, Door, Keys, Manner, Patience};
use crate::scan::{Announced, Requests, ScanKey};
use crate::store;
use crate::trouble::Trouble;
use chrono::{NaiveTime, Utc};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

/// `rescue look URL`.
///
/// # Errors
/// An address that cannot be looked at, nobody who agrees, a page that was not seen, a file that cannot be written.
pub async fn look(
    environment: &Environment,
    args: LookArgs,
    terminal: Terminal,
    stop: CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    let Given { url, remarks } = address(&args.url)?;
    let endpoints = Endpoints::from_environment(environment).map_err(|error| Trouble::usage(error.to_string()))?;
    // Tests put every site on this machine; what is asked then is what is said.
    let url = endpoints.base(System::Site).cloned().unwrap_or(url);
    let clock: SharedClock = Arc::new(SystemClock);
    let mut wanted = Wanted {
        asset_hosts: args.asset_host.iter().map(|it| it.as_str().to_owned()).collect(),
        pages: usize::from(args.pages),
        requests: args.most,
        permission: None,
    };
    let desk = args.app.as_ref().map(|_| Desk::open(environment)).transpose()?;
    wanted.permission = permission(&args, desk.as_ref(), &Plan::new(url.clone(), Wanted::default()).hosts(), clock.now())?;
    let plan = Plan::new(url, wanted);
    for line in remarks.into_iter().chain(plan.lines()) {
        out.say(Foreign::new(line).as_str());
    }
    let home = Paths::from_environment(environment).ok();
    let keeps = home.as_ref().filter(|_| !args.no_keep);
    if let Some(paths) = keeps {
        out.say(format!("Kept in {}; --no-keep keeps nothing", paths.looks().display()));
    }
    if args.dry_run {
        return Ok(exit::FINE);
    }
    agree(&args, &plan, terminal, &stop, out).await?;
    let (bytes, existing) = key(home.as_ref())?;
    let key = ScanKey::new(bytes);
    let door = door(endpoints, &clock, &plan)?;
    record(&args, desk.as_ref(), &plan)?;
    let place = args.out.as_deref().map(take).transpose()?;
    let looked = watched(&door, &plan, &key, &clock, terminal.messages, &stop, out).await;
    let seen = match looked {
        Ok(seen) => seen,
        Err(gap) => {
            if let Some(place) = place {
                place.give_up();
            }
            return Err(gone(&gap));
        }
    };
    let settled = match keeps {
        Some(paths) if !existing => store::settle_key(paths, &bytes),
        _ => Ok(existing),
    };
    let lasting = matches!(settled, Ok(true));
    let checklist = checklist()?;
    let document = keep::document(&seen, &checklist, &key, lasting);
    let page = Page::of(&seen, &checklist);
    let text = match args.format() {
        LookFormat::Text => page.text(),
        LookFormat::Md => page.markdown(),
        LookFormat::Html => page.html(),
        LookFormat::Json => format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default()),
    };
    match place {
        Some(place) => {
            let path = place.fill(text.as_bytes())?;
            out.say(format!("written to {}", path.display()));
        }
        None => out.raw(text.as_bytes()),
    }
    match (keeps, settled) {
        (None, _) => {}
        (Some(paths), Ok(true)) => kept(paths, &seen, &document, out),
        (Some(_), Ok(false)) => out.say("not kept: another process made this installation's key just now; look once more"),
        (Some(_), Err(error)) => out.say(format!("not kept: {}", Trouble::from(error).what)),
    }
    match &seen.halted {
        Some(why) if stop.is_cancelled() => {
            out.say(format!("not whole: {why}"));
            Ok(exit::FAILED)
        }
        _ => Ok(exit::FINE),
    }
}

/// The permission under which more is asked than a browser asks; none is the rule.
fn permission(
    args: &LookArgs,
    desk: Option<&Desk>,
    hosts: &[String],
    now: chrono::DateTime<Utc>,
) -> Result<Option<Permission>, Trouble> {
    if let (Some(by), Some(proof)) = (&args.authorised_by, &args.proof) {
        let (by, proof) = (by.trim(), proof.trim());
        if by.is_empty() || proof.is_empty() {
            return Err(Trouble::usage("a permission needs a person's name and a proof")
                .next("Give --authorised-by WHO and --proof with the mail, order or link that shows it"));
        }
        let until = args.until.unwrap_or_else(|| now.date_naive());
        if until < now.date_naive() {
            return Err(Trouble::usage(format!("{until} is past")).next("Give the last day on which the permission counts"));
        }
        let end = until.succ_opt().unwrap_or(until).and_time(NaiveTime::MIN).and_utc();
        return Ok(Some(Permission {
            by: Foreign::new(by),
            proof: Some(Foreign::new(proof)),
            hosts: hosts.iter().cloned().collect(),
            until: end,
        }));
    }
    let (Some(desk), Some(name)) = (desk, &args.app) else { return Ok(None) };
    let given = desk.authorisations(&desk.app(name)?)?;
    let named = |it: &Authorisation| it.hosts.iter().map(|host| host.to_ascii_lowercase()).collect::<BTreeSet<_>>();
    // The one that names most of this look's hosts; at the others it is a look like any other. Without one it is that at
    // all: what a browser asks needs nobody's leave.
    let counts = |it: &Authorisation| hosts.iter().filter(|host| named(it).contains(*host)).count();
    let valid = given.into_iter().filter(|it| it.consent >= Consent::OutsideIn && it.until > now && counts(it) > 0);
    let found = valid.max_by_key(|it| (hosts.first().is_some_and(|host| named(it).contains(host)), counts(it), it.until));
    Ok(found.map(|it| Permission { hosts: named(&it), by: it.by, proof: None, until: it.until }))
}

/// Has the requests agreed to: at a terminal by a question; elsewhere what a browser asks needs no word, and the rest `--yes`.
async fn agree(
    args: &LookArgs,
    plan: &Plan,
    terminal: Terminal,
    stop: &CancellationToken,
    out: &mut Out<'_>,
) -> Result<(), Trouble> {
    if args.yes {
        return Ok(());
    }
    if terminal.both && terminal.messages {
        return if agreed("Ask them?", stop, out).await {
            Ok(())
        } else {
            Err(Trouble::failed("nothing was asked").next("Answer y to look, or give --yes"))
        };
    }
    if plan.consent() == Consent::Passive {
        return Ok(());
    }
    Err(Trouble::usage("nobody is at a terminal to agree to what goes beyond a browser's requests (needs_consent)")
        .next("Look at them with --dry-run first, then give --yes"))
}

/// A permission that was given here is a fact of the app that was named.
fn record(args: &LookArgs, desk: Option<&Desk>, plan: &Plan) -> Result<(), Trouble> {
    let (Some(desk), Some(name), Some(_), Some(given)) = (desk, &args.app, &args.authorised_by, &plan.wanted.permission) else {
        return Ok(());
    };
    desk.state(&desk.app(name)?, FactBody::Authorised { authorisation: authorisation(given) })
}

/// The key of the keyed hashes, and whether this installation had it before.
fn key(paths: Option<&Paths>) -> Result<([u8; 32], bool), Trouble> {
    if let Some(key) = paths.map(store::existing_key).transpose()?.flatten() {
        return Ok((key, true));
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Trouble::failed("this machine gives no random numbers"))?;
    Ok((bytes, false))
}

/// A door without any credential, that sends each request once and no more than were announced.
fn door(endpoints: Endpoints, clock: &SharedClock, plan: &Plan) -> Result<Door, Trouble> {
    let client = net::transport().map_err(|error| Trouble::failed("no connection can be made").why(error))?;
    let patience = Patience { tries: 1, ..Patience::default() };
    let manner = Manner { patience, most_of_a_site: plan.wanted.requests, ..Manner::default() };
    Ok(Door::with(client, Arc::new(endpoints), Keys::new(), Arc::clone(clock), None, manner))
}

/// Looks, and tells each request before it is sent: on a terminal the newest, elsewhere one a line.
async fn watched(
    door: &Door,
    plan: &Plan,
    key: &ScanKey,
    clock: &SharedClock,
    on_terminal: bool,
    stop: &CancellationToken,
    out: &mut Out<'_>,
) -> Result<Look, Gap> {
    let (hearer, mut heard) = unbounded_channel();
    let requests = Requests::heard_by(hearer);
    let looking = look::look(door, plan, key, clock, &requests, stop);
    tokio::pin!(looking);
    let mut number = 0_u32;
    let looked = loop {
        tokio::select! {
            biased;
            Some(Announced { address, kind, go }) = heard.recv() => {
                number += 1;
                if on_terminal {
                    out.passing(&format!("{number} of at most {}: {}", plan.wanted.requests, address.cut(56)));
                } else {
                    out.say(format!("  {number:>3}  {address}  ({})", kind.words()));
                }
                // Whoever waited may be gone: the look was stopped.
                let _ = go.send(());
            }
            looked = &mut looking => break looked,
        }
    };
    if on_terminal {
        out.passing("");
    }
    looked
}

/// Keeps the look for the day on which the app is taken on. That it could not is said, and is no reason to lose the page.
fn kept(paths: &Paths, seen: &Look, document: &serde_json::Value, out: &mut Out<'_>) {
    match keep::keep(paths, seen, document) {
        Ok(path) => out.say(format!(
            "kept in {}\n`rescue app add NAME --url {}` takes it over as the app's first run",
            path.display(),
            seen.address
        )),
        Err(error) => out.say(format!("not kept: {} could not be written ({})", paths.looks().display(), error.kind())),
    }
}

fn checklist() -> Result<Checklist, Trouble> {
    crate::checklist::load_stored(crate::checklist::embedded()).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Trouble::failed("the built-in checklist cannot be read").why(first)
    })
}

/// Takes the place of a file that does not exist.
fn take(path: &Path) -> Result<Place, Trouble> {
    Place::take(path, false).map_err(|no| match no {
        NoPlace::Exists(path) => Trouble::usage(format!("{} exists already, and nothing is overwritten", path.display()))
            .next("Give a name that is free"),
        NoPlace::Not(trouble) => trouble,
    })
}

/// A site of which not even the first page was seen.
fn gone(gap: &Gap) -> Trouble {
    let trouble = Trouble::failed(&gap.says);
    match &gap.needs {
        Some(step) => trouble.next(step),
        None => trouble,
    }
}
