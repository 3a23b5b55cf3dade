//! Where results and messages go. A reader that went away (`| head`) ends the command quietly.

use std::io::{self, Write};

/// How wide a line of running text may be: a terminal's eighty columns.
pub const WIDTH: usize = 80;

/// The lines of running text, broken at spaces after eighty columns; what goes on stands two further in.
#[must_use]
pub fn wrap(indent: usize, text: &str) -> Vec<String> {
    let (mut lines, mut line, mut width) = (Vec::new(), " ".repeat(indent), 0);
    for word in text.split_whitespace() {
        let long = word.chars().count();
        let start = if lines.is_empty() { indent } else { indent + 2 };
        if width > 0 && start + width + 1 + long > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent + 2)));
            width = 0;
        }
        if width > 0 {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += long;
    }
    lines.push(line);
    lines
}

/// Standard output for the result, standard error for everything else.
pub struct Out<'a> {
    result: &'a mut dyn Write,
    message: &'a mut dyn Write,
    /// Why the result could not be written; nothing more of it is tried then.
    failed: Option<io::Error>,
}

impl<'a> Out<'a> {
    /// Writes results and messages to these.
    pub fn new(result: &'a mut dyn Write, message: &'a mut dyn Write) -> Self {
        Self { result, message, failed: None }
    }

    /// A line of the result.
    pub fn line(&mut self, text: impl AsRef<str>) {
        if self.failed.is_none() {
            self.failed = writeln!(self.result, "{}", text.as_ref()).err();
        }
    }

    /// A line of the result, broken at spaces after eighty columns; what goes on stands two further in.
    pub fn wrapped(&mut self, indent: usize, text: &str) {
        for line in wrap(indent, text) {
            self.line(line);
        }
    }

    /// Text of the result as it is.
    pub fn raw(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.result.write_all(bytes).err();
        }
    }

    /// A document of the result.
    pub fn json(&mut self, document: &serde_json::Value) {
        self.line(serde_json::to_string_pretty(document).unwrap_or_default());
    }

    /// A message about the work, for a person.
    pub fn say(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.message, "{}", text.as_ref());
    }

    /// A message that the next one replaces; only for a terminal.
    pub fn passing(&mut self, text: &str) {
        let _ = write!(self.message, "\r\u{1b}[K{text}");
        let _ = self.message.flush();
    }

    /// Hands everything over.
    ///
    /// # Errors
    /// What could not be written, except that a reader who went away is no error.
    pub fn finish(&mut self) -> io::Result<()> {
        // The first error: what is written past the buffer leaves nothing behind that a flush could fail on.
        let written = self.failed.take().map_or_else(|| self.result.flush(), Err);
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
