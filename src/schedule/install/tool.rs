//! Runs a program of the machine that looks after timers, within a time limit and without a terminal, and keeps what it
//! said on both streams.

use crate::trouble::Trouble;
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// How long one of the machine's own programs may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// What a program said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// None: a signal ended it.
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: String,
}

impl Said {
    /// Whether it did what it was asked.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.code == Some(0)
    }

    /// The first line of what it complained of.
    #[must_use]
    pub fn complaint(&self) -> String {
        let first = self.err.lines().map(str::trim).find(|line| !line.is_empty());
        first.map_or_else(
            || format!("it ended with {}", self.code.map_or("a signal".to_owned(), |it| format!("exit code {it}"))),
            str::to_owned,
        )
    }
}

/// Runs it to its end, with `input` on its standard input.
///
/// # Errors
/// It cannot be started, or gave no answer in time.
pub fn run(mut command: Command, input: &[u8], limit: Duration) -> Result<Said, Trouble> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| Trouble::failed(format!("{name} could not be started")).why(error))?;
    let input = input.to_vec();
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read has closed its end: that shows in how it ends.
        std::thread::spawn(move || drop(stdin.write_all(&input)));
    }
    let (out, err) = (reading(child.stdout.take()), reading(child.stderr.take()));
    let until = Instant::now() + limit;
    let late = || Trouble::failed(format!("{name} gave no answer in {} s", limit.as_secs()));
    let Some(status) = wait(&mut child, until) else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(late());
    };
    // What it started may hold the pipes open after it ended.
    let rest = until.saturating_duration_since(Instant::now()).max(Duration::from_secs(1));
    let (out, err) = (out.recv_timeout(rest).map_err(|_| late())?, err.recv_timeout(rest).map_err(|_| late())?);
    Ok(Said { code: status.code(), out, err: String::from_utf8_lossy(&err).into_owned() })
}

fn reading(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        // Nobody may listen any more.
        let _ = send.send(bytes);
    });
    receive
}

fn wait(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= until {
            return None;
        }
        std::thread::sleep(LOOK);
    }
}
