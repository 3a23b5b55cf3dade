//! The daily lane: the few questions that should not wait for a week, within five requests an app and day. What does not fit
//! today comes before the others tomorrow. It says which probes are in it and whose turn it is; what else makes a probe due is
//! said in `reason`.

use super::reason::{DAY, SLACK};
use chrono::{DateTime, TimeDelta, Utc};

/// Requests of the lane at most, for one app on one day.
pub const MOST_REQUESTS: u32 = 5;

/// What should not wait for a week: whether the site answers, how old the newest backup is, whether what was spent can still
/// be stopped. Of those that wait equally long the first comes first.
pub const LANE: [&str; 4] = ["site.answers", "supabase.backup-age", "openai.spend-cap", "openrouter.spend-cap"];

/// From one look to the next. The daily run comes at about the same hour, not at the same minute.
const RHYTHM: TimeDelta = match DAY.checked_sub(&SLACK) {
    Some(rhythm) => rhythm,
    None => DAY,
};

/// A probe of the lane that may be asked and was looked at before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// One of [`LANE`].
    pub probe: &'static str,
    pub last: DateTime<Utc>,
    /// Requests that a look makes in this app: as its last ones did, or at most where nobody can tell.
    pub requests: u32,
}

/// The seats of one app, with the moment from which each has room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lane {
    /// Those that wait longest first.
    seats: Vec<(Seat, Option<DateTime<Utc>>)>,
}

/// Why one that waits is not looked at today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Others that wait longer, or were looked at today, take the requests of the day.
    ForAnotherDay,
    /// One look makes more requests than a day has: it keeps its week.
    ForItsWeek,
}

impl Lane {
    /// Reckons when each has room, from what was looked at before. None is overtaken for ever: who waits for less time has room
    /// no earlier than who waits longer.
    #[must_use]
    pub fn of(mut seats: Vec<Seat>) -> Self {
        seats.sort_by_key(|seat| (seat.last, LANE.iter().position(|id| *id == seat.probe)));
        let mut before = DateTime::<Utc>::MIN_UTC;
        let with_room = seats.iter().map(|seat| {
            let own = has_room(seat, &seats)?;
            before = before.max(own);
            Some(before)
        });
        let with_room: Vec<_> = with_room.collect();
        Self { seats: seats.into_iter().zip(with_room).collect() }
    }

    /// From when on there is room for it; none if it is not in the lane, or is too dear for any day.
    #[must_use]
    pub fn from(&self, probe: &str) -> Option<DateTime<Utc>> {
        self.seats.iter().find(|(seat, _)| seat.probe == probe)?.1
    }

    /// Those whose turn it is at `now`, of the ones for which `waits` says that nothing else makes them due: who waits longest
    /// first, and each that still fits. Where one has room there is one whose turn it is.
    #[must_use]
    pub fn today(&self, now: DateTime<Utc>, waits: impl Fn(&str) -> bool) -> Vec<&'static str> {
        let mut left = MOST_REQUESTS.saturating_sub(spent(self.seats.iter().map(|(seat, _)| seat), now));
        let mut turns = Vec::new();
        for (seat, from) in &self.seats {
            if from.is_some_and(|from| from <= now) && seat.requests <= left && waits(seat.probe) {
                left -= seat.requests;
                turns.push(seat.probe);
            }
        }
        turns
    }

    /// Those for which a day has passed and whose turn it is not at `now`, and those for which no day has room, with why.
    pub fn waiting(&self, now: DateTime<Utc>, waits: impl Fn(&str) -> bool) -> impl Iterator<Item = (&Seat, Waits)> {
        let turns = self.today(now, waits);
        self.seats.iter().filter_map(move |(seat, from)| match from {
            None => Some((seat, Waits::ForItsWeek)),
            Some(_) if seat.last + RHYTHM <= now && !turns.contains(&seat.probe) => Some((seat, Waits::ForAnotherDay)),
            Some(_) => None,
        })
    }

    /// The next moment at which what waits at `now` for another day can have room, if anybody looks at the others now.
    #[must_use]
    pub fn another_day(now: DateTime<Utc>) -> DateTime<Utc> {
        now + RHYTHM
    }
}

/// Requests of the looks within the day that ends at `now`, whoever looked and because of whatever. What no day has room for is
/// never the lane's.
fn spent<'s>(seats: impl Iterator<Item = &'s Seat>, now: DateTime<Utc>) -> u32 {
    let today = seats.filter(|seat| seat.requests <= MOST_REQUESTS && seat.last > now - RHYTHM && seat.last <= now);
    today.map(|seat| seat.requests).sum()
}

/// The first moment at which a day has passed for it and the others of that day leave it room. Not before the newest look: what
/// was not known before that one is no matter.
fn has_room(seat: &Seat, seats: &[Seat]) -> Option<DateTime<Utc>> {
    let newest = seats.iter().map(|other| other.last).max()?;
    let ready = newest.max(seat.last + RHYTHM);
    let ends = seats.iter().map(|other| other.last + RHYTHM).filter(|at| *at > ready);
    let fits = |at: &DateTime<Utc>| spent(seats.iter(), *at) + seat.requests <= MOST_REQUESTS;
    std::iter::once(ready).chain(ends).filter(fits).min()
}

#[cfg(test)]
mod tests;
