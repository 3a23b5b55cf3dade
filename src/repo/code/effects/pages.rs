//! What a module exports by a name that a framework reads, and what of a page for errors is in it (`apis/repo-signals.md`
//! §7).

use crate::repo::code::chain::text;
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    Class, ClassElement, Declaration, ExportDeclaration, ExportFromDeclaration, ExportNamedDeclaration, Expression,
    IdentifierName, JSXElementName, JSXOpeningElement, ObjectProperty,
};
use oxc_ast_visit::{Visit, walk};

/// What an exported constant is, if it is written out.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(f64),
    Text(String),
    Flag(bool),
    Other,
}

impl Eq for Value {}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub name: String,
    pub value: Value,
    pub line: u32,
}

/// What one file exports and shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pages {
    pub exports: Vec<Export>,
    /// Whether it renders a page's own `<html>`.
    pub html: bool,
    /// Where it catches what rendering throws: a class that does, an element that is named so, a route's own element.
    pub boundaries: Vec<u32>,
    /// Where it renders a router.
    pub routers: Vec<u32>,
    /// Where settings take over those of another project, which may hold pages too (`extends` of Nuxt).
    pub extends: Vec<u32>,
}

impl Pages {
    /// The export of that name.
    #[must_use]
    pub fn export(&self, name: &str) -> Option<&Export> {
        self.exports.iter().find(|it| it.name == name)
    }
}

pub(super) fn add(pages: &mut Pages, parsed: &Parsed<'_, '_>) {
    Walk { parsed, pages }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    pages: &'x mut Pages,
}

impl Walk<'_, '_, '_> {
    fn export(&mut self, name: &str, value: Value, at: u32) {
        self.pages.exports.push(Export { name: name.to_owned(), value, line: self.parsed.line(at) });
    }
}

fn value(expression: &Expression<'_>) -> Value {
    match expression.get_inner_expression() {
        Expression::NumericLiteral(it) => Value::Number(it.value),
        Expression::BooleanLiteral(it) => Value::Flag(it.value),
        other => text(other).map_or(Value::Other, |it| Value::Text(it.to_owned())),
    }
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        let at = it.span.start;
        if let Declaration::VariableDeclaration(declared) = &it.declaration {
            for it in &declared.declarations {
                let value = it.init.as_ref().map_or(Value::Other, value);
                for name in it.id.get_binding_identifiers() {
                    self.export(&name.name, value.clone(), at);
                }
            }
        } else if let Some(name) = it.declaration.id() {
            self.export(&name.name, Value::Other, at);
        }
        walk::walk_export_declaration(self, it);
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for it in &it.specifiers {
            self.export(&it.exported.name(), Value::Other, it.span.start);
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        for it in &it.specifiers {
            self.export(&it.exported.name(), Value::Other, it.span.start);
        }
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let catches = |it: &ClassElement<'_>| match it {
            ClassElement::MethodDefinition(it) => {
                matches!(it.key.static_name().as_deref(), Some("componentDidCatch" | "getDerivedStateFromError"))
            }
            _ => false,
        };
        if it.body.body.iter().any(catches) {
            self.pages.boundaries.push(self.parsed.line(it.span.start));
        }
        walk::walk_class(self, it);
    }

    fn visit_jsx_opening_element(&mut self, it: &JSXOpeningElement<'a>) {
        let name = match &it.name {
            JSXElementName::Identifier(it) => it.name.as_str(),
            JSXElementName::IdentifierReference(it) => it.name.as_str(),
            JSXElementName::MemberExpression(it) => it.property.name.as_str(),
            _ => "",
        };
        let line = self.parsed.line(it.span.start);
        self.pages.html |= name == "html";
        if name.ends_with("ErrorBoundary") {
            self.pages.boundaries.push(line);
        }
        if matches!(name, "BrowserRouter" | "RouterProvider" | "HashRouter" | "Routes" | "MemoryRouter") {
            self.pages.routers.push(line);
        }
        walk::walk_jsx_opening_element(self, it);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.key.static_name().as_deref() == Some("extends") {
            self.pages.extends.push(self.parsed.line(it.span.start));
        }
        if matches!(
            it.key.static_name().as_deref(),
            Some("errorElement" | "errorComponent" | "defaultErrorComponent" | "ErrorBoundary")
        ) {
            self.pages.boundaries.push(self.parsed.line(it.span.start));
        }
        walk::walk_object_property(self, it);
    }

    fn visit_identifier_name(&mut self, it: &IdentifierName<'a>) {
        if it.name == "onErrorCaptured" || it.name == "errorHandler" {
            self.pages.boundaries.push(self.parsed.line(it.span.start));
        }
    }
}
