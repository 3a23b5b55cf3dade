//! The close of an engagement: what stands open, every token of it asked once more, the receipts, and only then the closing
//! fact. A token that could not be asked is never called refused, and closing changes no item's truth.

use super::Desk;
use super::connections::{ASKED, who_am_i};
use super::scheduled::secrets_of;
use crate::credentials::{Secret, Source};
use crate::domain::app::Use;
use crate::domain::{AppName, AppSettings, Board, FactBody, Foreign, Freshness, Gap, GapKind, Gate, Item, ItemId, System, Truth};
use crate::net::{Door, Keys};
use crate::snapshot::{Audience, Sharing};
use crate::systems::{github, supabase::Supabase, vercel::Vercel};
use crate::trouble::Trouble;
use crate::words;
use chrono::{DateTime, Utc};

/// A gate that nobody closed and nobody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenGate {
    pub item: ItemId,
    pub short: String,
    pub gate: Gate,
    pub truth: Truth,
}

/// What a system said to a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It does not know it any more.
    Refused(Foreign),
    /// It knows it, and lets it see nothing of this client any more: a token of ours that is for others, too.
    ShutOut(Foreign),
    /// It still works, and whose it is there.
    Works(Foreign),
    /// It could not be asked, or gave no clear answer.
    Unasked(Foreign),
}

impl Said {
    /// It opens nothing of this client.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::ShutOut(_))
    }

    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::ShutOut(_) => "shut out",
            Self::Works(_) => "still works",
            Self::Unasked(_) => "not asked",
        }
    }

    /// The system's own words, or why it was not asked.
    #[must_use]
    pub fn says(&self) -> &Foreign {
        match self {
            Self::Refused(says) | Self::ShutOut(says) | Self::Works(says) | Self::Unasked(says) => says,
        }
    }
}

/// A token of the engagement, or a place where one may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub system: System,
    /// Where it lies, in words; never the token.
    pub places: String,
    pub said: Said,
    pub asked: DateTime<Utc>,
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
        self.tokens.iter().all(|token| token.said.is_gone()) && self.without.is_empty()
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
        let name = &self.board.settings.name;
        let mut lines = Vec::new();
        for token in &self.tokens {
            match &token.said {
                Said::Works(_) => lines.push(format!(
                    "the {} token from {} still works: {}",
                    token.system.title(),
                    token.places,
                    revoke(token.system)
                )),
                Said::Unasked(why) if !self.access_is_settled => lines.push(format!(
                    "whether the {} token from {} still works could not be asked: {why}",
                    token.system.title(),
                    token.places
                )),
                _ => {}
            }
        }
        if !self.access_is_settled {
            lines.extend(self.without.iter().map(|system| {
                let by_hand = self.access.as_ref().map_or_else(String::new, |item| {
                    format!(", or say how you know: `rescue item done {name} {item} --proof …`")
                });
                format!("no {} token lies here, so none could be asked: give the one that was used{by_hand}", system.title())
            }));
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
                it.places,
                it.said.word(),
                words::moment(it.asked),
                it.said.says()
            )
        });
        each.collect::<Vec<_>>().join("; ")
    }
}

/// Where a token is taken back, for the end of a sentence.
#[must_use]
pub fn revoke(system: System) -> &'static str {
    match system {
        System::Github => "revoke it at GitHub (Settings, Developer settings, Personal access tokens) and leave the repository",
        System::Supabase | System::SupabaseProject => "delete it at Supabase (Account, Access Tokens) and leave the organisation",
        System::Vercel => "delete it at Vercel (Account Settings, Tokens) and leave the team",
        System::Openai => "ask an owner to delete it at OpenAI (Settings, Admin keys)",
        System::Anthropic => "ask an admin to delete it in Anthropic's console (Settings, Admin keys)",
        System::Openrouter => "delete it at OpenRouter (Settings, API Keys or Management API Keys)",
        _ => "revoke it where it was made",
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
        let (tokens, without) = self.ask_tokens(app, &board.settings).await?;
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
        Ok(Closing { board, open, tokens, without, access, access_is_settled, watch, secrets })
    }

    /// Asks every token, side by side; and names the systems in use that have none here.
    async fn ask_tokens(&self, app: &AppName, settings: &AppSettings) -> Result<(Vec<Token>, Vec<System>), Trouble> {
        let used: Vec<System> =
            ASKED.iter().copied().filter(|it| it.needs_credential() && settings.uses(*it) == Use::Yes).collect();
        let (chain, name, systems) = (std::sync::Arc::clone(&self.chain), app.clone(), used.clone());
        // Keyring, commands and vendors' programs may take their time.
        let found = tokio::task::spawn_blocking(move || {
            systems.into_iter().map(|system| (system, chain.each(&name, system))).collect::<Vec<_>>()
        })
        .await
        .map_err(|_| Trouble::failed("the credentials could not be looked up"))?;
        let (mut looks, mut tokens, mut without) = (Vec::new(), Vec::new(), Vec::new());
        for (system, (there, silent)) in found {
            if there.is_empty() && silent.is_empty() {
                without.push(system);
            }
            for (source, why) in silent {
                let said = Said::Unasked(Foreign::new(why));
                tokens.push(Token { system, places: source.to_string(), said, asked: self.clock.now() });
            }
            for (secret, sources) in there {
                let keys: Keys = [(system, Ok::<Secret, Gap>(secret))].into_iter().collect();
                let door = self.door_of(keys, None)?;
                looks.push(async move {
                    let said = ask(&door, system, settings, sources.iter().all(is_shared)).await;
                    let places = sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
                    Token { system, places, said, asked: self.clock.now() }
                });
            }
        }
        tokens.extend(futures_util::future::join_all(looks).await);
        tokens.sort_by_key(|token| ASKED.iter().position(|it| *it == token.system));
        Ok((tokens, without))
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

    /// Takes the app's own credentials out of the keyring, with a receipt; names where others still are.
    fn forget(&self, app: &AppName, closing: &Closing) -> Result<(Vec<System>, Vec<String>), Trouble> {
        let keyring = self.chain.keyring();
        let (mut forgotten, mut left) = (Vec::new(), Vec::new());
        for system in ASKED.iter().copied().filter(|it| it.needs_credential()) {
            match keyring.remove(Some(app), system) {
                Ok(true) => forgotten.push(system),
                Ok(false) => {}
                Err(error) => {
                    left.push(format!("the keyring: {error}"));
                    break;
                }
            }
        }
        let elsewhere = closing.tokens.iter().filter(|it| it.places != Source::KeyringOfApp(app.clone()).to_string());
        left.extend(elsewhere.map(|it| format!("{}: {}", it.system.title(), it.places)));
        if let Some(item) = closing.access.as_ref().filter(|_| !forgotten.is_empty()) {
            let names: Vec<&str> = forgotten.iter().map(|it| it.title()).collect();
            let text = format!("taken out of this machine's keyring after the close: the credentials of {}", names.join(", "));
            self.state(app, FactBody::Noted { item: item.clone(), text: Foreign::new(text), founder: None })?;
        }
        Ok((forgotten, left))
    }
}

/// A credential of the engineer's that is for other clients, too: it may go on working, and must not let in here.
fn is_shared(source: &Source) -> bool {
    match source {
        Source::KeyringShared | Source::Command | Source::Cli(_) => true,
        Source::Variable(name) => !name.starts_with("RESCUE_"),
        Source::KeyringOfApp(_) | Source::Given => false,
    }
}

/// Asks a system whether it knows a token, and if the token is for others, too, whether it still lets it see this client.
async fn ask(door: &Door, system: System, settings: &AppSettings, is_shared: bool) -> Said {
    let identity = match who_am_i(door, system).await {
        Ok(identity) => identity,
        // The only word that means this: every other refusal can have another cause.
        Err(gap) if gap.kind == GapKind::BadCredential => return Said::Refused(gap.says),
        Err(gap) => return Said::Unasked(gap.says),
    };
    let works = Said::Works(Foreign::new(format!("as {}", identity.name)));
    if !is_shared {
        return works;
    }
    let seen = match system {
        System::Github => match &settings.github {
            Some(slug) => github::may_see(door, slug).await.map(|it| it.private == Some(false)),
            None => return works,
        },
        System::Supabase => match &settings.supabase {
            Some(reference) => Supabase::new(door).project(reference.as_str()).await.map(|_| false),
            None => return works,
        },
        System::Vercel => match &settings.vercel {
            Some(project) => Vercel::new(door, project).project().await.map(|_| false),
            None => return works,
        },
        _ => return works,
    };
    match seen {
        Ok(false) => works,
        Ok(true) => Said::Unasked(Foreign::new("the repository is public, so that seeing it says nothing of our access")),
        // Both vendors hide what a token may not see behind "not there".
        Err(gap) if matches!(gap.kind, GapKind::NoPermission | GapKind::Ambiguous) => Said::ShutOut(gap.says),
        Err(gap) => Said::Unasked(gap.says),
    }
}

#[cfg(test)]
mod tests;
