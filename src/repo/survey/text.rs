//! A file's bytes as text: the encodings that repositories hold, marked or not. What is none of them is no text.

/// UTF-8, or UTF-16 with or without its mark: PowerShell writes files like that. None for what is neither.
pub(super) fn text(bytes: Vec<u8>) -> Option<String> {
    let wide = |bytes: &[u8], big: bool| {
        let units = bytes.chunks_exact(2).map(|it| match it {
            [a, b] if big => u16::from_be_bytes([*a, *b]),
            [a, b] => u16::from_le_bytes([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    let zeros = |from: usize| bytes.iter().take(256).skip(from).step_by(2).filter(|it| **it == 0).count();
    let half = bytes.len().min(256) / 2;
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => Some(wide(rest, false)),
        [0xfe, 0xff, rest @ ..] => Some(wide(rest, true)),
        _ if half > 2 && zeros(1) * 10 >= half * 9 && zeros(0) == 0 => Some(wide(&bytes, false)),
        _ if half > 2 && zeros(0) * 10 >= half * 9 && zeros(1) == 0 => Some(wide(&bytes, true)),
        _ if bytes.contains(&0) => None,
        _ => Some(String::from_utf8(bytes).unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use rstest::rstest;

    fn wide(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|it| if big { it.to_be_bytes() } else { it.to_le_bytes() }).collect()
    }

    #[rstest]
    #[case::utf8("A=ü".as_bytes().to_vec(), Some("A=ü"))]
    #[case::marked_little([vec![0xff, 0xfe], wide("A=1", false)].concat(), Some("A=1"))]
    #[case::marked_big([vec![0xfe, 0xff], wide("A=1", true)].concat(), Some("A=1"))]
    #[case::bare_little(wide("NAME=1\r\n", false), Some("NAME=1\r\n"))]
    #[case::bare_big(wide("NAME=1\r\n", true), Some("NAME=1\r\n"))]
    #[case::latin(vec![b'a', 0xe4, b'b'], Some("a\u{fffd}b"))]
    #[case::binary(vec![0, 159, 146, 150, 0, 1, 2, 3], None)]
    fn encodings(#[case] bytes: Vec<u8>, #[case] wanted: Option<&str>) {
        assert_eq!(text(bytes).as_deref(), wanted);
    }
}
