//! The address of a look, read from what was typed. An address with a credential in it is refused and not repeated, and so
//! is one that strangers cannot reach; this machine's own stays possible, for tests and for whoever builds the site.

use crate::domain::Foreign;
use crate::net::{is_inside, is_loopback};
use crate::trouble::Trouble;
use url::{Host, Url};

/// An address that can be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Without a query and a fragment.
    pub url: Url,
    /// What a person should know of how it was read, in words.
    pub remarks: Vec<String>,
}

const GIVE: &str = "Give the address of the page, such as https://shop.example.com";

/// Names that only a network of somebody's own knows (RFC 6762, RFC 8375, and what routers and companies use).
const OWN_NETWORKS: [&str; 6] = ["local", "internal", "lan", "intranet", "corp", "home.arpa"];

/// Reads it. Without a scheme it is https, and on this machine http.
///
/// # Errors
/// A usage trouble for what is no address, is not reached by strangers, or holds a credential.
pub fn address(text: &str) -> Result<Given, Trouble> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Trouble::usage("no address was given").next(GIVE));
    }
    let has_scheme = text.contains("://");
    let spelled = if has_scheme { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&spelled).map_err(|error| Trouble::usage("this is no address of a page").why(error).next(GIVE))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Trouble::usage("the address has a user name or password in it")
            .why("a look goes as a stranger, and what was typed stays in your shell's history")
            .next("Give it without, and replace what was typed"));
    }
    if !matches!(url.scheme(), "https" | "http") {
        let scheme = Foreign::new(url.scheme()).cut(20);
        return Err(Trouble::usage(format!("a look is at https:// or http://, not {scheme}://")).next(GIVE));
    }
    if !has_scheme && is_loopback(&url) {
        // What runs on this machine seldom has a certificate; where a scheme cannot be set, it stays.
        let _ = url.set_scheme("http");
    }
    let mut remarks = Vec::new();
    reachable(&url, text, &mut remarks)?;
    if url.query().is_some() {
        url.set_query(None);
        remarks.push("what stands after the ? is left out".to_owned());
    }
    url.set_fragment(None);
    if url.scheme() == "http" && !is_loopback(&url) {
        remarks.push("over http everything can be read and changed on the way; what https serves may differ".to_owned());
    }
    Ok(Given { url, remarks })
}

/// Whether strangers could reach the host.
fn reachable(url: &Url, typed: &str, remarks: &mut Vec<String>) -> Result<(), Trouble> {
    let refused = |what: String| {
        Trouble::usage(what)
            .why("a look is at what strangers reach")
            .next("For a site of your own network: `rescue scan --site URL`")
    };
    let own_network = |ip: std::net::IpAddr| refused(format!("{ip} is an address of a private network"));
    match url.host() {
        None => Err(Trouble::usage("the address names no host").next(GIVE)),
        _ if is_loopback(url) => Ok(()),
        Some(Host::Ipv4(ip)) if is_inside(ip.into()) => Err(own_network(ip.into())),
        Some(Host::Ipv6(ip)) if is_inside(ip.into()) => Err(own_network(ip.into())),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
            remarks.push("a host asked by its number may serve something else than it does under its name".to_owned());
            Ok(())
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let shown = Foreign::new(name).cut(80);
            if !name.contains('.') {
                return Err(Trouble::usage(format!("`{shown}` names no site on the internet"))
                    .next(format!("{GIVE}; for an app that is known: `rescue probe {shown} --only site`")));
            }
            if OWN_NETWORKS.iter().any(|it| name.strip_suffix(it).is_some_and(|rest| rest.ends_with('.'))) {
                return Err(refused(format!("{shown} is a name of a private network")));
            }
            if !typed.is_ascii() && name.is_ascii() {
                remarks.push(format!("the network spells this name {shown}: compare it letter by letter with the client's"));
            } else if name.split('.').any(|label| label.starts_with("xn--")) {
                remarks.push("the name stands for one with letters beyond a to z, which may look like another's".to_owned());
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("shop.example.com", "https://shop.example.com/", "")]
    #[case(" https://shop.example.com/pricing#top ", "https://shop.example.com/pricing", "")]
    #[case("shop.example.com:8443/a", "https://shop.example.com:8443/a", "")]
    #[case("https://shop.example.com/?utm=1", "https://shop.example.com/", "after the ?")]
    #[case("http://shop.example.com", "http://shop.example.com/", "over http")]
    #[case("https://bücher.example", "https://xn--bcher-kva.example/", "spells this name xn--bcher-kva.example")]
    #[case("https://xn--bcher-kva.example", "https://xn--bcher-kva.example/", "beyond a to z")]
    #[case("https://93.184.215.14", "https://93.184.215.14/", "by its number")]
    #[case("http://127.0.0.1:3000/site/", "http://127.0.0.1:3000/site/", "")]
    #[case("localhost:5173", "http://localhost:5173/", "")]
    fn addresses(#[case] text: &str, #[case] wanted: &str, #[case] remark: &str) {
        let given = address(text).unwrap();
        assert_eq!(given.url.as_str(), wanted);
        assert_eq!(given.remarks.is_empty(), remark.is_empty(), "{:?}", given.remarks);
        assert!(given.remarks.iter().all(|it| it.contains(remark)), "{:?}", given.remarks);
    }

    #[rstest]
    #[case("", "no address")]
    #[case("not a url", "no address of a page")]
    #[case("https://", "no address of a page")]
    #[case("ftp://shop.example.com", "not ftp://")]
    #[case("file:///etc/passwd", "not file://")]
    #[case("acme", "`acme` names no site")]
    #[case("http://10.0.0.5/", "10.0.0.5 is an address of a private network")]
    #[case("http://192.168.1.1", "private network")]
    #[case("http://169.254.169.254/latest", "private network")]
    #[case("http://[fd00::1]/", "private network")]
    #[case("http://0x0a000005/", "10.0.0.5 is an address of a private network")]
    #[case("https://nas.local", "nas.local is a name of a private network")]
    #[case("https://wiki.corp", "private network")]
    fn what_cannot_be_looked_at(#[case] text: &str, #[case] says: &str) {
        let trouble = address(text).unwrap_err();
        assert!(trouble.is_usage && trouble.to_string().contains(says), "{trouble}");
        assert!(trouble.next.is_some(), "{trouble}");
    }

    #[test]
    fn a_credential_is_refused_and_not_repeated() {
        let mark = ["kana", "ri"].concat();
        for text in
            [format!("https://ana:{mark}@shop.example.com"), format!("{mark}@shop.example.com"), format!("ana:{mark}@x.example")]
        {
            let trouble = address(&text).unwrap_err();
            assert!(trouble.is_usage && !trouble.to_string().contains(&mark), "{trouble}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(given) = address(&text) {
                prop_assert!(given.url.has_host() && given.url.query().is_none() && given.url.username().is_empty());
            }
        }
    }
}
