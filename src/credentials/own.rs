//! The engineer's own secrets for telling somebody: a webhook's address, the password of a mailbox. They come from a
//! variable or a command, as tokens do, and never from a client's credentials; nothing here keeps one.

use super::chain::printed_by;
use super::{Secret, Source};
use crate::config::Environment;

/// Where one of them is looked for, in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnPlaces {
    /// The app's own variable first, then the one for all; that one only where the app names no command, server or user of
    /// its own.
    pub variables: Vec<String>,
    /// A line for the shell that prints it.
    pub command: Option<String>,
}

impl OwnPlaces {
    /// The first that is there. Blocks while a command runs, for at most twenty seconds.
    ///
    /// # Errors
    /// In words, what was looked for and why nothing came of it. Never holds a value.
    pub fn find(&self, environment: &Environment) -> Result<(Secret, Source), String> {
        for name in &self.variables {
            if let Some(value) = environment.get(name) {
                return Ok((Secret::new(value), Source::Variable(name.clone())));
            }
        }
        match &self.command {
            Some(line) => match printed_by(line) {
                Ok(secret) => Ok((secret, Source::Command)),
                Err(why) => Err(format!("its command gave none: {why}")),
            },
            None => Err(format!("{} is not set, and no command is configured", self.variables.join(" or "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(command: Option<&str>) -> OwnPlaces {
        OwnPlaces { variables: vec!["OWN".into(), "SHARED".into()], command: command.map(str::to_owned) }
    }

    #[cfg(unix)]
    #[test]
    fn the_first_place_that_has_it_wins_and_no_place_is_told_in_words() {
        let none = Environment::default();
        let shared = Environment::of([("SHARED", "of all")]);
        let own = shared.clone().with("OWN", "of one");
        let value = |it: Result<(Secret, Source), String>| it.map(|(secret, source)| (secret.expose().to_owned(), source));
        assert_eq!(value(places(None).find(&own)).unwrap(), ("of one".into(), Source::Variable("OWN".into())));
        assert_eq!(value(places(Some("echo printed")).find(&shared)).unwrap().0, "of all");
        assert_eq!(value(places(Some("echo printed")).find(&none)).unwrap(), ("printed".into(), Source::Command));
        let broken = places(Some("echo hush; exit 3")).find(&none).unwrap_err();
        assert_eq!(broken, "its command gave none: it failed with exit code 3");
        assert_eq!(places(None).find(&none).unwrap_err(), "OWN or SHARED is not set, and no command is configured");
    }
}
