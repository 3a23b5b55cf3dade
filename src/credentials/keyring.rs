//! The operating system's keyring (macOS Keychain, Windows Credential Manager, Secret Service). It can hang behind a
//! prompt or not exist at all, so that it is asked on a thread of its own, within a time limit.

use super::Secret;
use crate::config::Environment;
use crate::domain::{AppName, System};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Why the keyring did not do what it was asked. Never holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error("this build has no keyring")]
    NotBuilt,
    #[error("switched off by RESCUE_KEYRING")]
    Off,
    #[error("no keyring on this machine")]
    NoKeyring,
    #[error("the keyring is locked or refuses")]
    Refused,
    #[error("the keyring gave no answer in time")]
    Slow,
    #[error("the keyring's entry is not text")]
    NotText,
}

/// A place that holds credentials by account name: the real keyring, or a test's.
pub trait Vault: Send + Sync {
    /// The value, if there is one.
    ///
    /// # Errors
    /// The keyring could not be asked.
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringError>;
    /// Puts a value, replacing an earlier one.
    ///
    /// # Errors
    /// The keyring could not be asked, or refuses.
    fn set(&self, account: &str, secret: &Secret) -> Result<(), KeyringError>;
    /// Removes the value; false if there was none.
    ///
    /// # Errors
    /// The keyring could not be asked, or refuses.
    fn remove(&self, account: &str) -> Result<bool, KeyringError>;
}

/// How long a lookup may take, and how long a change, for which a person may have to type a password.
const LOOKUP_LIMIT: Duration = Duration::from_secs(4);
const CHANGE_LIMIT: Duration = Duration::from_mins(1);

/// The keyring within time limits: one that was too slow once is not asked for a lookup again.
#[derive(Clone)]
pub struct Shelter {
    vault: Result<Arc<dyn Vault>, KeyringError>,
    was_slow: Arc<AtomicBool>,
    lookup_limit: Duration,
}

impl Shelter {
    /// This machine's keyring, unless `RESCUE_KEYRING=off`.
    #[must_use]
    pub fn of_machine(environment: &Environment) -> Self {
        if environment.get("RESCUE_KEYRING") == Some("off") {
            return Self::none(KeyringError::Off);
        }
        // Without a session bus there is no Secret Service; asking anyway can start one.
        if cfg!(all(unix, not(target_os = "macos"))) && environment.get("DBUS_SESSION_BUS_ADDRESS").is_none() {
            let bus = environment.get("XDG_RUNTIME_DIR").map(|dir| std::path::Path::new(dir).join("bus"));
            if !bus.is_some_and(|path| path.exists()) {
                return Self::none(KeyringError::NoKeyring);
            }
        }
        machine()
    }

    /// No keyring, for this reason.
    #[must_use]
    pub fn none(why: KeyringError) -> Self {
        Self { vault: Err(why), was_slow: Arc::default(), lookup_limit: LOOKUP_LIMIT }
    }

    /// This vault.
    #[must_use]
    pub fn of(vault: Arc<dyn Vault>) -> Self {
        Self { vault: Ok(vault), was_slow: Arc::default(), lookup_limit: LOOKUP_LIMIT }
    }

    /// The credential of a system: for one app, or the one for all apps.
    ///
    /// # Errors
    /// The keyring could not be asked; it may then be skipped.
    pub fn get(&self, app: Option<&AppName>, system: System) -> Result<Option<Secret>, KeyringError> {
        if self.was_slow.load(Ordering::Relaxed) {
            return Err(KeyringError::Slow);
        }
        let account = account(app, system);
        let got = self.within(self.lookup_limit, move |vault| vault.get(&account));
        if matches!(got, Err(KeyringError::Slow)) {
            self.was_slow.store(true, Ordering::Relaxed);
        }
        got
    }

    /// Keeps a credential: for one app, or for all of them.
    ///
    /// # Errors
    /// The keyring could not be asked, or refuses.
    pub fn set(&self, app: Option<&AppName>, system: System, secret: &Secret) -> Result<(), KeyringError> {
        let (account, secret) = (account(app, system), secret.clone());
        self.within(CHANGE_LIMIT, move |vault| vault.set(&account, &secret))
    }

    /// Forgets a credential; false if there was none.
    ///
    /// # Errors
    /// The keyring could not be asked, or refuses.
    pub fn remove(&self, app: Option<&AppName>, system: System) -> Result<bool, KeyringError> {
        let account = account(app, system);
        self.within(CHANGE_LIMIT, move |vault| vault.remove(&account))
    }

    fn within<T: Send + 'static>(
        &self,
        limit: Duration,
        ask: impl FnOnce(&dyn Vault) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let vault = Arc::clone(self.vault.as_ref().map_err(|why| *why)?);
        let (send, receive) = mpsc::channel();
        // A keyring that never answers keeps this thread until the process ends; it holds nothing else.
        std::thread::spawn(move || drop(send.send(ask(&*vault))));
        receive.recv_timeout(limit).unwrap_or(Err(KeyringError::Slow))
    }
}

/// `acme/github`, or `*/github` for all apps; `*` is no app's name.
fn account(app: Option<&AppName>, system: System) -> String {
    format!("{}/{}", app.map_or("*", AppName::as_str), system.id())
}

#[cfg(not(feature = "keyring"))]
fn machine() -> Shelter {
    Shelter::none(KeyringError::NotBuilt)
}

#[cfg(feature = "keyring")]
fn machine() -> Shelter {
    Shelter::of(Arc::new(machine::MachineVault))
}

#[cfg(feature = "keyring")]
mod machine {
    //! The keyring crate behind our trait.
    use super::{KeyringError, Secret, Vault};
    use keyring::{Entry, Error};
    use zeroize::Zeroize as _;

    pub(super) struct MachineVault;

    /// The service under which entries stand.
    const SERVICE: &str = "rescue";

    fn entry(account: &str) -> Result<Entry, KeyringError> {
        Entry::new(SERVICE, account).map_err(|error| told(&error))
    }

    // The errors carry the platform's words and, when the encoding is wrong, the value: only the kind goes on.
    fn told(error: &Error) -> KeyringError {
        match error {
            Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyringError::NotText,
            Error::NoDefaultStore | Error::PlatformFailure(_) | Error::NotSupportedByStore(_) => KeyringError::NoKeyring,
            // Locked, ambiguous, too long.
            _ => KeyringError::Refused,
        }
    }

    impl Vault for MachineVault {
        fn get(&self, account: &str) -> Result<Option<Secret>, KeyringError> {
            match entry(account)?.get_password() {
                Ok(value) => Ok(Some(Secret::new(value))),
                Err(Error::NoEntry) => Ok(None),
                Err(Error::BadEncoding(mut bytes)) => {
                    bytes.zeroize();
                    Err(KeyringError::NotText)
                }
                Err(error) => Err(told(&error)),
            }
        }

        fn set(&self, account: &str, secret: &Secret) -> Result<(), KeyringError> {
            entry(account)?.set_password(secret.expose()).map_err(|error| told(&error))
        }

        fn remove(&self, account: &str) -> Result<bool, KeyringError> {
            match entry(account)?.delete_credential() {
                Ok(()) => Ok(true),
                Err(Error::NoEntry) => Ok(false),
                Err(error) => Err(told(&error)),
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    /// A keyring in memory.
    #[derive(Default)]
    pub struct Memory(Mutex<BTreeMap<String, Secret>>);
    impl Vault for Memory {
        fn get(&self, account: &str) -> Result<Option<Secret>, KeyringError> {
            Ok(self.0.lock().unwrap().get(account).cloned())
        }
        fn set(&self, account: &str, secret: &Secret) -> Result<(), KeyringError> {
            self.0.lock().unwrap().insert(account.to_owned(), secret.clone());
            Ok(())
        }
        fn remove(&self, account: &str) -> Result<bool, KeyringError> {
            Ok(self.0.lock().unwrap().remove(account).is_some())
        }
    }

    /// One that waits for a password that nobody types, until the test lets it go.
    struct Hanging(Mutex<mpsc::Receiver<()>>, AtomicBool);
    impl Vault for Hanging {
        fn get(&self, _: &str) -> Result<Option<Secret>, KeyringError> {
            assert!(!self.1.swap(true, Ordering::Relaxed), "it is asked once");
            // Ends as well when the test is over.
            let _ = self.0.lock().unwrap().recv();
            Ok(None)
        }
        fn set(&self, _: &str, _: &Secret) -> Result<(), KeyringError> {
            Ok(())
        }
        fn remove(&self, _: &str) -> Result<bool, KeyringError> {
            Ok(false)
        }
    }

    #[test]
    fn an_app_has_its_own_entry_beside_the_shared_one() {
        let shelter = Shelter::of(Arc::new(Memory::default()));
        let acme: AppName = "acme".parse().unwrap();
        shelter.set(None, System::Github, &Secret::new("shared")).unwrap();
        assert!(shelter.get(Some(&acme), System::Github).unwrap().is_none());
        shelter.set(Some(&acme), System::Github, &Secret::new("own")).unwrap();
        assert_eq!(shelter.get(Some(&acme), System::Github).unwrap().unwrap().expose(), "own");
        assert_eq!(shelter.get(None, System::Github).unwrap().unwrap().expose(), "shared");
        assert!(shelter.remove(Some(&acme), System::Github).unwrap());
        assert!(!shelter.remove(Some(&acme), System::Github).unwrap());
    }

    #[test]
    fn one_that_hangs_is_left_behind_and_not_asked_again() {
        let (release, waits) = mpsc::channel();
        let vault = Arc::new(Hanging(Mutex::new(waits), AtomicBool::new(false)));
        let shelter = Shelter { lookup_limit: Duration::from_millis(30), ..Shelter::of(vault) };
        assert_eq!(shelter.get(None, System::Github).unwrap_err(), KeyringError::Slow);
        assert_eq!(shelter.get(None, System::Vercel).unwrap_err(), KeyringError::Slow);
        release.send(()).unwrap();
    }

    #[test]
    fn it_can_be_switched_off_and_a_machine_without_a_bus_has_none() {
        let off = Shelter::of_machine(&Environment::of([("RESCUE_KEYRING", "off")]));
        assert_eq!(off.get(None, System::Github).unwrap_err(), KeyringError::Off);
        if cfg!(target_os = "linux") {
            let headless = Shelter::of_machine(&Environment::default());
            assert_eq!(headless.get(None, System::Github).unwrap_err(), KeyringError::NoKeyring);
        }
    }
}
