//! What is known of an app's stack, by the names that `applies_if` and `gate_if` use.
//! What nobody knows is unknown here, never false.

use super::app::Use;
use super::ledger::Ledger;
use super::{Gate, Item, System};

/// Whether a stack fact such as `uses.supabase` is known to be true or false. A connection says yes whatever the
/// settings say: what is connected is used.
#[must_use]
pub fn knows(ledger: &Ledger<'_>, fact: &str) -> Option<bool> {
    let settings = ledger.settings()?;
    let said = settings.stack.get(fact).copied();
    let of_system = |system| match ledger.usage(system) {
        Use::Yes => Some(true),
        Use::No(_) => said.or(Some(false)),
        Use::Unknown => said,
    };
    match fact {
        "uses.supabase" => of_system(System::Supabase),
        "uses.firebase" => of_system(System::Firebase),
        "uses.llm" => {
            let models = [System::Openai, System::Anthropic, System::Openrouter];
            if models.iter().any(|it| settings.providers.contains(it)) { Some(true) } else { said }
        }
        _ => said,
    }
}

/// The gate that an item is today: a condition known to be false takes it away.
#[must_use]
pub fn gate(item: &Item, ledger: &Ledger<'_>) -> Option<Gate> {
    item.gate.filter(|_| item.gate_if.as_ref().is_none_or(|fact| knows(ledger, fact) != Some(false)))
}

/// The stack fact without which the item does not apply, if it is known to be false.
#[must_use]
pub fn excludes<'i>(item: &'i Item, ledger: &Ledger<'_>) -> Option<&'i str> {
    item.applies_if.as_deref().filter(|fact| knows(ledger, fact) == Some(false))
}
