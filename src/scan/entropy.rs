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

#[cfg(test)]
mod tests {
    use super::bits;

    #[test]
    fn known_values() {
        assert!(bits(b"").abs() < 1e-9);
        assert!(bits(b"aaaa").abs() < 1e-9);
        assert!((bits(b"abab") - 1.0).abs() < 1e-9);
        assert!((bits(b"abcd") - 2.0).abs() < 1e-9);
    }
}
