//! Paragraphs, headings and lists for a pane of a given width, wrapped before they are drawn, so that their height is known.

use crate::tui::text::{width, wrap};
use crate::tui::theme::{Look, Role};
use ratatui::text::{Line, Span};
use std::borrow::Cow;

/// Lines under construction.
#[derive(Debug)]
pub struct Prose {
    look: Look,
    width: usize,
    /// The most characters of one text, the rest cut off behind a mark.
    longest: usize,
    lines: Vec<Line<'static>>,
}

impl Prose {
    /// For a pane `width` cells wide.
    #[must_use]
    pub fn new(look: Look, width: u16) -> Self {
        Self { look, width: usize::from(width).max(1), longest: usize::MAX, lines: Vec::new() }
    }

    /// The same for texts of anybody's length: each shows at most `longest` characters.
    #[must_use]
    pub fn cutting(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    fn brief<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text.char_indices().nth(self.longest) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
            None => text.into(),
        }
    }

    /// A span in a role.
    pub fn span(&self, role: Role, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.look.style(role))
    }

    /// A paragraph.
    pub fn text(&mut self, role: Role, text: impl AsRef<str>) -> &mut Self {
        for line in wrap(&self.brief(text.as_ref()), self.width) {
            self.lines.push(Line::from(self.span(role, line)));
        }
        self
    }

    /// A paragraph hanging from a mark: `✔ text`, its further lines below the text. `indent` cells stand before the mark.
    pub fn hang(&mut self, indent: usize, mark: (Role, &str), role: Role, text: impl AsRef<str>) -> &mut Self {
        let before = indent + width(mark.1) + 1;
        for (at, line) in wrap(&self.brief(text.as_ref()), self.width.saturating_sub(before)).into_iter().enumerate() {
            let lead = if at == 0 { format!("{}{} ", " ".repeat(indent), mark.1) } else { " ".repeat(before) };
            let lead = self.span(if at == 0 { mark.0 } else { Role::Text }, lead);
            self.lines.push(Line::from(vec![lead, self.span(role, line)]));
        }
        self
    }

    /// A label with its text beside it.
    pub fn pair(&mut self, label: &str, role: Role, text: impl AsRef<str>) -> &mut Self {
        self.hang(0, (Role::Faint, &crate::tui::text::fit(label, 11)), role, text)
    }

    /// A heading, with an empty line before it unless it is the first.
    pub fn heading(&mut self, text: &str) -> &mut Self {
        if !self.lines.is_empty() {
            self.blank();
        }
        self.text(Role::Heading, text)
    }

    /// An empty line.
    pub fn blank(&mut self) -> &mut Self {
        self.lines.push(Line::default());
        self
    }

    /// A line made elsewhere; it is cut, not wrapped, when it is too long.
    pub fn line(&mut self, line: Line<'static>) -> &mut Self {
        self.lines.push(line);
        self
    }

    /// How many lines there are so far.
    #[must_use]
    pub fn height(&self) -> usize {
        self.lines.len()
    }

    /// The lines.
    #[must_use]
    pub fn done(self) -> Vec<Line<'static>> {
        self.lines
    }
}

/// Lines as plain text, for copying.
#[must_use]
pub fn plain(lines: &[Line<'_>]) -> String {
    let mut out = String::new();
    for line in lines {
        let text: String = line.spans.iter().map(|it| it.content.as_ref()).collect();
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}
