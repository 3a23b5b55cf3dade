//! The letter to the client at the desk: made from the board, from what the probes say that they need, and from where
//! credentials come. No system is asked, and no credential is looked at beyond that it is there.

use super::Desk;
use crate::credentials::Found;
use crate::domain::app::Use;
use crate::domain::{AppName, AppSettings, Author, Foreign, GapKind, ProbeId, System};
use crate::letter::{self, KeyState, Letter, LetterWords, Needs, Request};
use crate::schedule::marks;
use crate::trouble::Trouble;
use std::collections::BTreeMap;
use strum::VariantArray as _;

impl Desk {
    /// The letter, or the reminder of what is still missing; none when nothing is needed from the client. Looks up where
    /// credentials would come from, which may run a command: not for the interface's threads.
    ///
    /// # Errors
    /// A store that cannot be read; an app of which nothing at all is known, for which a letter would ask for everything.
    pub fn letter(&self, app: &AppName, reminder: bool) -> Result<Option<Letter>, Trouble> {
        let board = self.board(app)?;
        if is_unknown(&board.settings) {
            return Err(Trouble::usage(format!("nothing is known of {app} yet, so there is nothing to ask for by name"))
                .next(format!("Enter what you know: `rescue app edit {app} --repo OWNER/NAME --url URL --person client:NAME`")));
        }
        let needs: BTreeMap<ProbeId, Needs> = crate::probes::all()
            .filter_map(|probe| {
                let meta = probe.meta();
                Some((meta.id.parse().ok()?, Needs { system: meta.system, needs: meta.needs }))
            })
            .collect();
        let keys = self.key_states(app, &board.settings)?;
        let authorisations = self.authorisations(app)?;
        let from = match self.author() {
            Author::Person(name) => name.clone(),
            Author::Tool(_) => Foreign::default(),
        };
        Ok(letter::build(&Request {
            board: &board,
            needs: &needs,
            keys: &keys,
            authorisations: &authorisations,
            from: &from,
            reminder,
            words: LetterWords::english(),
        }))
    }

    /// How we stand with the keys of the systems that the app uses. What is found is marked, as everywhere, so that the lane does
    /// not ask for it either.
    fn key_states(&self, app: &AppName, settings: &AppSettings) -> Result<BTreeMap<System, KeyState>, Trouble> {
        let (marks, key, now) = (self.store.marks(self.id(app)?)?, self.key_of_marks()?, self.clock.now());
        let used = System::VARIANTS.iter().filter(|it| it.needs_credential() && settings.uses(**it) == Use::Yes);
        let state = |system: System| match self.chain.find(app, system) {
            Err(missing) if missing.gap.kind == GapKind::NoCredential => KeyState::Missing,
            Err(_) => KeyState::Unusable,
            Ok(Found { secret, .. }) => {
                let name = key.name(secret.fingerprint().as_bytes());
                self.credential_was_set(std::slice::from_ref(app), system, &secret);
                // One that nobody marked was in no look yet: every run marks the ones that it looks with.
                let mark = marks.get(&marks::credential(system)).filter(|mark| mark.value == *name.as_str());
                KeyState::Here { since: mark.map_or(now, |mark| mark.changed.unwrap_or(mark.met)) }
            }
        };
        Ok(used.map(|system| (*system, state(*system))).collect())
    }
}

/// Neither a place nor a person is known.
fn is_unknown(settings: &AppSettings) -> bool {
    let nowhere = System::VARIANTS.iter().all(|system| settings.subject(*system).is_none());
    nowhere && !settings.people.iter().any(|it| it.side == crate::domain::Side::Client)
}
