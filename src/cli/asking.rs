//! A question to the person at the terminal that is answered with yes or no.

use super::out::Out;
use tokio_util::sync::CancellationToken;

/// Asks. Anything but yes is no, and so is leaving.
pub async fn agreed(question: &str, stop: &CancellationToken, out: &mut Out<'_>) -> bool {
    out.passing(&format!("{question} [y/N] "));
    let typed = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = tokio::select! {
        biased;
        () = stop.cancelled() => return false,
        line = typed => line,
    };
    let line = line.ok().and_then(Result::ok).unwrap_or_default();
    matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
