//! Every entry of an app with what it leads to: the functions it calls, in its file and in others, as far as imports can be
//! followed. What cannot be followed is told, and never taken for nothing.

use super::Survey;
use super::code::handlers::{Act, Body, Call, Handler, Unit, What, vendors};
use super::code::package::package;
use super::code::{CodeFile, Import};
use super::reach::{Led, Modules};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

mod middleware;

pub use middleware::{Cover, Middleware};

/// How far calls are followed.
const MOST_STEPS: usize = 400;

/// Files that only hand on what others hold, one behind the other.
const MOST_HANDED: u8 = 6;

/// The entries of an app.
pub struct Entries<'s> {
    pub all: Vec<Entered<'s>>,
    /// The middleware of each app of Next's, which runs before some of them.
    pub middleware: Vec<Middleware<'s>>,
    /// Files that are named as one and lie beside neither `app` nor `pages`: Next does not run them.
    pub idle: Vec<&'s CodeFile>,
}

/// One entry, and everything that it leads to.
pub struct Entered<'s> {
    pub file: &'s CodeFile,
    pub handler: &'s Handler,
    /// What it leads to, itself first.
    pub steps: Vec<Step<'s>>,
    /// What is put before it by its router.
    pub before: Vec<Step<'s>>,
    /// The first import on the way that could not be followed.
    pub lost: Option<String>,
    /// What each of its own calls leads to, where that is the app's own code.
    pub called: Vec<(&'s Call, &'s CodeFile, &'s Unit)>,
}

/// A piece of code that an entry leads to.
#[derive(Clone, Copy)]
pub struct Step<'s> {
    pub file: &'s CodeFile,
    /// Its name, where it is not the entry itself.
    pub name: Option<&'s str>,
    pub body: &'s Body,
}

/// Where callers are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// In the memory of one instance.
    Memory,
    /// Nothing says where.
    Unknown,
    /// In a store that all instances share.
    Shared,
}

impl<'s> Entries<'s> {
    /// Finds the entries of an app and follows them.
    #[must_use]
    pub fn of(survey: &'s Survey) -> Self {
        let mut paths = Paths { modules: Modules::of(survey), led: BTreeMap::new() };
        let mut all = Vec::new();
        for file in &survey.code {
            for handler in &file.handlers.entries {
                all.push(paths.entered(file, handler));
            }
        }
        let found: Vec<Middleware<'_>> = survey.code.iter().filter_map(|file| Middleware::of(&mut paths, file)).collect();
        let runs = |it: &Middleware<'_>| survey.code.iter().any(|file| it.is_of(&file.path));
        let (middleware, idle): (Vec<_>, Vec<_>) = found.into_iter().partition(runs);
        let is_next = survey.needs(&["next"]);
        let idle = idle.into_iter().filter(|it| is_next && it.is_at_root(survey)).map(|it| it.file).collect();
        Self { all, middleware, idle }
    }
}

impl<'s> Entered<'s> {
    /// Every act on the way, with where it is.
    pub fn acts(&self) -> impl Iterator<Item = (&Step<'s>, &'s Act)> {
        self.steps.iter().chain(&self.before).flat_map(|step| step.body.acts.iter().map(move |act| (step, act)))
    }

    /// The first act on the way of that kind.
    pub fn first(&self, is: impl Fn(&What) -> bool) -> Option<(&Step<'s>, &'s Act)> {
        self.acts().find(|(_, act)| is(&act.what))
    }

    /// Whether anything on the way is of that kind.
    pub fn does(&self, is: impl Fn(&What) -> bool) -> bool {
        self.first(is).is_some()
    }

    /// Whether only who holds a secret gets through: a signature, or a secret that no empty text stands in for.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.does(|it| matches!(it, What::ChecksSignature { .. } | What::ComparesSecret { has_fallback: false, .. }))
    }

    /// Whether it finds out who asks, in a way that a caller cannot make up.
    #[must_use]
    pub fn is_identified(&self) -> bool {
        self.does(|it| matches!(it, What::Identifies { is_verified: true, .. }))
    }

    /// Where callers are counted, if they are.
    #[must_use]
    pub fn limit(&self) -> Option<Store> {
        limit(self.steps.iter().chain(&self.before))
    }

    /// What a reader calls it: `POST /api/chat`, or its name.
    #[must_use]
    pub fn title(&self) -> String {
        let Handler { name, method, route, .. } = self.handler;
        match route {
            Some(route) if method == "ANY" => route.clone(),
            Some(route) if self.handler.kind == super::code::handlers::Kind::PageServer => format!("{name} of {route}"),
            // `app.get` twice on one path.
            Some(route) if name.starts_with(route.as_str()) && name != route => format!("{method} {name}"),
            Some(route) => format!("{method} {route}"),
            None => name.clone(),
        }
    }
}

/// Where the code of these steps counts callers, if it does.
pub fn limit<'s>(steps: impl Iterator<Item = &'s Step<'s>> + Clone) -> Option<Store> {
    if !steps.clone().any(|it| it.body.does(|it| matches!(it, What::Limits { .. }))) {
        return None;
    }
    let counts = steps.filter(|it| it.body.does(|it| matches!(it, What::Limits { .. })) || it.name.is_some_and(is_limit_name));
    counts
        .map(|step| {
            let uses = |names: &[&str]| {
                step.file.imports.iter().filter_map(|it| package(&it.from)).any(|it| names.contains(&it.as_str()))
            };
            let is_limit = step.name.is_some_and(is_limit_name);
            if uses(vendors::SHARED_STORES) || (is_limit && step.body.does(|it| matches!(it, What::Uses(_)))) {
                Store::Shared
            } else if step.file.handlers.keeps_in_memory || uses(vendors::MEMORY_LIMITERS) {
                Store::Memory
            } else {
                Store::Unknown
            }
        })
        .max_by_key(|it| match it {
            // A counter in memory says more than a call of which nothing is known.
            Store::Unknown => 0,
            Store::Memory => 1,
            Store::Shared => 2,
        })
}

fn is_limit_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "");
    ["ratelimit", "throttle", "limiter"].iter().any(|it| name.contains(it))
}

/// Imports that were followed.
struct Paths<'s> {
    modules: Modules<'s>,
    led: BTreeMap<(&'s str, &'s str), Option<Led<'s>>>,
}

/// What a name leads to.
enum Named<'s> {
    Unit(&'s CodeFile, &'s Unit),
    Out,
    Lost(String),
}

impl<'s> Paths<'s> {
    fn entered(&mut self, file: &'s CodeFile, handler: &'s Handler) -> Entered<'s> {
        let mut lost = None;
        let mut steps = vec![Step { file, name: None, body: &handler.body }];
        steps.extend(self.follow(file, names(&handler.body), &mut lost));
        let before = file.handlers.before.iter().map(|it| it.name.as_str()).collect();
        let before = self.follow(file, before, &mut lost);
        let called = handler.body.calls.iter().filter_map(|call| match self.named(file, &call.name) {
            Named::Unit(file, unit) => Some((call, file, unit)),
            Named::Out | Named::Lost(_) => None,
        });
        let called = called.collect();
        Entered { file, handler, steps, before, lost, called }
    }

    /// Everything that these names of a file lead to.
    fn follow(&mut self, file: &'s CodeFile, from: Vec<&'s str>, lost: &mut Option<String>) -> Vec<Step<'s>> {
        let mut steps = Vec::new();
        let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut next: VecDeque<(&'s CodeFile, &'s str)> = from.into_iter().map(|it| (file, it)).collect();
        while let Some((file, name)) = next.pop_front() {
            if steps.len() >= MOST_STEPS {
                lost.get_or_insert_with(|| format!("what {} calls, which is more than is followed", file.path));
                break;
            }
            match self.named(file, name) {
                Named::Unit(file, unit) => {
                    if known.insert((&file.path, &unit.name)) {
                        steps.push(Step { file, name: Some(&unit.name), body: &unit.body });
                        next.extend(names(&unit.body).into_iter().map(|it| (file, it)));
                    }
                }
                Named::Out => {}
                Named::Lost(what) => drop(lost.get_or_insert(what)),
            }
        }
        steps
    }

    /// What a name of a file, such as `requireUser` or `guards.admin`, leads to.
    fn named(&mut self, file: &'s CodeFile, name: &'s str) -> Named<'s> {
        let (root, rest) = name.split_once('.').unwrap_or((name, ""));
        let root = root.trim_end_matches("()");
        if let Some(unit) = file.handlers.units.iter().find(|it| it.name == root) {
            return Named::Unit(file, unit);
        }
        let found = file.imports.iter().find_map(|import| {
            let local = import.locals.iter().find(|it| it.local == root)?;
            Some((import, local.name.as_str()))
        });
        let Some((import, thing)) = found else { return Named::Out };
        let thing = if thing == "*" { rest.split(['.', '(']).next().unwrap_or_default() } else { thing };
        self.exported(file, import, thing, 0)
    }

    fn exported(&mut self, file: &'s CodeFile, import: &'s Import, thing: &'s str, depth: u8) -> Named<'s> {
        if package(&import.from).is_some_and(|it| self.modules.knows(&it)) {
            return Named::Out;
        }
        let modules = &self.modules;
        let made = || Some(modules.led(&file.path, &import.from));
        let led = self.led.entry((&file.path, &import.from)).or_insert_with(made);
        let target = match led {
            Some(Led::To(target)) => *target,
            Some(Led::Out) | None => return Named::Out,
            Some(Led::Nowhere) => return Named::Lost(format!("`{}` in {}", import.from, file.path)),
        };
        if target.broken.is_some() {
            return Named::Lost(target.path.clone());
        }
        if thing.is_empty() {
            return Named::Out;
        }
        if let Some(unit) = target.handlers.units.iter().find(|it| it.exported.iter().any(|it| it == thing)) {
            return Named::Unit(target, unit);
        }
        if depth >= MOST_HANDED {
            return Named::Out;
        }
        let mut missed = Named::Out;
        for again in &target.imports {
            // `import { a } from "./a"; export { a }` leaves under the name that it has in the file.
            let through = again.locals.iter().find(|it| it.local == thing).map(|it| it.name.as_str());
            let all = (again.is_export && again.locals.iter().any(|it| it.local == "*")).then_some(thing);
            if let Some(thing) = through.or(all) {
                match self.exported(target, again, thing, depth + 1) {
                    Named::Out => {}
                    found @ Named::Unit(..) => return found,
                    lost @ Named::Lost(_) => missed = lost,
                }
            }
        }
        missed
    }
}

/// The names that a body mentions; what it calls of a whole module by the name it is called by.
fn names(body: &Body) -> Vec<&str> {
    let members = body.calls.iter().map(|it| it.name.as_str()).filter(|it| it.contains('.'));
    body.mentions.iter().map(String::as_str).chain(members).collect()
}

#[cfg(test)]
mod tests;
