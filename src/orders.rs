//! Work orders: what was found for an item, by cause, with what must be true afterwards, what must not break and the command
//! that proves it; for an engineer, a coding agent, the client's tracker, or as SQL to review. And the proof: before and after.
//! It is handed what is known and writes text; it asks nobody, runs nothing and reads no clock.

pub mod agent;
pub mod build;
pub mod careful;
pub mod cause;
pub mod criterion;
pub mod issue;
pub mod model;
pub mod proof;
pub mod sql;
pub mod text;

pub use build::{Asked, Nothing, Source, build};
pub use model::{Cause, Criterion, Form, Look, Spot, WorkOrder};
pub use proof::{Proof, prove};

use crate::domain::{Foreign, ItemId};

/// Most letters of one text from outside; the rest of it is cut, and the cut is shown.
pub const LONGEST_TEXT: usize = 400;

/// Why an order has no text in a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing of {item} can be derived as SQL{}", because(.why.as_ref()))]
pub struct NoSuchForm {
    pub item: ItemId,
    pub why: Option<Foreign>,
}

fn because(why: Option<&Foreign>) -> String {
    why.map_or_else(String::new, |why| format!(": {why}"))
}

/// The order in a form, ended by one line break.
///
/// # Errors
/// The form is SQL, and nothing of the item can be derived as such.
pub fn render(order: &WorkOrder, form: Form) -> Result<String, NoSuchForm> {
    match form {
        Form::Text => Ok(text::render(order)),
        Form::Agent => Ok(agent::render(order)),
        Form::Issue => Ok(issue::render(order)),
        Form::Sql => sql::render(order),
    }
}

#[cfg(test)]
mod tests;
