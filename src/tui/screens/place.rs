//! The way from a place to its file: in the editor as it is today, in the browser as it was read. It opens nothing itself.

use crate::domain::{Assessment, ExposedIn, Finding, Place};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::popups::{Popup, choose::Palette};
use crate::tui::theme::Role;
use crate::tui::world::{Step, World};
use std::path::{Component, Path};

/// A place, what was seen there, and how git shows it when no file of today has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub place: Place,
    pub says: String,
    pub past: Option<String>,
}

impl Shown {
    /// Where a finding is, when that is known.
    #[must_use]
    pub fn of(finding: &Finding) -> Option<Self> {
        Some(Self { place: finding.place.clone()?, says: finding.says.to_string(), past: git_show(finding) })
    }

    fn opens(&self, action: Action) -> bool {
        match (&self.place, action) {
            (Place::File { .. }, Action::Edit) | (Place::Web { .. }, Action::Browse) => true,
            (Place::File { commit, .. }, Action::Browse) => commit.is_some(),
            _ => false,
        }
    }
}

/// Every place of an item's evidence, in the order in which it is shown, each once.
#[must_use]
pub fn places(assessment: &Assessment) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    for word in assessment.words.iter().filter(|it| it.not_applicable.is_none()) {
        let notes = word.notes.iter().filter_map(|note| {
            let place = note.place.clone()?;
            Some(Shown { place, says: note.says.to_string(), past: None })
        });
        for shown in word.findings.iter().filter_map(Shown::of).chain(notes) {
            if !found.iter().any(|it| it.place == shown.place) {
                found.push(shown);
            }
        }
    }
    found
}

/// Opens the place of an item's evidence; asks which, when there are several.
pub fn open_evidence(action: Action, world: &World, assessment: &Assessment) -> Step {
    let all = places(assessment);
    let (can, cannot): (Vec<Shown>, Vec<Shown>) = all.into_iter().partition(|it| it.opens(action));
    match (can.as_slice(), cannot.is_empty()) {
        ([only], _) => open(action, world, only),
        ([], true) => Step::Say(Role::Caution, format!("The evidence of {} names no place", assessment.item)),
        ([], false) if action == Action::Edit => {
            Step::Say(Role::Caution, format!("The evidence of {} is in no file", assessment.item))
        }
        ([], false) => Step::Say(Role::Caution, format!("No commit of what was read for {} is known", assessment.item)),
        _ => Step::Raise(Popup::Palette(Palette::places(action, can))),
    }
}

/// Opens a place by `Edit` or `Browse`.
pub fn open(action: Action, world: &World, shown: &Shown) -> Step {
    if action == Action::Edit { edit(world, shown) } else { browse(world, &shown.place) }
}

/// In the editor only what is in the files of today: a line of an old commit is another line there.
fn edit(world: &World, shown: &Shown) -> Step {
    if let Some(past) = &shown.past {
        return Step::Say(Role::Caution, format!("It is only in history: B opens the commit, y copies `{past}`"));
    }
    let root = world.board.as_ref().and_then(|it| it.settings.path.clone());
    match (&shown.place, root) {
        (Place::File { path, line, .. }, Some(root)) => {
            let inside = Path::new(path.as_str());
            // The path is foreign: it may only lead into the checkout.
            if inside.components().all(|it| matches!(it, Component::Normal(_))) {
                Step::Do(Effect::OpenEditor { path: root.join(inside), line: *line })
            } else {
                Step::Say(Role::Caution, "The path leads out of the repository".to_owned())
            }
        }
        (Place::File { .. }, None) => {
            Step::Say(Role::Caution, "The app has no local checkout: rescue app edit --repo PATH".to_owned())
        }
        _ => Step::Say(Role::Caution, "This is not in a file".to_owned()),
    }
}

fn browse(world: &World, place: &Place) -> Step {
    // Its API may be an enterprise's own, and its pages are then there too.
    let slug = world.board.as_ref().and_then(|it| it.settings.github.clone());
    match (place, slug) {
        (Place::Web { url }, _) => Step::Do(Effect::OpenUrl(url.to_string())),
        (Place::File { commit: Some(_), .. }, _) if world.demo.is_some() => {
            Step::Say(Role::Caution, "The demo's repository is at no code host".to_owned())
        }
        (Place::File { path, line, commit: Some(commit) }, Some(slug)) => {
            let mut url = world.github.clone();
            if let Some(mut parts) = url.as_mut().and_then(|it| it.path_segments_mut().ok()) {
                parts.pop_if_empty().extend([slug.owner.as_str(), &slug.name, "blob", commit.as_str()]);
                parts.extend(path.as_str().split('/'));
            }
            if let Some(url) = &mut url {
                url.set_fragment(line.map(|it| format!("L{it}")).as_deref());
            }
            url.map_or(Step::Say(Role::Caution, "Its address cannot be written".to_owned()), |it| {
                Step::Do(Effect::OpenUrl(it.to_string()))
            })
        }
        _ => Step::Say(Role::Caution, "This has no page".to_owned()),
    }
}

/// How git shows the file as the commit had it, for a secret that no file of today has.
#[must_use]
pub fn git_show(finding: &Finding) -> Option<String> {
    finding.exposed.as_ref().filter(|it| it.at == ExposedIn::History)?;
    match &finding.place {
        Some(Place::File { path, commit: Some(commit), .. }) => {
            // The path is foreign: in quotes of its own it stays one word of a command line.
            Some(format!("git show {}", crate::words::shell_word(&format!("{commit}:{path}"))))
        }
        _ => None,
    }
}
