//! A migration to review, from what the catalogue derives: every name quoted as PostgreSQL reads it, every text from outside in
//! a comment that it cannot leave. It is written, never executed, and leaves as a comment what only a person can know.

use super::model::WorkOrder;
use super::{LONGEST_TEXT, NoSuchForm};
use crate::domain::{Foreign, ObjectName, Repair};
use crate::words;

/// The whole file.
///
/// # Errors
/// Nothing of the item can be derived.
pub fn render(order: &WorkOrder) -> Result<String, NoSuchForm> {
    if order.repairs.whole() == 0 {
        return Err(NoSuchForm { item: order.item.clone(), why: order.no_repairs.clone().or_else(|| nothing(order)) });
    }
    let mut file = File::default();
    head(&mut file, order);
    let kinds: [fn(&Repair) -> bool; 6] = [
        |it| matches!(it, Repair::RowSecurity { .. }),
        |it| matches!(it, Repair::Invoker { .. }),
        |it| matches!(it, Repair::Withdraw { .. }),
        |it| matches!(it, Repair::SearchPath { .. }),
        |it| matches!(it, Repair::Index { .. }),
        |it| matches!(it, Repair::OtherIndex { .. }),
    ];
    for is_kind in kinds {
        let found: Vec<&Repair> = order.repairs.list.iter().filter(|it| is_kind(it)).collect();
        if let Some(first) = found.first() {
            section(&mut file, order, first, found.len());
            for it in found {
                one(&mut file, it);
            }
        }
    }
    Ok(file.text)
}

/// Why nothing of it can be written down whole.
fn nothing(order: &WorkOrder) -> Option<Foreign> {
    let (names, by_hand) = (order.repairs.left_out, order.repairs.by_hand());
    let names = (names > 0).then(|| format!("{} cannot be written down exactly", words::count(names, "name")));
    let by_hand = (by_hand > 0).then(|| {
        let objects = words::count(by_hand, "object");
        format!("{objects} need what only a person can know: an index of another kind, or a function's arguments")
    });
    let why: Vec<String> = names.into_iter().chain(by_hand).collect();
    (!why.is_empty()).then(|| Foreign::new(why.join("; ")))
}

fn head(file: &mut File, order: &WorkOrder) {
    file.comment(&format!("{}: {}", order.item, order.goal));
    let looked = order.looked_at().map_or_else(String::new, |it| format!(", {it}"));
    let commit = order.commit.as_ref().map_or_else(String::new, |it| format!(" at commit {}", it.cut(12)));
    file.comment(&format!(
        "For {}, from its migrations{commit}{looked}. A database that was changed by hand may differ.",
        order.app
    ));
    file.comment("Review it before you apply it. rescue wrote it and never executes it.");
    let concurrent = order.repairs.list.iter().any(|it| matches!(it, Repair::Index { partitioned: false, .. }));
    if concurrent {
        file.comment(
            "Not in a transaction: `psql -v ON_ERROR_STOP=1 -f FILE`, without -1. A tool that puts every migration into a",
        );
        file.comment("transaction refuses `concurrently`; leave that word out there, at an hour when waiting writes do no harm.");
    } else {
        file.comment("In one transaction: `psql -1 -v ON_ERROR_STOP=1 -f FILE`, or as a migration of your tool.");
    }
    if order.repairs.left_out > 0 {
        let more = words::count(order.repairs.left_out, "object");
        file.comment(&format!("NOT WHOLE: {more} more are not in this file; apply it, then ask for another."));
    }
    let by_hand = order.repairs.by_hand();
    if by_hand > 0 {
        let objects = words::count(by_hand, "object");
        file.comment(&format!("NOT WHOLE: {objects} stand here as a comment only; complete them by hand."));
    }
    for it in &order.unseen {
        file.comment(&format!("NOT WHOLE: {} could not see everything: {}", it.probe, it.gap.says.cut(LONGEST_TEXT)));
    }
    for it in &order.lost {
        file.comment(&format!("NOT WHOLE: {}", it.cut(LONGEST_TEXT)));
    }
    file.comment(&format!("It is proven by: {}", order.proof.first().map_or("", String::as_str)));
}

/// What one kind of repair is, and what it must not break.
fn section(file: &mut File, order: &WorkOrder, first: &Repair, count: usize) {
    file.blank();
    match first {
        Repair::RowSecurity { .. } => {
            file.comment(&format!("Row-level security: {}.", words::count(count, "table")));
            file.comment("Without a policy a table is closed to every client from here on. Write the policies for what the app itself reads");
            file.comment(
                "and writes where the lines below begin with `-- create policy`; they cannot be derived. The service role goes",
            );
            file.comment("round all of it.");
            if !order.unseen.is_empty() || !order.lost.is_empty() {
                file.comment("Not everything was read (see above): a table may have policies, or be closed, already.");
            }
        }
        Repair::Invoker { .. } => {
            file.comment(&format!("Asks with the caller's rights: {}. PostgreSQL 15 or newer.", words::count(count, "view")));
            file.comment("The caller then sees only what grants and policies of the tables under it allow: look at those first.");
        }
        Repair::Withdraw { .. } => {
            file.comment(&format!("Taken from clients: {}.", words::count(count, "materialised view")));
            file.comment("It cannot have row-level security. What reads it in the browser stops: serve it from a server route.");
        }
        Repair::SearchPath { .. } => {
            file.comment(&format!("A fixed search path: {}.", words::count(count, "function")));
            file.comment("Names without a schema then mean its own schema alone: add the schemas of extensions that it uses. A function that");
            file.comment("stands there several times needs its arguments behind its name.");
        }
        Repair::Index { .. } => {
            file.comment(&format!("Missing: {}.", several(count, "index", "indexes")));
            file.comment(
                "Each costs at every write: take out the lines of tables that stay under some thousand rows. A build that breaks",
            );
            file.comment("off leaves an invalid index: `drop index concurrently` it, and begin again.");
        }
        Repair::OtherIndex { .. } => {
            file.comment(&format!("Not derived: {}.", several(count, "index of another kind", "indexes of another kind")));
            file.comment("An ordinary index does not serve what is asked. It needs GIN or trigrams, which cannot be derived.");
        }
    }
}

fn one(file: &mut File, repair: &Repair) {
    match repair {
        Repair::RowSecurity { table, policies, owner } => {
            let table = qualified(table);
            file.blank();
            file.line(&format!("alter table {table} enable row level security;"));
            if *policies > 0 {
                let verb = if *policies == 1 { "begins" } else { "begin" };
                let policies = several(*policies, "policy", "policies");
                file.comment(&format!("{policies} of it stand there already and {verb} to bind."));
                return;
            }
            let owner = owner.as_ref().map_or_else(|| "<the owner's column>".to_owned(), |it| quoted(it.as_str()));
            for (command, condition) in [
                ("select", format!("using ((select auth.uid()) = {owner})")),
                ("insert", format!("with check ((select auth.uid()) = {owner})")),
                ("update", format!("using ((select auth.uid()) = {owner}) with check ((select auth.uid()) = {owner})")),
                ("delete", format!("using ((select auth.uid()) = {owner})")),
            ] {
                file.comment(&format!(
                    "create policy \"owners {command}\" on {table} for {command} to authenticated {condition};"
                ));
            }
        }
        Repair::Invoker { view } => file.line(&format!("alter view {} set (security_invoker = true);", qualified(view))),
        Repair::Withdraw { relation } => {
            file.line(&format!("revoke all on table {} from anon, authenticated;", qualified(relation)));
        }
        Repair::SearchPath { routine, forms } if *forms > 1 => {
            let path = quoted(routine.schema.as_str());
            let routine = qualified(routine);
            file.comment(&format!("It stands there {forms} times: one line for each that runs with its owner's rights."));
            file.comment(&format!("alter routine {routine}(<arguments>) set search_path = {path}, pg_temp;"));
        }
        Repair::SearchPath { routine, .. } => {
            let path = quoted(routine.schema.as_str());
            let routine = qualified(routine);
            file.line(&format!("alter routine {routine} set search_path = {path}, pg_temp;"));
            file.comment(&format!(
                "If no client calls it: revoke execute on routine {routine} from public, anon, authenticated;"
            ));
        }
        Repair::OtherIndex { table, column, operator } => {
            let (table, column) = (qualified(table), quoted(column.as_str()));
            file.comment(&format!("{table} ({column}) is asked by {}", operator.cut(LONGEST_TEXT)));
        }
        Repair::Index { table, columns, name, serves, partitioned } => {
            if let Some(to) = serves {
                file.comment(&format!("Refers to {}.{}", to.schema, to.name));
            }
            let columns: Vec<String> = columns.iter().map(|it| quoted(it.as_str())).collect();
            let (name, table, columns) = (quoted(name.as_str()), qualified(table), columns.join(", "));
            if *partitioned {
                file.comment("A partitioned table takes no index concurrently: writes wait while this one builds.");
                file.line(&format!("create index {name} on {table} ({columns});"));
            } else {
                file.line(&format!("create index concurrently {name} on {table} ({columns});"));
            }
        }
    }
}

/// An identifier as PostgreSQL reads it whatever it holds (PostgreSQL: Identifiers and Key Words).
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn several(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

fn qualified(object: &ObjectName) -> String {
    format!("{}.{}", quoted(object.schema.as_str()), quoted(object.name.as_str()))
}

#[derive(Default)]
struct File {
    text: String,
}

impl File {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A comment of one line: what could end the line is gone by then.
    fn comment(&mut self, text: &str) {
        let text = Foreign::new(text).cut(4 * LONGEST_TEXT);
        self.line(&format!("-- {text}"));
    }

    fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }
}
