//! The inventory of the sample, and an item whose evidence lies at several places.

use super::{ago, board, said};
use crate::desk::systems::{Entry, Inventory, Look};
use crate::domain::{Board, Foreign, Gap, GapKind, Note, NoteLevel, Outcome, Place, System};
use crate::repo::project::Strength;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn entry(name: &str, purpose: &'static str, metered: bool, place: &str, more: usize) -> Entry {
    let strength = if place.contains("package.json") { Strength::Declared } else { Strength::Imported };
    let (name, says, place) = (name.into(), Foreign::new("imports it"), place.to_owned());
    Entry { name, purpose, metered, strength, place, says, more, listed: None }
}

/// Five systems, and a file that nobody could read.
#[must_use]
pub fn systems() -> Inventory {
    let look = Look {
        at: ago(12),
        empty: false,
        commit: Some(COMMIT.into()),
        systems: vec![
            entry("Supabase", "database", false, "src/lib/supabase/server.ts:3", 41),
            entry("Stripe", "payments", false, "app/api/checkout/route.ts:7", 4),
            entry("Resend", "mail", true, "packages/notifications/src/channels/transactional/mail/templates/send.ts:12", 1),
            entry("OpenAI", "AI", true, "src/lib/日本語-llm.ts:14", 0),
            entry("Sentry", "error tracking", false, "package.json:31", 0),
        ],
        lists: vec![],
        unread: vec!["src/generated/types.ts (too large)".into()],
    };
    Inventory { seen: Some(look), unseen: None }
}

/// The board on which ACC-01 has two places that were read at a commit, and one that leads out of the checkout.
#[must_use]
pub fn evident_board() -> Board {
    let mut board = board();
    let judge = Gap::new(GapKind::NeedsJudgement, System::Repo, "the code shows 5 systems, and no document lists them");
    let mut word = said("repo.systems-inventory", System::Repo, Outcome::Undecided { gap: judge }, "the code shows 5 systems");
    let note = |key: &str, says: &str, path: &str, line| Note {
        key: key.to_owned(),
        level: NoteLevel::Evidence,
        says: says.into(),
        place: Some(Place::File { path: path.into(), line: Some(line), commit: Some(COMMIT.into()) }),
    };
    word.notes = vec![
        note("repo.system.Supabase", "Supabase (database)", "src/lib/supabase/server.ts", 3),
        note("repo.system.Stripe", "Stripe (payments)", "app/api/checkout/route.ts", 7),
        note("repo.system.Stripe.again", "Stripe (payments)", "app/api/checkout/route.ts", 7),
        note("repo.system.Odd", "Odd (content)", "../outside.ts", 1),
    ];
    if let Some(it) = board.items.iter_mut().find(|it| it.item.as_str() == "ACC-01") {
        it.words = vec![word];
    }
    board
}
