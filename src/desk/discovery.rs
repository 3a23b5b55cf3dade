//! Looks at an app's repository for what it says of the app, and turns what a person accepts into settings. It changes
//! nothing by itself: what is proposed is shown first.

use super::Desk;
use super::fields::Fields;
use crate::domain::discovery::{Discovery, Field, Proposal};
use crate::domain::{AppName, AppSettings, Checklist, Foreign, Gap, System};
use crate::probes::{Sight, files};
use crate::repo;
use crate::scan::ScanKey;
use crate::trouble::Trouble;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

impl Desk {
    /// What the repository of these settings proposes: of an app that is known, or of one that somebody is about to take
    /// on. Reads the checkout, or else the archive of the default branch; ends soon after `stop` becomes true.
    ///
    /// # Errors
    /// No repository is named, or it could not be had or read.
    pub async fn discover(&self, settings: &AppSettings, stop: &Arc<AtomicBool>) -> Result<Discovery, Trouble> {
        let sight = self.sight_without_an_app(settings, Arc::clone(stop)).await?;
        let survey = files::surveyed(&sight).await.map_err(|gap| unseen(&gap))?;
        let Some(survey) = survey.as_ref() else {
            return Err(Trouble::failed("the repository is empty").next("Push the app's code, then look again"));
        };
        let mut discovery = repo::discover(survey);
        discovery.proposals.retain(|it| !is_known(settings, it));
        discovery.applies = applies(self.checklist_for(&settings.name)?.as_ref(), &discovery);
        Ok(discovery)
    }

    /// A sight for looks at files alone: with the credentials that an app of that name has, and no shelf.
    async fn sight_without_an_app(&self, settings: &AppSettings, stop: Arc<AtomicBool>) -> Result<Sight, Trouble> {
        let door = self.door_for(&settings.name, None).await?;
        Ok(Sight {
            settings: Arc::new(settings.clone()),
            door,
            now: self.clock.now(),
            scan_key: ScanKey::new(self.store.scan_key()?),
            stop,
            scratch: Arc::new(self.paths.scratch()),
            once: Arc::default(),
            cloner: None,
            reach: crate::scan::Reach::App,
        })
    }

    /// The checklist that the app adopted, or the one that a new app would.
    fn checklist_for(&self, app: &AppName) -> Result<Arc<Checklist>, Trouble> {
        if self.knows(app)? {
            return Ok(self.board(app)?.checklist);
        }
        Ok(Arc::new(self.checklist(crate::checklist::embedded_name())?.1))
    }
}

fn unseen(gap: &Gap) -> Trouble {
    let trouble = Trouble::failed("the repository could not be read").why(&gap.says);
    match &gap.needs {
        Some(step) => trouble.next(step),
        None => trouble,
    }
}

/// Whether the app's settings say so already.
pub(super) fn is_known(settings: &AppSettings, proposal: &Proposal) -> bool {
    let value = proposal.value.as_str();
    let is = |known: Option<String>| known.is_some_and(|it| it == value);
    match proposal.field {
        Field::Title => settings.title.as_str() != settings.name.as_str(),
        Field::Github => is(settings.github.as_ref().map(ToString::to_string)),
        Field::Supabase => is(settings.supabase.as_ref().map(ToString::to_string)),
        Field::Staging => is(settings.staging.as_ref().map(ToString::to_string)),
        Field::Vercel => is(settings.vercel.as_ref().map(ToString::to_string)),
        Field::Url => settings.url.is_some(),
        Field::Provider => value.parse::<System>().is_ok_and(|it| settings.providers.contains(&it)),
        Field::Stack => value
            .split_once('=')
            .is_some_and(|(fact, said)| settings.stack.get(fact).is_some_and(|known| known.to_string() == said)),
        Field::Framework | Field::Builder | Field::PackageManager | Field::Folder | Field::Uses => false,
    }
}

/// The items whose condition, or whose gate's condition, a proposal makes known.
fn applies(checklist: &Checklist, discovery: &Discovery) -> Vec<(crate::domain::ItemId, String)> {
    let has = |wanted: Field, value: &str| discovery.proposals.iter().any(|it| it.field == wanted && it.value == value);
    let is_true = |fact: &str| match fact {
        "uses.supabase" if discovery.proposals.iter().any(|it| it.field == Field::Supabase) => true,
        "uses.llm" if ["openai", "anthropic", "openrouter"].iter().any(|it| has(Field::Provider, it)) => true,
        fact => has(Field::Stack, &format!("{fact}=true")),
    };
    let conditions = |it: &crate::domain::Item| it.applies_if.clone().into_iter().chain(it.gate_if.clone()).collect::<Vec<_>>();
    let items = checklist.items.iter().filter_map(|it| {
        let fact = conditions(it).into_iter().find(|fact| is_true(fact))?;
        Some((it.id.clone(), fact))
    });
    items.collect()
}

/// The fields that these proposals set.
///
/// # Errors
/// A usage trouble for a value that the setting cannot hold, and for two values of a setting that holds one.
pub fn accepted<'p>(proposals: impl IntoIterator<Item = &'p Proposal>) -> Result<Fields, Trouble> {
    let mut fields = Fields::default();
    let mut taken = BTreeSet::new();
    for proposal in proposals {
        let (field, value) = (proposal.field, proposal.value.as_str());
        if field.is_single() && !taken.insert(field) {
            return Err(
                Trouble::usage(format!("{field} can be one value only")).next(format!("Name it: `--accept {field}=VALUE`"))
            );
        }
        let wrong = |why: &dyn std::fmt::Display| {
            Trouble::usage(format!("{field}: {why}")).next("Accept the others, and give this one with `rescue app edit`")
        };
        match field {
            Field::Title => fields.title = Some(value.to_owned()),
            Field::Github => fields.github = Some(value.parse().map_err(|it| wrong(&it))?),
            Field::Supabase => fields.supabase = Some(value.parse().map_err(|it| wrong(&it))?),
            Field::Staging => fields.staging = Some(value.parse().map_err(|it| wrong(&it))?),
            Field::Vercel => fields.vercel = Some(value.parse().map_err(|it| wrong(&it))?),
            Field::Url => fields.url = Some(value.parse().map_err(|it: url::ParseError| wrong(&it))?),
            Field::Provider => {
                fields.providers.push(value.parse().map_err(|_| wrong(&format_args!("`{value}` is no provider")))?);
            }
            Field::Stack => match value.split_once('=').map(|(fact, said)| (fact, said.parse::<bool>())) {
                Some((fact, Ok(said))) => fields.stack.push((fact.to_owned(), said)),
                _ => return Err(wrong(&"a fact of the stack is written as uses.payments=true")),
            },
            Field::Framework | Field::Builder | Field::PackageManager | Field::Folder | Field::Uses => {
                return Err(wrong(&"it is said only, no setting holds it"));
            }
        }
    }
    Ok(fields)
}

/// The proposals that `wanted` names: `all` for those without rivals, a field, or `field=value`, also with a value that
/// was not proposed.
///
/// # Errors
/// A usage trouble for a name that is no field, for a field that nothing, or more than one value, is proposed for, and for
/// `all` of a repository that holds several apps.
pub fn chosen(discovery: &Discovery, wanted: &[String]) -> Result<Vec<Proposal>, Trouble> {
    let mut chosen: Vec<Proposal> = Vec::new();
    for text in wanted {
        if text == "all" {
            let apps = discovery.proposals.iter().filter(|it| it.field == Field::Folder).count();
            if apps > 1 {
                return Err(Trouble::usage(format!("the repository holds {apps} apps, and what is proposed may be another's"))
                    .next("Accept what is this app's one by one: `--accept FIELD=VALUE`"));
            }
            chosen.extend(discovery.plain().cloned());
            continue;
        }
        let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value)));
        let field: Field = name.parse().map_err(|_| {
            Trouble::usage(format!("`{}` is nothing that is proposed", Foreign::new(name).cut(40)))
                .next("Name a field as it is listed, or `all`")
        })?;
        let of_field: Vec<&Proposal> = discovery.proposals.iter().filter(|it| it.field == field).collect();
        match (value, of_field.as_slice()) {
            (Some(value), _) => chosen.push(Proposal::new(field, value, ["the command line"])),
            (None, []) => return Err(Trouble::usage(format!("nothing is proposed for {field}"))),
            (None, [_, _, ..]) if field.is_single() => {
                return Err(Trouble::usage(format!("{} values are proposed for {field}", of_field.len()))
                    .next(format!("Name one: `--accept {field}=VALUE`")));
            }
            (None, several) => chosen.extend(several.iter().map(|it| (*it).clone())),
        }
    }
    let mut seen = BTreeSet::new();
    chosen.retain(|it| seen.insert((it.field, it.value.to_string())));
    Ok(chosen)
}
