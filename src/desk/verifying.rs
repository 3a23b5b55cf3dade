//! Whether a snapshot is authentic: whether the database at hand keeps it and has the facts behind it, or somebody signed
//! it whose key the reader named. It can do without a database, and never takes "unchanged" for "authentic".

use super::Desk;
use super::snapshot::tool;
use crate::domain::{AppName, Digest, FactBody, Foreign};
use crate::snapshot::signature::{NotASigner, Signers};
use crate::snapshot::verify::{self, Behind, Examined, Unexamined};
use crate::snapshot::{Record, Words};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use std::io::Read as _;
use std::path::Path;

/// What the database at hand says of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub app: AppName,
    pub by: Foreign,
    pub at: DateTime<Utc>,
    pub behind: Behind,
}

/// What the signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// It is not signed.
    None,
    /// It does not hold.
    Broken(Foreign),
    /// It holds, and the key is nobody's whom the reader named.
    Unknown { fingerprint: String },
    /// It holds, and the reader named the key.
    Known { fingerprint: String, who: Foreign },
}

/// A file that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub examined: Examined,
    /// Whether there was a database to look into.
    pub looked: bool,
    pub kept: Option<Kept>,
    pub signature: Signature,
    /// Whether the reader named anybody.
    pub named: bool,
    /// Whether the reader asked for a signature of somebody by name.
    pub asked: bool,
}

impl Verified {
    /// Nothing was changed: neither what it says nor its signature.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.examined.is_consistent() && !matches!(self.signature, Signature::Broken(_))
    }

    /// What there was to hold it against, and whether it held.
    fn checks(&self) -> Vec<bool> {
        let by_database = self.kept.as_ref().map(|it| it.behind.are_here());
        let by_signature = match &self.signature {
            Signature::Known { .. } => Some(true),
            Signature::Unknown { .. } if self.named || self.asked => Some(false),
            Signature::None if self.asked => Some(false),
            _ => None,
        };
        by_database.into_iter().chain(by_signature).collect()
    }

    /// It is what the database keeps, or what somebody signed whom the reader named. None: there was nothing to tell by.
    #[must_use]
    pub fn is_authentic(&self) -> Option<bool> {
        let checks = self.checks();
        let is_whole = self.is_consistent() && self.examined.as_written != Some(false);
        (!checks.is_empty()).then(|| is_whole && checks.iter().all(|held| *held))
    }
}

/// Verifies a file. `desk`: the database at hand, if there is one. `signers`: whom the reader trusts; `asked`: the reader
/// asked for them for this file.
///
/// # Errors
/// The file cannot be read or is no snapshot; a store that cannot be read.
pub fn verify(file: &Path, desk: Option<&Desk>, signers: &Signers, asked: bool) -> Result<Verified, Trouble> {
    let bytes = read(file)?;
    let kept_under = |seal: &Digest| desk.and_then(|desk| desk.record(seal).ok().flatten()).map(|(_, record)| record);
    let examined = verify::examine(&bytes, &tool(), Words::english(), &kept_under).map_err(|why| unexamined(file, &why))?;
    let signature = match &examined.signature {
        None => Signature::None,
        Some(Err(why)) => Signature::Broken(Foreign::new(why.to_string())),
        Some(Ok(signed)) => match signers.who(signed) {
            Some(who) => Signature::Known { fingerprint: signed.fingerprint.clone(), who: who.clone() },
            None => Signature::Unknown { fingerprint: signed.fingerprint.clone() },
        },
    };
    let kept = desk.map(|desk| kept(desk, &examined.record)).transpose()?.flatten();
    Ok(Verified { examined, looked: desk.is_some(), kept, signature, named: !signers.is_empty(), asked })
}

fn kept(desk: &Desk, record: &Record) -> Result<Option<Kept>, Trouble> {
    let Some((app, _)) = desk.record(&record.seal)? else { return Ok(None) };
    // One that cannot be read is one that is not here: counted below, and no reason to say nothing.
    let apart = desk.store.apart(&record.seal)?;
    let mut facts = desk.store.facts_as_written(desk.id(&app)?)?;
    // What was written elsewhere at that time, and came later, does not stand behind the page.
    facts.retain(|fact| !apart.contains(&fact.id));
    let made = facts.iter().find(|fact| matches!(&fact.body, FactBody::Snapshot { seal, .. } if *seal == record.seal));
    Ok(made.map(|fact| Kept {
        by: Foreign::new(fact.by.to_string()),
        at: fact.at,
        behind: verify::behind(&record.page, &facts),
        app,
    }))
}

fn read(file: &Path) -> Result<Vec<u8>, Trouble> {
    let failed = |error: std::io::Error| Trouble::failed(format!("{} cannot be read", file.display())).why(error);
    let opened = std::fs::File::open(file).map_err(failed)?;
    let mut bytes = Vec::new();
    // One more than is taken, to tell a file that is too large from one that just fits.
    opened.take(verify::MOST + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn unexamined(file: &Path, why: &Unexamined) -> Trouble {
    let next = match why {
        Unexamined::Unreadable(crate::snapshot::read::Unreadable::Newer { .. }) => "Install the newer rescue",
        Unexamined::NotASnapshot | Unexamined::TooLarge | Unexamined::NotText | Unexamined::Empty => {
            "Give the HTML or JSON file that `rescue snapshot` wrote; Markdown and PDF carry no record"
        }
        _ => "Do not rely on it; ask whoever made it for the file as it was written",
    };
    Trouble::failed(format!("{} cannot be verified", file.display())).why(why).next(next)
}

/// Reads whom the reader trusts from a file of public keys or allowed signers.
///
/// # Errors
/// The file cannot be read, or a line of it names no key.
pub fn signers(file: &Path, now: DateTime<Utc>) -> Result<Signers, Trouble> {
    let failed = || Trouble::usage(format!("{} cannot be read as public keys", file.display()));
    let next = "Give a .pub file, or a file of allowed signers as git has it";
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(|error| failed().why(error).next(next))?;
    opened.take(1 << 20).read_to_string(&mut text).map_err(|error| failed().why(error).next(next))?;
    let read = Signers::read(&text, now).map_err(|why: NotASigner| failed().why(why).next(next))?;
    if read.is_empty() && text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#')) {
        return Err(failed().why("it names nobody").next(next));
    }
    Ok(read)
}
