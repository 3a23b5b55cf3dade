//! Which environment variables a file reads: `process.env.X`, `import.meta.env.X`, `Deno.env.get("X")` and their kin. What
//! is read by a computed name is told by its line and never guessed.

use super::imports::Import;
use super::parse::Parsed;
use super::tree::{Peel, text};
use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, BinaryExpression, BindingPattern, CallExpression, ChainElement, Expression,
    MemberExpression, UnaryExpression, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, UnaryOperator};
use serde::{Deserialize, Serialize};

/// A variable that is read by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRead {
    pub name: String,
    pub line: u32,
}

/// Reads in the order of the file, and lines of reads by a computed name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Environment {
    pub reads: Vec<EnvironmentRead>,
    pub computed: Vec<u32>,
}

/// Whether `env` of the file is SvelteKit's.
fn is_kit(imports: &[Import]) -> bool {
    imports.iter().any(|it| it.from.starts_with("$env/dynamic/") && it.names.iter().any(|name| name == "env"))
}

impl Environment {
    /// Reads by import: SvelteKit's static variables.
    pub(super) fn add_imports(&mut self, imports: &[Import]) {
        for import in imports.iter().filter(|it| it.from.starts_with("$env/static/")) {
            self.reads.extend(import.names.iter().map(|name| EnvironmentRead { name: name.clone(), line: import.line }));
        }
    }

    pub(super) fn add(&mut self, parsed: &Parsed<'_, '_>, imports: &[Import]) {
        Reader { parsed, is_kit: is_kit(imports), found: self }.visit_program(parsed.program);
    }

    /// Reads that stand in a component's markup, which is no script: by their words alone.
    pub(super) fn add_markup(&mut self, markup: &str, first_line: u32, imports: &[Import]) {
        let kit = is_kit(imports).then_some("env");
        for holder in ["import.meta.env", "process.env"].into_iter().chain(kit) {
            for (at, _) in markup.match_indices(holder) {
                let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
                let before = markup.get(..at).and_then(|it| it.chars().next_back());
                if before.is_some_and(|it| is_word(it) || (holder == "env" && it == '.')) {
                    continue;
                }
                let after = markup.get(at + holder.len()..).unwrap_or_default();
                let lines = markup.get(..at).unwrap_or_default().matches('\n').count();
                let line = first_line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                let after = after.strip_prefix('?').unwrap_or(after);
                if let Some(rest) = after.strip_prefix('.').filter(|it| it.starts_with(is_word)) {
                    let name = rest.split(|c| !is_word(c)).next().unwrap_or_default().to_owned();
                    self.reads.push(EnvironmentRead { name, line });
                } else if after.starts_with('[') || holder != "env" {
                    self.computed.push(line);
                }
            }
        }
    }
}

struct Reader<'r, 'p, 'a> {
    parsed: &'r Parsed<'p, 'a>,
    is_kit: bool,
    found: &'r mut Environment,
}

/// What holds the environment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// Read by members.
    Object,
    /// Read by a function.
    Deno,
}

impl Reader<'_, '_, '_> {
    fn read(&mut self, name: &str, offset: u32) {
        self.found.reads.push(EnvironmentRead { name: name.to_owned(), line: self.parsed.line(offset) });
    }

    fn computed(&mut self, offset: u32) {
        self.found.computed.push(self.parsed.line(offset));
    }

    /// What holds the environment, when this expression is it.
    fn holder(&self, it: &Expression<'_>) -> Option<Holder> {
        let member = match it.peeled() {
            Expression::StaticMemberExpression(it) => it,
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::StaticMemberExpression(it) => it,
                _ => return None,
            },
            Expression::Identifier(it) => return (self.is_kit && it.name == "env").then_some(Holder::Object),
            _ => return None,
        };
        if member.property.name != "env" {
            return None;
        }
        let object = match member.object.peeled() {
            Expression::Identifier(it) => it.name.as_str(),
            // `globalThis.process.env`
            Expression::StaticMemberExpression(it) => it.property.name.as_str(),
            Expression::ImportMeta(_) => return Some(Holder::Object),
            _ => return None,
        };
        match object {
            "process" | "Bun" => Some(Holder::Object),
            "Deno" => Some(Holder::Deno),
            _ => None,
        }
    }

    /// The names that a pattern takes out of the environment; none when it takes the rest or computes one.
    fn unpacked(pattern: &BindingPattern<'_>) -> Option<Vec<String>> {
        match pattern {
            BindingPattern::ObjectPattern(it) if it.rest.is_none() => {
                it.properties.iter().map(|it| Some(it.key.static_name()?.into_owned())).collect()
            }
            _ => None,
        }
    }
}

impl<'a> Visit<'a> for Reader<'_, '_, 'a> {
    fn visit_expression(&mut self, it: &Expression<'a>) {
        match self.holder(it) {
            // Bare: handed on as a whole. SvelteKit's `env` is a word like any other.
            Some(_) if !matches!(it.peeled(), Expression::Identifier(_)) => self.computed(it.span().start),
            _ => walk::walk_expression(self, it),
        }
    }

    fn visit_member_expression(&mut self, it: &MemberExpression<'a>) {
        let Some(holder) = self.holder(it.object()) else {
            walk::walk_member_expression(self, it);
            return;
        };
        let offset = it.object().span().start;
        match (holder, it.static_property_name()) {
            (Holder::Object, Some(name)) => self.read(name, offset),
            (Holder::Deno, Some("has" | "set" | "delete")) => {}
            _ => self.computed(offset),
        }
        if let MemberExpression::ComputedMemberExpression(it) = it {
            self.visit_expression(&it.expression);
        }
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if let Some(member) = it.callee.peeled().as_member_expression()
            && self.holder(member.object()) == Some(Holder::Deno)
            && member.static_property_name() == Some("get")
        {
            let offset = member.object().span().start;
            match it.arguments.first().and_then(|it| text(it.as_expression()?)) {
                Some(name) => self.read(name, offset),
                None => self.computed(offset),
            }
            self.visit_arguments(&it.arguments);
            return;
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        // `process.env.X = …` sets it, which is no read.
        let is_set = it.operator == AssignmentOperator::Assign
            && it.left.as_member_expression().is_some_and(|it| self.holder(it.object()).is_some());
        if is_set {
            if let AssignmentTarget::ComputedMemberExpression(it) = &it.left {
                self.visit_expression(&it.expression);
            }
            self.visit_expression(&it.right);
        } else {
            walk::walk_assignment_expression(self, it);
        }
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        // `const { A, B: b = 1 } = process.env`
        if let Some(init) = it.init.as_ref().filter(|init| self.holder(init).is_some())
            && let Some(names) = Self::unpacked(&it.id)
        {
            self.visit_binding_pattern(&it.id);
            for name in names {
                self.read(&name, init.span().start);
            }
            return;
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_unary_expression(&mut self, it: &UnaryExpression<'a>) {
        let is_removal = it.operator == UnaryOperator::Delete
            && it.argument.peeled().as_member_expression().is_some_and(|it| self.holder(it.object()).is_some());
        if !is_removal {
            walk::walk_unary_expression(self, it);
        }
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        // `"X" in process.env` asks whether it is there, like `Deno.env.has`.
        if it.operator == BinaryOperator::In && text(&it.left).is_some() && self.holder(&it.right).is_some() {
            return;
        }
        walk::walk_binary_expression(self, it);
    }
}
