//! When a walk is at its end: what can only be named once everything was read, and whether what was read is all there is
//! (`apis/http.md` §5.2: nothing found is clean only with every page, the manifest and the last lazy chunk).

use super::next;
use super::queue::{Job, Role};
use super::report::Framework;
use super::visit::PageSeen;
use super::walk::Walk;
use super::webpack::Naming;
use url::Url;

/// What a visitor's walk leaves out, as its report names it.
pub const BEYOND_A_VISIT: &str = "everything else of the app";

/// Asks for what only all files together name: chunks by their numbers. Whether there is anything new.
pub(super) fn further(walk: &mut Walk<'_>) -> bool {
    let before = (walk.facts.sure.len(), walk.asked_guesses);
    let mut named: Vec<(Url, bool)> = Vec::new();
    for (naming, at) in &walk.facts.namings {
        let Some(base) = base(naming, at) else { continue };
        let ids = walk.facts.ids.iter().map(String::as_str);
        let listed = naming.names().into_iter().map(|name| (name, true));
        let all = listed.chain(naming.guesses(ids).into_iter().map(|name| (name, false)));
        named.extend(all.filter_map(|(name, sure)| Some((base.join(&name).ok()?, sure))));
    }
    for (address, sure) in named {
        walk.script(address, sure, 2);
    }
    (walk.facts.sure.len(), walk.asked_guesses) != before
}

/// Where the chunks of a runtime lie.
fn base(naming: &Naming, at: &Url) -> Option<Url> {
    match naming.public_path.as_deref() {
        Some(path) if !path.is_empty() && path != "auto" => at.join(path).ok(),
        _ => super::bundle::next_root(at).or_else(|| at.join("/").ok()),
    }
}

/// A runtime that lists none has one chunk; whether one of the numbers in the calls was its.
fn lacks_its_chunk(walk: &Walk<'_>, naming: &Naming, at: &Url) -> bool {
    let ids = walk.facts.ids.iter().map(String::as_str);
    let is_read = |name: String| {
        let address = base(naming, at).and_then(|base| base.join(&name).ok());
        address.is_some_and(|it| walk.facts.lucky.contains(&it) || walk.facts.sure.contains(&it))
    };
    naming.lists_none() && !naming.guesses(ids).into_iter().any(is_read)
}

/// Asks for the manifests of the build that a page came from, and if it is the first page for what it was made of.
pub(super) fn manifests(walk: &mut Walk<'_>, page: &PageSeen, address: &Url, role: Role) {
    let Some(id) = page.build.id.as_deref() else { return };
    let base = page.tags.base.as_deref().and_then(|it| address.join(it).ok()).unwrap_or_else(|| address.clone());
    let scripts = page.tags.scripts.iter().filter_map(|it| base.join(&it.address).ok());
    let root = scripts.filter(|it| walk.hosts.is_ours(it)).find_map(|it| super::bundle::next_root(&it));
    let Some(root) = root.or_else(|| walk.base.join("_next/").ok()) else { return };
    if role == Role::Start && page.build.pages_router {
        // Scripts may lie at another host; data never does.
        let own = if root.origin() == walk.hosts.home().origin() { Some(root.clone()) } else { walk.base.join("_next/").ok() };
        if let Some(data) = own.and_then(|own| next::data(&own, id, page.build.locale.as_deref(), address))
            && walk.may_go_beyond(&data)
            && walk.queue.is_new(&data, Role::Data)
        {
            walk.queue.push(Job { address: data, role: Role::Data, depth: 1 });
        }
    }
    for (manifest, sure) in next::manifests(&root, id).into_iter().zip([true, false]) {
        if walk.may_go_beyond(&manifest) {
            walk.script(manifest, sure, 1);
        }
    }
}

/// Says what the walk could not know of, and what built the site.
pub(super) fn judge(walk: &mut Walk<'_>) -> Framework {
    let framework = walk.facts.framework();
    if walk.is_visitor() {
        walk.all.unseen(BEYOND_A_VISIT, "only the page itself and the scripts that it leads to were asked for");
        return framework;
    }
    let is_next = matches!(framework, Framework::NextApp | Framework::NextPages);
    if is_next && !walk.facts.manifest {
        walk.all
            .unseen("_buildManifest.js", "the manifest of the build was not read, so pages may have scripts that nobody named");
    }
    let lacking: Vec<String> = walk
        .facts
        .namings
        .iter()
        .filter(|(naming, at)| lacks_its_chunk(walk, naming, at))
        .map(|(_, at)| at.path().to_owned())
        .collect();
    for path in lacking {
        walk.all.unseen(path, "loads a chunk whose number nothing says");
    }
    match (framework, &walk.options.routes) {
        (Framework::NextApp, None) => {
            walk.all.unseen(
                "pages that no link names",
                "only a page itself names its scripts, and the repository's pages are not known",
            );
        }
        (Framework::NextApp, Some(routes)) => {
            // Those without a parameter were asked for, and said so themselves if they failed.
            let unreached = routes
                .iter()
                .enumerate()
                .filter(|(number, route)| route.path().is_none() && !walk.facts.reached.contains_key(number));
            for route in unreached.map(|(_, route)| route.to_string()).collect::<Vec<_>>() {
                walk.all.unseen(route, "a page of the repository that no link leads to");
            }
        }
        (Framework::Other, _) => {
            walk.all.unseen(
                "pages that no link names",
                "nothing says which pages this site has, and each may load scripts of its own",
            );
        }
        (Framework::NextPages | Framework::SinglePage, _) => {}
    }
    framework
}
