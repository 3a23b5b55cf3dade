//! The only list of hosts in the house. Each can be put elsewhere by `RESCUE_<SYSTEM>_URL` (GitHub Enterprise,
//! self-hosted systems, tests); no other file knows an address.

mod providers;

use super::environment::Environment;
use crate::domain::{SupabaseRef, System};
use std::collections::BTreeMap;
use url::Url;

/// A base address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is not an address that rescue can ask: {why}; give https://host or, for this machine, http://127.0.0.1:port")]
pub struct BadEndpoint {
    pub variable: String,
    pub why: String,
}

/// Where each system is asked.
#[derive(Debug, Clone)]
pub struct Endpoints {
    bases: BTreeMap<System, Url>,
    /// Providers that are asked about leaked keys only.
    providers: BTreeMap<&'static str, Url>,
    /// With `{ref}` in it.
    supabase_project: String,
}

const KNOWN: [(System, &str); 7] = [
    (System::Github, "https://api.github.com/"),
    (System::Supabase, "https://api.supabase.com/"),
    (System::Vercel, "https://api.vercel.com/"),
    (System::Openai, "https://api.openai.com/"),
    (System::Anthropic, "https://api.anthropic.com/"),
    (System::Openrouter, "https://openrouter.ai/"),
    (System::Sentry, "https://sentry.io/"),
];
const SUPABASE_PROJECT: &str = "https://{ref}.supabase.co/";

impl Endpoints {
    /// The vendors' addresses, put elsewhere where the environment says so.
    ///
    /// # Errors
    /// A variable whose value is no address, has credentials in it, or is plain http to another machine.
    pub fn from_environment(environment: &Environment) -> Result<Self, BadEndpoint> {
        let mut bases = BTreeMap::new();
        for (system, address) in KNOWN {
            let variable = Self::variable(system);
            let text = environment.get(&variable).unwrap_or(address);
            bases.insert(system, base(&variable, text)?);
        }
        // The site's address is the app's own; tests and the demo put it elsewhere.
        let variable = Self::variable(System::Site);
        if let Some(text) = environment.get(&variable) {
            bases.insert(System::Site, base(&variable, text)?);
        }
        let variable = Self::variable(System::SupabaseProject);
        let template = environment.get(&variable).unwrap_or(SUPABASE_PROJECT).to_owned();
        base(&variable, &template.replace("{ref}", "abcdefghijklmnopqrst"))?;
        let mut providers = BTreeMap::new();
        for (id, address) in providers::PROVIDERS {
            let variable = format!("RESCUE_{}_URL", id.to_uppercase());
            providers.insert(*id, base(&variable, environment.get(&variable).unwrap_or(address))?);
        }
        Ok(Self { bases, providers, supabase_project: template })
    }

    /// The variable that puts a system elsewhere: `RESCUE_GITHUB_URL`.
    #[must_use]
    pub fn variable(system: System) -> String {
        format!("RESCUE_{}_URL", system.id().to_uppercase())
    }

    /// Every variable that puts a system elsewhere which probes ask.
    #[must_use]
    pub fn variables() -> Vec<String> {
        let systems = KNOWN.iter().map(|(system, _)| *system).chain([System::Site, System::SupabaseProject]);
        systems.map(Self::variable).collect()
    }

    /// The base address of a system, ending in `/`. None for systems that have no fixed one.
    #[must_use]
    pub fn base(&self, system: System) -> Option<&Url> {
        self.bases.get(&system)
    }

    /// Names of vendors that everybody's look-up knows, for telling whether names are looked up here at all; none where all
    /// of them were put on this machine.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let domain = |url: &'_ Url| matches!(url.host(), Some(url::Host::Domain(name)) if name != "localhost");
        self.bases
            .iter()
            .filter(move |(system, url)| **system != System::Site && domain(url))
            .filter_map(|(_, url)| url.host_str())
    }

    /// Where people and git find what GitHub's API speaks of: github.com, a host of data residency (`api.acme.ghe.com` is
    /// of `acme.ghe.com`), or an enterprise's own host, whose API lies below `/api/v3`. Ends in `/`.
    #[must_use]
    pub fn github_pages(&self) -> Option<Url> {
        let api = self.base(System::Github)?;
        let host = api.host_str()?;
        let apart = host.strip_prefix("api.").filter(|rest| *rest == "github.com" || rest.ends_with(".ghe.com"));
        let mut pages = api.clone();
        if let Some(rest) = apart {
            pages.set_host(Some(rest)).ok()?;
            pages.set_path("/");
        } else {
            let path = api.path().trim_end_matches('/');
            pages.set_path(&format!("{}/", path.strip_suffix("/api/v3").unwrap_or(path)));
        }
        Some(pages)
    }

    /// Where a leaked key of a provider is tried: at the system of that id, else at the provider's own address.
    #[must_use]
    pub fn provider(&self, id: &str) -> Option<&Url> {
        let system = id.parse::<System>().ok().and_then(|system| self.base(system));
        system.or_else(|| self.providers.get(id))
    }

    /// The base address of a Supabase project's own endpoints.
    #[must_use]
    pub fn supabase_project(&self, project: &SupabaseRef) -> Option<Url> {
        base("", &self.supabase_project.replace("{ref}", project.as_str())).ok()
    }
}

fn base(variable: &str, text: &str) -> Result<Url, BadEndpoint> {
    let bad = |why: &str| BadEndpoint { variable: variable.to_owned(), why: why.to_owned() };
    let mut url = Url::parse(text.trim()).map_err(|error| bad(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("it carries a user name or password"));
    }
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(bad("it names no host")),
    };
    if !(url.scheme() == "https" || (url.scheme() == "http" && is_loopback)) {
        return Err(bad("a credential would travel in clear"));
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://github.acme.example/api/v3", Ok("https://github.acme.example/api/v3/"))]
    #[case("http://127.0.0.1:9/", Ok("http://127.0.0.1:9/"))]
    #[case("http://[::1]:9", Ok("http://[::1]:9/"))]
    #[case("http://github.acme.example", Err("a credential would travel in clear"))]
    #[case("https://user@github.acme.example", Err("it carries a user name or password"))]
    #[case("ftp://127.0.0.1", Err("a credential would travel in clear"))]
    fn overrides(#[case] text: &str, #[case] wanted: Result<&str, &str>) {
        let endpoints = Endpoints::from_environment(&Environment::of([("RESCUE_GITHUB_URL", text)]));
        match wanted {
            Ok(address) => assert_eq!(endpoints.unwrap().base(System::Github).unwrap().as_str(), address),
            Err(why) => assert_eq!(endpoints.unwrap_err().why, why),
        }
    }

    #[rstest]
    #[case("https://api.github.com/", "https://github.com/")]
    #[case("https://git.acme.example/api/v3/", "https://git.acme.example/")]
    #[case("https://api.acme.ghe.com", "https://acme.ghe.com/")]
    #[case("https://api.acme.example/", "https://api.acme.example/")]
    #[case("http://127.0.0.1:8080/github/", "http://127.0.0.1:8080/github/")]
    fn pages_of_github(#[case] api: &str, #[case] wanted: &str) {
        let endpoints = Endpoints::from_environment(&Environment::of([("RESCUE_GITHUB_URL", api)])).unwrap();
        assert_eq!(endpoints.github_pages().unwrap().as_str(), wanted);
    }

    #[test]
    fn a_supabase_project_has_its_own_address() {
        let endpoints = Endpoints::from_environment(&Environment::default()).unwrap();
        let project = "abcdefghijklmnopqrst".parse().unwrap();
        assert_eq!(endpoints.supabase_project(&project).unwrap().as_str(), "https://abcdefghijklmnopqrst.supabase.co/");
    }
}
