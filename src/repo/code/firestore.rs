//! Calls on Firestore, of its library for browsers and of the admin SDK, and on MongoDB's collections: which collection, what
//! is done with it, what is written. References are followed through the names that hold them, and no further.

use super::chain::{Chain, text};
use oxc_ast::ast::{BindingPattern, CallExpression, Expression, VariableDeclarator};
use std::collections::BTreeMap;

/// One call on a collection.
pub(in crate::repo::code) struct Document<'t, 'a> {
    /// The last collection of the path; none for a name that is computed.
    pub collection: Option<String>,
    /// `select`, `insert`, `update`, `upsert`, `delete`.
    pub verb: &'static str,
    /// What is written, if anything is.
    pub values: Option<&'t Expression<'a>>,
    /// Whether it is sent as one with others: by a batch or a transaction.
    pub is_whole: bool,
}

/// Names of a file that hold references and batches.
#[derive(Debug, Clone, Default)]
pub(in crate::repo::code) struct Held {
    /// References, with their collection.
    references: BTreeMap<String, Option<String>>,
    batches: Vec<String>,
    /// Whether the file imports something of Firebase.
    is_firebase: bool,
    /// Whether nothing of the file is a call on a collection.
    is_idle: bool,
}

/// Functions of the library for browsers that change a document, with what they do.
const WRITES: [(&str, &str); 4] = [("setDoc", "upsert"), ("addDoc", "insert"), ("updateDoc", "update"), ("deleteDoc", "delete")];

/// Those that read.
const READS: [&str; 8] = [
    "getDoc",
    "getDocs",
    "onSnapshot",
    "getDocFromServer",
    "getDocsFromServer",
    "getCountFromServer",
    "getAggregateFromServer",
    "getDocFromCache",
];

/// Methods of references, batches and transactions that change a document.
const METHODS: [(&str, &str); 5] =
    [("set", "upsert"), ("add", "insert"), ("create", "insert"), ("update", "update"), ("delete", "delete")];

/// Methods of MongoDB's collections that change a document.
const MONGO: [(&str, &str); 11] = [
    ("insertOne", "insert"),
    ("insertMany", "insert"),
    ("updateOne", "update"),
    ("updateMany", "update"),
    ("replaceOne", "update"),
    ("findOneAndUpdate", "update"),
    ("findOneAndReplace", "update"),
    ("bulkWrite", "update"),
    ("deleteOne", "delete"),
    ("deleteMany", "delete"),
    ("findOneAndDelete", "delete"),
];

impl Held {
    /// Of a file with that text, which imports these modules.
    #[must_use]
    pub fn of<'m>(text: &str, modules: impl Iterator<Item = &'m str>) -> Self {
        let mut held = Self::default();
        let mut is_mongo = false;
        for it in modules {
            held.is_firebase |= it.contains("firebase") || it.contains("firestore");
            is_mongo |= it.contains("mongo");
        }
        held.is_idle = !(held.is_firebase || is_mongo || text.contains("collection("));
        held
    }

    /// Takes in what a declaration holds.
    pub fn bind(&mut self, it: &VariableDeclarator<'_>) {
        if self.is_idle {
            return;
        }
        let (BindingPattern::BindingIdentifier(id), Some(init)) = (&it.id, &it.init) else { return };
        let chain = Chain::of(init);
        if chain.name() == "writeBatch" || (chain.name() == "batch" && chain.steps.len() == 1) {
            self.batches.push(id.name.to_string());
        } else if let Some(collection) = self.reference(init) {
            self.references.insert(id.name.to_string(), collection);
        }
    }

    /// The collection that a reference is of; none when it is no reference, none within when its name is computed.
    #[expect(clippy::option_option, reason = "no reference, and a reference whose collection is not known, are two answers")]
    fn reference(&self, it: &Expression<'_>) -> Option<Option<String>> {
        self.reference_within(it, 0)
    }

    #[expect(clippy::option_option, reason = "no reference, and a reference whose collection is not known, are two answers")]
    fn reference_within(&self, it: &Expression<'_>, depth: u8) -> Option<Option<String>> {
        if depth > 6 {
            return None;
        }
        if let Expression::Identifier(it) = it.get_inner_expression() {
            return self.references.get(it.name.as_str()).cloned();
        }
        let chain = Chain::of(it);
        let first = chain.steps.first()?;
        if first.name.is_empty() {
            let inner = || first.argument(0).and_then(|it| self.reference_within(it, depth + 1));
            return match chain.root {
                "query" => inner(),
                "doc" | "collection" | "collectionGroup" if self.is_firebase => {
                    let parts = first.arguments.into_iter().flatten().skip(1).filter_map(|it| it.as_expression());
                    let parts: Vec<Option<&str>> = parts.flat_map(segments).collect();
                    // `doc(collection(db, "a"), id)`: the path goes on from the collection.
                    match inner() {
                        Some(outer) if chain.root == "doc" => Some(outer),
                        _ => Some(last_collection(&parts, chain.root == "doc")),
                    }
                }
                _ => None,
            };
        }
        self.of_chain(&chain)
    }

    /// `db.collection("a").doc(id)`, and what is asked of it.
    #[expect(clippy::option_option, reason = "no reference, and a reference whose collection is not known, are two answers")]
    fn of_chain(&self, chain: &Chain<'_, '_>) -> Option<Option<String>> {
        let named = chain.steps.iter().rev().find(|it| it.name == "collection" && it.count() > 0);
        if let Some(named) = named {
            let path = named.argument(0).and_then(text);
            return Some(path.and_then(|it| it.rsplit('/').next()).map(str::to_owned));
        }
        let document = chain.steps.iter().find(|it| it.name == "doc" && it.count() > 0).filter(|_| self.is_firebase);
        if let Some(path) = document.and_then(|it| it.argument(0)).and_then(text).filter(|it| it.contains('/')) {
            return Some(path.rsplit('/').nth(1).map(str::to_owned));
        }
        self.references.get(chain.root).cloned()
    }

    /// What a call does to a collection.
    #[must_use]
    pub fn call<'t, 'a>(&self, call: &'t CallExpression<'a>) -> Option<Document<'t, 'a>> {
        if self.is_idle {
            return None;
        }
        let chain = Chain::of_call(call);
        let last = chain.last()?;
        if last.name.is_empty() && chain.steps.len() == 1 && self.is_firebase {
            let write = WRITES.iter().find(|it| it.0 == chain.root);
            let verb = write.map(|it| it.1).or_else(|| READS.contains(&chain.root).then_some("select"))?;
            let collection = last.argument(0).and_then(|it| self.reference(it)).flatten();
            let values = last.argument(1).filter(|_| write.is_some());
            return Some(Document { collection, verb, values, is_whole: false });
        }
        last.arguments?;
        if let Some((_, verb)) = MONGO.iter().find(|it| it.0 == last.name) {
            let collection = self.of_chain(&chain)?;
            let values = last.argument(usize::from(*verb == "update"));
            return Some(Document { collection, verb, values, is_whole: false });
        }
        let write = METHODS.iter().find(|it| it.0 == last.name).map(|it| it.1);
        // `batch.set(reference, values)`, `transaction.update(reference, values)`.
        let is_batch = self.batches.iter().any(|it| it == chain.root);
        if chain.steps.len() == 1
            && let Some(verb) = write
            && let Some(collection) = last.argument(0).and_then(|it| self.reference(it)).or_else(|| is_batch.then_some(None))
        {
            return Some(Document { collection, verb, values: last.argument(1), is_whole: true });
        }
        let is_read = matches!(last.name, "get" | "onSnapshot") && (self.is_firebase || chain.has("doc"));
        let verb = write.or_else(|| is_read.then_some("select"))?;
        let collection = self.of_chain(&chain)?;
        Some(Document { collection, verb, values: last.argument(0).filter(|_| write.is_some()), is_whole: false })
    }
}

/// The parts of a path that an argument is: `"a"`, `` `users/${id}/orders` ``; none for one that is computed.
fn segments<'e>(it: &'e Expression<'_>) -> Vec<Option<&'e str>> {
    match it.get_inner_expression() {
        Expression::TemplateLiteral(it) if !it.expressions.is_empty() => {
            let mut parts = Vec::new();
            for (at, quasi) in it.quasis.iter().enumerate() {
                if at > 0 {
                    parts.push(None);
                }
                parts.extend(quasi.value.raw.split('/').filter(|it| !it.is_empty()).map(Some));
            }
            parts
        }
        it => match text(it) {
            Some(it) => it.split('/').filter(|it| !it.is_empty()).map(Some).collect(),
            None => vec![None],
        },
    }
}

/// Collections and documents take turns in a path.
fn last_collection(parts: &[Option<&str>], is_document: bool) -> Option<String> {
    let at = match (parts.len(), is_document) {
        (0, _) => return None,
        // `doc(collection, …)` of a reference that is not known.
        (1, true) => return None,
        (count, _) => (count - 1) & !1,
    };
    let at = if is_document && parts.len() % 2 == 1 { parts.len() - 2 } else { at };
    parts.get(at).copied().flatten().map(str::to_owned)
}
