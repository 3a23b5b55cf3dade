//! Who signed a snapshot: reads what `ssh-keygen -Y sign` wrote and the keys that a reader trusts. It signs nothing and
//! holds no private key; a signature that does not hold is never passed over.

use super::seal::NAMESPACE;
use crate::domain::{Digest, Foreign};
use chrono::{DateTime, NaiveDateTime, Utc};
use ssh_key::{HashAlg, LineEnding, PublicKey, SshSig};

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Of the key: `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    key: PublicKey,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    #[error("the signature cannot be read: {0}")]
    Unreadable(Foreign),
    #[error("it was made for `{0}`, not for a snapshot")]
    ForAnother(Foreign),
    #[error("it is not of this page")]
    NotOfThis,
    #[error("it is of a kind of key that cannot be checked here ({0})")]
    Unsupported(Foreign),
}

/// Reads a signature and checks it against the seal; the text is given back as it is to be kept.
///
/// # Errors
/// It cannot be read, or does not hold.
pub fn check(armour: &str, seal: &Digest) -> Result<Signed, Unsigned> {
    let signature = read(armour)?;
    if signature.namespace() != NAMESPACE {
        return Err(Unsigned::ForAnother(Foreign::from(Foreign::new(signature.namespace()).cut(40))));
    }
    let key = PublicKey::from(signature.public_key().clone());
    match key.verify(NAMESPACE, seal.0.as_bytes(), &signature) {
        Ok(()) => Ok(Signed { fingerprint: key.fingerprint(HashAlg::Sha256).to_string(), key }),
        Err(ssh_key::Error::AlgorithmUnknown | ssh_key::Error::AlgorithmUnsupported { .. }) => {
            Err(Unsigned::Unsupported(Foreign::new(key.algorithm().as_str())))
        }
        Err(_) => Err(Unsigned::NotOfThis),
    }
}

/// The one way in which a signature's text is written, so that a changed byte of it shows.
///
/// # Errors
/// It cannot be read.
pub fn canonical(armour: &str) -> Result<String, Unsigned> {
    read(armour)?.to_pem(LineEnding::LF).map_err(|error| Unsigned::Unreadable(Foreign::new(error.to_string())))
}

fn read(armour: &str) -> Result<SshSig, Unsigned> {
    SshSig::from_pem(armour).map_err(|error| Unsigned::Unreadable(Foreign::new(error.to_string())))
}

/// Keys that a reader trusts, with the names that the reader gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signers(Vec<(PublicKey, Foreign)>);

/// A line that names no key that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct NotASigner {
    pub line: usize,
    pub why: &'static str,
}

impl Signers {
    /// Reads public keys, one a line: as in a `.pub` file, or as in git's and ssh-keygen's file of allowed signers
    /// (`man ssh-keygen`, ALLOWED SIGNERS), whose options `namespaces`, `valid-after` and `valid-before` are obeyed.
    ///
    /// # Errors
    /// A line that is neither: passing it over would call a page unsigned that is not.
    pub fn read(text: &str, now: DateTime<Utc>) -> Result<Self, NotASigner> {
        let mut signers = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                signers.extend(signer(line, now).map_err(|why| NotASigner { line: number + 1, why })?);
            }
        }
        Ok(Self(signers))
    }

    /// Adds the keys of another list.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of whoever signed, if the reader trusts that key.
    #[must_use]
    pub fn who(&self, signed: &Signed) -> Option<&Foreign> {
        self.0.iter().find(|(key, _)| key.key_data() == signed.key.key_data()).map(|(_, name)| name)
    }
}

/// The key of a line with its name; none when the line's options do not let it sign snapshots today.
fn signer(line: &str, now: DateTime<Utc>) -> Result<Option<(PublicKey, Foreign)>, &'static str> {
    let words = words(line)?;
    let kind = words.iter().position(|word| is_kind(word)).ok_or("no kind of key that is known stands in it")?;
    let encoded = words.get(kind..=kind + 1).ok_or("the key itself is missing")?.join(" ");
    let key = PublicKey::from_openssh(&encoded).map_err(|_| "the key cannot be read")?;
    let comment = words.get(kind + 2..).unwrap_or_default().join(" ");
    let name = match words.first().filter(|_| kind > 0) {
        Some(principals) => principals.trim_matches('"').to_owned(),
        None if comment.is_empty() => key.fingerprint(HashAlg::Sha256).to_string(),
        None => comment,
    };
    for option in words.get(1..kind).unwrap_or_default().iter().flat_map(|word| options(word)) {
        let (option, value) =
            option.split_once('=').map_or((option.as_str(), ""), |(option, value)| (option, value.trim_matches('"')));
        let holds = match option.to_ascii_lowercase().as_str() {
            "cert-authority" => return Err("certificates of an authority cannot be checked here; name the key itself"),
            "namespaces" => value.split(',').any(|it| matches!(it, "*" | NAMESPACE)),
            "valid-after" => moment(value)? <= now,
            "valid-before" => now < moment(value)?,
            _ => return Err("it has an option that is not known"),
        };
        if !holds {
            return Ok(None);
        }
    }
    Ok(Some((key, Foreign::from(Foreign::new(name).cut(80)))))
}

fn is_kind(word: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|kind| word.starts_with(kind))
}

/// The words of a line; what stands in quotation marks is not parted.
fn words(line: &str) -> Result<Vec<String>, &'static str> {
    parted(line, char::is_whitespace).ok_or("a quotation mark is not closed")
}

fn options(word: &str) -> Vec<String> {
    parted(word, |c| c == ',').unwrap_or_default()
}

fn parted(text: &str, at: fn(char) -> bool) -> Option<Vec<String>> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        quoted ^= c == '"';
        if at(c) && !quoted {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts.retain(|it| !it.is_empty());
    (!quoted).then_some(parts)
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with `Z` or without: taken as UTC.
fn moment(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let digits = text.strip_suffix('Z').unwrap_or(text);
    let whole = format!("{digits:0<14}");
    match digits.len() {
        8 | 12 | 14 => NaiveDateTime::parse_from_str(&whole, "%Y%m%d%H%M%S").map(|it| it.and_utc()),
        _ => return Err("a moment is written YYYYMMDD, with HHMM or HHMMSS after it"),
    }
    .map_err(|_| "a moment is written YYYYMMDD, with HHMM or HHMMSS after it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Made with `ssh-keygen -t ed25519` for these tests; its private half is gone.
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIArx8LF7Aw6ocJpaTYkXn3F8wuCv/WraA4w/r+cDuo9i";

    fn now() -> DateTime<Utc> {
        "2026-11-23T09:00:00Z".parse().unwrap()
    }

    fn names(text: &str) -> Result<Vec<String>, String> {
        let read = Signers::read(text, now()).map_err(|error| error.to_string())?;
        Ok(read.0.into_iter().map(|(_, name)| name.to_string()).collect())
    }

    #[rstest]
    #[case("KEY sam@laptop", &["sam@laptop"])]
    #[case("# ours\n\nKEY\n", &["SHA256:"])]
    #[case("sam@example.com,s@example.com KEY a laptop", &["sam@example.com,s@example.com"])]
    #[case("sam namespaces=\"git,rescue-snapshot\" KEY", &["sam"])]
    #[case("sam namespaces=\"git\" KEY", &[])]
    #[case("sam valid-after=\"20200101Z\",valid-before=\"20301231235959Z\" KEY", &["sam"])]
    #[case("sam valid-before=\"202611230900Z\" KEY", &[])]
    #[case("sam valid-after=\"20270101\" KEY", &[])]
    fn keys_are_read_as_ssh_writes_them(#[case] text: &str, #[case] wanted: &[&str]) {
        let found = names(&text.replace("KEY", KEY)).unwrap();
        assert_eq!(found.len(), wanted.len(), "{found:?}");
        assert!(found.iter().zip(wanted).all(|(name, wanted)| name.starts_with(wanted)), "{found:?}");
    }

    #[rstest]
    #[case("hello", "line 1: no kind of key")]
    #[case("\nsam ssh-ed25519", "line 2: the key itself is missing")]
    #[case("ssh-ed25519 AAAA", "the key cannot be read")]
    #[case("sam cert-authority KEY", "authority")]
    #[case("sam verify-required KEY", "not known")]
    #[case("sam valid-before=\"tomorrow\" KEY", "YYYYMMDD")]
    #[case("sam valid-before=\"2026 KEY", "not closed")]
    fn a_line_that_is_no_key_is_told(#[case] text: &str, #[case] wanted: &str) {
        let told = names(&text.replace("KEY", KEY)).unwrap_err();
        assert!(told.contains(wanted), "{told}");
    }

    #[test]
    fn a_text_that_is_no_signature_is_told() {
        assert!(matches!(check("hello", &Digest::of("")), Err(Unsigned::Unreadable(_))));
        assert!(canonical("-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n").is_err());
    }
}
