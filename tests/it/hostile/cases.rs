//! The ways in which bad input comes: one file of the small app each, as bytes that nobody should have to read.

use super::app;
use std::fmt::Write as _;

/// What is done to a repository, and what that hides.
pub struct Case {
    pub name: String,
    /// Bytes that stand in the place of the app's, or beside them.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// The file that cannot be read, if one cannot.
    pub hidden: Option<&'static str>,
    /// What was read all the same, so that nothing may change.
    pub is_as_before: bool,
}

impl Case {
    fn hides(path: &'static str, how: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: format!("{path}: {how}"), files: vec![(path, bytes.into())], hidden: Some(path), is_as_before: false }
    }

    fn told(path: &'static str, how: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { hidden: None, ..Self::hides(path, how, bytes) }
    }

    fn read(path: &'static str, how: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { hidden: None, is_as_before: true, ..Self::hides(path, how, bytes) }
    }
}

fn text(path: &str) -> &'static str {
    app::FILES.iter().find(|(name, _)| *name == path).expect("a file of the app").1
}

fn wide(text: &str, is_big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|it| if is_big { it.to_be_bytes() } else { it.to_le_bytes() }).collect()
}

const BINARY: &[u8] = &[0, 159, 146, 150, 0, 1, 2, 3, 0, 255, 254, 0];
const CI: &str = ".github/workflows/ci.yml";
const SQL: &str = "supabase/migrations/20260112093000_notes.sql";
const CODE: &str = "src/app/api/orders/route.ts";
const DOCUMENT: &str = "docs/runbooks/restore.md";
const MANY: usize = 1_000_000;
const DEEP: usize = 20_000;

/// Anchors that make ten to the power of their number.
fn yaml_bomb() -> String {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..12 {
        let ten = vec![format!("*a{}", at - 1); 10].join(", ");
        writeln!(bomb, "a{at}: &a{at} [{ten}]").unwrap();
    }
    bomb + text(CI)
}

/// A workflow whose jobs call it again, so that each round would multiply what it does.
fn calls_itself() -> String {
    let mut workflow = "on:\n  pull_request:\n  workflow_call:\njobs:\n  a:\n    steps:\n      - run: npm test\n".to_owned();
    for job in 0..60 {
        writeln!(workflow, "  j{job}:\n    uses: ./{CI}").unwrap();
    }
    workflow
}

/// Scripts of which each calls the next a hundred times.
fn script_bomb() -> String {
    let scripts: Vec<String> = (0..8)
        .map(|at| format!("\"s{at}\": \"{}\"", vec![format!("npm run s{}", at + 1); 100].join(" && ")))
        .chain(["\"s8\": \"vitest run\"".to_owned(), "\"test\": \"npm run s0\"".to_owned()])
        .collect();
    text("package.json").replacen("\"scripts\": {", &format!("\"scripts\": {{ {}, ", scripts.join(", ")), 1).replacen(
        ", \"test\": \"vitest run\"",
        "",
        1,
    )
}

/// Every way in which the app is spoiled.
pub fn cases() -> Vec<Case> {
    let brackets = |open: &str| open.repeat(DEEP);
    let mut cases = vec![
        Case::hides("package.json", "no JSON", "{ \"name\": \"acme-shop\", \"dependencies\": { "),
        Case::hides("package.json", "a list", "[]"),
        Case::hides("package.json", "20 000 brackets", format!("{{\"a\": {}", brackets("["))),
        Case::read("package.json", "a million lines", text("package.json").replacen('{', &format!("{{{}", "\n".repeat(MANY)), 1)),
        Case::hides(
            "package.json",
            "a hundred thousand dependencies",
            text("package.json")
                .replacen("\"zod\"", &(0..MANY / 10).map(|at| format!("\"a{at}\": \"1\", ")).collect::<String>(), 1)
                .replacen(": \"4.1.0\"", "\"zod\": \"4.1.0\"", 1),
        ),
        Case::told("package.json", "scripts that call each other without end", script_bomb()),
        Case::told(
            "package.json",
            "a lockfile that disagrees",
            text("package.json").replacen("\"zod\": \"4.1.0\"", "\"zod\": \"5.0.0\", \"left-pad\": \"1.3.0\"", 1),
        ),
        Case::hides("package-lock.json", "no JSON", "{ \"packages\": "),
        Case::hides("package-lock.json", "20 000 brackets", brackets("[")),
        Case::hides("tsconfig.json", "no JSON", "{ \"compilerOptions\": "),
        Case::hides("vercel.json", "no JSON", "{ crons: "),
        Case::hides("vercel.json", "20 000 brackets", brackets("{\"a\":")),
        Case::hides(".github/dependabot.yml", "no YAML", "updates: [\n"),
        Case::hides(".github/dependabot.yml", "binary", BINARY),
        Case::hides("supabase/config.toml", "no TOML", "[functions.mail\nverify_jwt = "),
        Case::hides("supabase/config.toml", "20 000 brackets", format!("a = {}", brackets("["))),
        Case::hides(CI, "a YAML bomb", yaml_bomb()),
        Case::hides(CI, "an anchor inside itself", format!("x: &x [*x]\n{}", text(CI))),
        Case::hides(CI, "two anchors in a circle", format!("x: &x [*y]\ny: &y [*x]\n{}", text(CI))),
        Case::hides(CI, "20 000 brackets", format!("x: {}\n{}", brackets("["), text(CI))),
        Case::hides(CI, "a million lines", format!("{}{}", text(CI), "#\n".repeat(MANY))),
        Case::hides(CI, "two documents", format!("{}---\n{}", text(CI), text(CI))),
        Case::told(CI, "sixty jobs that call it again", calls_itself()),
        Case::hides(CODE, "a mistake of syntax", text(CODE).replacen("export async function GET", "export async function (", 1)),
        Case::hides(CODE, "20 000 brackets", brackets("(")),
        Case::hides(CODE, "a million lines", format!("{}{}", text(CODE), "a;\n".repeat(MANY))),
        Case::hides(
            CODE,
            "a pointer of Git LFS",
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n", "0".repeat(64)),
        ),
        Case::hides("src/orders.test.ts", "a mistake of syntax", "it('an order', () => { expect(1"),
        Case::hides(SQL, "a quote that does not end", text(SQL).replacen("uuid", "'uuid", 1)),
        Case::hides(SQL, "statements that are none", "crate tabel public.notes (id int);\nalter tabel public.notes wat;\n"),
        Case::hides(SQL, "20 000 brackets", format!("create table public.notes (id int default {}1", brackets("("))),
        Case::hides(SQL, "a million lines", "select 1;\n".repeat(MANY)),
        Case::hides(DOCUMENT, "a million lines", format!("{}{}", text(DOCUMENT), "#\n".repeat(MANY))),
        Case::read(DOCUMENT, "20 000 brackets", format!("{}\n{}", text(DOCUMENT), "> ".repeat(DEEP) + &brackets("["))),
        Case::hides(".env.example", "a million lines", format!("{}{}", text(".env.example"), "#\n".repeat(MANY))),
    ];
    for path in ["package.json", ".env.example", CI, CODE, SQL, DOCUMENT] {
        cases.push(Case::hides(path, "binary", BINARY));
        cases.push(Case::read(path, "UTF-16 with its mark", [&[0xff, 0xfe][..], &wide(text(path), false)].concat()));
        cases.push(Case::read(path, "UTF-16 without a mark", wide(text(path), true)));
    }
    let latin = |path: &'static str, comment: &[u8]| {
        let bytes = [comment, b" caf\xe9\n", text(path).as_bytes()].concat();
        Case::read(path, "a comment that is not UTF-8", bytes)
    };
    cases.extend([latin(CODE, b"//"), latin(SQL, b"--"), latin(CI, b"#")]);
    cases.push(Case::hides(SQL, "a name that is not UTF-8", b"create table public.caf\xe9 (id int);\n".as_slice()));
    cases.push(Case {
        name: "two migrations of one number".to_owned(),
        files: vec![(
            "supabase/migrations/20260112093000_more.sql",
            b"create table public.more (id int primary key);\nalter table public.more enable row level security;\n".to_vec(),
        )],
        hidden: None,
        is_as_before: false,
    });
    cases
}
