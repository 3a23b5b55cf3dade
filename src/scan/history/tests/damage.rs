//! Damaged, foreign and hostile repositories: no crash, no hang, and never called seen what was not.
