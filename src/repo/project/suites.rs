//! Files of tests: how many cases they have, whether those assert anything, which are skipped, and which journeys of a
//! person they go through. That a test exists says nothing of whether it runs or passes.

use crate::repo::code::parse;
use crate::repo::place::name;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_ast_visit::{Visit, walk};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{Display, IntoStaticStr, VariantArray};

/// A file of tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suite {
    pub path: String,
    pub kind: SuiteKind,
    /// Cases, skipped ones too.
    pub cases: usize,
    /// Cases that are skipped or only announced.
    pub skipped: usize,
    /// Calls that assert something.
    pub asserts: usize,
    /// Line of the first case.
    pub first: u32,
    /// The addresses that it visits, in order, each once.
    pub visits: Vec<String>,
    /// The journeys that cases of it which are not skipped go through, with the line of the first.
    pub journeys: Vec<(Journey, u32)>,
    /// The line of a mistake, or 0 when it nests too deep: what is above may be less than the file holds.
    pub broken: Option<u32>,
}

/// How it looks at the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SuiteKind {
    /// From within.
    #[default]
    Unit,
    /// Through a browser or a device, as a person does.
    EndToEnd,
}

/// What a person does with an app and what every app has, as far as it has it (CHECKLIST CI-06).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
pub enum Journey {
    #[strum(serialize = "sign up")]
    SignUp,
    #[strum(serialize = "sign in")]
    SignIn,
    #[strum(serialize = "pay")]
    Pay,
}

impl Journey {
    /// Words of a title, an address or a path that speak of it.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::SignUp => {
                &["sign up", "signup", "sign-up", "sign_up", "register", "registration", "create account", "onboarding"]
            }
            Self::SignIn => &["sign in", "signin", "sign-in", "log in", "login", "log-in", "authenticat", "/auth"],
            Self::Pay => &["checkout", "payment", "purchase", "subscri", "billing", "stripe", "pay ", "pays ", "buy ", "buys "],
        }
    }
}

/// Endings of files that are code.
const ENDINGS: [&str; 8] = ["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts"];

/// Whether a path is a file of tests, by its name or its folder.
#[must_use]
pub fn is_test(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let file = name(&lower);
    let is_code = file.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
    let marked = [".test.", ".spec.", ".cy.", "_test.", ".e2e."].iter().any(|it| file.contains(it));
    let below = |names: &[&str]| lower.split('/').rev().skip(1).any(|it| names.contains(&it));
    is_code
        && !below(&["node_modules", ".next", "dist", "build", "coverage"])
        && !file.ends_with(".d.ts")
        && !file.contains(".config.")
        && !file.contains(".stories.")
        && (marked || below(&["__tests__", "test", "tests", "e2e", "cypress", "playwright"]))
}

impl Suite {
    /// Reads it. Total: a text that is no code gives a suite that says little.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        let mut cases = Cases::default();
        let broken = parse::parse(path, text, |parsed| {
            cases.visit_program(parsed.program);
            cases.lines.extend(cases.found.drain(..).map(|it| (parsed.line(it.at), it)));
        });
        let folders = path.to_ascii_lowercase();
        let by_tool = ["@playwright/test", "cypress", "detox", "webdriverio", "puppeteer", "testcafe"].iter().any(|it| {
            [format!("from '{it}"), format!("from \"{it}"), format!("require('{it}"), format!("require(\"{it}")]
                .iter()
                .any(|import| text.contains(import.as_str()))
        });
        let by_place = folders.split('/').any(|it| matches!(it, "e2e" | "cypress" | "playwright")) || folders.contains(".cy.");
        let mut journeys: Vec<(Journey, u32)> = Vec::new();
        for (line, case) in cases.lines.iter().filter(|(_, it)| !it.skipped) {
            let told = format!("{} {} {}", case.title, case.within, case.visits.join(" ")).to_ascii_lowercase();
            for journey in Journey::VARIANTS {
                let speaks = journey.words().iter().any(|it| format!("{told} ").contains(it) || folders.contains(it.trim()));
                if speaks && !journeys.iter().any(|(known, _)| known == journey) {
                    journeys.push((*journey, *line));
                }
            }
        }
        journeys.sort();
        let mut met = BTreeSet::new();
        Self {
            path: path.to_owned(),
            kind: if by_tool || by_place { SuiteKind::EndToEnd } else { SuiteKind::Unit },
            cases: cases.lines.len(),
            skipped: cases.lines.iter().filter(|(_, it)| it.skipped).count(),
            asserts: cases.asserts,
            first: cases.lines.first().map_or(1, |(line, _)| *line),
            visits: cases.lines.iter().flat_map(|(_, it)| it.visits.clone()).filter(|it| met.insert(it.clone())).collect(),
            journeys,
            broken: broken.map(|it| match it {
                parse::Broken::Syntax(line) => line,
                parse::Broken::TooDeep => 0,
            }),
        }
    }

    /// Whether at least one case that is not skipped is there, and something is asserted.
    #[must_use]
    pub fn tests_something(&self) -> bool {
        self.cases > self.skipped && self.asserts > 0
    }
}

struct Case {
    at: u32,
    title: String,
    /// Titles of the groups that it is in.
    within: String,
    visits: Vec<String>,
    skipped: bool,
}

#[derive(Default)]
struct Cases {
    groups: Vec<(String, bool)>,
    found: Vec<Case>,
    lines: Vec<(u32, Case)>,
    asserts: usize,
}

/// `a.b.c` of a callee, as far as it is plain names.
fn names<'a>(callee: &Expression<'a>) -> Vec<&'a str> {
    match callee {
        Expression::Identifier(it) => vec![it.name.as_str()],
        Expression::StaticMemberExpression(it) => {
            let mut names = names(&it.object);
            names.push(it.property.name.as_str());
            names
        }
        // `test.each([…])("…", …)` and `expect(a).toBe(b)`.
        Expression::CallExpression(it) => names(&it.callee),
        Expression::TaggedTemplateExpression(it) => names(&it.tag),
        Expression::AwaitExpression(it) => names(&it.argument),
        _ => Vec::new(),
    }
}

fn text_of(argument: Option<&Argument<'_>>) -> Option<String> {
    match argument? {
        Argument::StringLiteral(it) => Some(it.value.to_string()),
        Argument::TemplateLiteral(it) => Some(it.quasis.iter().map(|it| it.value.raw.as_str()).collect::<Vec<_>>().join("*")),
        _ => None,
    }
}

impl<'a> Visit<'a> for Cases {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let names = names(&call.callee);
        let first = names.first().copied().unwrap_or_default();
        let last = names.last().copied().unwrap_or_default();
        let title = text_of(call.arguments.first());
        let is_skipped =
            names.iter().any(|it| matches!(*it, "skip" | "todo" | "fixme")) || matches!(first, "xit" | "xtest" | "xdescribe");
        let is_group = matches!(first, "describe" | "xdescribe" | "fdescribe" | "context" | "suite")
            || names.starts_with(&["test", "describe"]);
        let is_deno = names == ["Deno", "test"];
        let is_case = !is_group && (matches!(first, "it" | "test" | "xit" | "xtest" | "fit" | "specify") || is_deno);
        let has_body = call.arguments.len() > 1 || names.contains(&"todo");
        if matches!(first, "expect" | "assert" | "expectTypeOf" | "should") && (names.len() > 1 || first == "assert") {
            self.asserts += 1;
        }
        let of_deno = first.starts_with("assert") && first.len() > 6 && names.len() == 1;
        let of_cypress = names.len() > 1 && matches!(last, "should" | "and") && names.contains(&"cy");
        // `t.is(…)` of AVA, `t.equal(…)` of tap.
        let of_t = first == "t"
            && matches!(last, "is" | "true" | "false" | "deepEqual" | "equal" | "ok" | "throws" | "not" | "same" | "match");
        let of_supertest = last == "expect" && names.len() > 1;
        if of_deno || of_cypress || of_t || of_supertest {
            self.asserts += 1;
        }
        if matches!(last, "goto" | "visit")
            && let (Some(address), Some(case)) = (&title, self.found.last_mut())
        {
            case.visits.push(address.clone());
        }
        if is_group && has_body {
            self.groups.push((title.unwrap_or_default(), is_skipped));
            walk::walk_call_expression(self, call);
            self.groups.pop();
            return;
        }
        // `test.beforeEach(…)`, `test.use(…)` and `test.step(…)` are no cases.
        let is_hook = names.iter().any(|it| {
            matches!(*it, "beforeEach" | "afterEach" | "beforeAll" | "afterAll" | "use" | "step" | "extend" | "setTimeout")
        });
        let is_table = matches!(&call.callee, Expression::StaticMemberExpression(it) if it.property.name == "each");
        if is_case && has_body && !is_hook && !is_table && (title.is_some() || is_deno) {
            let within = self.groups.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>().join(" ");
            let skipped = is_skipped || self.groups.iter().any(|(_, skipped)| *skipped);
            let case = Case { at: call.span.start, title: title.unwrap_or_default(), within, visits: Vec::new(), skipped };
            self.found.push(case);
        }
        walk::walk_call_expression(self, call);
    }
}
