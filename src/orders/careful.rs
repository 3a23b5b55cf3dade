//! What breaks when a cause is mended without care: the things that an engineer has learned the hard way, by rule. It names no
//! app and quotes nobody.

use crate::domain::Item;

/// What holds for every order.
const ALWAYS: [&str; 2] = [
    "Change nothing that this order does not name; what else you see, write down",
    "Try it on staging or a copy first where there is one, and keep a way back",
];

/// What must not break, whatever the cause.
#[must_use]
pub fn of_item(item: &Item, has_secrets: bool) -> Vec<String> {
    let mut lines: Vec<String> = ALWAYS.iter().map(|it| (*it).to_owned()).collect();
    if has_secrets {
        lines.push(
            "Never write a secret into a commit, a message, a ticket or a log: say its kind and its last four letters".to_owned(),
        );
    }
    if item.rotation || has_secrets {
        lines.push("Leave the history as it is: rewriting it un-leaks nothing and breaks every clone".to_owned());
    }
    lines
}

/// What breaks around one rule.
#[must_use]
pub fn of_rule(rule: &str, probe: &str) -> Vec<String> {
    by_rule(rule).or_else(|| by_probe(probe)).unwrap_or_default().iter().map(|it| (*it).to_owned()).collect()
}

const KEYS: &[&str] = &[
    "Put the new key in place and deploy before the old one is revoked: old deployments, jobs and laptops keep the old value until they are deployed or started again",
    "Taking the line away is not enough: whoever has a clone, a fork or a cached page has the key until its provider refuses it",
];
const BRANCH: &[&str] = &[
    "Require only checks that have run on a pull request here: one that never runs blocks every merge",
    "Bots, release tools and deploy keys that push to the branch are refused from then on: give them pull requests, or name them as a bypass on purpose",
    "Where nobody else can approve, a required approval locks the only developer out: begin with pull requests and checks",
];
const POLICIES: &[&str] = &[
    "With row-level security on and no policy a table is closed to every client: write the policies for what the app itself reads and writes before, or in the same migration",
    "A server that uses the service-role key goes round all of it: that the app still works there proves nothing about clients",
];
const INDEXES: &[&str] = &[
    "`create index` stops writes to the table while it builds; `create index concurrently` does not, and cannot stand in a transaction",
    "A concurrent build that breaks off leaves an invalid index behind: drop that one and begin again",
    "Each index costs at every write: leave out tables that stay under some thousand rows, and say so",
];
const VARIABLES: &[&str] = &[
    "A changed variable reaches the app only with the next deploy: change the settings and the code together, deploy, then look",
];

fn by_rule(rule: &str) -> Option<&'static [&'static str]> {
    Some(match rule {
        "repo.rls-off" | "repo.table-without-migration" => POLICIES,
        "repo.policy-always-true" => &[
            "A stricter policy takes rows away from users at once: try it on staging, signed in as two different users",
            "A table that is public by design needs such a policy: accept the finding with the reason instead",
        ],
        "repo.rls-bypass" => &[
            "With `security_invoker` a view shows only what the caller may see of the tables under it: give those their policies first",
            "A fixed search path changes what unqualified names mean: name the schemas of extensions that the function uses",
        ],
        "repo.foreign-key-without-index" | "repo.column-without-index" => INDEXES,
        "repo.secret-published" | "repo.service-role-published" => VARIABLES,
        "repo.service-role-in-client" => &[
            "Move the call behind a server route that checks who asks, before the key goes: else the feature stops, or stands open",
        ],
        "repo.env-tracked" => &[
            "`git rm --cached` takes a file from the index alone: a host that builds from the repository loses it, so set its variables there first",
        ],
        "repo.lockfile-missing" | "repo.lockfile-several" | "repo.lockfile-behind" => {
            &["A new lockfile moves versions: build and test it as a change of its own"]
        }
        "repo.build-ignores-errors" => {
            &["Without that switch the next deploy fails at every error that it hid: mend those first, in the same branch"]
        }
        "github.dependabot-alert" | "github.old-advisory" | "github.advisory" | "repo.critical-advisory" => {
            &["Raise one package at a time, read its notes for breaking changes, and let the tests run"]
        }
        _ if rule.starts_with("scan.") => KEYS,
        _ => return None,
    })
}

fn by_probe(probe: &str) -> Option<&'static [&'static str]> {
    Some(match probe {
        "github.branch-protection" | "github.required-checks" | "github.green-default-branch" | "github.deploy-source" => BRANCH,
        "github.builder-access" | "github.collaborators" | "github.actions-permissions" => {
            &["Ask who uses an access before it is taken away: a builder tool, a host or a workflow may stop the same minute"]
        }
        "github.secret-scanning" | "scan.tree" | "scan.history" | "site.bundle" => KEYS,
        "supabase.backup-age" | "github.backup-workflow" => {
            &["Restore is what counts: a backup that nobody restored is a hope. Never try a restore over production"]
        }
        "supabase.staging" | "vercel.staging" | "github.environments" => {
            &["Copy no customer data to staging without a decision, and let staging send no mail and charge no card"]
        }
        "openai.spend-cap" | "openrouter.spend-cap" => {
            &["A hard limit stops the feature for every user when it is reached: warn below it, and let the app say so kindly"]
        }
        "repo.row-level-security" => POLICIES,
        "repo.foreign-key-indexes" | "repo.indexed-filters" => INDEXES,
        "repo.browser-database" | "repo.authorisation" | "repo.input-validation" | "repo.edge-functions" => &[
            "Clients that are open now still send the old request: let the server take both for the time of a deploy, and refuse what is not allowed",
        ],
        "repo.rate-limits" | "repo.paid-call-limits" | "repo.usage-quota" => {
            &["Begin with a limit that no honest user of today reaches, and look at who is refused before it is lowered"]
        }
        _ => return None,
    })
}
