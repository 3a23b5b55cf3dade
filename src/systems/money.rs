//! US dollars as vendors write them: a JSON number or a decimal text, whole millionths inside. Never a float in a
//! comparison.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An amount in millionths of a US dollar. Stored as a decimal text such as `12.50`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(i64);

const MICRO: i64 = 1_000_000;

impl Usd {
    /// Whole dollars; the greatest amount if they are too many.
    #[must_use]
    pub fn dollars(whole: u64) -> Self {
        Self(i64::try_from(whole).unwrap_or(i64::MAX).saturating_mul(MICRO))
    }

    /// Whole cents, as OpenAI writes its limits.
    #[must_use]
    pub fn cents(cents: i64) -> Self {
        Self(cents.saturating_mul(MICRO / 100))
    }

    /// The sum; the greatest amount instead of an overflow.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference; the smallest amount instead of an overflow.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This much `times` in every `of`, rounded up: a weekly cap in a month of 31 days is `scaled(31, 7)`.
    #[must_use]
    pub fn scaled(self, times: i64, of: i64) -> Self {
        let exact = i128::from(self.0) * i128::from(times);
        let of = i128::from(of.max(1));
        Self(i64::try_from((exact + of - 1).div_euclid(of)).unwrap_or(i64::MAX))
    }

    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Reads `12`, `-0.5`, `1.25e-3`. None for what is no decimal number or does not fit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{part}");
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let shift = exponent.checked_add(6)?.checked_sub(i32::try_from(part.len()).ok()?)?;
        let significant = all.trim_start_matches('0');
        let value = if significant.is_empty() {
            0
        } else if shift >= 0 {
            let zeros = usize::try_from(shift).ok().filter(|zeros| *zeros <= 18)?;
            format!("{significant}{}", "0".repeat(zeros)).parse::<i64>().ok()?
        } else {
            // What is below a millionth is cut: nothing is decided there.
            let keep = significant.len().saturating_sub(usize::try_from(shift.unsigned_abs()).ok()?);
            significant.get(..keep).filter(|it| !it.is_empty()).map_or(Some(0), |it| it.parse().ok())?
        };
        Some(Self(if negative { -value } else { value }))
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, part) = (size / 1_000_000, size % 1_000_000);
        if part == 0 {
            write!(f, "{sign}{whole}")
        } else if part % 10_000 == 0 {
            write!(f, "{sign}{whole}.{:02}", part / 10_000)
        } else {
            write!(f, "{sign}{whole}.{part:06}")
        }
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(serde_json::Number),
            Text(String),
        }
        let text = match Written::deserialize(from)? {
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text,
        };
        // The text itself is foreign and is not repeated.
        Self::parse(text.trim()).ok_or_else(|| serde::de::Error::custom("not an amount of money"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("100", Some("100"))]
    #[case("25.5", Some("25.50"))]
    #[case("-0.25", Some("-0.25"))]
    #[case("1.25e-3", Some("0.001250"))]
    #[case("1e2", Some("100"))]
    #[case("0.0000001", Some("0"))]
    #[case("0.00", Some("0"))]
    #[case("1e300", None)]
    #[case("1e-300", Some("0"))]
    #[case("", None)]
    #[case(".", None)]
    #[case("12,5", None)]
    #[case("NaN", None)]
    fn amounts(#[case] text: &str, #[case] wanted: Option<&str>) {
        assert_eq!(Usd::parse(text).map(|it| it.to_string()).as_deref(), wanted);
    }

    #[test]
    fn a_weekly_cap_in_a_month() {
        assert_eq!(Usd::dollars(7).scaled(31, 7), Usd::dollars(31));
        assert_eq!(Usd::dollars(10).scaled(31, 1), Usd::dollars(310));
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read_back(micros in any::<i64>()) {
            let amount = Usd(micros / 10);
            let text = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Usd>(&text).unwrap(), amount);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = Usd::parse(&text);
        }
    }
}
