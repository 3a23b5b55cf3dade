//! What a file imports, by the name that it writes. Types alone are left out: they are gone before the code runs.

use super::parse::Parsed;
use super::tree::{Peel, text};
use oxc_ast::ast::{
    BindingPattern, CallExpression, ExportAllDeclaration, ExportFromDeclaration, Expression, ImportDeclaration,
    ImportDeclarationSpecifier, ImportExpression, ImportOrExportKind, TSImportEqualsDeclaration, TSImportType, TSModuleReference,
    VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};

/// One import or re-export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Import {
    /// The module as it is written, such as `./admin` or `@/lib/admin`.
    pub from: String,
    /// The names that are taken out of it, as the module calls them; neither its default nor all of it.
    pub names: Vec<String>,
    /// What the file calls things of it.
    pub locals: Vec<Local>,
    /// Whether it is handed on: `export { a } from "x"`, `export * from "x"`.
    pub is_export: bool,
    pub line: u32,
}

/// A name of the file for something of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    pub local: String,
    /// As the module calls it; `default`, or `*` for all of it.
    pub name: String,
}

/// Imports, in the order of the file, and lines on which something is imported whose name is computed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Imports {
    pub imports: Vec<Import>,
    pub computed: Vec<u32>,
}

impl Imports {
    pub(super) fn add(&mut self, parsed: &Parsed<'_, '_>) {
        Reader { parsed, found: self }.visit_program(parsed.program);
    }
}

struct Reader<'r, 'p, 'a> {
    parsed: &'r Parsed<'p, 'a>,
    found: &'r mut Imports,
}

impl Reader<'_, '_, '_> {
    fn push(&mut self, from: &str, locals: Vec<Local>, offset: u32) {
        let names = locals.iter().filter(|it| it.name != "default" && it.name != "*").map(|it| it.name.clone()).collect();
        let line = self.parsed.line(offset);
        self.found.imports.push(Import { from: from.to_owned(), names, locals, is_export: false, line });
    }

    fn loaded(&mut self, from: &Expression<'_>, locals: Vec<Local>, offset: u32) {
        match text(from) {
            Some(from) => self.push(from, locals, offset),
            None => self.found.computed.push(self.parsed.line(offset)),
        }
    }
}

impl<'a> Visit<'a> for Reader<'_, '_, 'a> {
    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        if it.import_kind == ImportOrExportKind::Type {
            return;
        }
        let locals = it.specifiers.iter().flatten().filter_map(|it| match it {
            ImportDeclarationSpecifier::ImportSpecifier(it) => (it.import_kind == ImportOrExportKind::Value)
                .then(|| Local { local: it.local.name.to_string(), name: it.imported.name().to_string() }),
            ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => {
                Some(Local { local: it.local.name.to_string(), name: "default".to_owned() })
            }
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => {
                Some(Local { local: it.local.name.to_string(), name: "*".to_owned() })
            }
        });
        self.push(it.source.value.as_str(), locals.collect(), it.span.start);
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        if it.export_kind == ImportOrExportKind::Type {
            return;
        }
        let values = it.specifiers.iter().filter(|it| it.export_kind == ImportOrExportKind::Value);
        let locals = values.map(|it| Local { local: it.exported.name().to_string(), name: it.local.name().to_string() });
        self.push(it.source.value.as_str(), locals.collect(), it.span.start);
        if let Some(last) = self.found.imports.last_mut() {
            last.is_export = true;
        }
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        if it.export_kind == ImportOrExportKind::Type {
            return;
        }
        let local = it.exported.as_ref().map_or("*", |it| it.name().as_str()).to_owned();
        self.push(it.source.value.as_str(), vec![Local { local, name: "*".to_owned() }], it.span.start);
        if let Some(last) = self.found.imports.last_mut() {
            last.is_export = true;
        }
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.loaded(&it.source, Vec::new(), it.span.start);
        walk::walk_import_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if let Some(from) = required(it) {
            self.loaded(from, Vec::new(), it.span.start);
        } else if is_pattern_of_files(it) {
            self.found.computed.push(self.parsed.line(it.span.start));
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let loaded = it.init.as_ref().and_then(|init| load(init));
        let Some((from, offset)) = loaded else {
            walk::walk_variable_declarator(self, it);
            return;
        };
        // `const { a: b = 1 } = require("x")` and `= await import("x")`.
        self.loaded(from, locals(&it.id), offset);
        self.visit_binding_pattern(&it.id);
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        if let TSModuleReference::ExternalModuleReference(module) = &it.module_reference
            && it.import_kind == ImportOrExportKind::Value
        {
            let local = Local { local: it.id.name.to_string(), name: "*".to_owned() };
            self.push(module.expression.value.as_str(), vec![local], it.span.start);
        }
    }

    fn visit_ts_import_type(&mut self, _: &TSImportType<'a>) {}
}

/// What `require("x")` loads.
fn required<'e, 'a>(it: &'e CallExpression<'a>) -> Option<&'e Expression<'a>> {
    let is_require = matches!(&it.callee, Expression::Identifier(it) if it.name == "require");
    it.arguments.first().filter(|_| is_require)?.as_expression()
}

/// `import.meta.glob("./*.ts")` and `require.context("./")` load whatever matches.
fn is_pattern_of_files(it: &CallExpression<'_>) -> bool {
    let Expression::StaticMemberExpression(member) = &it.callee else { return false };
    match (&member.object, member.property.name.as_str()) {
        (Expression::ImportMeta(_), "glob" | "globEager") => true,
        (Expression::Identifier(object), "context") => object.name == "require",
        _ => false,
    }
}

/// What `require("x")`, `await import("x")` or `require("x").y` loads.
fn load<'e, 'a>(it: &'e Expression<'a>) -> Option<(&'e Expression<'a>, u32)> {
    match it.peeled() {
        Expression::AwaitExpression(it) => match it.argument.peeled() {
            Expression::ImportExpression(it) if it.options.is_none() => Some((&it.source, it.span.start)),
            _ => None,
        },
        Expression::CallExpression(it) if it.arguments.len() == 1 => Some((required(it)?, it.span.start)),
        _ => None,
    }
}

fn locals(pattern: &BindingPattern<'_>) -> Vec<Local> {
    match pattern {
        BindingPattern::BindingIdentifier(it) => vec![Local { local: it.name.to_string(), name: "*".to_owned() }],
        BindingPattern::ObjectPattern(it) => {
            let taken = it.properties.iter().filter_map(|it| {
                let local = it.value.get_binding_identifier()?.name.to_string();
                Some(Local { local, name: it.key.static_name()?.into_owned() })
            });
            taken.collect()
        }
        BindingPattern::ArrayPattern(_) | BindingPattern::AssignmentPattern(_) => Vec::new(),
    }
}
