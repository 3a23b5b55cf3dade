//! The protocol's transport on two ends: bounded lines in, whole lines out, in order. Whatever is wrong with a line is
//! answered and the next one is heard. It reads no further while too much is in hand or nobody takes the answers.

use super::hand::Hand;
use super::hear::{Heard, begins, hear};
use super::lines::{Line, Lines, MOST_BYTES};
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ErrorData, GetExtensions as _, JsonRpcError, JsonRpcMessage, RequestId,
    ServerJsonRpcMessage, ServerResult,
};
use rmcp::service::RoleServer;
use rmcp::transport::Transport;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Lines that wait for the one that is being written.
const WAITING: usize = 16;

/// A line on its way out, and who wants to know that it is gone.
struct Written {
    line: Vec<u8>,
    done: Option<oneshot::Sender<()>>,
}

/// The transport.
pub(super) struct Wire<R> {
    lines: Lines<R>,
    /// None once it is closed.
    out: Option<mpsc::Sender<Written>>,
    hand: Arc<Hand>,
    /// An answer to a line that was wrong; it goes out before the next one is heard.
    owed: Option<Vec<u8>>,
    begun: Arc<AtomicBool>,
    /// Cancelled when nothing more comes, or nothing can be answered.
    gone: CancellationToken,
}

impl<R: AsyncRead + Unpin> Wire<R> {
    /// A transport, and the task that writes; it ends when the transport is closed and everything is written.
    pub fn new<W>(read: R, write: W, gone: CancellationToken) -> (Self, JoinHandle<()>)
    where
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let (out, queue) = mpsc::channel(WAITING);
        let writing = tokio::spawn(write_all(write, queue, gone.clone()));
        let lines = Lines::of(read);
        (Self { lines, out: Some(out), hand: Arc::default(), owed: None, begun: Arc::default(), gone }, writing)
    }

    /// Takes a line in; what is to be obeyed comes back.
    fn take_in(&mut self, line: &[u8]) -> Option<ClientJsonRpcMessage> {
        let mut message = match hear(line, self.begun.load(Ordering::SeqCst)) {
            Heard::Nothing => return None,
            Heard::Wrong(id, error) => {
                self.owe(id, error);
                return None;
            }
            Heard::Message(message) => *message,
        };
        match &mut message {
            // Under the same id the two answers could not be told apart: the question in hand keeps it.
            JsonRpcMessage::Request(asked) if !self.hand.take(&asked.id) => {
                self.owe(None, ErrorData::invalid_request("an earlier question with that id is not answered yet", None));
                return None;
            }
            // It travels with the question, and is given back where that is dropped: when its work ends, not when its
            // answer is no longer wanted.
            JsonRpcMessage::Request(asked) => {
                if let Some(work) = self.hand.work() {
                    asked.request.extensions_mut().insert(work);
                }
            }
            JsonRpcMessage::Notification(told) => {
                if let ClientNotification::CancelledNotification(cancelled) = &told.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    // Its answer will not be sent.
                    self.hand.free(id);
                }
            }
            _ => {}
        }
        if begins(&message) {
            self.begun.store(true, Ordering::SeqCst);
        }
        Some(message)
    }

    fn owe(&mut self, id: Option<RequestId>, error: ErrorData) {
        self.owed = line_of(&ServerJsonRpcMessage::Error(JsonRpcError::new(id, error)));
    }

    /// Hands over what is owed; false when nobody takes it. May be dropped while it waits.
    async fn pay(&mut self) -> bool {
        if self.owed.is_none() {
            return true;
        }
        let Some(out) = &self.out else { return false };
        let Ok(place) = out.reserve().await else { return false };
        if let Some(line) = self.owed.take() {
            place.send(Written { line, done: None });
        }
        true
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> Transport<RoleServer> for Wire<R> {
    type Error = io::Error;

    fn send(&mut self, message: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (out, hand, begun) = (self.out.clone(), Arc::clone(&self.hand), Arc::clone(&self.begun));
        async move {
            let answered = match &message {
                JsonRpcMessage::Response(it) => Some(it.id.clone()),
                JsonRpcMessage::Error(it) => it.id.clone(),
                _ => None,
            };
            if matches!(&message, JsonRpcMessage::Response(it) if matches!(it.result, ServerResult::InitializeResult(_))) {
                begun.store(true, Ordering::SeqCst);
            }
            let went = hand_over(out, line_of(&message)).await;
            if let Some(id) = answered {
                hand.free(&id);
            }
            went
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if !self.pay().await {
                self.gone.cancel();
                return None;
            }
            self.hand.room().await;
            let line = tokio::select! {
                biased;
                // Nobody takes the answers, or we were told to stop: what is still asked is in vain.
                () = self.gone.cancelled() => Line::Over,
                line = self.lines.next() => line,
            };
            match line {
                Line::Over => {
                    self.gone.cancel();
                    return None;
                }
                Line::TooLong => {
                    let most = MOST_BYTES >> 20;
                    self.owe(None, ErrorData::invalid_request(format!("a message may have at most {most} MiB"), None));
                }
                Line::Whole(line) => {
                    if let Some(message) = self.take_in(&line) {
                        return Some(message);
                    }
                }
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.out = None;
        Ok(())
    }
}

/// A message as a line; none when it cannot be written down, which no message of ours is.
fn line_of(message: &ServerJsonRpcMessage) -> Option<Vec<u8>> {
    let mut line = serde_json::to_vec(message).ok()?;
    line.push(b'\n');
    Some(line)
}

/// Waits until the line is written.
async fn hand_over(out: Option<mpsc::Sender<Written>>, line: Option<Vec<u8>>) -> io::Result<()> {
    let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
    let (Some(out), Some(line)) = (out, line) else { return Err(closed()) };
    let (done, written) = oneshot::channel();
    out.send(Written { line, done: Some(done) }).await.map_err(|_| closed())?;
    written.await.map_err(|_| closed())
}

/// Writes line after line; ends with the first that cannot be written, since nothing can be answered then.
async fn write_all<W: AsyncWrite + Unpin>(mut write: W, mut queue: mpsc::Receiver<Written>, gone: CancellationToken) {
    while let Some(Written { line, done }) = queue.recv().await {
        let went = match write.write_all(&line).await {
            Ok(()) => write.flush().await,
            failed => failed,
        };
        if let Err(error) = went {
            tracing::info!(%error, "the agent takes no more answers");
            gone.cancel();
            return;
        }
        if let Some(done) = done {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::mcp::hand::MOST;
    use futures_util::FutureExt as _;

    /// An agent that asks and at once wants no answer is heard no further than the work that it started reaches.
    #[tokio::test]
    async fn asking_and_cancelling_does_not_get_around_the_bound() {
        let mut lines = vec![r#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#.to_owned()];
        for id in 0..3 * MOST {
            lines.push(format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"status"}}}}"#));
            lines.push(format!(r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id}}}}}"#));
        }
        let text: &'static [u8] = Vec::leak((lines.join("\n") + "\n").into_bytes());
        let (mut wire, _writing) = Wire::new(text, tokio::io::sink(), CancellationToken::new());
        wire.begun.store(true, Ordering::SeqCst);
        let mut working = Vec::new();
        // Each request is kept, as a call keeps it whose work goes on.
        while let Some(Some(message)) = wire.receive().now_or_never() {
            working.extend(matches!(message, JsonRpcMessage::Request(_)).then_some(message));
            tokio::task::yield_now().await;
        }
        assert_eq!(working.len(), MOST);
        working.clear();
        let mut further = 0;
        while let Some(Some(message)) = wire.receive().now_or_never() {
            further += usize::from(matches!(message, JsonRpcMessage::Request(_)));
            tokio::task::yield_now().await;
        }
        assert_eq!(further, 2 * MOST + 1, "those that are over leave room for all the others");
    }
}
