//! An app written down to be carried to another installation: one line that says what follows and in which version, then a
//! line for each fact, text and observation, then one that says how many there were. It never holds a credential: nothing
//! that it is made of does.

use crate::domain::{AppName, Digest, Fact, FactId, Foreign};
use crate::store::Carried;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, Read as _};
use zeroize::Zeroizing;

/// The form that this rescue writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// What the first line calls the form.
const FORM: &str = "app export";

/// The most bytes of a line, and of all of them, as text. What probes saw takes up to ten times its text as memory.
const MOST_LINE: u64 = 32 << 20;
pub(super) const MOST: u64 = 256 << 20;

/// Why a package is not written down.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    #[error("it holds more than 256 MiB, or 32 MiB in one line, and nobody could import it")]
    TooLarge,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// `FORM`.
    pub rescue: String,
    pub version: u32,
    /// What wrote it, such as `rescue 0.1.0`.
    pub tool: Foreign,
    /// What the app is called where it was written down.
    pub app: AppName,
    pub made: DateTime<Utc>,
    /// A run was under way; what it decides comes with a later export.
    pub is_running: bool,
}

impl Head {
    /// Of a package that is made now.
    #[must_use]
    pub fn new(app: AppName, tool: &str, made: DateTime<Utc>, is_running: bool) -> Self {
        Self { rescue: FORM.to_owned(), version: VERSION, tool: Foreign::new(tool), app, made, is_running }
    }
}

/// A line after the first.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    /// The key by which found secrets are named, in hex.
    Key(String),
    Fact(Value),
    Checklist(String),
    Observation {
        digest: Digest,
        seen: Value,
    },
    Thinned {
        digest: Digest,
        at: DateTime<Utc>,
    },
    Snapshot {
        seal: Digest,
        record: String,
    },
    /// An older fact that a page did not know.
    Apart {
        seal: Digest,
        fact: FactId,
    },
    End {
        lines: u64,
        facts: u64,
    },
}

/// A package.
#[derive(Clone, PartialEq)]
pub struct Package {
    pub head: Head,
    pub carried: Carried,
    /// The key by which the secrets that were found are known; none in the form of before, which was not encrypted.
    pub key: Option<Zeroizing<[u8; 32]>>,
}

// The key is not shown.
impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Package").field("head", &self.head).field("facts", &self.carried.facts.len()).finish_non_exhaustive()
    }
}

/// Why a text is no package, in words that go after "because".
#[derive(Debug, thiserror::Error)]
pub enum NotAPackage {
    #[error("it is not what `rescue app export` writes")]
    Strange,
    #[error("line {line} is not what `rescue app export` writes")]
    Line { line: u64 },
    #[error("line {line} holds something that this rescue does not know; it was written by {tool}")]
    Unknown { line: u64, tool: Foreign },
    #[error("it was written in form {found} by {tool}, and this rescue knows form {known}", known = VERSION)]
    Newer { found: u32, tool: Foreign },
    #[error("it ends in the middle: it was cut on the way")]
    Cut,
    #[error("line {line} holds characters that control a terminal, and no rescue writes such")]
    Controls { line: u64 },
    #[error("it holds more than 256 MiB, or 32 MiB in one line")]
    TooLarge,
    #[error("it was cut or changed on the way: what it holds does not fit its seal")]
    Damaged,
    #[error("it cannot be read: {0}")]
    Io(std::io::Error),
}

impl NotAPackage {
    /// Whether a newer rescue could read it.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::Unknown { .. })
    }
}

impl Package {
    /// As text. It holds what an engineer knows of a client: never written anywhere but encrypted.
    ///
    /// # Errors
    /// A path in it is not Unicode; it is larger than what is read.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, Unwritten> {
        self.write_within(MOST_LINE, MOST)
    }

    fn write_within(&self, most_line: u64, most: u64) -> Result<Zeroizing<Vec<u8>>, Unwritten> {
        let mut out = Zeroizing::new(serde_json::to_vec(&self.head)?);
        out.push(b'\n');
        let lines = std::cell::Cell::new(0_u64);
        let mut put = |line: &Line| {
            let before = out.len();
            serde_json::to_writer(&mut *out, line)?;
            out.push(b'\n');
            lines.set(lines.get() + 1);
            // As the reader counts.
            let is_read = (out.len() - before) as u64 <= most_line && out.len() as u64 <= most;
            if is_read { Ok(()) } else { Err(Unwritten::TooLarge) }
        };
        let Carried { facts, checklists, observations, thinned, snapshots, apart } = &self.carried;
        if let Some(key) = &self.key {
            put(&Line::Key(hex(key)))?;
        }
        for text in checklists.values() {
            put(&Line::Checklist(text.clone()))?;
        }
        for (digest, seen) in observations {
            put(&Line::Observation { digest: digest.clone(), seen: seen.clone() })?;
        }
        for (digest, at) in thinned {
            put(&Line::Thinned { digest: digest.clone(), at: *at })?;
        }
        for (seal, record) in snapshots {
            put(&Line::Snapshot { seal: seal.clone(), record: record.clone() })?;
        }
        for fact in facts {
            put(&Line::Fact(serde_json::to_value(fact)?))?;
        }
        for (seal, fact) in apart.iter().flat_map(|(seal, facts)| facts.iter().map(move |fact| (seal, fact))) {
            put(&Line::Apart { seal: seal.clone(), fact: *fact })?;
        }
        let end = Line::End { lines: lines.get(), facts: facts.len() as u64 };
        put(&end)?;
        Ok(out)
    }

    /// Reads a package. A line is read at a time, and no more than the limits are ever read; what was read is held as values,
    /// which take several times their text.
    ///
    /// # Errors
    /// It is none, or was cut, or a newer rescue wrote it.
    pub fn read(mut from: impl BufRead) -> Result<Self, NotAPackage> {
        let mut lines = Lines { from: &mut from, read: 0, number: 0 };
        let Some(first) = lines.next()? else { return Err(NotAPackage::Strange) };
        let head = head(&first)?;
        let mut package = Self { head, carried: Carried::default(), key: None };
        loop {
            let Some(text) = lines.next()? else { return Err(NotAPackage::Cut) };
            let number = lines.number;
            if let Some(end) = package.take(&text, number)? {
                let is_whole = end == (number - 2, package.carried.facts.len() as u64);
                return match (is_whole, lines.next()?) {
                    (true, None) => Ok(package),
                    _ => Err(NotAPackage::Line { line: number }),
                };
            }
        }
    }

    /// Takes up a line; gives back what the last one says.
    fn take(&mut self, text: &[u8], line: u64) -> Result<Option<(u64, u64)>, NotAPackage> {
        let unknown = || NotAPackage::Unknown { line, tool: self.head.tool.clone() };
        let value: Value = serde_json::from_slice(text).map_err(|_| NotAPackage::Line { line })?;
        let read: Line = serde_json::from_value(value).map_err(|_| unknown())?;
        let carried = &mut self.carried;
        match read {
            Line::Key(text) => self.key = Some(Zeroizing::new(unhex(&text).ok_or(NotAPackage::Line { line })?)),
            Line::Fact(value) => {
                let fact = known_fact(&value).map_err(|problem| match problem {
                    NotKnown::Controls => NotAPackage::Controls { line },
                    NotKnown::More => unknown(),
                })?;
                carried.facts.push(fact);
            }
            Line::Checklist(text) => drop(carried.checklists.insert(Digest::of(&text), text)),
            Line::Observation { digest, seen } => drop(carried.observations.insert(digest, seen)),
            Line::Thinned { digest, at } => drop(carried.thinned.insert(digest, at)),
            Line::Snapshot { seal, record } => drop(carried.snapshots.insert(seal, record)),
            Line::Apart { seal, fact } => drop(carried.apart.entry(seal).or_default().insert(fact)),
            Line::End { lines, facts } => return Ok(Some((lines, facts))),
        }
        Ok(None)
    }
}

fn head(line: &[u8]) -> Result<Head, NotAPackage> {
    #[derive(Deserialize)]
    struct Form {
        rescue: String,
        version: u32,
        #[serde(default)]
        tool: Foreign,
    }
    let form: Form = serde_json::from_slice(line).map_err(|_| NotAPackage::Strange)?;
    if form.rescue != FORM {
        return Err(NotAPackage::Strange);
    }
    if form.version > VERSION {
        return Err(NotAPackage::Newer { found: form.version, tool: Foreign::from(form.tool.cut(60)) });
    }
    serde_json::from_slice(line).map_err(|_| NotAPackage::Strange)
}

/// Lines, each without its end.
struct Lines<'a, R> {
    from: &'a mut R,
    read: u64,
    number: u64,
}

impl<R: BufRead> Lines<'_, R> {
    fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, NotAPackage> {
        let mut line = Zeroizing::new(Vec::new());
        let taken = self.from.by_ref().take(MOST_LINE + 1).read_until(b'\n', &mut line).map_err(|error| match error.kind() {
            // How the seal says that a piece of the file is not as it was written, or is missing.
            std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => NotAPackage::Damaged,
            _ => NotAPackage::Io(error),
        })?;
        self.read += taken as u64;
        self.number += 1;
        if taken as u64 > MOST_LINE || self.read > MOST {
            return Err(NotAPackage::TooLarge);
        }
        match line.pop() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err(NotAPackage::Cut),
        }
    }
}

/// Why a fact is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotKnown {
    /// It would act on the terminal on which it is shown.
    Controls,
    /// It says something that this rescue does not know.
    More,
}

/// A fact of which this rescue knows everything: what it would leave out must not go missing without a word.
pub(super) fn known_fact(value: &Value) -> Result<Fact, NotKnown> {
    if holds_controls(value) {
        return Err(NotKnown::Controls);
    }
    let fact = Fact::deserialize(value).map_err(|_| NotKnown::More)?;
    let again = serde_json::to_value(&fact).map_err(|_| NotKnown::More)?;
    if holds(&again, value) { Ok(fact) } else { Err(NotKnown::More) }
}

/// Whether a control character stands anywhere in it. Not every text of a fact is made harmless when it is read.
fn holds_controls(value: &Value) -> bool {
    let acts = |text: &str| text.chars().any(char::is_control);
    match value {
        Value::String(text) => acts(text),
        Value::Array(parts) => parts.iter().any(holds_controls),
        Value::Object(fields) => fields.iter().any(|(name, value)| acts(name) || holds_controls(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether everything that `given` says is in `known`.
fn holds(known: &Value, given: &Value) -> bool {
    match (known, given) {
        (Value::Object(known), Value::Object(given)) => {
            given.iter().all(|(name, value)| value.is_null() || known.get(name).is_some_and(|it| holds(it, value)))
        }
        (Value::Array(known), Value::Array(given)) => {
            known.len() == given.len() && known.iter().zip(given).all(|(known, given)| holds(known, given))
        }
        _ => known == given,
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.chars().map(|it| it.to_digit(16).and_then(|it| u8::try_from(it).ok())).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect::<Option<_>>()?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests;
