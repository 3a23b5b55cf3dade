//! `rescue app close`: the end of an engagement as a list that is gone through. It closes nothing while something stands in
//! the way, unless a person says why it ends all the same.

use super::close_args::CloseArgs;
use super::{exit, json, out::Out};
use crate::desk::Desk;
use crate::desk::closing::{Closed, Closing, revoke};
use crate::domain::AppName;
use crate::trouble::Trouble;
use crate::words;
use serde_json::{Value, json};

/// `rescue app close NAME`.
///
/// # Errors
/// An unknown app, one that is closed, something in the way, a store that cannot be written.
pub async fn close(desk: &Desk, args: CloseArgs, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(&args.name)?;
    if let Some(at) = desk.board(&app)?.closed.filter(|_| !args.dry_run) {
        return Err(Trouble::usage(format!("the engagement of {app} was closed on {}", at.format("%Y-%m-%d")))
            .next("To take that back, whoever closed it runs `rescue undo`; --dry-run asks the tokens once more"));
    }
    if !args.json {
        out.say("asking every token of this engagement once more");
    }
    let closing = desk.closing(&app).await?;
    let in_the_way = closing.in_the_way();
    if !args.json {
        list(&app, &closing, out);
    }
    if args.dry_run || (!in_the_way.is_empty() && !args.force) {
        return Ok(unclosed(&app, &args, &closing, &in_the_way, out));
    }
    let reason = reason(args.reason.as_deref(), &in_the_way);
    let closed = desk.close(&app, &closing, &reason, args.forget)?;
    if args.json {
        out.json(&json::document(document(&app, &closing, &in_the_way, Some((&closed, &reason)))));
    } else {
        told(&app, &closing, &closed, &in_the_way, out);
    }
    Ok(exit::FINE)
}

/// The reason as it is kept: with what stood open, so that nobody reads a hand-over that was none.
fn reason(given: Option<&str>, in_the_way: &[String]) -> String {
    let given = given.map(str::trim).filter(|it| !it.is_empty()).unwrap_or("handed over");
    match in_the_way.len() {
        0 => given.to_owned(),
        open => format!("{given} — closed although {} stood open", words::count(open, "thing")),
    }
}

fn unclosed(app: &AppName, args: &CloseArgs, closing: &Closing, in_the_way: &[String], out: &mut Out<'_>) -> u8 {
    let code = if args.dry_run { exit::FINE } else { exit::FAILED };
    if args.json {
        out.json(&json::document(document(app, closing, in_the_way, None)));
        return code;
    }
    out.line(String::new());
    if in_the_way.is_empty() {
        out.line(format!("nothing is in the way: `rescue app close {app}` writes the receipts, the last page and the closing"));
        return code;
    }
    out.line(format!("{app} is NOT closed, and nothing was written: {} in the way", words::count(in_the_way.len(), "thing")));
    print_in_the_way(closing, out);
    out.say(format!(
        "a gate that stays open with the client's word: `rescue item waive {app} ITEM --by WHO --proof … --until … --reason …`\n\
         an engagement that ends early: `rescue app close {app} --force --reason …`; what is open stays open"
    ));
    code
}

/// The gates were listed above, one line each: here they are counted.
fn print_in_the_way(closing: &Closing, out: &mut Out<'_>) {
    if !closing.open.is_empty() {
        let (gates, name) = (words::count(closing.open.len(), "gate"), &closing.board.settings.name);
        out.line(format!("  {gates} above: `rescue item show {name} ITEM` says what each takes"));
    }
    closing.tokens_in_the_way().iter().for_each(|line| out.line(format!("  {line}")));
}

fn list(app: &AppName, closing: &Closing, out: &mut Out<'_>) {
    let board = &closing.board;
    out.line(format!("{} ({app}), week {} of {}", board.settings.title, board.week, board.settings.weeks));
    out.line("1. Gates");
    if closing.open.is_empty() {
        out.line("   ✔ none is open");
    }
    for it in &closing.open {
        let (mark, truth) = (words::mark(it.truth), it.truth.words());
        out.line(format!("   {mark} {:<8} gate {:<7} {truth:<9} {}", it.item.as_str(), it.gate.to_string(), it.short));
    }
    out.line("2. Our tokens, each asked just now");
    for token in &closing.tokens {
        let mark = if token.said.is_gone() { "✔" } else { "✘" };
        out.line(format!(
            "   {mark} {}, {}: {} — {}",
            token.system.title(),
            token.places(),
            token.said.word(),
            token.said.says()
        ));
        if matches!(token.said, crate::desk::closing::Said::Works(_)) {
            out.line(format!("       next: {}", revoke(token.system)));
        }
    }
    for system in &closing.without {
        out.line(format!("   ? {}: no token lies here, so none could be asked", system.title()));
    }
    for why in &closing.unseen {
        out.line(format!("   ? not seen whether another lies here: {why}"));
    }
    if closing.tokens.is_empty() && closing.without.is_empty() {
        out.line("   – none lies here, and no system in use needs one");
    }
    out.line("     (a token on another machine or in a runner's secrets is not asked from here)");
    out.line("3. Who keeps watching");
    if let Some((item, truth)) = &closing.watch {
        out.line(format!("   {} {item} {}", words::mark(*truth), truth.words()));
    }
    out.line(format!(
        "   on the client's side, in a private repository: `rescue schedule workflow {app} > .github/workflows/rescue.yml`"
    ));
    if !closing.secrets.is_empty() {
        out.line(format!("   with tokens that the client makes, as secrets of it: {}", closing.secrets.join(", ")));
    }
    out.line(format!("   with the history: its head says what to run first (`rescue app export {app} …` to a passphrase)"));
}

fn told(app: &AppName, closing: &Closing, closed: &Closed, in_the_way: &[String], out: &mut Out<'_>) {
    out.line("4. Receipts");
    match &closing.access {
        Some(item) => out.line(format!("   what was asked and answered is kept with {item}: `rescue item show {app} {item}`")),
        None => out.line("   the checklist has no item about our access: what was asked is in the lines above only"),
    }
    out.line(format!("5. The last page is frozen: `rescue snapshot {app} --again {} --out FILE`", closed.page));
    for system in &closed.forgotten {
        out.line(format!("   the credential of {} is out of the keyring", system.title()));
    }
    for place in &closed.left {
        out.line(format!("   not taken away, since it is not {app}'s entry in the keyring: {place}"));
    }
    out.line(String::new());
    if in_the_way.is_empty() {
        out.line(format!("the engagement of {app} is closed"));
    } else {
        let open = words::count(in_the_way.len(), "thing");
        out.line(format!("the engagement of {app} is closed although {open} stood open; it stays open:"));
        print_in_the_way(closing, out);
    }
}

fn document(app: &AppName, closing: &Closing, in_the_way: &[String], closed: Option<(&Closed, &String)>) -> Value {
    let gates: Vec<Value> =
        closing.open.iter().map(|it| json!({ "id": it.item, "short": it.short, "gate": it.gate, "truth": it.truth })).collect();
    let tokens: Vec<Value> = closing
        .tokens
        .iter()
        .map(|it| {
            json!({
                "system": it.system, "places": it.places(), "answer": it.said.word().replace(' ', "_"), "says": it.said.says(),
                "asked": json::moment(it.asked),
            })
        })
        .collect();
    json!({
        "app": app, "open_gates": gates, "tokens": tokens, "without_token": closing.without, "unseen_places": closing.unseen, "in_the_way": in_the_way,
        "watch": closing.watch.as_ref().map(|(item, truth)| json!({ "id": item, "truth": truth })),
        "workflow_secrets": closing.secrets,
        "closed": closed.map(|(it, reason)| {
            json!({ "reason": reason, "snapshot": it.page, "forgotten": it.forgotten, "credentials_left": it.left })
        }),
    })
}
