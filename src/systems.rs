//! One client per system: paths, paging, and the facts that are read from each answer. Clients turn a refusal into a
//! gap; they judge nothing.

pub mod github;
pub mod identity;
pub mod last_word;
pub mod money;
pub mod openai;
pub mod openrouter;
pub mod refusal;
#[cfg(test)]
pub mod stand_in;
pub mod supabase;
pub mod vercel;

pub use identity::Identity;
