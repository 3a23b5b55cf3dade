//! What `supabase/config.toml` says of the Edge Functions: which of them the gateway lets through without a token. What is
//! deployed may differ, which only Supabase can say.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The settings of every function that a configuration names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EdgeFunctions {
    pub settings: BTreeMap<String, Setting>,
    /// Configurations that are no TOML, or hold functions in a form that is not known.
    pub unreadable: Vec<String>,
}

/// One function's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Setting {
    /// Whether the gateway asks for a token of the project. The legacy anonymous key is one.
    #[serde(default = "yes")]
    pub verify_jwt: bool,
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The file that runs, relative to the configuration, when it is not `functions/NAME/index.ts`.
    #[serde(default)]
    pub entrypoint: Option<String>,
    /// The file that says so.
    #[serde(skip)]
    pub path: String,
    /// The line of its heading there; 0 when it has none of its own.
    #[serde(skip)]
    pub line: u32,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    functions: BTreeMap<String, Setting>,
}

impl EdgeFunctions {
    /// Whether a path is such a configuration.
    #[must_use]
    pub fn wants(path: &str) -> bool {
        path == "supabase/config.toml" || path.ends_with("/supabase/config.toml")
    }

    /// Adds what a configuration says.
    pub fn add(&mut self, path: &str, text: &str) {
        let Ok(read) = toml::from_str::<Configuration>(text.trim_start_matches('\u{feff}')) else {
            self.unreadable.push(path.to_owned());
            return;
        };
        for (name, setting) in read.functions {
            let heading = format!("[functions.{name}]");
            let quoted = format!("[functions.\"{name}\"]");
            let is_heading = |line: &str| {
                let line: String = line.split('#').next().unwrap_or_default().chars().filter(|it| !it.is_whitespace()).collect();
                line == heading || line == quoted
            };
            let line = text.lines().position(is_heading).and_then(|it| u32::try_from(it + 1).ok()).unwrap_or_default();
            self.settings.insert(name, Setting { path: path.to_owned(), line, ..setting });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("[functions.pay]\nverify_jwt = false", Some((false, true, 1)))]
    #[case("project_id = 'a'\n\n[ functions.pay ] # open\nverify_jwt = false", Some((false, true, 3)))]
    #[case("[functions.\"pay\"]\nenabled = false", Some((true, false, 1)))]
    #[case("[functions]\npay = { verify_jwt = false }", Some((false, true, 0)))]
    #[case("[api]\nenabled = true", None)]
    fn settings(#[case] text: &str, #[case] wanted: Option<(bool, bool, u32)>) {
        let mut functions = EdgeFunctions::default();
        functions.add("supabase/config.toml", text);
        let pay = functions.settings.get("pay").map(|it| (it.verify_jwt, it.enabled, it.line));
        assert_eq!(pay, wanted);
        assert!(functions.unreadable.is_empty());
    }

    #[test]
    fn what_is_no_configuration_is_told() {
        let mut functions = EdgeFunctions::default();
        functions.add("supabase/config.toml", "[functions.pay\nverify_jwt = maybe");
        assert_eq!(functions.unreadable, ["supabase/config.toml"]);
    }
}
