//! What a scan was pointed at, read from what was typed. An address with a credential in it is refused and not repeated.

use crate::domain::{Foreign, Slug};
use crate::trouble::Trouble;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use url::Url;

/// What is scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A checkout or a plain folder.
    Folder(PathBuf),
    /// A folder inside a checkout: the checkout's root, and the rest with `/` between its parts.
    Below {
        root: PathBuf,
        below: Vec<u8>,
    },
    File(PathBuf),
    /// Standard input.
    Input,
    /// A repository at a code host.
    Address(Url),
    Site(Url),
}

/// What the words mean.
///
/// # Errors
/// Nothing is there, or an address that cannot be asked.
pub fn target(text: &OsStr) -> Result<Target, Trouble> {
    if text == "-" {
        return Ok(Target::Input);
    }
    let path = Path::new(text);
    match path.metadata() {
        Ok(it) if it.is_dir() => return Ok(folder(path)),
        Ok(_) => return Ok(Target::File(path.to_owned())),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let shown = Foreign::new(path.to_string_lossy());
            // A file's name too long for the system is an address that nobody would make.
            if !looks_like_an_address(&path.to_string_lossy()) {
                return Err(Trouble::failed(format!("cannot look at `{}`", shown.cut(200))).why(error.kind()).next(GIVE));
            }
        }
        Err(_) => {}
    }
    let text = text.to_string_lossy();
    if looks_like_an_address(&text) {
        return address(&text).map(Target::Address);
    }
    let shown = Foreign::new(&text).cut(200);
    let trouble = Trouble::usage(format!("`{shown}` does not exist"));
    if text.parse::<Slug>().is_ok() {
        return Err(trouble.next(format!("For the repository at GitHub give https://github.com/{shown}")));
    }
    Err(trouble.next(GIVE))
}

const GIVE: &str = "Give a folder, a file, `-`, or a repository's address such as https://github.com/acme/shop";

/// The site's address.
///
/// # Errors
/// An address that cannot be asked.
pub fn site(text: &str) -> Result<Url, Trouble> {
    let text = text.trim();
    let spelled = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = parsed(&spelled)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Trouble::usage("a site's address begins with https:// or http://"));
    }
    Ok(url)
}

fn looks_like_an_address(text: &str) -> bool {
    let is_short_form = text.split_once(':').is_some_and(|(host, _)| host.contains('@') && !host.contains('/'));
    text.contains("://") || is_short_form
}

fn address(text: &str) -> Result<Url, Trouble> {
    if !text.contains("://") {
        return Err(Trouble::usage("the short form of an ssh address is not cloned here")
            .next("Give the https address, or clone it yourself and give the folder"));
    }
    let url = parsed(text)?;
    if url.scheme() != "https" && !(url.scheme() == "http" && crate::net::is_loopback(&url)) {
        let scheme = Foreign::new(url.scheme());
        return Err(Trouble::usage(format!("a repository is cloned over https only, not {}", scheme.cut(20)))
            .next("Give the https address, or clone it yourself and give the folder"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Trouble::usage("a repository's address has no `?` or `#` in it"));
    }
    Ok(url)
}

/// Never says the address again: it may hold a credential.
fn parsed(text: &str) -> Result<Url, Trouble> {
    let url = Url::parse(text).map_err(|error| Trouble::usage("this is no address that can be read").why(error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Trouble::usage("the address has a user name or password in it")
            .why("it would stay in your shell's history, and others on this machine can read it")
            .next("Give it without; put a token into RESCUE_SCAN_TOKEN, and replace the one that was typed"));
    }
    if !url.has_host() {
        return Err(Trouble::usage("the address names no host"));
    }
    Ok(url)
}

/// A folder inside a checkout is scanned with the checkout's rules and index, but only what is below it.
fn folder(path: &Path) -> Target {
    let Ok(real) = path.canonicalize() else { return Target::Folder(path.to_owned()) };
    let is_checkout = |at: &Path| at.join(".git").symlink_metadata().is_ok();
    let is_bare = real.join("HEAD").is_file() && real.join("objects").is_dir();
    if is_checkout(&real) || is_bare {
        return Target::Folder(path.to_owned());
    }
    let root = real.ancestors().skip(1).find(|above| above.join(".git").join("HEAD").exists());
    match root.and_then(|root| Some((root, real.strip_prefix(root).ok()?))) {
        Some((root, rest)) => {
            let parts: Vec<_> = rest.iter().map(OsStr::as_encoded_bytes).collect();
            Target::Below { root: root.to_owned(), below: parts.join(&b'/') }
        }
        None => Target::Folder(path.to_owned()),
    }
}

impl Target {
    /// What is scanned, as it may be shown.
    #[must_use]
    pub fn shown(&self) -> Foreign {
        match self {
            Self::Folder(path) | Self::File(path) => Foreign::new(path.to_string_lossy()),
            Self::Below { root, below } => Foreign::new(root.join(String::from_utf8_lossy(below).as_ref()).to_string_lossy()),
            Self::Input => Foreign::new("standard input"),
            Self::Address(url) | Self::Site(url) => Foreign::new(url.as_str()),
        }
    }

    /// A stable word for the document.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Folder(_) => "folder",
            Self::Below { .. } => "part_of_a_checkout",
            Self::File(_) => "file",
            Self::Input => "standard_input",
            Self::Address(_) => "address",
            Self::Site(_) => "site",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn read(text: &str) -> Result<Target, Trouble> {
        target(OsStr::new(text))
    }

    #[rstest]
    #[case::plain("https://github.com/acme/shop", true)]
    #[case::dot_git("https://git.acme.example/shop.git", true)]
    #[case::this_machine("http://127.0.0.1:9/shop", true)]
    #[case::in_clear("http://git.acme.example/shop", false)]
    #[case::ssh("ssh://git@git.acme.example/shop", false)]
    #[case::short("git@github.com:acme/shop.git", false)]
    #[case::query("https://git.acme.example/shop?x=1", false)]
    #[case::nothing("https://", false)]
    #[case::file("file:///etc", false)]
    fn addresses(#[case] text: &str, #[case] good: bool) {
        let read = read(text);
        assert_eq!(matches!(read, Ok(Target::Address(_))), good, "{read:?}");
        assert!(read.is_ok() || read.unwrap_err().is_usage);
    }

    #[rstest]
    #[case("https://ana:WORD@git.acme.example/shop")]
    #[case("https://WORD@git.acme.example/shop")]
    #[case("https://:WORD@git.acme.example/shop")]
    fn an_address_with_a_credential_is_refused_and_not_repeated(#[case] text: &str) {
        let mark = ["kana", "ri"].concat();
        let text = text.replace("WORD", &mark);
        for trouble in [read(&text).unwrap_err(), site(&text).unwrap_err()] {
            assert!(trouble.is_usage && !trouble.to_string().contains(&mark), "{trouble}");
            assert!(trouble.to_string().contains("RESCUE_SCAN_TOKEN"));
        }
    }

    #[test]
    fn what_is_not_there_is_said_with_a_way_on() {
        let trouble = read("acme/no-such-place").unwrap_err();
        assert!(trouble.to_string().contains("https://github.com/acme/no-such-place"), "{trouble}");
        let trouble = read("\u{1b}[31m nowhere").unwrap_err();
        assert!(!trouble.to_string().contains('\u{1b}'));
    }

    #[test]
    fn a_site_needs_no_scheme() {
        assert_eq!(site("shop.example.com").unwrap().as_str(), "https://shop.example.com/");
        assert_eq!(site("http://shop.example.com/a").unwrap().as_str(), "http://shop.example.com/a");
        assert!(site("ftp://shop.example.com").is_err());
    }

    #[test]
    fn folders_files_and_parts_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("shop/.git")).unwrap();
        std::fs::write(root.join("shop/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
        std::fs::create_dir_all(root.join("shop/apps/web")).unwrap();
        std::fs::write(root.join("shop/a.ts"), "").unwrap();
        let of = |path: &str| target(root.join(path).as_os_str()).unwrap();
        assert!(matches!(of("shop"), Target::Folder(_)));
        assert_eq!(of("shop/apps/web"), Target::Below { root: root.join("shop"), below: b"apps/web".to_vec() });
        assert!(matches!(of("shop/a.ts"), Target::File(_)));
        assert!(matches!(of(""), Target::Folder(_)));
        assert_eq!(read("-"), Ok(Target::Input));
    }
}
