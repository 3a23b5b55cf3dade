//! Applies git's deltas: a new content as stretches of an old one and new bytes. Checks every bound, and tells which
//! places of the result are new, so that what was searched in the old one need not be searched again.

use std::ops::Range;

/// The sizes that a delta begins with: of its base and of its result. None: it is damaged.
pub(super) fn sizes(delta: &[u8]) -> Option<(usize, usize)> {
    let (base, delta) = size(delta)?;
    let (result, _) = size(delta)?;
    Some((base, result))
}

fn size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(7 * index).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, bytes.get(index + 1..)?));
        }
    }
    None
}

/// Bytes that one instruction can take from the base.
const LONGEST: usize = 0xff_ffff;

/// Builds the result of `delta` upon `base` in `into`, and lists in `news` what of it does not stand so in `base`: new
/// bytes, and with no length the joints between stretches that were apart. None: it is damaged, or says that its result
/// has more than `most` bytes.
pub(super) fn apply(base: &[u8], delta: &[u8], most: usize, into: &mut Vec<u8>, news: &mut Vec<Range<usize>>) -> Option<()> {
    let (base_size, rest) = size(delta)?;
    let (result_size, mut rest) = size(rest)?;
    // An instruction is a byte at least, and gives no more than the base has, or than itself.
    let possible = rest.len().saturating_mul(base.len().clamp(1, LONGEST));
    if base_size != base.len() || result_size > most.min(possible) {
        return None;
    }
    into.clear();
    into.reserve(result_size);
    news.clear();
    // Where in the base the next byte would stand if the copy simply went on.
    let mut goes_on = 0;
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        let here = into.len();
        if command & 0x80 != 0 {
            let (mut offset, mut length) = (0_usize, 0_usize);
            for bit in 0..7 {
                if command & (1 << bit) != 0 {
                    let (&byte, after) = rest.split_first()?;
                    rest = after;
                    if bit < 4 {
                        offset |= usize::from(byte) << (8 * bit);
                    } else {
                        length |= usize::from(byte) << (8 * (bit - 4));
                    }
                }
            }
            if length == 0 {
                length = 0x1_0000;
            }
            if offset != goes_on {
                add(news, here..here);
            }
            goes_on = offset.checked_add(length)?;
            into.extend_from_slice(base.get(offset..goes_on)?);
        } else if command != 0 {
            let (bytes, after) = rest.split_at_checked(usize::from(command))?;
            rest = after;
            into.extend_from_slice(bytes);
            add(news, here..into.len());
        } else {
            return None;
        }
        if into.len() > result_size {
            return None;
        }
    }
    if goes_on != base.len() {
        add(news, into.len()..into.len());
    }
    (into.len() == result_size).then_some(())
}

fn add(news: &mut Vec<Range<usize>>, range: Range<usize>) {
    match news.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => news.push(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MOST: usize = 1 << 20;

    fn copy(offset: usize, length: usize) -> Vec<u8> {
        let mut bytes = vec![0x80 | 0x0f | 0x70];
        bytes.extend(&u32::try_from(offset).unwrap().to_le_bytes());
        bytes.extend(&u32::try_from(length).unwrap().to_le_bytes()[..3]);
        bytes
    }

    fn varint(mut value: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
        bytes
    }

    #[test]
    fn stretches_and_new_bytes_become_the_result() {
        let base = b"the quick brown fox";
        let delta = [varint(19), varint(19), copy(0, 4), vec![4], b"slow".to_vec(), copy(9, 10), vec![1, b'!']].concat();
        let (mut out, mut news) = (Vec::new(), Vec::new());
        apply(base, &delta, MOST, &mut out, &mut news).unwrap();
        assert_eq!(out, b"the slow brown fox!");
        assert_eq!(news, [4..8, 18..19]);
        assert_eq!(sizes(&delta), Some((19, 19)));
    }

    #[test]
    fn a_cut_is_a_joint_and_a_copy_that_goes_on_is_none() {
        let base = b"0123456789";
        let (mut out, mut news) = (Vec::new(), Vec::new());
        let delta = [varint(10), varint(8), copy(0, 3), copy(3, 2), copy(7, 3)].concat();
        apply(base, &delta, MOST, &mut out, &mut news).unwrap();
        assert_eq!((out.as_slice(), news.as_slice()), (b"01234789".as_slice(), std::slice::from_ref(&(5..5))));
        let shorter = [varint(10), varint(5), copy(0, 5)].concat();
        apply(base, &shorter, MOST, &mut out, &mut news).unwrap();
        assert_eq!(news, vec![5..5; 1]);
    }

    #[test]
    fn a_size_that_cannot_be_is_damage_and_costs_no_memory() {
        let base = b"0123456789";
        let (mut out, mut news) = (Vec::new(), Vec::new());
        for announced in [11, MOST, 27_383_759_069, usize::MAX >> 1] {
            let delta = [varint(10), varint(announced), vec![1, b'!']].concat();
            assert_eq!(apply(base, &delta, usize::MAX, &mut out, &mut news), None);
        }
        let whole = [varint(10), varint(10), copy(0, 10)].concat();
        assert_eq!(apply(base, &whole, 9, &mut out, &mut news), None);
        assert!(out.capacity() <= 64, "{}", out.capacity());
        assert_eq!(apply(base, &whole, 10, &mut out, &mut news), Some(()));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_it_ends(base in proptest::collection::vec(any::<u8>(), 0..40), mut delta in proptest::collection::vec(any::<u8>(), 0..60)) {
            let (mut out, mut news) = (Vec::new(), Vec::new());
            let _ = apply(&base, &delta, MOST, &mut out, &mut news);
            delta.splice(0..0, varint(base.len()));
            if apply(&base, &delta, MOST, &mut out, &mut news).is_some() {
                prop_assert!(news.iter().all(|it| it.end <= out.len()));
            }
        }
    }
}
