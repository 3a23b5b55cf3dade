//! The console's headless twin: one file per command. The result goes to standard output, everything else to standard
//! error; the exit code says the rest.

pub mod apps;
pub mod args;
pub mod ask;
pub mod ask_args;
pub mod asking;
pub mod auth;
pub mod changes;
pub mod checklists;
pub mod close;
pub mod close_args;
pub mod db;
pub mod db_args;
pub mod decisions;
pub mod demo;
pub mod discover;
pub mod ending;
pub mod exit;
pub mod fix;
pub mod fix_args;
pub mod item_args;
pub mod items;
pub mod json;
pub mod list;
pub mod look;
pub mod look_args;
mod mcp;
pub mod mcp_args;
pub mod moving;
pub mod moving_args;
pub mod next;
pub mod out;
pub mod plain;
pub mod probe;
pub mod prove;
pub mod scan;
pub mod scan_args;
pub mod schedule;
pub mod schedule_args;
pub mod shell;
pub mod snapshot;
pub mod snapshot_args;
pub mod status;
pub mod tell;
pub mod tell_args;
pub mod trend;
pub mod unused;
pub mod verify;

use crate::config::environment::Environment;
use crate::desk::Desk;
use crate::trouble::Trouble;
use args::{Cli, Command};
use clap::Parser as _;
use ending::Ending;
use out::Out;
use std::ffi::OsString;
use std::io::Write;
use tokio_util::sync::CancellationToken;

/// What the process gives to a command line.
pub struct Process<'a> {
    pub arguments: Vec<OsString>,
    pub environment: Environment,
    /// Standard input and output are a terminal.
    pub is_terminal: bool,
    /// Messages go to a terminal, so that one may replace another.
    pub messages_on_terminal: bool,
    pub result: &'a mut dyn Write,
    pub message: &'a mut dyn Write,
    /// Cancelled by the first interrupt.
    pub stop: CancellationToken,
}

/// Which ends are a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Standard input and output.
    pub both: bool,
    /// Standard error.
    pub messages: bool,
}

/// Parses and obeys; gives back the exit code.
pub async fn obey(process: Process<'_>) -> u8 {
    let Process { arguments, environment, is_terminal, messages_on_terminal, result, message, stop } = process;
    let terminal = Terminal { both: is_terminal, messages: messages_on_terminal };
    let mut out = Out::new(result, message);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let text = error.render().to_string();
            if error.use_stderr() {
                out.say(text.trim_end());
                return exit::USAGE;
            }
            out.raw(text.as_bytes());
            return finished(exit::FINE, &mut out);
        }
    };
    let environment = match &cli.home {
        Some(home) => environment.with("RESCUE_HOME", &home.to_string_lossy()),
        None => environment,
    };
    let code = match command(cli, environment, terminal, stop, &mut out).await {
        Ok(code) => code,
        Err(trouble) => {
            out.say(format!("rescue: {trouble}"));
            trouble.code()
        }
    };
    finished(code, &mut out)
}

/// The code, unless the result did not arrive whole.
fn finished(code: u8, out: &mut Out<'_>) -> u8 {
    match out.finish() {
        Ok(()) => code,
        Err(error) => {
            out.say(format!("rescue: the result could not be written\n  because: {error}"));
            exit::FAILED
        }
    }
}

async fn command(
    cli: Cli,
    environment: Environment,
    terminal: Terminal,
    stop: CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    // These need no database, and must work where there can be none.
    let command = match cli.command {
        Some(Command::Completions { shell }) => return Ok(shell::completions(shell, out)),
        Some(Command::Man) => return shell::man(out),
        Some(Command::Demo(args)) => return demo::demo(&environment, args, terminal.both, stop, out).await,
        Some(Command::Look(args)) => return look::look(&environment, args, terminal, stop, out).await,
        Some(Command::Scan(args)) => return scan::scan(&environment, args, terminal, stop, out).await,
        Some(Command::Verify(args)) => return verify::verify(&environment, &args, out),
        None if !terminal.both => return Err(no_terminal("the console")),
        other => other,
    };
    let desk = match Desk::open(&environment) {
        Ok(desk) => desk,
        Err(trouble) => {
            if matches!(&command, Some(Command::Probe(args)) if args.tells()) {
                let now = crate::clock::Clock::now(&crate::clock::SystemClock);
                let told = crate::desk::telling::tell_unopened(&environment, &trouble, now).await;
                for line in tell::lines(&told) {
                    out.say(line);
                }
            }
            return Err(trouble);
        }
    };
    let _log = crate::log::start(&desk.paths, &environment, std::sync::Arc::clone(&desk.clock), desk.chain.redactor());
    match command {
        None => {
            crate::tui::open(std::sync::Arc::new(desk), &environment).await?;
            Ok(exit::FINE)
        }
        Some(Command::App(command)) => apps::app(&desk, command, &environment, stop, out).await,
        Some(Command::Next { name, json, waiting }) => next::run(&desk, &name, json, waiting, out),
        Some(Command::Ask(args)) => ask::ask(&desk, args, terminal, out),
        Some(Command::Decisions { name, json }) => decisions::decisions(&desk, &name, json, out),
        Some(Command::Probe(args)) => {
            let ending = Ending::heard_by(&stop);
            if args.scheduled {
                schedule::recorded(&desk, args, stop, &ending, out).await
            } else {
                probe::probe(&desk, args, stop, &ending, out).await
            }
        }
        Some(Command::Fix(args)) => fix::fix(&desk, args, out),
        Some(Command::Prove(args)) => {
            let _ending = Ending::heard_by(&stop);
            prove::prove(&desk, args, stop, out).await
        }
        Some(Command::Status { name, json, .. }) => status::status(&desk, name.as_deref(), json, out),
        Some(Command::Diff { name, since, json }) => changes::diff(&desk, &name, since.as_deref(), json, out),
        Some(Command::Trend { name, json, plain }) => trend::trend(&desk, &name, json, plain, out),
        Some(Command::Item(command)) => items::item(&desk, command, out),
        Some(Command::Undo { name, redo }) => items::undo(&desk, &name, redo, out),
        Some(Command::Finding(command)) => items::finding(&desk, command, out),
        Some(Command::Auth(command)) => auth::auth(&desk, command, out).await,
        Some(Command::Schedule(command)) => schedule::schedule(&desk, &environment, command, terminal, stop, out).await,
        Some(Command::Checklist(command)) => checklists::checklist(&desk, command, out),
        Some(Command::Snapshot(args)) => snapshot::snapshot(&desk, args, terminal, out),
        Some(Command::Tell(command)) => tell::tell(&desk, command, out).await,
        Some(Command::Db(args)) => db::db(&desk, args, &stop, out),
        Some(Command::Mcp(args)) => mcp::mcp(std::sync::Arc::new(desk), &args, terminal, stop, out).await,
        Some(
            Command::Demo(_)
            | Command::Look(_)
            | Command::Scan(_)
            | Command::Verify(_)
            | Command::Completions { .. }
            | Command::Man,
        ) => Ok(exit::FINE),
    }
}

/// The console needs a terminal at both ends.
fn no_terminal(what: &str) -> Trouble {
    Trouble::usage(format!("{what} needs a terminal, and standard input or output is none"))
        .next("Use `rescue status`, `rescue probe --plain` or `rescue demo --headless` here")
}
