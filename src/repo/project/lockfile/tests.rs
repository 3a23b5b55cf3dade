//! placeholder until the rows below are written.
