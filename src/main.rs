//! The program: collects what the process gives, obeys the command line, returns the exit code. Nothing else.

use rescue::cli::{Process, obey};
use rescue::config::environment::Environment;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    if let Err(error) = color_eyre::config::HookBuilder::default().display_env_section(false).install() {
        drop(error);
    }
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() else {
        return ExitCode::from(1);
    };
    let stop = CancellationToken::new();
    let code = runtime.block_on(async {
        let interrupted = stop.clone();
        tokio::spawn(async move {
            // The first interrupt ends the run in order; the shell's second one is the kernel's business.
            if tokio::signal::ctrl_c().await.is_ok() {
                interrupted.cancel();
            }
        });
        obey(Process {
            arguments: std::env::args_os().collect(),
            environment: Environment::of_process(),
            is_terminal: io::stdin().is_terminal() && io::stdout().is_terminal(),
            messages_on_terminal: io::stderr().is_terminal(),
            result: &mut io::stdout().lock(),
            message: &mut io::stderr(),
            stop: stop.clone(),
        })
        .await
    });
    // A probe that does not end when told to must not keep the person waiting.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    ExitCode::from(code)
}
