//! What a repository's own files say of the app: which project, address and providers it names and with what it is built.

use super::Survey;
use crate::domain::Discovery;

/// What the survey proposes.
#[must_use]
pub fn discover(_survey: &Survey) -> Discovery {
    Discovery::default()
}
