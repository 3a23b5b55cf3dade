//! Makes, keeps, lists, compares, writes and opens the founder's pages as the console wishes. Nothing is kept before there
//! is a place for its file, and no page other than the one that was read.

use super::super::message::Message;
use super::super::pages::{News, Saving, Source, Wanted, Wish};
use super::Performer;
use crate::desk::fields::from_home;
use crate::desk::snapshot::{Format, laid_out};
use crate::desk::writing::{NoPlace, Place};
use crate::domain::{AppName, Author, Digest, Foreign};
use crate::snapshot::{Record, Sharing, Words, markdown};
use crate::trouble::Trouble;
use std::path::Path;
use std::sync::Arc;

impl Performer {
    /// Begins to do it; answers come as news. Never waits.
    pub(super) fn pages(self: &Arc<Self>, wish: Wish) {
        let what = match &wish {
            Wish::Preview { .. } => "The page could not be made",
            Wish::List(_) => "The snapshots could not be read",
            Wish::Read { .. } | Wish::CopyMarkdown { .. } => "The snapshot could not be read",
            Wish::Compare { .. } => "The snapshots could not be compared",
            Wish::Save(_) => "The page could not be saved",
            Wish::Open(_) => "The page could not be opened",
        };
        self.off(what, move |me| me.wished(wish));
    }

    fn wished(&self, wish: Wish) -> Result<(), Trouble> {
        let news = match wish {
            Wish::Preview { app, wanted } => self.preview(app, wanted)?,
            Wish::List(app) => News::Listed { held: self.desk.snapshots(&app)?, app },
            Wish::Read { app, seal } => News::Read { record: Arc::new(self.desk.snapshot(&app, &seal.0)?), app },
            Wish::Compare { app, one, other } => {
                let comparison = Arc::new(self.desk.compare_snapshots(&app, &one.0, &other.0)?);
                News::Compared { app, comparison }
            }
            Wish::Save(saving) => return self.save(&saving),
            Wish::CopyMarkdown { app, seal } => {
                let record = self.desk.snapshot(&app, &seal.0)?;
                self.copy(&markdown::render(&record.page, Words::english()));
                return Ok(());
            }
            Wish::Open(file) => return open(&file),
        };
        self.tell(Message::Pages(Box::new(news)));
        Ok(())
    }

    fn preview(&self, app: AppName, wanted: Wanted) -> Result<News, Trouble> {
        let page = Arc::new(self.desk.preview_snapshot(&app, &self.sharing(&wanted))?);
        Ok(News::Previewed { app, wanted, page })
    }

    fn sharing(&self, wanted: &Wanted) -> Sharing {
        let by = || match self.desk.author() {
            Author::Person(name) => name.clone(),
            tool @ Author::Tool(_) => Foreign::new(tool.to_string()),
        };
        let note = wanted.note.as_ref().map(|text| (by(), Foreign::new(text)));
        Sharing { audience: wanted.audience, detail: wanted.detail, note }
    }

    fn save(&self, saving: &Saving) -> Result<(), Trouble> {
        let app = &saving.app;
        let place = match Place::take(&from_home(&saving.file), saving.replace) {
            Ok(place) => place,
            Err(NoPlace::Exists(file)) => {
                let again = Box::new(Saving { replace: true, ..saving.clone() });
                self.tell(Message::Pages(Box::new(News::Occupied { file, again })));
                return Ok(());
            }
            Err(NoPlace::Not(trouble)) => {
                let why = trouble.why.map_or_else(String::new, |why| format!(" ({why})"));
                let next = trouble.next.map_or_else(String::new, |next| format!(": {next}"));
                self.tell(Message::Refused { field: "file", why: format!("{}{why}{next}", trouble.what) });
                return Ok(());
            }
        };
        let made = match &saving.source {
            Source::Kept(seal) => self.desk.snapshot(app, &seal.0).map(Some),
            Source::New { wanted, facts } => self.freeze(app, wanted, facts),
        };
        let laid = made
            .and_then(|record| record.map(|record| laid_out(&record, saving.format).map(|bytes| (record, bytes))).transpose());
        let (record, bytes) = match laid {
            Ok(Some(both)) => both,
            Ok(None) => {
                place.give_up();
                return Ok(());
            }
            Err(trouble) => {
                place.give_up();
                return Err(trouble);
            }
        };
        let file = place.fill(&bytes).map_err(|trouble| trouble.next("The page is kept: write it again under another name"))?;
        let (seal, format) = (record.seal, saving.format);
        let opened = if saving.open { open(&file) } else { Ok(()) };
        self.tell(Message::Pages(Box::new(News::Saved { app: app.clone(), seal, format, file })));
        opened
    }

    /// Keeps a new page; none when other facts stand behind it by now than behind the one that was read: that one is
    /// shown first.
    fn freeze(&self, app: &AppName, wanted: &Wanted, facts: &Digest) -> Result<Option<Record>, Trouble> {
        let now = self.desk.preview_snapshot(app, &self.sharing(wanted))?;
        if now.method.facts.chain != *facts {
            let (app, wanted) = (app.clone(), wanted.clone());
            self.tell(Message::Pages(Box::new(News::Previewed { app, wanted, page: Arc::new(now) })));
            self.tell(Message::Refused {
                field: "file",
                why: "something happened since you read the page: close this, read it again, then save".to_owned(),
            });
            return Ok(None);
        }
        let record = self.desk.make_snapshot(app, &self.sharing(wanted), None)?;
        let (app, wanted) = (app.clone(), wanted.clone());
        self.tell(Message::Pages(Box::new(News::Frozen { app, wanted, record: Arc::new(record.clone()) })));
        Ok(Some(record))
    }
}

/// Shows a file that was saved in the browser.
fn open(file: &Path) -> Result<(), Trouble> {
    let shown = file.display();
    if !file.is_file() {
        return Err(Trouble::failed(format!("{shown} is not there any more")).next("Save the page again"));
    }
    if file.extension().is_none_or(|it| it.to_string_lossy().parse::<Format>() != Ok(Format::Html)) {
        return Err(Trouble::usage(format!("{shown} is no HTML page")).next("Save the page as html"));
    }
    open::that_detached(file)
        .map_err(|error| Trouble::failed("no browser could be started").why(error).next(format!("Open {shown} yourself")))
}

#[cfg(test)]
mod tests;
