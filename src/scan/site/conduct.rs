//! How a walk behaves: how far it goes by itself, at whose hosts, who hears of each request before it is sent, and what
//! ends it early. It sends nothing.

use crate::domain::Foreign;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use strum::{Display, IntoStaticStr};
use tokio::sync::{mpsc::UnboundedSender, oneshot};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How far a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// All that belongs to the app: also files that only may be there, and a path that nobody has.
    #[default]
    App,
    /// What a browser asks for that opens the pages, and its developer tools: pages, the scripts that these load, and
    /// the source maps that scripts name. No path is tried that nothing names.
    Visitor,
}

/// How a walk behaves. By default it goes as far as it can and tells nobody.
#[derive(Debug, Clone, Default)]
pub struct Conduct {
    pub reach: Reach,
    /// Only the host that was given, with or without `www.`, and those that a person listed; whatever the pages say.
    pub own_hosts_only: bool,
    /// The hosts, with their ports where these are not the usual ones, at which [`Reach::App`] also asks for what nothing
    /// names; none: at all of the app's. A permission is for the hosts that it names.
    pub permitted: Option<BTreeSet<String>>,
    /// Also note what the pages say of how the app was built, and whose services its files name.
    pub notices: bool,
    pub requests: Requests,
    /// What was seen until then is kept.
    pub stop: CancellationToken,
}

impl Conduct {
    /// Whether this address may be asked for though nothing names it.
    #[must_use]
    pub fn permits(&self, address: &Url) -> bool {
        let named = |hosts: &BTreeSet<String>| super::hosts::listed(address).is_some_and(|host| hosts.contains(&host));
        self.reach == Reach::App && self.permitted.as_ref().is_none_or(named)
    }
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FileKind {
    Page,
    Script,
    SourceMap,
    /// A sitemap, a web app manifest, the data of a page.
    Data,
    /// The same address without TLS.
    Plain,
    /// A file that should not be served, or a path that nobody has.
    Exposed,
}

impl FileKind {
    /// As a person reads it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Script => "script",
            Self::SourceMap => "source map",
            Self::Data => "data of a page",
            Self::Plain => "the same without https",
            Self::Exposed => "should not be there",
        }
    }
}

/// A request that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Without a query, which may carry what nobody should read.
    pub address: Foreign,
    pub kind: FileKind,
    /// None: no whole answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Where the answer leads, if it leads on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<Foreign>,
}

/// A request that waits to be sent until its hearer says so.
#[derive(Debug)]
pub struct Announced {
    pub address: Foreign,
    pub kind: FileKind,
    /// Dropped, it is not sent.
    pub go: oneshot::Sender<()>,
}

/// The requests of one look. The default neither tells nor keeps them.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    kept: Option<Arc<Mutex<Vec<Asked>>>>,
    hearer: Option<UnboundedSender<Announced>>,
}

impl Requests {
    /// Keeps each request, and sends none before the hearer has said so.
    #[must_use]
    pub fn heard_by(hearer: UnboundedSender<Announced>) -> Self {
        Self { kept: Some(Arc::default()), hearer: Some(hearer) }
    }

    /// Tells of a request that is about to be sent; gives back its number. None: it must not be sent.
    pub async fn begins(&self, address: &Url, kind: FileKind) -> Option<usize> {
        let shown = shown(address);
        if let Some(hearer) = &self.hearer {
            let (go, may_go) = oneshot::channel();
            hearer.send(Announced { address: shown.clone(), kind, go }).ok()?;
            may_go.await.ok()?;
        }
        let Some(kept) = &self.kept else { return Some(0) };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(Asked { address: shown, kind, status: None, leads_to: None });
        Some(kept.len() - 1)
    }

    /// The answer to a request.
    pub fn answered(&self, number: usize, status: u16, leads_to: Option<&Url>) {
        let Some(kept) = &self.kept else { return };
        if let Some(asked) = kept.lock().unwrap_or_else(PoisonError::into_inner).get_mut(number) {
            asked.status = Some(status);
            asked.leads_to = leads_to.map(shown);
        }
    }

    /// All that were sent so far, in that order.
    #[must_use]
    pub fn all(&self) -> Vec<Asked> {
        self.kept.as_ref().map(|it| it.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }
}

/// An address as it may be shown.
fn shown(address: &Url) -> Foreign {
    let query = if address.query().is_some() { "?…" } else { "" };
    Foreign::new(format!("{}{}{query}", address.origin().ascii_serialization(), address.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[tokio::test]
    async fn nothing_is_sent_that_was_not_told_before() {
        let (hearer, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let requests = Requests::heard_by(hearer);
        let asking = tokio::spawn({
            let requests = requests.clone();
            async move { requests.begins(&at("https://acme.example/a.js?token=x"), FileKind::Script).await }
        });
        let announced = heard.recv().await.unwrap();
        assert_eq!((announced.address.as_str(), announced.kind), ("https://acme.example/a.js?…", FileKind::Script));
        assert_eq!(requests.all(), [], "not before somebody heard it");
        announced.go.send(()).unwrap();
        let number = asking.await.unwrap().unwrap();
        requests.answered(number, 302, Some(&at("https://www.acme.example/")));
        let asked = requests.all();
        assert_eq!((asked[0].status, asked[0].leads_to.as_ref().unwrap().as_str()), (Some(302), "https://www.acme.example/"));
    }

    #[tokio::test]
    async fn what_nobody_hears_is_not_sent() {
        let (hearer, heard) = tokio::sync::mpsc::unbounded_channel();
        let requests = Requests::heard_by(hearer);
        drop(heard);
        assert_eq!(requests.begins(&at("https://acme.example/"), FileKind::Page).await, None);
        assert_eq!(requests.all(), []);
        assert_eq!(Requests::default().begins(&at("https://acme.example/"), FileKind::Page).await, Some(0), "an ordinary walk");
    }
}
