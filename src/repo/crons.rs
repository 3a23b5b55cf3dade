//! The schedules that a host calls by itself, as `vercel.json` writes them. It asks no host whether they run.

use serde::Deserialize;

/// One schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    /// The address that is called, such as `/api/cron/daily`.
    pub path: String,
    pub schedule: String,
    /// The file that says so.
    pub file: String,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    crons: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    path: String,
    schedule: String,
}

/// Whether a file of that path holds schedules.
#[must_use]
pub fn wants(path: &str) -> bool {
    path.rsplit('/').next() == Some("vercel.json") && !path.split('/').any(|it| it == "node_modules")
}

/// The schedules of a `vercel.json`; none when it cannot be understood.
#[must_use]
pub fn read(path: &str, text: &str) -> Option<Vec<Cron>> {
    let settings: Settings = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let crons = settings.crons.into_iter();
    Some(crons.map(|it| Cron { path: it.path, schedule: it.schedule, file: path.to_owned() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read() {
        let seen =
            read("vercel.json", r#"{"crons": [{"path": "/api/cron", "schedule": "0 5 * * *"}], "regions": ["fra1"]}"#).unwrap();
        assert_eq!((seen[0].path.as_str(), seen[0].schedule.as_str()), ("/api/cron", "0 5 * * *"));
        assert_eq!(read("vercel.json", "{}"), Some(vec![]));
        assert_eq!(read("vercel.json", "{ crons: "), None);
        assert!(wants("apps/web/vercel.json") && !wants("node_modules/a/vercel.json"));
    }
}
