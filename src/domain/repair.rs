//! What of a database's catalogue can be mended by exact name, as a probe derives it from the schema that it knows. It is no SQL
//! and changes nothing: how it is written down is the business of `orders`, and whether it is done that of a person.

use super::{Digest, Foreign};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest name that PostgreSQL keeps, in bytes (`NAMEDATALEN` - 1); longer ones are cut by it.
pub const LONGEST_NAME: usize = 63;

/// Most repairs that an observation keeps; further ones are counted.
pub const MOST_REPAIRS: usize = 500;

/// An object of a database by its exact name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectName {
    pub schema: Foreign,
    pub name: Foreign,
}

impl ObjectName {
    /// None when the name holds something that cannot be shown as it is: then it cannot be written down exactly.
    #[must_use]
    pub fn exact(schema: &str, name: &str) -> Option<Self> {
        Some(Self { schema: exact(schema)?, name: exact(name)? })
    }
}

/// A name as the database keeps it, when it can be shown exactly as it is; none for any other.
#[must_use]
pub fn exact(name: &str) -> Option<Foreign> {
    let name = cut(name, LONGEST_NAME);
    let shown = Foreign::new(name);
    (!name.is_empty() && shown.as_str() == name).then_some(shown)
}

/// One thing that can be mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Repair {
    /// Row-level security is off.
    RowSecurity {
        table: ObjectName,
        /// How many policies wait for it to be on.
        policies: usize,
        /// The one column that refers to the users of Supabase Auth.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Foreign>,
    },
    /// No index begins with these columns.
    Index {
        table: ObjectName,
        columns: Vec<Foreign>,
        /// Of at most [`LONGEST_NAME`] bytes, and nobody else's.
        name: Foreign,
        /// The table that they refer to, if they are a foreign key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serves: Option<ObjectName>,
        /// A partitioned table takes no index concurrently.
        #[serde(default)]
        partitioned: bool,
    },
    /// A view asks with its owner's rights.
    Invoker { view: ObjectName },
    /// A function runs with its owner's rights and the caller's search path.
    SearchPath {
        routine: ObjectName,
        /// How many of that name there are, where there are several: which is meant is then said by its arguments, which are
        /// not known in the database's own words.
        #[serde(default)]
        forms: usize,
    },
    /// A column is asked for in a way that no ordinary index serves.
    OtherIndex { table: ObjectName, column: Foreign, operator: Foreign },
    /// A materialised view cannot have row-level security, and client roles may read it.
    Withdraw { relation: ObjectName },
}

impl Repair {
    /// Whether it can be written down whole; else a person completes it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match self {
            Self::OtherIndex { .. } => false,
            Self::SearchPath { forms, .. } => *forms <= 1,
            Self::RowSecurity { .. } | Self::Index { .. } | Self::Invoker { .. } | Self::Withdraw { .. } => true,
        }
    }
}

/// What a look can derive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Repairs {
    pub list: Vec<Repair>,
    /// Further ones: beyond [`MOST_REPAIRS`], or of a name that cannot be written down exactly.
    #[serde(default)]
    pub left_out: usize,
}

impl Repairs {
    /// Adds one; none is one whose names cannot be written down.
    pub fn add(&mut self, repair: Option<Repair>) {
        match repair {
            Some(repair) if self.list.contains(&repair) => {}
            Some(repair) if self.list.len() < MOST_REPAIRS => self.list.push(repair),
            _ => self.left_out += 1,
        }
    }

    /// Nothing can be derived, and nothing was left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.left_out == 0
    }

    /// How many of them can be written down whole.
    #[must_use]
    pub fn whole(&self) -> usize {
        self.list.iter().filter(|it| it.is_whole()).count()
    }

    /// How many of them a person has to complete.
    #[must_use]
    pub fn by_hand(&self) -> usize {
        self.list.len() - self.whole()
    }

    /// Adds those of another look.
    pub fn join(&mut self, other: &Self) {
        for repair in &other.list {
            self.add(Some(repair.clone()));
        }
        self.left_out += other.left_out;
    }
}

/// A name for an index, as the database would make one up (`<table>_<columns>_idx`), that nobody in `taken` has; it is taken
/// then. One that is too long is cut, with a few letters of its digest.
pub fn index_name(table: &str, columns: &[&str], taken: &mut BTreeSet<String>) -> String {
    let whole = format!("{table}_{}", columns.join("_"));
    let plain = format!("{whole}_idx");
    let mut name = plain.clone();
    let mut round = 0_usize;
    while name.len() > LONGEST_NAME || taken.contains(&name) {
        let digest = Digest::of(&format!("{round} {table} {}", columns.join("\u{1f}"))).0;
        let mark = format!("_{}_idx", digest.get(..8).unwrap_or_default());
        name = format!("{}{mark}", cut(&whole, LONGEST_NAME - mark.len()));
        round += 1;
    }
    taken.insert(name.clone());
    name
}

/// The beginning of a name as the database keeps it: so many bytes at most, no letter halved.
#[must_use]
pub fn cut(name: &str, most: usize) -> &str {
    let end = (0..=most.min(name.len())).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    name.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_of_indexes_fit_and_differ(tables in proptest::collection::vec("\\PC{1,80}", 1..6), column in "\\PC{1,70}") {
            let mut taken = BTreeSet::new();
            let names: Vec<String> = tables.iter().map(|table| index_name(table, &[&column], &mut taken)).collect();
            prop_assert!(names.iter().all(|it| it.len() <= LONGEST_NAME && it.ends_with("_idx")), "{names:?}");
            prop_assert_eq!(taken.len(), names.len(), "each is a name of its own");
        }
    }

    #[test]
    fn a_short_name_is_the_one_that_the_database_would_give() {
        let mut taken = BTreeSet::from(["a_b_idx".to_owned()]);
        assert_eq!(index_name("orders", &["user_id"], &mut taken), "orders_user_id_idx");
        assert_ne!(index_name("a", &["b"], &mut taken), "a_b_idx", "that name is taken");
    }

    #[test]
    fn what_cannot_be_shown_as_it_is_has_no_exact_name() {
        assert!(ObjectName::exact("public", "Order \"lines\"").is_some());
        assert!(ObjectName::exact("public", "a\u{202e}b").is_none());
        let mut repairs = Repairs::default();
        repairs.add(ObjectName::exact("public", "a\nb").map(|view| Repair::Invoker { view }));
        assert_eq!((repairs.list.len(), repairs.left_out, repairs.is_empty()), (0, 1, false));
    }
}
