//! No variable that builds publish sounds like a secret (dossier repo-signals.md §3). A name is a sign: only the bundle that
//! browsers load proves a leak, and a name that sounds harmless may hold anything.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, MOST_SHOWN, Spot, judge};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::is_app_code;
use crate::repo::dotenv::{Filled, is_environment, is_example};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See the module.
pub struct PublicSecrets;

/// The variables that builds publish, by how their names sound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// How many different variables bear a public prefix.
    pub public: usize,
    /// Names of a secret.
    pub secret: Vec<Named>,
    /// Names that may be a secret.
    pub doubtful: Vec<Named>,
    /// Keys that are made to be public and should be restricted to the app's addresses.
    pub restricted: Vec<Named>,
    /// Places where variables are read by computed names.
    pub computed: Vec<Spot>,
}

/// A variable, the first place of it, and how often it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub name: Foreign,
    pub spot: Spot,
    pub reads: usize,
}

impl Probe for PublicSecrets {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.public-secrets",
        system: System::Repo,
        asks: "Do variables that builds publish have names of no secret?",
        needs: ground::NEEDS,
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §3",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no variables");
        }
        let unread = seen.ground.gap("variables that builds publish");
        if seen.ground.code_files == 0 && seen.public == 0 && unread.is_none() {
            return Ground::no_code(settings);
        }
        let findings = findings(seen);
        let verdict = if !findings.is_empty() {
            let says =
                format!("{} of {} variables that builds publish have the name of a secret", seen.secret.len(), seen.public);
            Verdict::fail(says, findings).unseen(unread)
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else if let Some(first) = seen.doubtful.first() {
            let more = if seen.doubtful.len() > 1 { format!(" and {} more", seen.doubtful.len() - 1) } else { String::new() };
            let says = format!("{}{more} of {} variables that builds publish may be secret", first.name, seen.public);
            Verdict::undecided(judge(says, "Ask the vendor's documentation whether each key below may be in a browser"))
        } else if let Some(first) = seen.computed.first() {
            let says = format!("{}:{} reads variables by computed names", first.path, first.line);
            Verdict::undecided(judge(says, "Look which variables are read there"))
        } else {
            Verdict::pass(format!("none of {} variables that builds publish has the name of a secret", seen.public))
        };
        noted(verdict, seen)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let mut steps: Vec<Foreign> = findings(seen).into_iter().map(|it| it.fix).collect();
        if !steps.is_empty() {
            steps.push("Rotate the values: builds may have published them".into());
        }
        Remedy { steps, effort: Effort::S }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let finding = |it: &Named| {
        let often = if it.reads > 1 { format!(" ({} places)", it.reads) } else { String::new() };
        let says = format!("{} sounds like a secret, and builds put it into what browsers load{often}", it.name);
        let bare = PUBLIC.iter().find_map(|prefix| it.name.as_str().strip_prefix(prefix)).unwrap_or(it.name.as_str());
        let fix = format!("Rename {} to {bare}, read it on the server only, and rotate the value", it.name);
        Finding::new("repo.secret-published", &it.name, Severity::High, says, fix).at(seen.ground.place(&it.spot))
    };
    seen.secret.iter().map(finding).collect()
}

fn noted(verdict: Verdict, seen: &Seen) -> Verdict {
    let doubtful = seen.doubtful.iter().take(MOST_SHOWN).map(|it| {
        let spot = Spot { says: format!("{} may be secret", it.name).into(), ..it.spot.clone() };
        seen.ground.evidence(format!("repo.maybe-published.{}", it.name), &spot)
    });
    let verdict = verdict.with_notes(doubtful);
    seen.restricted.iter().take(MOST_SHOWN).fold(verdict, |verdict, it| {
        let says = format!("{} is public by design: restrict this key to the app's own addresses", it.name);
        verdict.note(NoteLevel::Info, format!("repo.restrict-key.{}", it.name), says)
    })
}

/// Prefixes of variables that build tools put into what browsers load.
pub(super) const PUBLIC: [&str; 8] =
    ["NEXT_PUBLIC_", "VITE_", "REACT_APP_", "EXPO_PUBLIC_", "NUXT_PUBLIC_", "PUBLIC_", "GATSBY_", "STORYBOOK_"];

/// Parts of names that mean a secret wherever they stand.
const SECRET: [&str; 12] = [
    "SERVICE_ROLE",
    "SECRET",
    "PRIVATE",
    "PASSWORD",
    "PASSWD",
    "CREDENTIAL",
    "SERVICE_ACCOUNT",
    "DATABASE_URL",
    "DB_URL",
    "CONNECTION_STRING",
    "SMTP",
    "ADMIN_KEY",
];

/// Vendors whose keys are never made for browsers, and which must stand beside a word of a key.
const VENDORS: [&str; 26] = [
    "OPENAI",
    "ANTHROPIC",
    "CLAUDE",
    "OPENROUTER",
    "GROQ",
    "GEMINI",
    "MISTRAL",
    "COHERE",
    "PERPLEXITY",
    "DEEPSEEK",
    "REPLICATE",
    "HUGGINGFACE",
    "ELEVENLABS",
    "ELEVEN_LABS",
    "DEEPGRAM",
    "ASSEMBLYAI",
    "TWILIO",
    "RESEND",
    "SENDGRID",
    "MAILGUN",
    "POSTMARK",
    "FIRECRAWL",
    "TAVILY",
    "PINECONE",
    "UPSTASH",
    "RAPIDAPI",
];

const KEY: [&str; 4] = ["KEY", "TOKEN", "SECRET", "AUTH"];

/// Made to be public, whatever else the name says.
const BY_DESIGN: [&str; 20] = [
    "PUBLISHABLE",
    "ANON_KEY",
    "SITE_KEY",
    "SITEKEY",
    "SENTRY_DSN",
    "PUBLIC_KEY",
    "POSTHOG",
    "FIREBASE",
    "VAPID",
    "CLIENT_ID",
    "APP_ID",
    "MEASUREMENT_ID",
    "PROJECT_ID",
    "RECAPTCHA",
    "TURNSTILE",
    "HCAPTCHA",
    "PUSHER_KEY",
    "PADDLE_CLIENT",
    "ALGOLIA_SEARCH",
    "AMPLITUDE",
];

/// Public by design, and worth restricting.
const RESTRICT: [&str; 7] = ["GOOGLE_MAPS", "GMAPS", "MAPS_API", "MAPBOX", "FIREBASE_API_KEY", "GOOGLE_PLACES", "YOUTUBE_API"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sound {
    Secret,
    Doubtful,
    Restrict,
    Plain,
}

fn sound(bare: &str) -> Sound {
    let name = bare.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
    let is_key = name.split('_').any(|it| KEY.contains(&it) || it.ends_with("KEY") || it.ends_with("TOKEN"));
    // A switch or an address of a page is no secret, whatever it is about.
    let is_other = ["ENABLE", "DISABLE", "SHOW", "USE", "HAS"].iter().any(|it| name.split('_').any(|part| part == *it))
        || ["_LENGTH", "_MIN", "_MAX", "RESET_PASSWORD_URL", "_PATH", "_ROUTE", "_REDIRECT_URL", "_PAGE"]
            .iter()
            .any(|it| name.ends_with(it));
    if has(&RESTRICT) {
        Sound::Restrict
    } else if is_other {
        Sound::Plain
    } else if has(&["SERVICE_ROLE"]) || (has(&SECRET) && !has(&["PUBLISHABLE"])) || (has(&VENDORS) && is_key) {
        Sound::Secret
    } else if has(&BY_DESIGN) || !(is_key || has(&["WEBHOOK"])) {
        Sound::Plain
    } else {
        Sound::Doubtful
    }
}

fn seen(survey: &Survey) -> Seen {
    let mut named: BTreeMap<&str, (Spot, usize)> = BTreeMap::new();
    let reads =
        survey.code.iter().flat_map(|file| file.reads.iter().map(move |it| (it.name.as_str(), file.path.as_str(), it.line)));
    let held = survey.environment.iter().flat_map(|file| {
        let counts = |filled: Filled| filled != Filled::Empty || is_example(&file.path);
        file.variables.iter().filter(move |it| counts(it.filled)).map(move |it| (it.name.as_str(), file.path.as_str(), it.line))
    });
    for (name, path, line) in reads.chain(held).filter(|(name, ..)| PUBLIC.iter().any(|it| name.starts_with(it))) {
        named.entry(name).or_insert_with(|| (Spot::new(path, line, name), 0)).1 += 1;
    }
    let of_sound = |wanted: Sound| {
        let chosen = named.iter().filter(|(name, _)| {
            let bare = PUBLIC.iter().find_map(|it| name.strip_prefix(it)).unwrap_or(name);
            sound(bare) == wanted
        });
        chosen.map(|(name, (spot, reads))| Named { name: Foreign::new(name), spot: spot.clone(), reads: *reads }).collect()
    };
    let computed = survey.code.iter().filter_map(|file| {
        // What only a server reads is no one's to publish.
        let first = *file.computed_reads.first()?;
        let in_browser = file.reads.iter().any(|it| PUBLIC.iter().any(|prefix| it.name.starts_with(prefix)));
        in_browser.then(|| Spot::new(&file.path, first, "reads variables by computed names"))
    });
    Seen {
        ground: Ground::of(survey, |path| is_app_code(path) || is_environment(path)),
        public: named.len(),
        secret: of_sound(Sound::Secret),
        doubtful: of_sound(Sound::Doubtful),
        restricted: of_sound(Sound::Restrict),
        computed: computed.collect(),
    }
}

#[cfg(test)]
mod tests;
