//! Reads the index of a pack: which objects are in it, and where. Both formats; nothing is believed that does not fit.

use super::parse::Id;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// More objects in one pack than are read: the largest known repositories have a fifth of it.
const MOST: usize = 50_000_000;

/// Reads the index at `path`: appends its ids to `ids`, in their order, and gives the offset of each. None: damaged.
pub(super) fn read(path: &Path, ids: &mut Vec<Id>) -> Option<Vec<u64>> {
    let mut file = BufReader::with_capacity(1 << 18, File::open(path).ok()?);
    let first = array::<4>(&mut file)?;
    if first == *b"\xfftOc" {
        (array::<4>(&mut file)? == [0, 0, 0, 2]).then_some(())?;
        let count = total(&array::<1024>(&mut file)?)?;
        return second(&mut file, count, ids);
    }
    let rest = array::<1020>(&mut file)?;
    let mut fanout = [0; 1024];
    for (to, from) in fanout.iter_mut().zip(first.into_iter().chain(rest)) {
        *to = from;
    }
    let count = total(&fanout)?;
    let mut offsets = Vec::with_capacity(count.min(1 << 20));
    for _ in 0..count {
        offsets.push(u64::from(u32::from_be_bytes(array(&mut file)?)));
        ids.push(array(&mut file)?);
    }
    Some(offsets)
}

/// The second format: ids, checksums, offsets, and the large offsets apart.
fn second(file: &mut impl Read, count: usize, ids: &mut Vec<Id>) -> Option<Vec<u64>> {
    for _ in 0..count {
        ids.push(array(file)?);
    }
    let checksums = u64::try_from(count).ok()? * 4;
    (std::io::copy(&mut file.by_ref().take(checksums), &mut std::io::sink()).ok()? == checksums).then_some(())?;
    let mut offsets = Vec::with_capacity(count.min(1 << 20));
    let mut large = 0;
    for _ in 0..count {
        let offset = u32::from_be_bytes(array(file)?);
        large += usize::from(offset >> 31 == 1);
        offsets.push(u64::from(offset));
    }
    let mut far = Vec::new();
    for _ in 0..large {
        far.push(u64::from_be_bytes(array(file)?));
    }
    for offset in &mut offsets {
        if *offset >> 31 == 1 {
            *offset = *far.get(usize::try_from(*offset & 0x7fff_ffff).ok()?)?;
        }
    }
    Some(offsets)
}

fn array<const N: usize>(file: &mut impl Read) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

/// The number of objects, which is the last entry of the table.
fn total(fanout: &[u8; 1024]) -> Option<usize> {
    let count = usize::try_from(u32::from_be_bytes(*fanout.last_chunk::<4>()?)).ok()?;
    (count <= MOST).then_some(count)
}
