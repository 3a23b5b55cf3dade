//! What a look means, point by point: what it is, why it matters, what to do, and which items of the checklist it belongs
//! to. Plain functions of what was seen; nothing here says that something is safe.

mod files;
mod keys;
mod page;
mod way;

use super::model::Look;
use serde::Serialize;
use strum::{Display, IntoStaticStr};

/// How much it weighs. Ordered: the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Weight {
    /// Somebody can take or change something today.
    Emergency,
    /// To be mended before it is trusted.
    Mend,
    /// A key that is expected where it was found, and what then has to hold.
    Key,
    /// Good to know.
    Know,
}

/// One point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Stable, so that two looks can be compared.
    pub key: String,
    pub weight: Weight,
    /// What it is, in one sentence without a full stop.
    pub says: String,
    /// What it means for users or owner.
    pub means: String,
    /// What to do, in order, in the imperative.
    pub todo: Vec<String>,
    /// Where it was seen, at most a few.
    pub at: Vec<String>,
    /// Items of the six-week checklist.
    pub items: Vec<&'static str>,
}

impl Point {
    fn new(key: impl Into<String>, weight: Weight, says: impl Into<String>, means: impl Into<String>) -> Self {
        let (key, says, means) = (key.into(), says.into(), means.into());
        Self { key, weight, says, means, todo: Vec::new(), at: Vec::new(), items: Vec::new() }
    }

    fn todo(mut self, step: impl Into<String>) -> Self {
        self.todo.push(step.into());
        self
    }

    fn at(mut self, places: impl IntoIterator<Item = String>) -> Self {
        self.at.extend(places);
        self
    }

    fn of(mut self, items: &[&'static str]) -> Self {
        self.items.extend(items);
        self
    }
}

/// Everything that the look has to say, the worst first.
#[must_use]
pub fn points(look: &Look) -> Vec<Point> {
    let mut all = keys::points(look);
    all.extend(files::points(look));
    all.extend(way::points(look));
    all.extend(page::points(look));
    // Within a weight the order of above is the order of danger.
    all.sort_by_key(|it| it.weight);
    all
}
