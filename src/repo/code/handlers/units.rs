//! What stands at the top of a module under a name, and under which names it leaves the module. It follows nothing out of it.

use super::super::tree::{self, Peel};
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentTarget, BindingPattern, Declaration, ExportDefaultDeclarationKind, Expression, Function,
    Program, Statement, VariableDeclaration,
};
use oxc_span::GetSpan;

/// Something named, as it is written.
pub(super) struct Raw<'e, 'a> {
    pub name: String,
    pub exported: Vec<String>,
    pub source: Source<'e, 'a>,
    /// Where it begins, and where it ends.
    pub offset: u32,
    pub end: u32,
}

/// What is named.
#[derive(Clone, Copy)]
pub(super) enum Source<'e, 'a> {
    Function(&'e Function<'a>),
    Arrow(&'e ArrowFunctionExpression<'a>),
    Other(&'e Expression<'a>),
}

impl<'e, 'a> Source<'e, 'a> {
    pub(super) fn of(it: &'e Expression<'a>) -> Self {
        match it.peeled() {
            Expression::FunctionExpression(it) => Self::Function(it),
            Expression::ArrowFunctionExpression(it) => Self::Arrow(it),
            it => Self::Other(it),
        }
    }

    fn end(self) -> u32 {
        match self {
            Self::Function(it) => it.span.end,
            Self::Arrow(it) => it.span.end,
            Self::Other(it) => it.span().end,
        }
    }

    /// Whether it is, or may give, a function.
    pub(super) fn may_be_called(self) -> bool {
        match self {
            Self::Function(_) | Self::Arrow(_) => true,
            Self::Other(it) => matches!(it, Expression::CallExpression(_) | Expression::Identifier(_)),
        }
    }
}

/// Everything named at the top, and the other statements.
#[derive(Default)]
pub(super) struct Top<'e, 'a> {
    pub raws: Vec<Raw<'e, 'a>>,
    pub statements: Vec<&'e Statement<'a>>,
}

impl<'e, 'a> Top<'e, 'a> {
    pub(super) fn of(program: &'e Program<'a>) -> Self {
        let (mut top, mut exports) = (Self::default(), Vec::new());
        for statement in &program.body {
            match statement {
                Statement::FunctionDeclaration(it) => top.function(it, false),
                Statement::VariableDeclaration(it) => top.variables(it, false),
                Statement::ExportDeclaration(it) => match &it.declaration {
                    Declaration::FunctionDeclaration(it) => top.function(it, true),
                    Declaration::VariableDeclaration(it) => top.variables(it, true),
                    _ => {}
                },
                Statement::ExportNamedDeclaration(it) => {
                    exports.extend(it.specifiers.iter().map(|it| (it.local.name().to_string(), it.exported.name().to_string())));
                }
                Statement::ExportDefaultDeclaration(it) => top.default_export(&it.declaration, &mut exports),
                Statement::ImportDeclaration(_) | Statement::ExportAllDeclaration(_) | Statement::ExportFromDeclaration(_) => {}
                it => {
                    if !top.common(it) {
                        top.statements.push(it);
                    }
                }
            }
        }
        for (local, exported) in exports {
            if let Some(raw) = top.raws.iter_mut().find(|it| it.name == local) {
                raw.exported.push(exported);
            }
        }
        top
    }

    fn push(&mut self, name: &str, exported: Option<&str>, source: Source<'e, 'a>, offset: u32) {
        let exported = exported.map(ToOwned::to_owned).into_iter().collect();
        self.raws.push(Raw { name: name.to_owned(), exported, source, offset, end: source.end() });
    }

    fn function(&mut self, it: &'e Function<'a>, is_exported: bool) {
        if let Some(id) = it.id.as_ref().filter(|_| it.body.is_some()) {
            let name = id.name.as_str();
            self.push(name, is_exported.then_some(name), Source::Function(it), it.span.start);
        }
    }

    fn variables(&mut self, it: &'e VariableDeclaration<'a>, is_exported: bool) {
        for it in &it.declarations {
            let Some(init) = &it.init else { continue };
            let source = Source::of(init);
            match &it.id {
                BindingPattern::BindingIdentifier(id) => {
                    self.push(&id.name, is_exported.then_some(id.name.as_str()), source, it.span.start);
                }
                pattern => {
                    for id in pattern.get_binding_identifiers() {
                        self.push(&id.name, is_exported.then_some(id.name.as_str()), source, it.span.start);
                    }
                }
            }
        }
    }

    fn default_export(&mut self, it: &'e ExportDefaultDeclarationKind<'a>, exports: &mut Vec<(String, String)>) {
        match it {
            ExportDefaultDeclarationKind::FunctionDeclaration(it) => {
                let name = it.id.as_ref().map_or("default", |it| it.name.as_str());
                self.push(name, Some("default"), Source::Function(it), it.span.start);
            }
            it => match it.as_expression() {
                Some(Expression::Identifier(it)) => exports.push((it.name.to_string(), "default".to_owned())),
                Some(it) => self.push("default", Some("default"), Source::of(it), it.span().start),
                None => {}
            },
        }
    }

    /// `module.exports = …`, `exports.x = …`; says whether it was one.
    fn common(&mut self, statement: &'e Statement<'a>) -> bool {
        let Statement::ExpressionStatement(it) = statement else { return false };
        let Expression::AssignmentExpression(it) = &it.expression else { return false };
        let AssignmentTarget::StaticMemberExpression(target) = &it.left else { return false };
        let Some(object) = tree::dotted(&target.object) else { return false };
        let property = target.property.name.as_str();
        let name = match (object.as_str(), property) {
            ("module", "exports") => "default",
            ("exports" | "module.exports", name) => name,
            _ => return false,
        };
        self.push(name, Some(name), Source::of(&it.right), it.span.start);
        true
    }
}
