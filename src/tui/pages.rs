//! What the console knows of the founder's pages: the one that would be made now, the ones that were made, what is wished
//! and what was told of them. It makes no page and writes no file.

use crate::desk::snapshot::{Format, Held};
use crate::domain::{AppName, Digest};
use crate::snapshot::compare::Comparison;
use crate::snapshot::{Audience, Page, Record};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What the engineer chose for a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub audience: Audience,
    /// Ids, findings and places; an investor's page never has them.
    pub detail: bool,
    /// The engineer's words at the top.
    pub note: Option<String>,
}

/// Which page is written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A new one, kept from then on. `facts` stand behind the page that was read: when there are others by now, it is read
    /// again first.
    New { wanted: Wanted, facts: Digest },
    /// One that is kept under this seal.
    Kept(Digest),
}

/// A page on its way into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    pub app: AppName,
    pub source: Source,
    pub format: Format,
    /// As it was typed: `~/…` is the person's home, a relative one begins where the console was started.
    pub file: String,
    /// Whether a file that is there may be replaced: the person was asked.
    pub replace: bool,
    /// Whether it is then opened in the browser.
    pub open: bool,
}

/// What is wished of the pages; `perform` does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The page as it would be made now; answered by `Previewed`.
    Preview { app: AppName, wanted: Wanted },
    /// Answered by `Listed`.
    List(AppName),
    /// A page that was made; answered by `Read`.
    Read { app: AppName, seal: Digest },
    /// Answered by `Compared`.
    Compare { app: AppName, one: Digest, other: Digest },
    /// Answered by `Frozen` for a new page and by `Saved`; by `Occupied` when a file is there; by `Refused` at the form's field.
    Save(Box<Saving>),
    /// A page that was made, as Markdown on the clipboard; answered by `Copied`.
    CopyMarkdown { app: AppName, seal: Digest },
    /// A file that was saved, in the browser, detached.
    Open(PathBuf),
}

/// What is told of the pages. What is about another app than the open one is ignored.
#[derive(Debug, Clone)]
pub enum News {
    Previewed {
        app: AppName,
        wanted: Wanted,
        page: Arc<Page>,
    },
    Listed {
        app: AppName,
        held: Vec<Held>,
    },
    Read {
        app: AppName,
        record: Arc<Record>,
    },
    Compared {
        app: AppName,
        comparison: Arc<Comparison>,
    },
    /// The new page is kept, whatever becomes of its file.
    Frozen {
        app: AppName,
        wanted: Wanted,
        record: Arc<Record>,
    },
    Saved {
        app: AppName,
        seal: Digest,
        format: Format,
        file: PathBuf,
    },
    /// A file is there: the same again, replacing it, if the person says so.
    Occupied {
        file: PathBuf,
        again: Box<Saving>,
    },
}

impl News {
    /// The app that it is about.
    #[must_use]
    pub fn app(&self) -> &AppName {
        match self {
            Self::Previewed { app, .. }
            | Self::Listed { app, .. }
            | Self::Read { app, .. }
            | Self::Compared { app, .. }
            | Self::Frozen { app, .. }
            | Self::Saved { app, .. } => app,
            Self::Occupied { again, .. } => &again.app,
        }
    }
}

/// The page on the screen.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    pub wanted: Wanted,
    pub page: Option<Arc<Page>>,
    /// It was asked for and did not come yet.
    pub making: bool,
    /// The seal of the page on the screen, once it was kept.
    pub kept: Option<Digest>,
}

/// Everything that is known of the open app's pages.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    pub preview: Preview,
    /// The newest first; none until they were read.
    pub held: Option<Vec<Held>>,
    /// The HTML files that were written from here, by seal.
    pub files: BTreeMap<String, PathBuf>,
}

impl Pages {
    /// What a wish changes here before it is done.
    pub fn about_to(&mut self, wish: &Wish) {
        let Wish::Preview { wanted, .. } = wish else { return };
        if self.preview.wanted != *wanted || self.preview.kept.is_some() {
            // A founder's page must not stand there as an investor's for a moment, nor a kept one as one of now.
            self.preview = Preview { wanted: wanted.clone(), ..Preview::default() };
        }
        self.preview.making = true;
    }

    /// Takes the page in that would be made now, unless it was overtaken.
    pub fn previewed(&mut self, wanted: &Wanted, page: Arc<Page>) {
        let preview = &mut self.preview;
        let is_old = preview.page.as_ref().is_some_and(|known| page.moment < known.moment);
        if preview.wanted == *wanted && preview.kept.is_none() && !is_old {
            preview.page = Some(page);
            preview.making = false;
        }
    }

    /// Takes in that the page is kept now, as it is printed.
    pub fn frozen(&mut self, wanted: Wanted, record: &Record) {
        self.preview =
            Preview { wanted, page: Some(Arc::new(record.page.clone())), making: false, kept: Some(record.seal.clone()) };
    }

    /// The page on the screen as a source for a file; none while there is none.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        let page = self.preview.page.as_ref()?;
        Some(match &self.preview.kept {
            Some(seal) => Source::Kept(seal.clone()),
            None => Source::New { wanted: self.preview.wanted.clone(), facts: page.method.facts.chain.clone() },
        })
    }

    /// The HTML file of a page, if it was written from here.
    #[must_use]
    pub fn file(&self, seal: &Digest) -> Option<PathBuf> {
        self.files.get(&seal.0).cloned()
    }

    /// What the founder holds: the newest page that was made for the founder.
    #[must_use]
    pub fn holds(&self) -> Option<&Held> {
        self.held.iter().flatten().find(|it| it.audience == Audience::Founder)
    }
}

/// The name of a page's file unless somebody says otherwise: `acme-2026-11-23.html`, `acme-investor-2026-11-23.html`.
#[must_use]
pub fn file_name(app: &AppName, audience: Audience, day: NaiveDate, format: Format) -> String {
    let whom = if audience == Audience::Investor { "-investor" } else { "" };
    format!("{app}{whom}-{day}.{format}")
}
