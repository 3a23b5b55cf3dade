//! Reads commits, folders and tags as git stores them. Whatever does not fit is none; nothing here is believed further
//! than it is read.

/// The name of an object by its content.
pub(super) type Id = [u8; 20];

/// What a commit says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Commit {
    pub tree: Id,
    pub parents: Vec<Id>,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
}

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Folder,
    /// A file, or a link, whose content is where it leads.
    Blob,
    /// A commit of another repository.
    Submodule,
}

/// Twenty bytes from forty hexadecimal digits.
pub(super) fn id(hex: &[u8]) -> Option<Id> {
    let mut id = [0; 20];
    if hex.len() != 40 {
        return None;
    }
    for (byte, pair) in id.iter_mut().zip(hex.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let digit = |it: &u8| char::from(*it).to_digit(16).and_then(|it| u8::try_from(it).ok());
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(id)
}

/// Reads a commit.
pub(super) fn commit(bytes: &[u8]) -> Option<Commit> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let tree = id(lines.next()?.strip_prefix(b"tree ")?)?;
    let mut parents = Vec::new();
    let mut time = None;
    for line in lines {
        if let Some(parent) = line.strip_prefix(b"parent ") {
            parents.push(id(parent)?);
        } else if let Some(who) = line.strip_prefix(b"committer ") {
            time = seconds(who);
            break;
        } else if line.is_empty() {
            break;
        }
    }
    // A commit without a readable time is still a commit; it then counts as the oldest.
    Some(Commit { tree, parents, time: time.unwrap_or(0) })
}

/// The time in `Name <mail> 1700000000 +0100`.
fn seconds(who: &[u8]) -> Option<i64> {
    let after = who.rsplit(|byte| *byte == b'>').next()?;
    let word = after.split(|byte| *byte == b' ').find(|word| !word.is_empty())?;
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// What an annotated tag names.
pub(super) fn tag(bytes: &[u8]) -> Option<Id> {
    id(bytes.split(|byte| *byte == b'\n').next()?.strip_prefix(b"object ")?)
}

/// Reads the next entry of a folder: what it is, its name, its object, and the rest.
pub(super) fn entry(bytes: &[u8]) -> Option<(Entry, &[u8], Id, &[u8])> {
    let space = bytes.iter().take(8).position(|byte| *byte == b' ')?;
    let kind = match bytes.get(..space)? {
        b"40000" | b"040000" => Entry::Folder,
        b"160000" => Entry::Submodule,
        _ => Entry::Blob,
    };
    let rest = bytes.get(space + 1..)?;
    let end = memchr(rest)?;
    let (name, rest) = rest.split_at_checked(end)?;
    let (id, rest) = rest.get(1..)?.split_first_chunk::<20>()?;
    Some((kind, name, *id, rest))
}

/// The first zero.
fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_a_tag_and_a_folder_are_read() {
        let hex = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "tree {hex}\nparent {hex}\nparent {hex}\nauthor A <a> 1 +0000\ncommitter B > <b> 1700000000 -0100\n\ncommitter x"
        );
        let read = commit(text.as_bytes()).unwrap();
        assert_eq!((read.parents.len(), read.time, read.tree[0], read.tree[19]), (2, 1_700_000_000, 1, 0x67));
        assert_eq!(tag(format!("object {hex}\ntype commit\n").as_bytes()), Some(read.tree));
        assert_eq!(commit(b"tree 01"), None);
        let folder = [b"40000 src\0".as_slice(), &read.tree, b"100644 a b\0", &read.tree, b"160000 lib\0", &read.tree].concat();
        let (kind, name, _, rest) = entry(&folder).unwrap();
        assert_eq!((kind, name), (Entry::Folder, b"src".as_slice()));
        let (kind, name, id, rest) = entry(rest).unwrap();
        assert_eq!((kind, name, id), (Entry::Blob, b"a b".as_slice(), read.tree));
        let (kind, _, _, rest) = entry(rest).unwrap();
        assert_eq!((kind, rest), (Entry::Submodule, b"".as_slice()));
        assert_eq!(entry(b"100644 a\0short"), None);
    }

    #[test]
    fn odd_times_do_not_hide_a_commit() {
        let hex = "0".repeat(40);
        for who in ["committer A <a> x +0000", "committer", "committer A <a>", "other"] {
            assert_eq!(commit(format!("tree {hex}\n{who}\n\nm").as_bytes()).map(|it| it.time), Some(0), "{who}");
        }
        assert_eq!(commit(format!("tree {hex}\ncommitter A <a> -5 +0000\n").as_bytes()).map(|it| it.time), Some(-5));
    }
}
