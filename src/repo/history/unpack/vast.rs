//! Takes what is too large to be held through the family of a pack: piece by piece to the searcher, and only where others
//! build upon it through a file without a name.

use super::super::body::{Applied, Body, Spilled};
use super::super::inflate::Stream;
use super::super::pack::Pack;
use super::{Base, Made, Taker, Work, Worker};
use crate::repo::Why;
use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The bytes of an entry as they come, and how many they are said to be.
pub(in crate::repo::history) fn source<'a>(
    pack: &'a Pack,
    at: u32,
    base: Option<&'a Body>,
) -> Result<(Box<dyn Read + 'a>, u64), Why> {
    let entry = pack.entries.get(at as usize).ok_or(Why::Damaged)?;
    let stream = Stream::new(pack.bytes(at).ok_or(Why::Damaged)?);
    let Some(base) = base else { return Ok((Box::new(stream), u64::from(entry.size))) };
    let applied = Applied::new(base, BufReader::new(stream)).map_err(|_| Why::Damaged)?;
    let left = applied.left();
    Ok((Box::new(applied), left))
}

impl<T: Taker> Worker<'_, '_, T> {
    /// Makes what builds upon something too large to be held: it may be small itself.
    pub(super) fn upon_spilled(&mut self, at: u32, base: &Body, most: usize, into: &mut Vec<u8>) -> Result<Made, Why> {
        let (source, size) = source(self.family.pack, at, Some(base))?;
        if usize::try_from(size).is_ok_and(|size| size <= most) {
            into.clear();
            source.take(size.saturating_add(1)).read_to_end(into).map_err(|_| Why::Damaged)?;
            return Ok(Made::Held);
        }
        Ok(Made::Vast)
    }

    /// Hands over an entry that is too large to be held, and leaves what builds upon it.
    pub(super) fn vast(&mut self, at: u32, base: Option<&Base<T::Note>>, stack: &mut Vec<Work<T::Note>>) {
        let body = base.map(|it| &it.body);
        let mut children = Vec::new();
        self.family.children(at, &mut children);
        if children.is_empty() {
            self.pour(at, body);
            return;
        }
        match self.spill(at, body) {
            Ok(spilled) => {
                if let Some(entry) = self.family.pack.entries.get(at as usize).filter(|_| self.family.is_wanted(at)) {
                    self.taker.large(entry.object, &mut spilled.reading());
                }
                let whole = Arc::new(Base { body: Body::Spilled(spilled), note: None, wipe: false });
                stack.extend(children.iter().map(|at| Work { at: *at, base: Some(Arc::clone(&whole)) }));
            }
            // It can be searched without room for it; what builds upon it cannot.
            Err(Why::NoRoom) => {
                self.pour(at, body);
                for at in children {
                    self.give_up(at, Why::NoRoom);
                }
            }
            Err(why) => self.give_up(at, why),
        }
    }

    /// Hands over an entry as it comes.
    fn pour(&mut self, at: u32, base: Option<&Body>) {
        let Some(entry) = self.family.pack.entries.get(at as usize).filter(|_| self.family.is_wanted(at)) else { return };
        match source(self.family.pack, at, base) {
            Ok((mut source, size)) => {
                self.family.made.fetch_add(size, Ordering::Relaxed);
                self.taker.large(entry.object, &mut source);
            }
            Err(why) => self.taker.unread(entry.object, why),
        }
    }

    fn spill(&self, at: u32, base: Option<&Body>) -> Result<Spilled, Why> {
        let (mut source, _) = source(self.family.pack, at, base)?;
        let spilled = Spilled::of(&mut source, &self.family.room, self.family.stop)?;
        self.family.made.fetch_add(spilled.len(), Ordering::Relaxed);
        Ok(spilled)
    }
}
