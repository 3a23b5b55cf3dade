//! A work order in the form that is looked at, and a proof, as lines of a pane. They are written by `orders`; here they are
//! only laid out.

use crate::orders::proof::lines as proof_lines;
use crate::orders::{Form, Proof, WorkOrder, render, text};
use crate::tui::text::{width, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use ratatui::text::Line;
use strum::IntoEnumIterator;

/// The title of the pane: the item, and which form of how many.
#[must_use]
pub fn title(order: &WorkOrder, form: Form) -> String {
    let forms: Vec<String> = Form::iter().map(|it| if it == form { format!("[{it}]") } else { it.to_string() }).collect();
    format!(" Work order {} · {} · tab ", order.item, forms.join(" "))
}

/// The next form, or the one before, round and round.
#[must_use]
pub fn turn(form: Form, forward: bool) -> Form {
    let all: Vec<Form> = Form::iter().collect();
    let at = all.iter().position(|it| *it == form).unwrap_or(0);
    let next = if forward { at + 1 } else { at + all.len() - 1 } % all.len();
    all.get(next).copied().unwrap_or(form)
}

/// The text that is copied: the whole form, not as it is broken here. None where there is none.
#[must_use]
pub fn whole(order: &WorkOrder, form: Form) -> Option<String> {
    render(order, form).ok()
}

/// The order in a form.
#[must_use]
pub fn order(world: &World, order: &WorkOrder, form: Form, room: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, room);
    let text = match (form, render(order, form)) {
        (Form::Text, _) => text::at_width(order, usize::from(room).clamp(30, 100)),
        (_, Ok(text)) => text,
        (_, Err(why)) => {
            prose.text(Role::Caution, format!("There is no SQL: {why}"));
            prose.blank().text(Role::Faint, "tab shows the other forms");
            return prose.done();
        }
    };
    for line in text.lines() {
        let role = role(line, form);
        let bare = line.trim_start();
        let indent = width(line) - width(bare);
        for piece in wrap(bare, usize::from(room).saturating_sub(indent).max(10)) {
            let line = Line::from(prose.span(role, format!("{}{piece}", " ".repeat(indent))));
            prose.line(line);
        }
    }
    prose.done()
}

/// Headings stand out; what came from outside is shown as such.
fn role(line: &str, form: Form) -> Role {
    let is_heading = match form {
        Form::Text => !line.is_empty() && !line.starts_with(' '),
        Form::Agent | Form::Issue => line.starts_with('#'),
        Form::Sql => false,
    };
    match form {
        _ if is_heading => Role::Heading,
        Form::Agent if line.starts_with(crate::orders::agent::BAR) => Role::Name,
        Form::Sql if line.starts_with("--") => Role::Faint,
        _ => Role::Text,
    }
}

/// A proof: before and after.
#[must_use]
pub fn proof(world: &World, proof: &Proof, room: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, room);
    for line in proof_lines(proof) {
        let role = match line.good {
            Some(true) => Role::Good,
            Some(false) => Role::Wrong,
            None => Role::Accent,
        };
        let text = if line.indent == 0 { Role::Strong } else { Role::Text };
        prose.hang(usize::from(line.indent) * 2, (role, line.mark), text, &line.says);
    }
    prose.done()
}
