//! What the certificate of a site says of itself: until when it counts, for which names, by whom. It reads only that much
//! of it, and trusts nothing: whether the certificate is to be believed was settled when the connection came about.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A certificate, as far as it matters to who reads about a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// The names that it is for, as written: `*.example.com` too. At most [`MOST_NAMES`].
    pub names: Vec<String>,
    /// The organisation that issued it, else its common name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// Names that are kept of one certificate.
pub const MOST_NAMES: usize = 100;

// Tags of DER (X.690) and object identifiers of X.509 (RFC 5280), as their bytes.
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT: u8 = 0x06;
const OCTETS: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const LONG_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const OTHER_NAMES: &[u8] = &[0x55, 0x1d, 0x11];

impl Certificate {
    /// Reads one in DER. None for anything that is none, or that says things in an unusual form.
    #[must_use]
    pub fn read(der: &[u8]) -> Option<Self> {
        let mut outer = within(&mut { der }, SEQUENCE)?;
        let mut rest = within(&mut outer, SEQUENCE)?;
        if rest.first() == Some(&VERSION) {
            next(&mut rest)?;
        }
        next(&mut rest)?; // serial number
        within(&mut rest, SEQUENCE)?; // algorithm
        let issuer = issuer(within(&mut rest, SEQUENCE)?);
        let mut validity = within(&mut rest, SEQUENCE)?;
        let (from, until) = (time(&mut validity)?, time(&mut validity)?);
        let mut names = Vec::new();
        while let Some((tag, inner)) = next(&mut rest) {
            if tag == EXTENSIONS {
                names = within(&mut { inner }, SEQUENCE).map(names_in).unwrap_or_default();
            }
        }
        Some(Self { from, until, names, issuer })
    }
}

/// The next element: its tag and what is in it.
fn next<'d>(input: &mut &'d [u8]) -> Option<(u8, &'d [u8])> {
    let (tag, rest) = input.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let length = if *first < 0x80 {
        usize::from(*first)
    } else {
        // More than four bytes of length are no certificate; none is the form without an end.
        let bytes = usize::from(first & 0x7f);
        let (digits, after) = rest.split_at_checked(bytes).filter(|_| (1..=4).contains(&bytes))?;
        rest = after;
        digits.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte))
    };
    let (inner, after) = rest.split_at_checked(length)?;
    *input = after;
    Some((*tag, inner))
}

fn within<'d>(input: &mut &'d [u8], wanted: u8) -> Option<&'d [u8]> {
    next(input).filter(|(tag, _)| *tag == wanted).map(|(_, inner)| inner)
}

/// `261201120000Z`, or with four digits of the year.
fn time(input: &mut &[u8]) -> Option<DateTime<Utc>> {
    let (tag, text) = next(input)?;
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i32 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        LONG_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2)?.parse::<u32>().ok();
    let day = NaiveDate::from_ymd_opt(year, part(0)?, part(2)?)?;
    day.and_hms_opt(part(4)?, part(6)?, part(8)?).filter(|_| rest.len() == 10).map(|it| it.and_utc())
}

/// The organisation, else the common name.
fn issuer(mut name: &[u8]) -> Option<String> {
    let mut common = None;
    while let Some(mut set) = within(&mut name, SET) {
        let Some(mut pair) = within(&mut set, SEQUENCE) else { continue };
        let (Some(kind), Some((_, text))) = (within(&mut pair, OBJECT), next(&mut pair)) else { continue };
        let text = || Some(String::from_utf8_lossy(text).into_owned()).filter(|it| !it.is_empty() && it.len() <= 200);
        if kind == ORGANISATION {
            return text();
        }
        if kind == COMMON_NAME {
            common = text();
        }
    }
    common
}

fn names_in(mut extensions: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(mut extension) = within(&mut extensions, SEQUENCE) {
        if within(&mut extension, OBJECT) != Some(OTHER_NAMES) {
            continue;
        }
        // Whether it is critical may stand in between.
        while let Some((tag, mut inner)) = next(&mut extension) {
            let Some(mut names) = (tag == OCTETS).then(|| within(&mut inner, SEQUENCE)).flatten() else { continue };
            while let Some((tag, name)) = next(&mut names) {
                let text = match (tag, name.len()) {
                    (DNS_NAME, 1..=255) => Some(String::from_utf8_lossy(name).into_owned()),
                    (IP_ADDRESS, 4) => <[u8; 4]>::try_from(name).ok().map(|it| Ipv4Addr::from(it).to_string()),
                    (IP_ADDRESS, 16) => <[u8; 16]>::try_from(name).ok().map(|it| Ipv6Addr::from(it).to_string()),
                    _ => None,
                };
                found.extend(text.filter(|_| found.len() < MOST_NAMES));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(names: &[&str]) -> Vec<u8> {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        let mut wanted = rcgen::CertificateParams::new(names).unwrap();
        wanted.not_before = rcgen::date_time_ymd(2026, 11, 1);
        wanted.not_after = rcgen::date_time_ymd(2027, 1, 30);
        wanted.distinguished_name = rcgen::DistinguishedName::new();
        wanted.distinguished_name.push(rcgen::DnType::CommonName, "R11");
        wanted.distinguished_name.push(rcgen::DnType::OrganizationName, "Example Trust");
        let key = rcgen::KeyPair::generate().unwrap();
        wanted.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_says_until_when_for_whom_and_by_whom() {
        let read = Certificate::read(&made(&["shop.example.com", "*.shop.example.com", "127.0.0.1"])).unwrap();
        assert_eq!(read.names, ["shop.example.com", "*.shop.example.com", "127.0.0.1"]);
        assert_eq!(read.issuer.as_deref(), Some("Example Trust"));
        assert_eq!(
            (read.from.to_string(), read.until.to_string()),
            ("2026-11-01 00:00:00 UTC".into(), "2027-01-30 00:00:00 UTC".into())
        );
    }

    #[test]
    fn half_of_one_is_none() {
        let whole = made(&["shop.example.com"]);
        for end in 0..whole.len() {
            assert_eq!(Certificate::read(&whole[..end]), None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..600, put in any::<u8>()) {
            let _ = Certificate::read(&bytes);
            let mut spoiled = made(&["shop.example.com"]);
            let at = at % spoiled.len();
            spoiled[at] = put;
            if let Some(read) = Certificate::read(&spoiled) {
                prop_assert!(read.names.len() <= MOST_NAMES);
            }
        }
    }
}
