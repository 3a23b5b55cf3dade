//! The package that an import means, however it is written: plain, with a path, with a version, for Deno, or as an address.

/// The package of an import: `zod` for `zod/v4`, `npm:zod@3`, `https://esm.sh/zod@3.22.4` and
/// `https://deno.land/x/zod@v3/mod.ts`. None for a module of the app.
#[must_use]
pub fn package(import: &str) -> Option<String> {
    let schemes = ["npm:", "jsr:", "node:", "bun:"];
    let hosts = [
        "https://esm.sh/stable/",
        "https://esm.sh/",
        "https://cdn.esm.sh/",
        "https://deno.land/x/",
        "https://deno.land/",
        "https://cdn.skypack.dev/",
        "https://cdn.jsdelivr.net/npm/",
        "https://unpkg.com/",
    ];
    let bare = schemes.iter().chain(&hosts).find_map(|it| import.strip_prefix(it)).unwrap_or(import);
    let is_own = bare.starts_with(['.', '/', '#', '~', '$']) || bare.starts_with("@/") || bare.contains("://");
    if is_own {
        return None;
    }
    let bare = bare.split_once('/').filter(|(first, _)| is_version(first)).map_or(bare, |(_, rest)| rest);
    let mut parts = bare.split('/');
    let first = parts.next().filter(|it| !it.is_empty())?;
    let name = match first.strip_prefix('@') {
        Some(_) => format!("{first}/{}", unversioned(parts.next()?)),
        None => unversioned(first).to_owned(),
    };
    Some(name)
}

/// `v135` of `https://esm.sh/v135/zod`.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

fn unversioned(name: &str) -> &str {
    name.split(['@', '?']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("zod", Some("zod"))]
    #[case("zod/v4", Some("zod"))]
    #[case("npm:zod@3.22", Some("zod"))]
    #[case("npm:@supabase/supabase-js@2", Some("@supabase/supabase-js"))]
    #[case("jsr:@supabase/supabase-js@2", Some("@supabase/supabase-js"))]
    #[case("https://esm.sh/@supabase/supabase-js@2.39.3?target=deno", Some("@supabase/supabase-js"))]
    #[case("https://esm.sh/v135/stripe@14.21.0", Some("stripe"))]
    #[case("https://deno.land/x/zod@v3.22.4/mod.ts", Some("zod"))]
    #[case("https://deno.land/std@0.168.0/http/server.ts", Some("std"))]
    #[case("https://example.com/a.ts", None)]
    #[case("./zod", None)]
    #[case("@/lib/zod", None)]
    #[case("", None)]
    fn packages(#[case] import: &str, #[case] wanted: Option<&str>) {
        assert_eq!(package(import).as_deref(), wanted);
    }
}
