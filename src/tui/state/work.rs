//! What the console makes of a work order and of a proof that it asked for. As all of the state, it does no I/O.

use super::State;
use crate::orders::{Form, Proof, WorkOrder};
use crate::tui::popups::{
    Popup,
    reading::{Matter, Reading},
};
use std::sync::Arc;

impl State {
    /// Shows the order, unless another app was opened meanwhile.
    pub(super) fn heard_of_order(&mut self, order: Arc<WorkOrder>) {
        if self.world.open.as_ref() == Some(&order.app) {
            self.popups.push(Popup::Reading(Reading::new(Matter::Order(order, Form::Text))));
        }
    }

    /// Shows the proof; whatever became of its run, none is about to start any more.
    pub(super) fn heard_of_proof(&mut self, proof: Arc<Proof>) {
        self.world.starting = false;
        if self.world.open.as_ref() == Some(&proof.app) {
            self.popups.push(Popup::Reading(Reading::new(Matter::Proof(proof))));
        }
    }
}
