//! Reads, writes and removes the files of a timer: whole or not at all, and never through a link that leads elsewhere.

use crate::trouble::Trouble;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The largest file that is read as one of a timer, in bytes.
const MOST: u64 = 256 * 1024;

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum There {
    Nothing,
    Text(String),
    /// Something that is not written over: why.
    InTheWay(&'static str),
}

/// Looks at a file without following a link.
///
/// # Errors
/// It cannot be read.
pub fn look(path: &Path) -> Result<There, Trouble> {
    let failed = |error: io::Error| Trouble::failed(format!("{} cannot be read", path.display())).why(error);
    match path.symlink_metadata() {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(There::Nothing),
        Err(error) => Err(failed(error)),
        Ok(about) if about.is_symlink() => Ok(There::InTheWay("it is a link")),
        Ok(about) if !about.is_file() => Ok(There::InTheWay("it is no file")),
        Ok(about) if about.len() > MOST => Ok(There::InTheWay("it is far too large for one of ours")),
        Ok(_) => match String::from_utf8(fs::read(path).map_err(failed)?) {
            Ok(text) => Ok(There::Text(text)),
            Err(_) => Ok(There::InTheWay("it is no text")),
        },
    }
}

/// Writes a file, 0644, in a directory at or below `base`; missing directories are made.
///
/// # Errors
/// A link leads out of `base`; what the file system said.
pub fn write(base: &Path, path: &Path, text: &str) -> Result<(), Trouble> {
    let failed = |error: io::Error| {
        Trouble::failed(format!("{} cannot be written", path.display()))
            .why(error)
            .next("Make the directory writable for you, and try again")
    };
    let folder = path.parent().ok_or_else(|| failed(io::Error::from(io::ErrorKind::InvalidInput)))?;
    stays_below(base, folder)?;
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644)).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Removes a file; one that is gone already is no error.
///
/// # Errors
/// What the file system said.
pub fn remove(path: &Path) -> Result<(), Trouble> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Trouble::failed(format!("{} cannot be removed", path.display())).why(error))
        }
        _ => Ok(()),
    }
}

/// Whether the nearest directory that exists is really below `base`, wherever links lead.
fn stays_below(base: &Path, folder: &Path) -> Result<(), Trouble> {
    let Ok(real_base) = base.canonicalize() else {
        // Nothing is there yet, so no link can be.
        return Ok(());
    };
    let nearest: Option<PathBuf> = folder.ancestors().find_map(|it| it.canonicalize().ok());
    if nearest.is_some_and(|it| it.starts_with(&real_base)) {
        return Ok(());
    }
    Err(Trouble::failed(format!("nothing is written into {}", folder.display()))
        .why(format!("a link there leads out of {}", base.display()))
        .next("Put a real directory there, or use another --kind"))
}
