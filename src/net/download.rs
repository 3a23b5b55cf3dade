//! The named exception for archives: a body that goes to a file as it comes, and GitHub's one redirect to another host,
//! which is followed without the credential. A file that is not whole never stays.

use super::call::ReadCall;
use super::door::{Asker, Door};
use super::fault::{self, Fault};
use super::reply::Reply;
use super::retry::{Patience, Trying};
use super::send::{Next, Way, elsewhere, is_loopback, is_safe, next, read, too_large, too_many_redirects};
use crate::domain::{Gap, GapKind, System};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use url::Url;

/// Largest archive: 1 GiB (HOUSE §5).
pub const MOST_ARCHIVE: u64 = 1024 * 1024 * 1024;
/// How long one archive may take.
const ARCHIVE: Duration = Duration::from_mins(5);
/// Redirects that are followed, the one to another host counted.
const MOST_REDIRECTS: usize = 5;

/// How a download ended.
#[derive(Debug, Clone)]
pub enum Downloaded {
    /// The file is whole, on disk, and only its owner may read it.
    Whole { bytes: u64 },
    /// The system answered with another status than 200; there is no file.
    Refused(Box<Reply>),
}

impl Door {
    /// Streams the answer to a new file at `into`, with the permissions 0600, of at most `most` bytes ([`MOST_ARCHIVE`]).
    /// The asker's deadline holds here too: give it one of minutes.
    ///
    /// # Errors
    /// A gap when there is no whole file; then nothing is left at `into`. A body that was cut off is `incomplete`.
    pub async fn download(&self, call: ReadCall, into: &Path, most: u64) -> Result<Downloaded, Gap> {
        let way = self.shared.way(&call)?;
        let patience = Patience { one_try: ARCHIVE, ..self.shared.manner.patience };
        // All tries together take no longer than one may.
        let end = Instant::now() + ARCHIVE;
        let deadline = self.asker.deadline.map_or(end, |deadline| deadline.min(end));
        let asker = Asker { deadline: Some(deadline), ..self.asker.clone() };
        let trying = Trying { patience, asker: &asker, ..self.trying(&way) };
        trying.patiently(|| self.fetch_archive(&way, &call, into, most)).await
    }

    async fn fetch_archive(&self, way: &Way, call: &ReadCall, into: &Path, most: u64) -> Result<Downloaded, Fault> {
        let (mut response, address) = self.arrive_for_archive(way, call).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status != http::StatusCode::OK {
            let body = read(way.system, &mut response, call.most_bytes).await?;
            self.shared.heed(way, status, &headers, &body)?;
            return Ok(Downloaded::Refused(Box::new(Reply { status, headers, body, address, certificate: None })));
        }
        self.shared.heed(way, status, &headers, &[])?;
        let bytes = to_file(way.system, response, into, most).await?;
        Ok(Downloaded::Whole { bytes })
    }

    async fn arrive_for_archive(&self, way: &Way, call: &ReadCall) -> Result<(reqwest::Response, Url), Fault> {
        let mut address = way.address.clone();
        let mut at_home = true;
        // Nothing but the request itself travels to another host: no credential, no header of the call.
        let bare = ReadCall { headers: Vec::new(), ..call.clone() };
        for _ in 0..=MOST_REDIRECTS {
            let response = if at_home {
                self.shared.send(&self.asker, way.system, call, &address, true).await?
            } else {
                self.shared.send(&self.asker, way.system, &bare, &address, false).await?
            };
            match next(way.system, &response, &address)? {
                None => return Ok((response, address)),
                Some(Next::Same(next)) => address = next,
                Some(Next::Elsewhere(next)) => {
                    // A vendor out there must not send us to this machine's own ports.
                    let may = at_home && is_safe(&next) && (!is_loopback(&next) || is_loopback(&way.address));
                    if !may {
                        return Err(Fault::Final(elsewhere(way.system, &next)));
                    }
                    at_home = false;
                    address = next;
                }
            }
        }
        Err(Fault::Final(too_many_redirects(way.system)))
    }
}

async fn to_file(system: System, mut response: reqwest::Response, into: &Path, most: u64) -> Result<u64, Fault> {
    let unsaved = |_: std::io::Error| Fault::Final(Gap::internal("an archive could not be written to the scratch directory"));
    let too_large = || Fault::Final(too_large(system, usize::try_from(most).unwrap_or(usize::MAX)));
    if response.content_length().is_some_and(|announced| announced > most) {
        return Err(too_large());
    }
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(into).await.map_err(unsaved)?;
    let unfinished = Unfinished(Some(into.to_owned()));
    let mut bytes = 0_u64;
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => return Err(cut_off(system, &error)),
        };
        bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if bytes > most {
            return Err(too_large());
        }
        file.write_all(&chunk).await.map_err(unsaved)?;
    }
    file.flush().await.map_err(unsaved)?;
    unfinished.keep();
    Ok(bytes)
}

/// An archive that stopped half-way is partial sight; a whole minute's download is not begun again by itself.
fn cut_off(system: System, error: &reqwest::Error) -> Fault {
    let gap = fault::of_body(system, error).into_gap();
    if gap.kind == GapKind::TimedOut {
        return Fault::Final(gap);
    }
    let says = format!("the archive from {} broke off half-way", system.title());
    Fault::Final(Gap::new(GapKind::Incomplete, system, says).needs("Try again"))
}

/// Removes the file when dropped, also when the download itself was dropped, unless it became whole.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!(%error, "part of an archive stayed behind");
        }
    }
}
