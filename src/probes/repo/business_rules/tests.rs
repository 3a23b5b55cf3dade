//! Small apps, and what is decided of each.
