//! Where the names of a site may lead: not into a network of this machine, unless the address that a person gave is in one
//! itself. Looks at what a name leads to at the moment of each connection, so that a name cannot change its mind after it
//! was judged. What a company's proxy resolves by itself is the proxy's to judge.

use super::tls::{self, Transport};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use url::{Host, Url};

/// What asks for the addresses of a name: the system, or in a test a table.
#[derive(Clone)]
pub struct Names(Arc<dyn Fn(String) -> Looking + Send + Sync>);

/// A look-up on its way.
pub type Looking = std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

impl Names {
    /// Another way to look names up.
    pub fn by(look: impl Fn(String) -> Looking + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    /// Looks one up.
    pub(super) fn look(&self, name: String) -> Looking {
        (self.0)(name)
    }
}

impl Default for Names {
    /// As the system does.
    fn default() -> Self {
        Self::by(|name| Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) }))
    }
}

/// A name that leads where nobody asked to go. Found among the causes of a transport error.
#[derive(Debug, thiserror::Error)]
#[error("the name leads into a network of this machine")]
pub(super) struct LeadsInside;

/// A name of a site to which no address belongs. Found among the causes of a transport error.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known")]
pub(super) struct NoSuchName;

/// Whether a look-up failed only for now. The system's resolver says it in words alone; they are constants of the C
/// libraries (`EAI_AGAIN`, `EAI_FAIL`, `EAI_SYSTEM`, `EAI_MEMORY`). What is not known to be an answer counts as none.
fn is_answered(error: &std::io::Error) -> bool {
    const ANSWERS: [&str; 5] = [
        // glibc, and it when the name has no address
        "Name or service not known",
        "No address associated with hostname",
        // musl
        "Name does not resolve",
        "Name has no usable address",
        // macOS and the BSDs
        "nodename nor servname provided",
    ];
    let said = error.to_string();
    ANSWERS.iter().any(|answer| said.contains(answer))
}

/// The names of one run and what is known of them.
#[derive(Default)]
struct Known {
    /// Names that are asked for a site; whether a person gave them, and where such a one first led.
    names: BTreeMap<String, Asked>,
    /// Whether the first address that a person gave is in a network of this machine. None: not known yet.
    home_inside: Option<bool>,
    /// Its name, if it has one.
    home: Option<String>,
}

#[derive(Clone, Copy)]
enum Asked {
    /// The site named it.
    Found,
    /// A person gave it; whether it first led inside, once that is known.
    Given(Option<bool>),
}

/// The way to a site.
#[derive(Default)]
pub(super) struct Outside {
    known: Arc<Mutex<Known>>,
    client: OnceLock<Result<Transport, String>>,
}

impl Outside {
    /// Takes note of an address of a site before it is asked: a person gave it, or the site itself named it.
    pub fn note(&self, address: &Url, given: bool) {
        let mut known = lock(&self.known);
        match address.host() {
            Some(Host::Domain("localhost")) if given => known.home_inside = known.home_inside.or(Some(true)),
            Some(Host::Domain(name)) => {
                let asked = known.names.entry(name.to_owned()).or_insert(Asked::Found);
                if given && matches!(asked, Asked::Found) {
                    *asked = Asked::Given(None);
                }
                if given && known.home.is_none() && known.home_inside.is_none() {
                    known.home = Some(name.to_owned());
                }
            }
            Some(Host::Ipv4(ip)) if given => known.home_inside = known.home_inside.or(Some(is_inside(ip.into()))),
            Some(Host::Ipv6(ip)) if given => known.home_inside = known.home_inside.or(Some(is_inside(ip.into()))),
            _ => {}
        }
    }

    /// The transport that looks names up with `names`.
    ///
    /// # Errors
    /// In words, when no transport can be set up.
    pub fn transport(&self, names: &Names) -> Result<&Transport, String> {
        let made = self.client.get_or_init(|| {
            let resolver = Resolver { known: Arc::clone(&self.known), names: names.clone() };
            tls::resolving(resolver).map_err(|error| error.to_string())
        });
        made.as_ref().map_err(Clone::clone)
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Resolver {
    known: Arc<Mutex<Known>>,
    names: Names,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let (known, looked) = (Arc::clone(&self.known), self.names.look(name.clone()));
        Box::pin(async move {
            let found = match looked.await {
                // A proxy's name says nothing of the site's.
                Err(error) if is_answered(&error) && lock(&known).names.contains_key(&name) => return Err(NoSuchName.into()),
                looked => looked?,
            };
            let allowed = lock(&known).allowed(&name, found);
            if allowed.is_empty() {
                return Err(Box::new(LeadsInside) as Box<dyn std::error::Error + Send + Sync>);
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

impl Known {
    /// The addresses of a name that may be asked.
    fn allowed(&mut self, name: &str, found: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let leads_inside = found.iter().any(|it| is_inside(it.ip()));
        let may_be_inside = match self.names.get_mut(name) {
            // Not a name of the site: a proxy's.
            None => true,
            Some(Asked::Given(first)) => {
                let first = *first.get_or_insert(leads_inside);
                if self.home.as_deref() == Some(name) {
                    self.home_inside.get_or_insert(first);
                }
                first
            }
            Some(Asked::Found) => self.home_inside == Some(true),
        };
        if may_be_inside { found } else { found.into_iter().filter(|it| !is_inside(it.ip())).collect() }
    }
}

/// Whether an address is this machine's, or of a network that strangers cannot reach: private, shared, link-local, unset,
/// multicast or reserved (RFC 6890), however it is written into one of the longer form. The range for benchmarks
/// (198.18.0.0/15) is none: some programs that tunnel all traffic give every name an address in it.
pub(super) fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, third, _] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || first == 0
                || (first == 100 && second & 0xc0 == 64)
                || (first == 192 && second == 0 && third == 0)
                || first >= 224
        }
        IpAddr::V6(ip) => {
            let parts = ip.segments();
            let [first, second, third, ..] = parts;
            let [.., high, low] = parts;
            let embedded = |high: u16, low: u16| is_inside(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into());
            let carries = match parts {
                // `::ffff:a.b.c.d`, `::a.b.c.d`, and what translates between the two kinds.
                [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => embedded(high, low),
                [0x2002, ..] => embedded(second, third),
                _ => false,
            };
            ip == Ipv6Addr::LOCALHOST || carries || first & 0xfe00 == 0xfc00 || first & 0xff80 == 0xfe80 || first >> 8 == 0xff
        }
    }
}

#[cfg(test)]
mod tests;
