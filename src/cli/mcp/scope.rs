//! Which apps an agent may see. Of any other app it learns nothing, not even that it is there.

use crate::cli::mcp_args::McpArgs;
use crate::desk::Desk;
use crate::domain::{AppName, Foreign};
use crate::store::StoreError;
use crate::trouble::Trouble;

/// How many apps a message names.
const NAMED: usize = 8;

/// The apps that were named for the agent, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Named(Vec<AppName>),
    All,
}

impl Scope {
    /// What the command line says. An agent works in one client's repository, so that nothing is the default: who starts it
    /// says which apps it may see.
    ///
    /// # Errors
    /// It says nothing, or names an app that is not there.
    pub fn of(desk: &Desk, args: &McpArgs) -> Result<Self, Trouble> {
        if args.all_apps {
            return Ok(Self::All);
        }
        if args.app.is_empty() {
            return Err(Trouble::usage("nobody said which apps the agent may see").next(
                "Name them with `--app NAME`; `--all-apps` is for your own agent, never for one in a client's repository",
            ));
        }
        let mut named = args.app.iter().map(|name| desk.app(name)).collect::<Result<Vec<_>, _>>()?;
        named.sort();
        named.dedup();
        Ok(Self::Named(named))
    }

    /// It in words.
    pub fn says(&self) -> String {
        match self {
            Self::All => "every app".to_owned(),
            Self::Named(named) => some_of(named),
        }
    }

    /// The names to choose from, where they are fixed.
    pub fn named(&self) -> Option<&[AppName]> {
        match self {
            Self::Named(named) => Some(named),
            Self::All => None,
        }
    }

    /// The apps that it has now.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn apps(&self, desk: &Desk) -> Result<Vec<AppName>, Trouble> {
        match self {
            Self::Named(named) => Ok(named.clone()),
            Self::All => desk.apps(false),
        }
    }

    /// The app that is meant: the named one, or the only one there is.
    ///
    /// # Errors
    /// It is not among those that may be seen (told like an app that is not there); none is named, and there are several.
    pub fn app(&self, desk: &Desk, name: Option<&str>) -> Result<AppName, Trouble> {
        let Some(name) = name else { return self.only(desk) };
        let name: AppName = name.parse().map_err(|error: crate::domain::id::NotAName| Trouble::usage(error.to_string()))?;
        let is_hidden = self.named().is_some_and(|named| !named.contains(&name));
        if is_hidden || !desk.knows(&name)? {
            return Err(StoreError::UnknownApp { name: Foreign::new(name.as_str()), known: self.apps(desk)? }.into());
        }
        Ok(name)
    }

    fn only(&self, desk: &Desk) -> Result<AppName, Trouble> {
        let apps = self.apps(desk)?;
        match apps.as_slice() {
            [one] if desk.knows(one)? => Ok(one.clone()),
            [] => Err(Trouble::usage("there is no app yet").next("A person takes one on with `rescue app add NAME`")),
            [one] => Err(StoreError::UnknownApp { name: Foreign::new(one.as_str()), known: Vec::new() }.into()),
            several => {
                Err(Trouble::usage("nobody said which app is meant").next(format!("Give `app`: one of {}", some_of(several))))
            }
        }
    }
}

fn some_of(names: &[AppName]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMED).map(ToString::to_string).collect();
    if names.len() > NAMED {
        shown.push(format!("{} more", names.len() - NAMED));
    }
    shown.join(", ")
}
