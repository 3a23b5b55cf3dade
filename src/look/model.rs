//! A look as it is kept: what was asked for, what came, and what was noticed. Serialised as `rescue look --json`; no value
//! of a credential, no value of a cookie and no text of a page is in it.

use crate::domain::{Consent, Foreign};
use crate::probes::served::Served;
use crate::scan::{Asked, Front};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The address that was asked for.
    pub address: Foreign,
    /// The page that answered, after redirects.
    pub answered: Foreign,
    /// When the first request was about to be sent.
    pub began: DateTime<Utc>,
    /// When the last answer was read: the moment of which it speaks.
    pub at: DateTime<Utc>,
    /// The version of this program.
    pub version: String,
    /// How it asked: `passive`, or `outside_in` with a permission.
    pub consent: Consent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<Permission>,
    /// Further hosts that a person named.
    pub asset_hosts: BTreeSet<String>,
    /// The most requests that were announced.
    pub bound: u32,
    /// Every request, in the order of sending.
    pub asked: Vec<Asked>,
    /// Why it ended before everything that was announced had been asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<Foreign>,
    pub front: Front,
    pub services: Vec<ServiceSeen>,
    /// What the same address says without TLS.
    pub plain: Plain,
    /// None: it was not asked, since nobody permitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
    /// What the probe `site.bundle` judges: the same that it would have seen by such a walk.
    pub served: Served,
}

/// The site's owner permits a look from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Who on the client's side said yes.
    pub by: Foreign,
    /// Where that can be seen; of an app's recorded permission none is needed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Foreign>,
    pub hosts: BTreeSet<String>,
    pub until: DateTime<Utc>,
}

/// What came without TLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Plain {
    /// It leads to https at the same host, or its twin with or without `www.`.
    LeadsToTls,
    /// It answers, and does not lead to https.
    Serves { status: u16 },
    /// It leads somewhere else.
    LeadsAway { to: Foreign },
    /// Not known, and why.
    Unseen { why: Foreign },
}

/// A service whose host the site's files name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSeen {
    pub name: Foreign,
    /// What it is for.
    pub purpose: crate::repo::project::systems::Purpose,
    pub metered: bool,
    /// The first file that names it.
    pub path: Foreign,
}

/// What only a permitted look asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outside {
    /// Files that should not be served, and are.
    pub files: Vec<super::exposed::ExposedFile>,
    /// Paths that were asked for.
    pub tried: Vec<Foreign>,
    /// Those of which nobody can tell, each with why.
    pub unseen: Vec<(Foreign, Foreign)>,
    /// The status of a path that nobody has, if the site answered it.
    pub nowhere: Option<u16>,
    /// What that answer gives away of the inside.
    pub gives_away: Vec<Foreign>,
}

impl Outside {
    /// Files of which an answer said whether they are there.
    #[must_use]
    pub fn decided(&self) -> usize {
        let is_open = |path: &Foreign| self.unseen.iter().any(|(unseen, _)| unseen == path);
        self.tried.iter().filter(|path| !super::exposed::is_nobodys(path) && !is_open(path)).count()
    }

    /// Whether the site itself answered for a path that nobody has.
    #[must_use]
    pub fn saw_an_error(&self) -> bool {
        self.nowhere.is_some() && !self.unseen.iter().any(|(path, _)| super::exposed::is_nobodys(path))
    }
}

impl Look {
    /// The host, with its port where it is not the usual one.
    #[must_use]
    pub fn host(&self) -> String {
        let read = url::Url::parse(self.answered.as_str()).or_else(|_| url::Url::parse(self.address.as_str()));
        read.map_or_else(|_| self.address.to_string(), |url| super::plan::host_of(&url))
    }

    /// Whether what it saw travelled under TLS.
    #[must_use]
    pub fn is_under_tls(&self) -> bool {
        self.answered.as_str().starts_with("https://")
    }
}
