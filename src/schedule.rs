//! What happens without a person at the terminal. It decides nothing about an app's truth and writes to no client's system.

pub mod tell;
