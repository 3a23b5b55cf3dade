//! octocrab over the door: octocrab gives paths, paging and models; pace, retries, the credential and the read-only
//! gate stay the door's. Nothing that writes gets past this service.

use super::call::{ReadCall, Verb};
use super::door::Door;
use super::reply::Reply;
use crate::domain::{Gap, GapKind, System};
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use url::Url;

/// Carried with a request: the largest body that its caller reads.
#[derive(Debug, Clone, Copy)]
struct MostBytes(usize);

/// Carried with an answer: the address that gave it.
#[derive(Debug, Clone)]
struct Answered(Url);

/// The door as octocrab's whole transport.
#[derive(Clone)]
pub struct DoorService(Door);

impl tower_service::Service<Request<OctoBody>> for DoorService {
    type Response = Response<Full<Bytes>>;
    type Error = Gap;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Gap>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gap>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        let door = self.0.clone();
        // Only the head is taken along: a read has no body, and octocrab's is never looked at.
        let (head, _) = request.into_parts();
        Box::pin(async move {
            let reply = door.read(as_read_call(&head)?).await?;
            let mut answer = Response::new(Full::new(reply.body));
            *answer.status_mut() = reply.status;
            *answer.headers_mut() = reply.headers;
            answer.extensions_mut().insert(Answered(reply.address));
            Ok(answer)
        })
    }
}

fn as_read_call(head: &http::request::Parts) -> Result<ReadCall, Gap> {
    let verb = match head.method {
        Method::GET => Verb::Get,
        Method::HEAD => Verb::Head,
        _ => return Err(Gap::internal("something tried to write at GitHub; only reads leave this program")),
    };
    // octocrab's own base is never set, so an address with a host is one that GitHub named (the next page): the door
    // takes it only at the same origin. Everything else is a path below the door's base.
    let path = if head.uri.authority().is_some() {
        head.uri.to_string()
    } else {
        head.uri.path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned())
    };
    let mut call = match verb {
        Verb::Get => ReadCall::get(System::Github, path),
        Verb::Head => ReadCall::head(System::Github, path),
    };
    for (name, value) in &head.headers {
        // octocrab says `content-length: 0` on reads; the transport frames its own requests.
        if name != http::header::CONTENT_LENGTH && name != http::header::HOST && name != http::header::USER_AGENT {
            call = call.header_value(name.clone(), value.clone());
        }
    }
    if let Some(MostBytes(most)) = head.extensions.get() {
        call = call.at_most(*most);
    }
    Ok(call)
}

/// An octocrab that asks through `door`. Call it inside a tokio runtime: octocrab spawns a small worker of its own.
/// It has no address and no credential; both are the door's.
#[must_use]
pub fn octocrab(door: &Door) -> Octocrab {
    OctocrabBuilder::new_empty()
        .with_service(DoorService(door.clone()))
        .with_auth(AuthState::None)
        .build()
        .unwrap_or_else(|never| match never {})
}

/// Sends a read through octocrab and gives back the answer, whatever its status.
///
/// # Errors
/// What the door could not see; see [`gap_of`].
pub async fn through(octo: &Octocrab, call: &ReadCall) -> Result<Reply, Gap> {
    let method = match call.verb {
        Verb::Get => Method::GET,
        Verb::Head => Method::HEAD,
    };
    let address = call.relative()?;
    let request = Request::builder().method(method).uri(address).extension(MostBytes(call.most_bytes));
    // octocrab adds the API version that its models are made for; a call that names another one wins.
    let mut request =
        octo.build_request(request, None::<&()>).map_err(|_| Gap::internal("a path could not be made into an address"))?;
    for (name, value) in &call.headers {
        request.headers_mut().insert(name, value.clone());
    }
    let answer = octo.execute(request).await.map_err(|error| gap_of(&error))?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(|error| gap_of(&error))?.to_bytes();
    let address = head.extensions.get().map(|Answered(address)| address.clone());
    let address = address.ok_or_else(|| Gap::internal("an answer came that the door did not give"))?;
    Ok(Reply { status: head.status, headers: head.headers, body, address, certificate: None })
}

/// What an octocrab error means for a probe: the door's own gap, which travels unchanged, or an answer that octocrab
/// could not read. Never quotes the answer.
#[must_use]
pub fn gap_of(error: &octocrab::Error) -> Gap {
    if let octocrab::Error::Service { source, .. } = error
        && let Some(gap) = source.downcast_ref::<Gap>()
    {
        return gap.clone();
    }
    let says = match error {
        octocrab::Error::GitHub { source, .. } => format!("GitHub refused with status {}", source.status_code.as_u16()),
        octocrab::Error::Service { .. } => return Gap::internal("the way to GitHub closed in the middle of a run"),
        _ => "GitHub answered in a shape that is not known".to_owned(),
    };
    Gap::new(GapKind::UnexpectedAnswer, System::Github, says).needs("Try again; if it stays, check the address and report it")
}
