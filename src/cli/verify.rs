//! `rescue verify`: whether a snapshot's file was changed, and whether it is authentic. It works without a database, and
//! makes none.

use super::snapshot_args::VerifyArgs;
use super::{exit, json, out::Out};
use crate::config::{Configuration, Environment, Paths};
use crate::desk::verifying::{self, Kept, Signature, Verified};
use crate::desk::{Desk, fields};
use crate::domain::Foreign;
use crate::snapshot::signature::Signers;
use crate::snapshot::verify::{Difference, Form};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::path::Path;

/// `rescue verify FILE`.
///
/// # Errors
/// A file that is no snapshot, keys that cannot be read, a store that cannot be read.
pub fn verify(environment: &Environment, args: &VerifyArgs, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let paths = Paths::from_environment(environment).ok();
    let at_hand = paths.as_ref().filter(|paths| paths.database().is_file());
    let desk = match at_hand.map(|_| Desk::open(environment)).transpose() {
        Ok(desk) => desk,
        Err(trouble) => {
            out.say(format!("the database at hand is not asked: {trouble}"));
            None
        }
    };
    let _log = desk
        .as_ref()
        .map(|desk| crate::log::start(&desk.paths, environment, std::sync::Arc::clone(&desk.clock), desk.chain.redactor()));
    let now = crate::clock::Clock::now(&crate::clock::SystemClock);
    let signers = signers(paths.as_ref(), args, now)?;
    let verified = verifying::verify(&args.file, desk.as_ref(), &signers, !args.signer.is_empty())?;
    if args.json {
        out.json(&json::document(document(&args.file, &verified)));
    } else {
        print(&args.file, &verified, out);
    }
    let held = verified.is_consistent() && verified.is_authentic() != Some(false);
    Ok(if held { exit::FINE } else { exit::FAILED })
}

/// Those whom the configuration names, and those of the command line.
fn signers(paths: Option<&Paths>, args: &VerifyArgs, now: DateTime<Utc>) -> Result<Signers, Trouble> {
    let mut signers = Signers::default();
    if let Some(paths) = paths {
        let config = Configuration::read(paths).map_err(|error| Trouble::told(&error.to_string()))?;
        if let Some(file) = config.signers {
            let file = fields::from_home(&file.to_string_lossy());
            signers.extend(verifying::signers(&paths.config().join(file), now)?);
        }
    }
    for file in &args.signer {
        signers.extend(verifying::signers(file, now)?);
    }
    Ok(signers)
}

fn print(file: &Path, it: &Verified, out: &mut Out<'_>) {
    let page = &it.examined.record.page;
    let (name, title, tool) =
        (Foreign::new(file.display().to_string()), Foreign::new(&page.title), Foreign::new(&page.method.tool));
    out.line(format!("{name}: a snapshot of {title} for the {}, {}, made by {tool}", page.audience, Foreign::new(&page.day)));
    if it.examined.is_consistent() {
        let how = match (it.examined.as_written, it.examined.form) {
            (Some(true), _) => "nothing in the file was changed since it was sealed",
            (Some(false), _) => {
                "what it says is what was sealed, but the file was written anew: its bytes are not as rescue writes them"
            }
            (None, _) => {
                "its bytes are what was sealed; another version laid the page out, so this one compared only its main sentences"
            }
        };
        out.line(format!("consistent with itself: {how}"));
    } else {
        out.line("NOT consistent with itself: it was changed after it was sealed");
        for difference in &it.examined.differences {
            print_difference(difference, out);
        }
        if it.examined.more > 0 {
            out.line(format!("  and {} more", crate::words::count(it.examined.more, "difference")));
        }
    }
    match &it.signature {
        Signature::None => out.line("it is not signed"),
        Signature::Broken(why) => out.line(format!("its signature does NOT hold: {why}")),
        Signature::Unknown { fingerprint } => out.line(format!("signed by {fingerprint} — nobody you named")),
        Signature::Known { fingerprint, who } => out.line(format!("signed by {who} ({fingerprint}), whom you named")),
    }
    if let Some(kept) = &it.kept {
        let day = kept.at.format("%Y-%m-%d %H:%M UTC");
        out.line(format!("the database at hand keeps a snapshot of {} with this seal, made by {} on {day}", kept.app, kept.by));
        out.line(behind(kept));
    } else if it.looked {
        out.line("the database at hand does not keep a snapshot with this seal");
    }
    out.line(match (it.is_authentic(), it.is_consistent()) {
        (Some(true), _) => "authentic",
        (_, false) => "NOT authentic",
        (Some(false), _) => "NOT shown to be authentic",
        (None, _) => {
            "not shown to be authentic: that takes the database that made it, or a signature by somebody you name with --signer"
        }
    });
}

fn print_difference(it: &Difference, out: &mut Out<'_>) {
    out.line(format!("  {} is not what was sealed", Foreign::new(&it.place)));
    if let Some(says) = &it.says {
        out.line(format!("    says:       {says}"));
    }
    if let Some(should) = &it.should {
        out.line(format!("    should say: {should}"));
    }
}

fn behind(kept: &Kept) -> String {
    let it = &kept.behind;
    if it.are_here() {
        return format!("the facts behind it are here: {} of {}", it.here, it.wanted);
    }
    let mut wrong = Vec::new();
    if it.here != it.wanted {
        wrong.push(format!("{} of {} are here", it.here, it.wanted));
    }
    if !it.newest {
        wrong.push("the newest of them is missing".to_owned());
    }
    if it.here == it.wanted && !it.unchanged {
        wrong.push("one or more were changed".to_owned());
    }
    format!("the facts behind it are NOT all here: {}", wrong.join(", "))
}

fn document(file: &Path, it: &Verified) -> Value {
    let (page, record) = (&it.examined.record.page, &it.examined.record);
    let (state, key, who) = match &it.signature {
        Signature::None => ("none", None, None),
        Signature::Broken(_) => ("broken", None, None),
        Signature::Unknown { fingerprint } => ("unknown", Some(fingerprint), None),
        Signature::Known { fingerprint, who } => ("known", Some(fingerprint), Some(who)),
    };
    let database = it.kept.as_ref().map(|kept| {
        json!({
            "app": kept.app, "by": kept.by, "at": json::moment(kept.at),
            "facts": {
                "here": kept.behind.here, "of": kept.behind.wanted, "newest": kept.behind.newest, "unchanged": kept.behind.unchanged,
            },
        })
    });
    let difference = |it: &Difference| json!({ "place": Foreign::new(&it.place), "says": it.says, "should": it.should });
    json!({
        "file": Foreign::new(file.display().to_string()),
        "format": match it.examined.form { Form::Html => "html", Form::Json => "json" },
        "title": page.title, "for": page.audience, "moment": json::moment(page.moment), "tool": Foreign::new(&page.method.tool),
        "seal": Foreign::new(&record.seal.0),
        "consistent": it.is_consistent(), "as_written": it.examined.as_written,
        "differences": it.examined.differences.iter().map(difference).collect::<Vec<_>>(), "more": it.examined.more,
        "signature": { "state": state, "key": key, "who": who },
        "database": { "looked": it.looked, "keeps": database },
        "authentic": it.is_authentic(),
    })
}
