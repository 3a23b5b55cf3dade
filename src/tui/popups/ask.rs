//! What is asked before something is stated: the fields of each form, and what a person should know before saving.

use super::Popup;
use super::answer::Purpose;
use super::form::FormPopup;
use crate::domain::state::StandingFinding;
use crate::domain::{Assessment, Decides, FactBody, Gate, Item, ItemId, Note, Side, Target, Work, WorkNote, evidence};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Check, Field, Form};
use crate::tui::world::{Step, World};
use crate::words;

const FOUNDER: (&str, &str, &str) = ("founder", "For the founder", "one sentence in plain words, or nothing");

fn form(world: &World, key: &str, title: String, intro: Vec<(Role, String)>, fields: Vec<Field>, purpose: Purpose) -> Popup {
    let draft = format!("{}:{key}", world.open.as_ref().map_or("", |it| it.as_str()));
    Popup::Form(Box::new(FormPopup::new(world, draft, title, intro, Form::new(fields, "Save"), purpose)))
}

fn title_of(world: &World, id: &ItemId) -> (Role, String) {
    (Role::Faint, world.item(id.as_str()).map_or(String::new(), |(_, item)| item.title.clone()))
}

/// States the work at once, without a form: it is undone as easily. Doing what is being done ends it.
#[must_use]
pub fn work(world: &World, assessment: &Assessment, work: WorkNote) -> Step {
    if assessment.truth.is_done() {
        return Step::Say(Role::Caution, format!("{} is done; there is no work on it", assessment.item));
    }
    let work = match (&assessment.work, work) {
        (Work::Doing { .. }, WorkNote::Doing) => WorkNote::Todo,
        (Work::Todo, WorkNote::Todo) => return Step::Say(Role::Caution, format!("{} is todo already", assessment.item)),
        (_, work) => work,
    };
    let Some(app) = world.open.clone() else { return Step::Say(Role::Caution, "No app is open".to_owned()) };
    Step::Do(Effect::Append { app, bodies: vec![FactBody::Work { item: assessment.item.clone(), work }] })
}

/// Done, with a proof; says which unseen proofs the word stands for, and shows the evidence that it judges.
#[must_use]
pub fn attest(world: &World, assessment: &Assessment, item: &Item) -> Step {
    let mut intro = vec![title_of(world, &assessment.item)];
    if assessment.rule == crate::domain::state::RuleState::Fails {
        intro.push((Role::Bad, "✘ A probe says that it fails. Your word is kept beside it and does not tick it".to_owned()));
    } else if item.decides == Decides::Probe && !assessment.by_hand && assessment.truth.is_done() {
        intro.push((Role::Good, "✔ Probes have verified it already".to_owned()));
    }
    let (unseen, _) = evidence::judgement_basis(assessment);
    if !unseen.is_empty() {
        let names: Vec<&str> = unseen.iter().map(crate::domain::ProbeId::as_str).collect();
        let proofs = words::count(unseen.len(), "unseen proof");
        intro.push((Role::Unseen, format!("? Your word stands in for {proofs}: {}", names.join(", "))));
    }
    let evidence: Vec<&Note> = assessment.words.iter().flat_map(|it| &it.notes).collect();
    let findings: usize = assessment.words.iter().map(|it| it.findings.len()).sum();
    if !evidence.is_empty() || findings > 0 {
        let seen = format!("{} and {}", words::count(findings, "finding"), words::count(evidence.len(), "note"));
        intro.push((Role::Text, format!("You judge {seen}; a new one reopens it:")));
        intro.extend(evidence.iter().take(3).map(|it| (Role::Faint, format!("· {}", it.says))));
    }
    let (name, label, hint) = FOUNDER;
    let fields = vec![
        Field::new(
            "proof",
            "Proof",
            "a link, a file, or a command and what it printed",
            Check::Needed("an item is done with a proof"),
        ),
        Field::new(name, label, hint, Check::Anything),
    ];
    let id = &assessment.item;
    Step::Raise(form(world, &format!("done:{id}"), format!("{id} is done"), intro, fields, Purpose::Attest(id.clone())))
}

/// On whom it waits, for what, until when.
#[must_use]
pub fn block(world: &World, assessment: &Assessment) -> Step {
    let mut intro = vec![title_of(world, &assessment.item)];
    let people: Vec<String> = world
        .board
        .iter()
        .flat_map(|it| &it.settings.people)
        .map(|person| {
            let side = if person.side == Side::Client { "client" } else { "ours" };
            format!("{} ({side})", person.name)
        })
        .collect();
    if !people.is_empty() {
        intro.push((Role::Text, format!("People: {}", people.join(", "))));
    }
    let (on, waits_for, until, founder, minutes) = match &assessment.work {
        Work::Blocked { on, waits_for, until, founder, minutes, .. } => (
            on.to_string(),
            waits_for.to_string(),
            until.map_or(String::new(), |it| it.to_string()),
            founder.as_ref().map_or(String::new(), ToString::to_string),
            minutes.map_or(String::new(), |it| it.to_string()),
        ),
        _ => Default::default(),
    };
    let fields = vec![
        Field::new("on", "Waits for whom", "a name", Check::Needed("on whom does it wait?")).holding(on),
        Field::new("what", "For what", "a token, an answer, a decision", Check::Needed("what does it wait for?"))
            .holding(waits_for),
        Field::new("until", "Until", "2027-02-01, or 30d, or nothing", Check::Until { needed: false }).holding(until),
        Field::new(FOUNDER.0, FOUNDER.1, FOUNDER.2, Check::Anything).holding(founder),
        Field::new("minutes", "Minutes of theirs", "15, or nothing", Check::Anything).holding(minutes),
    ];
    let id = &assessment.item;
    Step::Raise(form(world, &format!("block:{id}"), format!("{id} is blocked"), intro, fields, Purpose::Block(id.clone())))
}

/// In which week.
#[must_use]
pub fn plan(world: &World, assessment: &Assessment) -> Step {
    let weeks = world.board.as_ref().map_or(6, |it| it.settings.weeks);
    let mut intro = vec![title_of(world, &assessment.item)];
    if assessment.gate == Some(Gate::Now) {
        intro.push((Role::Caution, "It is a gate for now: it stays an alarm, whatever it is planned for".to_owned()));
    }
    let fields = vec![Field::new("week", "Week", "a week of the engagement", Check::Week(weeks))];
    let id = &assessment.item;
    Step::Raise(form(world, &format!("plan:{id}"), format!("Plan {id}"), intro, fields, Purpose::Plan(id.clone())))
}

/// A remark.
#[must_use]
pub fn note(world: &World, assessment: &Assessment) -> Step {
    let fields = vec![
        Field::new("text", "Note", "for the next reader", Check::Needed("write something, or close")),
        Field::new(FOUNDER.0, FOUNDER.1, FOUNDER.2, Check::Anything),
    ];
    let id = &assessment.item;
    let intro = vec![title_of(world, id)];
    Step::Raise(form(world, &format!("note:{id}"), format!("Note on {id}"), intro, fields, Purpose::Note(id.clone())))
}

/// Why it does not apply.
#[must_use]
pub fn not_applicable(world: &World, assessment: &Assessment) -> Step {
    let fields = vec![Field::new("reason", "Reason", "why it does not concern this app", Check::Needed("give the reason"))];
    let id = &assessment.item;
    let intro = vec![title_of(world, id)];
    let title = format!("{id} does not apply");
    Step::Raise(form(world, &format!("na:{id}"), title, intro, fields, Purpose::NotApplicable(id.clone())))
}

/// Why it is not done after all.
#[must_use]
pub fn reopen(world: &World, assessment: &Assessment) -> Step {
    let fields = vec![Field::new("reason", "Reason", "what changed", Check::Needed("give the reason"))];
    let id = &assessment.item;
    let intro =
        vec![title_of(world, id), (Role::Text, "Ends judgement, waiver and not-applicable; probes keep their word".to_owned())];
    Step::Raise(form(world, &format!("reopen:{id}"), format!("Reopen {id}"), intro, fields, Purpose::Reopen(id.clone())))
}

fn waiver_fields(is_gate: bool) -> Vec<Field> {
    let (name, label, hint) = FOUNDER;
    let mut fields = vec![
        Field::new("reason", "Reason", "why it may stay open", Check::Needed("give the reason")),
        Field::new("until", "Until", "the last day: 2027-02-01, or 30d, or 6w", Check::Until { needed: true }),
    ];
    if is_gate {
        fields.push(Field::new(
            "client",
            "Accepted by",
            "who on the client's side",
            Check::Needed("a gate is waived by somebody on the client's side"),
        ));
        fields.push(Field::new(
            "proof",
            "Proof",
            "their mail, a link to their word",
            Check::Needed("a gate is waived with a proof"),
        ));
    } else {
        fields.push(Field::new("client", "Accepted by", "who on the client's side, or nothing", Check::Anything));
        fields.push(Field::new("proof", "Proof", "their mail, a link to their word, or nothing", Check::Anything));
    }
    fields.push(Field::new(name, label, hint, Check::Anything));
    fields
}

/// Accepts that an item stays open.
#[must_use]
pub fn waive(world: &World, assessment: &Assessment) -> Step {
    let mut intro = vec![title_of(world, &assessment.item)];
    if assessment.gate.is_some() {
        intro.push((Role::Caution, "It is a gate: somebody on the client's side has to accept it, with a proof".to_owned()));
    }
    intro.push((
        Role::Faint,
        "Waived is not done: it has its own sign, its own count and its own list in the snapshot".to_owned(),
    ));
    let id = &assessment.item;
    let fields = waiver_fields(assessment.gate.is_some());
    let purpose = Purpose::Waive(Target::Item(id.clone()));
    Step::Raise(form(world, &format!("waive:{id}"), format!("Waive {id}"), intro, fields, purpose))
}

/// Accepts that a finding stays open; at a gate with the client.
#[must_use]
pub fn accept_finding(world: &World, standing: &StandingFinding) -> Popup {
    let is_gate = standing.items.iter().any(|it| world.item(it.as_str()).is_some_and(|(it, _)| it.gate.is_some()));
    let key = standing.finding.key();
    let mut intro = vec![(Role::Text, standing.finding.says.to_string())];
    if is_gate {
        intro.push((
            Role::Caution,
            "It stands at a gate: somebody on the client's side has to accept it, with a proof".to_owned(),
        ));
    }
    let purpose = Purpose::Waive(Target::Finding(key.clone()));
    form(world, &format!("accept:{key}"), "Accept this finding".to_owned(), intro, waiver_fields(is_gate), purpose)
}

/// Says that a leaked secret was replaced, on which day and where that can be seen.
#[must_use]
pub fn rotated(world: &World, standing: &StandingFinding) -> Popup {
    let key = standing.finding.key();
    let mut intro = vec![(Role::Text, standing.finding.says.to_string()), (Role::Faint, standing.finding.fix.to_string())];
    intro.push((Role::Caution, "First the new one is in place, then the old one is revoked and seen to be refused".to_owned()));
    let fields = vec![
        Field::new("on", "Replaced on", "the day, UTC: 2026-11-20", Check::Past).holding(world.now.date_naive().to_string()),
        Field::new(
            "proof",
            "Proof",
            "a link, a log, a command and what it printed; never the key",
            Check::Needed("a rotation is said with a proof"),
        ),
    ];
    form(world, &format!("rotated:{key}"), "This secret was replaced".to_owned(), intro, fields, Purpose::Rotated(key.clone()))
}

/// Takes the acceptance or the rotation of a finding back.
#[must_use]
pub fn reopen_finding(world: &World, standing: &StandingFinding) -> Popup {
    let key = standing.finding.key();
    let fields = vec![Field::new("reason", "Reason", "what changed", Check::Needed("give the reason"))];
    let intro = vec![(Role::Text, standing.finding.says.to_string())];
    form(
        world,
        &format!("reopen:{key}"),
        if standing.rotation.is_some() { "It was not replaced after all" } else { "No longer accept this finding" }.to_owned(),
        intro,
        fields,
        Purpose::ReopenFinding(key.clone()),
    )
}

/// A new app: a name and where its code is are enough to start.
#[must_use]
pub fn add_app(world: &World) -> Popup {
    let intro = vec![(
        Role::Text,
        format!(
            "A name and a repository are enough to start; {} reads the repository and fills in what it says",
            world.keymap.key(Context::Form, Action::Discover)
        ),
    )];
    let fields = vec![
        Field::new("name", "Name", "a-z, 0-9 and -, such as acme-shop", Check::NewApp),
        Field::new("title", "Title", "as the client calls it, such as Acme Shop", Check::Anything),
        Field::new("repo", "Repository", "owner/name at GitHub, or a folder: /…, ./…, ~/…", Check::Repository),
        Field::new("supabase", "Supabase", "the project reference: twenty letters", Check::Supabase),
        Field::new("staging", "Staging", "the staging project's reference, if it is a project of its own", Check::Supabase),
        Field::new("vercel", "Vercel", "team/project, or prj_…", Check::Vercel),
        Field::new("url", "Address", "https://shop.example.com", Check::Address),
        Field::new("assets", "Assets at", "files.example.com: further hosts that serve its scripts", Check::AssetHosts),
        Field::new("providers", "Pays for", "openai, anthropic, openrouter, twilio, resend", Check::Providers),
        Field::new("live", "Live since", "2026-09-01; nothing while it has no users", Check::Day),
        Field::new("weeks", "Weeks", "how long the engagement is", Check::Week(52)).holding("6"),
    ];
    let form = Form::new(fields, "Add");
    Popup::Form(Box::new(FormPopup::new(world, "add-app".to_owned(), "Add an app".to_owned(), intro, form, Purpose::AddApp)))
}
