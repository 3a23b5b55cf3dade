//! What makes a page verifiable: a digest over the facts behind it, a digest of every sentence and number on it, and one
//! over all that. A digest shows that nothing was changed since; who made it is shown by the database or a signature.

use super::model::Page;
use crate::domain::{Digest, Fact, FactId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The facts of an app in the order of their ids, each hashed over the hash before it: how many, the newest id, the end.
#[must_use]
pub fn chain<'f>(facts: impl Iterator<Item = &'f Fact>) -> (u64, Option<FactId>, Digest) {
    let mut facts: Vec<&Fact> = facts.collect();
    facts.sort_by_key(|fact| fact.id);
    let mut end = Digest::of("");
    for fact in &facts {
        let text = serde_json::to_string(fact).unwrap_or_default();
        end = Digest::of(&format!("{}\n{text}", end.0));
    }
    (facts.len() as u64, facts.last().map(|fact| fact.id), end)
}

/// A page with what it takes to check it. This is the JSON format, and what the HTML carries inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub page: Page,
    /// Of the page: what is printed on it.
    pub content: Digest,
    /// The first 16 hex digits of the digest of each sentence and number, by its place in the page
    /// (`dangers.list.0.plan`): they tell where something was changed.
    pub leaves: BTreeMap<String, String>,
    /// Of the HTML without this record in it.
    pub html: Digest,
    /// Of the three above; this is what is signed.
    pub seal: Digest,
    /// An SSH signature of the seal (`ssh-keygen -Y sign`, namespace [`NAMESPACE`]), in its armour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// What an SSH signature of a snapshot is for, so that a signature made for something else does not pass.
pub const NAMESPACE: &str = "rescue-snapshot";

impl Record {
    /// Seals a page whose HTML, without a record in it, has the digest `html`.
    #[must_use]
    pub fn seal(page: Page, html: Digest) -> Self {
        let content = content(&page);
        let leaves = leaves(&page);
        let seal = of_all(&content, &leaves, &html);
        Self { page, content, leaves, html, seal, signature: None }
    }

    /// What does not fit inside the record itself; empty when it is consistent.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let now = leaves(&self.page);
        if content(&self.page) != self.content {
            let changed = now.iter().filter(|(place, digest)| self.leaves.get(*place) != Some(*digest)).map(|(place, _)| place);
            let gone = self.leaves.keys().filter(|place| !now.contains_key(*place));
            faults.extend(changed.chain(gone).map(|place| Fault::Changed { place: place.clone() }));
            if faults.is_empty() {
                faults.push(Fault::Digest { of: "content" });
            }
        } else if now != self.leaves {
            faults.push(Fault::Digest { of: "leaves" });
        }
        if of_all(&self.content, &self.leaves, &self.html) != self.seal {
            faults.push(Fault::Digest { of: "seal" });
        }
        faults
    }
}

/// Something in a record that is not as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A sentence or number of the page.
    #[error("`{place}` is not what was sealed")]
    Changed { place: String },
    /// One of the digests.
    #[error("the digest `{of}` does not fit what it is of")]
    Digest { of: &'static str },
}

/// The digest of a page: of its JSON without white space, in the order of the form's fields.
#[must_use]
pub fn content(page: &Page) -> Digest {
    Digest::of(&serde_json::to_string(page).unwrap_or_default())
}

fn of_all(content: &Digest, leaves: &BTreeMap<String, String>, html: &Digest) -> Digest {
    let leaves = serde_json::to_string(leaves).unwrap_or_default();
    Digest::of(&format!("{}\n{}\n{}", content.0, html.0, Digest::of(&leaves).0))
}

/// Each sentence and number of a page by its place. An empty list is a leaf too: one that was emptied is told.
fn leaves(page: &Page) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    walk(&serde_json::to_value(page).unwrap_or_default(), &mut String::new(), &mut found);
    found
}

fn walk(value: &serde_json::Value, place: &mut String, found: &mut BTreeMap<String, String>) {
    use serde_json::Value;
    let mut within = |name: &str, value: &Value| {
        let length = place.len();
        if length > 0 {
            place.push('.');
        }
        place.push_str(name);
        walk(value, place, found);
        place.truncate(length);
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.iter().for_each(|(name, value)| within(name, value)),
        Value::Array(values) if !values.is_empty() => {
            values.iter().enumerate().for_each(|(number, value)| within(&number.to_string(), value));
        }
        leaf => {
            let digest = Digest::of(&leaf.to_string()).0;
            found.insert(place.clone(), digest.chars().take(16).collect());
        }
    }
}
