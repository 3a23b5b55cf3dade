//! What is sealed is opened by whom it is for and by nobody else, and a file that is damaged or hostile opens nothing.

use super::*;
use proptest::prelude::*;
use std::process::Command;

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn by_passphrase(text: &str) -> To {
    To::Passphrase { secret: secret(text), work: 2 }
}

/// A key pair made by ssh-keygen on the spot.
fn pair(folder: &Path, name: &str, kind: &str, passphrase: &str) -> (PathBuf, String) {
    let private = folder.join(name);
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", kind, "-N", passphrase, "-C", "sam@example.com", "-f"]).arg(&private);
    if kind == "rsa" {
        command.args(["-b", "2048"]);
    }
    assert!(command.status().unwrap().success());
    (private.clone(), private.with_extension("pub").display().to_string())
}

fn written(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("export");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn open(path: &Path, with: &With) -> Result<Vec<u8>, String> {
    let Looked::Sealed(sealed) = look(path).map_err(|it| it.to_string())? else { return Err("it is not sealed".to_owned()) };
    let mut bytes = Vec::new();
    let mut reader = sealed.open(with).map_err(|it| it.to_string())?;
    reader.read_to_end(&mut bytes).map_err(|it| it.to_string()).map(|_| bytes)
}

fn none() -> Result<Secret, Trouble> {
    Err(Trouble::failed("nobody should be asked"))
}

fn refused<T>(it: Result<T, Trouble>) -> Trouble {
    it.map(drop).unwrap_err()
}

#[test]
fn the_passphrase_opens_it_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = seal(b"what is known", &by_passphrase("correct horse")).unwrap();
    let path = written(folder.path(), &sealed);
    assert_eq!(open(&path, &With::Passphrase(secret("correct horse"))).unwrap(), b"what is known");
    let told = open(&path, &With::Passphrase(secret("another one"))).unwrap_err();
    assert!(told.contains("the passphrase is another"), "{told}");
    let Looked::Sealed(it) = look(&path).unwrap() else { panic!("not sealed") };
    assert!(it.asks_a_passphrase());
}

#[test]
fn each_named_key_opens_it_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, ours_pub) = pair(folder.path(), "ours", "ed25519", "");
    let (theirs, theirs_pub) = pair(folder.path(), "theirs", "rsa", "");
    let (locked, locked_pub) = pair(folder.path(), "locked", "ed25519", "a secret of one's own");
    let (stranger, _) = pair(folder.path(), "stranger", "ed25519", "");
    let line = std::fs::read_to_string(&ours_pub).unwrap();
    let to = To::Keys(keys(&[line.trim().to_owned(), theirs_pub, locked_pub]).unwrap());
    let path = written(folder.path(), &seal(b"what is known", &to).unwrap());
    for key in [&ours, &theirs] {
        assert_eq!(open(&path, &identity(key, none).unwrap()).unwrap(), b"what is known");
    }
    let unlocked = identity(&locked, || Ok(secret("a secret of one's own"))).unwrap();
    assert_eq!(open(&path, &unlocked).unwrap(), b"what is known");
    let told = refused(identity(&locked, || Ok(secret("not that"))));
    assert_eq!(told.why.unwrap(), "its passphrase is another");
    let told = open(&path, &identity(&stranger, none).unwrap()).unwrap_err();
    assert!(told.contains("it is encrypted to another key"), "{told}");
    // A private key where a public one belongs is refused before anything is written, and the other way round.
    assert!(refused(keys(&[ours.display().to_string()])).what.as_str().ends_with("is a private key"));
    assert!(identity(Path::new(&ours_pub), none).is_err());
}

#[test]
fn what_cannot_be_encrypted_to_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (_, signs) = pair(folder.path(), "signs", "ecdsa", "");
    let empty = folder.path().join("empty.pub");
    std::fs::write(&empty, "# nobody\n\n").unwrap();
    let refused = |name: &str| refused(keys(&[name.to_owned()]));
    assert!(refused(&signs).why.unwrap().as_str().contains("signs and does not encrypt"));
    assert!(refused(&empty.display().to_string()).what.as_str().ends_with("holds no key"));
    assert!(refused("ssh-ed25519 AAAA").is_usage);
    assert!(refused("ssh-ed25519 \u{1b}[2J").is_usage);
    assert!(refused("/nowhere/at/all.pub").what.as_str().contains("cannot be read as SSH keys"));
}

#[test]
fn a_file_that_is_cut_or_changed_anywhere_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // More than one piece of 64 KiB, so that a cut can fall between two.
    let bytes = vec![b'x'; 70_000];
    let sealed = seal(&bytes, &by_passphrase("correct horse")).unwrap();
    let with = With::Passphrase(secret("correct horse"));
    let ends = (0..300).chain(65_700..65_800).chain(sealed.len() - 40..sealed.len());
    for end in ends.filter(|end| *end < sealed.len()) {
        let path = written(folder.path(), &sealed[..end]);
        assert!(open(&path, &with).is_err(), "cut at {end}");
    }
    for at in (20..300).chain([40_000, sealed.len() - 1]) {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let path = written(folder.path(), &changed);
        assert!(open(&path, &with).is_err(), "changed at {at}");
    }
}

#[test]
fn a_file_cannot_make_us_work() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = seal(b"x", &by_passphrase("correct horse")).unwrap();
    // As much work as a year: the power of two is the last word of the second line.
    let line = sealed.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).nth(1).unwrap();
    let mut heavy = sealed.clone();
    heavy.splice(line - 1..line, *b"40");
    let told = open(&written(folder.path(), &heavy), &With::Passphrase(secret("correct horse"))).unwrap_err();
    assert!(told.contains("more work and memory"), "{told}");
    let mut endless = b"age-encryption.org/v1\n".to_vec();
    endless.extend(std::iter::repeat_n(*b"-> x\n", 100_000).flatten());
    let told = refused(look(&written(folder.path(), &endless)));
    assert_eq!(told.why.unwrap(), "its envelope has no end");
    let newer = refused(look(&written(folder.path(), b"age-encryption.org/v9\nwhatever\n")));
    assert_eq!(newer.next.unwrap(), "Install the newer rescue");
    assert!(look(folder.path()).is_err(), "a folder");
    assert!(look(Path::new("/dev/zero")).is_err(), "what has no end");
}

proptest! {
    #[test]
    fn no_bytes_end_it(tail in prop::collection::vec(any::<u8>(), 0..400), sealed in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = if sealed { b"age-encryption.org/v1\n-> scrypt ".to_vec() } else { Vec::new() };
        bytes.extend(tail);
        let _ = open(&written(folder.path(), &bytes), &With::Passphrase(secret("x")));
    }
}
