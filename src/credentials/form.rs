//! The form that a credential must have before it may go into a header. Tells what is wrong, never the value.

use super::Secret;

/// Longer than any vendor's token (a Google service account as JSON is not one for a header).
const MOST_BYTES: usize = 16 * 1024;

/// What is wrong with a credential as it was given; fits after "it".
#[must_use]
pub fn fault(secret: &Secret) -> Option<&'static str> {
    let value = secret.expose();
    if value.is_empty() {
        Some("is empty")
    } else if value.len() > MOST_BYTES {
        Some("is too long")
    } else if value.contains(['\n', '\r']) {
        Some("has more than one line")
    } else if value.chars().any(char::is_control) {
        Some("holds a control character")
    } else if !value.is_ascii() {
        Some("holds a character that is not ASCII")
    } else if value.contains(' ') {
        Some("holds a space")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", Some("is empty"))]
    #[case(" \n", Some("is empty"))]
    #[case("abc\n", None)]
    #[case("a\nb", Some("has more than one line"))]
    #[case("a\u{0}b", Some("holds a control character"))]
    #[case("a\u{7f}b", Some("holds a control character"))]
    #[case("abé", Some("holds a character that is not ASCII"))]
    #[case("Bearer abc", Some("holds a space"))]
    fn forms(#[case] value: &str, #[case] wanted: Option<&str>) {
        assert_eq!(fault(&Secret::new(value)), wanted);
    }

    proptest! {
        #[test]
        fn what_passes_fits_a_header(value in any::<String>()) {
            let secret = Secret::new(value);
            if fault(&secret).is_none() {
                prop_assert!(http::HeaderValue::from_str(secret.expose()).is_ok());
            }
        }
    }
}
