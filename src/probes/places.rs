//! Where of a repository something stands: entries that callers reach, tools that only people run, scripts that are served
//! as they are; and places put together by file. It goes by paths and exports alone, and judges nothing.

use super::ground::{Ground, MOST_SHOWN, Spot};
use crate::domain::{Finding, Note, Severity};
use crate::repo::code::{CodeFile, Directive, is_about};

/// The first place of each file, with how many there are in it: a file is the resource of a defect, never a line.
#[must_use]
pub fn by_file(spots: &[Spot]) -> Vec<(&Spot, usize)> {
    let mut files: Vec<(&Spot, usize)> = Vec::new();
    for it in spots {
        match files.iter_mut().find(|(known, _)| known.path == it.path) {
            Some((_, count)) => *count += 1,
            None => files.push((it, 1)),
        }
    }
    files
}

/// ` (and 3 more in this file)`, or nothing.
#[must_use]
pub fn and_more(count: usize) -> String {
    if count > 1 { format!(" (and {} more in this file)", count - 1) } else { String::new() }
}

/// One finding for each file in which a rule is broken.
#[must_use]
pub fn findings(ground: &Ground, rule: &str, severity: Severity, spots: &[Spot], fix: &str) -> Vec<Finding> {
    let files = by_file(spots).into_iter();
    files
        .map(|(it, count)| {
            let says = format!("{}: {}{}", it.path, it.says, and_more(count));
            Finding::new(rule, &it.path, severity, says, fix).at(ground.place(it))
        })
        .collect()
}

/// One piece of evidence for each file, as many as a person reads.
#[must_use]
pub fn evidence(ground: &Ground, key: &str, spots: &[Spot]) -> Vec<Note> {
    let files = by_file(spots).into_iter().take(MOST_SHOWN);
    files
        .map(|(it, count)| {
            let says = format!("{}{}", it.says, and_more(count));
            Note { says: says.into(), ..ground.evidence(format!("{key}.{}", it.path), it) }
        })
        .collect()
}

/// Scripts that browsers are served as they are: most of them are somebody else's (`apis/repo-signals.md` §1).
#[must_use]
pub fn is_served_as_is(path: &str) -> bool {
    let path = format!("/{path}");
    ["/public/", "/static/", "/vendor/"].iter().any(|it| path.contains(it))
}

/// Scripts that a person runs, and settings of tools: nobody waits behind them.
#[must_use]
pub fn is_tool(path: &str) -> bool {
    let path = format!("/{path}");
    let name = path.rsplit('/').next().unwrap_or_default();
    // What lies beside the manifest is run by hand, but for what a framework or a process starts with.
    let stem = name.split('.').next().unwrap_or_default();
    let starts = [
        "instrumentation",
        "middleware",
        "proxy",
        "server",
        "index",
        "main",
        "app",
        "sentry",
        "worker",
        "instrumentation-client",
    ];
    let is_loose = path.matches('/').count() == 1 && !starts.contains(&stem);
    is_loose || path.contains("/scripts/") || name.starts_with("seed.") || path.contains("/seeds/") || name.contains(".config.")
}

/// Whether callers from outside reach the file: a route handler, an API page, a function of a host, a server action.
#[must_use]
pub fn is_entry(file: &CodeFile) -> bool {
    let path = format!("/{}", file.path);
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let is_shared = path.contains("/_shared/") || path.contains("/functions/lib/");
    let below = ["/pages/api/", "/supabase/functions/", "/netlify/functions/", "/server/api/", "/server/routes/"];
    let is_root_api = file.path.starts_with("api/") || file.path.starts_with("functions/");
    file.directive == Some(Directive::UseServer)
        || (stem == "route" && path.contains("/app/"))
        || stem == "+server"
        || (!is_shared && (is_root_api || below.iter().any(|it| path.contains(it))))
}

/// Whether the file answers a vendor's events: by where it is, it is an entry named for them.
#[must_use]
pub fn is_webhook(file: &CodeFile) -> bool {
    let folders = file.path.rsplit_once('/').map_or("", |it| it.0);
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let named = is_about(folders, &WEBHOOK) || is_about(name, &WEBHOOK);
    is_entry(file) && file.directive != Some(Directive::UseServer) && named && !is_about(&file.path, &KEEPING)
}

/// Whether an address, or a function's name, is that of what answers a vendor's events.
#[must_use]
pub fn is_webhook_name(name: &str) -> bool {
    is_about(name, &["webhook", "webhooks"]) && !is_about(name, &KEEPING)
}

/// Words of entries that keep or send the app's own webhooks, instead of answering a vendor's.
const KEEPING: [&str; 14] = [
    "settings",
    "admin",
    "retry",
    "test",
    "send",
    "dispatch",
    "deliver",
    "delivery",
    "deliveries",
    "manage",
    "register",
    "create",
    "list",
    "outgoing",
];

const WEBHOOK: [&str; 4] = ["webhook", "webhooks", "hook", "hooks"];

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("app/api/stripe/webhook/route.ts", true, true)]
    #[case("src/app/api/pay/route.ts", true, false)]
    #[case("pages/api/webhooks/clerk.ts", true, true)]
    #[case("supabase/functions/stripe-webhook/index.ts", true, true)]
    #[case("supabase/functions/_shared/webhook.ts", false, false)]
    #[case("src/hooks/use-toast.ts", false, false)]
    #[case("lib/webhooks.ts", false, false)]
    #[case("app/api/settings/webhooks/[id]/route.ts", true, false)]
    #[case("supabase/functions/retry-webhooks/index.ts", true, false)]
    fn entries(#[case] path: &str, #[case] entry: bool, #[case] webhook: bool) {
        let file = CodeFile::read(path, "");
        assert_eq!((is_entry(&file), is_webhook(&file)), (entry, webhook));
    }

    #[rstest]
    #[case("scripts/a.ts", true)]
    #[case("check-display.mjs", true)]
    #[case("next.config.ts", true)]
    #[case("instrumentation.ts", false)]
    #[case("server.js", false)]
    #[case("lib/a.ts", false)]
    fn tools(#[case] path: &str, #[case] wanted: bool) {
        assert_eq!(is_tool(path), wanted);
    }

    #[test]
    fn places_of_one_file_are_one() {
        let spots = [Spot::new("a.ts", 1, "x"), Spot::new("b.ts", 1, "x"), Spot::new("a.ts", 9, "y")];
        let files: Vec<_> = by_file(&spots).iter().map(|(it, count)| (it.path.as_str(), it.line, *count)).collect();
        assert_eq!(files, [("a.ts", 1, 2), ("b.ts", 1, 1)]);
    }
}
