//! The program's room of that name, as far as the target needs it.

#[path = "../../src/scan/proof.rs"]
mod proof;

pub mod site;
