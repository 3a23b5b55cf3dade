//! Questions to the person at the terminal: one that is answered with yes or no, and one whose answer is not shown.

use super::out::Out;
use crate::credentials::Secret;
use crate::trouble::Trouble;
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio_util::sync::CancellationToken;

/// Asks. Anything but yes is no, and so is leaving.
pub async fn agreed(question: &str, stop: &CancellationToken, out: &mut Out<'_>) -> bool {
    out.passing(&format!("{question} [y/N] "));
    let typed = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = tokio::select! {
        biased;
        () = stop.cancelled() => return false,
        line = typed => line,
    };
    let line = line.ok().and_then(Result::ok).unwrap_or_default();
    matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// The longest secret that is typed or read from standard input, in bytes.
pub const MOST: u64 = 16 * 1024;

/// Asks for a secret, of which nothing is shown. Leaving gives an empty one.
///
/// # Errors
/// The terminal cannot be read.
pub fn unseen(question: &str, out: &mut Out<'_>) -> Result<Secret, Trouble> {
    out.say(question);
    let typed = type_unseen().map_err(|error| Trouble::failed("standard input could not be read").why(error))?;
    Ok(Secret::new(typed))
}

/// What is typed up to Enter, with nothing of it shown. Ctrl-C and Escape give nothing.
fn type_unseen() -> std::io::Result<String> {
    enable_raw_mode()?;
    let typed = type_in_raw_mode();
    disable_raw_mode()?;
    typed
}

fn type_in_raw_mode() -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(text),
            KeyCode::Char('d') if is_control => return Ok(text),
            KeyCode::Char('c') if is_control => return Ok(String::new()),
            KeyCode::Esc => return Ok(String::new()),
            KeyCode::Backspace => drop(text.pop()),
            KeyCode::Char(c) if text.len() as u64 + 4 <= MOST => text.push(c),
            _ => {}
        }
    }
}
