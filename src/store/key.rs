//! The key of the keyed hashes of found secrets: 32 random bytes in a file beside the database. It is made once and
//! never replaced, because a finding of a secret is known by its keyed hash.

use super::error::Trouble;
use super::{Store, StoreError};
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
