//! The tokens of an engagement: where they lie, what their systems say of them at the end, and taking them out of the keyring.
//! What could not be asked or taken away is named; a token is in no line of it.

use crate::credentials::{KeyringError, Secret, Source};
use crate::desk::Desk;
use crate::desk::closing::Closing;
use crate::desk::connections::ASKED;
use crate::domain::app::Use;
use crate::domain::{AppName, AppSettings, FactBody, Foreign, Gap, System};
use crate::net::{Door, Keys};
use crate::systems::last_word::{Word, shown, whose};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use strum::VariantArray as _;

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
    /// Where it lies; never the token.
    pub sources: Vec<Source>,
    pub said: Said,
    pub asked: DateTime<Utc>,
}

impl Token {
    /// Where it lies, in words.
    #[must_use]
    pub fn places(&self) -> String {
        self.sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
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

/// What came of asking.
pub(super) struct Asked {
    pub tokens: Vec<Token>,
    pub without: Vec<System>,
    pub unseen: Vec<Foreign>,
}

/// Every system for which this app can have a token here, whatever its settings say by now.
fn systems() -> impl Iterator<Item = System> {
    System::VARIANTS.iter().copied().filter(|it| it.needs_credential())
}

impl Desk {
    /// Asks every token, side by side; names the systems in use that have none here, and the places that could not be seen.
    pub(super) async fn ask_tokens(&self, app: &AppName, settings: &AppSettings) -> Result<Asked, Trouble> {
        let is_used = |system: System| ASKED.contains(&system) && settings.uses(system) == Use::Yes;
        let wanted: Vec<(System, bool)> = systems().map(|it| (it, is_used(it))).collect();
        let (chain, name) = (std::sync::Arc::clone(&self.chain), app.clone());
        // Keyring, commands and vendors' programs may take their time.
        let found = tokio::task::spawn_blocking(move || {
            let look = |system, is_used| if is_used { chain.each(&name, system) } else { chain.own(&name, system) };
            wanted.into_iter().map(|(system, is_used)| (system, is_used, look(system, is_used))).collect::<Vec<_>>()
        })
        .await
        .map_err(|_| Trouble::failed("the credentials could not be looked up"))?;
        let (mut looks, mut tokens, mut without, mut unseen) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
        for (system, is_used, (there, silent)) in found {
            if is_used && there.is_empty() && silent.is_empty() {
                without.push(system);
            }
            for (source, why) in silent {
                if !is_used && matches!(source, Source::KeyringOfApp(_)) {
                    // One locked keyring is one thing to see to, and not one for each system.
                    unseen.insert(format!("{source}: {why}"));
                } else {
                    let said = Said::Unasked(Foreign::new(why));
                    tokens.push(Token { system, sources: vec![source], said, asked: self.clock.now() });
                }
            }
            for (secret, sources) in there {
                let keys: Keys = [(system, Ok::<Secret, Gap>(secret))].into_iter().collect();
                let door = self.door_of(keys, None)?;
                looks.push(async move {
                    let said = ask(&door, system, settings, sources.iter().all(is_shared)).await;
                    Token { system, sources, said, asked: self.clock.now() }
                });
            }
        }
        tokens.extend(futures_util::future::join_all(looks).await);
        let place = |system: System| ASKED.iter().position(|it| *it == system).unwrap_or(ASKED.len());
        tokens.sort_by_key(|token| (place(token.system), token.system));
        without.sort_by_key(|system| place(*system));
        Ok(Asked { tokens, without, unseen: unseen.into_iter().map(Foreign::from).collect() })
    }

    /// Takes the app's own credentials out of the keyring, with a receipt; names where others still are.
    pub(super) fn forget(&self, app: &AppName, closing: &Closing) -> Result<(Vec<System>, Vec<String>), Trouble> {
        let keyring = self.chain.keyring();
        let (mut forgotten, mut left) = (Vec::new(), Vec::new());
        let mut rest = systems();
        while let Some(system) = rest.next() {
            match keyring.remove(Some(app), system) {
                Ok(true) => forgotten.push(system),
                Ok(false) => {}
                // There is none, and so no entry of it.
                Err(error @ (KeyringError::NotBuilt | KeyringError::Off | KeyringError::NoKeyring)) => {
                    left.push(format!("the keyring: {error}"));
                    break;
                }
                // Each further one would be waited for as long.
                Err(error @ KeyringError::Slow) => {
                    let names: Vec<&str> = std::iter::once(system).chain(rest.by_ref()).map(System::title).collect();
                    left.push(format!("the keyring: {error}; its entries for these were not seen to: {}", names.join(", ")));
                }
                Err(error) => left.push(format!("the keyring's entry for {}: {error}", system.title())),
            }
        }
        let of_keyring = Source::KeyringOfApp(app.clone());
        for token in &closing.tokens {
            let elsewhere: Vec<String> = token.sources.iter().filter(|it| **it != of_keyring).map(ToString::to_string).collect();
            if !elsewhere.is_empty() {
                left.push(format!("{}: {}", token.system.title(), elsewhere.join(" and ")));
            }
        }
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
pub(super) async fn ask(door: &Door, system: System, settings: &AppSettings, is_shared: bool) -> Said {
    let mut word = whose(door, system).await;
    if is_shared && matches!(word, Word::Open(_)) {
        // Whose it is says more of a token that lets in here than what it sees.
        let here = shown(door, system, settings).await;
        word = here.filter(|it| !matches!(it, Word::Open(_))).unwrap_or(word);
    }
    match word {
        Word::Unknown(says) => Said::Refused(says),
        Word::ShutOut(says) => Said::ShutOut(says),
        Word::Open(says) => Said::Works(says),
        Word::Silent(why) => Said::Unasked(why),
    }
}
