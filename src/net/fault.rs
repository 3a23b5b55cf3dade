//! What went wrong in one try, in the words of a gap, and whether trying again can help. No address, header or body of a
//! request ever gets into the words.

use super::pace::Moment;
use crate::domain::{Gap, GapKind, System};
use std::error::Error;
use std::io;

/// Why one try gave no answer.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// Trying again cannot help.
    Final(Gap),
    /// Trying again may help, at that moment if the vendor named one.
    Transient { gap: Gap, again: Option<Moment> },
}

impl Fault {
    fn passing(gap: Gap) -> Self {
        Self::Transient { gap, again: None }
    }

    /// The gap if there is no further try.
    pub fn into_gap(self) -> Gap {
        match self {
            Self::Final(gap) => gap,
            Self::Transient { gap, again } => match again {
                Some(moment) if gap.until.is_none() => gap.until(moment.at),
                _ => gap,
            },
        }
    }
}

/// The gap of a system that took too long.
pub(super) fn timed_out(system: System) -> Gap {
    Gap::new(GapKind::TimedOut, system, format!("{} took too long to answer", system.title()))
        .needs("Try again; if it stays, look at the vendor's status page")
}

fn unreachable(system: System, why: &str) -> Gap {
    Gap::new(GapKind::Unreachable, system, format!("{} could not be reached: {why}", system.title()))
        .needs("Check the network and the address, then try again")
}

/// The gap of an answer that makes no sense as one.
pub(super) fn unexpected(system: System, what: &str) -> Gap {
    Gap::new(GapKind::UnexpectedAnswer, system, format!("{} {what}", system.title()))
        .needs("Try again; if it stays, check the address and report it")
}

/// What a failure to send or to get the head of an answer means.
pub(super) fn of_sending(system: System, error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        return Fault::passing(timed_out(system));
    }
    let causes = Causes::of(error);
    if let Some(why) = causes.certificate {
        let gap = Gap::new(GapKind::Unreachable, system, format!("{} could not be reached: {}", system.title(), why.words()));
        return Fault::Final(gap.needs(why.step()));
    }
    if causes.leads_inside {
        let gap = unreachable(system, "its name leads to a private address, which is not asked for a site outside");
        return Fault::Final(gap.needs("If it is yours, give that address itself, or name it with `--asset-host`"));
    }
    if causes.no_http {
        return Fault::Final(unexpected(system, "did not answer in HTTP"));
    }
    let why = match causes.io {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused",
        Some(io::ErrorKind::TimedOut) => return Fault::passing(timed_out(system)),
        _ if causes.no_name => "its name is not known",
        _ if error.is_connect() => "no connection came about",
        _ => "the connection broke off without an answer",
    };
    Fault::passing(unreachable(system, why))
}

/// What a failure in the middle of a body means.
pub(super) fn of_body(system: System, error: &reqwest::Error) -> Fault {
    let causes = Causes::of(error);
    if error.is_timeout() {
        Fault::passing(timed_out(system))
    } else if error.is_decode() && !causes.broken_off() {
        Fault::Final(unexpected(system, "sent a packed answer that could not be unpacked"))
    } else {
        Fault::passing(unreachable(system, "the connection broke off in the middle of an answer"))
    }
}

/// What lies under a transport error; only kinds, never texts.
#[derive(Default)]
struct Causes {
    io: Option<io::ErrorKind>,
    certificate: Option<Untrusted>,
    no_http: bool,
    leads_inside: bool,
    no_name: bool,
    incomplete: bool,
}

impl Causes {
    fn of(error: &reqwest::Error) -> Self {
        let mut causes = Self::default();
        let mut next = error.source();
        while let Some(cause) = next {
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                causes.io = Some(io.kind());
            } else if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
                causes.no_http |= hyper.is_parse();
                causes.incomplete |= hyper.is_incomplete_message() || hyper.is_closed();
            }
            causes.certificate = causes.certificate.or_else(|| untrusted(cause));
            causes.leads_inside |= cause.is::<super::outside::LeadsInside>();
            // hyper-util names this cause only in its text, which is a constant of its own.
            causes.no_name |= cause.to_string() == "dns error";
            next = cause.source();
        }
        causes
    }

    fn broken_off(&self) -> bool {
        let broken = [
            io::ErrorKind::UnexpectedEof,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::ConnectionAborted,
            io::ErrorKind::BrokenPipe,
        ];
        self.incomplete || self.io.is_some_and(|kind| broken.contains(&kind))
    }
}

/// Why a certificate was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Untrusted {
    Expired,
    NotYet,
    OtherName,
    /// By whoever signed it, or for what it is.
    Here,
}

impl Untrusted {
    fn words(self) -> &'static str {
        match self {
            Self::Expired => "its certificate has expired",
            Self::NotYet => "its certificate is not valid yet",
            Self::OtherName => "its certificate is for another name",
            Self::Here => "its certificate is not trusted here",
        }
    }

    fn step(self) -> &'static str {
        match self {
            Self::Expired | Self::NotYet => "Check this machine's clock; if it is right, have the certificate renewed",
            Self::OtherName => "Check the address with a browser, which warns of this too",
            Self::Here => "If a company proxy stands between, add its root certificate to this machine",
        }
    }
}

/// rustls' errors come packed into io errors, twice, and what is packed is not among an io error's sources.
fn untrusted(error: &(dyn Error + 'static)) -> Option<Untrusted> {
    use rustls::CertificateError as Is;
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return io.get_ref().and_then(|inner| untrusted(inner));
    }
    let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref::<rustls::Error>() else { return None };
    Some(match why {
        Is::Expired | Is::ExpiredContext { .. } => Untrusted::Expired,
        Is::NotValidYet | Is::NotValidYetContext { .. } => Untrusted::NotYet,
        Is::NotValidForName | Is::NotValidForNameContext { .. } => Untrusted::OtherName,
        _ => Untrusted::Here,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_is_found_inside_what_it_comes_packed_in() {
        let tls = |error| io::Error::other(io::Error::new(io::ErrorKind::InvalidData, error));
        let wrong = |why| untrusted(&tls(rustls::Error::InvalidCertificate(why)));
        assert_eq!(wrong(rustls::CertificateError::UnknownIssuer), Some(Untrusted::Here));
        assert_eq!(wrong(rustls::CertificateError::Expired), Some(Untrusted::Expired));
        assert_eq!(wrong(rustls::CertificateError::NotValidForName), Some(Untrusted::OtherName));
        assert_eq!(untrusted(&tls(rustls::Error::HandshakeNotComplete)), None);
        assert_eq!(untrusted(&io::Error::from(io::ErrorKind::ConnectionRefused)), None);
    }
}
