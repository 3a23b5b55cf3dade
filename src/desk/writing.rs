//! The place of a page's or letter's file: taken before anything is frozen, so that a page that cannot be written is not kept.
//! A file that exists is replaced only by whoever says so, whole or not at all.

use crate::trouble::Trouble;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Why there is no place for a file.
#[derive(Debug)]
pub enum NoPlace {
    /// A file is there already.
    Exists(PathBuf),
    /// It cannot be written there at all.
    Not(Trouble),
}

/// A file that is about to be written.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    taken: Taken,
}

#[derive(Debug)]
enum Taken {
    New(File),
    /// Beside the file that it will replace.
    Over(NamedTempFile),
}

impl Place {
    /// Takes a place: makes the file, or, to replace one, another beside it.
    ///
    /// # Errors
    /// A file is there and is not to be replaced; a folder is there; it cannot be written there.
    pub fn take(path: &Path, replace: bool) -> Result<Self, NoPlace> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if path.is_dir() {
            return Err(NoPlace::Not(Trouble::usage("that is a folder").next("add the file's name")));
        }
        let refused = |error: std::io::Error| {
            let next = match error.kind() {
                ErrorKind::NotFound => "make the folder first, or name another",
                _ => "name a file in a folder that may be written",
            };
            NoPlace::Not(Trouble::failed(format!("{} could not be written", path.display())).why(error).next(next))
        };
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let taken = if replace && path.symlink_metadata().is_ok() {
            Taken::Over(NamedTempFile::new_in(folder).map_err(refused)?)
        } else {
            Taken::New(match File::create_new(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(NoPlace::Exists(path)),
                Err(error) => return Err(refused(error)),
            })
        };
        Ok(Self { path, taken })
    }

    /// Writes the whole file; says where it is.
    ///
    /// # Errors
    /// It could not be written whole; what was there before is there still.
    pub fn fill(self, bytes: &[u8]) -> Result<PathBuf, Trouble> {
        let written = match self.taken {
            Taken::New(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()),
            Taken::Over(mut file) => file
                .write_all(bytes)
                .and_then(|()| file.as_file().sync_all())
                .and_then(|()| file.persist(&self.path).map(drop).map_err(|error| error.error)),
        };
        match written {
            Ok(()) => Ok(self.path),
            Err(error) => Err(Trouble::failed(format!("{} could not be written whole", self.path.display())).why(error)),
        }
    }

    /// Gives the place back: nothing was written, so nothing is left.
    pub fn give_up(self) {
        if matches!(self.taken, Taken::New(_)) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Takes the place of a file that does not exist.
///
/// # Errors
/// A file is there, which is never overwritten; it cannot be written there.
pub fn take(path: &Path) -> Result<Place, Trouble> {
    Place::take(path, false).map_err(|no| match no {
        NoPlace::Exists(path) => Trouble::usage(format!("{} exists already, and nothing is overwritten", path.display()))
            .next("Give a name that is free"),
        NoPlace::Not(trouble) => trouble,
    })
}

/// Takes the first name that is free here: `acme-2026-11-23.html`, `acme-2026-11-23-2.html`, …
///
/// # Errors
/// A thousand names are taken; it cannot be written here.
pub fn free(stem: &str, ending: &str) -> Result<Place, Trouble> {
    for number in 1..1_000 {
        let more = if number == 1 { String::new() } else { format!("-{number}") };
        let path = PathBuf::from(format!("{stem}{more}.{ending}"));
        if path.symlink_metadata().is_err() {
            return take(&path);
        }
    }
    Err(Trouble::usage(format!("a thousand files are called {stem} here")).next("Give a name with --out"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_when_that_was_said_and_only_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        let place = Place::take(&path, false).unwrap();
        assert!(path.exists(), "the place is taken");
        assert_eq!(place.fill(b"one").unwrap(), path);
        assert!(matches!(Place::take(&path, false), Err(NoPlace::Exists(_))));
        Place::take(&path, true).unwrap().give_up();
        assert_eq!(std::fs::read(&path).unwrap(), b"one", "given up, nothing is replaced");
        Place::take(&path, true).unwrap().fill(b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_place_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.md");
        Place::take(&path, true).unwrap().give_up();
        assert!(!path.exists());
        assert!(matches!(Place::take(folder.path(), true), Err(NoPlace::Not(_))), "a folder is never replaced");
        let Err(NoPlace::Not(trouble)) = Place::take(&folder.path().join("none/page.md"), false) else { panic!("taken") };
        assert_eq!(trouble.next.unwrap(), "make the folder first, or name another");
    }
}
