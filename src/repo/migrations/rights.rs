//! Policies, grants and the rights that functions run with, as statements set them. It judges none of them.

use super::cursor::Cursor;
use super::lex::{Kind, Token};
use super::replay::Replay;
use super::schema::{At, Form, Name, Policy, Schema};
use super::signature::signature;

/// `create policy …` behind these words. False: name or table could not be read.
pub(super) fn create_policy(replay: &mut Replay, mut it: Cursor<'_, '_>, at: &At, text: &str) -> bool {
    it.eat(&["if", "not", "exists"]);
    let (Some(name), true, Some(table)) = (it.identifier(), it.eat(&["on"]), it.name()) else { return false };
    let Some(relation) = replay.schema.relations.get_mut(&table) else {
        if !Schema::is_foreign(&table.schema) {
            replay.schema.unknown.entry(table).or_insert_with(|| at.clone());
        }
        return true;
    };
    let mut policy = Policy {
        command: "all".to_owned(),
        roles: Vec::new(),
        restrictive: it.holds(&["restrictive"]),
        using: None,
        check: None,
        at: at.clone(),
    };
    if let Some(command) = it.behind(&["for"]).and_then(|mut it| it.identifier()) {
        policy.command = command;
    }
    conditions(&mut policy, &it, text);
    relation.policies.insert(name, policy);
    true
}

/// `alter policy …` behind these words. False: it could not be read.
pub(super) fn alter_policy(replay: &mut Replay, mut it: Cursor<'_, '_>, text: &str) -> bool {
    let (Some(name), true, Some(table)) = (it.identifier(), it.eat(&["on"]), it.name()) else { return false };
    let Some(relation) = replay.schema.relations.get_mut(&table) else { return Schema::is_foreign(&table.schema) };
    if it.eat(&["rename", "to"]) {
        let (Some(to), Some(policy)) = (it.identifier(), relation.policies.remove(&name)) else { return false };
        relation.policies.insert(to, policy);
        return true;
    }
    let Some(policy) = relation.policies.get_mut(&name) else { return false };
    conditions(policy, &it, text);
    true
}

fn conditions(policy: &mut Policy, it: &Cursor<'_, '_>, text: &str) {
    if let Some(mut to) = it.behind(&["to"]) {
        let mut roles = Vec::new();
        loop {
            roles.extend(to.identifier());
            if !to.sign(',') {
                break;
            }
        }
        roles.retain(|it| it != "public");
        policy.roles = roles;
    }
    if let Some(group) = it.behind(&["using"]).and_then(|mut it| it.group()) {
        policy.using = Some(group.written(text).to_owned());
    }
    if let Some(group) = it.behind(&["with", "check"]).and_then(|mut it| it.group()) {
        policy.check = Some(group.written(text).to_owned());
    }
}

/// `create function …` behind these words.
pub(super) fn create_function(replay: &mut Replay, mut it: Cursor<'_, '_>, at: &At) {
    let Some(name) = it.name() else { return };
    let arguments = it.group().map(|it| signature(&it)).unwrap_or_default();
    let body = it.rest().iter().find(|it| matches!(it.kind, Kind::Dollar)).map_or("", |it| it.text);
    let words = body.to_ascii_lowercase();
    let builds = ["alter table", "create table", "drop table", "create policy", "create index", "row level security"];
    // A body that runs whatever text it is given can do anything too.
    let is_dynamic =
        words.contains("execute") && (builds.iter().any(|it| words.contains(it)) || !words.contains("execute format"));
    let form = Form {
        security_definer: it.holds(&["security", "definer"]),
        sets_search_path: it.holds(&["set", "search_path"]),
        is_dynamic: is_dynamic && !words.contains("execute function"),
        at: at.clone(),
    };
    replay.schema.functions.entry(name).or_default().forms.insert(arguments, form);
}

/// `alter function …` behind these words. What names no form that is known changes none: it stays as open as it was.
pub(super) fn alter_function(replay: &mut Replay, mut it: Cursor<'_, '_>) {
    let Some(name) = it.name() else { return };
    let arguments = it.group().map(|it| signature(&it));
    let functions = &mut replay.schema.functions;
    let Some(function) = functions.get_mut(&name) else { return };
    let wanted = match arguments {
        Some(arguments) => arguments,
        // Without arguments the database takes the only one that there is.
        None if function.forms.len() > 1 => return,
        None => function.forms.keys().next().cloned().unwrap_or_default(),
    };
    if it.eat(&["rename", "to"]) {
        if let (Some(to), Some(form)) = (it.identifier(), function.forms.remove(&wanted)) {
            let to = Name { schema: name.schema.clone(), name: to };
            if function.forms.is_empty() {
                functions.remove(&name);
            }
            functions.entry(to).or_default().forms.insert(wanted, form);
        }
        return;
    }
    let Some(form) = function.forms.get_mut(&wanted) else { return };
    if it.holds(&["security", "definer"]) {
        form.security_definer = true;
    } else if it.holds(&["security", "invoker"]) {
        form.security_definer = false;
    }
    form.sets_search_path |= it.holds(&["set", "search_path"]);
    form.sets_search_path &= !(it.holds(&["reset", "search_path"]) || it.holds(&["reset", "all"]));
}

/// `f(integer)` of a `drop function`: that form; without arguments all of them.
pub(super) fn drop_function(schema: &mut Schema, mut it: Cursor<'_, '_>) {
    let Some(name) = it.name() else { return };
    let Some(function) = schema.functions.get_mut(&name) else { return };
    if let Some(arguments) = it.group() {
        function.forms.remove(&signature(&arguments));
    } else {
        function.forms.clear();
    }
    if function.forms.is_empty() {
        schema.functions.remove(&name);
    }
}

/// `grant …` and `revoke …` on tables, as far as every right is taken from a role or one is given back.
pub(super) fn grant(replay: &mut Replay, mut it: Cursor<'_, '_>) {
    let takes = it.sees(&["revoke"]);
    it.next();
    let takes_all = it.sees(&["all"]) && !it.sees(&["all", "("]);
    let Some(mut on) = it.behind(&["on"]) else { return };
    let side = if takes { "from" } else { "to" };
    let Some(roles) = on.behind(&[side]) else { return };
    let roles: Vec<String> = roles.parts().into_iter().filter_map(|mut it| it.identifier()).collect();
    let is_other = ["schema", "function", "sequence", "type", "database", "routine", "procedure", "language", "domain"];
    if is_other.iter().any(|word| on.sees(&[word])) || (takes && !takes_all) {
        return;
    }
    let everywhere = on.eat(&["all", "tables", "in", "schema"]);
    if on.sees(&["all"]) {
        return;
    }
    on.eat(&["table"]);
    let tokens = on.rest();
    let end = tokens.iter().position(|it| it.is(side)).unwrap_or(tokens.len());
    let names = on.before(end).parts().into_iter();
    let is_meant: Box<dyn Fn(&Name) -> bool> = if everywhere {
        let schemas: Vec<String> = names.filter_map(|mut it| it.identifier()).collect();
        Box::new(move |name| schemas.contains(&name.schema))
    } else {
        let tables: Vec<Name> = names.filter_map(|mut it| it.name()).collect();
        Box::new(move |name| tables.contains(name))
    };
    for (_, relation) in replay.schema.relations.iter_mut().filter(|(name, _)| is_meant(name)) {
        for role in &roles {
            if takes {
                relation.revoked.insert(role.clone());
            } else {
                relation.revoked.remove(role);
            }
        }
    }
}

/// The schema that `set search_path` names first; none for any other statement.
pub(super) fn search_path(tokens: &[Token<'_>]) -> Option<String> {
    let mut it = Cursor::new(tokens, "public");
    if !it.eat(&["set"]) {
        return None;
    }
    it.skip(&["local", "session"]);
    if !it.eat(&["search_path"]) || !(it.eat(&["to"]) || it.sign('=')) {
        return None;
    }
    let first = it.next()?;
    let name = first.text.trim_matches('"');
    (!matches!(name, "" | "$user" | "default" | "DEFAULT")).then(|| name.to_owned())
}
