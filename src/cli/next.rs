//! `rescue next` as lines: what to do now and why, on one screen of eighty columns and twenty-four lines, whatever is behind
//! it. The rows are the lane's and the words are `words::next`'s; nothing is ranked here.

use super::out::{Out, WIDTH, wrap};
use super::{exit, json};
use crate::desk::Desk;
use crate::domain::{Board, ItemId, MEANS, NowRow};
use crate::trouble::Trouble;
use crate::words::{self, next};
use std::fmt::Write as _;

/// A terminal of twenty-four lines, less the one of the next prompt.
const LINES: usize = 23;

/// `rescue next NAME [--waiting]`.
///
/// # Errors
/// An unknown app; a store that cannot be read.
pub fn run(desk: &Desk, name: &str, as_json: bool, with_waiting: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let board = desk.board(&desk.app(name)?)?;
    if as_json {
        out.json(&json::document(json::next(&board)));
    } else {
        lane(&board, out);
        if with_waiting {
            waiting(&board, out);
        }
    }
    Ok(exit::FINE)
}

/// The few things to do now: one screen, whatever is behind it.
pub fn lane(board: &Board, out: &mut Out<'_>) {
    let mut head = vec![format!("{} · {}", board.settings.title, next::place(board, true))];
    head.extend(wrap(0, &format!("{} {}", board.headline.question, board.headline.says)));
    if board.now_lane.is_empty() {
        let says = if board.waits_now > 0 { "Nothing to do now: everything for this week waits" } else { "Nothing to do now" };
        head.push(says.to_owned());
    }
    let folded = next::folded(board);
    let tail = if folded.is_empty() { None } else { Some(format!("… {folded}")) };
    let mut rows = rows(board);
    let room = LINES.saturating_sub(head.len() + tail.iter().len());
    fit(&mut rows, room);
    head.into_iter().chain(rows.iter().flat_map(Row::lines)).chain(tail).for_each(|line| out.line(line));
}

/// Whom or what items wait for.
fn waiting(board: &Board, out: &mut Out<'_>) {
    for waiting in &board.waiting {
        let items: Vec<_> = waiting.items.iter().map(ItemId::as_str).collect();
        out.wrapped(0, &format!("waits: {} ({})", waiting.on, items.join(", ")));
    }
}

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    title: String,
    why: String,
    /// The most lines that the reason may take; it is cut where it would take more.
    most: usize,
    emergency: Option<String>,
}

impl Row {
    fn why(&self) -> Vec<String> {
        let lines = wrap(INDENT, &self.why);
        let (Some(kept), true) = (lines.get(..self.most), lines.len() > self.most) else { return lines };
        let mut kept = kept.to_vec();
        if let Some(last) = kept.last_mut() {
            while last.chars().count() >= WIDTH {
                last.pop();
            }
            last.push('…');
        }
        kept
    }

    /// Says less: first it leaves out what the finding means, then it is cut.
    fn lessen(&mut self) {
        match self.why.rsplit_once(MEANS) {
            Some((found, _)) => self.why = found.to_owned(),
            None => self.most = self.why().len().saturating_sub(1),
        }
    }

    fn lines(&self) -> Vec<String> {
        let order = self.emergency.iter().flat_map(|order| wrap(INDENT, order));
        wrap(0, &self.title).into_iter().chain(self.why()).chain(order).collect()
    }
}

const INDENT: usize = 3;

fn rows(board: &Board) -> Vec<Row> {
    let mut shown = Vec::new();
    board.now_lane.iter().enumerate().map(|(n, row)| self::row(n + 1, row, board, &mut shown)).collect()
}

/// `shown` are the orders that stand above, each with the number of its row: an order is read once.
fn row<'a>(n: usize, row: &'a NowRow, board: &Board, shown: &mut Vec<(usize, &'a [String])>) -> Row {
    let mut title = format!("{n}. {} · {}", next::named(row, board), words::effort(row.effort));
    let before = shown.iter().find(|(_, order)| *order == row.emergency.as_slice());
    let emergency = match (next::emergency(row), before) {
        (Some(_), Some((before, _))) => {
            let _ = write!(title, " · ▲ as in {before}");
            None
        }
        (Some(order), None) => {
            shown.push((n, &row.emergency));
            Some(format!("▲ {order}"))
        }
        (None, _) => None,
    };
    let why = match next::command(row, board) {
        Some(command) => format!("`{command}` {}", row.why),
        None => row.why.to_string(),
    };
    Row { title, why, most: usize::MAX, emergency }
}

/// Shortens reasons, the longest first and of equal ones the last, until all stand on the screen: what is to be done and the order
/// in an emergency are never cut, and `rescue item show` says the whole of it.
fn fit(rows: &mut [Row], room: usize) {
    while rows.iter().map(|row| row.lines().len()).sum::<usize>() > room {
        let Some(longest) = rows.iter_mut().max_by_key(|row| row.why().len()).filter(|row| row.why().len() > 1) else { return };
        longest.lessen();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(why: &str) -> Row {
        Row { title: "1. SEC-01 No key · minutes".to_owned(), why: why.to_owned(), most: usize::MAX, emergency: None }
    }

    #[test]
    fn the_longest_reason_is_cut_first_and_no_further_than_needed() {
        let mut rows = vec![row(&"word ".repeat(40)), row("short"), row(&"word ".repeat(60))];
        let whole: usize = rows.iter().map(|it| it.lines().len()).sum();
        fit(&mut rows, whole);
        assert!(rows.iter().all(|it| it.most == usize::MAX));
        fit(&mut rows, whole - 1);
        assert_eq!(rows.iter().map(|it| it.lines().len()).sum::<usize>(), whole - 1);
        assert_eq!((rows[0].most, rows[1].most), (usize::MAX, usize::MAX));
        let last = rows[2].why().pop().unwrap();
        assert!(last.ends_with("word…") && last.chars().count() <= WIDTH, "{last}");
    }

    #[test]
    fn what_it_means_goes_before_what_was_found() {
        let mut rows = vec![row(&format!("the key stands in lib/pay.ts:1{MEANS}{}", "word ".repeat(20)))];
        fit(&mut rows, 2);
        assert_eq!(rows[0].lines(), ["1. SEC-01 No key · minutes", "   the key stands in lib/pay.ts:1"]);
    }

    #[test]
    fn where_there_is_no_room_each_thing_and_each_order_still_stands() {
        let mut burning = row(&"word ".repeat(40));
        burning.emergency = Some(format!("▲ {}", "Rotate it → ".repeat(12)));
        let orders = wrap(INDENT, burning.emergency.as_deref().unwrap()).len();
        let mut rows = vec![burning, row("short"), row(&"w".repeat(200))];
        fit(&mut rows, 0);
        assert_eq!(rows.iter().map(|it| it.lines().len()).sum::<usize>(), 3 + 3 + orders);
        assert!(rows[0].lines().iter().any(|it| it.contains("Rotate it")));
    }
}
