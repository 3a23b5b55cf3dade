//! One line as a message of the protocol, or why it is none. What is wrong is answered with the code that JSON-RPC has for
//! it; it never ends the server. Nothing is obeyed here.

use crate::domain::Foreign;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorData, GetMeta as _, JsonRpcMessage, ProtocolVersion, RequestId};
use serde_json::Value;

/// What a line says.
#[derive(Debug)]
pub(super) enum Heard {
    Message(Box<ClientJsonRpcMessage>),
    /// It is answered with this error, under its id where it has one.
    Wrong(Option<RequestId>, ErrorData),
    /// Nothing that wants an answer.
    Nothing,
}

/// Methods whose parameters have a form; what the protocol's own types do not take of them is told as that.
const FORMS: [(&str, &str); 5] = [
    ("initialize", "`protocolVersion`, `capabilities` and `clientInfo`"),
    ("ping", "none"),
    ("server/discover", "none"),
    ("tools/list", "none, or `cursor`"),
    ("tools/call", "`name`, a text, and `arguments`, an object"),
];

/// Reads a line. `begun`: the protocol's session has begun.
pub(super) fn hear(line: &[u8], begun: bool) -> Heard {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Heard::Nothing;
    }
    let Ok(value) = serde_json::from_slice::<Value>(line) else {
        return Heard::Wrong(None, ErrorData::parse_error("that line is no JSON", None));
    };
    let Some(fields) = value.as_object() else {
        let why = if value.is_array() { "batches are not taken: send one message a line" } else { "a message is an object" };
        return Heard::Wrong(None, ErrorData::invalid_request(why, None));
    };
    let id = fields.get("id").and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok());
    // Nobody answers a notification, not even a wrong one.
    let wants_answer = fields.contains_key("id") || !fields.contains_key("method");
    match serde_json::from_value::<ClientJsonRpcMessage>(value) {
        Ok(message) => known(message, begun),
        Err(_) if wants_answer => {
            let why =
                "that is no message of JSON-RPC 2.0: `jsonrpc`, `id` (a number or a text), `method` and `params` are wanted";
            Heard::Wrong(id, ErrorData::invalid_request(why, None))
        }
        Err(_) => Heard::Nothing,
    }
}

fn known(message: ClientJsonRpcMessage, begun: bool) -> Heard {
    let JsonRpcMessage::Request(asked) = &message else {
        // Before the session no answer of ours is awaited, and the library takes anything but a request for the end.
        return if begun { Heard::Message(Box::new(message)) } else { Heard::Nothing };
    };
    let wrong = |error| Heard::Wrong(Some(asked.id.clone()), error);
    if let ClientRequest::CustomRequest(custom) = &asked.request {
        return wrong(match FORMS.iter().find(|(method, _)| *method == custom.method) {
            Some((method, form)) => ErrorData::invalid_params(format!("`{method}` takes {form}"), None),
            None => not_known(&custom.method),
        });
    }
    let opens = matches!(
        asked.request,
        ClientRequest::InitializeRequest(_) | ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_)
    );
    if !begun && !opens && asked.request.get_meta().protocol_version().is_none() {
        return wrong(ErrorData::invalid_request("the session has not begun: send `initialize` first", None));
    }
    Heard::Message(Box::new(message))
}

fn not_known(method: &str) -> ErrorData {
    let method = Foreign::new(method).cut(60);
    let known = "`initialize`, `ping`, `tools/list` and `tools/call` are";
    ErrorData::new(rmcp::model::ErrorCode::METHOD_NOT_FOUND, format!("`{method}` is not answered here; {known}"), None)
}

/// Whether this request alone begins a session: the newer lifecycle, in which every request says who asks.
pub(super) fn begins(message: &ClientJsonRpcMessage) -> bool {
    let JsonRpcMessage::Request(asked) = message else { return false };
    let meta = asked.request.get_meta();
    let is_bare = matches!(
        asked.request,
        ClientRequest::InitializeRequest(_) | ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_)
    );
    let is_whole = meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty();
    let is_spoken = meta.protocol_version().is_some_and(|it| ProtocolVersion::KNOWN_VERSIONS.contains(&it));
    !is_bare && is_whole && is_spoken
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("{", -32700, None)]
    #[case("nonsense", -32700, None)]
    #[case("\u{1}", -32700, None)]
    #[case("5", -32600, None)]
    #[case("null", -32600, None)]
    #[case(r#""text""#, -32600, None)]
    #[case(r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600, None)]
    #[case("{}", -32600, None)]
    #[case(r#"{"id":7}"#, -32600, Some(7))]
    #[case(r#"{"id":7,"method":"ping"}"#, -32600, Some(7))]
    #[case(r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, -32600, Some(7))]
    #[case(r#"{"jsonrpc":"2.0","id":7,"method":5}"#, -32600, Some(7))]
    #[case(r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, None)]
    #[case(r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, None)]
    #[case(r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, None)]
    #[case(r#"{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}"#, -32600, Some(7))]
    #[case(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":5}}"#, -32602, Some(7))]
    #[case(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}"#, -32602, Some(7))]
    #[case(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"status","arguments":[]}}"#, -32602, Some(7))]
    #[case(r#"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{}}"#, -32602, Some(7))]
    #[case(r#"{"jsonrpc":"2.0","id":7,"method":"rm -rf","params":{}}"#, -32601, Some(7))]
    fn what_is_wrong_is_told_with_its_code(#[case] line: &str, #[case] code: i32, #[case] id: Option<i64>) {
        for begun in [false, true] {
            let Heard::Wrong(told, error) = hear(line.as_bytes(), begun) else { panic!("{line} was taken") };
            assert_eq!((error.code.0, told), (code, id.map(RequestId::Number)), "{line}: {error}");
            assert!(!error.message.is_empty());
        }
    }

    #[rstest]
    #[case("")]
    #[case("  \r")]
    #[case(r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":7}"#)]
    #[case(r#"{"jsonrpc":"1.0","method":"notifications/initialized"}"#)]
    #[case(r#"{"method":5}"#)]
    fn nobody_answers_a_notification(#[case] line: &str) {
        for begun in [false, true] {
            assert!(!matches!(hear(line.as_bytes(), begun), Heard::Wrong(..)), "{line}");
        }
    }

    #[test]
    fn nothing_but_an_opening_is_taken_before_the_session() {
        let list = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        assert!(matches!(hear(list, false), Heard::Wrong(Some(_), error) if error.message.contains("`initialize` first")));
        assert!(matches!(hear(list, true), Heard::Message(_)));
        assert!(matches!(hear(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, false), Heard::Message(_)));
        let early = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        assert!(matches!(hear(early, false), Heard::Nothing));
        assert!(matches!(hear(early, true), Heard::Message(_)));
        assert!(matches!(hear(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#, false), Heard::Nothing));
    }

    #[test]
    fn a_deep_message_is_refused_and_not_followed() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(hear(deep.as_bytes(), true), Heard::Wrong(None, error) if error.code.0 == -32700));
    }
}
