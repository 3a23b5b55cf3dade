//! The envelope of an exported app: the age format (age-encryption.org/v1), to a passphrase or to SSH keys. It is opened
//! whole or not at all, and no file can make it work or remember more than the limits here.

use crate::credentials::Secret;
use crate::domain::Foreign;
use crate::trouble::Trouble;
use age::secrecy::SecretString;
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// The work of a passphrase, as a power of two: some 256 MiB and about a second. It is what the `age` program takes, too;
/// a file that asks for more is refused before any of it is done.
pub const WORK: u8 = 18;

/// How every file of this form begins.
const OPENING: &[u8] = b"age-encryption.org/";

/// The most bytes before the sealed part. A header for a hundred keys has a few thousand.
const MOST_HEAD: usize = 64 << 10;
/// The most bytes of a file of keys.
const MOST_KEYS: u64 = 64 << 10;
/// The most bytes of a file that is opened.
pub const MOST: u64 = 300 << 20;

/// To whom a file is sealed.
pub enum To {
    /// Whoever knows it. `work`: [`WORK`], less in tests.
    Passphrase { secret: Secret, work: u8 },
    /// The holders of these keys, at least one.
    Keys(Vec<age::ssh::Recipient>),
}

/// Reads keys as they were named on the command line: `ssh-ed25519 AAAA…` itself, or a file of such lines.
///
/// # Errors
/// One is no key, a private key, or of a kind that the form does not know.
pub fn keys(named: &[String]) -> Result<Vec<age::ssh::Recipient>, Trouble> {
    let mut keys = Vec::new();
    for name in named {
        if name.starts_with("ssh-") || name.starts_with("ecdsa-") || name.starts_with("sk-") {
            keys.push(key(name, "what was given")?);
            continue;
        }
        let shown = Foreign::new(name).cut(80);
        let text = file_of_keys(Path::new(name))?;
        if text.contains("PRIVATE KEY") {
            return Err(Trouble::usage(format!("{shown} is a private key"))
                .next("Give the public one beside it, which ends in .pub; the private one stays with its owner"));
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let before = keys.len();
        for line in lines {
            keys.push(key(line, &shown)?);
        }
        if keys.len() == before {
            return Err(Trouble::usage(format!("{shown} holds no key")).next("Give a file such as ~/.ssh/id_ed25519.pub"));
        }
    }
    Ok(keys)
}

fn file_of_keys(path: &Path) -> Result<String, Trouble> {
    let failed = |error: std::io::Error| {
        Trouble::usage(format!("{} cannot be read as SSH keys", Foreign::new(path.display().to_string())))
            .why(error)
            .next("Give a .pub file, or the key itself in quotes: \"ssh-ed25519 AAAA…\"")
    };
    let mut text = String::new();
    File::open(path).map_err(failed)?.take(MOST_KEYS).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn key(text: &str, place: &str) -> Result<age::ssh::Recipient, Trouble> {
    use age::ssh::ParseRecipientKeyError as Problem;
    age::ssh::Recipient::from_str(text).map_err(|problem| {
        let why = match problem {
            Problem::Unsupported(kind) => format!("it is of the kind {kind}, which signs and does not encrypt"),
            Problem::RsaModulusTooLarge => "its RSA number is larger than 4096 bits".to_owned(),
            Problem::RsaModulusTooSmall => "its RSA number is smaller than 2048 bits".to_owned(),
            _ => "it is no line such as `ssh-ed25519 AAAA… somebody`".to_owned(),
        };
        Trouble::usage(format!("{place} is no key that a file can be encrypted to"))
            .why(Foreign::new(why))
            .next("Give an ssh-ed25519 or ssh-rsa key; `ssh-keygen -t ed25519` makes one")
    })
}

/// Seals bytes.
///
/// # Errors
/// The machine gives no random numbers or memory.
pub fn seal(bytes: &[u8], to: &To) -> Result<Vec<u8>, Trouble> {
    let failed = |why: String| Trouble::failed("the export could not be encrypted").why(why);
    let encryptor = match to {
        To::Passphrase { secret, work } => {
            let mut recipient = age::scrypt::Recipient::new(SecretString::from(secret.expose().to_owned()));
            recipient.set_work_factor((*work).clamp(1, WORK));
            age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        }
        To::Keys(keys) => age::Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient)),
    };
    let encryptor = encryptor.map_err(|error| failed(error.to_string()))?;
    let mut sealed = Vec::with_capacity(bytes.len() + 4_096);
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|error| failed(error.to_string()))?;
    writer.write_all(bytes).and_then(|()| writer.finish().map(drop)).map_err(|error| failed(error.to_string()))?;
    Ok(sealed)
}

/// A file that was looked at from outside.
pub enum Looked {
    /// Not sealed at all: from its first byte on.
    Open(BufReader<File>),
    Sealed(Sealed),
}

/// A sealed file.
pub struct Sealed {
    decryptor: age::Decryptor<BufReader<File>>,
    path: PathBuf,
}

/// Looks at a file from outside.
///
/// # Errors
/// It cannot be read, is larger than any export, or its envelope is damaged or newer.
pub fn look(path: &Path) -> Result<Looked, Trouble> {
    let failed = |why: String| cannot_open(path).why(why);
    let mut file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let about = file.metadata().map_err(|error| failed(error.to_string()))?;
    if !about.is_file() {
        return Err(failed("it is no file".to_owned()));
    }
    if about.len() > MOST {
        return Err(failed("it is larger than 300 MiB".to_owned()));
    }
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(MOST_HEAD as u64).read_to_end(&mut head).map_err(|error| failed(error.to_string()))?;
    file.rewind().map_err(|error| failed(error.to_string()))?;
    if !head.starts_with(OPENING) {
        if head.starts_with(b"-----BEGIN AGE") {
            return Err(failed("it is written in letters, and `rescue app export` writes bytes".to_owned())
                .next("Take the letters off with `age --decrypt` on the way, or ask for the file as it was written"));
        }
        return Ok(Looked::Open(BufReader::new(file)));
    }
    if !head.starts_with(b"age-encryption.org/v1\n") {
        return Err(failed("its envelope is of a newer form".to_owned()).next("Install the newer rescue"));
    }
    // The reader of the header reads it anew with each line: what has no end in sight is not given to it.
    if !head.windows(5).any(|it| it == b"\n--- ") {
        let why = if head.len() < MOST_HEAD { "it was cut on the way" } else { "its envelope has no end" };
        return Err(failed(why.to_owned()).next("Ask for the file once more"));
    }
    let decryptor = age::Decryptor::new_buffered(BufReader::new(file)).map_err(|error| opened(path, &error))?;
    Ok(Looked::Sealed(Sealed { decryptor, path: path.to_owned() }))
}

/// What opens a file.
pub enum With {
    Passphrase(Secret),
    /// A private SSH key.
    Key(Box<age::ssh::Identity>),
}

impl Sealed {
    /// Whether a passphrase opens it; otherwise a key does.
    #[must_use]
    pub fn asks_a_passphrase(&self) -> bool {
        self.decryptor.is_scrypt()
    }

    /// Opens it: what comes out fits the seal, or an error comes.
    ///
    /// # Errors
    /// A wrong passphrase, another key, a file that was changed.
    pub fn open(self, with: &With) -> Result<impl Read + use<>, Trouble> {
        let Self { decryptor, path } = self;
        let reader = match with {
            With::Passphrase(secret) => {
                let mut identity = age::scrypt::Identity::new(SecretString::from(secret.expose().to_owned()));
                identity.set_max_work_factor(WORK);
                decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity))
            }
            With::Key(key) => decryptor.decrypt(std::iter::once(&**key as &dyn age::Identity)),
        };
        reader.map_err(|error| opened(&path, &error))
    }
}

fn cannot_open(path: &Path) -> Trouble {
    Trouble::failed(format!("{} cannot be read as an exported app", Foreign::new(path.display().to_string())))
}

fn opened(path: &Path, error: &age::DecryptError) -> Trouble {
    use age::DecryptError as Problem;
    let (why, next) = match error {
        Problem::DecryptionFailed => {
            ("the passphrase is another, or the file was changed on the way", "Check the passphrase with whoever made the file")
        }
        Problem::NoMatchingKeys => {
            ("it is encrypted to another key", "Give the private key that belongs to one of those that were named with --to")
        }
        Problem::ExcessiveWork { .. } => (
            "opening it would take more work and memory than any export asks for",
            "Do not trust it; ask whoever sent it how it was made",
        ),
        Problem::UnknownFormat => ("its envelope is of a newer form", "Install the newer rescue"),
        Problem::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            ("it was cut on the way", "Ask for the file once more")
        }
        _ => ("its envelope was changed on the way", "Ask for the file once more"),
    };
    cannot_open(path).why(why).next(next)
}

/// Reads a private SSH key. `unlock` is asked for its passphrase, if it has one.
///
/// # Errors
/// It cannot be read, is none, of a kind that the form does not know, or its passphrase is another.
pub fn identity(path: &Path, unlock: impl FnOnce() -> Result<Secret, Trouble>) -> Result<With, Trouble> {
    let shown = Foreign::new(path.display().to_string());
    let failed = |why: &str| {
        Trouble::usage(format!("{shown} cannot be used as a private SSH key"))
            .why(why)
            .next("Give the key beside the .pub file that the export was made to, such as ~/.ssh/id_ed25519")
    };
    let file = File::open(path).map_err(|error| failed(&error.to_string()))?;
    let read = age::ssh::Identity::from_buffer(BufReader::new(file.take(MOST_KEYS)), None);
    let read = read.map_err(|_| failed("it is no private key in OpenSSH's form"))?;
    let key = match read {
        age::ssh::Identity::Encrypted(locked) => {
            let secret = unlock()?;
            let open = locked.decrypt(SecretString::from(secret.expose().to_owned()));
            age::ssh::Identity::from(open.map_err(|_| failed("its passphrase is another"))?)
        }
        age::ssh::Identity::Unsupported(_) => return Err(failed("it is of a kind that signs and does not decrypt")),
        open @ age::ssh::Identity::Unencrypted(_) => open,
    };
    Ok(With::Key(Box::new(key)))
}

#[cfg(test)]
mod tests;
