//! The decisions of people about an app, at the desk: read from its facts, with what rests on each. It writes none.

use super::{Desk, no_settings};
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, Consent, Decision, ProbeId, decisions};
use crate::probes;
use crate::trouble::Trouble;
use std::collections::BTreeMap;

impl Desk {
    /// Every decision that counts now, those that ended included.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn decisions(&self, app: &AppName) -> Result<Vec<Decision>, Trouble> {
        let (facts, now) = (self.facts(app)?, self.clock.now());
        let board = self.board_of(&facts, now)?.ok_or_else(|| no_settings(app))?;
        let consents: BTreeMap<ProbeId, Consent> =
            probes::all().filter_map(|it| Some((it.meta().id.parse().ok()?, it.meta().consent))).collect();
        Ok(decisions(&Ledger::read(&facts, now), &board, &consents))
    }
}
