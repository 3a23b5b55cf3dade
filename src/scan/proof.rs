//! Offline proofs: checksums and decodable parts of credentials (`apis/secrets.md` §3). Pure arithmetic, no network.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// As lenient as the libraries that will read the credential: padding or none, and spare bits that are not zero.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// GitHub's and npm's checksum: CRC-32 of `body` in base 62, padded to six digits (§3.2).
pub(super) fn crc_base62(body: &[u8]) -> [u8; 6] {
    let mut rest = crc32fast::hash(body);
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits
}

/// Whether the last six bytes of `random` (what follows a prefix) are the checksum of those before.
pub(super) fn crc_agrees(random: &[u8]) -> bool {
    random.len().checked_sub(6).and_then(|at| random.split_at_checked(at)).is_some_and(|(body, sum)| crc_base62(body) == sum)
}

/// Supabase's checksum of `key` (prefix and 22 characters) in the project `reference` (§3.1).
pub(super) fn supabase_checksum(reference: &str, key: &str) -> String {
    let digest = Sha256::digest(format!("{reference}|{key}").as_bytes());
    URL_SAFE_NO_PAD.encode(digest).chars().take(8).collect()
}

/// The header and the claims of a token in three parts. Nothing is verified: only what it says is read.
pub(super) fn jwt(token: &[u8]) -> Option<(Value, Value)> {
    let mut parts = token.split(|byte| *byte == b'.');
    let mut part = || -> Option<Value> {
        let value: Value = serde_json::from_slice(&URL_SAFE.decode(parts.next()?).ok()?).ok()?;
        value.is_object().then_some(value)
    };
    Some((part()?, part()?))
}

/// Whether `secret` made the signature of a token in three parts (HS256, HS384 or HS512): as text, or as base64 of the key (§2.3).
pub(super) fn is_signed_with(token: &[u8], secret: &[u8]) -> bool {
    let Some(dot) = token.iter().rposition(|byte| *byte == b'.') else { return false };
    let (body, signature) = (token.get(..dot).unwrap_or_default(), token.get(dot + 1..).unwrap_or_default());
    let Ok(signature) = URL_SAFE.decode(signature) else { return false };
    let fits = |key: &[u8]| match signature.len() {
        32 => Hmac::<Sha256>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(body).verify_slice(&signature).is_ok()),
        48 => Hmac::<Sha384>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(body).verify_slice(&signature).is_ok()),
        64 => Hmac::<Sha512>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(body).verify_slice(&signature).is_ok()),
        _ => false,
    };
    fits(secret) || base64(secret).is_some_and(|key| fits(&key))
}

/// Base64 in its standard alphabet, with or without padding.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Base64 in the alphabet for addresses, with or without padding.
pub(super) fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE.decode(text).ok()
}

/// The account number inside an AWS access key id (§3.5). None for ids made before 2019, which do not hold it.
pub(super) fn aws_account(id: &[u8]) -> Option<String> {
    let rest = id.get(4..20)?;
    if matches!(rest.first(), Some(b'I' | b'J')) {
        return None;
    }
    let mut number = 0_u64;
    // Six bytes are 48 bits: nine characters of five bits and three bits of a tenth.
    for byte in rest.iter().take(10) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        number = (number << 5) | u64::from(digit);
    }
    let first_six_bytes = number >> 2;
    Some(format!("{:012}", (first_six_bytes & 0x7fff_ffff_ff80) >> 7))
}

/// Whether `bytes` is a private key in DER (one SEQUENCE that spans it all) or in OpenSSH's own form.
pub(super) fn is_private_key(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"openssh-key-v1\0") {
        return true;
    }
    let (header, length) = match bytes {
        [0x30, 0x82, high, low, ..] => (4, usize::from(*high) << 8 | usize::from(*low)),
        [0x30, 0x81, length, ..] => (3, usize::from(*length)),
        [0x30, length @ 0..=0x7f, ..] => (2, usize::from(*length)),
        _ => return false,
    };
    bytes.len() == header + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_padded_and_tells_one_changed_letter() {
        // CRC-32 of the empty text is 0: six zeros, not none.
        assert_eq!(&crc_base62(b""), b"000000");
        // CRC-32 of "123456789" is 0xcbf43926 = 3421780262.
        assert_eq!(&crc_base62(b"123456789"), b"3jZRME");
        let body = b"Zk3qT9xWbV7nL2mRZk3qT9xWbV7nL2";
        let whole = [body.as_slice(), &crc_base62(body)].concat();
        assert!(crc_agrees(&whole));
        let mut changed = whole;
        changed[3] ^= 1;
        assert!(!crc_agrees(&changed));
        assert!(!crc_agrees(b"abc"));
    }

    #[test]
    fn an_aws_id_names_its_account() {
        // The account 123456789012 placed by hand: (number << 7) as six bytes, then base32.
        let six = (123_456_789_012_u64 << 7).to_be_bytes();
        let bits = six[2..].iter().chain(&[0; 4]).fold(0_u128, |all, byte| all << 8 | u128::from(*byte));
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let id: Vec<u8> = (0..16).map(|n| letters[((bits >> (75 - 5 * n)) & 31) as usize]).collect();
        let id = [b"AKIA".as_slice(), &id].concat();
        assert_eq!(aws_account(&id).as_deref(), Some("123456789012"));
        assert_eq!(aws_account(b"AKIAJ2222222222222AA"), None);
        assert_eq!(aws_account(b"AKIA"), None);
    }

    #[test]
    fn a_signature_names_its_secret() {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let body = format!("{}.{}", part(r#"{"alg":"HS256"}"#), part(r#"{"role":"anon"}"#));
        let mac = Hmac::<Sha256>::new_from_slice(b"one secret").unwrap().chain_update(&body).finalize();
        let token = format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac.into_bytes()));
        assert!(is_signed_with(token.as_bytes(), b"one secret"));
        assert!(is_signed_with(token.as_bytes(), STANDARD.encode("one secret").as_bytes()));
        assert!(!is_signed_with(token.as_bytes(), b"another secret"));
        assert!(!is_signed_with(b"no token", b"one secret") && !is_signed_with(b"", b""));
    }

    #[test]
    fn der_lengths_are_checked() {
        assert!(is_private_key(&[0x30, 0x03, 1, 2, 3]));
        assert!(!is_private_key(&[0x30, 0x04, 1, 2, 3]));
        assert!(!is_private_key(&[]));
        assert!(is_private_key(b"openssh-key-v1\0rest"));
    }

    #[test]
    fn claims_are_read_and_rubbish_is_not() {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let token = format!("{}.{}.sig", part(r#"{"alg":"HS256"}"#), part(r#"{"role":"anon"}"#));
        assert_eq!(jwt(token.as_bytes()).unwrap().1["role"], "anon");
        assert!(jwt(b"eyJ.eyJ.x").is_none());
        assert!(jwt(b"").is_none());
    }
}
