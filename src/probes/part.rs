//! One part of what a probe looked at: seen, or hidden behind a gap. A hidden part is never taken for an empty one.

use crate::domain::{Gap, GapKind};
use serde::{Deserialize, Serialize};

/// Seen or hidden; stored as `{"seen": …}` or `{"hidden": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part<T> {
    Seen(T),
    Hidden(Gap),
}

impl<T> Part<T> {
    /// What was seen, if it was.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(it) => Some(it),
            Self::Hidden(_) => None,
        }
    }

    /// Why it was not seen, if it was not.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Seen(_) => None,
            Self::Hidden(gap) => Some(gap),
        }
    }

    /// The part for reading with `?`.
    ///
    /// # Errors
    /// The gap that hides it.
    pub fn as_result(&self) -> Result<&T, &Gap> {
        match self {
            Self::Seen(it) => Ok(it),
            Self::Hidden(gap) => Err(gap),
        }
    }

    /// The same part of something else; a gap stays the gap that it is.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Part<U> {
        match self {
            Self::Seen(it) => Part::Seen(change(it)),
            Self::Hidden(gap) => Part::Hidden(gap),
        }
    }

    /// Whether it is hidden for one of these reasons.
    pub fn is_hidden_by(&self, kinds: &[GapKind]) -> bool {
        self.gap().is_some_and(|gap| kinds.contains(&gap.kind))
    }
}

impl<T> From<Result<T, Gap>> for Part<T> {
    fn from(result: Result<T, Gap>) -> Self {
        match result {
            Ok(it) => Self::Seen(it),
            Err(gap) => Self::Hidden(gap),
        }
    }
}

impl<T> From<Part<T>> for Result<T, Gap> {
    fn from(part: Part<T>) -> Self {
        match part {
            Part::Seen(it) => Ok(it),
            Part::Hidden(gap) => Err(gap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::System;

    #[test]
    fn a_part_is_stored_and_read_back_as_it_was() {
        let hidden: Part<Vec<u8>> = Part::Hidden(Gap::new(GapKind::NoPermission, System::Github, "refused"));
        for part in [Part::Seen(vec![]), Part::Seen(vec![1]), hidden] {
            let text = serde_json::to_string(&part).unwrap();
            assert_eq!(serde_json::from_str::<Part<Vec<u8>>>(&text).unwrap(), part);
        }
    }

    #[test]
    fn hidden_is_not_empty() {
        let hidden: Part<Vec<u8>> = Err(Gap::internal("gone")).into();
        assert_eq!(hidden.clone().map(|it| it.len()).seen(), None);
        assert!(hidden.is_hidden_by(&[GapKind::Internal]));
    }
}
