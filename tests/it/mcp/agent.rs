//! An agent's client in a few lines: the real program with pipes, messages written by hand, every line that comes back held
//! to the protocol.

use crate::program::Home;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// When an answer is taken not to come: far beyond what the slowest machine needs.
const NEVER: Duration = Duration::from_mins(5);

/// A session with the program.
pub struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// What came while something else was waited for.
    early: VecDeque<Value>,
    next: i64,
    /// Everything that stood on standard output.
    pub raw: Vec<u8>,
}

impl Agent {
    /// The program, asked nothing yet.
    pub fn started(home: &Home, arguments: &[&str]) -> Self {
        let mut command = home.command(&[&["mcp"][..], arguments].concat());
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (tell, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, lines, early: VecDeque::new(), next: 1, raw: Vec::new() }
    }

    /// A session that has begun.
    pub fn of(home: &Home, arguments: &[&str]) -> Self {
        let mut agent = Self::started(home, arguments);
        let told = agent.ask("initialize", &hello());
        assert_eq!(told["result"]["serverInfo"]["name"], "rescue", "{told}");
        agent.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string());
        agent
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The id that the next request has.
    pub fn next_id(&self) -> i64 {
        self.next
    }

    /// Writes a line; false when nobody takes it.
    pub fn says(&mut self, line: &str) -> bool {
        let Some(input) = self.input.as_mut() else { return false };
        input.write_all(format!("{line}\n").as_bytes()).and_then(|()| input.flush()).is_ok()
    }

    #[track_caller]
    pub fn say(&mut self, line: &str) {
        assert!(self.says(line), "nobody takes {line:.80}");
    }

    /// Writes bytes as they are.
    pub fn raw_bytes(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// The next message; every line is one message of the protocol.
    #[track_caller]
    pub fn hears(&mut self) -> Value {
        self.early.pop_front().unwrap_or_else(|| self.heard().expect("an answer"))
    }

    fn heard(&mut self) -> Option<Value> {
        let line = self.lines.recv_timeout(NEVER).ok()?;
        self.raw.extend_from_slice(line.as_bytes());
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:.200}"));
        assert_eq!(message["jsonrpc"], "2.0", "{line:.200}");
        Some(message)
    }

    /// Sends a request; its id.
    pub fn send(&mut self, method: &str, params: &Value) -> i64 {
        let id = self.next;
        self.next += 1;
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        id
    }

    /// The answer to that request. What else comes is kept.
    #[track_caller]
    pub fn answer(&mut self, id: i64) -> Value {
        if let Some(at) = self.early.iter().position(|it| it["id"] == id) {
            return self.early.remove(at).unwrap();
        }
        loop {
            let message = self.heard().unwrap_or_else(|| panic!("no answer to {id}"));
            if message["id"] == id {
                return message;
            }
            self.early.push_back(message);
        }
    }

    #[track_caller]
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// Calls a tool; its result.
    #[track_caller]
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let told = self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert!(told["result"].is_object(), "{told}");
        told["result"].clone()
    }

    /// Calls a tool that has to answer; its document.
    #[track_caller]
    pub fn document(&mut self, tool: &str, arguments: &Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        assert_eq!(result["structuredContent"]["schema"], 1);
        result["structuredContent"].clone()
    }

    /// Calls a tool that has to refuse; its words, as the commands would print them. The reason, which may hold foreign text,
    /// stands behind a fence and is marked.
    #[track_caller]
    pub fn refused(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        let error = &result["structuredContent"]["error"];
        let part = |name: &str, lead: &str| error[name].as_str().map(|it| format!("{lead}{it}"));
        let (what, why, next) = (part("what", "").unwrap(), part("why", "\n  because: "), part("next", "\n  next: "));
        let (why, next) = (why.unwrap_or_default(), next.unwrap_or_default());
        let text = result["content"][0]["text"].as_str().unwrap();
        let rest = text.strip_prefix(&format!("{what}{next}")).unwrap_or_else(|| panic!("{text}"));
        let lines: Vec<&str> = rest.trim_start().lines().collect();
        if error["why"].is_string() {
            assert_eq!(result["structuredContent"]["foreign"]["fields"], json!(["error.why"]), "{result}");
            assert_eq!((lines.len(), lines.get(2).copied()), (4, Some(error["why"].to_string().as_str())), "{text}");
            assert_eq!(lines[1].strip_prefix("<<<data "), lines[3].strip_suffix(" data>>>"), "{text}");
        } else {
            assert_eq!(lines, Vec::<&str>::new());
        }
        format!("{what}{why}{next}")
    }

    /// Nothing more is asked: how the program ends, after what was still to be said.
    pub fn end(mut self) -> (Option<i32>, Vec<Value>) {
        self.input = None;
        self.ends()
    }

    /// How the program ends by itself.
    pub fn ends(mut self) -> (Option<i32>, Vec<Value>) {
        let mut rest: Vec<Value> = self.early.drain(..).collect();
        while let Some(message) = self.heard() {
            rest.push(message);
        }
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // One that a test gave up on; one that ended is no more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a client begins.
pub fn hello() -> Value {
    json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "tester", "version": "0" } })
}
