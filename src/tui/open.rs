//! Opens the console: takes the terminal, ties keys, messages and performer together, and gives the terminal back,
//! also around the editor. What is on the screen is decided elsewhere.

use super::effect::Effect;
use super::keymap::Keymap;
use super::message::{Demo, Message};
use super::perform::Performer;
use super::serve::{Leave, serve};
use super::state::State;
use super::terminal::{self, Taken};
use super::theme::Look;
use crate::config::Environment;
use crate::demo::stage::{Stage, WEEKS};
use crate::desk::Desk;
use crate::engine;
use crate::trouble::Trouble;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;

/// The console on the person's apps.
///
/// # Errors
/// No terminal, keys in the configuration that cannot be.
pub async fn open(desk: Arc<Desk>, environment: &Environment) -> Result<(), Trouble> {
    console(desk, None, environment).await
}

/// The console on the demo.
///
/// # Errors
/// No terminal.
pub async fn open_demo(stage: Arc<Stage>, environment: &Environment) -> Result<(), Trouble> {
    console(Arc::clone(&stage.desk), Some(stage), environment).await
}

async fn console(desk: Arc<Desk>, stage: Option<Arc<Stage>>, environment: &Environment) -> Result<(), Trouble> {
    let keymap = Keymap::patched(&desk.config.keys).map_err(|error| {
        Trouble::usage("the keys in the configuration cannot be used")
            .why(error)
            .next(format!("Edit {}", desk.paths.config_file().display()))
    })?;
    let look = Look::of(environment).with(desk.config.ui);
    engine::run::log_panics(terminal::give_back);
    let with_mouse = desk.config.ui.mouse;
    let mut taken = Taken::take(with_mouse).map_err(|error| Trouble::told(&error.to_string()))?;
    let (send, mut inbox) = unbounded_channel();
    terminal::quit_on_signals(send.clone()).map_err(|error| Trouble::failed("signals cannot be heard").why(error))?;
    let size = taken.terminal.size().map_err(|error| lost(&error))?;
    let (mut state, mut effects) = State::new(look, keymap, (size.width, size.height), desk.clock.now());
    state.world.github = desk.endpoints.github_pages();
    state.world.has_mouse = with_mouse;
    if let Some(stage) = &stage {
        let _ = send.send(Message::Demo(Demo { week: stage.week(), weeks: WEEKS }));
        effects.extend(state.open(stage.app().clone()));
    }
    let performer = Performer::new(Arc::clone(&desk), stage, send.clone());
    let watching = tokio::spawn(Arc::clone(&performer).watch());
    for effect in effects {
        performer.perform(effect);
    }
    let ended = loop {
        let mut keys = terminal::keys();
        let perform = |effect: Effect| match effect {
            Effect::Mouse(taken) => drop(terminal::mouse(taken)),
            other => performer.perform(other),
        };
        let left = serve(&mut taken.terminal, &mut state, &mut keys, &mut inbox, &*desk.clock, perform).await;
        drop(keys);
        match left {
            Ok(Leave::Quit) => break Ok(()),
            Ok(Leave::Editor { path, line }) => {
                drop(taken);
                let edited = edit(environment, &path, line).await;
                taken = Taken::take(state.world.has_mouse).map_err(|error| Trouble::told(&error.to_string()))?;
                if let Err(trouble) = edited {
                    let _ = send.send(super::perform::failed("The editor could not be opened", &trouble));
                }
            }
            Err(error) => break Err(lost(&error)),
        }
    };
    watching.abort();
    performer.perform(Effect::CancelRun);
    performer.perform(Effect::CancelRerun);
    drop(taken);
    ended
}

fn lost(error: &std::io::Error) -> Trouble {
    Trouble::failed("the terminal cannot be drawn to").why(error)
}

/// Waits for the person's editor (`VISUAL`, else `EDITOR`, else vi). Its words are split at blanks; no shell reads them.
async fn edit(environment: &Environment, path: &Path, line: Option<u32>) -> Result<(), Trouble> {
    let words = environment.get("VISUAL").or(environment.get("EDITOR")).unwrap_or("vi").to_owned();
    let mut words = words.split_whitespace();
    let Some(program) = words.next() else { return Err(Trouble::usage("EDITOR is empty").next("Set EDITOR to your editor")) };
    let mut command = tokio::process::Command::new(program);
    command.args(words);
    if let Some(line) = line {
        command.arg(format!("+{line}"));
    }
    let status = command.arg("--").arg(path).status().await;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Trouble::failed(format!("{program} ended with {status}"))),
        Err(error) => {
            Err(Trouble::failed(format!("{program} could not be started")).why(error).next("Set EDITOR to your editor"))
        }
    }
}
