//! What an answer that is no success means, in one place: the status becomes the gap that a person can act on.
//! It never takes a firewall's page for the vendor's own word.

use crate::domain::{Gap, GapKind, System};
use crate::net::Reply;
use serde::de::DeserializeOwned;

/// A system, and how to get a credential that it accepts.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    pub system: System,
    /// The step after a 401, in the imperative.
    pub credential: &'static str,
}

/// What was asked for, and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// For the middle of a sentence, such as `the backups`.
    pub what: &'static str,
    /// The step after a 403, in the imperative: it names the permission or role.
    pub needs: &'static str,
}

impl Vendor {
    /// The gap of an answer that is no success; none for a success.
    #[must_use]
    pub fn refusal(&self, reply: &Reply, asked: &Asked) -> Option<Gap> {
        if reply.status.is_success() {
            return None;
        }
        let (title, what, status) = (self.system.title(), asked.what, reply.status.as_u16());
        let gap = |kind, says: String| Gap::new(kind, self.system, says);
        let own_word = speaks_for_the_vendor(reply);
        Some(match status {
            // A proxy asks for its own password with the same status.
            401 if is_page(reply) => {
                gap(GapKind::UnexpectedAnswer, format!("something before {title} answered (401 with a page instead of data)"))
                    .needs("Check proxy, firewall and address, then try again")
            }
            401 => gap(GapKind::BadCredential, format!("{title} does not accept the credential")).needs(self.credential),
            403 if own_word => {
                gap(GapKind::NoPermission, format!("{title} does not let this credential read {what}")).needs(asked.needs)
            }
            403 => gap(GapKind::UnexpectedAnswer, format!("something before {title} refused the request (403 without its data)"))
                .needs("Check proxy, firewall and address, then try again"),
            402 => gap(GapKind::PlanHides, format!("{title} does not give {what} on this plan, or a payment is due"))
                .needs("Look at plan and payment with the client"),
            404 => gap(GapKind::Ambiguous, format!("{title} shows no {what} to this credential: not there, or not visible"))
                .needs(asked.needs),
            429 => gap(GapKind::RateLimited, format!("{title} asked us to slow down")).needs("Run it again in a few minutes"),
            408 | 504 | 544 => gap(GapKind::TimedOut, format!("{title} did not finish reading {what} (status {status})"))
                .needs("Run it again later"),
            540 => gap(GapKind::Incomplete, "the project is paused".to_owned()).needs("Ask the client whether it may be resumed"),
            500..=599 => {
                gap(GapKind::VendorFault, format!("{title} failed to answer (status {status})")).needs("Run it again later")
            }
            _ => gap(GapKind::UnexpectedAnswer, format!("{title} answered with status {status} on {what}"))
                .needs("Try again; if it stays, check the address and report it"),
        })
    }

    /// The facts of a successful answer.
    ///
    /// # Errors
    /// The refusal, or an `unexpected_answer` when the body is no such data.
    pub fn data<T: DeserializeOwned>(&self, reply: &Reply, asked: &Asked) -> Result<T, Gap> {
        match self.refusal(reply, asked) {
            Some(gap) => Err(gap),
            None => reply.json(self.system),
        }
    }

    /// A gap for an answer that lacks what it must have.
    #[must_use]
    pub fn lacks(&self, what: &str) -> Gap {
        Gap::new(GapKind::UnexpectedAnswer, self.system, format!("{}'s answer lacks {what}", self.system.title()))
            .needs("Try again; if it stays, look in the vendor's console and report it")
    }
}

/// Whether the body is a page for people, which no API answers with.
#[must_use]
pub fn is_page(reply: &Reply) -> bool {
    reply.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Whether the body is a JSON object, as every error of these vendors is; a block page or an empty body is not.
#[must_use]
pub fn speaks_for_the_vendor(reply: &Reply) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&reply.body).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::stand_in::reply;
    use rstest::rstest;

    const VENDOR: Vendor = Vendor { system: System::Openai, credential: "Make another key" };
    const ASKED: Asked = Asked { what: "the limit", needs: "Ask for the role" };

    #[rstest]
    #[case(401, "{}", GapKind::BadCredential, "Make another key")]
    #[case(
        401,
        " <html>sign in to the proxy</html>",
        GapKind::UnexpectedAnswer,
        "Check proxy, firewall and address, then try again"
    )]
    #[case(402, "{}", GapKind::PlanHides, "Look at plan and payment with the client")]
    #[case(403, "{}", GapKind::NoPermission, "Ask for the role")]
    #[case(403, "<html>blocked</html>", GapKind::UnexpectedAnswer, "Check proxy, firewall and address, then try again")]
    #[case(404, "{}", GapKind::Ambiguous, "Ask for the role")]
    #[case(429, "", GapKind::RateLimited, "Run it again in a few minutes")]
    #[case(500, "", GapKind::VendorFault, "Run it again later")]
    #[case(503, "<html>", GapKind::VendorFault, "Run it again later")]
    #[case(504, "", GapKind::TimedOut, "Run it again later")]
    #[case(540, "", GapKind::Incomplete, "Ask the client whether it may be resumed")]
    #[case(302, "", GapKind::UnexpectedAnswer, "Try again; if it stays, check the address and report it")]
    #[case(400, "{}", GapKind::UnexpectedAnswer, "Try again; if it stays, check the address and report it")]
    fn a_status_becomes_its_gap(#[case] status: u16, #[case] body: &str, #[case] kind: GapKind, #[case] step: &str) {
        let gap = VENDOR.refusal(&reply(status, body), &ASKED).unwrap();
        assert_eq!((gap.kind, gap.needs.unwrap().as_str()), (kind, step));
    }

    #[rstest]
    #[case("<html>hello</html>")]
    #[case("{\"half\":")]
    #[case("")]
    #[case("[1]")]
    fn a_success_that_is_no_data_is_unexpected(#[case] body: &str) {
        let gap = VENDOR.data::<std::collections::BTreeMap<String, u8>>(&reply(200, body), &ASKED).unwrap_err();
        assert_eq!(gap.kind, GapKind::UnexpectedAnswer);
    }
}
