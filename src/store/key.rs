//! The key of the keyed hashes of found secrets: 32 random bytes in a file beside the database. It is made once and
//! never replaced, because a finding of a secret is known by its keyed hash. An app that was brought here keeps the key of
//! where it began, in a file of its own, so that the same secret is the same finding at both places.

use super::error::Trouble;
use super::{AppId, Store, StoreError};
use crate::config::{Paths, private};
use crate::domain::Foreign;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

const BYTES: usize = 32;

impl Store {
    /// The key; made when it is asked for first.
    ///
    /// # Errors
    /// The file cannot be read or made, or is not a key.
    pub fn scan_key(&self) -> Result<[u8; BYTES], StoreError> {
        let path = self.paths.scan_key();
        match fs::read(&path) {
            Ok(bytes) => return as_key(&path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::io("read the key of the scanner", &path, &error)),
        }
        let mut key = [0; BYTES];
        getrandom::fill(&mut key).map_err(|_| StoreError::refused("this machine gives no random numbers"))?;
        place(&path, &key).map_err(|error| StoreError::io("make the key of the scanner", &path, &error))?;
        // Another process may have been faster: what lies there now is the key.
        let bytes = fs::read(&path).map_err(|error| StoreError::io("read the key of the scanner", &path, &error))?;
        as_key(&path, &bytes)
    }
}

/// How the key that came with an app stands to the one that is used for it here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMet {
    /// It is used for this app, now or as before.
    Same,
    /// Secrets of this app were named by two keys. From now on both places use the same of the two, whichever way they meet;
    /// what was found under the other stands under its own id until it is settled.
    Differed,
}

impl Store {
    /// The key by which this app's secrets are known.
    ///
    /// # Errors
    /// A file cannot be read or made, or is not a key.
    pub fn scan_key_of(&self, app: AppId) -> Result<[u8; BYTES], StoreError> {
        match self.own_key_of(app)? {
            Some(key) => Ok(key),
            None => self.scan_key(),
        }
    }

    fn own_key_of(&self, app: AppId) -> Result<Option<[u8; BYTES]>, StoreError> {
        let path = self.paths.scan_key_of(&app.0);
        match fs::read(&path) {
            Ok(bytes) => as_key(&path, &bytes).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read the key of the scanner", &path, &error)),
        }
    }

    /// Takes over the key that came with an app. `is_new`: the app came with it; otherwise both places may have found secrets,
    /// and of two keys the one with the smaller digest is used from now on, so that both choose the same.
    ///
    /// # Errors
    /// A file cannot be read or made, or is not a key.
    pub fn adopt_key(&self, app: AppId, key: &[u8; BYTES], is_new: bool) -> Result<KeyMet, StoreError> {
        let ours = self.scan_key_of(app)?;
        if ours == *key {
            return Ok(KeyMet::Same);
        }
        if is_new || digest(key) < digest(&ours) {
            let path = self.paths.scan_key_of(&app.0);
            let told = |error: &io::Error| StoreError::io("keep the key of the app's secrets", &path, error);
            private::make_dir(path.parent().unwrap_or(self.paths.data())).map_err(|error| told(&error))?;
            let draft = path.with_extension("draft");
            // A draft of a process that ended between the two steps.
            let _ = fs::remove_file(&draft);
            let written = private::create_new(&draft)
                .and_then(|mut file| file.write_all(key).and_then(|()| file.sync_all()))
                .and_then(|()| fs::rename(&draft, &path));
            written.map_err(|error| told(&error))?;
        }
        Ok(if is_new { KeyMet::Same } else { KeyMet::Differed })
    }

    /// Lets go of the key of an app that was erased.
    pub(super) fn forget_key_of(&self, app: AppId) -> Result<(), StoreError> {
        let path = self.paths.scan_key_of(&app.0);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("remove the key of the app's secrets", &path, &error))
            }
            _ => Ok(()),
        }
    }

    /// The keys that apps brought along, by app.
    pub(super) fn keys_of_apps(&self) -> Result<Vec<(AppId, [u8; BYTES])>, StoreError> {
        let mut keys = Vec::new();
        for app in self.apps()? {
            if let Some(key) = self.own_key_of(app.id)? {
                keys.push((app.id, key));
            }
        }
        Ok(keys)
    }
}

fn digest(key: &[u8; BYTES]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(key).into()
}

/// The key of this installation if it has one already. Makes nothing, and needs no database.
///
/// # Errors
/// The file cannot be read, or is not a key.
pub fn existing_key(paths: &Paths) -> Result<Option<[u8; BYTES]>, StoreError> {
    let path = paths.scan_key();
    match fs::read(&path) {
        Ok(bytes) => as_key(&path, &bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read the key of the scanner", &path, &error)),
    }
}

/// Makes these bytes the key of an installation that has none yet, with its data directory. Whether they are the key now:
/// where another process was faster, its key is.
///
/// # Errors
/// The directory or the file cannot be made.
pub fn settle_key(paths: &Paths, key: &[u8; BYTES]) -> Result<bool, StoreError> {
    let path = paths.scan_key();
    let failed = |error: io::Error| StoreError::io("make the key of the scanner", &path, &error);
    private::make_dir(paths.data()).map_err(failed)?;
    if existing_key(paths)?.is_none() {
        place(&path, key).map_err(failed)?;
    }
    Ok(existing_key(paths)?.as_ref() == Some(key))
}

fn as_key(path: &Path, bytes: &[u8]) -> Result<[u8; BYTES], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Unusable {
        doing: "read the key of the scanner",
        path: path.to_owned(),
        trouble: Trouble::Damaged,
        why: Foreign::new(format!("it has {} bytes instead of {BYTES}", bytes.len())),
    })
}

/// Puts the whole key at `path` or nothing; one that is there already stays.
fn place(path: &Path, key: &[u8]) -> io::Result<()> {
    let mut suffix = [0; 4];
    getrandom::fill(&mut suffix).map_err(|_| io::Error::other("this machine gives no random numbers"))?;
    let draft = path.with_extension(format!("{:08x}.draft", u32::from_be_bytes(suffix)));
    let placed = private::create_new(&draft).and_then(|mut file| {
        file.write_all(key)?;
        file.sync_all()?;
        // A link appears whole and, unlike a rename, never replaces.
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            // Some file systems know no links; there a second process could be overtaken, but only in this instant.
            Err(_) if !path.exists() => fs::rename(&draft, path),
            linked => linked,
        }
    });
    // After the rename there is no draft; a draft that stays is a harmless leftover.
    let _ = fs::remove_file(&draft);
    placed
}
