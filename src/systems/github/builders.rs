//! The accounts under which app builders (Lovable, Bolt, v0, Replit, …) work at GitHub, as data. A name that people carry
//! too counts only on a bot's account; nobody is called a builder for a part of a name.

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

/// Logins as they appear on commits of AI-built repositories in public; the list is ours to extend.
static BUILDERS: [Builder; 8] = [
    Builder {
        name: "Lovable",
        apps: &["gpt-engineer-app", "lovable-dev", "lovable", "lovable-app"],
        users: &["gpt-engineer-app", "lovable-dev"],
        names: &["gpt-engineer-app[bot]", "lovable-dev[bot]", "lovable[bot]", "lovable"],
        hosts: &["lovable.dev", "lovable.app", "gptengineer.app"],
    },
    Builder {
        name: "Bolt",
        apps: &["bolt-new-by-stackblitz", "bolt-new", "bolt", "stackblitz", "stackblitz-bolt"],
        users: &["bolt-new-by-stackblitz"],
        names: &["bolt-new-by-stackblitz[bot]", "stackblitz[bot]", "bolt[bot]", "bolt.new", "stackblitz"],
        hosts: &["bolt.new", "stackblitz.com"],
    },
    Builder {
        name: "v0",
        apps: &["v0", "v0-dev", "v0-by-vercel"],
        users: &[],
        names: &["v0", "v0[bot]", "v0-dev[bot]"],
        hosts: &["v0.dev", "v0.app"],
    },
    Builder {
        name: "Replit",
        apps: &["replit", "replit-agent", "replit-app"],
        users: &["replit-agent"],
        names: &["replit agent", "replit-agent", "replit[bot]"],
        hosts: &["replit.com", "repl.co", "replit.app"],
    },
    Builder {
        name: "Base44",
        apps: &["base44", "base44-app", "base44-builder"],
        users: &["base44"],
        names: &["base44[bot]", "base44"],
        hosts: &["base44.com", "base44.app"],
    },
    Builder {
        name: "Emergent",
        apps: &["emergent-agent", "emergent"],
        users: &[],
        names: &["emergent-agent", "emergent-agent-e1"],
        hosts: &["emergent.sh"],
    },
    Builder {
        name: "Builder.io",
        apps: &["builder-io-integration", "builderio-bot"],
        users: &["builderio-bot"],
        names: &["builder.io"],
        hosts: &["builder.io"],
    },
    Builder {
        name: "Firebase Studio",
        apps: &["firebase-studio", "idx-bot"],
        users: &[],
        names: &["firebase studio"],
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
    #[case("bolt", true, Some("Bolt"))]
    #[case("bolt", false, None)]
    #[case("usain-bolt", false, None)]
    #[case("v0[bot]", false, Some("v0"))]
    #[case("v0", false, None)]
    #[case("replit-agent", false, Some("Replit"))]
    #[case("vercel[bot]", true, None)]
    #[case("dependabot[bot]", true, None)]
    fn accounts(#[case] login: &str, #[case] is_bot: bool, #[case] wanted: Option<&str>) {
        assert_eq!(of_login(login, is_bot), wanted);
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
