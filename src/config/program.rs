//! Asks another program for one line of text, within a time limit. The program gets no terminal: it can neither
//! prompt over the screen nor read the keys, and what it says on stderr is shown to nobody (it may be a credential).

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Why a program gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    #[error("it is not installed")]
    NotInstalled,
    #[error("it could not be started")]
    NotStarted,
    #[error("it gave no answer in {0} s")]
    TimedOut(u64),
    #[error("it failed{}", .0.map(|code| format!(" with exit code {code}")).unwrap_or_default())]
    Failed(Option<i32>),
    #[error("it printed no text")]
    NotText,
    #[error("it printed more than 64 KiB")]
    TooLong,
}

/// The largest answer, in bytes.
const MOST_BYTES: usize = 64 * 1024;
/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// What the program prints on stdout, if it succeeds within `limit`.
///
/// # Errors
/// It cannot be started, fails, is too slow, or prints no (or too much) text.
pub fn answer(mut command: Command, limit: Duration) -> Result<String, Silence> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    // A group of its own: it is not in the terminal's foreground, and all of it can be ended.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Silence::NotInstalled,
        _ => Silence::NotStarted,
    })?;
    let stdout = child.stdout.take();
    let (send, receive) = mpsc::channel();
    // On its own thread, because a grandchild can hold the pipe open after the child ended.
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX) + 1;
        let read = stdout.map_or(Ok(0), |it| it.take(most).read_to_end(&mut bytes));
        // Nobody listens any more after the limit.
        let _ = send.send(read.map(|_| bytes));
    });
    let deadline = Instant::now() + limit;
    let late = Silence::TimedOut(limit.as_secs());
    let Some(bytes) = receive.recv_timeout(limit).ok() else {
        end(&mut child);
        return Err(late);
    };
    let bytes = bytes.map_err(|_| Silence::NotText)?;
    if bytes.len() > MOST_BYTES {
        end(&mut child);
        return Err(Silence::TooLong);
    }
    match wait(&mut child, deadline) {
        Some(status) if status.success() => String::from_utf8(bytes).map_err(|_| Silence::NotText),
        Some(status) => Err(Silence::Failed(status.code())),
        None => {
            end(&mut child);
            Err(late)
        }
    }
}

fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(LOOK);
    }
}

/// Ends the program with everything that it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = format!("-{}", child.id());
        // Without `kill` the child alone is ended, below.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<String, Silence> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        answer(command, limit)
    }

    const LONG: Duration = Duration::from_secs(20);

    #[cfg(unix)]
    #[test]
    fn what_a_program_can_do() {
        assert_eq!(shell("echo hello; echo not this >&2", LONG).as_deref(), Ok("hello\n"));
        assert_eq!(shell("exit 3", LONG), Err(Silence::Failed(Some(3))));
        assert_eq!(shell("kill -9 $$", LONG), Err(Silence::Failed(None)));
        assert_eq!(shell("printf '\\377'", LONG), Err(Silence::NotText));
        assert_eq!(shell("yes", LONG), Err(Silence::TooLong));
        assert_eq!(shell("cat", LONG).as_deref(), Ok(""), "there is nothing to read");
        assert_eq!(answer(Command::new("/nowhere/program"), LONG), Err(Silence::NotInstalled));
    }

    #[cfg(unix)]
    #[test]
    fn one_that_hangs_is_ended_with_its_children() {
        let limit = Duration::from_millis(100);
        let begin = Instant::now();
        assert_eq!(shell("sleep 60 & wait", limit), Err(Silence::TimedOut(0)));
        assert_eq!(shell("exec >&-; sleep 60", limit), Err(Silence::TimedOut(0)));
        assert!(begin.elapsed() < Duration::from_secs(20));
    }
}
