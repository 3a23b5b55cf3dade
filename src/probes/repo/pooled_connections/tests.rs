//! Connections in handlers and modules, and the addresses that examples name. No address here is real.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const NEXT: (&str, &str) = ("package.json", "{\"dependencies\": {\"next\": \"16\"}}");
const ONCE: (&str, &str) =
    ("lib/db.ts", "import { Pool } from 'pg';\nexport const pool = new Pool({ connectionString: process.env.DATABASE_URL })");
const EACH: (&str, &str) = (
    "app/api/a/route.ts",
    "import { Pool } from 'pg';\nexport async function GET() {\n  const pool = new Pool({ connectionString: process.env.DATABASE_URL })\n}",
);

#[rstest]
#[case::each_request(&[NEXT, EACH], "fail")]
#[case::each_request_on_an_own_server(&[NEXT, EACH, ("Dockerfile", "FROM node")], "needs_judgement")]
#[case::once(&[NEXT, ONCE], "needs_judgement")]
#[case::in_a_factory(&[NEXT, ("lib/db.ts", "import { Pool } from 'pg'; export function open() { return new Pool() }")], "needs_judgement")]
#[case::only_http(&[NEXT, ("lib/a.ts", "supabase.from('a').select()")], "pass")]
#[case::http_driver(&[NEXT, ("lib/a.ts", "import { neon } from '@neondatabase/serverless'; export const sql = neon(process.env.DATABASE_URL!)")], "pass")]
#[case::in_a_script(&[NEXT, ("scripts/a.ts", "import { Pool } from 'pg'; const p = new Pool()")], "not_applicable")]
#[case::none(&[NEXT, ("lib/a.ts", "export const a = 1")], "not_applicable")]
#[case::broken(&[NEXT, ("lib/a.ts", "const a = ;")], "incomplete")]
#[case::no_code(&[("README.md", "x")], "ambiguous")]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let answer = of_files::<PooledConnections>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!((answer.verdict.findings.is_empty(), answer.remedy.steps.is_empty()), (wanted != "fail", wanted != "fail"));
}

const PRISMA: (&str, &str) =
    ("lib/db.ts", "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient()");
const MODEL: (&str, &str) = (
    "prisma/schema.prisma",
    "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\nmodel A {\n  id Int @id\n}",
);
const POSTGRES: (&str, &str) =
    ("lib/db.ts", "import postgres from 'postgres';\nexport const sql = postgres(process.env.DATABASE_URL!)");

#[rstest]
#[case::direct(ONCE, "db.example.com:5432/postgres", "directly")]
#[case::session(ONCE, "aws-0.pooler.example.com:5432/postgres", "session pooler")]
#[case::transaction(ONCE, "aws-0.pooler.example.com:6543/postgres", "names the transaction pooler")]
#[case::prisma_without(PRISMA, "aws-0.pooler.example.com:6543/postgres", "without `pgbouncer=true`")]
#[case::prisma_with(PRISMA, "aws-0.pooler.example.com:6543/postgres?pgbouncer=true", "names the transaction pooler")]
#[case::prepares(POSTGRES, "aws-0.pooler.example.com:6543/postgres", "`prepare: false`")]
#[tokio::test]
async fn addresses_are_evidence(#[case] code: (&str, &str), #[case] address: &str, #[case] wanted: &str) {
    let example = ["DATABASE_URL=postgresql://", "user:", "word", "@", address].concat();
    let mut files = vec![NEXT, code, (".env.example", example.as_str())];
    if code == PRISMA {
        files.push(MODEL);
    }
    let verdict = of_files::<PooledConnections>(&files, acme()).await.verdict;
    let note = verdict.notes.iter().find(|it| it.key == "repo.connection..env.example.DATABASE_URL").unwrap();
    assert!(note.says.as_str().contains(wanted), "{}", note.says);
    assert!(!format!("{verdict:?}").contains("example.com"), "the address is not kept");
}

#[tokio::test]
async fn a_local_address_says_nothing() {
    let example = ["DATABASE_URL=postgresql://", "postgres:", "postgres", "@localhost:54322/postgres"].concat();
    let verdict = of_files::<PooledConnections>(&[NEXT, ONCE, (".env.example", &example)], acme()).await.verdict;
    assert!(!verdict.notes.iter().any(|it| it.key.contains(".env")), "{:?}", verdict.notes);
}

#[test]
fn an_empty_repository_opens_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&PooledConnections::decide(&seen, &acme(), noon())), "not_applicable");
}
