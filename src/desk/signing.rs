//! Signs a seal with an SSH key that the person already has: by the person's own `ssh-keygen`, so that agents,
//! passphrases and hardware keys work as ever. No private key is read here.

use crate::domain::{Digest, Foreign};
use crate::snapshot::seal::NAMESPACE;
use crate::snapshot::signature;
use crate::trouble::Trouble;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// The most bytes of a signature that are read.
const MOST: u64 = 64 << 10;

/// The signature of a seal in its armour, checked before it is given back. The program may ask for a passphrase or a
/// touch: it does so itself, at the terminal, and is waited for.
///
/// # Errors
/// There is no such key, or ssh-keygen; it did not sign; what it made does not hold.
pub fn sign(key: &Path, seal: &Digest) -> Result<String, Trouble> {
    let shown = Foreign::new(key.display().to_string());
    if !key.is_file() {
        return Err(Trouble::usage(format!("there is no key file {shown}"))
            .next("Give an SSH key, such as ~/.ssh/id_ed25519; with its .pub file the agent is asked for it"));
    }
    // Whole, so that a name that begins with a dash is no option.
    let whole = std::path::absolute(key).unwrap_or_else(|_| key.to_owned());
    let failed = |why: String| {
        Trouble::failed(format!("the snapshot was not signed, and so not made: {shown}"))
            .why(why)
            .next(format!("Try the key by itself: `echo try | ssh-keygen -Y sign -n {NAMESPACE} -f {shown}`"))
    };
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(whole);
    // What it asks and complains of goes to the person directly.
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Trouble::failed("ssh-keygen is not installed, and it is what signs").next("Install OpenSSH, or leave out --sign")
        }
        _ => failed(error.to_string()),
    })?;
    let given = child.stdin.take().map_or(Ok(()), |mut it| it.write_all(seal.0.as_bytes()));
    let mut armour = String::new();
    let read = child.stdout.take().map_or(Ok(0), |it| it.take(MOST).read_to_string(&mut armour));
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(format!(
            "ssh-keygen ended with {}",
            status.code().map_or("a signal".to_owned(), |it| it.to_string())
        )));
    }
    given.and(read).map_err(|error| failed(error.to_string()))?;
    let armour = signature::canonical(&armour).map_err(|problem| failed(problem.to_string()))?;
    signature::check(&armour, seal).map_err(|problem| failed(problem.to_string()))?;
    Ok(armour)
}
