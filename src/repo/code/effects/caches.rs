//! Reads that are kept for later, and how long (`CHECKLIST.md` IDX-06). A memory of one process or one request is told
//! apart: it ends by itself.

use super::Effects;
use crate::repo::code::chain::{Chain, object, property, start, text};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    ArrowFunctionExpression, CallExpression, Declaration, Directive, ExportDeclaration, Expression, Function, FunctionBody,
    ObjectProperty, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::BinaryOperator;
use oxc_syntax::scope::ScopeFlags;

/// How long something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifetime {
    /// As the code says it: `60 s`, `tags`, `the profile hours`.
    Stated(String),
    /// Until the next deployment, or for good.
    Forever,
    /// By a default that the code does not name.
    Default,
    /// A constant or a variable says it.
    Elsewhere,
}

/// A read that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    pub line: u32,
    /// `unstable_cache`, `use cache`, `revalidate`, `fetch`, `Redis`, `Cache-Control`, `TanStack Query`.
    pub by: &'static str,
    pub lifetime: Lifetime,
}

pub(super) fn add(effects: &mut Effects, parsed: &Parsed<'_, '_>) {
    Walk { parsed, effects, maps: Vec::new(), profile: None }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    effects: &'x mut Effects,
    /// Names of collections in the process's own memory.
    maps: Vec<String>,
    /// Where the directive stands whose function is being read, and what it states.
    profile: Option<(u32, Lifetime)>,
}

/// A number, or a product of numbers such as `1000 * 60`.
fn number(expression: &Expression<'_>) -> Option<f64> {
    match expression.get_inner_expression() {
        Expression::NumericLiteral(it) => Some(it.value),
        Expression::BinaryExpression(it) if it.operator == BinaryOperator::Multiplication => {
            Some(number(&it.left)? * number(&it.right)?)
        }
        _ => None,
    }
}

/// What a number of seconds, a flag or a name of one says.
fn seconds(expression: &Expression<'_>) -> Option<Lifetime> {
    if let Some(number) = number(expression) {
        return (number > 0.0).then(|| Lifetime::Stated(format!("{number} s")));
    }
    match expression.get_inner_expression() {
        Expression::BooleanLiteral(it) if !it.value => Some(Lifetime::Forever),
        Expression::Identifier(it) if it.name == "Infinity" => Some(Lifetime::Forever),
        _ => Some(Lifetime::Elsewhere),
    }
}

fn tags(expression: Option<&Expression<'_>>) -> Option<Lifetime> {
    expression.map(|_| Lifetime::Stated("tags".to_owned()))
}

impl Walk<'_, '_, '_> {
    fn push(&mut self, at: u32, by: &'static str, lifetime: Lifetime) {
        self.effects.caches.push(Cached { line: self.parsed.line(at), by, lifetime });
    }

    /// Reads a function or module whose first words may be `use cache`.
    fn scope(&mut self, directives: &[Directive<'_>], walk: impl FnOnce(&mut Self)) {
        let cached = directives.iter().find(|it| it.directive.starts_with("use cache"));
        let outer = std::mem::take(&mut self.profile);
        self.profile = cached.map(|it| (it.span.start, Lifetime::Default));
        let is_own = cached.is_some();
        if !is_own {
            self.profile.clone_from(&outer);
        }
        walk(self);
        if is_own && let Some((at, lifetime)) = std::mem::replace(&mut self.profile, outer) {
            self.push(at, "use cache", lifetime);
        }
    }

    fn state(&mut self, lifetime: Lifetime) {
        if let Some((_, stated)) = &mut self.profile {
            *stated = lifetime;
        }
    }

    fn call(&mut self, it: &CallExpression<'_>) {
        let chain = Chain::of_call(it);
        let Some(last) = chain.last() else { return };
        let at = it.span.start;
        match chain.name() {
            "revalidatePath" | "revalidateTag" | "updateTag" | "expireTag" => {
                self.effects.invalidates.push(self.parsed.line(at));
            }
            "cacheLife" | "unstable_cacheLife" => {
                let said = last
                    .argument(0)
                    .and_then(text)
                    .map_or(Lifetime::Elsewhere, |it| Lifetime::Stated(format!("the profile {it}")));
                self.state(said);
            }
            "cacheTag" | "unstable_cacheTag" => self.state(Lifetime::Stated("tags".to_owned())),
            "unstable_cache" => {
                let options = last.argument(2);
                let written = options.and_then(object);
                let said =
                    written.and_then(|it| property(it, "revalidate").and_then(seconds).filter(|it| *it != Lifetime::Forever));
                let lifetime = said.or_else(|| tags(written.and_then(|it| property(it, "tags")))).unwrap_or(match options {
                    Some(_) if written.is_none() => Lifetime::Elsewhere,
                    _ => Lifetime::Forever,
                });
                self.push(at, "unstable_cache", lifetime);
            }
            "fetch" if chain.steps.len() == 1 => self.fetch(at, last.argument(1)),
            "set" | "setex" | "setEx" | "psetex" | "hset" if self.is_store(chain.root) && last.count() > 1 => {
                let lifetime = match last.name {
                    "setex" | "setEx" | "psetex" => Lifetime::Stated("a time to live".to_owned()),
                    "set" => match last.argument(2) {
                        Some(it) => match object(it) {
                            Some(it)
                                if ["ex", "px", "EX", "PX", "exat", "ttl", "expiration", "expirationTtl"]
                                    .iter()
                                    .any(|name| property(it, name).is_some()) =>
                            {
                                Lifetime::Stated("a time to live".to_owned())
                            }
                            Some(_) => Lifetime::Forever,
                            None => Lifetime::Stated("a time to live".to_owned()),
                        },
                        None => Lifetime::Forever,
                    },
                    _ => return,
                };
                self.push(at, "Redis", lifetime);
            }
            "setHeader" | "set" | "append" | "header" => {
                let name = last.argument(0).and_then(text).unwrap_or_default();
                if name.eq_ignore_ascii_case("cache-control") {
                    self.header(at, last.argument(1));
                }
            }
            _ => {}
        }
    }

    /// A client of Redis or a host's store of keys, by its name; a map of that name is none.
    fn is_store(&self, root: &str) -> bool {
        let name = root.to_lowercase();
        (name.contains("redis") || name == "kv" || name.ends_with("kv") || name.contains("upstash"))
            && !self.maps.iter().any(|it| it == root)
    }

    fn fetch(&mut self, at: u32, options: Option<&Expression<'_>>) {
        let Some(options) = options.and_then(object) else { return };
        let next = property(options, "next").and_then(object);
        let said = next.and_then(|it| property(it, "revalidate").and_then(seconds));
        let said = said.or_else(|| tags(next.and_then(|it| property(it, "tags"))));
        let forced = property(options, "cache").and_then(text) == Some("force-cache");
        if let Some(lifetime) = said.or_else(|| forced.then_some(Lifetime::Forever)) {
            self.push(at, "fetch", lifetime);
        }
    }

    fn header(&mut self, at: u32, value: Option<&Expression<'_>>) {
        let Some(value) = value.and_then(start) else { return };
        let value = value.to_lowercase();
        let off =
            ["no-store", "no-cache", "private", "max-age=0"].iter().any(|it| value.contains(it)) && !value.contains("s-maxage");
        if !off && (value.contains("max-age") || value.contains("s-maxage")) {
            self.push(at, "Cache-Control", Lifetime::Stated(value));
        }
    }
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_program(&mut self, it: &oxc_ast::ast::Program<'a>) {
        self.scope(&it.directives, |walk| walk::walk_program(walk, it));
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        let directives: &[Directive<'_>] =
            it.body.as_ref().map_or(&[], |it: &oxc_allocator::Box<'_, FunctionBody<'_>>| &it.directives);
        self.scope(directives, |walk| walk::walk_function(walk, it, flags));
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let directives: &[Directive<'_>] = it.body.as_function_body().map_or(&[], |it| &it.directives);
        self.scope(directives, |walk| walk::walk_arrow_function_expression(walk, it));
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(it);
        walk::walk_call_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let (Some(name), Some(Expression::NewExpression(made))) = (it.id.get_identifier_name(), &it.init)
            && matches!(crate::repo::code::chain::constructed(made), "Map" | "WeakMap" | "LRUCache" | "Set")
        {
            self.maps.push(name.to_string());
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        if let Declaration::VariableDeclaration(declared) = &it.declaration {
            for it in declared.declarations.iter().filter(|it| it.id.get_identifier_name().is_some_and(|it| it == "revalidate")) {
                if let Some(lifetime) = it.init.as_ref().and_then(seconds) {
                    self.push(it.span.start, "revalidate", lifetime);
                }
            }
        }
        walk::walk_export_declaration(self, it);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        let name = it.key.static_name().unwrap_or_default();
        if name == "staleTime" {
            if let Some(lifetime) = seconds(&it.value) {
                let lifetime = match lifetime {
                    Lifetime::Stated(said) => Lifetime::Stated(said.replace(" s", " ms")),
                    // A browser's memory ends with its page, and mutations throw it away.
                    _ => Lifetime::Elsewhere,
                };
                self.push(it.span.start, "TanStack Query", lifetime);
            }
        } else if name.eq_ignore_ascii_case("cache-control") {
            self.header(it.span.start, Some(&it.value));
        }
        walk::walk_object_property(self, it);
    }
}
