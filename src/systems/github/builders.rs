//! The accounts under which app builders (Lovable, Bolt, v0, Replit, …) work at GitHub, as data. A name that people carry
//! too counts only on a bot's account; nobody is called a builder for a part of a name.
//!
//! Only what was seen at work is here (November 2026); a login that would be likely is not. Builders that push as the person
//! who signed in (Bolt, Firebase Studio, most of Replit) leave no account of their own, and coding agents that a person runs
//! (`cursor[bot]`, `claude[bot]`, `copilot-swe-agent[bot]`) are no builders: `apis/repo-signals.md` §2, CHECKLIST ACC-04.

use super::facts::people::Account;

/// A builder: its name, the logins of its apps and machine accounts without `[bot]`, its names in git, its hosts.
struct Builder {
    name: &'static str,
    apps: &'static [&'static str],
    /// Accounts that are no bots and still are the builder's.
    users: &'static [&'static str],
    names: &'static [&'static str],
    hosts: &'static [&'static str],
}

/// Each with where it was seen; the list is ours to extend.
static BUILDERS: [Builder; 8] = [
    // Some 9 000 commits of `159125892+gpt-engineer-app[bot]@users.noreply.github.com` in six public apps, an account that
    // is called `lovable-dev[bot]` today; `Lovable <noreply@lovable.dev>` in two of them (082Tech/hubfrete-main).
    Builder {
        name: "Lovable",
        apps: &["gpt-engineer-app", "lovable-dev"],
        users: &[],
        names: &["gpt-engineer-app[bot]", "lovable-dev[bot]", "lovable"],
        hosts: &["lovable.dev", "lovable.app", "gptengineer.app"],
    },
    // It comments under this name and commits as the person who signed in.
    Builder {
        name: "Bolt",
        apps: &["bolt-new-by-stackblitz"],
        users: &[],
        names: &["bolt-new-by-stackblitz[bot]"],
        hosts: &["bolt.new", "stackblitz.com"],
    },
    // `v0 <v0[bot]@users.noreply.github.com>` (skeeji/v0-49, wshinn1/v0-Daily-One-Accord).
    Builder { name: "v0", apps: &["v0"], users: &[], names: &["v0", "v0[bot]"], hosts: &["v0.dev", "v0.app"] },
    // `Replit Agent <agent@replit.com>` for what its agent and its publishing commit; the app of github.com/apps/replit.
    Builder {
        name: "Replit",
        apps: &["replit"],
        users: &[],
        names: &["replit agent"],
        hosts: &["replit.com", "repl.co", "replit.app"],
    },
    // The app "Base44 Builder" of docs.base44.com, developers/app-code/local-development/github.
    Builder {
        name: "Base44",
        apps: &["base44-builder"],
        users: &[],
        names: &["base44-builder[bot]"],
        hosts: &["base44.com", "base44.app"],
    },
    // `emergent-agent-e1 <github@emergent.sh>`, pushed as the person who signed in.
    Builder { name: "Emergent", apps: &[], users: &[], names: &["emergent-agent-e1"], hosts: &["emergent.sh"] },
    // 802 and 255 commits of these two in the builder's own repository.
    Builder {
        name: "Builder.io",
        apps: &["builder-io-integration"],
        users: &["builderio-bot"],
        names: &["builder-io-integration[bot]", "builderio-bot"],
        hosts: &["builder.io"],
    },
    Builder {
        name: "Firebase Studio",
        apps: &[],
        users: &[],
        names: &[],
        hosts: &["studio.firebase.google.com", "idx.google.com"],
    },
];

/// The builder behind an account.
#[must_use]
pub fn of(account: &Account) -> Option<&'static str> {
    of_login(account.login.as_ref()?.as_str(), account.is("Bot"))
}

/// The builder behind a login. `is_bot`: GitHub says that the account is one; `[bot]` at its end says so too.
#[must_use]
pub fn of_login(login: &str, is_bot: bool) -> Option<&'static str> {
    let lower = login.to_lowercase();
    let bare = lower.strip_suffix("[bot]");
    let found = BUILDERS.iter().find(|it| {
        it.users.contains(&lower.as_str()) || ((is_bot || bare.is_some()) && it.apps.contains(&bare.unwrap_or(&lower)))
    });
    found.map(|it| it.name)
}

/// The builder that signs its commits with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static str> {
    let lower = name.trim().to_lowercase();
    BUILDERS.iter().find(|it| it.names.contains(&lower.as_str())).map(|it| it.name)
}

/// The builder at that address.
#[must_use]
pub fn at(address: &str) -> Option<&'static str> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?;
    let is_of = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    BUILDERS.iter().find(|it| it.hosts.iter().any(|domain| is_of(domain))).map(|it| it.name)
}

/// The builder that a deploy key is called after: a whole word of its title.
#[must_use]
pub fn of_title(title: &str) -> Option<&'static str> {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    BUILDERS.iter().find(|it| words.contains(&it.name.to_lowercase().as_str())).map(|it| it.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("gpt-engineer-app[bot]", false, Some("Lovable"))]
    #[case("lovable-dev[bot]", true, Some("Lovable"))]
    #[case("bolt-new-by-stackblitz[bot]", true, Some("Bolt"))]
    #[case("bolt", true, None)]
    #[case("mend-bolt-for-github[bot]", true, None)]
    #[case("usain-bolt", false, None)]
    #[case("base44-builder[bot]", false, Some("Base44"))]
    #[case("builder-io-integration[bot]", true, Some("Builder.io"))]
    #[case("builderio-bot", false, Some("Builder.io"))]
    #[case("v0[bot]", false, Some("v0"))]
    #[case("v0", false, None)]
    #[case("replit[bot]", true, Some("Replit"))]
    #[case("replit-agent", false, None)]
    #[case("lovable-dev", false, None)]
    #[case("cursor[bot]", true, None)]
    #[case("copilot-swe-agent[bot]", true, None)]
    #[case("vercel[bot]", true, None)]
    #[case("dependabot[bot]", true, None)]
    fn accounts(#[case] login: &str, #[case] is_bot: bool, #[case] wanted: Option<&str>) {
        assert_eq!(of_login(login, is_bot), wanted);
    }

    #[rstest]
    #[case("gpt-engineer-app[bot]", Some("Lovable"))]
    #[case("Lovable", Some("Lovable"))]
    #[case("v0", Some("v0"))]
    #[case("Replit Agent", Some("Replit"))]
    #[case("base44-builder[bot]", Some("Base44"))]
    #[case("emergent-agent-e1", Some("Emergent"))]
    #[case("Cursor Agent", None)]
    #[case("StackBlitz", None)]
    #[case("Usain Bolt", None)]
    fn names_in_git(#[case] name: &str, #[case] wanted: Option<&str>) {
        assert_eq!(by_name(name), wanted);
    }

    #[rstest]
    #[case("https://api.lovable.dev", Some("Lovable"))]
    #[case("https://notlovable.dev", None)]
    #[case("https://lovable.dev.example.com", None)]
    #[case("nothing", None)]
    fn hosts(#[case] address: &str, #[case] wanted: Option<&str>) {
        assert_eq!(at(address), wanted);
    }

    #[rstest]
    #[case("Lovable sync", Some("Lovable"))]
    #[case("replit-deploy", Some("Replit"))]
    #[case("unbolted", None)]
    fn titles(#[case] title: &str, #[case] wanted: Option<&str>) {
        assert_eq!(of_title(title), wanted);
    }
}
