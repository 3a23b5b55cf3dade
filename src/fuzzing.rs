//! A door into the scanner for its fuzz targets and its bench: what it sees in a text, by rule and place. Compiled with
//! the feature `fuzzing` only; not part of what the crate offers.

pub use crate::scan::fuzzing::*;
