//! The pages that a Next.js repository has, from the names of its files: what must be asked for before a site of the app
//! router can be called seen (`apis/http.md` §5.1, step 1). It reads names only.

use std::collections::BTreeSet;

/// The pages of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    routes: Vec<Route>,
}

/// One page, or a family of pages with parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Fixed(String),
    /// `[id]`
    One(String),
    /// `[...path]`: one or more.
    More(String),
    /// `[[...path]]`: any number.
    Any(String),
}

const PAGES: [&str; 6] = ["tsx", "ts", "jsx", "js", "mdx", "md"];
/// Routes of one repository beyond which it is no app.
const MOST: usize = 5_000;

impl Routes {
    /// Reads the paths of a repository's files, relative to its root, with slashes. None: they hold no pages of Next.js, or
    /// those of several apps, so that nobody can tell which are served.
    #[must_use]
    pub fn of_files<'a>(paths: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut roots = BTreeSet::new();
        let mut routes = BTreeSet::new();
        for (root, route) in paths.into_iter().filter_map(route) {
            roots.insert(root.to_owned());
            routes.insert(route);
        }
        (roots.len() == 1 && routes.len() <= MOST).then(|| Self { routes: routes.into_iter().collect() })
    }

    /// Whether a file's path has anything to do with a page, for whoever lists a repository and keeps only that.
    #[must_use]
    pub fn is_of_page(path: &str) -> bool {
        route(path).is_some()
    }

    /// The pages.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter()
    }

    /// The page that an address's path belongs to; `path` is relative to where the app begins, without a leading slash.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<usize> {
        // A fixed page goes before one with a parameter, as in Next.js; the order of `Segment` is that order.
        self.routes.iter().position(|route| route.fits(path))
    }
}

/// The app's folder in the repository, and the page.
fn route(path: &str) -> Option<(&str, Route)> {
    let (folders, file) = path.rsplit_once('/')?;
    let (stem, ending) = file.rsplit_once('.')?;
    if !PAGES.contains(&ending) || path.len() > 500 {
        return None;
    }
    let (root, kind, inner) = root(folders)?;
    let mut segments = Vec::new();
    if kind == "app" {
        if stem != "page" {
            return None;
        }
        for part in inner.split('/').filter(|it| !it.is_empty()) {
            if part.starts_with('_') || part.starts_with("(.") {
                return None; // private, or shown over another page
            }
            if !(part.starts_with('@') || (part.starts_with('(') && part.ends_with(')'))) {
                segments.push(segment(part));
            }
        }
    } else {
        let parts = inner.split('/').filter(|it| !it.is_empty()).chain((stem != "index").then_some(stem));
        segments.extend(parts.map(segment));
        let first = segments.first();
        let own = matches!(first, Some(Segment::Fixed(name)) if name.starts_with('_') || matches!(name.as_str(), "api" | "404" | "500"));
        if own || matches!(ending, "md") || stem.contains(".test") || stem.contains(".spec") || stem.contains(".stories") {
            return None;
        }
    }
    Some((root, Route { segments }))
}

/// Splits `apps/web/src/app/shop` into the app's folder, `app` or `pages`, and the rest.
fn root(folders: &str) -> Option<(&str, &str, &str)> {
    let mut at = 0;
    for part in folders.split('/') {
        if matches!(part, "app" | "pages") {
            let before = folders.get(..at)?.trim_end_matches('/');
            let before = before.strip_suffix("src").map_or(before, |it| it.trim_end_matches('/'));
            // At the root, or one or two folders down: `apps/web`. Deeper, it is a folder of another sense.
            let fits = before.is_empty() || before.split('/').count() <= 2 && !before.contains("node_modules");
            let inner = folders.get(at + part.len()..)?.trim_start_matches('/');
            return fits.then_some((before, part, inner));
        }
        at += part.len() + 1;
    }
    None
}

fn segment(part: &str) -> Segment {
    let inside = |start: &str, end: &str| part.strip_prefix(start).and_then(|it| it.strip_suffix(end)).map(str::to_owned);
    if let Some(name) = inside("[[...", "]]") {
        Segment::Any(name)
    } else if let Some(name) = inside("[...", "]") {
        Segment::More(name)
    } else if let Some(name) = inside("[", "]") {
        Segment::One(name)
    } else {
        Segment::Fixed(part.to_owned())
    }
}

impl Route {
    /// The path without a leading slash, if it has no parameter that must be filled.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        let fixed = self.segments.iter().filter(|it| !matches!(it, Segment::Any(_))).map(|it| match it {
            Segment::Fixed(name) => Some(name.as_str()),
            _ => None,
        });
        fixed.collect::<Option<Vec<_>>>().map(|it| it.join("/"))
    }

    fn fits(&self, path: &str) -> bool {
        let mut given = path.split('/').filter(|it| !it.is_empty());
        for segment in &self.segments {
            match segment {
                Segment::Fixed(name) => {
                    if given.next() != Some(name.as_str()) {
                        return false;
                    }
                }
                Segment::One(_) => {
                    if given.next().is_none() {
                        return false;
                    }
                }
                Segment::More(_) => return given.next().is_some(),
                Segment::Any(_) => return true,
            }
        }
        given.next().is_none()
    }
}

impl std::fmt::Display for Route {
    /// As the files write it: `/blog/[slug]`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.segments.is_empty() {
            return f.write_str("/");
        }
        self.segments.iter().try_for_each(|segment| match segment {
            Segment::Fixed(name) => write!(f, "/{name}"),
            Segment::One(name) => write!(f, "/[{name}]"),
            Segment::More(name) => write!(f, "/[...{name}]"),
            Segment::Any(name) => write!(f, "/[[...{name}]]"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("app/page.tsx", Some("/"))]
    #[case("src/app/(shop)/products/[id]/page.jsx", Some("/products/[id]"))]
    #[case("app/@modal/(.)photo/page.tsx", None)]
    #[case("app/docs/[[...path]]/page.mdx", Some("/docs/[[...path]]"))]
    #[case("app/_lib/page.tsx", None)]
    #[case("app/api/route.ts", None)]
    #[case("app/page.test.tsx", None)]
    #[case("apps/web/app/about/page.tsx", Some("/about"))]
    #[case("pages/index.tsx", Some("/"))]
    #[case("pages/blog/[slug].tsx", Some("/blog/[slug]"))]
    #[case("pages/_app.tsx", None)]
    #[case("pages/api/pay.ts", None)]
    #[case("pages/404.tsx", None)]
    #[case("node_modules/x/pages/a.js", None)]
    #[case("lib/pay.ts", None)]
    #[case("page.tsx", None)]
    fn pages_of_files(#[case] path: &str, #[case] wanted: Option<&str>) {
        assert_eq!(route(path).map(|(_, it)| it.to_string()).as_deref(), wanted);
        assert_eq!(Routes::is_of_page(path), wanted.is_some());
    }

    #[test]
    fn addresses_belong_to_pages_and_fixed_ones_go_first() {
        let files =
            ["app/page.tsx", "app/blog/[slug]/page.tsx", "app/blog/new/page.tsx", "app/docs/[...p]/page.tsx", "next.config.ts"];
        let routes = Routes::of_files(files).unwrap();
        let of = |path: &str| routes.of(path).map(|number| routes.iter().nth(number).unwrap().to_string());
        assert_eq!(of("").as_deref(), Some("/"));
        assert_eq!(of("blog/new").as_deref(), Some("/blog/new"));
        assert_eq!(of("blog/first-post/").as_deref(), Some("/blog/[slug]"));
        assert_eq!(of("docs/a/b").as_deref(), Some("/docs/[...p]"));
        assert_eq!(of("docs"), None);
        assert_eq!(routes.iter().filter_map(Route::path).collect::<Vec<_>>(), ["", "blog/new"]);
    }

    #[test]
    fn two_apps_in_one_repository_cannot_be_told_apart() {
        assert_eq!(Routes::of_files(["apps/web/app/page.tsx", "apps/admin/app/page.tsx"]), None);
        assert!(Routes::of_files(["apps/web/app/page.tsx", "apps/web/pages/old.tsx"]).is_some());
        assert_eq!(Routes::of_files(["lib/a.ts"]), None);
    }
}
