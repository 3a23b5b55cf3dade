//! An invented key of the shape of a real one: same frame, same length, same kinds of characters, and a right checksum where
//! the provider would refuse a wrong one before looking it up. It is nobody's.

use super::super::{proof, rules};
use zeroize::Zeroizing;

/// A key like `value` that is not `value`. None when the machine gives no random numbers or nothing of it can vary.
pub(super) fn like(rule: &str, value: &str) -> Option<Zeroizing<String>> {
    let rule = rules::all().find(|it| it.id == rule)?;
    let kept = if value.starts_with("eyJ") {
        // Of a signed token only the signature is invented: what it claims decides where it is looked up.
        value.rfind('.')? + 1
    } else if rule.id == "sentry-organisation-token" {
        value.rfind('_')? + 1
    } else {
        rule.literals.iter().filter(|it| value.starts_with(**it)).map(|it| it.len()).max().unwrap_or(0)
    };
    let (frame, rest) = value.split_at_checked(kept)?;
    let mut random = vec![0_u8; rest.len()];
    getrandom::fill(&mut random).ok()?;
    let mut invented = Zeroizing::new(frame.to_owned());
    let tail = usize::from(rule.provider == "Anthropic") * 2;
    for (number, (c, byte)) in rest.chars().zip(random).enumerate() {
        let keep = number + tail >= rest.len();
        invented.push(if keep { c } else { other(c, byte) });
    }
    if matches!(rule.id, "github-classic-token" | "github-app-user-token") {
        let at = invented.len().checked_sub(6).filter(|at| *at > kept)?;
        let sum = proof::crc_base62(invented.get(kept..at)?.as_bytes());
        invented.truncate(at);
        invented.extend(sum.map(char::from));
    }
    (invented.as_str() != value).then_some(invented)
}

/// Another character of the same kind; marks and separators stay.
fn other(c: char, byte: u8) -> char {
    let of = |alphabet: &[u8]| alphabet.get(usize::from(byte) % alphabet.len()).copied().map_or(c, char::from);
    match c {
        '0'..='9' => of(b"0123456789"),
        'a'..='f' => of(b"abcdef"),
        'g'..='z' => of(b"ghijklmnopqrstuvwxyz"),
        'A'..='Z' => of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::rules::samples;
    use crate::scan::verify::kinds::CHECKS;
    use crate::scan::{Options, ScanKey, Values, scan_text};
    use chrono::TimeZone;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    #[test]
    fn an_invented_key_has_the_shape_of_the_real_one_and_is_another() {
        let asked: BTreeSet<&str> = CHECKS.iter().flat_map(|check| check.rules).copied().collect();
        let mut tried = 0;
        for sample in samples::all().iter().filter(|it| asked.contains(it.rule)) {
            for text in &sample.matching {
                let mut options = Options::new(chrono::Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap());
                let values = Arc::new(Values::of([sample.rule]));
                options.values = Some(Arc::clone(&values));
                let report = scan_text(sample.path.as_bytes(), text.clone().into_bytes(), &ScanKey::new([7; 32]), &options);
                for leak in report.findings.iter().filter(|leak| leak.rule == sample.rule) {
                    let value = values.take(&leak.rule, &leak.id).unwrap();
                    let invented = like(&leak.rule, &value).unwrap();
                    assert_eq!(invented.len(), value.len(), "{}", sample.rule);
                    assert_ne!(invented, value, "{}", sample.rule);
                    let kind = |c: char| (c.is_ascii_digit(), c.is_ascii_uppercase(), c.is_ascii_lowercase());
                    // A checksum is what it has to be.
                    let most = value.len() - 6;
                    assert!(value.chars().map(kind).take(most).eq(invented.chars().map(kind).take(most)), "{}", sample.rule);
                    tried += 1;
                }
            }
        }
        assert!(tried > 20, "only {tried} were found");
    }

    #[test]
    fn what_claims_where_it_belongs_keeps_its_claims() {
        let signature = "abcDEF123".repeat(4);
        let token = format!("{}.{}.{signature}", "eyJhbGciOiJIUzI1NiJ9", "eyJyb2xlIjoieCJ9");
        let invented = like("supabase-service-role", &token).unwrap();
        assert_eq!(invented.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().0);
        assert!(like("no-such-rule", &token).is_none());
    }
}
