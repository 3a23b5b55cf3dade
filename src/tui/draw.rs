//! State into cells. Decides nothing, changes nothing, and draws at any size without a panic.

use super::action::Action;
use super::keymap::Context;
use super::state::State;
use super::text::{cut, width};
use super::theme::Role;
use super::world::{LEAST, World};
use crate::domain::Foreign;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the whole console.
pub fn draw(state: &State, frame: &mut Frame) {
    let area = frame.area();
    let world = &state.world;
    let buffer = frame.buffer_mut();
    // The terminal may have shrunk before the message of it arrived: nothing is drawn outside the cells that exist.
    if world.is_too_small() || area.width < world.size.0 || area.height < world.size.1 {
        let size = if world.is_too_small() { world.size } else { (area.width, area.height) };
        too_small(world, size, area, buffer);
        world.look.fold(buffer);
        return;
    }
    let [banners, _, foot] = world.areas();
    for (line, (role, text)) in world.banners().into_iter().enumerate() {
        let area = Rect::new(banners.x, banners.y + super::text::cells(line), banners.width, 1);
        buffer.set_style(area, world.look.style(role));
        buffer.set_line(area.x, area.y, &Line::raw(cut(&format!(" {text}"), usize::from(area.width))), area.width);
    }
    if let Some(screen) = state.screen() {
        screen.draw(world, buffer);
    }
    footer(state, foot, buffer);
    for popup in state.popups() {
        popup.draw(world, buffer);
    }
    guard(buffer);
    world.look.fold(buffer);
}

/// The last gate: whatever a text was made of, no control, direction or invisible character reaches the terminal.
fn guard(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if !symbol.is_ascii() && Foreign::new(symbol) != *symbol {
            cell.set_symbol("\u{fffd}");
        }
    }
}

/// Says what is needed: the longest of three texts that fits whole, else the shortest.
fn too_small(world: &World, size: (u16, u16), area: Rect, buffer: &mut Buffer) {
    let needs = format!("needs {}×{}", LEAST.0, LEAST.1);
    let texts = [format!("too small: {}×{}, {needs}", size.0, size.1), format!("{}×{}, {needs}", size.0, size.1), needs];
    let wrapped = texts.map(|it| super::text::wrap(&it, usize::from(area.width)));
    let lines = wrapped.iter().find(|it| it.len() <= usize::from(area.height)).or(wrapped.last());
    for (line, text) in lines.into_iter().flatten().take(usize::from(area.height)).enumerate() {
        let y = area.y + super::text::cells(line);
        buffer.set_stringn(area.x, y, text, usize::from(area.width), world.look.style(Role::Text));
    }
}

/// The keys that matter here, or the last word to the person; on the right the way out and the way to the rest.
fn footer(state: &State, area: Rect, buffer: &mut Buffer) {
    let (world, context) = (&state.world, state.context());
    let mut right = Vec::new();
    let ways = [(Action::Back, state.can_go_back()), (Action::Palette, true), (Action::Help, true)];
    for (action, _) in ways.into_iter().filter(|(_, shown)| *shown) {
        let key = world.keymap.key(context, action);
        if let Some(hint) = action.hint().filter(|_| !key.is_empty()) {
            right.extend(key_hint(world, &key, hint));
        }
    }
    let said_width = world.said.as_ref().map_or(0, |(_, text)| width(text) + 2);
    let mut right = Line::from(right);
    if said_width + right.width() > usize::from(area.width) {
        // A word to the person is worth more than the hints; the next key brings them back.
        right = Line::default();
    }
    let room = usize::from(area.width).saturating_sub(right.width());
    let mut left = Vec::new();
    if let Some((role, text)) = &world.said {
        left.push(Span::styled(format!(" {}", cut(text, room.saturating_sub(2))), world.look.style(*role)));
    } else {
        let here = match context {
            Context::Findings => Action::Findings,
            Context::Changes => Action::Changes,
            Context::Trend => Action::Trend,
            Context::Connections => Action::Connections,
            _ => Action::Help,
        };
        let mut shown = vec![Action::Back, Action::Palette, Action::Help, here];
        let mut taken = 0;
        for binding in world.keymap.of(context).filter(|it| world.is_of_use(it.action)) {
            let (Some(hint), Some(stroke)) = (binding.action.hint(), binding.strokes.first()) else { continue };
            let key = stroke.to_string();
            let wide = width(&key) + width(hint) + 3;
            if shown.contains(&binding.action) {
                continue;
            }
            if taken + wide > room {
                break;
            }
            taken += wide;
            shown.push(binding.action);
            left.extend(key_hint(world, &key, hint));
        }
    }
    buffer.set_line(area.x, area.y, &Line::from(left), area.width);
    let x = area.x + super::text::cells(room);
    buffer.set_line(x, area.y, &right, area.right().saturating_sub(x));
}

fn key_hint(world: &World, key: &str, hint: &str) -> [Span<'static>; 2] {
    [
        Span::styled(format!(" {key}"), world.look.style(Role::Key)),
        Span::styled(format!(" {hint} "), world.look.style(Role::Text)),
    ]
}
