//! Keys are tried at a loopback server that answers as each provider does, as others do, and as none should.

use super::kinds::{At, CHECKS, Check, Is, LEFT_OFF, Sign};
use super::*;
use crate::clock::SetClock;
use crate::config::{Endpoints, Environment};
use crate::net::{Keys, transport};
use crate::scan::rules::samples;
use crate::scan::{Options, ScanKey, scan_text};
use chrono::{DateTime, TimeZone, Utc};
use rstest::rstest;
use serde_json::json;
use std::sync::Arc;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
}

/// A scan of a text that has a key of that rule, its values kept, and a door to a server for every provider.
struct Tried {
    report: Report,
    values: Arc<Values>,
    rules: BTreeSet<&'static str>,
    door: Door,
    server: MockServer,
    secret: String,
}

impl Tried {
    async fn of(rule: &'static str) -> Self {
        let samples = samples::all();
        let sample = samples.iter().find(|it| it.rule == rule).unwrap_or_else(|| panic!("no sample of {rule}"));
        let text = sample.matching.first().unwrap();
        Self::with(rule, sample.path, text).await
    }

    async fn with(rule: &'static str, path: &str, text: &str) -> Self {
        let server = MockServer::start().await;
        let address = format!("{}/", server.uri());
        let mut variables = vec![("RESCUE_SUPABASE_PROJECT_URL".to_owned(), format!("{address}{{ref}}/"))];
        for check in CHECKS {
            if let At::Provider(id) = check.at {
                variables.push((format!("RESCUE_{}_URL", id.to_uppercase()), address.clone()));
            }
        }
        let endpoints = Endpoints::from_environment(&Environment::of(variables)).unwrap();
        let clock = SetClock::at(now());
        let door = Door::new(transport().unwrap(), Arc::new(endpoints), Keys::new(), clock, None);
        let values = Arc::new(Values::of([rule]));
        let mut options = Options::new(now());
        options.values = Some(Arc::clone(&values));
        let report = scan_text(path.as_bytes(), text.as_bytes().to_vec(), &ScanKey::new([3; 32]), &options);
        let leak =
            report.findings.iter().find(|it| it.rule == rule).unwrap_or_else(|| panic!("{rule} is not found in its sample"));
        // Only to look for it in what must not have it; put back for the trial.
        let secret = values.take(rule, &leak.id).unwrap().as_str().to_owned();
        values.offer(rule, &leak.id, secret.as_bytes());
        Self { report, values, rules: BTreeSet::from([rule]), door, server, secret }
    }

    /// What the server says to the real key, and to any other.
    async fn answers(&self, real: ResponseTemplate, other: ResponseTemplate) {
        let secret = self.secret.clone();
        let answer = move |request: &Request| {
            let has = request.headers.values().any(|value| value.to_str().is_ok_and(|it| it.ends_with(&secret)));
            if has { real.clone() } else { other.clone() }
        };
        Mock::given(any()).respond_with(answer).mount(&self.server).await;
    }

    async fn ask(&self) -> Answer {
        let questions = questions(&self.report, &self.rules, &self.values, &self.door);
        let mut answers = ask(questions, &self.values, &self.door, &CancellationToken::new()).await;
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.pop_first().unwrap().1
    }

    async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }
}

/// An answer that bears a sign, as the provider would write it.
fn showing(sign: &Sign) -> ResponseTemplate {
    let leaf = match sign.is {
        Is::There => json!([{ "id": "x" }]),
        Is::True => json!(true),
        Is::Text(any) => json!(any[0]),
        Is::Saying(any) => json!(format!("Sorry: {}.", any[0])),
    };
    let mut body = leaf;
    for part in sign.at.split('/').skip(1).collect::<Vec<_>>().into_iter().rev() {
        body = match part {
            "*" => json!([{ "reason": "OTHER" }, body]),
            "0" => json!([body]),
            name => json!({ name: body }),
        };
    }
    ResponseTemplate::new(sign.status).set_body_json(body)
}

fn known(check: &Check) -> Vec<&'static str> {
    let known: BTreeSet<_> = crate::scan::known_kinds().map(|(rule, _, _)| rule).collect();
    check.rules.iter().copied().filter(|rule| known.contains(rule)).collect()
}

#[tokio::test]
async fn every_kind_tells_live_from_dead_in_its_providers_format() {
    let mut told = 0;
    for check in CHECKS {
        for rule in known(check) {
            for (signs, wanted) in [(check.live, Live::Live), (check.dead, Live::Dead)] {
                for sign in signs {
                    let tried = Tried::of(rule).await;
                    let chosen = questions(&tried.report, &tried.rules, &tried.values, &tried.door);
                    // A rule with several prefixes has a sample of one of them only.
                    let Some(question) = chosen.asked.first().filter(|it| std::ptr::eq(it.check, check)) else { continue };
                    assert!(!question.line().contains(&tried.secret), "{rule}");
                    tried.answers(showing(sign), showing(&check.dead[0])).await;
                    let answer = tried.ask().await;
                    let wanted = if wanted == Live::Dead && check.shared_shape.is_some() { Live::Unknown } else { wanted };
                    assert_eq!(answer.live, wanted, "{rule} {sign:?} {answer:?}");
                    let asked = tried.requests().await;
                    assert_eq!(asked.len(), 2, "{rule}: the control and the key");
                    for request in &asked {
                        assert_eq!(request.method.as_str(), "GET");
                        assert!(!request.url.as_str().contains(&tried.secret), "{rule}");
                    }
                    assert!(tried.values.take(rule, &tried.report.findings[0].id).is_none(), "{rule}: the value was wiped");
                    told += 1;
                }
            }
        }
    }
    assert!(told > 60, "only {told} answers were tried");
}

/// What is no answer: the key is neither live nor dead.
#[rstest]
#[case::page(ResponseTemplate::new(403).set_body_string("<html>Attention Required!</html>"))]
#[case::page_of_success(ResponseTemplate::new(200).set_body_string("<html>Welcome</html>"))]
#[case::bare_refusal(ResponseTemplate::new(401))]
#[case::others_refusal(ResponseTemplate::new(401).set_body_json(json!({ "message": "no" })))]
#[case::others_success(ResponseTemplate::new(200).set_body_json(json!({ "ok": true })))]
#[case::too_many(ResponseTemplate::new(429))]
#[case::too_many_of_a_wall(ResponseTemplate::new(429).set_body_json(json!({ "detail": "slow down" })))]
#[case::fault(ResponseTemplate::new(500).set_body_json(json!({ "object": "balance" })))]
#[case::sent_on(ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/"))]
#[case::list(ResponseTemplate::new(200).set_body_json(json!([])))]
#[tokio::test]
async fn a_surprise_is_unknown(#[case] surprise: ResponseTemplate) {
    let tried = Tried::of("stripe-secret-live").await;
    tried.answers(surprise, showing(&CHECKS.iter().find(|it| it.rules.contains(&"stripe-secret-live")).unwrap().dead[0])).await;
    let answer = tried.ask().await;
    assert_eq!(answer.live, Live::Unknown, "{answer:?}");
    assert!(!answer.why.is_empty() && !answer.why.contains(&tried.secret));
    assert_eq!(tried.requests().await.len(), 2, "nobody is followed, nothing is tried twice");
}

/// What no vendor is known to say is no refusal, however much it looks like one; nor is what a key of another kind gets.
#[rstest]
#[case::code_of_another_vendor("openai-project", 401, json!({ "error": { "code": "invalid_request_error" } }))]
#[case::guess_about_clerk("clerk-secret", 401, json!({ "errors": [{ "code": "authentication_invalid" }] }))]
#[case::guess_about_xai("xai", 401, json!({ "error": "Incorrect API key provided" }))]
#[case::guess_about_hugging_face("hugging-face", 401, json!({ "error": "Invalid username or password." }))]
#[case::guess_about_supabase("supabase-access-token", 401, json!({ "message": "Invalid token" }))]
#[case::key_of_codestral("mistral", 401, json!({ "message": "Unauthorized" }))]
#[case::token_of_an_account("cloudflare-token-old", 401, json!({ "errors": [{ "code": 1000, "message": "Invalid API Token" }] }))]
#[case::disabled_token("cloudflare-token", 200, json!({ "success": true, "result": { "status": "disabled" } }))]
#[tokio::test]
async fn what_is_not_known_to_be_a_refusal_is_unknown(#[case] rule: &'static str, #[case] status: u16, #[case] body: Value) {
    let tried = Tried::of(rule).await;
    let dead = &CHECKS.iter().find(|it| it.rules.contains(&rule)).unwrap().dead[0];
    tried.answers(ResponseTemplate::new(status).set_body_json(body), showing(dead)).await;
    let answer = tried.ask().await;
    assert_eq!(answer.live, Live::Unknown, "{answer:?}");
    assert_eq!(tried.requests().await.len(), 2, "the control and the key");
}

#[tokio::test]
async fn what_vendors_were_seen_to_refuse_with_is_dead() {
    let refusals = [
        ("openai-project", 401, json!({ "error": { "message": "Incorrect API key provided", "code": "invalid_api_key" } })),
        ("groq", 401, json!({ "error": { "message": "Invalid API Key", "code": "invalid_api_key" } })),
        ("deepseek", 401, json!({ "error": { "type": "authentication_error", "code": "invalid_request_error" } })),
        ("openrouter", 401, json!({ "error": { "message": "User not found.", "code": 401 } })),
        ("cerebras", 401, json!({ "message": "Wrong API Key", "code": "wrong_api_key" })),
        ("replicate", 401, json!({ "title": "Unauthenticated", "status": 401 })),
        ("xai", 400, json!({ "code": "invalid-argument", "error": "Incorrect API key provided. You can obtain one" })),
        ("resend", 401, json!({ "statusCode": 401, "message": "API key is invalid", "name": "validation_error" })),
        ("neon", 401, json!({ "code": "", "message": "supplied credentials do not pass authentication" })),
        ("clerk-secret", 401, json!({ "errors": [{ "code": "clerk_key_invalid" }] })),
        ("cloudflare-token", 401, json!({ "success": false, "errors": [{ "code": 1000, "message": "Invalid API Token" }] })),
    ];
    for (rule, status, body) in refusals {
        let tried = Tried::of(rule).await;
        let refused = ResponseTemplate::new(status).set_body_json(body);
        tried.answers(refused.clone(), refused).await;
        assert_eq!(tried.ask().await.live, Live::Dead, "{rule}");
    }
}

/// Where an invented key gets no definite no, the real one is not sent at all.
#[rstest]
#[case::says_yes_to_all(ResponseTemplate::new(200).set_body_json(json!({ "object": "balance" })))]
#[case::wall(ResponseTemplate::new(403).set_body_string("blocked"))]
#[case::fault(ResponseTemplate::new(503))]
#[tokio::test]
async fn without_a_control_nothing_is_proven_and_the_key_stays_here(#[case] to_all: ResponseTemplate) {
    let tried = Tried::of("stripe-secret-live").await;
    tried.answers(ResponseTemplate::new(200).set_body_json(json!({ "object": "balance" })), to_all).await;
    assert_eq!(tried.ask().await.live, Live::Unknown);
    let asked = tried.requests().await;
    assert_eq!(asked.len(), 1);
    assert!(!asked[0].headers.values().any(|value| value.to_str().unwrap().contains(&tried.secret)));
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up_on() {
    let tried = Tried::of("stripe-secret-live").await;
    let late = ResponseTemplate::new(200).set_delay(std::time::Duration::from_mins(1));
    tried.answers(late.clone(), late).await;
    let begun = std::time::Instant::now();
    let answer = tried.ask().await;
    assert_eq!(answer.live, Live::Unknown);
    assert!(answer.why.contains("too long") && begun.elapsed().as_secs() < 30, "{answer:?}");
}

#[tokio::test]
async fn two_keys_of_a_kind_share_one_control_and_get_their_own_answers() {
    let one = samples::all().iter().find(|it| it.rule == "stripe-secret-live").unwrap().matching[0].clone();
    let first = Tried::of("stripe-secret-live").await;
    let other: String = first.secret.chars().rev().collect::<String>();
    let frame = &first.secret[..8];
    let second = format!("{frame}{}", &other[..first.secret.len() - 8]);
    let text = format!("{one}\nconst other = \"{second}\"\n");
    let tried = Tried::with("stripe-secret-live", "lib/pay.ts", &text).await;
    let dead = &CHECKS.iter().find(|it| it.rules.contains(&"stripe-secret-live")).unwrap().dead[0];
    tried.answers(ResponseTemplate::new(200).set_body_json(json!({ "object": "balance" })), showing(dead)).await;
    let questions = questions(&tried.report, &tried.rules, &tried.values, &tried.door);
    let answers = ask(questions, &tried.values, &tried.door, &CancellationToken::new()).await;
    let mut lives: Vec<_> = answers.values().map(|it| it.live).collect();
    lives.sort();
    assert_eq!(lives, [Live::Live, Live::Dead]);
    assert_eq!(tried.requests().await.len(), 3);
}

#[tokio::test]
async fn a_key_of_an_unknown_project_is_asked_nowhere() {
    let tried = Tried::of("supabase-secret-key").await;
    let mut report = tried.report.clone();
    for leak in &mut report.findings {
        leak.belongs_to = None;
    }
    let questions = questions(&report, &tried.rules, &tried.values, &tried.door);
    assert!(questions.asked.is_empty());
    assert!(questions.not_asked[0].1.why.contains("--app"), "{questions:?}");
}

#[tokio::test]
async fn stopped_means_not_asked() {
    let tried = Tried::of("stripe-secret-live").await;
    let stop = CancellationToken::new();
    stop.cancel();
    let questions = questions(&tried.report, &tried.rules, &tried.values, &tried.door);
    let answers = ask(questions, &tried.values, &tried.door, &stop).await;
    assert!(answers.values().all(|it| it.live == Live::Unknown && it.why.contains("stopped")));
    assert!(tried.requests().await.is_empty());
}

#[test]
fn what_is_left_off_is_never_asked_about_and_says_why() {
    for (rule, why) in LEFT_OFF {
        let everywhere = CHECKS.iter().filter(|check| check.rules.contains(rule)).all(|check| !check.prefixes.is_empty());
        assert!(everywhere, "{rule} is asked about whatever its prefix");
        assert!(why.len() > 20, "{rule}");
    }
    assert!(matches!(rules_of("telegram-bot"), Err(NotAsked::LeftOff { .. })));
    assert!(matches!(rules_of("nonsense"), Err(NotAsked::Unknown(_))));
    assert!(rules_of("Stripe").unwrap().contains("stripe-secret-live"));
    assert!(matches!(rules_of("npm-token"), Err(NotAsked::LeftOff { .. })));
    assert_eq!(rules_of("neon").unwrap().into_iter().collect::<Vec<_>>(), ["neon"]);
}
