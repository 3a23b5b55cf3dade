//! Who may write to a repository, as far as GitHub shows it: accounts, keys, hooks, the organisation. Never a mail
//! address, never what a hook carries but the host that it goes to (dossier github.md §3.11 and §6).

use crate::domain::Foreign;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

/// A user, an organisation or a bot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Account {
    pub login: Option<Foreign>,
    /// `User`, `Organization`, `Bot`.
    #[serde(rename = "type")]
    pub kind: Option<Foreign>,
}

impl Account {
    /// Whether it is an account of that type.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.as_ref().is_some_and(|it| it == kind)
    }
}

/// Somebody who may do something with the repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Collaborator {
    pub login: Option<Foreign>,
    #[serde(rename = "type")]
    pub kind: Option<Foreign>,
    pub role_name: Option<Foreign>,
    pub permissions: Option<super::Role>,
}

impl Collaborator {
    /// Whether they may push; none when GitHub does not say.
    #[must_use]
    pub fn may_write(&self) -> Option<bool> {
        let role = self.permissions.as_ref()?;
        Some(role.push? || role.admin == Some(true))
    }
}

/// A deploy key. The key itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeployKey {
    pub id: Option<u64>,
    pub title: Option<Foreign>,
    pub read_only: Option<bool>,
    pub enabled: Option<bool>,
    pub created_at: Option<DateTime<Utc>>,
    pub last_used: Option<DateTime<Utc>>,
    pub added_by: Option<Foreign>,
}

impl DeployKey {
    /// Anything but a key that GitHub says only reads or is switched off.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.read_only != Some(true) && self.enabled != Some(false)
    }

    /// How it is called, for a reader.
    #[must_use]
    pub fn named(&self) -> String {
        self.title.as_ref().map_or_else(|| "without a title".to_owned(), |it| it.cut(60))
    }
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hook {
    pub id: Option<u64>,
    pub active: Option<bool>,
    pub config: Option<HookConfig>,
}

/// Where a webhook goes: the origin alone, because the rest of the address may hold a token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HookConfig {
    #[serde(default, deserialize_with = "origin")]
    pub url: Option<Foreign>,
}

fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Foreign>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let origin = text.and_then(|it| url::Url::parse(&it).ok()).map(|it| it.origin()).filter(url::Origin::is_tuple);
    Ok(origin.map(|it| Foreign::new(it.ascii_serialization())))
}

/// An organisation. What only its owners see is missing for everybody else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Organisation {
    pub login: Option<Foreign>,
    pub name: Option<Foreign>,
    pub two_factor_requirement_enabled: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://hooks.example.com/in/SECRET?token=SECRET", Some("https://hooks.example.com"))]
    #[case("https://user:SECRET@hooks.example.com:8443/x", Some("https://hooks.example.com:8443"))]
    #[case("not an address SECRET", None)]
    #[case("data:SECRET", None)]
    fn of_a_hooks_address_only_the_origin_is_kept_and_read_back(#[case] given: &str, #[case] wanted: Option<&str>) {
        let hook: Hook = serde_json::from_value(serde_json::json!({"config": {"url": given, "secret": "SECRET"}})).unwrap();
        let kept = serde_json::to_string(&hook).unwrap();
        assert!(!kept.contains("SECRET"), "{kept}");
        assert_eq!(serde_json::from_str::<Hook>(&kept).unwrap(), hook);
        assert_eq!(hook.config.unwrap().url.as_ref().map(Foreign::as_str), wanted);
    }
}
