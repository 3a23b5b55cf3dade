//! Which key means what where: the defaults, the user's patch over them, and what help and footer print.
//! A map with two meanings for one key is refused when it is loaded, never resolved by luck.

use super::action::Action;
use super::key::{NotAKey, Stroke};
use std::collections::BTreeMap;
use strum::{Display, EnumIter, IntoEnumIterator};

/// Where keys are read. A screen also has the global keys; a popup has only its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumIter)]
pub enum Context {
    #[strum(serialize = "everywhere")]
    Global,
    #[strum(serialize = "the apps")]
    Portfolio,
    #[strum(serialize = "the board")]
    Board,
    #[strum(serialize = "the run")]
    Run,
    #[strum(serialize = "the findings")]
    Findings,
    #[strum(serialize = "the changes")]
    Changes,
    #[strum(serialize = "the trend")]
    Trend,
    #[strum(serialize = "the connections")]
    Connections,
    #[strum(serialize = "the founder's page")]
    Snapshot,
    #[strum(serialize = "the snapshots")]
    Earlier,
    #[strum(serialize = "a text")]
    Reading,
    #[strum(serialize = "a form")]
    Form,
    #[strum(serialize = "a list to choose from")]
    Choosing,
    #[strum(serialize = "a question")]
    Question,
}

impl Context {
    /// Whether it lies over a screen and takes every key.
    #[must_use]
    pub fn is_popup(self) -> bool {
        matches!(self, Self::Reading | Self::Form | Self::Choosing | Self::Question)
    }

    /// Whether characters are typed into a field there.
    #[must_use]
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Form | Self::Choosing)
    }
}

/// What is wrong with a `[keys]` table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    #[error("[keys]: there is no action `{0}`; `:` in the console lists them")]
    NoSuchAction(String),
    #[error("[keys] {action}: {why}")]
    NotAKey { action: Action, why: NotAKey },
    #[error("[keys]: `{stroke}` would mean both {first} and {second} in {context}; give one of them another key")]
    Conflict { stroke: String, first: Action, second: Action, context: Context },
    #[error("[keys] {action}: `{stroke}` is typed as text in {context}; use it with ctrl or alt")]
    Typed { action: Action, stroke: String, context: Context },
    #[error("[keys] {0}: at least one key has to remain")]
    NoKeyLeft(Action),
}

/// One action with its keys in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub context: Context,
    pub action: Action,
    pub strokes: Vec<Stroke>,
}

/// The keys as they are in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// The defaults, in the order in which footer and help show them.
const DEFAULTS: &[(Context, Action, &[&str])] = &[
    (Context::Portfolio, Action::Open, &["enter"]),
    (Context::Portfolio, Action::AddApp, &["a"]),
    (Context::Portfolio, Action::Snapshot, &["s"]),
    (Context::Portfolio, Action::Filter, &["/"]),
    (Context::Portfolio, Action::Sort, &["o"]),
    (Context::Portfolio, Action::Mark, &["space"]),
    (Context::Portfolio, Action::Rerun, &["R"]),
    (Context::Portfolio, Action::Cancel, &["X"]),
    (Context::Portfolio, Action::OnlyDue, &["d"]),
    (Context::Portfolio, Action::OnlyLost, &["l"]),
    (Context::Portfolio, Action::OnlyUrgent, &["g"]),
    (Context::Portfolio, Action::OnlyWeek, &["w"]),
    (Context::Portfolio, Action::OnlyArchived, &["x"]),
    (Context::Portfolio, Action::MarkAll, &["A"]),
    (Context::Board, Action::ProbeThis, &["r"]),
    (Context::Board, Action::ProbeAll, &["R"]),
    (Context::Board, Action::Doing, &["d"]),
    (Context::Board, Action::Done, &["space"]),
    (Context::Board, Action::Block, &["b"]),
    (Context::Board, Action::Waive, &["w"]),
    (Context::Board, Action::WorkOrder, &["F"]),
    (Context::Board, Action::Prove, &["V"]),
    (Context::Board, Action::Snapshot, &["s"]),
    (Context::Board, Action::Filter, &["/"]),
    (Context::Board, Action::Plan, &["p"]),
    (Context::Board, Action::Note, &["N"]),
    (Context::Board, Action::Todo, &["t"]),
    (Context::Board, Action::NotApplicable, &["x"]),
    (Context::Board, Action::Reopen, &["o"]),
    (Context::Board, Action::Open, &["enter"]),
    (Context::Board, Action::Edit, &["e"]),
    (Context::Board, Action::Browse, &["B"]),
    (Context::Board, Action::NextTab, &["tab"]),
    (Context::Board, Action::PreviousTab, &["shift-tab"]),
    (Context::Board, Action::NextPart, &["right", "l"]),
    (Context::Board, Action::PreviousPart, &["left", "h"]),
    (Context::Board, Action::Tab1, &["1"]),
    (Context::Board, Action::Tab2, &["2"]),
    (Context::Board, Action::Tab3, &["3"]),
    (Context::Board, Action::Tab4, &["4"]),
    (Context::Board, Action::Tab5, &["5"]),
    (Context::Run, Action::Cancel, &["X"]),
    (Context::Run, Action::ProbeAll, &["R"]),
    (Context::Findings, Action::Open, &["enter"]),
    (Context::Findings, Action::Accept, &["w"]),
    (Context::Findings, Action::Rotated, &["t"]),
    (Context::Findings, Action::WorkOrder, &["F"]),
    (Context::Findings, Action::Prove, &["V"]),
    (Context::Findings, Action::Edit, &["e"]),
    (Context::Findings, Action::Browse, &["B"]),
    (Context::Findings, Action::Group, &["g"]),
    (Context::Findings, Action::Reopen, &["o"]),
    (Context::Findings, Action::Filter, &["/"]),
    (Context::Changes, Action::Open, &["enter"]),
    (Context::Changes, Action::Since, &["s"]),
    (Context::Trend, Action::Open, &["enter"]),
    (Context::Connections, Action::Check, &["r"]),
    (Context::Snapshot, Action::Save, &["s"]),
    (Context::Snapshot, Action::TopNote, &["N"]),
    (Context::Snapshot, Action::Audience, &["w"]),
    (Context::Snapshot, Action::Detail, &["t"]),
    (Context::Snapshot, Action::CopyMarkdown, &["Y"]),
    (Context::Snapshot, Action::ShowPage, &["B"]),
    (Context::Snapshot, Action::Earlier, &["e"]),
    (Context::Snapshot, Action::NextPart, &["right", "l"]),
    (Context::Snapshot, Action::PreviousPart, &["left", "h"]),
    (Context::Earlier, Action::Open, &["enter"]),
    (Context::Earlier, Action::Pick, &["space"]),
    (Context::Earlier, Action::Compare, &["d"]),
    (Context::Earlier, Action::Save, &["s"]),
    (Context::Earlier, Action::CopyMarkdown, &["Y"]),
    (Context::Earlier, Action::ShowPage, &["B"]),
    (Context::Global, Action::Undo, &["u"]),
    (Context::Global, Action::Copy, &["y"]),
    (Context::Global, Action::Findings, &["f"]),
    (Context::Global, Action::Changes, &["v"]),
    (Context::Global, Action::Connections, &["c"]),
    (Context::Global, Action::Systems, &["i"]),
    (Context::Global, Action::Trend, &["T"]),
    // By name only: they are chosen once a week, and a key of their own would be in the way.
    (Context::Global, Action::Ask, &[]),
    (Context::Global, Action::SaveLetter, &[]),
    // By the palette only.
    (Context::Global, Action::Decisions, &[]),
    (Context::Global, Action::Closing, &[]),
    (Context::Global, Action::Palette, &[":"]),
    (Context::Global, Action::Help, &["?", "f1"]),
    (Context::Global, Action::Quit, &["q", "ctrl-c"]),
    (Context::Global, Action::Back, &["esc"]),
    (Context::Global, Action::Apps, &["P"]),
    (Context::Global, Action::AddApp, &["a"]),
    (Context::Global, Action::ShowRun, &["L"]),
    (Context::Global, Action::NextWeek, &["n", "]"]),
    (Context::Global, Action::PreviousWeek, &["["]),
    (Context::Global, Action::Mouse, &["m"]),
    (Context::Global, Action::Up, &["up", "k"]),
    (Context::Global, Action::Down, &["down", "j"]),
    (Context::Global, Action::PageUp, &["pgup", "ctrl-b"]),
    (Context::Global, Action::PageDown, &["pgdn", "ctrl-f"]),
    (Context::Global, Action::First, &["home"]),
    (Context::Global, Action::Last, &["end", "G"]),
    (Context::Reading, Action::Close, &["esc", "q", "enter", "?"]),
    (Context::Reading, Action::Up, &["up", "k"]),
    (Context::Reading, Action::Down, &["down", "j"]),
    (Context::Reading, Action::PageUp, &["pgup", "ctrl-b"]),
    (Context::Reading, Action::PageDown, &["pgdn", "ctrl-f", "space"]),
    (Context::Reading, Action::Copy, &["y"]),
    (Context::Reading, Action::NextTab, &["tab"]),
    (Context::Reading, Action::PreviousTab, &["shift-tab"]),
    (Context::Form, Action::Confirm, &["enter"]),
    (Context::Form, Action::NextField, &["tab", "down"]),
    (Context::Form, Action::PreviousField, &["shift-tab", "up"]),
    (Context::Form, Action::Submit, &["ctrl-s"]),
    (Context::Form, Action::Discover, &["ctrl-d"]),
    (Context::Form, Action::Close, &["esc", "ctrl-c"]),
    (Context::Choosing, Action::Open, &["enter"]),
    (Context::Choosing, Action::Up, &["up", "ctrl-p"]),
    (Context::Choosing, Action::Down, &["down", "ctrl-n"]),
    (Context::Choosing, Action::Complete, &["tab"]),
    (Context::Choosing, Action::Close, &["esc", "ctrl-c"]),
    (Context::Question, Action::Yes, &["y"]),
    (Context::Question, Action::No, &["n", "esc", "q"]),
];

impl Default for Keymap {
    fn default() -> Self {
        let bindings = DEFAULTS
            .iter()
            .map(|(context, action, strokes)| Binding {
                context: *context,
                action: *action,
                // A test reads every default, so nothing is lost here.
                strokes: strokes.iter().filter_map(|it| it.parse().ok()).collect(),
            })
            .collect();
        Self { bindings }
    }
}

impl Keymap {
    /// The defaults with the user's `[keys]` over them: an action's name and all its keys, wherever it has any.
    ///
    /// # Errors
    /// An unknown action, a text that names no key, a key with two meanings in one place, a character that a form types.
    pub fn patched(patch: &BTreeMap<String, Vec<String>>) -> Result<Self, KeysError> {
        let mut map = Self::default();
        for (name, keys) in patch {
            let action: Action = name.parse().map_err(|_| KeysError::NoSuchAction(name.chars().take(40).collect()))?;
            let strokes: Vec<Stroke> =
                keys.iter().map(|it| it.parse()).collect::<Result<_, _>>().map_err(|why| KeysError::NotAKey { action, why })?;
            if strokes.is_empty() {
                return Err(KeysError::NoKeyLeft(action));
            }
            for binding in map.bindings.iter_mut().filter(|it| it.action == action) {
                binding.strokes.clone_from(&strokes);
            }
        }
        map.check()?;
        Ok(map)
    }

    fn check(&self) -> Result<(), KeysError> {
        for context in Context::iter() {
            let mut meant: Vec<(Stroke, Action)> = Vec::new();
            for binding in self.of(context) {
                for stroke in &binding.strokes {
                    if context.takes_text() && stroke.typed().is_some() {
                        return Err(KeysError::Typed { action: binding.action, stroke: stroke.to_string(), context });
                    }
                    match meant.iter().find(|(it, _)| it == stroke) {
                        Some((_, first)) if *first != binding.action => {
                            let (first, second) = (*first, binding.action);
                            return Err(KeysError::Conflict { stroke: stroke.to_string(), first, second, context });
                        }
                        _ => meant.push((*stroke, binding.action)),
                    }
                }
            }
        }
        Ok(())
    }

    /// The bindings in force in a context, its own first, then the global ones unless it is a popup.
    pub fn of(&self, context: Context) -> impl Iterator<Item = &Binding> {
        let global = !context.is_popup() && context != Context::Global;
        let own = self.bindings.iter().filter(move |it| it.context == context);
        own.chain(self.bindings.iter().filter(move |it| global && it.context == Context::Global))
    }

    /// What a stroke means in a context.
    #[must_use]
    pub fn action(&self, context: Context, stroke: Stroke) -> Option<Action> {
        self.of(context).find(|it| it.strokes.contains(&stroke)).map(|it| it.action)
    }

    /// The first key of an action in a context, as text; empty when it has none there.
    #[must_use]
    pub fn key(&self, context: Context, action: Action) -> String {
        self.of(context)
            .find(|it| it.action == action)
            .and_then(|it| it.strokes.first())
            .map(Stroke::to_string)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn patch(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        pairs.iter().map(|(name, keys)| ((*name).to_owned(), keys.iter().map(|it| (*it).to_owned()).collect())).collect()
    }

    #[test]
    fn the_defaults_are_readable_and_have_no_conflict() {
        for (context, action, strokes) in DEFAULTS {
            for stroke in *strokes {
                assert!(stroke.parse::<Stroke>().is_ok(), "{context} {action} {stroke}");
            }
        }
        assert_eq!(Keymap::default().check(), Ok(()));
    }

    #[test]
    fn every_action_is_bound_and_has_words() {
        for action in Action::iter() {
            assert!(DEFAULTS.iter().any(|(_, it, _)| *it == action), "{action} is nowhere");
            assert_eq!(action.to_string().parse(), Ok(action));
            assert!(!action.says().is_empty());
        }
    }

    #[test]
    fn a_patch_moves_an_action_wherever_it_is_and_frees_its_old_key() {
        let map = Keymap::patched(&patch(&[("probe-all", &["ctrl-r", "f5"])])).unwrap();
        for context in [Context::Board, Context::Run] {
            assert_eq!(map.action(context, "f5".parse().unwrap()), Some(Action::ProbeAll));
            assert_eq!(map.action(context, "R".parse().unwrap()), None);
        }
        assert_eq!(map.key(Context::Board, Action::ProbeAll), "ctrl-r");
    }

    #[rstest]
    #[case(&[("doing", &["space"] as &[&str])], "[keys]: `space` would mean both doing and done in the board; give one of them another key")]
    #[case(&[("help", &["d"] as &[&str])], "[keys]: `d` would mean both only-due and help in the apps; give one of them another key")]
    #[case(&[("fly", &["z"] as &[&str])], "[keys]: there is no action `fly`; `:` in the console lists them")]
    #[case(&[("submit", &["s"] as &[&str])], "[keys] submit: `s` is typed as text in a form; use it with ctrl or alt")]
    #[case(&[("undo", &[] as &[&str])], "[keys] undo: at least one key has to remain")]
    #[case(&[("undo", &["contrl-z"] as &[&str])], "[keys] undo: `contrl-z` names no key; write a character or a name such as ctrl-r, shift-tab, enter, pgdn or f5")]
    fn a_wrong_patch_is_refused_with_the_reason(#[case] pairs: &[(&str, &[&str])], #[case] says: &str) {
        assert_eq!(Keymap::patched(&patch(pairs)).unwrap_err().to_string(), says);
    }

    #[test]
    fn a_swap_is_no_conflict() {
        assert!(Keymap::patched(&patch(&[("doing", &["b"]), ("block", &["d"])])).is_ok());
    }
}
