//! Reads one `[[item]]` or `[[override]]` into the domain's words. Knows nothing of the items around it.

use super::fields::{Fields, Placed, whole};
use super::founder;
use super::problem::{nearest, shown};
use super::rule;
use super::urgency;
use crate::domain::checklist::Effort;
use crate::domain::{Consent, Decides, Freshness, Gate, Item, ItemId, JudgedFor, Phase, Rule};
use std::str::FromStr;
use toml::de::DeValue;

/// The keys of an item, in the order in which a file should write them.
pub(super) const KEYS: [&str; 28] = [
    "id",
    "phase",
    "short",
    "title",
    "why",
    "founder",
    "founder_done",
    "founder_ask",
    "founder_minutes",
    "stake",
    "emergency",
    "how",
    "decides",
    "rule",
    "to_come",
    "fresh",
    "judged_for",
    "gate",
    "gate_if",
    "applies_if",
    "absent",
    "rotation",
    "effort",
    "danger",
    "reach",
    "after",
    "consent",
    "references",
];

/// The longest label, in characters: it has to fit a list at 80 columns.
const LONGEST_SHORT: usize = 40;

/// The stack facts that `applies_if` and `gate_if` may name (CHECKLIST, columns).
pub(super) const STACK_FACTS: [&str; 6] =
    ["uses.supabase", "uses.firebase", "uses.payments", "uses.llm", "uses.uploads", "uses.edge_functions"];

/// How strictly a text is read.
#[derive(Clone, Copy)]
pub(super) enum Strictness<'a> {
    /// A text that somebody is about to use: everything is checked against the probes that exist.
    Adopting(&'a dyn Fn(&str) -> bool),
    /// A text that was adopted once: it must load for ever, so only what an item cannot be without is asked for.
    Stored,
}

/// An item as read, with the places that later checks speak of.
pub(super) struct Drafted {
    /// None when the item has problems of its own.
    pub item: Option<Item>,
    pub id: Option<ItemId>,
    /// Where the item begins.
    pub at: usize,
    /// Where each entry of `after` stands, in its order; empty for an item taken over from a parent.
    pub after: Vec<Placed<ItemId>>,
}

/// The id of a table, or a problem.
pub(super) fn read_id(fields: &mut Fields<'_, '_>) -> Option<ItemId> {
    if fields.get("id").is_none() {
        fields.problem(fields.at, "an item has no `id`; write one such as SEC-01");
        return None;
    }
    let Placed { it, at } = fields.text("id")?;
    match it.parse::<ItemId>() {
        Ok(id) => {
            fields.item = Some(it);
            Some(id)
        }
        Err(error) => {
            fields.problem(at, error.to_string());
            None
        }
    }
}

/// Reads the fields of an item; those that are absent come from `base`, else from the defaults of the format.
pub(super) fn read(fields: &mut Fields<'_, '_>, id: ItemId, base: Option<&Item>, how: Strictness<'_>) -> Drafted {
    if let Strictness::Adopting(_) = how {
        fields.refuse_others(&KEYS);
    }
    let at = fields.at;
    let after = read_after(fields);
    let problems_before = fields.problems.len();
    let item = build(fields, &id, base, after.as_deref(), how);
    let item = item.filter(|_| fields.problems.len() == problems_before);
    Drafted { item, id: Some(id), at, after: after.unwrap_or_default() }
}

fn build(
    fields: &mut Fields<'_, '_>,
    id: &ItemId,
    base: Option<&Item>,
    after: Option<&[Placed<ItemId>]>,
    how: Strictness<'_>,
) -> Option<Item> {
    let phase = required(fields, "phase", base.map(|it| it.phase), "week-1, weeks-2-3 or weeks-4-6", |fields| {
        fields.word::<Phase>("phase", "week-1, weeks-2-3, weeks-4-6")
    });
    let mut sentence = |key: &'static str, from: Option<&String>, wanted: &'static str| {
        required(fields, key, from.cloned(), wanted, |fields| fields.text(key).map(|text| text.it))
    };
    let title = sentence("title", base.map(|it| &it.title), "the acceptance criterion in one sentence");
    let why = sentence("why", base.map(|it| &it.why), "one sentence that an engineer would say");
    let founder =
        sentence("founder", base.map(|it| &it.founder), "what can happen while it is not done, in one sentence for the founder");
    let to_founder = founder::read(fields, base, title.as_deref());
    let short = read_short(fields);
    let urgency = urgency::read(fields, base, title.as_deref());
    let steps = required(fields, "how", base.map(|it| it.how.clone()), "a list of steps", |fields| {
        let steps = fields.texts("how")?;
        if steps.is_empty() {
            let at = fields.get("how").map_or(fields.at, |value| value.span().start);
            fields.problem(at, "`how` has no step; write at least one");
        }
        Some(steps.into_iter().map(|step| step.it).collect())
    });
    let decides = required(fields, "decides", base.map(|it| it.decides), "probe, both or person", |fields| {
        fields.word::<Decides>("decides", "probe, both, person")
    });
    let rule = rule::read(fields, how).or_else(|| base.map(|it| it.rule.clone())).unwrap_or(Rule::All(Vec::new()));
    let to_come = texts_or(fields, "to_come", base.map(|it| &it.to_come));
    let references = texts_or(fields, "references", base.map(|it| &it.references));
    let fresh = read_fresh(fields).or(base.map(|it| it.fresh)).unwrap_or(Freshness::Days(8));
    let judged_for = read_judged_for(fields).or(base.map(|it| it.judged_for)).unwrap_or(JudgedFor::Days(30));
    let gate = optional_word::<Gate>(fields, "gate", "now, launch, close, none", base.and_then(|it| it.gate));
    let gate_if = stack_fact(fields, "gate_if", base.and_then(|it| it.gate_if.clone()), how);
    let applies_if = stack_fact(fields, "applies_if", base.and_then(|it| it.applies_if.clone()), how);
    let absent_is_fine = read_absent(fields).or(base.map(|it| it.absent_is_fine)).unwrap_or(false);
    let rotation = fields.flag("rotation").or(base.map(|it| it.rotation)).unwrap_or(false);
    let effort = fields.word::<Effort>("effort", "S, M, L").or(base.map(|it| it.effort)).unwrap_or_default();
    let danger = one_to_five(fields, "danger").or(base.map(|it| it.danger)).unwrap_or(3);
    let reach = one_to_five(fields, "reach").or(base.map(|it| it.reach)).unwrap_or(3);
    let consent = fields.word::<WrittenConsent>("consent", "passive, outside-in, active").map(|it| it.0);
    let consent = consent.or(base.map(|it| it.consent)).unwrap_or(Consent::Passive);
    let after = match after {
        Some(after) => after.iter().map(|entry| entry.it.clone()).collect(),
        None => base.map(|it| it.after.clone()).unwrap_or_default(),
    };
    let short = short.or_else(|| label_from(base, title.as_deref())).unwrap_or_default();
    let item = Item {
        id: id.clone(),
        phase: phase?,
        short,
        title: title?,
        why: why?,
        founder: founder?,
        founder_done: to_founder.done,
        founder_ask: to_founder.ask,
        founder_minutes: to_founder.minutes,
        stake: urgency.stake,
        // A parent's order goes with the parent's gate.
        emergency: if gate == Some(Gate::Now) || fields.get("emergency").is_some() { urgency.emergency } else { Vec::new() },
        how: steps?,
        decides: decides?,
        rule,
        fresh,
        judged_for,
        gate,
        gate_if,
        applies_if,
        absent_is_fine,
        rotation,
        effort,
        danger,
        reach,
        after,
        to_come,
        consent,
        references,
    };
    if let Strictness::Adopting(_) = how {
        refuse_contradictions(fields, &item);
    }
    Some(item)
}

/// The label for lists: at most [`LONGEST_SHORT`] characters.
fn read_short(fields: &mut Fields<'_, '_>) -> Option<String> {
    let text = fields.text("short")?;
    let length = text.it.chars().count();
    if length > LONGEST_SHORT {
        fields.problem(text.at, format!("`short` has {length} characters; it stands in lists, so keep it to {LONGEST_SHORT}"));
        return None;
    }
    Some(text.it)
}

/// The label of an item that names none: its base's own, else its title, cut. A label that only came from the base's
/// title goes with that title.
fn label_from(base: Option<&Item>, title: Option<&str>) -> Option<String> {
    let own = base.filter(|it| it.short != label_of(&it.title)).map(|it| it.short.clone());
    own.or_else(|| title.map(label_of))
}

/// A title as a label.
fn label_of(title: &str) -> String {
    if title.chars().count() <= LONGEST_SHORT {
        return title.to_owned();
    }
    let kept: String = title.chars().take(LONGEST_SHORT - 1).collect();
    format!("{}…", kept.trim_end())
}

/// What each field may say but not together with another.
fn refuse_contradictions(fields: &mut Fields<'_, '_>, item: &Item) {
    let place = |fields: &Fields<'_, '_>, key: &str| fields.get(key).map_or(fields.at, |value| value.span().start);
    let asks = !item.rule.probes().is_empty();
    if item.decides == Decides::Person && asks {
        let at = place(fields, "rule");
        fields.problem(at, "a person decides it, so no probe may; remove `rule` or write decides = \"both\"");
    }
    if item.decides == Decides::Probe && !asks && item.to_come.is_empty() {
        let at = place(fields, "decides");
        fields.problem(
            at,
            "probes decide it but none is named; add a `rule`, name what is to come in `to_come`, or let a person decide",
        );
    }
    if item.gate.is_none() && item.gate_if.is_some() {
        let at = place(fields, "gate_if");
        fields.problem(at, "`gate_if` without a `gate` does nothing; add the gate or remove it");
    }
    urgency::refuse_contradictions(fields, item);
    founder::refuse_contradictions(fields, item);
}

fn required<'t, T>(
    fields: &mut Fields<'t, '_>,
    key: &str,
    base: Option<T>,
    wanted: &str,
    read: impl FnOnce(&mut Fields<'t, '_>) -> Option<T>,
) -> Option<T> {
    if fields.get(key).is_some() {
        return read(fields);
    }
    if base.is_none() {
        fields.problem(fields.at, format!("`{key}` is missing; write {wanted}"));
    }
    base
}

fn texts_or(fields: &mut Fields<'_, '_>, key: &str, base: Option<&Vec<String>>) -> Vec<String> {
    match fields.texts(key) {
        Some(texts) => texts.into_iter().map(|text| text.it).collect(),
        None => base.cloned().unwrap_or_default(),
    }
}

/// A word that may be absent; `none` takes a parent's away.
fn optional_word<T: FromStr>(fields: &mut Fields<'_, '_>, key: &str, words: &str, base: Option<T>) -> Option<T> {
    match fields.get(key).map(|value| value.get_ref().as_str()) {
        None => base,
        Some(Some("none")) => None,
        Some(_) => fields.word(key, words),
    }
}

fn stack_fact(fields: &mut Fields<'_, '_>, key: &str, base: Option<String>, how: Strictness<'_>) -> Option<String> {
    if fields.get(key).is_none() {
        return base;
    }
    let Placed { it, at } = fields.text(key)?;
    if it == "none" {
        return None;
    }
    if let Strictness::Adopting(_) = how
        && !STACK_FACTS.contains(&it.as_str())
    {
        let next = match nearest(&it, &STACK_FACTS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the facts are {}", STACK_FACTS.join(", ")),
        };
        fields.problem(at, format!("`{key}` names `{}`, which is not a stack fact; {next}", shown(&it)));
    }
    Some(it)
}

fn read_after(fields: &mut Fields<'_, '_>) -> Option<Vec<Placed<ItemId>>> {
    let texts = fields.texts("after")?;
    let mut found = Vec::new();
    for Placed { it, at } in texts {
        match it.parse::<ItemId>() {
            Ok(id) => found.push(Placed { it: id, at }),
            Err(error) => fields.problem(at, format!("`after`: {error}")),
        }
    }
    Some(found)
}

fn one_to_five(fields: &mut Fields<'_, '_>, key: &str) -> Option<u8> {
    let value = fields.get(key)?;
    let number = whole(value.get_ref()).and_then(|number| u8::try_from(number).ok());
    let fitting = number.filter(|number| (1..=5).contains(number));
    if fitting.is_none() {
        let says = format!("`{key}` is not a whole number from 1 to 5; 1 is tidy, 5 is users' data today");
        fields.problem(value.span().start, says);
    }
    fitting
}

fn read_absent(fields: &mut Fields<'_, '_>) -> Option<bool> {
    let Placed { it, at } = fields.text("absent")?;
    match it.as_str() {
        "na" => Some(true),
        "fails" => Some(false),
        other => {
            fields.problem(
                at,
                format!("`absent` is `{}`; write \"na\" where having nothing is fine, else \"fails\"", shown(other)),
            );
            None
        }
    }
}

/// A number of days from 1 to 366, or none of any kind.
fn days(value: &DeValue<'_>) -> Option<u16> {
    whole(value).and_then(|number| u16::try_from(number).ok()).filter(|number| (1..=366).contains(number))
}

fn read_fresh(fields: &mut Fields<'_, '_>) -> Option<Freshness> {
    let value = fields.get("fresh")?;
    if value.get_ref().as_str() == Some("at-close") {
        return Some(Freshness::AtClose);
    }
    if let Some(number) = days(value.get_ref()) {
        return Some(Freshness::Days(number));
    }
    fields.problem(
        value.span().start,
        "`fresh` is neither a number of days from 1 to 366 nor \"at-close\"; write 8 for a weekly rerun",
    );
    None
}

fn read_judged_for(fields: &mut Fields<'_, '_>) -> Option<JudgedFor> {
    let value = fields.get("judged_for")?;
    if value.get_ref().as_str() == Some("engagement") {
        return Some(JudgedFor::Engagement);
    }
    if let Some(number) = days(value.get_ref()) {
        return Some(JudgedFor::Days(number));
    }
    let says = "`judged_for` is neither a number of days from 1 to 366 nor \"engagement\"; write 30 for a monthly look";
    fields.problem(value.span().start, says);
    None
}

/// [`Consent`] by its words.
struct WrittenConsent(Consent);

impl FromStr for WrittenConsent {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Consent::Passive, Consent::OutsideIn, Consent::Active]
            .into_iter()
            .find(|it| <&'static str>::from(it) == text)
            .map(Self)
            .ok_or(())
    }
}
