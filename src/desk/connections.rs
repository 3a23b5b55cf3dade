//! The way to each system: is it connected, where would its credential come from, who are we there and what may we see.
//! Tells where a credential comes from and never what it is.

use super::Desk;
use crate::credentials::Source;
use crate::domain::app::Use;
use crate::domain::{AppName, Board, Foreign, Gap, GapKind, ItemId, System};
use crate::systems::identity::Identity;
use crate::systems::last_word::who_am_i;
use crate::trouble::Trouble;

/// The systems that probes of today ask, in the order in which they are shown.
pub const ASKED: [System; 7] =
    [System::Github, System::Supabase, System::Vercel, System::Openai, System::Openrouter, System::Scan, System::Site];

/// How a connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The app does not use it, for this reason.
    NotUsed(Foreign),
    /// Nobody named a project, repository or address.
    NotConnected,
    /// No credential was found.
    NoCredential,
    /// It needs none.
    NoneNeeded,
    /// A credential is there; nobody asked whether it works.
    NotChecked,
    Works(Identity),
    /// The system was asked and the answer was no, or none.
    Refused(Gap),
}

/// What is known of the way to one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub system: System,
    pub standing: Standing,
    /// What is looked at: a repository, a project, an address.
    pub subject: Option<Foreign>,
    /// Where the credential comes from.
    pub source: Option<Source>,
    /// Places that were looked in and hold none, when none was found.
    pub looked: Vec<Foreign>,
    /// The one step that opens it.
    pub step: Option<Foreign>,
    /// Items that cannot be decided without it.
    pub items: Vec<ItemId>,
}

impl Desk {
    /// Every system that a probe asks, without asking any. Looks up where credentials would come from, which may run
    /// a command: not for the interface's threads. What is found is marked, so that what waited for it is due.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn connections(&self, app: &AppName) -> Result<Vec<Connection>, Trouble> {
        let board = self.board(app)?;
        Ok(ASKED.iter().map(|system| self.connection(&board, *system)).collect())
    }

    fn connection(&self, board: &Board, system: System) -> Connection {
        let mut connection = Connection {
            system,
            standing: Standing::NotChecked,
            subject: board.settings.subject(system).map(Foreign::from),
            source: None,
            looked: Vec::new(),
            step: None,
            items: items_of(board, system),
        };
        match board.settings.uses(system) {
            Use::No(why) => connection.standing = Standing::NotUsed(why),
            Use::Unknown => {
                connection.standing = Standing::NotConnected;
                connection.step = step_of(board, system, GapKind::NotConfigured);
            }
            Use::Yes if !system.needs_credential() => connection.standing = Standing::NoneNeeded,
            Use::Yes => {
                let found = self.chain.find(&board.settings.name, system);
                match found {
                    Ok(found) => {
                        let app = std::slice::from_ref(&board.settings.name);
                        self.credential_was_set(app, system, &found.secret);
                        connection.source = Some(found.source);
                    }
                    Err(missing) => {
                        connection.standing = if missing.gap.kind == GapKind::NoCredential {
                            Standing::NoCredential
                        } else {
                            Standing::Refused(missing.gap.clone())
                        };
                        let nothing = |look: crate::credentials::Look| {
                            let why = look.nothing.map(|why| format!(": {why}")).unwrap_or_default();
                            Foreign::from(format!("{}{why}", look.source))
                        };
                        connection.looked = missing.looked.into_iter().map(nothing).collect();
                        connection.step = missing.gap.needs;
                    }
                }
            }
        }
        connection
    }

    /// Asks a system who we are there.
    ///
    /// # Errors
    /// A store that cannot be read, no connection can be made at all.
    pub async fn check(&self, app: &AppName, mut connection: Connection) -> Result<Connection, Trouble> {
        if connection.standing != Standing::NotChecked {
            return Ok(connection);
        }
        let door = self.door(app).await?;
        connection.standing = match who_am_i(&door, connection.system).await {
            Ok(identity) => Standing::Works(identity),
            Err(gap) => {
                connection.step.clone_from(&gap.needs);
                Standing::Refused(gap)
            }
        };
        Ok(connection)
    }
}

fn items_of(board: &Board, system: System) -> Vec<ItemId> {
    let asks = |it: &&crate::domain::Assessment| it.words.iter().any(|word| word.system == system);
    board.items.iter().filter(asks).map(|it| it.item.clone()).collect()
}

fn step_of(board: &Board, system: System, kind: GapKind) -> Option<Foreign> {
    let words = board.items.iter().flat_map(|it| it.words.iter());
    words.filter_map(|word| word.gap.as_ref()).find(|gap| gap.system == Some(system) && gap.kind == kind)?.needs.clone()
}
