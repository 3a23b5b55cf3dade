//! Money and accounts do not depend on what a caller claims: webhooks check a signature on the raw body and know an event
//! again, and no price comes from a request (dossier repo-signals.md §8, CHECKLIST ERR-04). Whether a broken step is taken
//! back is for a person.

mod compensation;

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge, of};
use crate::probes::places::{self, is_entry, is_webhook, is_webhook_name};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::failures::{Check, Origin, Payments};
use crate::repo::code::handlers::Kind;
use crate::repo::code::queries::Steps;
use crate::repo::code::{CodeFile, Import, is_about};
use crate::repo::entries::{Entered, Entries};
use chrono::{DateTime, Utc};
use compensation::Compensation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct PaymentIntegrity;

/// What webhooks and payments believe.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub webhooks: usize,
    /// Webhooks that check a signature on what came.
    pub verified: usize,
    /// Webhooks that check nothing.
    pub unverified: Vec<Spot>,
    /// Webhooks whose check a module does that could not be told from the text, or that compare a secret.
    pub unsure: Vec<Spot>,
    /// Webhooks that check a signature on what they parsed.
    pub parsed_first: Vec<Spot>,
    /// Secrets that are an empty text when the variable is not set.
    pub open_secrets: Vec<Spot>,
    /// Webhooks that keep no event's id.
    pub forgetful: Vec<Spot>,
    pub charges: usize,
    /// Payments whose amount the caller says.
    pub caller_says: Vec<Spot>,
    /// Payments whose amount or price the caller chooses, as it may be meant.
    pub caller_chooses: Vec<Spot>,
    /// Functions on the way of a webhook or a payment that write to several tables in separate steps.
    #[serde(default)]
    pub in_steps: Vec<Spot>,
    /// Packages of payment providers.
    #[serde(default)]
    pub packages: Vec<Foreign>,
    /// Charges and new accounts that a write follows.
    #[serde(default)]
    pub compensation: Compensation,
}

impl Probe for PaymentIntegrity {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.payment-integrity",
        system: System::Repo,
        asks: "Do webhooks verify what they are sent, and do prices come from the server?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 2,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §8",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let unread = seen.ground.gap("webhooks or payments");
        let findings = findings(seen);
        if !findings.is_empty() {
            let unsafe_hooks = seen.unverified.len() + seen.parsed_first.len();
            let says = format!(
                "{} check no signature on what was sent, and {}",
                of(unsafe_hooks, seen.webhooks, "webhooks"),
                of(seen.caller_says.len(), seen.charges, "payments take the amount from the request")
            );
            return Verdict::fail(says, findings).unseen(unread).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        if seen.ground.code_files == 0 {
            return Ground::no_code(settings);
        }
        if seen.webhooks == 0 && seen.charges == 0 && seen.compensation.followed == 0 {
            if let Some(first) = seen.packages.first() {
                let says = format!("`{first}` is installed, and neither a webhook nor a payment was found in the code");
                return Verdict::undecided(judge(
                    says,
                    "Find where payments are made: another repository, or functions edited elsewhere",
                ));
            }
            let says = format!("none of {} files of code takes a payment or a webhook", seen.ground.code_files);
            return Verdict::not_applicable(says);
        }
        let says = format!(
            "{} check a signature or a secret, {} know an event again, {} take the amount from the request",
            of(seen.verified + seen.unsure.len(), seen.webhooks, "webhooks"),
            of(seen.webhooks - seen.forgetful.len().min(seen.webhooks), seen.webhooks, "of them"),
            of(0, seen.charges, "payments")
        );
        let says = seen.compensation.says().map_or(says.clone(), |it| format!("{says}; {it}"));
        let step = "Read each critical path: does a step that breaks take back the ones before it, and is each event worked through once?";
        Verdict::undecided(judge(says, step)).with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = Vec::new();
        if let Some(it) = seen.unverified.first() {
            steps.push(format!("Check the provider's signature in {} before anything else", it.path).into());
        }
        if let Some(it) = seen.parsed_first.first() {
            steps.push(
                format!("Read the body of {} with `text()`, check the signature on that, and parse it after", it.path).into(),
            );
        }
        if let Some(it) = seen.caller_says.first() {
            steps.push(format!("Look the price up on the server in {}, by the id of what is bought", it.path).into());
        }
        if let Some(it) = seen.open_secrets.first() {
            steps.push(format!("Refuse every request in {} while the variable is not set", it.path).into());
        }
        steps.push("Store each event's id under a unique constraint, in the transaction that does the work".into());
        Remedy { steps, effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let make = |rule, severity, spots: &[Spot], fix| places::findings(&seen.ground, rule, severity, spots, fix);
    let mut all = make(
        "repo.webhook-unverified",
        Severity::Critical,
        &seen.unverified,
        "Check the provider's signature on the raw body, and refuse what fails",
    );
    all.extend(make(
        "repo.webhook-parsed-first",
        Severity::High,
        &seen.parsed_first,
        "Read the body as text, check the signature on it, and parse it after",
    ));
    all.extend(make(
        "repo.price-from-caller",
        Severity::Critical,
        &seen.caller_says,
        "Look the price up on the server, by the id of what is bought",
    ));
    all.extend(make(
        "repo.secret-may-be-empty",
        Severity::High,
        &seen.open_secrets,
        "Refuse every request while the variable is not set, instead of comparing with an empty text",
    ));
    all
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = places::evidence(&seen.ground, "repo.webhook-unsure", &seen.unsure);
    notes.extend(seen.compensation.notes(&seen.ground));
    notes.extend(places::evidence(&seen.ground, "repo.webhook-forgetful", &seen.forgetful));
    notes.extend(places::evidence(&seen.ground, "repo.price-chosen", &seen.caller_chooses));
    notes.extend(places::evidence(&seen.ground, "repo.payment-in-steps", &seen.in_steps));
    if seen.charges > 0 && seen.caller_says.is_empty() {
        let says = of(
            seen.charges,
            seen.charges,
            "payments take their amount from elsewhere than the request, as far as one function shows",
        );
        notes.push(Note { key: "repo.payments".to_owned(), level: NoteLevel::Info, says: says.into(), place: None });
    }
    notes
}

/// Packages that take payments.
const PACKAGES: [&str; 9] = [
    "stripe",
    "@stripe/stripe-js",
    "@paddle/paddle-node-sdk",
    "@lemonsqueezy/lemonsqueezy.js",
    "@polar-sh/sdk",
    "razorpay",
    "@mollie/api-client",
    "@paypal/paypal-server-sdk",
    "square",
];

/// Words of payments whose amount is the payer's to say.
const GIVING: [&str; 10] = ["donate", "donation", "donations", "tip", "tips", "topup", "top", "gift", "sponsor", "pledge"];

/// Whether a function of that name reads a payment from its provider.
fn asks_again(name: &str) -> bool {
    is_about(name, &["fetch", "retrieve"]) && is_about(name, &["payment", "order", "subscription", "charge", "invoice", "event"])
}

/// Words of hosts of payment providers.
const PROVIDERS: [&str; 8] = ["stripe", "paypal", "mercadopago", "mollie", "razorpay", "paddle", "asaas", "pagar"];

/// Words of a function that checks what was sent.
const HANDS: [&str; 3] = ["verify", "signature", "webhook"];

fn seen(survey: &Survey) -> Seen {
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    for name in PACKAGES {
        if survey.needs(&[name]) {
            seen.packages.push(name.into());
        }
    }
    for it in &Entries::of(survey).all {
        seen.entry(it);
    }
    for file in &survey.code {
        // An entry that exports nothing which is known as one is judged as a whole.
        if is_webhook(file) && file.handlers.entries.is_empty() {
            seen.hook(&Hook { file, line: 1, facts: file.failures.payments.clone(), entered: None });
        }
        seen.money(file);
    }
    seen.compensation = Compensation::of(survey);
    seen
}

/// Something that answers a vendor's events.
struct Hook<'s> {
    file: &'s CodeFile,
    line: u32,
    /// What it does itself, and what the functions do that it leads to.
    facts: Payments,
    entered: Option<&'s Entered<'s>>,
}

impl Hook<'_> {
    /// Whether it can use that import: it names something of it, or nothing is known of what it names.
    fn uses(&self, import: &Import) -> bool {
        let Some(it) = self.entered else { return true };
        let own = it.steps.iter().filter(|step| step.file.path == self.file.path);
        let named: Vec<&str> = own.flat_map(|step| &step.body.mentions).map(String::as_str).collect();
        import.locals.iter().any(|local| named.contains(&local.local.as_str()))
    }

    /// Whether a line of its file is its own code.
    fn holds(&self, line: u32) -> bool {
        self.entered.is_none_or(|it| it.handler.holds(line))
    }
}

/// What an entry does about webhooks and payments, with all that it leads to.
fn facts(it: &Entered<'_>) -> Payments {
    let mut facts = it.file.failures.payments.within(|line| it.handler.holds(line));
    for step in it.steps.iter().chain(&it.before) {
        let unit = step.name.and_then(|name| step.file.handlers.units.iter().find(|it| it.name == name));
        let Some(unit) = unit else { continue };
        let mut more = step.file.failures.payments.within(|line| (unit.line..=unit.until).contains(&line));
        // Who is signed in is asked by many a client that is made on the way, and says nothing of the sender.
        if step.file.path != it.file.path {
            more = more.on(it.handler.line);
            more.signed_in.clear();
        }
        facts.extend(more);
    }
    facts
}

/// Whether an entry answers a vendor's events: by its file, or by its own address.
fn is_hook(it: &Entered<'_>) -> bool {
    let is_routed = matches!(it.handler.kind, Kind::ServerRoute | Kind::CloudFunction);
    // Events are posted; a `GET` beside it shows a page, or answers a challenge.
    it.handler.method != "GET"
        && (is_webhook(it.file) || (is_routed && is_webhook_name(it.handler.route.as_deref().unwrap_or(&it.handler.name))))
}

impl Seen {
    fn entry(&mut self, it: &Entered<'_>) {
        let is_hook = is_hook(it);
        let charges = it.file.failures.payments.charges.iter().any(|charge| it.handler.holds(charge.line));
        if is_hook {
            self.hook(&Hook { file: it.file, line: it.handler.line, facts: facts(it), entered: Some(it) });
        }
        if is_hook || charges {
            for step in &it.steps {
                let unit = step.name.and_then(|name| step.file.handlers.units.iter().find(|it| it.name == name));
                let holds = |line: u32| unit.map_or_else(|| it.handler.holds(line), |it| (it.line..=it.until).contains(&line));
                let steps = step.file.queries.steps.iter().filter(|it| holds(it.line));
                let path = &step.file.path;
                self.in_steps.extend(steps.map(|it| Spot::new(path, it.line, in_steps(it))));
            }
        }
    }

    /// Judges one webhook.
    fn hook(&mut self, it: &Hook<'_>) {
        let Hook { file, facts, .. } = it;
        let spot = |line: u32, says: &str| Spot::new(&file.path, line, says);
        self.webhooks += 1;
        let first = facts.parses.first().copied().unwrap_or(it.line);
        // A check may stand in a module of the app: its name is all that the file says.
        let elsewhere = file.imports.iter().filter(|import| it.uses(import)).find(|it| {
            let is_own = it.from.starts_with('.') || it.from.starts_with("@/") || it.from.starts_with("~/");
            is_own && (is_about(&it.from, &HANDS) || it.names.iter().any(|name| is_about(name, &HANDS)))
        });
        // Next has read an API page's body before its handler runs, unless it is told not to.
        let is_taken = it.entered.is_some_and(|it| it.handler.kind == Kind::ApiPage)
            && file.handlers.body_parser != Some(false)
            && !facts.raw.is_empty();
        match facts.check() {
            Check::Parsed(line) => {
                let says = "a webhook checks its signature on what was parsed, not on what was sent";
                self.parsed_first.push(spot(line, says));
            }
            Check::Unsure(line) => {
                let says = "a webhook parses the body first; whether it checks its signature on what was sent is not seen";
                self.unsure.push(spot(line, says));
            }
            Check::Raw if is_taken => {
                let line = facts.raw.first().copied().unwrap_or(it.line);
                let says = "a webhook reads the raw body, which Next has parsed before it: `bodyParser` is not switched off";
                self.unsure.push(spot(line, says));
            }
            Check::Raw => self.verified += 1,
            Check::None => {
                let providers = |host: &Option<String>| host.as_ref().is_some_and(|it| is_about(it, &PROVIDERS));
                if let Some(check) = facts.checks.first() {
                    let says = format!("a webhook compares `{}` and checks no signature", check.name);
                    self.unsure.push(spot(check.line, &says));
                } else if let Some(import) = elsewhere {
                    let says = format!("whether a signature is checked is decided in `{}`", import.from);
                    self.unsure.push(spot(import.line, &says));
                } else if let Some(line) = facts.signed_in.first() {
                    self.unsure.push(spot(*line, "a webhook asks who is signed in and checks no signature"));
                } else if let Some(call) = file.failures.calls.iter().find(|call| it.holds(call.line) && providers(&call.host)) {
                    self.unsure.push(spot(call.line, "a webhook checks no signature; it asks the provider again instead"));
                } else if let Some(import) =
                    file.imports.iter().filter(|import| it.uses(import)).find(|it| it.names.iter().any(|name| asks_again(name)))
                {
                    let says = "a webhook checks no signature; it seems to ask the provider again instead";
                    self.unsure.push(spot(import.line, says));
                } else if let Some(lost) = it.entered.and_then(|it| it.lost.as_ref()) {
                    let says = format!("whether a signature is checked cannot be seen: {lost} cannot be followed");
                    self.unsure.push(spot(it.line, &says));
                } else {
                    self.unverified.push(spot(first, "a webhook checks neither a signature nor a secret"));
                }
            }
        }
        if facts.event_ids.is_empty() {
            let says = "a webhook keeps no event's id: an event that comes twice is worked through twice";
            self.forgetful.push(spot(it.line, says));
        }
    }

    /// Secrets and amounts of one file.
    fn money(&mut self, file: &CodeFile) {
        let payments = &file.failures.payments;
        let spot = |line: u32, says: &str| Spot::new(&file.path, line, says);
        if is_entry(file) {
            let open = payments.checks.iter().filter(|it| it.open);
            self.open_secrets.extend(open.map(|it| {
                spot(it.line, &format!("`{}` is an empty text when it is not set, and then anybody knows it", it.name))
            }));
        }
        let is_gift = is_about(&file.path, &GIVING);
        for it in &payments.charges {
            self.charges += 1;
            match &it.origin {
                Origin::Caller(_) if is_gift => {
                    self.caller_chooses.push(spot(it.line, "the payer says how much, as for a gift"));
                }
                Origin::Caller(name) => {
                    self.caller_says.push(spot(it.line, &format!("`{}` takes `{name}` from the request", it.by)));
                }
                Origin::Chosen => self.caller_chooses.push(spot(it.line, "the request names the price that is paid")),
                Origin::Elsewhere => {}
            }
        }
    }
}

/// What stays half-done when a step breaks.
fn in_steps(steps: &Steps) -> String {
    let tables: BTreeSet<&str> = steps.writes.iter().map(|it| it.table.as_str()).collect();
    let tables = tables.into_iter().collect::<Vec<_>>().join(", ");
    let function = steps.function.as_deref().unwrap_or("a function");
    format!("{function} writes {tables} one after the other: a step that breaks leaves those before it")
}

#[cfg(test)]
mod tests;
