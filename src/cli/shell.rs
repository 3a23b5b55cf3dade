//! `rescue completions` and `rescue man`: made from the same description of the command line that parses it.

use super::args::Cli;
use super::{exit, out::Out};
use crate::trouble::Trouble;
use clap::CommandFactory as _;

/// `rescue completions SHELL`.
pub fn completions(shell: clap_complete::Shell, out: &mut Out<'_>) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "rescue", &mut script);
    out.raw(&script);
    exit::FINE
}

/// `rescue man`.
///
/// # Errors
/// The page could not be made.
pub fn man(out: &mut Out<'_>) -> Result<u8, Trouble> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Trouble::failed("the manual page could not be made").why(error))?;
    out.raw(&page);
    Ok(exit::FINE)
}
