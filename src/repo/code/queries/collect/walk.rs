//! The way of the walk: which function, branch and transaction a node stands in, and which variable holds it.

use super::super::chain::{self, key};
use super::super::{Maker, connections, drizzle};
use super::{AT_ONCE, Collect, TRANSACTIONS};
use crate::repo::code::sql::Statement as Sql;
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentTarget, CallExpression, ConditionalExpression, Expression, Function,
    IfStatement, ImportDeclaration, ImportDeclarationSpecifier, MethodDefinition, NewExpression, ObjectProperty,
    ObjectPropertyKind, Program, PropertyDefinition, Statement, SwitchStatement, TaggedTemplateExpression, TryStatement,
    VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::scope::ScopeFlags;

impl<'a> Visit<'a> for Collect<'_, '_, 'a> {
    fn visit_program(&mut self, it: &Program<'a>) {
        walk::walk_program(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let module = it.source.value.as_str();
        for specifier in it.specifiers.iter().flatten() {
            let (local, original) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => (it.local.name.as_str(), it.imported.name().to_string()),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => (it.local.name.as_str(), "default".to_owned()),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => (it.local.name.as_str(), "*".to_owned()),
            };
            self.imported.insert(local.to_owned(), (module.to_owned(), original));
        }
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if !self.inner.contains(&key(it)) {
            self.chain(it);
        }
        self.raw(it);
        let called = match it.callee.get_inner_expression() {
            Expression::StaticMemberExpression(it) => it.property.name.as_str(),
            Expression::Identifier(it) => it.name.as_str(),
            _ => "",
        };
        if AT_ONCE.contains(&called) {
            for argument in it.arguments.iter().filter_map(|it| it.as_expression()) {
                if matches!(argument, Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_)) {
                    self.at_once.insert(key(argument));
                }
            }
        }
        let is_transaction = TRANSACTIONS.contains(&called);
        self.transactions += usize::from(is_transaction);
        walk::walk_call_expression(self, it);
        self.transactions -= usize::from(is_transaction);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        let name = match it.callee.get_inner_expression() {
            Expression::Identifier(it) => Some((it.name.as_str(), self.imported.get(it.name.as_str()).cloned())),
            Expression::StaticMemberExpression(member) => match member.object.get_inner_expression() {
                Expression::Identifier(object) => {
                    let module = self.imported.get(object.name.as_str()).map(|(module, _)| module.clone());
                    let name = member.property.name.as_str();
                    module.map(|module| (name, Some((module, name.to_owned()))))
                }
                _ => None,
            },
            _ => None,
        };
        if let Some((name, imported)) = name
            && let Some(driver) = connections::driver(imported.as_ref(), name, true)
        {
            self.connection(driver, &it.arguments, it.span.start, key(it));
        }
        walk::walk_new_expression(self, it);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        if let Some(statement) = Sql::tagged(it) {
            let line = self.line(it.span.start);
            self.statement(&statement, line);
        }
        walk::walk_tagged_template_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let (Some(name), Some(init)) = (it.id.get_binding_identifier(), it.init.as_ref()) else {
            walk::walk_variable_declarator(self, it);
            return;
        };
        let name = name.name.to_string();
        self.references.bind(it);
        let parsed = self.parsed;
        self.objects.bind(&name, init, &|offset| parsed.line(offset));
        self.name(init, &name);
        match init.get_inner_expression() {
            Expression::CallExpression(call) => {
                let line = self.line(call.span.start);
                self.out.drizzle.extend(drizzle::table(&name, call, &self.makers, &self.imported, line));
                self.makers.extend(Maker::of(call).map(|maker| (name.clone(), maker)));
            }
            Expression::ObjectExpression(it) => {
                for (key, text) in it.properties.iter().filter_map(constant) {
                    self.texts.insert(format!("{name}.{key}"), text.to_owned());
                }
            }
            other => {
                if let Some(text) = chain::text(other) {
                    self.texts.insert(name.clone(), text.to_owned());
                }
            }
        }
        if !matches!(init.get_inner_expression(), Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_))
            && let Some(variable) = connections::variable(init)
        {
            self.environment.insert(name.clone(), variable);
        }
        self.held.remove(&name);
        walk::walk_variable_declarator(self, it);
        if let Expression::CallExpression(call) = init.get_inner_expression()
            && let Some(at) = self.made.get(&key(&**call))
        {
            self.held.insert(name, *at);
        }
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        self.assigned.insert(key(it.right.get_inner_expression()));
        if let AssignmentTarget::AssignmentTargetIdentifier(target) = &it.left {
            self.name(&it.right, target.name.as_str());
        }
        if let AssignmentTarget::StaticMemberExpression(target) = &it.left
            && let Expression::Identifier(object) = target.object.get_inner_expression()
        {
            let line = self.line(target.span.start);
            self.objects.set(&object.name, &target.property.name, line);
        }
        walk::walk_assignment_expression(self, it);
        if let (AssignmentTarget::AssignmentTargetIdentifier(target), Expression::CallExpression(call)) =
            (&it.left, it.right.get_inner_expression())
            && let Some(at) = self.made.get(&key(&**call))
        {
            self.held.insert(target.name.to_string(), *at);
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if let Some(name) = it.key.static_name() {
            self.name(&it.value, &name);
        }
        walk::walk_object_property(self, it);
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        if let (Some(name), Some(value)) = (it.key.static_name(), it.value.as_ref()) {
            self.name(value, &name);
        }
        walk::walk_property_definition(self, it);
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        if let Some(name) = it.key.static_name() {
            self.names.insert(key(&*it.value), name.into_owned());
        }
        walk::walk_method_definition(self, it);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        if let Some(name) = it.id.as_ref() {
            self.names.insert(key(it), name.name.to_string());
        }
        let entered = self.enter(key(it));
        walk::walk_function(self, it, flags);
        self.leave(entered);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let entered = self.enter(key(it));
        walk::walk_arrow_function_expression(self, it);
        self.leave(entered);
    }

    /// What follows an `if` that returns stands in its other arm.
    fn visit_statements(&mut self, it: &oxc_allocator::Vec<'a, Statement<'a>>) {
        let before = self.arms.len();
        for statement in it {
            self.visit_statement(statement);
            if let Statement::IfStatement(it) = statement
                && it.alternate.is_none()
                && exits(&it.consequent)
            {
                self.arms.push((it.span.start, 1));
            }
        }
        self.arms.truncate(before);
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.visit_expression(&it.test);
        let branch = it.span.start;
        self.in_arm(branch, 0, |this| this.visit_statement(&it.consequent));
        if let Some(other) = &it.alternate {
            self.in_arm(branch, 1, |this| this.visit_statement(other));
        }
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.visit_expression(&it.test);
        let branch = it.span().start;
        self.in_arm(branch, 0, |this| this.visit_expression(&it.consequent));
        self.in_arm(branch, 1, |this| this.visit_expression(&it.alternate));
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.visit_expression(&it.discriminant);
        for (arm, case) in (0_u32..).zip(it.cases.iter()) {
            self.in_arm(it.span.start, arm, |this| this.visit_switch_case(case));
        }
    }

    /// What a `catch` writes takes back or records what the `try` did.
    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        let branch = it.span.start;
        self.in_arm(branch, 0, |this| this.visit_block_statement(&it.block));
        if let Some(handler) = &it.handler {
            self.in_arm(branch, 1, |this| this.visit_catch_clause(handler));
        }
        if let Some(last) = &it.finalizer {
            self.visit_block_statement(last);
        }
    }
}

fn exits(it: &Statement<'_>) -> bool {
    match it {
        Statement::ReturnStatement(_)
        | Statement::ThrowStatement(_)
        | Statement::ContinueStatement(_)
        | Statement::BreakStatement(_) => true,
        Statement::BlockStatement(it) => it.body.last().is_some_and(exits),
        _ => false,
    }
}

/// A property that is a plain text.
fn constant<'b>(it: &'b ObjectPropertyKind<'_>) -> Option<(std::borrow::Cow<'b, str>, &'b str)> {
    let ObjectPropertyKind::ObjectProperty(it) = it else { return None };
    Some((it.key.static_name()?, chain::text(&it.value)?))
}
