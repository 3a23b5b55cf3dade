//! The terminal is taken and given back: on leaving, on an error, on a panic, on SIGTERM and SIGHUP.
//! It is the only file that writes escape sequences, and it never decides what is on the screen.

use super::message::Message;
use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, EventStream,
};
use crossterm::execute;
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use futures_util::{Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{IsTerminal, Stdout, Write, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Why there is no console.
#[derive(Debug, thiserror::Error)]
pub enum NoTerminal {
    #[error(
        "the console needs a terminal, and {0} is none\n  next: run it in a terminal, or use rescue status, rescue probe or rescue demo --headless"
    )]
    NotOne(&'static str),
    #[error("could not take the terminal: {0}")]
    Refused(#[from] std::io::Error),
}

/// Whether the terminal is ours now: it is given back exactly once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours. Dropping it gives it back.
pub struct Taken {
    pub terminal: Terminal<CrosstermBackend<Screen>>,
    _guard: Guard,
}

/// Standard output for drawing. What is drawn on a terminal that has gone is drawn on nothing: the console is told to
/// quit, and an error here would only end in a panic of those who print errors.
pub struct Screen(Stdout);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes).or_else(|error| if is_gone() { Ok(bytes.len()) } else { Err(error) })
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush().or_else(|error| if is_gone() { Ok(()) } else { Err(error) })
    }
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

impl Taken {
    /// Takes the terminal: raw mode, the other screen, bracketed paste, and the mouse if it is wanted.
    ///
    /// # Errors
    /// Standard input or output is no terminal, or it refuses; then it is as it was.
    pub fn take(with_mouse: bool) -> Result<Self, NoTerminal> {
        if !stdin().is_terminal() {
            return Err(NoTerminal::NotOne("standard input"));
        }
        if !stdout().is_terminal() {
            return Err(NoTerminal::NotOne("standard output"));
        }
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let guard = Guard;
        // Cleared here and not by ratatui, which would first ask the terminal where its cursor is and wait two seconds
        // for those that do not answer.
        execute!(stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste, Hide)?;
        if with_mouse {
            mouse(true)?;
        }
        let terminal = Terminal::new(CrosstermBackend::new(Screen(stdout())))?;
        Ok(Self { terminal, _guard: guard })
    }
}

/// Gives the terminal back, if it is ours. Errors are of no use to anybody here: the next thing is the end.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Takes the mouse, or lets it go, so that the terminal can select text.
///
/// # Errors
/// What the terminal says.
pub fn mouse(taken: bool) -> std::io::Result<()> {
    if taken { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
}

/// Puts a text on the clipboard of the person's own machine, also over ssh (OSC 52).
///
/// # Errors
/// What the terminal says.
pub fn copy(text: &str) -> std::io::Result<()> {
    execute!(stdout(), CopyToClipboard::to_clipboard_from(text))
}

/// The keys of the terminal. An event that cannot be read ends them: the terminal is gone. Has to be called inside a
/// runtime; dropping the stream stops the reading, so that an editor gets every key.
///
/// The events go through a channel because crossterm's stream wakes whoever polled it first: the loop's look at what
/// is already there would take that place and then nobody would hear of the next key.
pub fn keys() -> impl Stream<Item = Event> + Unpin {
    let (send, mut keys) = unbounded_channel();
    tokio::spawn(async move {
        let mut events = EventStream::new();
        loop {
            tokio::select! {
                biased;
                () = send.closed() => return,
                event = events.next() => {
                    let Some(Ok(event)) = event else { return };
                    if send.send(event).is_err() {
                        return;
                    }
                },
            }
        }
    });
    futures_util::stream::poll_fn(move |context| keys.poll_recv(context))
}

/// Whether the terminal has gone without a signal: its window was closed on a process that ignores hang-ups. crossterm
/// reads such a terminal in a busy loop and never tells, so somebody has to look.
#[cfg(unix)]
#[must_use]
pub fn is_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let input = stdin();
    let mut looked = [PollFd::new(&input, PollFlags::empty())];
    let at_once = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut looked, Some(&at_once)).is_ok_and(|n| n > 0)
        && looked.iter().any(|it| it.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}

/// Whether the terminal has gone.
#[cfg(not(unix))]
#[must_use]
pub fn is_gone() -> bool {
    false
}

/// Turns SIGTERM and SIGHUP into a message to quit. Has to be called inside a runtime.
///
/// # Errors
/// The system does not let us listen.
#[cfg(unix)]
pub fn quit_on_signals(inbox: UnboundedSender<Message>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(()) = term.recv() => {}
                Some(()) = hang_up.recv() => {}
                () = inbox.closed() => return,
            }
            if inbox.send(Message::Quit).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Turns ctrl-break into a message to quit. Has to be called inside a runtime.
///
/// # Errors
/// The system does not let us listen.
#[cfg(not(unix))]
pub fn quit_on_signals(inbox: UnboundedSender<Message>) -> std::io::Result<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = inbox.send(Message::Quit);
        }
    });
    Ok(())
}
