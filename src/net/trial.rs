//! One question with a credential that is not ours: whether a leaked key still works. A GET, once, without following
//! anybody anywhere and without trying again; the key stands in a header, and neither it nor the answer is logged or kept.

use super::door::Door;
use super::send::{is_loopback, is_safe};
use super::{fault, send};
use crate::domain::{Gap, System};
use http::{HeaderName, HeaderValue};
use std::time::Duration;
use url::Url;
use zeroize::Zeroizing;

/// How long one question may take (`apis/secrets.md` §4.1).
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes of an answer that are read: a refusal is short, and of a list the beginning would not be JSON.
const MOST_BYTES: usize = 1 << 20;

/// Where the key stands in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyIn {
    /// `authorization: Bearer …`
    Bearer,
    /// `authorization: Bot …`
    Bot,
    /// A header of the provider's own.
    Header(&'static str),
}

impl KeyIn {
    /// The header's name, as people are shown it.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Self::Bearer | Self::Bot => "authorization",
            Self::Header(name) => name,
        }
    }
}

/// A question, complete but for the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The whole address; never holds a key.
    pub address: Url,
    /// Headers that the provider wants besides the key's.
    pub headers: &'static [(&'static str, &'static str)],
    pub key_in: KeyIn,
}

/// What came back. The answer's JSON lives as long as this does; it may hold personal data and has no `Debug`.
pub struct TrialReply {
    pub status: u16,
    /// None: it was no JSON, such as a page that blocks us.
    pub json: Option<serde_json::Value>,
}

impl Door {
    /// Where leaked keys of a provider are tried; none for one that is not known.
    #[must_use]
    pub fn provider(&self, id: &str) -> Option<Url> {
        self.shared.endpoints.provider(id).cloned()
    }

    /// Asks once.
    ///
    /// # Errors
    /// A gap when no whole answer came in time.
    pub async fn try_key(&self, trial: &Trial, key: &Zeroizing<String>) -> Result<TrialReply, Gap> {
        let system = System::Scan;
        let address = &trial.address;
        if !is_safe(address) || !address.username().is_empty() || address.password().is_some() {
            return Err(Gap::internal("a leaked key would have travelled in clear"));
        }
        let shared = &self.shared;
        let client = if is_loopback(address) { shared.direct()? } else { &shared.client };
        let scheme = match trial.key_in {
            KeyIn::Bearer => "Bearer ",
            KeyIn::Bot => "Bot ",
            KeyIn::Header(_) => "",
        };
        let text = Zeroizing::new(format!("{scheme}{}", key.as_str()));
        let Ok(mut value) = HeaderValue::from_str(&text) else {
            return Err(Gap::internal("a leaked key holds characters that no header can carry"));
        };
        value.set_sensitive(true);
        let mut request = client.get(address.clone()).header(HeaderName::from_static(trial.key_in.header()), value);
        for (name, value) in trial.headers {
            request = request.header(*name, *value);
        }
        shared.count(system).map_err(fault::Fault::into_gap)?;
        let host = address.host_str().unwrap_or_default();
        let asked = tokio::time::timeout(PATIENCE, async {
            let mut response = request.send().await.map_err(|error| fault::of_sending(system, &error).into_gap())?;
            let status = response.status().as_u16();
            let body = send::read(system, &mut response, MOST_BYTES).await.map_err(fault::Fault::into_gap)?;
            Ok(TrialReply { status, json: serde_json::from_slice(&body).ok() })
        });
        let reply = asked.await.unwrap_or_else(|_| Err(fault::timed_out(system)));
        tracing::debug!(host, status = reply.as_ref().map_or(0, |it| it.status), "a leaked key was tried");
        reply
    }
}
