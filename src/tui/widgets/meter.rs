//! A bar of so many of so many. It shows a count, never a score.

use crate::tui::theme::{Look, Role};
use ratatui::text::Span;

/// A bar of `cells` cells of which `done` of `all` are full. Some but not all is never drawn as none or as all.
#[must_use]
pub fn meter(look: Look, done: usize, all: usize, cells: usize) -> [Span<'static>; 2] {
    let full = match (done * cells).checked_div(all) {
        _ if cells == 0 => 0,
        None => 0,
        Some(full) if done > 0 && done < all => full.clamp(1, cells.saturating_sub(1).max(1)),
        Some(full) => full.min(cells),
    };
    [Span::styled("█".repeat(full), look.style(Role::Good)), Span::styled("░".repeat(cells - full), look.style(Role::Faint))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 10, 10, 0)]
    #[case(1, 100, 10, 1)]
    #[case(99, 100, 10, 9)]
    #[case(100, 100, 10, 10)]
    #[case(0, 0, 10, 0)]
    #[case(3, 10, 0, 0)]
    fn almost_is_not_all(#[case] done: usize, #[case] all: usize, #[case] cells: usize, #[case] full: usize) {
        let [bar, rest] = meter(Look { colour: false, ascii: false }, done, all, cells);
        assert_eq!((bar.content.chars().count(), rest.content.chars().count()), (full, cells - full));
    }
}
