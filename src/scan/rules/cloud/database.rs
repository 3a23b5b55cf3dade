//! Addresses of databases that hold a password. Local ones and those with a stand-in for the password are not leaks; a local
//! one with a password of its own is shown and fails nothing (`apis/secrets.md` §5: harmless locally, critical if deployed).

use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::placeholder::{is_placeholder, is_reference};
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Judged};

pub(super) const SCHEMES: &[&str] = &[
    "postgres://",
    "postgresql://",
    "postgresql+",
    "mysql://",
    "mysql2://",
    "mysql+",
    "mariadb://",
    "mongodb://",
    "mongodb+srv://",
    "redis://",
    "rediss://",
    "amqp://",
    "amqps://",
    "mssql://",
    "sqlserver://",
    "cockroachdb://",
    "clickhouse://",
    "postgis://",
    "pgsql://",
    "redshift://",
    "neo4j://",
    "neo4j+",
    "bolt://",
    "mysqlx://",
    "snowflake://",
    "oracle://",
    "oracle+",
    "mssql+",
    "redis+",
    "libsql://",
];
/// User, password and host; the password may hold an `@` that nobody escaped, so the last one before the host counts.
pub(super) const PATTERN: &str =
    r#"[a-z0-9]{4,12}(?:\+[a-z0-9]{2,12})?://([^\s:@/"'`<>\\]{0,128}:[^\s/"'`<>\\]{1,256}@(?:%2F)?[A-Za-z0-9_.\[\]:-]{1,255})"#;

/// What people type first, and what images come with. Behind a public host they are a defect of their own kind.
const DEFAULT_PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pw",
    "pwd",
    "secret",
    "postgres",
    "root",
    "admin",
    "user",
    "guest",
    "test",
    "mysql",
    "redis",
    "mongo",
    "mongodb",
    "rabbitmq",
    "example",
    "changeme",
    "pswd",
    "mypassword",
    "yourpassword",
    "your_password",
    "dbpassword",
    "db_password",
    "p4ssw0rd",
    "123456",
    "12345678",
    "1234",
];

struct Parts<'t> {
    user: &'t str,
    password: &'t str,
    host: &'t str,
}

fn parts<'t>(candidate: &Candidate<'t>) -> Option<Parts<'t>> {
    let (login, place) = candidate.words().rsplit_once('@')?;
    let (user, password) = login.split_once(':')?;
    let host = if place.starts_with('[') { place } else { place.split([':', ',']).next()? };
    Some(Parts { user, password, host })
}

pub(super) fn with_password(candidate: &Candidate<'_>) -> Option<Judged> {
    let Parts { user, password, host } = parts(candidate)?;
    let lower = password.to_ascii_lowercase();
    if is_reference(password)
        || is_reference(user)
        || is_placeholder(password.as_bytes())
        || password.contains(['{', '}'])
        || password.starts_with("$env")
    {
        return None;
    }
    let random = password.len() >= 10 && entropy::looks_random(password.as_bytes());
    let own = !is_default(user, &lower) && !DEFAULT_PASSWORDS.iter().any(|it| it.len() > 3 && lower.contains(it));
    if is_here(host) {
        // What a machine chose for a database on this one often opens the one behind the deployed app too. Nobody but this
        // machine has the socket.
        return (random && own && !host.starts_with("%2F"))
            .then(|| candidate.kept().confidence(Confidence::Contextual).severity(Severity::Low));
    }
    // Some write another host into what they show, and leave the password.
    if is_stand_in(host) {
        return random.then(|| candidate.kept().confidence(Confidence::Contextual));
    }
    // One label is a name inside a compose file or a cluster: it opens nothing from outside.
    if !host.contains(['.', '[']) {
        return Some(candidate.kept().confidence(if random || own { Confidence::Contextual } else { Confidence::Weak }));
    }
    Some(if is_default(user, &lower) { candidate.kept().confidence(Confidence::Contextual) } else { candidate.kept() })
}

/// Whether a password is the user's name, one that everybody types, or next to nothing.
fn is_default(user: &str, password: &str) -> bool {
    DEFAULT_PASSWORDS.contains(&password) || password == user.to_ascii_lowercase() || password.len() < 4
}

pub(super) fn of_supabase(candidate: &Candidate<'_>) -> Option<Judged> {
    let Parts { user, host, .. } = parts(candidate)?;
    let reference = if let Some(rest) = host.strip_suffix(".supabase.co") {
        rest.strip_prefix("db.")
    } else if host.ends_with(".pooler.supabase.com") {
        user.split_once('.').map(|(_, reference)| reference)
    } else {
        return None;
    };
    with_password(candidate).map(|judged| judged.belongs_to(reference.map(str::to_owned)))
}

/// This machine: by its name, its address, or the path of a socket.
fn is_here(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    matches!(host.as_str(), "localhost" | "0.0.0.0" | "host.docker.internal" | "[::1]")
        || host.starts_with("127.")
        || host.starts_with("%2f")
        || host.ends_with(".localhost")
}

/// A host that exists in documents only.
fn is_stand_in(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    matches!(host.as_str(), "host" | "hostname" | "server")
        || host.starts_with("your")
        || [".local", ".test", ".invalid", ".example"].iter().any(|end| host.ends_with(end))
        || ["example.com", "example.org", "example.net"].iter().any(|it| host == *it || host.ends_with(&format!(".{it}")))
        || is_placeholder(host.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Options, ScanKey, scan_text};
    use chrono::TimeZone;
    use rstest::rstest;

    #[rstest]
    #[case::of_the_command_line_of_supabase("postgres", "postgres", "127.0.0.1:54322", None)]
    #[case::typed("app", "changeme", "localhost:5432", None)]
    #[case::own_and_local("app", "q7Zk2vXw9RtB4mNc", "localhost:5432", Some((Confidence::Contextual, Severity::Low)))]
    #[case::own_and_deployed("app", "q7Zk2vXw9RtB4mNc", "db.acme.io:5432", Some((Confidence::Strong, Severity::Critical)))]
    fn where_it_stands_decides(
        #[case] user: &str,
        #[case] password: &str,
        #[case] place: &str,
        #[case] wanted: Option<(Confidence, Severity)>,
    ) {
        let text = format!("DATABASE_URL={}://{user}:{password}@{place}/app\n", "postgres");
        let options = Options::new(chrono::Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap());
        let report = scan_text(b"config/app.ts", text.into_bytes(), &ScanKey::new([7; 32]), &options);
        let seen = report.findings.first().map(|it| (it.confidence, it.severity));
        assert_eq!(seen, wanted);
    }
}
