//! The demo app's repository as the archive that GitHub would send. Its leaked keys are put together here, at run
//! time, so that no scanner finds one in this repository.

use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;
use std::io;

/// The beginning of the commit; five times, it is the whole.
const COMMIT: &str = "4f2a91c0";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tree {
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    /// The weeks of the story in which the file is there so; all when empty.
    #[serde(default)]
    weeks: Vec<u8>,
    /// Its lines.
    lines: Vec<String>,
}

/// The gzip-compressed tar file of the app's repository in that week.
///
/// # Errors
/// The embedded tree is not of this shape.
pub fn tarball(week: u8) -> io::Result<Vec<u8>> {
    let tree: Tree = serde_json::from_str(include_str!("../../assets/demo/tree.json"))?;
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    // GitHub's archives begin with the commit that they were made from.
    let comment = format!("52 comment={}\n", COMMIT.repeat(5));
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XGlobalHeader);
    header.set_size(comment.len() as u64);
    header.set_mode(0o666);
    header.set_cksum();
    archive.append_data(&mut header, "pax_global_header", comment.as_bytes())?;
    for file in tree.files.iter().filter(|file| file.weeks.is_empty() || file.weeks.contains(&week)) {
        let text = with_keys(&file.lines.join("\n")) + "\n";
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, format!("acme-shop-{COMMIT}/{}", file.path), text.as_bytes())?;
    }
    archive.into_inner()?.finish()
}

/// Puts invented keys where a text says `{{stripe-live}}`, `{{service-role}}` or `{{anon}}`.
pub(super) fn with_keys(text: &str) -> String {
    text.replace("{{stripe-live}}", &stripe_live())
        .replace("{{service-role}}", &supabase("service_role"))
        .replace("{{anon}}", &supabase("anon"))
}

fn stripe_live() -> String {
    let tail: String = (0..24_u8).map(|n| char::from(b'a' + (n * 7 + 3) % 26)).collect();
    format!("sk{}live_51{tail}", '_')
}

/// A JWT of the shape of Supabase's legacy keys, signed by nobody.
fn supabase(role: &str) -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let head = part(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims =
        format!(r#"{{"iss":"supabase","ref":"acmeshopproductionab","role":"{role}","iat":1700000000,"exp":2015360000}}"#);
    let claims = part(&claims);
    let signature: String = (0..43_u8).map(|n| char::from(b'A' + (n % 26 * 7 + 5) % 26)).collect();
    format!("{head}.{claims}.{signature}")
}

#[cfg(test)]
mod tests {
    use super::*;
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
