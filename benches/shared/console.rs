//! The real program in a pseudo-terminal, for the figures: what it draws, when, and how much memory it takes. Linux, for
//! what is read below /proc.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rescue");

/// A console in a pseudo-terminal.
pub struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    pub began: Instant,
}

impl Console {
    pub fn open(arguments: &[&str], home: Option<&Path>) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("RESCUE_KEYRING", "off");
        if let Some(home) = home {
            command.env("RESCUE_HOME", home);
        }
        let began = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        let (send, bytes) = channel();
        let mut reader = pair.master.try_clone_reader().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 16_384];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 || send.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self {
            child,
            master: pair.master,
            keys,
            bytes,
            screen: vt100::Parser::new(40.try_into().unwrap(), 120.try_into().unwrap(), 0),
            began,
        }
    }

    /// Waits until the screen shows `text`.
    pub fn until(&mut self, text: &str) -> Instant {
        let end = Instant::now() + Duration::from_mins(2);
        while !self.screen.screen().contents().contains(text) {
            assert!(Instant::now() < end, "`{text}` never came:\n{}", self.screen.screen().contents());
            if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(200)) {
                self.screen.process(&bytes);
            }
        }
        Instant::now()
    }

    /// Takes what was drawn during this time.
    pub fn rest(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if let Ok(bytes) = self.bytes.recv_timeout(left) {
                self.screen.process(&bytes);
            }
        }
    }

    pub fn press(&mut self, keys: &str) -> Instant {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        Instant::now()
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn close(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        drop(self.master);
    }
}

/// The most memory that a process had, in megabytes.
pub fn peak_memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// The middle of some times in milliseconds, with how many there are and how far they lie apart.
pub fn median(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    format!("median {:.1} ms of {} (from {:.1} to {:.1})", times[times.len() / 2], times.len(), times[0], times[times.len() - 1])
}
