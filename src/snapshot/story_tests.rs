//! A page and its record that several tests share.

use super::{Page, Record, Request, Sharing, Words, build, html};
use crate::domain::testing::{Story, all_of, gate, item, moment};
use crate::domain::{Digest, GapKind, Gate, Item, WorkNote};

/// What the pages say made them.
pub const TOOL: &str = "rescue 9.9.9";

fn danger(id: &str, probe: &str, founder: &str) -> Item {
    Item {
        founder: founder.to_owned(),
        founder_done: Some(format!("{id} is settled.")),
        ..gate(Gate::Now, item(id, all_of(&[probe])))
    }
}

/// Two dangers, one thing that could not be seen, one that is the founder's turn; on day 2 one of the dangers is gone.
pub fn story() -> Story {
    let mut story = Story::of(vec![
        danger("SEC-01", "github.a", "A stranger could use your passwords."),
        danger("RLS-01", "supabase.a", "A stranger could read <b>everything</b> & more."),
        danger("BAK-01", "s3.a", "A bad day could cost you all your data."),
        item("CI-01", all_of(&["github.b"])),
    ]);
    story.on(0).fail("github.a", &["x"]).fail("supabase.a", &["y"]).blind("s3.a", GapKind::NoCredential).pass("github.b");
    let (on, waits_for) = ("founder".into(), "the account".into());
    let work = WorkNote::Blocked { on, waits_for, until: None, founder: Some("Open the account.".into()), minutes: Some(10) };
    story.work("BAK-01", work);
    story.on(2).pass("github.a").fail("github.b", &["z"]);
    story
}

/// The page of that day.
pub fn page_on(story: &Story, day: i64, sharing: &Sharing, previous: Option<&Page>) -> Page {
    let digest = Digest::of("before");
    build(&Request {
        facts: &story.facts,
        checklists: &story.checklists,
        book: &story.book,
        now: moment(day, 600),
        sharing,
        first: previous,
        previous: previous.map(|page| (page, &digest)),
        tool: TOOL,
        words: Words::english(),
    })
    .unwrap()
}

/// The record of the story's first day.
pub fn record() -> Record {
    sealed(page_on(&story(), 0, &Sharing::default(), None))
}

/// The record of a page as `make` seals it.
pub fn sealed(page: Page) -> Record {
    let html = Digest::of(&html::render(&page, Words::english()));
    Record::seal(page, html)
}
