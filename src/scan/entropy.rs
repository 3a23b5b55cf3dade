//! How random bytes look, in bits per byte (Shannon). A floor for shapes, never a proof by itself.

/// Bits per byte, from 0 (one byte repeated) to 8.
pub(super) fn bits(value: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    counts.iter().filter(|count| **count > 0).fold(0.0, |sum, count| {
        let share = f64::from(*count) / total;
        sum - share * share.log2()
    })
}

/// The pairs of letters that texts of western languages and names in code are mostly made of. A random pair is one of
/// them one time in five, a pair in a word four times in five.
const COMMON_PAIRS: &[u8] = b"th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le \
ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc \
et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi \
pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke oo av ap od bo rd do bu ck";

const COMMON: [bool; 26 * 26] = {
    let mut table = [false; 26 * 26];
    let mut at = 0;
    while at + 1 < COMMON_PAIRS.len() {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse an index out of bounds")]
        let (a, b) = (COMMON_PAIRS[at], COMMON_PAIRS[at + 1]);
        if a.is_ascii_lowercase() && b.is_ascii_lowercase() {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse an index out of bounds")]
            {
                table[(a - b'a') as usize * 26 + (b - b'a') as usize] = true;
            }
        }
        at += 1;
    }
    table
};

/// Of the pairs of neighbouring letters those that words are made of, from 0 to 1; 0 where there are too few to say.
pub(super) fn wordiness(value: &[u8]) -> f64 {
    let (mut pairs, mut common) = (0_u32, 0_u32);
    for two in value.windows(2) {
        let [a, b] = two else { continue };
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        if a.is_ascii_lowercase() && b.is_ascii_lowercase() {
            pairs += 1;
            let at = usize::from(a - b'a') * 26 + usize::from(b - b'a');
            common += u32::from(COMMON.get(at).copied().unwrap_or(false));
        }
    }
    if pairs < 7 { 0.0 } else { f64::from(common) / f64::from(pairs) }
}

/// Whether a machine rather than a person chose the value: letters and digits, and the letters make no words.
pub(super) fn looks_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let upper = value.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    // Long values of letters alone are chance only if both cases alternate: names in code do not.
    let mixed = digits >= 2 && letters >= 2 || upper * 4 > letters && (letters - upper) * 4 > letters && letters >= 16;
    // Six letters make pairs of every kind.
    let hexadecimal = digits > 0 && value.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    mixed && (hexadecimal || wordiness(value) < 0.55)
}

#[cfg(test)]
mod tests {
    use super::{bits, looks_random, wordiness};
    use rstest::rstest;

    #[rstest]
    #[case("getTokenFromTheRequest2024x", false)]
    #[case("correct-horse-battery-staple-2", false)]
    #[case("application/vnd.acme.v2+json", false)]
    #[case("THE_NAME_OF_A_SETTING_2024", false)]
    #[case("internationalisation", false)]
    #[case("Zk3qT9xWbV7nL2mRp4Yd", true)]
    #[case("9f86d081884c7d659a2feaa0c55ad015", true)]
    #[case("qzxvkjwpmtrgbnldhfcs", false)]
    #[case("QzXvKjWpMtRgBnLdHfCs", true)]
    fn what_a_machine_chose_is_told_from_words(#[case] value: &str, #[case] random: bool) {
        assert_eq!(looks_random(value.as_bytes()), random, "wordiness {}", wordiness(value.as_bytes()));
    }

    #[test]
    fn known_values() {
        assert!(bits(b"").abs() < 1e-9);
        assert!(bits(b"aaaa").abs() < 1e-9);
        assert!((bits(b"abab") - 1.0).abs() < 1e-9);
        assert!((bits(b"abcd") - 2.0).abs() < 1e-9);
    }
}
