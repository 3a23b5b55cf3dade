//! Everything that a key can mean, with its words for help and footer. What an action does is the screens' business.

use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// What a person wants. The text form, such as `probe-all`, is the name in the `[keys]` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Action {
    // moving
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Back,
    NextTab,
    PreviousTab,
    #[strum(serialize = "tab-1")]
    Tab1,
    #[strum(serialize = "tab-2")]
    Tab2,
    #[strum(serialize = "tab-3")]
    Tab3,
    #[strum(serialize = "tab-4")]
    Tab4,
    #[strum(serialize = "tab-5")]
    Tab5,
    NextPart,
    PreviousPart,
    // everywhere
    Help,
    Palette,
    Quit,
    Apps,
    AddApp,
    Connections,
    Findings,
    Changes,
    ShowRun,
    Copy,
    Undo,
    Mouse,
    NextWeek,
    PreviousWeek,
    // an item
    ProbeThis,
    ProbeAll,
    Doing,
    Done,
    Block,
    Todo,
    Waive,
    Plan,
    Note,
    NotApplicable,
    Reopen,
    Filter,
    // a run
    Cancel,
    // a finding
    Group,
    Browse,
    Edit,
    Accept,
    Rotated,
    // changes, connections
    Since,
    Check,
    // forms and questions
    NextField,
    PreviousField,
    Confirm,
    Submit,
    Discover,
    Close,
    Yes,
    No,
}

impl Action {
    /// What it does, in the imperative, for help and palette.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Up => "Go up",
            Self::Down => "Go down",
            Self::PageUp => "Scroll up",
            Self::PageDown => "Scroll down",
            Self::First => "Go to the first",
            Self::Last => "Go to the last",
            Self::Open => "Open what is selected",
            Self::Back => "Go back",
            Self::NextTab => "Next tab",
            Self::PreviousTab => "Previous tab",
            Self::Tab1 => "First tab",
            Self::Tab2 => "Second tab",
            Self::Tab3 => "Third tab",
            Self::Tab4 => "Fourth tab",
            Self::Tab5 => "Fifth tab",
            Self::NextPart => "Next part of the detail",
            Self::PreviousPart => "Previous part of the detail",
            Self::Help => "Show the keys",
            Self::Palette => "Choose a command by name",
            Self::Quit => "Quit",
            Self::Apps => "Show all apps",
            Self::AddApp => "Add an app",
            Self::Connections => "Show the connections: who we are, what we may see",
            Self::Findings => "Show the findings",
            Self::Changes => "Show what changed, lost first",
            Self::ShowRun => "Show the run",
            Self::Copy => "Copy what is selected",
            Self::Undo => "Undo the last change",
            Self::Mouse => "Let the mouse go, or take it back",
            Self::NextWeek => "Demo: go on to the next week",
            Self::PreviousWeek => "Demo: go back a week",
            Self::ProbeThis => "Probe this item",
            Self::ProbeAll => "Probe everything",
            Self::Doing => "Say that you are doing it",
            Self::Done => "Say that it is done, with a proof",
            Self::Block => "Say on whom it waits",
            Self::Todo => "Back to todo: no longer doing, blocked or planned",
            Self::Waive => "Waive it: accept that it stays open",
            Self::Plan => "Plan it for a week",
            Self::Note => "Leave a note",
            Self::NotApplicable => "Say that it does not apply",
            Self::Reopen => "Reopen: take back done, waived or not applicable",
            Self::Filter => "Filter the list",
            Self::Cancel => "Cancel the run; what was decided stays",
            Self::Group => "Group by severity or by cause",
            Self::Browse => "Open the place in the browser",
            Self::Edit => "Open the file in the editor",
            Self::Accept => "Accept the finding until a date",
            Self::Rotated => "Say that the leaked secret was replaced, with the day",
            Self::Since => "Compare with another moment",
            Self::Check => "Check this connection",
            Self::NextField => "Next field",
            Self::PreviousField => "Previous field",
            Self::Confirm => "Next field; on the button: save",
            Self::Submit => "Save",
            Self::Discover => "Adding an app: read its repository and fill in what it says",
            Self::Close => "Close",
            Self::Yes => "Yes",
            Self::No => "No",
        }
    }

    /// The short word of the footer; none for what goes without saying.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::Open => "open",
            Self::Back => "back",
            Self::Help => "help",
            Self::Palette => "more",
            Self::Quit => "quit",
            Self::AddApp => "add app",
            Self::Connections => "connections",
            Self::Findings => "findings",
            Self::Changes => "changes",
            Self::Copy => "copy",
            Self::Undo => "undo",
            Self::NextWeek => "next week",
            Self::ProbeThis => "probe",
            Self::ProbeAll => "probe all",
            Self::Doing => "doing",
            Self::Done => "done",
            Self::Block => "block",
            Self::Waive => "waive",
            Self::Filter => "filter",
            Self::Cancel => "cancel",
            Self::Group => "group",
            Self::Browse => "browse",
            Self::Edit => "edit",
            Self::Accept => "accept",
            Self::Rotated => "rotated",
            Self::Since => "since",
            Self::Check => "check",
            Self::NextField => "next field",
            Self::Confirm => "next",
            Self::Submit => "save",
            Self::Close => "close",
            Self::Yes => "yes",
            Self::No => "no",
            _ => return None,
        })
    }
}
