//! What went wrong in one try, in the words of a gap, and whether trying again can help. No address, header or body of a
//! request ever gets into the words.

use super::pace::Moment;
use crate::domain::{Gap, GapKind, System};
use rustls::CertificateError;
use std::error::Error;
use std::io;

/// Why one try gave no answer.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// Trying again cannot help.
    Final(Gap),
    /// Trying again may help, at that moment if the vendor named one.
    Transient { gap: Gap, again: Option<Moment> },
    /// There was no answer to read, and yet something was learnt of the far end.
    Met { gap: Gap, met: Met, again: Option<Moment> },
}

/// What is known of the far end although it gave no answer that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// It answered with a fault of its own.
    OwnFault {
        /// 500 to 599.
        status: u16,
        /// Whoever stands before it says that this is meant for visitors who are no people.
        challenged: bool,
    },
    /// The look-up of a name that a person gave, or the site named, came back without an address. Not where it only failed
    /// for now.
    NoSuchName,
    /// Its certificate has expired by the clock of this machine.
    CertificateExpired,
}

/// No answer, and what was learnt all the same.
#[derive(Debug, Clone)]
pub struct Unanswered {
    pub gap: Gap,
    pub met: Option<Met>,
}

impl From<Gap> for Unanswered {
    fn from(gap: Gap) -> Self {
        Self { gap, met: None }
    }
}

impl From<Fault> for Unanswered {
    fn from(fault: Fault) -> Self {
        let met = match &fault {
            Fault::Met { met, .. } => Some(*met),
            Fault::Final(_) | Fault::Transient { .. } => None,
        };
        Self { gap: fault.into_gap(), met }
    }
}

impl From<Gap> for Fault {
    fn from(gap: Gap) -> Self {
        Self::Final(gap)
    }
}

impl Fault {
    fn passing(gap: Gap) -> Self {
        Self::Transient { gap, again: None }
    }

    /// Whether a further try may help.
    pub fn passes(&self) -> bool {
        match self {
            Self::Transient { .. } | Self::Met { met: Met::OwnFault { .. } | Met::NoSuchName, .. } => true,
            Self::Final(_) | Self::Met { met: Met::CertificateExpired, .. } => false,
        }
    }

    /// When a further try may help, if the vendor named a moment.
    pub fn again(&self) -> Option<Moment> {
        match self {
            Self::Transient { again, .. } | Self::Met { again, .. } => *again,
            Self::Final(_) => None,
        }
    }

    /// The gap if there is no further try.
    pub fn into_gap(self) -> Gap {
        match self {
            Self::Final(gap) => gap,
            Self::Transient { gap, again } | Self::Met { gap, again, .. } => match again {
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
    if causes.expired {
        let says = format!("{} could not be reached: its certificate has expired by the clock of this machine", system.title());
        let gap = Gap::new(GapKind::Unreachable, system, says).needs("Renew the certificate, or set this machine's clock");
        return Fault::Met { gap, met: Met::CertificateExpired, again: None };
    }
    if causes.certificate {
        let gap = Gap::new(
            GapKind::Unreachable,
            system,
            format!(
                "{} could not be reached: its certificate is {}",
                system.title(),
                if causes.other_name { "for another name" } else { "not trusted here" }
            ),
        );
        return Fault::Final(gap.needs(if causes.other_name {
            "Check the address with a browser, which warns of this too"
        } else {
            "If a company proxy stands between, add its root certificate to this machine"
        }));
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
        _ if causes.no_such_name => {
            return Fault::Met { gap: unreachable(system, "its name is not known"), met: Met::NoSuchName, again: None };
        }
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
    certificate: bool,
    expired: bool,
    other_name: bool,
    no_http: bool,
    leads_inside: bool,
    no_name: bool,
    no_such_name: bool,
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
            if let Some(refused) = certificate(cause) {
                causes.certificate = true;
                causes.expired |= is_expired(refused);
                causes.other_name |= is_for_another(refused);
            }
            causes.no_such_name |= cause.is::<super::outside::NoSuchName>();
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

/// Why a certificate was refused. rustls' errors come packed into io errors, twice, and what is packed is not among an io
/// error's sources.
fn certificate<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e CertificateError> {
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return certificate(io.get_ref()?);
    }
    match error.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(why) => Some(why),
        _ => None,
    }
}

fn is_for_another(why: &CertificateError) -> bool {
    matches!(why, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })
}

fn is_expired(why: &CertificateError) -> bool {
    matches!(why, CertificateError::Expired | CertificateError::ExpiredContext { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_is_found_inside_what_it_comes_packed_in() {
        let tls = |error| io::Error::other(io::Error::new(io::ErrorKind::InvalidData, error));
        let refused = |why| certificate(&tls(rustls::Error::InvalidCertificate(why))).map(is_expired);
        assert_eq!(refused(CertificateError::UnknownIssuer), Some(false));
        assert_eq!(refused(CertificateError::NotValidForName), Some(false));
        assert_eq!(refused(CertificateError::NotValidYet), Some(false), "a clock that is wrong here, more likely");
        assert_eq!(refused(CertificateError::Expired), Some(true));
        assert!(certificate(&tls(rustls::Error::HandshakeNotComplete)).is_none());
        assert!(certificate(&io::Error::from(io::ErrorKind::ConnectionRefused)).is_none());
    }
}
