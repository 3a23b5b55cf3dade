//! Directories and files that only their owner may read. The mode is set before anything is written, never after.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a directory of ours, 0700, with its parents; one that exists is narrowed to 0700.
///
/// # Errors
/// What the file system said; `NotADirectory` when a file stands in the way.
pub fn make_dir(path: &Path) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|it| !it.is_dir()) {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "a file stands where the directory belongs"));
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    narrow(path, 0o700)
}

/// Creates a file that did not exist, 0600, for writing.
///
/// # Errors
/// `AlreadyExists` and whatever else the file system said.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).read(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes away what group and others may do; leaves alone what is narrow enough.
///
/// # Errors
/// What the file system said.
pub fn narrow(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let now = fs::metadata(path)?.permissions().mode();
        if now & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[cfg(unix)]
    #[test]
    fn what_is_ours_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let loose = home.path().join("loose");
        fs::create_dir(&loose).unwrap();
        fs::set_permissions(&loose, fs::Permissions::from_mode(0o755)).unwrap();
        make_dir(&loose).unwrap();
        assert_eq!(mode(&loose), 0o700);
        let deep = home.path().join("a/b");
        make_dir(&deep).unwrap();
        assert_eq!((mode(&deep), mode(deep.parent().unwrap())), (0o700, 0o700));
        create_new(&deep.join("file")).unwrap();
        assert_eq!(mode(&deep.join("file")), 0o600);
        assert_eq!(create_new(&deep.join("file")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_file_in_the_way_is_named_as_such() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        create_new(&file).unwrap();
        assert_eq!(make_dir(&file).unwrap_err().kind(), io::ErrorKind::NotADirectory);
        assert_eq!(make_dir(&file.join("below")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
    }
}
