//! One try of a read: it counts, carries the credential to its own origin and nowhere else, follows redirects at that
//! origin, and reads a bounded body. It never waits and never tries twice.

use super::call::{ReadCall, Verb};
use super::door::{Asker, Shared, Signal};
use super::fault::{self, Fault, Met};
use super::pace::{Lanes, Moment, Whose};
use super::reply::Reply;
use super::{limit, retry, tls};
use crate::domain::{Gap, GapKind, System};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use url::Url;

/// Redirects that are followed in one try.
const MOST_REDIRECTS: usize = 5;

/// Where a call goes: settled before the first try.
pub(super) struct Way {
    pub system: System,
    pub address: Url,
    pub lanes: Arc<Lanes>,
}

/// Where a redirect leads.
pub(super) enum Next {
    Same(Url),
    Elsewhere(Url),
}

impl Shared {
    /// Settles where a call goes and with which credential.
    pub(super) fn way(&self, call: &ReadCall) -> Result<Way, Gap> {
        let system = call.system;
        self.credential(system)?;
        let base = self.base(call)?;
        if system.needs_credential() && !is_safe(base) {
            return Err(Gap::internal("a credential would have travelled in clear"));
        }
        let address = call.address(base)?;
        let fingerprint = self.secret(system).map(crate::credentials::Secret::fingerprint);
        let lanes = self.manner.pace.lanes(Whose { system, origin: address.origin().ascii_serialization(), fingerprint });
        Ok(Way { system, address, lanes })
    }

    /// Where a call's path begins. A base of the call's own is taken only where no credential could be led astray.
    fn base<'a>(&'a self, call: &'a ReadCall) -> Result<&'a Url, Gap> {
        let system = call.system;
        match (&call.base, self.endpoints.base(system)) {
            (None, Some(own)) => Ok(own),
            (Some(asked), Some(own)) if asked.origin() == own.origin() => Ok(asked),
            (Some(asked), None) if !system.needs_credential() || self.is_project(system, asked) => Ok(asked),
            (Some(_), _) => Err(Gap::internal("a read would have left the address of its system")),
            (None, None) => {
                let says = format!("no address is known for {}", system.title());
                let step = format!("Connect {} to the app with `rescue app edit`", system.title());
                Err(Gap::new(GapKind::NotConfigured, system, says).needs(step))
            }
        }
    }

    /// Whether `asked` is where the settings put some Supabase project. Its reference is in the address, or the settings
    /// put all projects in one place.
    fn is_project(&self, system: System, asked: &Url) -> bool {
        let parts = asked.host_str().into_iter().flat_map(|host| host.split('.')).chain(asked.path().split('/'));
        let any = "abcdefghijklmnopqrst";
        system == System::SupabaseProject
            && parts
                .chain([any])
                .filter_map(|part| part.parse().ok())
                .any(|project| self.endpoints.supabase_project(&project).is_some_and(|known| known.origin() == asked.origin()))
    }

    /// One try of a call: its answer with a whole body, or what went wrong.
    pub(super) async fn once(&self, asker: &Asker, way: &Way, call: &ReadCall) -> Result<Reply, Fault> {
        let (mut response, address) = self.arrive(asker, way, call).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read(way.system, &mut response, call.most_bytes).await?;
        self.heed(way, status, &headers, &body)?;
        Ok(Reply { status, headers, body, address })
    }

    /// Sends the call and follows redirects at its origin until an answer comes.
    async fn arrive(&self, asker: &Asker, way: &Way, call: &ReadCall) -> Result<(reqwest::Response, Url), Fault> {
        let mut address = way.address.clone();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send(asker, way.system, call, &address, true).await?;
            if call.as_answered {
                return Ok((response, address));
            }
            match next(way.system, &response, &address)? {
                None => return Ok((response, address)),
                Some(Next::Same(next)) => address = next,
                Some(Next::Elsewhere(next)) => return Err(Fault::Final(elsewhere(way.system, &next))),
            }
        }
        Err(Fault::Final(too_many_redirects(way.system)))
    }

    /// Sends one request. The only place where one leaves, and where a credential is put on it.
    pub(super) async fn send(
        &self,
        asker: &Asker,
        system: System,
        call: &ReadCall,
        address: &Url,
        with_credential: bool,
    ) -> Result<reqwest::Response, Fault> {
        if system == System::Site {
            self.outside.note(address, !call.found);
        }
        let client = match system {
            _ if is_loopback(address) => self.direct().map_err(Fault::Final)?,
            System::Site => self.outside.transport(&self.manner.names).map_err(|error| Fault::Final(Gap::internal(error)))?,
            _ => &self.client,
        };
        let mut request = match call.verb {
            Verb::Get => client.get(address.clone()),
            Verb::Head => client.head(address.clone()),
        };
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if with_credential && let Some(secret) = self.secret(system) {
            let (name, scheme) = match system {
                System::Anthropic => ("x-api-key", ""),
                System::SupabaseProject => ("apikey", ""),
                _ => ("authorization", "Bearer "),
            };
            let text = zeroize::Zeroizing::new(format!("{scheme}{}", secret.expose()));
            let mut value = HeaderValue::from_str(&text).map_err(|_| Fault::Final(bad_credential(system)))?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        self.count(system)?;
        asker.requests.fetch_add(1, Ordering::Relaxed);
        (asker.tell)(Signal::Asking { system });
        let start = tokio::time::Instant::now();
        let answer = request.send().await;
        let (host, path) = (address.host_str().unwrap_or_default(), address.path());
        let ms = start.elapsed().as_millis();
        match answer {
            Ok(response) => {
                tracing::debug!(%system, host, path, status = response.status().as_u16(), ms, "answered");
                Ok(response)
            }
            Err(error) => {
                let fault = fault::of_sending(system, &error);
                tracing::debug!(%system, host, path, gap = %fault.clone().into_gap().kind, ms, "no answer");
                Err(fault)
            }
        }
    }

    /// Turns refusals for asking too much and the vendor's own faults into faults, and closes the lanes where that is so.
    pub(super) fn heed(&self, way: &Way, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<(), Fault> {
        let now = self.clock.now();
        if let Some(limit) = limit::refusal(way.system, status, headers, body, now) {
            let again = limit.until.map(|at| Moment::of(at, now));
            if let Some(moment) = again.filter(|_| limit.whole) {
                way.lanes.close(moment);
            }
            return Err(Fault::Transient { gap: retry::limited(way.system, again), again });
        }
        if let Some(at) = limit::exhausted(way.system, headers, now) {
            way.lanes.close(Moment::of(at, now));
        }
        if status.is_server_error() {
            let again = limit::retry_after(headers, now).map(|at| Moment::of(at, now));
            let says = format!("{} had a fault of its own (status {})", way.system.title(), status.as_u16());
            let gap = Gap::new(GapKind::VendorFault, way.system, says);
            let gap = gap.needs("Try again later; if it stays, look at the vendor's status page");
            let challenged = headers.get("cf-mitigated").is_some_and(|it| it.as_bytes() == b"challenge");
            return Err(Fault::Met { gap, met: Met::OwnFault { status: status.as_u16(), challenged }, again });
        }
        Ok(())
    }

    pub(super) fn count(&self, system: System) -> Result<(), Fault> {
        let mut sent = self.sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = sent.entry(system).or_default();
        let most = if system == System::Site { self.manner.most_of_a_site } else { self.manner.most_requests };
        if *count >= most {
            let says = format!("this run already sent {count} requests to {}, which is the most it may", system.title());
            let gap = Gap::new(GapKind::Incomplete, system, says).needs("Run fewer probes at once with `--only`");
            return Err(Fault::Final(gap));
        }
        *count += 1;
        Ok(())
    }

    pub(super) fn direct(&self) -> Result<&tls::Transport, Gap> {
        let made = self.direct.get_or_init(|| tls::direct().map_err(|error| error.to_string()));
        made.as_ref().map_err(Gap::internal)
    }
}

/// Where the answer sends us, if it does.
pub(super) fn next(system: System, response: &reqwest::Response, at: &Url) -> Result<Option<Next>, Fault> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let target = response.headers().get(http::header::LOCATION).and_then(|value| value.to_str().ok());
    let target = target.and_then(|text| at.join(text).ok()).filter(|url| {
        // A name and password in an address would become a credential on the request.
        url.has_host() && url.username().is_empty() && url.password().is_none()
    });
    let Some(mut target) = target else {
        return Err(Fault::Final(fault::unexpected(system, "sent us on without saying where to")));
    };
    target.set_fragment(None);
    Ok(Some(if target.origin() == at.origin() { Next::Same(target) } else { Next::Elsewhere(target) }))
}

/// Reads a body of at most `most` unpacked bytes.
pub(super) async fn read(system: System, response: &mut reqwest::Response, most: usize) -> Result<Bytes, Fault> {
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).is_ok_and(|announced| announced <= most) {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fault::of_body(system, &error))? {
            if body.len() + chunk.len() > most {
                return Err(Fault::Final(too_large(system, most)));
            }
            body.extend_from_slice(&chunk);
        }
        return Ok(body.freeze());
    }
    Err(Fault::Final(too_large(system, most)))
}

/// The gap of an answer that is larger than what may be read.
pub(super) fn too_large(system: System, most: usize) -> Gap {
    let (size, unit) = if most >= 1024 * 1024 { (most / (1024 * 1024), "MiB") } else { (most / 1024, "KiB") };
    let needs = match system {
        // Nobody can ask a stranger's page for less.
        System::Site => "Give the address of a smaller page, or scan the build's output with `rescue scan PATH`",
        _ => "Report it: this read must ask for less",
    };
    let says = format!("{} answered with more than {size} {unit}, which is not read", system.title());
    Gap::new(GapKind::Incomplete, system, says).needs(needs)
}

/// The gap of an answer that sends us to another host; names the host and nothing else of the address.
pub(super) fn elsewhere(system: System, target: &Url) -> Gap {
    let host = target.host_str().unwrap_or_default();
    let says = format!("{} sent us to another host, {host}, where its credential does not go", system.title());
    Gap::new(GapKind::UnexpectedAnswer, system, says).needs("If the system has moved, put its new address in the settings")
}

pub(super) fn too_many_redirects(system: System) -> Gap {
    fault::unexpected(system, "sent us on and on without an answer")
}

fn bad_credential(system: System) -> Gap {
    Gap::new(GapKind::BadCredential, system, format!("the credential for {} holds characters that none can have", system.title()))
        .needs(format!("Set it again with `rescue auth set {}`", system.id()))
}

/// Whether an address is this machine's own.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether what travels to an address is kept from others.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}
