//! The pages that were made: which one the founder holds, what each answered, and any two of them compared. A page is read,
//! copied and written again from here; none is made and none changes.

use super::below_head;
use crate::desk::snapshot::{Format, Held, short};
use crate::domain::state::Answer;
use crate::domain::{AppName, Digest};
use crate::snapshot::Words;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::pages::{Source, Wish};
use crate::tui::popups::pages as ask;
use crate::tui::text::fit;
use crate::tui::theme::{self, Role};
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use crate::words;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The list of pages.
#[derive(Debug, Clone, Default)]
pub struct EarlierScreen {
    panes: Panes,
    /// The seals of those that are to be compared, two at most; the one that was picked first goes first.
    picked: Vec<String>,
}

impl EarlierScreen {
    /// Reads, compares, copies and writes a page; moving is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        if action == Action::Open && !listing::shows_detail(self, world) {
            return None;
        }
        let wanted =
            [Action::Open, Action::Pick, Action::Compare, Action::Save, Action::ShowPage, Action::Copy, Action::CopyMarkdown];
        if !wanted.contains(&action) {
            return None;
        }
        let key = listing::selected(self, world)?;
        let held = find(world, &key)?;
        let (app, seal) = (world.open.clone()?, held.seal.clone());
        let step = match action {
            Action::Open => Step::Do(Effect::Pages(Wish::Read { app, seal })),
            Action::Pick => {
                self.pick(key);
                return Some(Vec::new());
            }
            Action::Compare => self.compare(world, app, held),
            Action::Copy => Step::Do(Effect::Copy(plain(&self.detail(world, &key, 500)))),
            Action::CopyMarkdown => Step::Do(Effect::Pages(Wish::CopyMarkdown { app, seal })),
            _ => {
                let open = action == Action::ShowPage;
                let save = || ask::save(world, Source::Kept(seal.clone()), held.audience, held.at.date_naive(), open);
                let written = world.pages.file(&seal).filter(|_| open);
                written.map_or_else(|| Step::Raise(save()), |file| Step::Do(Effect::Pages(Wish::Open(file))))
            }
        };
        Some(vec![step])
    }

    fn pick(&mut self, key: String) {
        if self.picked.contains(&key) {
            self.picked.retain(|it| *it != key);
            return;
        }
        if self.picked.len() > 1 {
            self.picked.remove(0);
        }
        self.picked.push(key);
    }

    /// The two that are picked; the picked one and the selected one; the selected one and the one before it for the same
    /// reader.
    fn compare(&self, world: &World, app: AppName, selected: &Held) -> Step {
        let known = |key: &String| find(world, key).map(|it| it.seal.clone());
        let picked: Vec<Digest> = self.picked.iter().filter_map(known).filter(|it| *it != selected.seal).collect();
        let (one, other) = match (picked.as_slice(), self.picked.len()) {
            ([one, other], _) => (one.clone(), other.clone()),
            ([one], _) => (one.clone(), selected.seal.clone()),
            _ => {
                let older = world.pages.held.iter().flatten().skip_while(|it| it.seal != selected.seal).skip(1);
                let Some(before) = older.clone().find(|it| it.audience == selected.audience).or_else(|| older.clone().next())
                else {
                    return Step::Say(Role::Caution, "There is no page before it: pick another to compare it with".to_owned());
                };
                (before.seal.clone(), selected.seal.clone())
            }
        };
        Step::Do(Effect::Pages(Wish::Compare { app, one, other }))
    }
}

fn find<'a>(world: &'a World, key: &str) -> Option<&'a Held> {
    world.pages.held.iter().flatten().find(|it| it.seal.0 == key)
}

fn answer(held: &Held) -> (&'static str, Role) {
    let (word, role) = theme::answer(held.answer);
    (if held.answer == Answer::YesWithAcceptedRisks { "YES*" } else { word }, role)
}

impl Listing for EarlierScreen {
    fn panes(&self) -> &Panes {
        &self.panes
    }
    fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes
    }
    fn area(&self, world: &World) -> Rect {
        below_head(world, 1)
    }

    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        let look = world.look;
        let heading = |text: String| Row::still(Line::styled(text, look.style(Role::Heading)));
        let row = |held: &Held| {
            let picked = if self.picked.contains(&held.seal.0) { "●" } else { " " };
            let (word, role) = answer(held);
            let at = if width >= 50 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d" };
            let whom = fit(&held.audience.to_string(), 8);
            let line = vec![
                Span::styled(format!(" {picked} "), look.style(Role::Accent)),
                Span::styled(format!("{}  {whom}  ", held.at.format(at)), look.style(Role::Text)),
                Span::styled(fit(word, 4), look.style(role)),
                Span::styled(format!(" {} urgent", held.urgent), look.style(Role::Text)),
            ];
            Row::new(held.seal.0.clone(), line)
        };
        let (mut rows, holds) = (Vec::new(), world.pages.holds());
        if let Some(held) = holds {
            rows.extend([heading(" What the founder holds".to_owned()), row(held)]);
        }
        let others: Vec<&Held> =
            world.pages.held.iter().flatten().filter(|it| holds.is_none_or(|held| held.seal != it.seal)).collect();
        if !others.is_empty() {
            if !rows.is_empty() {
                rows.push(Row::still(""));
            }
            rows.push(heading(format!(" All others · {}", others.len())));
            rows.extend(others.into_iter().map(row));
        }
        rows
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let Some(held) = find(world, key) else { return prose.done() };
        let (word, role) = theme::answer(held.answer);
        prose.text(role, word);
        prose.text(Role::Text, words::count(held.urgent.into(), "urgent danger")).blank();
        let made = format!("{}, {}", Words::english().full_day(held.at.date_naive()), Words::english().time(held.at));
        prose.pair("made", Role::Text, format!("{made} · {}", words::ago(held.at, world.now)));
        prose.pair("by", Role::Text, held.by.to_string());
        let is_held = world.pages.holds().is_some_and(|it| it.seal == held.seal);
        let holds = if is_held { ", who holds this one" } else { "" };
        prose.pair("for", Role::Text, format!("the {}{holds}", held.audience));
        prose.pair("signed", Role::Text, if held.signed { "yes" } else { "no" });
        prose.pair("seal", Role::Name, short(&held.seal));
        if let Some(file) = world.pages.file(&held.seal) {
            prose.pair("file", Role::Text, crate::domain::Foreign::new(file.display().to_string()).as_str());
        }
        let key = |action| world.keymap.key(Context::Earlier, action);
        prose.blank();
        let picked = if self.picked.contains(&held.seal.0) { "lets it go" } else { "picks it" };
        for (action, says) in [
            (Action::Open, "reads it"),
            (Action::Pick, picked),
            (Action::Compare, "compares the two picked, or this one with the one before it"),
            (Action::Save, "writes it to a file again"),
        ] {
            prose.hang(0, (Role::Key, &key(action)), Role::Faint, says);
        }
        prose.done()
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        let picked = if self.picked.is_empty() { String::new() } else { format!("· {} picked ", self.picked.len()) };
        Line::styled(format!(" Snapshots {picked}"), world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let seal = find(world, key).map_or_else(String::new, |it| short(&it.seal));
        Line::styled(format!(" {seal} "), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        if world.pages.held.is_none() {
            prose.text(Role::Faint, "Loading…");
        } else {
            let (back, save) =
                (world.keymap.key(Context::Earlier, Action::Back), world.keymap.key(Context::Snapshot, Action::Save));
            prose.text(Role::Text, "No snapshot was made yet");
            prose.hang(0, (Role::Accent, "→"), Role::Text, format!("{back} goes back to the page; {save} there keeps it"));
            prose.blank().text(Role::Faint, format!("A saved one is written again as {}", formats()));
        }
        prose.done()
    }
}

/// The formats, as a person reads them.
fn formats() -> String {
    use strum::IntoEnumIterator;
    Format::iter().map(|it| it.to_string()).collect::<Vec<_>>().join(", ")
}
