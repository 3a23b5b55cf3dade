//! What goes wrong unseen in a file: swallowed errors, results of writes that nobody looks at, calls to the outside
//! without a time-out, payments that believe the caller. It names what stands there and judges nothing.

mod catches;
mod muted;
mod outbound;
mod payments;
#[cfg(test)]
mod tests;
mod writes;

pub(in crate::repo::code) use catches::is_logger;
pub use catches::{Catch, CatchKind, Tells};
pub use muted::{Muted, Unheard};
pub use outbound::{Bound, Outbound};
pub use payments::{Charge, Check, Origin, Payments, SecretCheck};
pub use writes::{Client, Fate, Write};

use super::parse::Parsed;

/// What one file holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failures {
    /// Writes to a database, with what becomes of their result.
    pub writes: Vec<Write>,
    /// Reads of Supabase whose result is taken apart in place.
    pub reads: usize,
    /// Those of them that leave the error behind.
    pub reads_without_error: Vec<u32>,
    /// Whether a Supabase client is made that throws by itself.
    pub throws: bool,
    pub catches: Vec<Catch>,
    /// Rejections that are caught by a function which does nothing.
    pub muted: Vec<Muted>,
    /// Handlers of every unhandled error that drop it.
    pub unheard: Vec<Unheard>,
    /// Where Next's `redirect()` or `notFound()` is called inside a `try` whose `catch` does not throw on.
    pub caught_navigation: Vec<u32>,
    /// Calls to other systems.
    pub calls: Vec<Outbound>,
    /// Names of a default that bounds calls made elsewhere, such as `axios.defaults.timeout`.
    pub defaults: Vec<String>,
    /// Where something is tried again, and by what.
    pub retries: Vec<(u32, String)>,
    pub payments: Payments,
}

impl Failures {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, parsed: &Parsed<'_, '_>) {
        writes::add(self, parsed);
        catches::add(self, parsed);
        muted::add(self, parsed);
        outbound::add(self, parsed);
        payments::add(&mut self.payments, parsed);
    }
}

/// A name that is bound to what another module exports.
struct Bindings(Vec<(String, String, String)>);

impl Bindings {
    /// The static imports of a tree: local name, name in the module, module.
    fn of(parsed: &Parsed<'_, '_>) -> Self {
        use oxc_ast::ast::{ImportDeclarationSpecifier as Kind, Statement};
        let imports = parsed.program.body.iter().filter_map(|it| match it {
            Statement::ImportDeclaration(it) => Some(it),
            _ => None,
        });
        let names = imports.flat_map(|it| {
            let from = it.source.value.to_string();
            it.specifiers.iter().flatten().map(move |it| {
                let (local, name) = match it {
                    Kind::ImportSpecifier(it) => (it.local.name.to_string(), it.imported.name().to_string()),
                    Kind::ImportDefaultSpecifier(it) => (it.local.name.to_string(), "default".to_owned()),
                    Kind::ImportNamespaceSpecifier(it) => (it.local.name.to_string(), "*".to_owned()),
                };
                (local, name, from.clone())
            })
        });
        Self(names.collect())
    }

    /// The module that a name comes from, and what it is called there.
    fn from(&self, local: &str) -> Option<(&str, &str)> {
        self.0.iter().find(|it| it.0 == local).map(|it| (it.2.as_str(), it.1.as_str()))
    }

    /// Whether anything comes from a module that one of these words is in.
    fn mentions(&self, words: &[&str]) -> bool {
        self.0.iter().any(|it| words.iter().any(|word| it.2.contains(word)))
    }
}
