//! The shape of a rule and of a judgement. A rule is data: what it finds, how, and what that means.

use super::entropy;
use super::report::Confidence;
use crate::domain::{Severity, SupabaseRef};
use chrono::{DateTime, Utc};
use std::ops::Range;
use zeroize::Zeroizing;

/// The characters that a token is made of: one of them right before or after a match means that the match is a piece
/// of something longer (`apis/secrets.md` §1, layer 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// The pattern itself says where it begins and ends.
    Open,
    Alnum,
    /// Letters, digits, `_` and `-`.
    Base64Url,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
}

impl Charset {
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Self::Open => false,
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        }
    }
}

/// Where a pattern is tried once a literal was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// From the first byte of the literal, at most this many bytes.
    From(usize),
    /// In the bytes behind the literal, at most this many and not below the fourth line: wherever it matches.
    Near(usize),
    /// Once over the whole file: the literal only says that it is worth while.
    File,
}

/// What of a secret may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mask {
    /// The public prefix and the last four characters.
    Prefix,
    /// The frame around it, such as `-----BEGIN RSA PRIVATE KEY`.
    Frame,
    /// The scheme and the host of an address.
    Address,
}

/// Characters more or less than a provider's own length that are a slip and no new form.
const HARDLY_OFF: usize = 3;

/// One kind of credential.
pub(super) struct Rule {
    /// Stable for ever: it is part of a finding's name.
    pub id: &'static str,
    /// What it is, in words.
    pub kind: &'static str,
    pub provider: &'static str,
    pub severity: Severity,
    /// Public by design.
    pub public: bool,
    /// Where to replace it.
    pub rotate: &'static str,
    /// Why it does no harm that everybody sees it, in one sentence; empty for what is secret.
    pub harmless: &'static str,
    /// Exact texts, one of which is in every match; the prefilter looks for all of all rules at once.
    pub literals: &'static [&'static str],
    /// A pattern on bytes. Group 1, if there is one, is the secret; else the whole match.
    pub pattern: &'static str,
    pub charset: Charset,
    pub reach: Reach,
    /// Before the judge raises or lowers it.
    pub confidence: Confidence,
    /// The lengths of the value that the provider is known to give out; empty where any will do. Formats change without
    /// notice (§6): another length is still shown, and is less sure.
    pub lengths: &'static [usize],
    /// Bits per byte below which it is not random enough to be one.
    pub entropy: f64,
    /// A name with any random value: not tried in what tools made.
    pub generic: bool,
    pub mask: Mask,
    pub judge: Judge,
    /// Bytes on each side of the secret that the judge may look at.
    pub looks: usize,
}

impl Rule {
    /// What most rules have: a token with a prefix of its own.
    pub(super) const TOKEN: Self = Self {
        id: "",
        kind: "",
        provider: "",
        severity: Severity::High,
        public: false,
        rotate: "",
        harmless: "",
        literals: &[],
        pattern: "",
        charset: Charset::Alnum,
        reach: Reach::From(512),
        confidence: Confidence::Strong,
        lengths: &[],
        entropy: 3.0,
        generic: false,
        mask: Mask::Prefix,
        judge: keep,
        looks: 640,
    };
    /// Whether a match and all that its judge looks at lie within so many bytes.
    pub(super) const fn is_within(&self, bytes: usize) -> bool {
        match self.reach {
            // What may be an escape before it, and the byte behind it, are looked at too.
            Reach::From(most) | Reach::Near(most) => most + 2 * self.looks + 16 <= bytes,
            Reach::File => false,
        }
    }

    /// What is public by design.
    pub(super) const PUBLIC: Self =
        Self { severity: Severity::Info, public: true, rotate: "nothing to rotate: public by design", ..Self::TOKEN };
}

/// Decides whether a match is what its rule looks for. None: it is not.
pub(super) type Judge = fn(&Candidate<'_>) -> Option<Judged>;

/// A match before it is judged. Borrows the file's text; has no `Debug`, so that no value is printed by accident.
pub(super) struct Candidate<'t> {
    pub rule: &'static Rule,
    pub text: &'t [u8],
    /// Where the secret is in `text`.
    pub at: Range<usize>,
    pub projects: &'t [SupabaseRef],
    pub now: DateTime<Utc>,
    /// In a file of settings, values stand without quotes.
    pub settings: bool,
}

impl<'t> Candidate<'t> {
    pub(super) fn value(&self) -> &'t [u8] {
        self.text.get(self.at.clone()).unwrap_or_default()
    }

    /// The value as text; empty if it is none.
    pub(super) fn words(&self) -> &'t str {
        std::str::from_utf8(self.value()).unwrap_or_default()
    }

    /// The bytes from `before` ahead of the value to `after` behind it.
    pub(super) fn around(&self, before: usize, after: usize) -> &'t [u8] {
        let start = self.at.start.saturating_sub(before);
        let end = self.at.end.saturating_add(after).min(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }

    /// What stands before the value, at most `most` bytes, on its line and above it.
    pub(super) fn before(&self, most: usize) -> &'t [u8] {
        self.text.get(self.at.start.saturating_sub(most)..self.at.start).unwrap_or_default()
    }

    /// What stands before the value on its line, at most `most` bytes.
    pub(super) fn line_before(&self, most: usize) -> &'t [u8] {
        let start = self.at.start.saturating_sub(most);
        let before = self.text.get(start..self.at.start).unwrap_or_default();
        before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
    }

    /// Whether the value is as long as its provider makes them.
    pub(super) fn has_usual_length(&self) -> bool {
        self.rule.lengths.is_empty() || self.rule.lengths.contains(&self.value().len())
    }

    /// As the rule says; at most contextual if the length is not the provider's. A new form is longer by more than a few
    /// characters: what is hardly off is a known one that was cut off or ran into what stands beside it, and opens nothing.
    pub(super) fn kept(&self) -> Judged {
        let off = self.rule.lengths.iter().map(|length| length.abs_diff(self.value().len())).min();
        let most = match off.unwrap_or_default() {
            0 => Confidence::Proven,
            1..=HARDLY_OFF => Confidence::Weak,
            _ => Confidence::Contextual,
        };
        let confidence = self.rule.confidence.min(most);
        Judged { confidence, severity: self.rule.severity, belongs_to: None, at: None, identity: None }
    }
}

/// Whether `bytes` has one of `words`, whatever the case; `words` are in lower case.
pub(super) fn mentions(bytes: &[u8], words: &[&str]) -> bool {
    let lower = bytes.to_ascii_lowercase();
    words.iter().any(|word| lower.windows(word.len()).any(|it| it == word.as_bytes()))
}

/// What a judge found.
pub(super) struct Judged {
    pub confidence: Confidence,
    pub severity: Severity,
    /// The project or account that the secret itself names.
    pub belongs_to: Option<String>,
    /// Where the secret really is, if it is the partner of what matched.
    pub at: Option<Range<usize>>,
    /// What makes it the same secret elsewhere, if that is less than all of its bytes.
    pub identity: Option<Zeroizing<Vec<u8>>>,
}

impl Judged {
    pub(super) fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }
    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
    pub(super) fn belongs_to(mut self, owner: Option<String>) -> Self {
        self.belongs_to = owner;
        self
    }
    pub(super) fn at(mut self, at: Range<usize>) -> Self {
        self.at = Some(at);
        self
    }
    pub(super) fn identity(mut self, identity: Vec<u8>) -> Self {
        self.identity = Some(Zeroizing::new(identity));
        self
    }
}

/// The judge of shapes that speak for themselves; one of an unusual length has to look random too.
pub(super) fn keep(candidate: &Candidate<'_>) -> Option<Judged> {
    (candidate.has_usual_length() || entropy::looks_random(candidate.value())).then(|| candidate.kept())
}
