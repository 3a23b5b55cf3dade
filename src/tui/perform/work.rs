//! Makes work orders and proofs as the console wishes. A proof is a run like any other: it is shown, it can be cancelled, and
//! what it decides is stored before it is told.

use super::super::message::Message;
use super::{Performer, failed};
use crate::domain::{AppName, ItemId};
use std::sync::{Arc, PoisonError};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

impl Performer {
    pub(super) fn order(self: &Arc<Self>, app: AppName, item: ItemId) {
        self.off("There is no work order", move |me| {
            let order = me.desk.work_order(&app, &item)?;
            me.tell(Message::Order(Arc::new(order)));
            Ok(())
        });
    }

    pub(super) fn prove(self: &Arc<Self>, app: AppName, item: ItemId) {
        let me = Arc::clone(self);
        let stop = CancellationToken::new();
        *me.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(stop.clone());
        tokio::spawn(async move {
            let (tell, mut told) = unbounded_channel();
            let hearing = {
                let me = Arc::clone(&me);
                tokio::spawn(async move {
                    while let Some(event) = told.recv().await {
                        me.tell(Message::Run(event));
                    }
                })
            };
            let proven = me.desk.prove(&app, std::slice::from_ref(&item), tell, stop).await;
            let _ = hearing.await;
            match proven {
                Ok(proven) => {
                    me.tell(Message::Board(Arc::new(proven.board)));
                    me.tell(Message::Proven(Arc::new(proven.proof)));
                    me.reload();
                }
                Err(trouble) => me.tell(failed("It could not be proven", &trouble)),
            }
        });
    }
}
