//! The entries of one file: by its path, by its directive, by what it exports, by what it registers.

use super::super::chain::property;
use super::super::imports::Import;
use super::super::parse::Parsed;
use super::super::tree::{self, Peel};
use super::body::{File, Reader};
use super::route::{self, Entry};
use super::units::{Raw, Source, Top};
use super::{Body, Call, Handler, Handlers, Kind, Matcher, Unit};
use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_ast_visit::Visit;
use std::collections::BTreeMap;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Reads a file's entries and units into `found`.
pub(super) fn read(found: &mut Handlers, parsed: &Parsed<'_, '_>, imports: &[Import]) {
    let top = Top::of(parsed.program);
    let file = File::of(parsed, imports, &top.raws);
    let entry = route::entry(parsed.path);
    let is_actions = parsed.program.directives.iter().any(|it| it.directive == "use server");
    found.keeps_in_memory |= top.raws.iter().any(|it| keeps(it.source));
    config(found, parsed, imports, &top);
    for raw in &top.raws {
        let (line, until) = (parsed.line(raw.offset), parsed.line(raw.end));
        if let Some(actions) = actions(entry.as_ref(), raw) {
            for (name, source) in actions {
                let body = Reader::new(&file, found).read(source, true);
                let route = entry.as_ref().and_then(|it| it.route.clone());
                found.entries.push(Handler { name, kind: Kind::PageServer, method: "POST".to_owned(), route, line, until, body });
            }
            continue;
        }
        let reached = raw.exported.iter().find_map(|name| reached(&file, entry.as_ref(), is_actions, raw, name));
        // What a server action is called with was sent by the caller, whatever it is called.
        let is_request = reached.as_ref().is_some_and(|it| it.0 != Kind::ServerAction);
        let body = Reader::new(&file, found).read(raw.source, is_request);
        if let Some((kind, name, method)) = reached {
            let route = entry.as_ref().and_then(|it| it.route.clone());
            let mut body = body.clone();
            if kind == Kind::ServerAction {
                sent_to_action(raw.source, &mut body, line);
            }
            found.entries.push(Handler { name, kind, method, route, line, until, body });
        }
        found.units.push(Unit { name: raw.name.clone(), exported: raw.exported.clone(), line, until, body });
    }
    for import in imports.iter().filter(|it| it.is_export) {
        handed_on(found, entry.as_ref(), import);
    }
    statements(found, &file, &top, entry.as_ref());
    number(&mut found.entries);
}

/// What the file says to the framework: for which addresses it runs, whether its body is parsed.
fn config(found: &mut Handlers, parsed: &Parsed<'_, '_>, imports: &[Import], top: &Top<'_, '_>) {
    let name = parsed.path.rsplit('/').next().unwrap_or(parsed.path);
    let is_middleware = matches!(name.split('.').next(), Some("middleware" | "proxy"));
    let raw = top.raws.iter().find(|it| it.exported.iter().any(|it| it == "config"));
    if let Some(Source::Other(it)) = raw.map(|it| it.source) {
        if is_middleware {
            found.matcher = Matcher::of(parsed, it);
        }
        if let Expression::ObjectExpression(config) = it.peeled()
            && let Some(Expression::ObjectExpression(api)) = property(config, "api").map(Peel::peeled)
            && let Some(Expression::BooleanLiteral(it)) = property(api, "bodyParser").map(Peel::peeled)
        {
            found.body_parser = Some(it.value);
        }
    } else if is_middleware && let Some(import) = imports.iter().find(|it| it.locals.iter().any(|it| it.local == "config")) {
        found.matcher = Some(Matcher::computed(import.line));
    }
}

/// Entries of one name are told apart by their order: `action`, `action 2`.
fn number(entries: &mut [Handler]) {
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    for it in entries {
        let count = known.entry((it.name.clone(), it.method.clone())).or_default();
        *count += 1;
        if *count > 1 {
            it.name = format!("{} {count}", it.name);
        }
    }
}

/// Which entry an exported name is: its kind, its name and its method.
fn reached(
    file: &File<'_, '_, '_>,
    entry: Option<&Entry>,
    is_actions: bool,
    raw: &Raw<'_, '_>,
    name: &str,
) -> Option<(Kind, String, String)> {
    let made = |kind, method: &str| Some((kind, name.to_owned(), method.to_owned()));
    let Some(entry) = entry else {
        if is_actions && raw.source.may_be_called() {
            return made(Kind::ServerAction, "POST");
        }
        if route::is_remix(file.parsed.path) && raw.source.may_be_called() {
            match name {
                "action" => return made(Kind::Action, "POST"),
                "loader" => return made(Kind::Loader, "GET"),
                _ => {}
            }
        }
        return is_cloud_function(file, raw.source).then(|| (Kind::CloudFunction, name.to_owned(), "ANY".to_owned()));
    };
    let is_method = METHODS.contains(&name) && name != "OPTIONS" && name != "HEAD";
    match entry.kind {
        Kind::Route | Kind::Endpoint | Kind::HostFunction if is_method => made(entry.kind, name),
        Kind::ApiPage | Kind::HostFunction | Kind::EdgeFunction if name == "default" || name == "handler" => {
            Some((entry.kind, short(entry), "ANY".to_owned()))
        }
        Kind::PageServer if name == "load" => made(entry.kind, "GET"),
        _ => None,
    }
}

fn short(entry: &Entry) -> String {
    entry.route.as_deref().and_then(|it| it.rsplit('/').next()).unwrap_or("handler").to_owned()
}

/// The form actions of a SvelteKit page.
fn actions<'e, 'a>(entry: Option<&Entry>, raw: &Raw<'e, 'a>) -> Option<Vec<(String, Source<'e, 'a>)>> {
    entry.filter(|it| it.kind == Kind::PageServer)?;
    raw.exported.iter().find(|it| *it == "actions")?;
    let Source::Other(it) = raw.source else { return None };
    let Expression::ObjectExpression(it) = it.peeled() else { return None };
    let actions = it.properties.iter().filter_map(|it| match it {
        ObjectPropertyKind::ObjectProperty(it) => Some((it.key.static_name()?.into_owned(), Source::of(&it.value))),
        ObjectPropertyKind::SpreadProperty(_) => None,
    });
    Some(actions.collect())
}

fn is_cloud_function(file: &File<'_, '_, '_>, source: Source<'_, '_>) -> bool {
    let Source::Other(Expression::CallExpression(it)) = source else { return false };
    let name = tree::dotted(&it.callee).unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    matches!(last, "onRequest" | "onCall") && file.uses(&["firebase-functions"])
}

/// What is sent to a server action are its parameters.
fn sent_to_action(source: Source<'_, '_>, body: &mut Body, line: u32) {
    let has_parameters = match source {
        Source::Function(it) => !it.params.items.is_empty(),
        Source::Arrow(it) => !it.params.items.is_empty(),
        Source::Other(_) => false,
    };
    if has_parameters && body.inputs.is_empty() {
        body.inputs.push(super::Input { says: "parameters".to_owned(), line });
    }
}

/// A module-level map or cache.
fn keeps(source: Source<'_, '_>) -> bool {
    let Source::Other(Expression::NewExpression(it)) = source else { return false };
    matches!(it.callee.peeled(), Expression::Identifier(it) if matches!(it.name.as_str(), "Map" | "WeakMap" | "Set" | "LRUCache" | "LRU" | "NodeCache"))
}

/// `export { GET, POST } from "@/auth"`: the entry stands elsewhere.
fn handed_on(found: &mut Handlers, entry: Option<&Entry>, import: &Import) {
    let Some(entry) = entry.filter(|it| matches!(it.kind, Kind::Route | Kind::Endpoint | Kind::ApiPage | Kind::HostFunction))
    else {
        return;
    };
    for it in &import.locals {
        let is_page = it.local == "default" && matches!(entry.kind, Kind::ApiPage | Kind::HostFunction);
        if !METHODS.contains(&it.local.as_str()) && !is_page {
            continue;
        }
        let call = Call { name: it.local.clone(), from: Some(import.from.clone()), line: import.line, takes_input: true };
        let body = Body { calls: vec![call], mentions: vec![it.local.clone()], ..Body::default() };
        let method = if is_page { "ANY".to_owned() } else { it.local.clone() };
        found.entries.push(Handler {
            name: it.local.clone(),
            kind: entry.kind,
            method,
            route: entry.route.clone(),
            line: import.line,
            until: import.line,
            body,
        });
    }
}

/// Statements that stand at the top: routes, and the call that serves an Edge Function.
fn statements(found: &mut Handlers, file: &File<'_, '_, '_>, top: &Top<'_, '_>, entry: Option<&Entry>) {
    let is_edge = entry.is_some_and(|it| it.kind == Kind::EdgeFunction) && found.entries.is_empty();
    let mut line = 1;
    let mut reader = Reader::new(file, found);
    for statement in &top.statements {
        if let oxc_ast::ast::Statement::ExpressionStatement(it) = statement {
            if is_edge && is_serve(&it.expression) {
                line = file.parsed.line(it.span.start);
            }
            reader.statement(&it.expression, is_edge);
        } else {
            reader.visit_statement(statement);
        }
    }
    let body = std::mem::take(&mut reader.frame.body);
    let has_routes = reader.found.entries.iter().any(|it| it.kind == Kind::ServerRoute);
    if let Some(entry) = entry.filter(|_| is_edge && !has_routes) {
        let (name, route) = (short(entry), entry.route.clone());
        found.entries.push(Handler {
            name,
            kind: Kind::EdgeFunction,
            method: "ANY".to_owned(),
            route,
            line,
            until: u32::MAX,
            body,
        });
    }
}

fn is_serve(it: &Expression<'_>) -> bool {
    let Expression::CallExpression(it) = it.awaited() else { return false };
    tree::dotted(&it.callee).is_some_and(|it| it == "Deno.serve" || it == "serve" || it == "addEventListener")
}
