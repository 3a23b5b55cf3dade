//! The loop: waits for a key, a message or the next visible change, updates, and draws when nothing more is waiting.
//! It draws on no timer and does no I/O but drawing; effects go to the performer.

use super::draw::draw;
use super::effect::Effect;
use super::message::Message;
use super::state::State;
use crate::clock::Clock;
use crossterm::event::Event;
use futures_util::{FutureExt, Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Rect;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

/// Frames are at least this far apart while a run streams; a key is answered at once.
const FRAME: Duration = Duration::from_millis(33);
/// How many messages are taken before a frame and the keys get their turn.
const BATCH: usize = 512;
/// The longest sleep: a machine that slept in between reads the right ages at most this late.
const LONGEST: Duration = Duration::from_hours(1);

/// Why the loop ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    Quit,
    /// Give the terminal to the editor, then enter the loop again with the same state.
    Editor {
        path: PathBuf,
        line: Option<u32>,
    },
}

/// Serves until the person leaves. Keys that end, as a closed terminal's do, are a leave too.
///
/// # Errors
/// What the terminal says when it cannot be drawn to.
pub async fn serve<B: Backend>(
    terminal: &mut Terminal<B>,
    state: &mut State,
    keys: &mut (impl Stream<Item = Event> + Unpin),
    inbox: &mut UnboundedReceiver<Message>,
    clock: &dyn Clock,
    mut perform: impl FnMut(Effect),
) -> Result<Leave, B::Error> {
    let mut drawn = None;
    let mut is_open = true;
    // Whether a frame is owed, and whether it may wait.
    let mut owed = Some(false);
    loop {
        if let Some(may_wait) = owed {
            let due = drawn.map_or_else(Instant::now, |at: Instant| at + FRAME);
            if !may_wait || !state.is_streaming() || Instant::now() >= due {
                terminal.draw(|frame| draw(state, frame))?;
                drawn = Some(Instant::now());
                owed = None;
            }
        }
        let frame_due = owed.and(drawn).map(|at| at + FRAME);
        let wake = state.next_change().map(|at| {
            let wait = (at - clock.now()).to_std().unwrap_or(Duration::from_millis(1));
            Instant::now() + wait.clamp(Duration::from_millis(200), LONGEST)
        });
        let mut next = tokio::select! {
            message = inbox.recv(), if is_open => {
                is_open = message.is_some();
                message.map(|it| (it, true))
            },
            event = keys.next() => match event {
                Some(event) => from_terminal(event).map(|it| (it, false)),
                None => return Ok(Leave::Quit),
            },
            () = tokio::time::sleep_until(frame_due.unwrap_or_else(Instant::now)), if frame_due.is_some() => None,
            () = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => Some((Message::Tick, true)),
        };
        let mut taken = 0;
        let mut was_resized = false;
        while let Some((message, may_wait)) = next {
            was_resized |= matches!(message, Message::Resize(..));
            owed = Some(owed.unwrap_or(true) && may_wait);
            for effect in state.update(message, clock.now()) {
                match effect {
                    Effect::Quit => return Ok(Leave::Quit),
                    Effect::OpenEditor { path, line } => return Ok(Leave::Editor { path, line }),
                    effect => perform(effect),
                }
            }
            taken += 1;
            next = if taken >= BATCH { None } else { waiting(keys, inbox) };
        }
        if was_resized {
            // Also when the size is the one before: on the way there and back the terminal may have cut what was drawn.
            let size = terminal.size()?;
            terminal.resize(Rect::new(0, 0, size.width, size.height))?;
        }
    }
}

/// What is already there: keys first, so that a stream of messages never makes them wait.
fn waiting(keys: &mut (impl Stream<Item = Event> + Unpin), inbox: &mut UnboundedReceiver<Message>) -> Option<(Message, bool)> {
    // An end of the keys is seen again by the loop, which is where it is understood.
    let key = keys.next().now_or_never().flatten().and_then(from_terminal).map(|it| (it, false));
    key.or_else(|| inbox.try_recv().ok().map(|it| (it, true)))
}

fn from_terminal(event: Event) -> Option<Message> {
    Some(match event {
        Event::Key(key) => Message::Key(key),
        Event::Mouse(mouse) => Message::Mouse(mouse),
        Event::Paste(text) => Message::Paste(text),
        Event::Resize(columns, rows) => Message::Resize(columns, rows),
        Event::FocusGained | Event::FocusLost => return None,
    })
}

#[cfg(test)]
mod tests;
