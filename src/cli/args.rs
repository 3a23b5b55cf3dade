//! The command line as it is written: every command, argument and its help text. What they do is elsewhere.

use super::ask_args::AskArgs;
use super::close_args::CloseArgs;
use super::db_args::DbArgs;
use super::fix_args::{FixArgs, ProveArgs};
use super::item_args::ItemCommand;
use super::list::ListArgs;
use super::look_args::LookArgs;
use super::mcp_args::McpArgs;
use super::moving_args::{ExportArgs, ImportArgs};
use super::scan_args::ScanArgs;
use super::schedule_args::ScheduleCommand;
use super::snapshot_args::{SnapshotArgs, VerifyArgs};
use super::tell_args::TellCommand;
use crate::domain::{AssetHost, Limit, Slug, SupabaseRef, System, VercelProject};
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Takes AI-built apps from prototype to production in six weeks, and never calls unseen safe.
///
/// Without a command it opens the console.
#[derive(Debug, Parser)]
#[command(name = "rescue", version, max_term_width = 100, infer_subcommands = false, subcommand_required = false)]
pub struct Cli {
    /// Where data and configuration live, instead of the platform's directories
    #[arg(long, global = true, env = "RESCUE_HOME", value_name = "DIR", hide_env_values = true)]
    pub home: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The console on an invented app whose systems are answered on this machine
    Demo(DemoArgs),
    /// Apps: add, list, show, edit, discover, authorise, close, archive, remove, export, import
    #[command(subcommand)]
    App(AppCommand),
    /// The few things to do now, and why these
    Next {
        name: String,
        #[arg(long)]
        json: bool,
        /// Then whom or what the other items wait for
        #[arg(long)]
        waiting: bool,
    },
    /// One letter to the client with everything that is needed from them, or a short reminder of what is still missing
    Ask(AskArgs),
    /// What people decided: agreed ceilings and limits, accepted risks, permissions; whose word each is and what rests on it
    Decisions {
        name: String,
        #[arg(long)]
        json: bool,
    },
    /// Run the probes of one app, of all, or of those that are due
    Probe(ProbeArgs),
    /// A work order for an item: what was found by cause, when it is done, what must not break, how to prove it
    Fix(FixArgs),
    /// Ask again just what some items need, and show before and after
    Prove(ProveArgs),
    /// Items with truth and work, one line each; without a name every app
    Status {
        name: Option<String>,
        #[arg(long)]
        json: bool,
        /// Lines for logs and screen readers
        #[arg(long)]
        plain: bool,
    },
    /// What was lost and won since an earlier moment
    Diff {
        name: String,
        /// A date, or a run's id; without it, the last whole round: the last finished run before the newest one at whose end
        /// every probe had looked again. A daily run of a few probes ends no round, so on a Monday this is the week
        #[arg(long, value_name = "DATE|RUN")]
        since: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Points done week by week with what was lost, by area, and how long mending took
    Trend {
        name: String,
        #[arg(long)]
        json: bool,
        /// Lines without drawn bars, for logs and screen readers
        #[arg(long)]
        plain: bool,
    },
    /// What people say of an item: start, done, block, unblock, plan, na, waive, note, reopen, show
    #[command(subcommand)]
    Item(ItemCommand),
    /// Take back your newest statement about an app; again takes back the one before it
    Undo {
        name: String,
        /// Give back what the last undo took
        #[arg(long)]
        redo: bool,
    },
    /// Findings: list, accept, rotated, reopen
    #[command(subcommand)]
    Finding(FindingCommand),
    /// Fifteen minutes before there is a client: what a stranger sees of a site, and what it means
    Look(LookArgs),
    /// Find credentials in files, in the whole history, or in what a site serves
    Scan(ScanArgs),
    /// Credentials: where each would come from and whether it works
    #[command(subcommand)]
    Auth(AuthCommand),
    /// A daily rerun by this machine's own timer, or by a runner: install, remove, status, workflow
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Checklists: list, show, check a file, adopt one
    #[command(subcommand)]
    Checklist(ChecklistCommand),
    /// Freeze the one page that is true for the founder or an investor, list such pages, compare two
    Snapshot(SnapshotArgs),
    /// Whether a snapshot's file was changed, and whether it is authentic
    Verify(VerifyArgs),
    /// Who is told when something was lost: try it, see what would be told, and what was
    #[command(subcommand)]
    Tell(TellCommand),
    /// The database: what it holds, path, backup, check, thin
    Db(DbArgs),
    /// For a coding agent: a Model Context Protocol server on standard input and output
    ///
    /// It reads what the console knows of the apps that are named here and asks their passive probes again. It ticks, waives
    /// and changes nothing, and tells nothing of an app that was not named.
    Mcp(McpArgs),
    /// Print a completion script
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Run the three weeks without a terminal and print the states
    #[arg(long)]
    pub headless: bool,
    #[arg(long, requires = "headless")]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DiscoverArgs {
    pub name: String,
    /// Where the code is, when the app is new or its settings do not say
    #[arg(long, value_name = "PATH|OWNER/NAME")]
    pub repo: Option<String>,
    /// Set what is proposed: all (that has no rival), a field, or a field with a value of yours
    #[arg(long, value_name = "all|FIELD[=VALUE]")]
    pub accept: Vec<String>,
    #[arg(long)]
    pub json: bool,
}

/// What of an app can be written on the command line.
#[derive(Debug, Default, Args)]
pub struct AppFields {
    /// A title for people; any text
    #[arg(long)]
    pub title: Option<String>,
    /// A local checkout, or owner/name at GitHub
    #[arg(long, value_name = "PATH|OWNER/NAME")]
    pub repo: Option<String>,
    /// The repository at GitHub, when --repo is a checkout without that remote
    #[arg(long, value_name = "OWNER/NAME")]
    pub github: Option<Slug>,
    /// Production's Supabase project
    #[arg(long, value_name = "REF")]
    pub supabase: Option<SupabaseRef>,
    /// Staging's Supabase project
    #[arg(long, value_name = "REF")]
    pub staging: Option<SupabaseRef>,
    /// The Vercel project, with team/ before it if a team owns it
    #[arg(long, value_name = "[TEAM/]ID")]
    pub vercel: Option<VercelProject>,
    /// Production's address
    #[arg(long)]
    pub url: Option<url::Url>,
    /// A further host that serves production's scripts, such as an asset host; may be given several times
    #[arg(long, value_name = "HOST")]
    pub asset_host: Vec<AssetHost>,
    /// A metered provider that the app uses; may be given several times
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub provider: Vec<System>,
    /// The OpenAI project that the app's key belongs to
    #[arg(long, value_name = "ID")]
    pub openai_project: Option<String>,
    /// First day of the engagement (today)
    #[arg(long, value_name = "DATE")]
    pub start: Option<NaiveDate>,
    /// Since when users are there
    #[arg(long, value_name = "DATE")]
    pub live_since: Option<NaiveDate>,
    /// Since when every migration that touches data has to say how it is undone
    #[arg(long, value_name = "DATE")]
    pub cut_over: Option<NaiveDate>,
    /// How long the engagement is (6)
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=52))]
    pub weeks: Option<u8>,
    /// An agreed spend ceiling in whole US dollars a month, such as openai=200
    #[arg(long, value_name = "PROVIDER=USD", value_parser = parse_ceiling)]
    pub ceiling: Vec<(System, u64)>,
    /// An agreed limit of an item, such as BAK-01=24h
    #[arg(long, value_name = "ITEM=AGE", value_parser = parse_limit)]
    pub limit: Vec<(crate::domain::ItemId, Limit)>,
    /// Who agreed to these ceilings, limits and this cut-over date
    #[arg(long, value_name = "NAME")]
    pub agreed_by: Option<String>,
    /// Where that is written: a mail, a contract, a link
    #[arg(long, value_name = "TEXT", requires = "agreed_by")]
    pub proof: Option<String>,
    /// The day on which it was agreed (today)
    #[arg(long, value_name = "DATE", requires = "agreed_by")]
    pub agreed_on: Option<NaiveDate>,
    /// What the client calls a table or bucket of theirs, for the founder's page, such as messages="private chats"
    #[arg(long, value_name = "NAME=WORDS", value_parser = parse_label)]
    pub label: Vec<(String, String)>,
    /// Somebody who can be asked, such as client:Ana or ours:Sam; with a role, such as client:Ana::approver
    #[arg(long, value_name = "SIDE:NAME[:MAIL[:ROLE]]", value_parser = parse_person)]
    pub person: Vec<crate::domain::Person>,
    /// Say that the app does not use a system, such as vercel=hosted-elsewhere
    #[arg(long, value_name = "SYSTEM=REASON", value_parser = parse_unused)]
    pub unused: Vec<(System, String)>,
    /// A fact about the stack, such as uses.payments=yes
    #[arg(long, value_name = "FACT=yes|no", value_parser = parse_stack)]
    pub stack: Vec<(String, bool)>,
    /// The checklist to work through (six-week)
    #[arg(long, value_name = "NAME")]
    pub checklist: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum AppCommand {
    /// Take on an app
    Add {
        name: String,
        #[command(flatten)]
        fields: Box<AppFields>,
        /// A look at its site from before it was taken on (`rescue look --json`); without it, the newest one kept of its --url
        #[arg(long, value_name = "FILE")]
        look: Option<PathBuf>,
    },
    /// Every app: week, headline, age of the last run; sorted, or only those of which something is so
    List(ListArgs),
    /// What is known of an app
    Show {
        name: String,
        #[arg(long)]
        json: bool,
    },
    /// Change what is known of an app
    Edit {
        name: String,
        #[command(flatten)]
        fields: Box<AppFields>,
        /// Forget a field: repo, github, supabase, staging, vercel, url, live-since, openai-project, or asset-host=HOST, provider=ID, ceiling=ID, limit=ITEM, label=NAME, person=NAME, unused=SYSTEM, stack=FACT
        #[arg(long, value_name = "FIELD")]
        clear: Vec<String>,
    },
    /// What the repository says of an app, known or new, with where each came from
    Discover(DiscoverArgs),
    /// Record the client's permission for looks that need one
    Authorise {
        name: String,
        #[arg(long, value_enum)]
        consent: ConsentArg,
        /// Who on the client's side said yes
        #[arg(long)]
        by: String,
        /// The hosts that it covers
        #[arg(long, value_delimiter = ',', required = true)]
        host: Vec<String>,
        /// The last day on which it counts
        #[arg(long)]
        until: NaiveDate,
    },
    /// Close the engagement: what stands open, each token asked once more, receipts, the last page, the closing
    Close(CloseArgs),
    /// Put an app away without erasing anything; --back takes it out again
    Archive {
        name: String,
        #[arg(long)]
        back: bool,
    },
    /// Erase one client for good; a receipt stays
    Remove {
        name: String,
        /// The app's name again, as a safeguard
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
    /// Carry an app to a colleague or another machine: everything known of it in one encrypted file, without any credential
    Export(ExportArgs),
    /// Join such a file with what is known here; both ways and again at will, nothing is lost or doubled
    Import(ImportArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConsentArg {
    /// What any stranger could ask: anonymous counts, exposed files
    OutsideIn,
    /// A bounded burst; checking whether a leaked key still works
    Active,
}

#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// Apps to probe
    #[arg(required_unless_present_any = ["all", "due"])]
    pub names: Vec<String>,
    /// Every app that is not archived
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// Only what is due: a pass that ages, a week since the last look, a change since, and the few daily ones; of every
    /// app, or of those that are named
    #[arg(long, conflicts_with = "all")]
    pub due: bool,
    /// Only these probes, items or systems
    #[arg(long, value_delimiter = ',', value_name = "PROBE|ITEM|SYSTEM")]
    pub only: Vec<String>,
    #[arg(long)]
    pub json: bool,
    /// Append-only lines for logs and screen readers
    #[arg(long)]
    pub plain: bool,
    /// Say what is due because of what and how many requests would go to whom, and ask nobody
    #[arg(long)]
    pub dry_run: bool,
    /// Do not wait ten minutes to look again at a fail that needs a second look
    #[arg(long)]
    pub no_confirm: bool,
    /// Tell whom the configuration names (its `tell` part) what was lost, or that an app could not be looked at
    #[arg(long, conflicts_with = "dry_run")]
    pub tell: bool,
    /// A timer began it: write down that it began and how it ended, and tell as with --tell
    #[arg(long, hide = true)]
    pub scheduled: bool,
}

impl ProbeArgs {
    /// Whether somebody is told how it went.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.tell || self.scheduled
    }
}

#[derive(Debug, Subcommand)]
pub enum FindingCommand {
    /// Findings that stand, the worst first
    List {
        name: String,
        #[arg(long)]
        json: bool,
    },
    /// Accept that a finding stays open
    Accept {
        name: String,
        /// The finding's id, or the beginning of one
        id: String,
        #[arg(long)]
        reason: String,
        #[arg(long)]
        until: NaiveDate,
        /// Who on the client's side accepted it; needed at a gate
        #[arg(long)]
        by: Option<String>,
        #[arg(long)]
        proof: Option<String>,
        /// One sentence for the founder
        #[arg(long)]
        founder: Option<String>,
    },
    /// Say that a leaked secret was replaced at its provider
    Rotated {
        name: String,
        /// The finding's id, or the beginning of one
        id: String,
        /// The day on which it was done, UTC
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// Where that can be seen: a link, a log, a command with its output
        #[arg(long)]
        proof: String,
    },
    /// Take the acceptance or the rotation back
    Reopen {
        name: String,
        id: String,
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum AuthCommand {
    /// Per system: where a credential would come from, and whether it works; exit code 1 when one does not
    Status {
        name: Option<String>,
        /// Ask nobody: only say where each would come from
        #[arg(long)]
        offline: bool,
        #[arg(long)]
        json: bool,
    },
    /// Put a credential into the operating system's keyring; it is read from standard input
    Set {
        system: System,
        /// For this app only
        #[arg(long)]
        app: Option<String>,
    },
    /// Take a credential out of the keyring
    Remove {
        system: System,
        #[arg(long)]
        app: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum ChecklistCommand {
    /// The built-in checklist and yours
    List {
        #[arg(long)]
        json: bool,
    },
    /// Every item of a checklist
    Show {
        #[arg(default_value = "six-week")]
        name: String,
        #[arg(long)]
        json: bool,
    },
    /// Check a checklist file and say what is wrong, by line
    Check { file: PathBuf },
    /// Work an app through this checklist from now on (also takes a newer version of the same)
    Adopt {
        app: String,
        #[arg(default_value = "six-week")]
        checklist: String,
    },
}

fn split(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=').ok_or_else(|| "a name, `=` and a value are wanted".to_owned())
}

fn parse_ceiling(text: &str) -> Result<(System, u64), String> {
    let (system, dollars) = split(text)?;
    let system: System = system.parse().map_err(|_| format!("`{system}` is no provider that rescue knows"))?;
    let dollars = dollars.trim_start_matches('$').parse().map_err(|_| format!("`{dollars}` is no whole number of dollars"))?;
    Ok((system, dollars))
}

fn parse_limit(text: &str) -> Result<(crate::domain::ItemId, Limit), String> {
    let (item, age) = split(text)?;
    let item = item.parse().map_err(|error: crate::domain::id::NotAName| error.to_string())?;
    let age = age.parse().map_err(|error: crate::domain::app::Malformed| error.to_string())?;
    Ok((item, age))
}

fn parse_label(text: &str) -> Result<(String, String), String> {
    split(text).map(|(name, words)| (name.trim().to_owned(), words.to_owned()))
}

fn parse_person(text: &str) -> Result<crate::domain::Person, String> {
    use crate::domain::{Foreign, Person, Side};
    let mut parts = text.splitn(4, ':');
    let side = match parts.next() {
        Some("client") => Side::Client,
        Some("ours") => Side::Ours,
        _ => return Err("begin with client: or ours:".to_owned()),
    };
    let name = parts.next().map(str::trim).filter(|name| !name.is_empty()).ok_or("a name is wanted after the side")?;
    let mut more = || parts.next().map(str::trim).filter(|it| !it.is_empty()).map(Foreign::new);
    let (mail, role) = (more(), more());
    Ok(Person { name: Foreign::new(name), side, mail, role })
}

fn parse_unused(text: &str) -> Result<(System, String), String> {
    let (system, reason) = split(text)?;
    let system: System = system.parse().map_err(|_| format!("`{system}` is no system that rescue knows"))?;
    if reason.trim().is_empty() {
        return Err("a reason is wanted after `=`".to_owned());
    }
    Ok((system, reason.to_owned()))
}

fn parse_stack(text: &str) -> Result<(String, bool), String> {
    let (fact, answer) = split(text)?;
    if !fact.starts_with("uses.") {
        return Err("a fact begins with `uses.`, such as uses.payments".to_owned());
    }
    match answer {
        "yes" => Ok((fact.to_owned(), true)),
        "no" => Ok((fact.to_owned(), false)),
        _ => Err("say yes or no after `=`".to_owned()),
    }
}
