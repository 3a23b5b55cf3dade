//! `rescue mcp`: what the console knows, for a coding agent that speaks the Model Context Protocol on standard input and
//! output. It reads facts and asks passive probes again; it never writes down a person's word, never asks what needs the
//! client's permission, and shows no app that was not named for it.

mod answer;
mod arguments;
mod bound;
mod hand;
mod hear;
mod lines;
mod marks;
mod pace;
mod scope;
mod server;
mod tools;
mod wire;

use super::mcp_args::McpArgs;
use super::{Terminal, exit, out::Out};
use crate::desk::Desk;
use crate::trouble::Trouble;
use rmcp::ServiceExt as _;
use scope::Scope;
use server::Server;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use wire::Wire;

/// How long is waited, once the agent is gone, for a rerun to write down how it ended.
const TO_END: Duration = Duration::from_secs(8);

/// `rescue mcp --app NAME… | --all-apps`.
///
/// # Errors
/// Nothing or an unknown app is named; standard input or output cannot be used.
pub async fn mcp(
    desk: Arc<Desk>,
    args: &McpArgs,
    terminal: Terminal,
    stop: CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    crate::engine::run::log_panics(|| {});
    let scope = Scope::of(&desk, args)?;
    let unusable = |error: io::Error| Trouble::failed("standard input or output cannot be used").why(error);
    let (read, write) = standard_ends().map_err(unusable)?;
    stop_on_signals(&stop).map_err(unusable)?;
    out.say(format!("rescue mcp: an agent may read {}; it ends when its input ends", scope.says()));
    if terminal.both {
        out.say("an agent's client starts this by itself; see `claude mcp add` in the README. Ctrl-C ends it");
    }
    serve(desk, scope, read, write, stop).await;
    Ok(exit::FINE)
}

/// Answers on these two ends until the input ends or it is stopped. What a rerun decided by then is kept.
async fn serve<R, W>(desk: Arc<Desk>, scope: Scope, read: R, write: W, stop: CancellationToken)
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    // Cancelled also when the input ends: nobody waits for a rerun any more.
    let gone = stop.child_token();
    let (wire, writing) = Wire::new(read, write, gone.clone());
    let server = Server::new(desk, scope, gone.clone());
    let reruns = server.reruns();
    match server.serve_with_ct(wire, stop.child_token()).await {
        Ok(running) => {
            if let Err(error) = running.waiting().await {
                tracing::error!(%error, "the server for agents ended badly");
            }
        }
        // The agent's client went away, or we were stopped, before it began.
        Err(error) => tracing::info!(%error, "no session with an agent began"),
    }
    gone.cancel();
    if tokio::time::timeout(TO_END, reruns.all_over()).await.is_err() {
        tracing::warn!("a rerun for an agent did not end in time");
    }
    let _ = tokio::time::timeout(Duration::from_secs(1), writing).await;
}

/// Standard input and output past the standard library's locks: the one on the output is held by this process's `main`.
#[cfg(unix)]
fn standard_ends() -> io::Result<(File, File)> {
    use std::os::fd::{AsFd as _, BorrowedFd};
    let own = |end: BorrowedFd<'_>| Ok::<_, io::Error>(File::from_std(end.try_clone_to_owned()?.into()));
    Ok((own(io::stdin().as_fd())?, own(io::stdout().as_fd())?))
}

/// Standard input and output past the standard library's locks: the one on the output is held by this process's `main`.
#[cfg(windows)]
fn standard_ends() -> io::Result<(File, File)> {
    use std::os::windows::io::{AsHandle as _, BorrowedHandle};
    let own = |end: BorrowedHandle<'_>| Ok::<_, io::Error>(File::from_std(end.try_clone_to_owned()?.into()));
    Ok((own(io::stdin().as_handle())?, own(io::stdout().as_handle())?))
}

/// SIGTERM and SIGHUP stop it in order, as the first interrupt does.
#[cfg(unix)]
fn stop_on_signals(stop: &CancellationToken) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

/// Elsewhere the interrupt is all there is.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as where signals can be refused")]
fn stop_on_signals(_: &CancellationToken) -> io::Result<()> {
    Ok(())
}
