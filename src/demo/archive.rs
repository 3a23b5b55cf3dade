//! The demo app's repository as the archive that GitHub would send to whoever has no checkout of it.

use super::repository;
use flate2::{Compression, write::GzEncoder};
use std::io;

/// The beginning of the commit; five times, it is the whole.
const COMMIT: &str = "4f2a91c0";

/// The gzip-compressed tar file of the app's repository in that week.
///
/// # Errors
/// The embedded tree is not of its shape.
pub fn tarball(week: u8) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    // GitHub's archives begin with the commit that they were made from.
    let comment = format!("52 comment={}\n", COMMIT.repeat(5));
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XGlobalHeader);
    header.set_size(comment.len() as u64);
    header.set_mode(0o666);
    header.set_cksum();
    archive.append_data(&mut header, "pax_global_header", comment.as_bytes())?;
    for (path, text) in repository::files(week)? {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, format!("acme-shop-{COMMIT}/{path}"), text.as_bytes())?;
    }
    archive.into_inner()?.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::keys::stripe_live;
    use std::io::Read;

    fn texts(week: u8) -> String {
        let tarball = tarball(week).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(tarball.as_slice()));
        let mut all = String::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            assert_eq!(entry.header().entry_type().is_pax_global_extensions(), all.is_empty(), "the commit comes first");
            entry.read_to_string(&mut all).unwrap();
        }
        all
    }

    #[test]
    fn the_leaked_key_is_there_in_week_one_and_gone_in_week_two() {
        assert!(texts(1).contains(&stripe_live()));
        assert!(!texts(2).contains(&stripe_live()));
        assert!(!texts(3).contains("{{"), "every placeholder is filled");
    }
}
