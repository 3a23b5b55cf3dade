//! The demo app's deployed site: a page of Next.js and its scripts, as anybody gets them. Its keys are put together at run
//! time by the same hand as the repository's, so that no scanner finds one here.

use super::keys::with_keys;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    kind: Kind,
    /// The weeks of the story in which it is served so; all when empty.
    #[serde(default)]
    weeks: Vec<u8>,
    lines: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Page,
    Script,
}

/// What is served at `path` in that week: its type and its text. None: it is not there.
///
/// # Errors
/// The embedded file is not of its shape.
pub fn served(path: &str, week: u8) -> Result<Option<(&'static str, String)>, serde_json::Error> {
    let all: Files = serde_json::from_str(include_str!("../../assets/demo/site.json"))?;
    let file = all.files.into_iter().find(|it| it.path == path && (it.weeks.is_empty() || it.weeks.contains(&week)));
    Ok(file.map(|file| {
        let content_type = match file.kind {
            Kind::Page => "text/html; charset=utf-8",
            Kind::Script => "application/javascript; charset=utf-8",
        };
        (content_type, with_keys(&file.lines.join("\n")))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_master_key_is_served_in_week_one_only() {
        let cart = "/_next/static/chunks/cart-55d2c07e19bb.js";
        let text = |week| served(cart, week).unwrap().unwrap().1;
        assert!(text(1).contains("eyJ") && !text(1).contains("{{"));
        assert!(!text(2).contains("eyJ"));
        assert_eq!(served("/nothing", 1).unwrap(), None);
    }
}
