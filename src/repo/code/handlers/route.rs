//! Which files of an app are entries by their path, and under which address. It reads paths only.

use super::Kind;

/// What a path says of the requests that enter there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub kind: Kind,
    pub route: Option<String>,
}

/// The entry that a file is by its path.
pub(super) fn entry(path: &str) -> Option<Entry> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or(name);
    let rooted = format!("/{folders}/");
    let made = |kind, route: Option<String>| Some(Entry { kind, route });
    if let Some((_, rest)) = rooted.split_once("/supabase/functions/") {
        let function = rest.split('/').find(|it| !it.is_empty())?;
        let is_entry = stem == "index" && rest.trim_matches('/') == function && !function.starts_with('_');
        return is_entry.then(|| Entry { kind: Kind::EdgeFunction, route: Some(format!("/functions/v1/{function}")) });
    }
    if stem == "route" && !is_component(name) {
        let (_, below) = rooted.split_once("/app/")?;
        return made(Kind::Route, Some(address(below)));
    }
    if stem == "+server" {
        let (_, below) = rooted.split_once("/routes/")?;
        return made(Kind::Endpoint, Some(address(below)));
    }
    if name.starts_with("+page.server.") || name.starts_with("+layout.server.") {
        return made(Kind::PageServer, rooted.split_once("/routes/").map(|(_, below)| address(below)));
    }
    if let Some((_, below)) = rooted.split_once("/pages/api/") {
        return made(Kind::ApiPage, Some(address(&format!("api/{below}{}", if stem == "index" { "" } else { stem }))));
    }
    if rooted.contains("/netlify/functions/") || rooted.contains("/netlify/edge-functions/") {
        return made(Kind::HostFunction, Some(format!("/.netlify/functions/{stem}")));
    }
    if path.starts_with("api/") && !is_component(name) && !path.split('/').any(|it| it.starts_with('_')) {
        let below = path.rsplit_once('.').map_or(path, |(below, _)| below);
        return made(Kind::HostFunction, Some(address(below.strip_suffix("/index").unwrap_or(below))));
    }
    None
}

/// Whether the routes of Remix and React Router stand in that file.
pub(super) fn is_remix(path: &str) -> bool {
    let rooted = format!("/{path}");
    rooted.contains("/app/routes/") || rooted.ends_with("/app/root.tsx")
}

fn is_component(name: &str) -> bool {
    [".vue", ".svelte", ".astro"].iter().any(|end| name.ends_with(end))
}

/// `/api/users/[id]` from the folders; groups in parentheses are no part of an address.
fn address(folders: &str) -> String {
    let parts = folders.split('/').filter(|it| !it.is_empty() && !it.starts_with('(') && !it.starts_with('@'));
    format!("/{}", parts.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("app/api/chat/route.ts", Some((Kind::Route, "/api/chat")))]
    #[case("src/app/(shop)/api/[id]/route.js", Some((Kind::Route, "/api/[id]")))]
    #[case("apps/web/app/route.ts", Some((Kind::Route, "/")))]
    #[case("src/lib/route.ts", None)]
    #[case("pages/api/users/[id].ts", Some((Kind::ApiPage, "/api/users/[id]")))]
    #[case("src/pages/api/index.ts", Some((Kind::ApiPage, "/api")))]
    #[case("supabase/functions/pay/index.ts", Some((Kind::EdgeFunction, "/functions/v1/pay")))]
    #[case("supabase/functions/pay/lib/index.ts", None)]
    #[case("supabase/functions/_shared/index.ts", None)]
    #[case("supabase/functions/_shared/cors.ts", None)]
    #[case("src/routes/api/pay/+server.ts", Some((Kind::Endpoint, "/api/pay")))]
    #[case("src/routes/login/+page.server.ts", Some((Kind::PageServer, "/login")))]
    #[case("api/pay.ts", Some((Kind::HostFunction, "/api/pay")))]
    #[case("api/_lib/pay.ts", None)]
    #[case("netlify/functions/pay.ts", Some((Kind::HostFunction, "/.netlify/functions/pay")))]
    #[case("src/api/pay.ts", None)]
    fn entries(#[case] path: &str, #[case] wanted: Option<(Kind, &str)>) {
        let found = entry(path).map(|it| (it.kind, it.route.unwrap_or_default()));
        assert_eq!(found, wanted.map(|(kind, route)| (kind, route.to_owned())));
    }
}
