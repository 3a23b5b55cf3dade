//! The close of an engagement: what stands open, every token of it asked once more, the receipts, and only then the closing
//! fact. A token that could not be asked is never called refused, and closing changes no item's truth.

pub mod tokens;

pub use tokens::{Said, Token, revoke};

use super::Desk;
use super::scheduled::secrets_of;
use crate::domain::{AppName, Board, FactBody, Foreign, Freshness, Gate, Item, ItemId, System, Truth};
use crate::snapshot::{Audience, Sharing};
use crate::trouble::Trouble;
use crate::words;
use tokens::Asked;

/// A gate that nobody closed and nobody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenGate {
    pub item: ItemId,
    pub short: String,
    pub gate: Gate,
    pub truth: Truth,
}

/// What stands between here and the close.
#[derive(Debug, Clone)]
pub struct Closing {
    pub board: Board,
    /// Gates of any kind that are open, those of today first.
    pub open: Vec<OpenGate>,
    pub tokens: Vec<Token>,
    /// Systems that the app uses and for which no token lies here: nothing could be asked.
    pub without: Vec<System>,
    /// Places of this app's own that gave no answer, with why: another token of it may lie there.
    pub unseen: Vec<Foreign>,
    /// The item that says that our access is gone, if the checklist has one.
    pub access: Option<ItemId>,
    /// Somebody judged it done, or accepted that it is open.
    pub access_is_settled: bool,
    /// The item that says that somebody keeps watching, and how it stands.
    pub watch: Option<(ItemId, Truth)>,
    /// The secrets that the client makes for the workflow which keeps watching.
    pub secrets: Vec<String>,
}

impl Closing {
    /// Every token was asked and opens nothing.
    #[must_use]
    pub fn all_are_gone(&self) -> bool {
        self.tokens.iter().all(|token| token.said.is_gone()) && self.without.is_empty() && self.unseen.is_empty()
    }

    /// Why it is not closed yet, one line each, with the next step; none: it may be closed.
    #[must_use]
    pub fn in_the_way(&self) -> Vec<String> {
        let name = &self.board.settings.name;
        let gate = |it: &OpenGate| {
            let OpenGate { item, short, gate, truth } = it;
            format!("{item} {short} (gate {gate}, {}): `rescue item show {name} {item}` says what it takes", truth.words())
        };
        self.open.iter().map(gate).chain(self.tokens_in_the_way()).collect()
    }

    /// What of this is about our tokens.
    #[must_use]
    pub fn tokens_in_the_way(&self) -> Vec<String> {
        let by_hand = |or: &str| match &self.access {
            Some(item) => format!("{or}say how you know: `rescue item done {} {item} --proof …`", self.board.settings.name),
            None => String::new(),
        };
        let mut lines = Vec::new();
        for token in &self.tokens {
            let (title, places) = (token.system.title(), token.places());
            match &token.said {
                Said::Works(_) => lines.push(format!("the {title} token from {places} still works: {}", revoke(token.system))),
                Said::Unasked(why) if !self.access_is_settled => {
                    lines.push(format!("whether the {title} token from {places} still works could not be asked: {why}"));
                }
                _ => {}
            }
        }
        if self.access_is_settled {
            return lines;
        }
        lines.extend(
            self.unseen.iter().map(|why| format!("whether another token of this app lies here could not be seen: {why}")),
        );
        lines.extend(self.without.iter().map(|system| {
            let by_hand = by_hand(", or ");
            format!("no {} token lies here, so none could be asked: give the one that was used{by_hand}", system.title())
        }));
        if let Some(item) = self.access.as_ref().filter(|_| self.tokens.is_empty() && lines.is_empty()) {
            lines.push(format!("{item}: no token of this app lies here, so nothing could be asked{}", by_hand("; ")));
        }
        lines
    }

    /// What was asked and answered, in one line: the receipt that goes with the fact.
    #[must_use]
    pub fn receipt(&self) -> String {
        if self.tokens.is_empty() {
            return "no token of this engagement lay here".to_owned();
        }
        let each = self.tokens.iter().map(|it| {
            format!(
                "{} from {}: {} at {} ({})",
                it.system.title(),
                it.places(),
                it.said.word(),
                words::moment(it.asked),
                it.said.says()
            )
        });
        each.collect::<Vec<_>>().join("; ")
    }
}

/// What became of a close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The beginning of the seal of the last page.
    pub page: String,
    /// Credentials that were taken out of the keyring, by system.
    pub forgotten: Vec<System>,
    /// Where credentials of this app still are that the keyring does not hold.
    pub left: Vec<String>,
}

impl Desk {
    /// Looks at everything that the close needs, and asks every token of the app once. Writes nothing.
    ///
    /// # Errors
    /// A store that cannot be read, no connection can be made at all.
    pub async fn closing(&self, app: &AppName) -> Result<Closing, Trouble> {
        let board = self.board(app)?;
        let Asked { tokens, without, unseen } = self.ask_tokens(app, &board.settings).await?;
        let at_close = |item: &&Item| item.fresh == Freshness::AtClose;
        let access = board.checklist.items.iter().find(at_close).map(|item| item.id.clone());
        let settled = |truth: Truth| truth.is_done() || matches!(truth, Truth::NotApplicable | Truth::Waived);
        let mut open: Vec<OpenGate> = board
            .items
            .iter()
            .filter(|it| !settled(it.truth) && Some(&it.item) != access.as_ref())
            .filter_map(|it| {
                let short = board.item(it.item.as_str()).map(|item| item.short.clone()).unwrap_or_default();
                Some(OpenGate { item: it.item.clone(), short, gate: it.gate?, truth: it.truth })
            })
            .collect();
        open.sort_by_key(|it| it.gate);
        let access_is_settled = access.as_ref().and_then(|id| board.assessment(id.as_str())).is_some_and(|it| settled(it.truth));
        let watch = board.assessment("HND-04").map(|it| (it.item.clone(), it.truth));
        let secrets = secrets_of(app, &board.settings);
        Ok(Closing { board, open, tokens, without, unseen, access, access_is_settled, watch, secrets })
    }

    /// Closes: the receipts, the last page, the closing fact; then, if asked, takes the app's credentials out of the keyring.
    /// The caller has seen to it that nothing is in the way, or that somebody said why it is closed all the same.
    ///
    /// # Errors
    /// A store that cannot be written, a keyring that refuses; what was written before stays.
    pub fn close(&self, app: &AppName, closing: &Closing, reason: &str, forget: bool) -> Result<Closed, Trouble> {
        let id = self.id(app)?;
        if let Some(item) = &closing.access {
            let is_proven = closing.all_are_gone() && !closing.tokens.is_empty();
            let proof = Foreign::new(format!("asked at the close: {}", closing.receipt()));
            // What was judged by hand, or cannot be said, is kept as a receipt and not as a judgement.
            let fact = if is_proven && !closing.access_is_settled {
                FactBody::Attested {
                    item: item.clone(),
                    proof: Some(proof),
                    stands_for: std::collections::BTreeSet::new(),
                    saw: std::collections::BTreeSet::new(),
                    founder: None,
                }
            } else {
                FactBody::Noted { item: item.clone(), text: proof, founder: None }
            };
            self.store.append(id, self.clock.now(), self.author(), [fact])?;
        }
        let record = self.make_snapshot(app, &Sharing { audience: Audience::Founder, ..Sharing::default() }, None)?;
        self.state(app, FactBody::Closed { reason: Foreign::new(reason) })?;
        let (forgotten, left) = if forget { self.forget(app, closing)? } else { (Vec::new(), Vec::new()) };
        Ok(Closed { page: super::snapshot::short(&record.seal), forgotten, left })
    }
}

#[cfg(test)]
mod tests;
