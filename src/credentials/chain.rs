//! The order in which credentials are looked for (DESIGN §4): the app's own variable, the keyring, a configured
//! command, the vendor's variable, the vendor's program. The first one that is there wins, even if it is malformed:
//! a typing mistake must not silently hand the question to another account.

use super::Secret;
use super::form;
use super::keyring::{KeyringError, Shelter};
use super::redact::Redactor;
use super::source::{Found, Look, Missing, Source, own_variable, vendor_variables};
use crate::config::program::{self, Silence};
use crate::config::{Configuration, Endpoints, Environment, TokenCommands};
use crate::domain::{AppName, Gap, GapKind, System};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

/// How long a configured command may take: it may wait for a fingerprint.
const COMMAND_LIMIT: Duration = Duration::from_secs(20);
/// How long a vendor's program may take.
const CLI_LIMIT: Duration = Duration::from_secs(5);

/// The credentials of one system wherever there is one, each with its places; and the places that gave no answer, with why.
pub type Everywhere = (Vec<(Secret, Vec<Source>)>, Vec<(Source, String)>);

/// Where credentials are looked for. Lookups block, for seconds when a command is slow: from async code go through
/// `spawn_blocking`.
#[derive(Clone)]
pub struct Chain {
    places: Places,
    redactor: Redactor,
}

#[derive(Clone)]
enum Places {
    /// This person's: environment, keyring, commands.
    Person(Box<Person>),
    /// Only these: the demo, tests.
    Given(BTreeMap<System, Secret>),
}

#[derive(Clone)]
struct Person {
    environment: Environment,
    commands: TokenCommands,
    keyring: Shelter,
    /// The host that `gh` is asked for; none asks no program.
    gh_host: Option<String>,
}

impl Chain {
    /// The whole chain of this person on this machine.
    #[must_use]
    pub fn new(environment: &Environment, configuration: &Configuration, endpoints: &Endpoints) -> Self {
        Self::of(Person {
            environment: environment.clone(),
            commands: configuration.token_commands.clone(),
            keyring: Shelter::of_machine(environment),
            gh_host: gh_host(endpoints),
        })
    }

    fn of(person: Person) -> Self {
        Self { places: Places::Person(Box::new(person)), redactor: Redactor::default() }
    }

    /// No credential at all, whatever the environment holds.
    #[must_use]
    pub fn none() -> Self {
        Self::given(BTreeMap::new())
    }

    /// These and no other, whatever the environment holds: for the demo.
    #[must_use]
    pub fn given(secrets: BTreeMap<System, Secret>) -> Self {
        let redactor = Redactor::of(secrets.values().cloned());
        Self { places: Places::Given(secrets), redactor }
    }

    /// These variables and this keyring, and nothing of this machine.
    #[cfg(test)]
    #[must_use]
    pub fn of_places(environment: Environment, keyring: Shelter) -> Self {
        Self::of(Person { environment, commands: TokenCommands::default(), keyring, gh_host: None })
    }

    /// Masks every credential that this chain ever found; hand it to the log.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        self.redactor.clone()
    }

    /// The keyring of this chain, for `auth set` and `auth remove`.
    #[must_use]
    pub fn keyring(&self) -> Shelter {
        match &self.places {
            Places::Person(person) => person.keyring.clone(),
            Places::Given(_) => Shelter::none(KeyringError::Off),
        }
    }

    /// The credential of one system for one app.
    ///
    /// # Errors
    /// There is none, or the first that is there cannot be used.
    pub fn find(&self, app: &AppName, system: System) -> Result<Found, Missing> {
        let (found, looked) = self.look(app, system);
        let Some((secret, source)) = found else {
            return Err(Missing { gap: no_credential(app, system, &looked), looked });
        };
        if let Some(fault) = form::fault(&secret) {
            let gap =
                Gap::new(GapKind::BadCredential, system, format!("the {} credential from {source} {fault}", system.title()))
                    .needs(format!("Put the {} token alone into {source}", system.title()));
            return Err(Missing { looked, gap });
        }
        self.redactor.learn(&secret);
        Ok(Found { secret, source })
    }

    /// The credentials of the systems that need one, looked for side by side.
    #[must_use]
    pub fn keys(&self, app: &AppName, systems: impl IntoIterator<Item = System>) -> BTreeMap<System, Result<Secret, Gap>> {
        let wanted: Vec<System> = systems.into_iter().filter(|system| system.needs_credential()).collect();
        std::thread::scope(|scope| {
            let looks: Vec<_> = wanted.iter().map(|&system| (system, scope.spawn(move || self.find(app, system)))).collect();
            let each = looks.into_iter().map(|(system, look)| {
                let found = match look.join() {
                    Ok(found) => found.map(|it| it.secret).map_err(|missing| missing.gap),
                    Err(_) => Err(Gap::internal(format!("looking for the {} credential failed", system.title()))),
                };
                (system, found)
            });
            each.collect()
        })
    }

    /// Where the credential of one system would come from: the places in their order, up to the one that has it.
    #[must_use]
    pub fn sources(&self, app: &AppName, system: System) -> Vec<Look> {
        self.look(app, system).1
    }

    /// The credentials of one system for one app in every place that has one, not only the first; and the places that may have
    /// one and gave no answer, with why. A value that several places have is named with all of them.
    #[must_use]
    pub fn each(&self, app: &AppName, system: System) -> Everywhere {
        self.every(app, system, |_| true)
    }

    /// As [`Chain::each`], and only in the places that are this app's own: its variable and its entry in the keyring. What lies
    /// there was put there for this app, whatever its settings say by now.
    #[must_use]
    pub fn own(&self, app: &AppName, system: System) -> Everywhere {
        let variable = own_variable(app, system);
        self.every(app, system, |source| match source {
            Source::Variable(name) => *name == variable,
            Source::KeyringOfApp(_) => true,
            _ => false,
        })
    }

    fn every(&self, app: &AppName, system: System, is_meant: impl Fn(&Source) -> bool) -> Everywhere {
        let (mut found, mut silent): Everywhere = (Vec::new(), Vec::new());
        let answers: Vec<(Source, Result<Secret, String>)> = match &self.places {
            Places::Person(person) => {
                let asked = |source: Source| {
                    let answer = person.ask(&source, app, system);
                    (source, answer)
                };
                person.places(app, system).into_iter().filter(&is_meant).map(asked).collect()
            }
            Places::Given(secrets) => {
                let given = secrets.get(&system).filter(|_| is_meant(&Source::Given));
                given.map(|secret| (Source::Given, Ok(secret.clone()))).into_iter().collect()
            }
        };
        for (source, answer) in answers {
            match answer {
                Ok(secret) => {
                    if let Some(fault) = form::fault(&secret) {
                        silent.push((source, format!("the credential there {fault}")));
                        continue;
                    }
                    self.redactor.learn(&secret);
                    match found.iter_mut().find(|(known, _)| known.same_as(&secret)) {
                        Some((_, sources)) => sources.push(source),
                        None => found.push((secret, vec![source])),
                    }
                }
                Err(why) if is_nothing(&why) => {}
                Err(why) => silent.push((source, why)),
            }
        }
        (found, silent)
    }

    /// Goes through the places until one has it. The last look is the one that had it, if any had.
    fn look(&self, app: &AppName, system: System) -> (Option<(Secret, Source)>, Vec<Look>) {
        let person = match &self.places {
            Places::Person(person) => person,
            Places::Given(secrets) => {
                let found = secrets.get(&system).map(|secret| (secret.clone(), Source::Given));
                let nothing = if found.is_some() { None } else { Some("not given".to_owned()) };
                return (found, vec![Look { source: Source::Given, nothing }]);
            }
        };
        let mut looked = Vec::new();
        for source in person.places(app, system) {
            let answer = person.ask(&source, app, system);
            let nothing = answer.as_ref().err().cloned();
            looked.push(Look { source: source.clone(), nothing });
            if let Ok(secret) = answer {
                return (Some((secret, source)), looked);
            }
        }
        (None, looked)
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chain(…)")
    }
}

impl Person {
    /// The places for one system, in the order of DESIGN §4.
    fn places(&self, app: &AppName, system: System) -> Vec<Source> {
        let mut places =
            vec![Source::Variable(own_variable(app, system)), Source::KeyringOfApp(app.clone()), Source::KeyringShared];
        if self.commands.find(app, system).is_some() {
            places.push(Source::Command);
        }
        places.extend(vendor_variables(system).iter().map(|name| Source::Variable((*name).to_owned())));
        if system == System::Github && self.gh_host.is_some() {
            places.push(Source::Cli("gh auth token"));
        }
        places
    }

    /// What one place has, or why it has nothing.
    fn ask(&self, source: &Source, app: &AppName, system: System) -> Result<Secret, String> {
        let of_keyring = |app| match self.keyring.get(app, system) {
            Ok(Some(secret)) => Ok(secret),
            Ok(None) => Err("no entry".to_owned()),
            Err(why) => Err(why.to_string()),
        };
        match source {
            Source::Variable(name) => self.environment.get(name).map(Secret::new).ok_or_else(|| "not set".to_owned()),
            Source::KeyringOfApp(app) => of_keyring(Some(app)),
            Source::KeyringShared => of_keyring(None),
            Source::Command => match self.commands.find(app, system) {
                Some(line) => printed(shell(line), COMMAND_LIMIT),
                None => Err("not configured".to_owned()),
            },
            Source::Cli(_) => match &self.gh_host {
                Some(host) => printed(gh(host), CLI_LIMIT)
                    .map_err(|why| if why.starts_with("it failed") { "not logged in".to_owned() } else { why }),
                None => Err("not asked".to_owned()),
            },
            Source::Given => Err("not given".to_owned()),
        }
    }
}

/// Whether a place said that it holds nothing, rather than that it could not tell.
fn is_nothing(why: &str) -> bool {
    let absent = [KeyringError::NotBuilt, KeyringError::Off, KeyringError::NoKeyring];
    matches!(why, "not set" | "no entry" | "not configured" | "not asked" | "not given" | "not logged in" | "it printed nothing")
        || why == Silence::NotInstalled.to_string()
        || absent.iter().any(|it| it.to_string() == why)
}

/// The line goes through the shell, as git does with its helpers: `pass show acme | head -n 1` is a common need. It
/// is the user's own text from the user's own file; nothing from outside is put into it.
fn shell(line: &str) -> Command {
    let mut command = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    command.args([if cfg!(windows) { "/C" } else { "-c" }, line]);
    command
}

fn gh(host: &str) -> Command {
    let mut command = Command::new("gh");
    command.args(["auth", "token", "--hostname", host]);
    command
}

/// What a configured line for the shell prints.
pub(super) fn printed_by(line: &str) -> Result<Secret, String> {
    printed(shell(line), COMMAND_LIMIT)
}

fn printed(command: Command, limit: Duration) -> Result<Secret, String> {
    match program::answer(command, limit) {
        Ok(text) if text.trim().is_empty() => Err("it printed nothing".to_owned()),
        Ok(text) => Ok(Secret::new(text)),
        // The shell's own way to say that a program is not there.
        Err(Silence::Failed(Some(127))) => Err(Silence::NotInstalled.to_string()),
        Err(why) => Err(why.to_string()),
    }
}

/// The host under which `gh` knows GitHub's API: `api.github.com` is `github.com`, an Enterprise server is itself.
fn gh_host(endpoints: &Endpoints) -> Option<String> {
    let base = endpoints.base(System::Github)?;
    match base.host_str()? {
        "api.github.com" => Some("github.com".to_owned()),
        // A server on this machine is a stand-in: a real login is none of its business.
        host if base.scheme() == "http" || host == "localhost" => None,
        host => Some(host.strip_prefix("api.").filter(|rest| rest.ends_with(".ghe.com")).unwrap_or(host).to_owned()),
    }
}

/// A gap that says what to do, and what of the configured places went wrong.
fn no_credential(app: &AppName, system: System, looked: &[Look]) -> Gap {
    let mut says = format!("no credential for {}", system.title());
    let broken = looked.iter().find(|look| look.source == Source::Command);
    if let Some(Look { nothing: Some(why), .. }) = broken {
        says = format!("{says}: the token_command gave none ({why})");
    }
    let variable = vendor_variables(system).first().map_or_else(|| own_variable(app, system), |name| (*name).to_owned());
    Gap::new(GapKind::NoCredential, system, says).needs(format!("Run `rescue auth set {}` or export {variable}", system.id()))
}

#[cfg(test)]
mod tests;
