//! The message: what is told of one or several apps, in one reader's words, still in parts so that each channel can escape
//! and shorten them its own way. It carries no secret and knows no channel.

use super::news::{LastSeen, News, Point};
use super::words::{ReaderWords, TellWords};
use crate::config::tell::Wording;
use crate::domain::Foreign;
use crate::snapshot::words::fill;

/// A message for one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub wording: Wording,
    /// One line that says the most important thing.
    pub subject: Foreign,
    pub apps: Vec<AppPart>,
    /// The last line; may be empty.
    pub closing: String,
}

/// What is told of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPart {
    /// The app's name; not for a founder.
    pub name: Option<Foreign>,
    pub heading: Foreign,
    /// Lost first.
    pub sections: Vec<Section>,
    /// A line of the section's kind that counts, such as what was newly unseen.
    pub remark: Option<String>,
    /// The command to look; not for a founder.
    pub look: Option<String>,
}

/// Lines of one kind under their title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// For programs: `lost`, `expired_waivers`, `urgent`, `cannot_run` or `test`.
    pub kind: &'static str,
    pub title: String,
    pub lines: Vec<Foreign>,
}

impl Message {
    /// What there is to tell, to this reader. `news` holds only what is worth a message.
    #[must_use]
    pub fn of(news: &[News], wording: Wording) -> Self {
        let (all, words) = (TellWords::english(), TellWords::english().of(wording));
        let what = all.list(&counted(news, wording, words));
        let subject = match news {
            [one] => {
                let app = if wording == Wording::Engineer { one.name.as_str() } else { one.title.as_str() };
                let app = if app.is_empty() { words.every.as_str() } else { app };
                fill(&words.subject, &[("app", app), ("what", &what)])
            }
            several => fill(&words.subject_several, &[("n", &several.len().to_string()), ("what", &what)]),
        };
        Self {
            wording,
            subject: Foreign::from(Foreign::new(subject).cut(150)),
            apps: news.iter().map(|it| part(it, wording, words)).collect(),
            closing: words.closing.clone(),
        }
    }

    /// The message with every text changed: the last fence before it leaves.
    #[must_use]
    pub fn masked(mut self, mask: impl Fn(&str) -> String) -> Self {
        let change = |text: &mut Foreign| *text = Foreign::new(mask(text.as_str()));
        change(&mut self.subject);
        for app in &mut self.apps {
            change(&mut app.heading);
            app.sections.iter_mut().flat_map(|it| &mut it.lines).for_each(change);
        }
        self
    }

    /// A message that says that it is a test.
    #[must_use]
    pub fn test(wording: Wording) -> Self {
        let words = TellWords::english().of(wording);
        Self {
            wording,
            subject: Foreign::new(&words.test_subject),
            apps: vec![AppPart {
                name: None,
                heading: Foreign::default(),
                sections: vec![Section { kind: "test", title: String::new(), lines: vec![Foreign::new(&words.test)] }],
                remark: None,
                look: None,
            }],
            closing: String::new(),
        }
    }
}

fn said(points: &[Point], wording: Wording) -> Vec<Foreign> {
    match wording {
        Wording::Engineer => points.iter().map(|it| it.engineer.clone()).collect(),
        Wording::Founder => points.iter().filter_map(|it| it.founder.clone()).collect(),
    }
}

/// How much of each kind there is, the worst kind first.
fn counted(news: &[News], wording: Wording, words: &ReaderWords) -> Vec<String> {
    let sum = |of: fn(&News) -> &[Point]| news.iter().map(|it| said(of(it), wording).len()).sum::<usize>();
    let kinds = [
        (&words.lost, sum(|it| &it.lost)),
        (&words.expired, sum(|it| &it.expired)),
        (&words.urgent, sum(|it| &it.urgent)),
        (&words.missed, news.iter().filter(|it| it.missed.is_some()).count()),
    ];
    kinds.into_iter().filter(|(_, n)| *n > 0).map(|(count, n)| count.of(n, &[])).collect()
}

fn part(news: &News, wording: Wording, words: &ReaderWords) -> AppPart {
    let is_engineer = wording == Wording::Engineer;
    let mut sections = vec![
        Section { kind: "lost", title: words.lost_title.clone(), lines: said(&news.lost, wording) },
        Section { kind: "expired_waivers", title: words.expired_title.clone(), lines: said(&news.expired, wording) },
        Section { kind: "urgent", title: words.urgent_title.clone(), lines: said(&news.urgent, wording) },
    ];
    if let Some(missed) = &news.missed {
        let since = match missed.since {
            LastSeen::At(at) => Some(fill(&words.missed_since, &[("day", &TellWords::english().day(at))])),
            LastSeen::Never => Some(words.missed_ever.clone()),
            LastSeen::NotKnown => None,
        };
        let why = fill(&words.missed_why, &[("why", &missed.why.cut(240))]);
        let lines = [Some(why), since].into_iter().flatten().map(Foreign::new).collect();
        sections.push(Section { kind: "cannot_run", title: words.missed_title.clone(), lines });
    }
    sections.retain(|it| !it.lines.is_empty());
    let heading = fill(&words.heading, &[("name", news.name.as_str()), ("title", news.title.as_str())]);
    // `acme (acme)` says one thing twice, and what is about all apps has no title.
    let has_title = !(news.title.as_str().is_empty() || news.name == news.title);
    let heading = if is_engineer && !has_title { news.name.to_string() } else { heading };
    AppPart {
        name: is_engineer.then(|| news.name.clone()),
        heading: Foreign::new(heading),
        sections,
        remark: (news.newly_unseen > 0).then(|| words.unseen.of(news.newly_unseen, &[])),
        look: is_engineer.then(|| fill(&words.look, &[("command", &news.command)])),
    }
}
