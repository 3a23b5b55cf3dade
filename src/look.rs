//! A look at a deployed site before there is a client: what a stranger's browser gets, what it means, and how little that
//! is. It asks through the door what it said beforehand and nothing else, with no credential, and never says that something
//! is safe: what it could not see is named.

pub mod address;
pub mod exposed;
pub mod keep;
mod looking;
pub mod model;
mod over;
pub mod page;
mod plain;
pub mod plan;
pub mod points;
mod proposals;
mod unseen;

pub use keep::{Kept, KeptProblem};
pub use looking::{judged, look};
pub use model::{Look, Permission, Plain, ServiceSeen};
pub use page::Page;
pub use plan::{Plan, Wanted};
pub use points::{Point, Weight, points};
pub use proposals::{edit, proposals};
pub use unseen::{Opens, Unseen, unseen};

#[cfg(test)]
mod tests;
