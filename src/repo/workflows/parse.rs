//! From the tree of a workflow's YAML to its parts. What has another shape than GitHub documents is left out, never guessed.

use super::{Job, LocalAction, Permissions, Step, Trigger, Workflow};
use crate::repo::yaml::{Node, Value};
use std::collections::BTreeMap;

/// Whether it has what every workflow has.
pub(super) fn is_workflow(node: &Node) -> bool {
    node.get("on").is_some() && node.get("jobs").is_some_and(|it| !it.entries().is_empty())
}

pub(super) fn workflow(path: &str, node: &Node) -> Workflow {
    let shell = default_shell(node);
    Workflow {
        path: path.to_owned(),
        name: node.text_of("name").map(str::to_owned),
        triggers: node.get("on").map(triggers).unwrap_or_default(),
        permissions: node.get("permissions").and_then(permissions),
        concurrency: node.get("concurrency").is_some(),
        jobs: node
            .get("jobs")
            .map(|it| it.entries().iter().map(|(id, job)| of_job(id, job, &shell)).collect())
            .unwrap_or_default(),
    }
}

/// The steps of a composite action; none of an action of another kind, whose code is its own.
pub(super) fn action(path: &str, node: &Node) -> Option<LocalAction> {
    let runs = node.get("runs")?;
    let steps = if runs.text_of("using") == Some("composite") { steps(runs, &Defaults::default()) } else { Vec::new() };
    Some(LocalAction { path: path.to_owned(), steps })
}

fn triggers(node: &Node) -> Vec<Trigger> {
    let named = |name: &str, line: u32| Trigger { event: name.to_owned(), line, ..Trigger::default() };
    match &node.value {
        Value::Text(name) => vec![named(name, node.line)],
        Value::List(events) => events.iter().filter_map(|it| Some(named(it.text()?, it.line))).collect(),
        Value::Map(events) => events.iter().map(|(name, it)| filtered(named(name, it.line), it)).collect(),
        _ => Vec::new(),
    }
}

fn filtered(trigger: Trigger, node: &Node) -> Trigger {
    let texts = |key: &str| node.get(key).map(Node::texts).unwrap_or_default();
    let crons = node.elements().iter().filter_map(|it| it.text_of("cron").map(str::to_owned));
    Trigger {
        branches: texts("branches"),
        branches_ignore: texts("branches-ignore"),
        paths: texts("paths"),
        paths_ignore: texts("paths-ignore"),
        types: texts("types"),
        crons: crons.collect(),
        ..trigger
    }
}

fn permissions(node: &Node) -> Option<Permissions> {
    match &node.value {
        Value::Text(all) => Some(Permissions::All(all.clone())),
        Value::Map(scopes) => {
            let scopes = scopes.iter().filter_map(|(scope, it)| Some((scope.clone(), it.text()?.to_owned())));
            Some(Permissions::Scopes(scopes.collect()))
        }
        _ => None,
    }
}

/// What `defaults.run` says for every step below it.
#[derive(Default, Clone)]
struct Defaults {
    shell: Option<String>,
    folder: Option<String>,
}

fn default_shell(node: &Node) -> Defaults {
    let run = node.get("defaults").and_then(|it| it.get("run"));
    let text = |key: &str| run.and_then(|it| it.text_of(key)).map(str::to_owned);
    Defaults { shell: text("shell"), folder: text("working-directory") }
}

fn of_job(id: &str, node: &Node, above: &Defaults) -> Job {
    let own = default_shell(node);
    let defaults =
        Defaults { shell: own.shell.or_else(|| above.shell.clone()), folder: own.folder.or_else(|| above.folder.clone()) };
    let environment = node.get("environment");
    Job {
        id: id.to_owned(),
        line: node.line.saturating_sub(1).max(1),
        name: node.text_of("name").unwrap_or(id).to_owned(),
        needs: node.get("needs").map(Node::texts).unwrap_or_default(),
        condition: node.text_of("if").map(str::to_owned),
        environment: environment.and_then(|it| it.text().or_else(|| it.text_of("name"))).map(str::to_owned),
        permissions: node.get("permissions").and_then(permissions),
        concurrency: node.get("concurrency").is_some(),
        continue_on_error: is_true(node, "continue-on-error"),
        matrix: node.get("strategy").is_some_and(|it| it.get("matrix").is_some()),
        uses: node.text_of("uses").map(str::to_owned),
        steps: steps(node, &defaults),
        called: Vec::new(),
        unfollowed: false,
    }
}

/// An expression may be true: then the step may fail without a word.
fn is_true(node: &Node, key: &str) -> bool {
    node.text_of(key).is_some_and(|it| it != "false")
}

fn steps(node: &Node, defaults: &Defaults) -> Vec<Step> {
    let Some(steps) = node.get("steps") else { return Vec::new() };
    steps.elements().iter().filter(|it| !it.entries().is_empty()).map(|it| step(it, defaults)).collect()
}

fn step(node: &Node, defaults: &Defaults) -> Step {
    let with = node.get("with").map(Node::entries).unwrap_or_default();
    let with: BTreeMap<String, String> =
        with.iter().filter_map(|(name, it)| Some((name.clone(), it.text()?.to_owned()))).collect();
    let run = node.get("run").and_then(|it| Some((it.text()?.to_owned(), it.line)));
    Step {
        line: node.line,
        name: node.text_of("name").map(str::to_owned),
        uses: node.text_of("uses").map(str::to_owned),
        run_line: run.as_ref().map_or(node.line, |(_, line)| *line),
        run: run.map(|(text, _)| text),
        with,
        condition: node.text_of("if").map(str::to_owned),
        continue_on_error: is_true(node, "continue-on-error"),
        shell: node.text_of("shell").map(str::to_owned).or_else(|| defaults.shell.clone()),
        folder: node.text_of("working-directory").map(str::to_owned).or_else(|| defaults.folder.clone()),
        work: Vec::new(),
    }
}
