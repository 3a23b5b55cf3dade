//! `rescue mcp` as an agent meets it: the same words and documents as the commands, whatever an agent sends, however often,
//! and however it goes away. The official client is in `scripts/mcp`.

pub mod agent;

use crate::program::{Home, checkout};
use crate::server::{Reply, Server, home_of, serve, take_on, vendors};
use agent::{Agent, hello};
use rstest::rstest;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

/// A home with one app that has a checkout without a secret, and another client's app.
fn two_apps() -> Home {
    let home = Home::new();
    let tree = home.beside("tree");
    checkout(&tree, &[("package.json", "{}\n"), ("src/index.ts", "export const one = 1\n")]);
    home.must(&["app", "add", "acme", "--repo", tree.to_str().unwrap()]);
    home.must(&["app", "add", "hidden", "--title", "Another client"]);
    home
}

/// A home whose vendors answer nothing: a rerun goes on until it is stopped.
fn stuck() -> (Server, Home) {
    let server = serve(|_| Reply::Nothing);
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    (server, home)
}

/// All rows of a list, page by page, as `cut` says where to go on.
fn all_of(agent: &mut Agent, tool: &str, field: &str, arguments: &Value) -> Vec<Value> {
    let (mut rows, mut arguments) = (Vec::new(), arguments.clone());
    loop {
        let document = agent.document(tool, &arguments);
        rows.extend(document[field].as_array().unwrap().clone());
        let Some(cut) = document["cut"].as_array() else { return rows };
        assert_eq!((cut.len(), &cut[0]["field"]), (1, &json!(field)), "{cut:?}");
        let says = cut[0]["says"].as_str().unwrap();
        let from: usize = says.rsplit_once(' ').unwrap().1.parse().unwrap();
        assert_eq!(from, rows.len(), "{says}");
        arguments["from"] = json!(from);
    }
}

/// A document without what only an agent is told.
fn bare(mut document: Value) -> Value {
    for name in ["foreign", "cut"] {
        document.as_object_mut().unwrap().remove(name);
    }
    document
}

#[test]
fn who_starts_it_says_which_apps_the_agent_may_see() {
    let home = two_apps();
    home.run(&["mcp"]).refused(2, &["nobody said which apps the agent may see", "--app NAME", "--all-apps"]);
    home.run(&["mcp", "--app", "acne"]).refused(2, &["no app is called `acne`", "next:"]);
    home.run(&["mcp", "--app", "acme", "--all-apps"]).refused(2, &["cannot be used with"]);
    let told = home.run(&["mcp", "--app", "acme", "hidden"]);
    assert_eq!((told.code, told.out.as_str()), (Some(0), ""), "its input is empty: {told:?}");
    assert!(told.err.contains("an agent may read acme, hidden"), "{told:?}");
}

#[test]
fn the_documents_are_those_of_the_commands() {
    let server = serve(vendors(1, |_| {}));
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    home.run(&["probe", "acme", "--no-confirm"]);
    let mut agent = Agent::of(&home, &["--all-apps"]);
    for (tool, arguments, command) in [
        ("list_apps", json!({}), &["app", "list"][..]),
        ("next", json!({ "app": "acme" }), &["next", "acme"]),
        ("item", json!({ "item": "spd-01" }), &["item", "show", "acme", "SPD-01"]),
        ("changes", json!({ "since": "2020-01-01" }), &["diff", "acme", "--since", "2020-01-01"]),
        ("changes", json!({}), &["diff", "acme"]),
    ] {
        let printed = home.json(&[command, &["--json"]].concat());
        // When it was read differs where a second passes in between.
        let undated = |mut document: Value| {
            document.as_object_mut().unwrap().remove("at");
            document
        };
        assert_eq!(undated(bare(agent.document(tool, &arguments))), undated(printed), "{tool}");
    }
    // The order's text is what an agent reads, and when it was made differs.
    let mut order = home.json(&["fix", "acme", "CI-01", "--as", "agent", "--json"]);
    let mut told = bare(agent.document("work_order", &json!({ "item": "CI-01" })));
    assert!(order["text"].as_str().is_some_and(|text| text.contains("CI-01")));
    for it in [&mut order, &mut told] {
        let fields = it.as_object_mut().unwrap();
        fields.retain(|name, _| !["text", "made"].contains(&name.as_str()));
    }
    assert_eq!(told, order);
    let whole = home.json(&["status", "acme", "--json"]);
    let items = |it: &Value| it["items"].as_array().unwrap().clone();
    let brief = all_of(&mut agent, "status", "items", &json!({ "show": "all" }));
    assert_eq!(brief.len(), items(&whole).len());
    for (brief, whole) in brief.iter().zip(items(&whole)) {
        for name in ["id", "phase", "short", "gate", "truth", "work", "unseen", "since"] {
            assert_eq!(brief[name], whole[name], "{name} of {brief}");
        }
        let is_open = !["verified", "attested", "waived", "not_applicable"].contains(&brief["truth"].as_str().unwrap());
        assert_eq!(brief["next"].is_string(), is_open, "an item that is not done has a next step: {brief}");
        assert!(brief["unseen"] == true || brief["gap"].is_null(), "{brief}");
    }
    // Without asking for all, those that need nothing are counted and not shown.
    let open = agent.document("status", &json!({}));
    let left: u64 = open["left_out"].as_array().unwrap().iter().map(|it| it["items"].as_u64().unwrap()).sum();
    assert!(left > 0);
    let shown = all_of(&mut agent, "status", "items", &json!({})).len() as u64;
    assert_eq!(shown + left, items(&whole).len() as u64);
    let findings = all_of(&mut agent, "findings", "findings", &json!({ "most": 3 }));
    assert_eq!(json!(findings), home.json(&["finding", "list", "acme", "--json"])["findings"]);
    let of_one = agent.document("findings", &json!({ "item": "SPD-01" }));
    let mine = findings.iter().filter(|it| it["items"].as_array().unwrap().contains(&json!("SPD-01")));
    assert_eq!(of_one["findings"].as_array().unwrap().iter().collect::<Vec<_>>(), mine.collect::<Vec<_>>());
    assert_eq!(agent.end(), (Some(0), Vec::new()));
}

#[test]
fn a_rerun_is_that_of_the_command_with_what_it_changed() {
    let home = two_apps();
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let params = json!({ "name": "rerun_probes", "arguments": { "only": ["scan.tree"] }, "_meta": { "progressToken": "p1" } });
    let told = agent.ask("tools/call", &params);
    let document = &told["result"]["structuredContent"];
    let progress = agent.hears();
    assert_eq!((&progress["method"], &progress["params"]["progressToken"]), (&json!("notifications/progress"), &json!("p1")));
    assert_eq!((&progress["params"]["progress"], &progress["params"]["total"]), (&json!(1.0), &json!(1.0)));
    assert_eq!(progress["params"]["message"], "scan.tree: pass");
    let changed = document["items"].as_array().unwrap();
    assert!(!changed.is_empty());
    let status = home.json(&["status", "acme", "--json"]);
    for it in changed {
        let now = crate::program::item(&status, it["id"].as_str().unwrap());
        assert_eq!((&it["before"], &it["after"]), (&json!("open"), &now["truth"]));
    }
    assert_eq!(status["last_run"]["run"], document["run"]);
    // The command's own document has the same fields.
    let printed = home.json(&["probe", "acme", "--only", "scan.tree", "--no-confirm", "--json"]);
    let mut names: Vec<&String> = document.as_object().unwrap().keys().collect();
    names.retain(|name| !["foreign", "cut", "items"].contains(&name.as_str()));
    assert_eq!(names, printed.as_object().unwrap().keys().collect::<Vec<_>>());
    assert_eq!(document["outcomes"][0]["outcome"], printed["outcomes"][0]["outcome"]);
}

#[test]
fn unknown_names_are_told_in_the_words_of_the_commands() {
    let home = two_apps();
    let mut agent = Agent::of(&home, &["--all-apps"]);
    for (tool, arguments, command) in [
        ("status", json!({ "app": "acne" }), &["status", "acne"][..]),
        ("next", json!({ "app": "Not A Name" }), &["next", "Not A Name"]),
        ("item", json!({ "app": "acme", "item": "SEC-99" }), &["item", "show", "acme", "SEC-99"]),
        ("item", json!({ "app": "acme", "item": "nonsense" }), &["item", "show", "acme", "nonsense"]),
        ("changes", json!({ "app": "acme", "since": "yesterday" }), &["diff", "acme", "--since", "yesterday"]),
        ("changes", json!({ "app": "acme", "since": "2999-01-01" }), &["diff", "acme", "--since", "2999-01-01"]),
        ("rerun_probes", json!({ "app": "acme", "only": ["scan.treee"] }), &["probe", "acme", "--only", "scan.treee"]),
        ("rerun_probes", json!({ "app": "acne", "only": ["scan.tree"] }), &["probe", "acne", "--only", "scan.tree"]),
        ("rerun_probes", json!({ "app": "hidden", "only": ["repo.nothing"] }), &["probe", "hidden", "--only", "repo.nothing"]),
    ] {
        let told = home.run(command);
        let words = told.err.strip_prefix("rescue: ").unwrap_or_else(|| panic!("{told:?}")).trim_end();
        assert_eq!(agent.refused(tool, &arguments), words, "{tool} {arguments}");
    }
    assert!(agent.refused("item", &json!({ "app": "acme", "item": "SEC-99" })).contains("Write SEC-0"), "the nearest are named");
    assert!(agent.refused("status", &json!({})).contains("Give `app`: one of acme, hidden"));
    let refused = agent.refused("rerun_probes", &json!({ "app": "acme", "only": ["github"] }));
    assert!(refused.contains("`github` is a whole system"), "{refused}");
}

#[test]
fn an_agent_sees_nothing_of_an_app_that_was_not_named() {
    let home = two_apps();
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    for tool in ["status", "next", "findings", "changes"] {
        agent.document(tool, &json!({}));
        let hidden = agent.refused(tool, &json!({ "app": "hidden" }));
        let missing = agent.refused(tool, &json!({ "app": "missing" }));
        assert_eq!(hidden.replace("hidden", "missing"), missing, "whether it is there cannot be told");
    }
    agent.refused("rerun_probes", &json!({ "app": "hidden", "only": ["scan.tree"] }));
    assert_eq!(agent.document("list_apps", &json!({}))["apps"].as_array().unwrap().len(), 1);
    let tools = agent.ask("tools/list", &json!({}));
    assert_eq!(tools["result"]["tools"][1]["inputSchema"]["properties"]["app"]["enum"], json!(["acme"]));
    let raw = String::from_utf8_lossy(&agent.raw).replace("no app is called `hidden`", "");
    assert!(!raw.contains("hidden") && !raw.contains("Another client"), "{raw}");
    // One that is erased meanwhile is told as one that is not there.
    home.must(&["app", "remove", "acme", "--confirm", "acme"]);
    assert!(agent.refused("status", &json!({})).contains("no app is called `acme`"));
    assert_eq!(agent.end().0, Some(0));
}

#[rstest]
#[case("{", -32700)]
#[case("\u{feff}nonsense", -32700)]
#[case("\u{1b}[2J", -32700)]
#[case(r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600)]
#[case(r#""hello""#, -32600)]
#[case(r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600)]
#[case(r#"{"jsonrpc":"2.0","id":900,"method":"tools/tick","params":{}}"#, -32601)]
#[case(r#"{"jsonrpc":"2.0","id":900,"method":"resources/list"}"#, -32601)]
#[case(r#"{"jsonrpc":"2.0","id":900,"method":"tools/call","params":{"name":5}}"#, -32602)]
#[case(r#"{"jsonrpc":"2.0","id":900,"method":"tools/call","params":{"name":"status","arguments":"acme"}}"#, -32602)]
#[case(r#"{"jsonrpc":"2.0","id":900,"method":"tools/call","params":{"name":"tick","arguments":{}}}"#, -32602)]
fn what_is_wrong_with_a_message_is_answered_and_the_server_lives(#[case] line: &str, #[case] code: i32) {
    let home = Home::with_app("acme");
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    agent.say(line);
    let told = agent.hears();
    assert_eq!(told["error"]["code"], code, "{told}");
    assert!(told["error"]["message"].as_str().is_some_and(|text| !text.is_empty() && !text.contains('\u{1b}')), "{told}");
    if line.contains("\"id\":900") {
        assert_eq!(told["id"], 900);
    }
    assert_eq!(agent.document("status", &json!({}))["app"], "acme");
    assert_eq!(agent.end().0, Some(0));
}

#[test]
fn arguments_that_do_not_fit_are_told_by_name() {
    let home = Home::with_app("acme");
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    for (tool, arguments, words) in [
        ("item", json!({}), "`item` needs `item`"),
        ("status", json!({ "app": 5 }), "`app` of `status` cannot be `5`"),
        ("status", json!({ "colour": "red" }), "`colour` is no argument of `status`"),
        ("status", json!({ "show": "everything" }), "Give `not_done` or `failing` or `unseen` or `all`"),
        ("findings", json!({ "most": 100_000 }), "Give a whole number from 1 to 200"),
        ("rerun_probes", json!({ "only": "scan.tree" }), "`only` of `rerun_probes` cannot be `scan.tree`"),
        ("rerun_probes", json!({ "only": vec!["scan.tree"; 13] }), "Give a list of 1 to 12 texts"),
        ("status", json!({ "app": "x".repeat(500_000) }), "Give a text of 1 to 200 characters"),
    ] {
        let told = agent.refused(tool, &arguments);
        assert!(told.contains(words) && told.len() < 400, "{told:.500}");
    }
}

#[test]
fn before_a_session_only_its_beginning_is_answered() {
    let home = Home::with_app("acme");
    let mut agent = Agent::started(&home, &["--app", "acme"]);
    agent.say(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    agent.say(r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
    agent.say("nonsense");
    assert_eq!(agent.hears()["error"]["code"], -32700);
    let early = agent.ask("tools/list", &json!({}));
    assert!(early["error"]["message"].as_str().unwrap().contains("`initialize` first"), "{early}");
    assert_eq!(agent.ask("ping", &json!({}))["result"], json!({}));
    assert_eq!(agent.ask("initialize", &json!({ "protocolVersion": 7 }))["error"]["code"], -32602);
    let begun = agent.ask("initialize", &hello());
    assert_eq!(begun["result"]["protocolVersion"], "2025-11-25");
    assert!(begun["result"]["capabilities"]["tools"].is_object());
    assert_eq!(agent.document("status", &json!({}))["app"], "acme");
    // A version that nobody knows is answered with one that is known.
    let mut other = Agent::started(&home, &["--app", "acme"]);
    let mut unknown = hello();
    unknown["protocolVersion"] = json!("1999-01-01");
    assert_eq!(other.ask("initialize", &unknown)["result"]["protocolVersion"], "2025-11-25");
}

#[test]
fn the_newer_lifecycle_needs_no_beginning() {
    let home = Home::with_app("acme");
    let mut agent = Agent::started(&home, &["--app", "acme"]);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "tester", "version": "0" },
    });
    let found = agent.ask("server/discover", &json!({ "_meta": meta }));
    assert!(found["result"]["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{found}");
    let told = agent.ask("tools/call", &json!({ "name": "status", "arguments": {}, "_meta": meta }));
    assert_eq!(told["result"]["structuredContent"]["app"], "acme", "{told}");
    agent.say("nonsense");
    assert_eq!(agent.hears()["error"]["code"], -32700);
    assert_eq!(agent.end().0, Some(0));
}

#[test]
fn a_giant_message_is_refused_without_being_held() {
    let home = Home::with_app("acme");
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..40 {
        agent.raw_bytes(&chunk);
    }
    agent.say("");
    let told = agent.hears();
    assert_eq!((&told["error"]["code"], &told["error"]["message"]), (&json!(-32600), &json!("a message may have at most 1 MiB")));
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    agent.say(&deep);
    assert_eq!(agent.hears()["error"]["code"], -32700);
    assert_eq!(agent.document("status", &json!({}))["app"], "acme");
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string(format!("/proc/{}/status", agent.pid())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
        assert!(peak.parse::<u64>().unwrap() < 400 * 1024, "it held {peak} kB");
    }
}

#[test]
fn a_flood_of_reruns_asks_the_vendor_a_few_times_and_refuses_the_rest() {
    const CALLS: i64 = 1_000;
    let server = serve(vendors(1, |_| {}));
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let first = agent.next_id();
    for _ in 0..CALLS {
        agent.send("tools/call", &json!({ "name": "rerun_probes", "arguments": { "only": ["openrouter.spend-cap"] } }));
    }
    let (mut done, mut refused) = (0, 0);
    for id in first..first + CALLS {
        let result = &agent.answer(id)["result"];
        let words = result["content"][0]["text"].as_str().unwrap();
        if result["isError"] == false {
            done += 1;
        } else if words.contains("a run of `acme` is open since") {
            assert!(words.contains("wait until it ends"), "{words}");
            refused += 1;
        } else {
            assert!(words.contains("acme was rerun 6 times within a minute"), "{words}");
            let seconds = result["structuredContent"]["retry_after_seconds"].as_u64().unwrap();
            assert!((1..=60).contains(&seconds) && words.contains(&format!("Ask again in {seconds} s")), "{words}");
            refused += 1;
        }
    }
    assert_eq!(done + refused, CALLS);
    // Six within a minute; a machine that takes minutes for this gets through another six in each.
    assert!((1..=60).contains(&done), "{done} reruns went through");
    let asked = server.asked().iter().filter(|it| it.system == "openrouter").count();
    assert!(i64::try_from(asked).unwrap() <= done * 4, "{asked} requests for {done} reruns");
    assert_eq!(agent.document("status", &json!({}))["app"], "acme");
}

#[test]
fn a_flood_of_questions_is_answered_one_by_one() {
    const CALLS: i64 = 2_000;
    let home = Home::with_app("acme");
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let first = agent.next_id();
    // The answers are read by a thread of the tester, so that no pipe is full; the order is the program's business.
    for _ in 0..CALLS {
        agent.send("tools/call", &json!({ "name": "list_apps", "arguments": {} }));
    }
    for id in first..first + CALLS {
        assert_eq!(agent.answer(id)["result"]["structuredContent"]["apps"][0]["name"], "acme");
    }
    assert_eq!(agent.end(), (Some(0), Vec::new()));
}

#[test]
fn a_flood_of_questions_that_nobody_wants_answered_leaves_the_server_answering() {
    const CALLS: i64 = 1_000;
    let home = Home::with_app("acme");
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    for _ in 0..CALLS {
        let id = agent.send("tools/call", &json!({ "name": "status", "arguments": {} }));
        let params = json!({ "requestId": id });
        agent.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }).to_string());
    }
    assert_eq!(agent.document("status", &json!({}))["app"], "acme");
    assert_eq!(agent.end().0, Some(0));
}

#[test]
fn an_agent_visits_the_site_and_a_person_asks_for_the_rest() {
    let server = serve(|asked| match asked.path.as_str() {
        "/" => html("<script src=\"/site/a.js\"></script>"),
        "/a.js" => Reply::json(200, "1").with("content-type", "application/javascript"),
        _ => Reply::json(404, "{}"),
    });
    let home = server.home(&["site"]);
    home.must(&["app", "add", "acme", "--url", "https://acme.example"]);
    let paths = |server: &Server| server.asked().iter().map(|it| it.path.clone()).collect::<Vec<_>>();
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let told = agent.document("rerun_probes", &json!({ "only": ["site.bundle"] }));
    assert_eq!(paths(&server), ["/", "/a.js"], "no path that nothing names");
    let outcome = &told["outcomes"][0];
    assert_eq!(outcome["outcome"], "undecided", "{outcome}");
    assert!(outcome["gap"]["needs"].as_str().unwrap().contains("Have a person run"), "{outcome}");
    home.run(&["probe", "acme", "--only", "site.bundle", "--no-confirm"]);
    assert!(paths(&server).iter().any(|it| it == "/sw.js"), "{:?}", paths(&server));
}

fn html(tags: &str) -> Reply {
    let body = format!("<!doctype html><html><head>{tags}</head><body>Acme</body></html>").into();
    Reply::Whole { status: 200, headers: vec![("content-type".into(), "text/html".into())], body }
}

#[test]
fn more_than_passive_looks_are_refused_also_where_they_are_permitted() {
    let home = two_apps();
    home.must(&[
        "app",
        "authorise",
        "acme",
        "--consent",
        "active",
        "--by",
        "Ana",
        "--host",
        "example.com",
        "--until",
        "2999-01-01",
    ]);
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    for consent in ["active", "outside-in"] {
        let told = agent.refused("rerun_probes", &json!({ "only": ["scan.tree"], "consent": consent }));
        assert!(told.starts_with(rescue::engine::NEEDS_PERMISSION), "{told}");
        assert!(told.contains(&format!("{consent} looks were asked for")) && told.contains("whatever was permitted"), "{told}");
    }
    let status = home.json(&["status", "acme", "--json"]);
    assert_eq!(status["last_run"], Value::Null, "nothing was asked");
    let done = agent.document("rerun_probes", &json!({ "only": ["scan.tree"], "consent": "passive" }));
    assert_eq!(done["outcomes"][0]["probe"], "scan.tree");
}

/// How often the status is read before what is waited for is taken not to come: each reading starts the program.
const READINGS: usize = 3_000;

/// The first that is found in the app's newest run, read again and again.
#[track_caller]
fn awaited<T>(home: &Home, what: &str, find: impl Fn(&Value) -> Option<T>) -> T {
    let mut readings = (0..READINGS).map(|_| home.json(&["status", "acme", "--json"])["last_run"].clone());
    readings.find_map(|run| find(&run)).unwrap_or_else(|| panic!("{what}: not in {READINGS} readings"))
}

/// Waits until the app's newest run is over; how it ended.
#[track_caller]
fn ended(home: &Home) -> String {
    awaited(home, "a run that ended", |run| run["how"].as_str().map(str::to_owned))
}

/// Waits until a run of the app is open.
#[track_caller]
fn begun(home: &Home) {
    awaited(home, "a run that began", |run| (!run.is_null()).then_some(()));
}

#[test]
fn a_cancelled_rerun_ends_in_order_and_keeps_others_out_until_then() {
    let (_server, home) = stuck();
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let call = json!({ "name": "rerun_probes", "arguments": { "only": ["openrouter.spend-cap"] } });
    let id = agent.send("tools/call", &call);
    begun(&home);
    // Meanwhile others are kept out, here and in another process, and reading goes on.
    let here = agent.refused("rerun_probes", &json!({ "only": ["openai.spend-cap"] }));
    assert!(here.starts_with("a run of `acme` is open since"), "{here}");
    home.run(&["probe", "acme", "--only", "openai"]).refused(1, &["a run of `acme` is open since"]);
    home.must(&["item", "note", "acme", "SPD-01", "another console goes on"]);
    assert_eq!(agent.document("status", &json!({}))["last_run"]["how"], Value::Null);
    agent.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }).to_string());
    assert_eq!(ended(&home), "cancelled");
    home.must(&["db", "check"]);
    agent.document("status", &json!({}));
    let (code, rest) = agent.end();
    assert_eq!(code, Some(0));
    assert!(rest.iter().all(|it| it["id"] != id), "a cancelled question is not answered: {rest:?}");
}

#[test]
fn a_run_of_another_process_keeps_the_agent_out() {
    let (_server, home) = stuck();
    let mut other =
        home.command(&["probe", "acme", "--only", "openrouter"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    begun(&home);
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let told = agent.refused("rerun_probes", &json!({ "only": ["openai.spend-cap"] }));
    assert!(told.starts_with("a run of `acme` is open since") && told.contains(&format!("process {}", other.id())), "{told}");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn an_agent_that_goes_away_leaves_a_run_that_ended() {
    let (_server, home) = stuck();
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    agent.send("tools/call", &json!({ "name": "rerun_probes", "arguments": { "only": ["openrouter.spend-cap"] } }));
    begun(&home);
    assert_eq!(agent.end().0, Some(0));
    assert_eq!(ended(&home), "cancelled");
    home.must(&["db", "check"]);
}

#[cfg(unix)]
#[rstest]
#[case("TERM")]
#[case("HUP")]
#[case("INT")]
fn a_signal_ends_it_in_order(#[case] signal: &str) {
    let (_server, home) = stuck();
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    agent.send("tools/call", &json!({ "name": "rerun_probes", "arguments": { "only": ["openrouter.spend-cap"] } }));
    begun(&home);
    let sent = Command::new("kill").args([&format!("-{signal}"), &agent.pid().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(agent.ends().0, Some(0));
    assert_eq!(ended(&home), "cancelled");
}

#[test]
fn what_another_console_writes_is_in_the_next_answer() {
    let home = Home::with_app("acme");
    let mut agent = Agent::of(&home, &["--app", "acme"]);
    let work = |agent: &mut Agent| -> Value {
        let rows = all_of(agent, "status", "items", &json!({}));
        rows.iter().find(|it| it["id"] == "ACC-01").unwrap()["work"]["is"].clone()
    };
    assert_eq!(work(&mut agent), "todo");
    home.must(&["item", "start", "acme", "ACC-01"]);
    assert_eq!(work(&mut agent), "doing");
}

/// The official client's check, where its packages are installed. They must be where `RESCUE_REQUIRE_MCP` is set, as in CI.
#[test]
fn the_official_client_lists_and_calls_the_tools() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/mcp");
    let is_there = scripts.join("node_modules/@modelcontextprotocol/sdk").is_dir();
    let environment = rescue::config::Environment::of_process();
    assert!(is_there || environment.get("RESCUE_REQUIRE_MCP").is_none(), "run `npm install --ignore-scripts` in scripts/mcp");
    if !is_there {
        eprintln!("SKIPPED: the packages of scripts/mcp are not installed, so the official client was not asked");
        return;
    }
    let told = Command::new("node").arg(scripts.join("check.mjs")).arg(env!("CARGO_BIN_EXE_rescue")).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(told.status.success(), "{}{}", text(&told.stdout), text(&told.stderr));
}
