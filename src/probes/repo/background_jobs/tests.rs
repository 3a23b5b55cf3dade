//! Small apps with slow work, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const NEXT: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16"}}"#);
const VERCEL: (&str, &str) = ("vercel.json", r#"{"crons": [{"path": "/api/cron/daily", "schedule": "0 5 * * *"}]}"#);
const MAIL: (&str, &str) = ("app/api/a/route.ts", "export async function POST() { await resend.emails.send({ to }) }");
const SERVE: (&str, &str) = (
    "app/api/inngest/route.ts",
    "import { serve } from 'inngest/next'\nexport const { GET, POST, PUT } = serve({ client: inngest, functions: [welcome] })",
);
const WELCOME: (&str, &str) = (
    "inngest/welcome.ts",
    "export const welcome = inngest.createFunction({ id: 'w' }, { event: 'e' }, async () => { await resend.emails.send({ to }) })",
);
const REPORT: (&str, &str) =
    ("inngest/report.ts", "export const report = inngest.createFunction({ id: 'r' }, { event: 'e' }, async () => {})");
const CRON: &str = "app/api/cron/daily/route.ts";

const TRIGGER: (&str, &str) = ("trigger.config.ts", "export default { project: 'acme', dirs: ['./src/trigger'] }");
const TASK: &str =
    "import { task } from '@trigger.dev/sdk/v3'\nexport const report = task({ id: 'report', run: async () => {} })";

#[rstest]
#[case::task_in_its_folder(&[NEXT, TRIGGER, ("src/trigger/report.ts", TASK)], "needs_judgement", &[], &[])]
#[case::task_elsewhere(&[NEXT, TRIGGER, ("src/jobs/report.ts", TASK)], "fail", &["repo.task-undeployed src/jobs/report.ts"], &[])]
#[case::task_that_a_folder_leads_to(&[NEXT, TRIGGER, ("src/jobs/report.ts", TASK), ("src/trigger/index.ts", "export { report } from '../jobs/report'")], "needs_judgement", &[], &[])]
#[case::task_without_folders(&[NEXT, ("trigger.config.ts", "export default { project: 'acme' }"), ("src/jobs/report.ts", TASK)], "needs_judgement", &[], &[])]
#[case::nothing(&[NEXT, ("app/page.tsx", "export default () => <p/>")], "pass", &[], &[])]
#[case::mail_in_a_request(&[NEXT, MAIL], "fail", &["repo.slow-in-request app/api/a/route.ts"], &[])]
#[case::model_by_its_path(&[NEXT, ("app/api/a/route.ts", "export async function POST() { await fetch(`${BASE}/chat/completions`, { body }) }")], "fail", &["repo.slow-in-request app/api/a/route.ts"], &[])]
#[case::model_in_an_unknown_way(&[NEXT, ("app/api/a/route.ts", "const URL = 'https://api.openai.com/v1/responses'\nexport async function POST() { await ask(URL) }")], "needs_judgement", &[], &[])]
#[case::behind_a_worker(&[("package.json", r#"{"dependencies": {"next": "16", "bullmq": "5"}}"#), ("Dockerfile", "FROM node"), ("lib/worker.ts", "import { Worker } from 'bullmq'\nimport { mail } from './mail'\nnew Worker('mail', mail)"), ("lib/mail.ts", "export async function mail() { await resend.emails.send({ to }) }")], "needs_judgement", &[], &[])]
#[case::behind_a_worker_and_an_entry(&[("package.json", r#"{"dependencies": {"next": "16", "bullmq": "5"}}"#), ("Dockerfile", "FROM node"), ("lib/worker.ts", "import { Worker } from 'bullmq'\nimport { mail } from './mail'\nnew Worker('mail', mail)"), ("lib/mail.ts", "export async function mail() { await resend.emails.send({ to }) }"), ("app/api/a/route.ts", "import { mail } from '@/lib/mail'\nexport async function POST() { await mail() }")], "needs_judgement", &[], &["repo.slow-in-request.lib/mail.ts"])]
#[case::streamed(&[NEXT, ("app/api/chat/route.ts", "import { streamText } from 'ai'\nexport async function POST() { return streamText({ model }) }")], "pass", &[], &[])]
#[case::script(&[NEXT, ("scripts/mail.ts", "await resend.emails.send({ to })"), ("lib/a.ts", "")], "pass", &[], &[])]
#[case::carried(&[NEXT, SERVE, WELCOME], "needs_judgement", &[], &[])]
#[case::carried_and_not(&[NEXT, SERVE, WELCOME, MAIL], "needs_judgement", &[], &["repo.slow-in-request.app/api/a/route.ts"])]
#[case::unlisted(&[NEXT, SERVE, WELCOME, REPORT], "fail", &["repo.job-unlisted inngest/report.ts"], &[])]
#[case::list_from_elsewhere(&[NEXT, ("app/api/inngest/route.ts", "import { serve } from 'inngest/next'\nexport const { GET } = serve({ client, functions })"), REPORT], "needs_judgement", &[], &[])]
#[case::unsigned(&[NEXT, ("app/api/qstash/route.ts", "export async function POST(req) { await req.json() }")], "fail", &["repo.job-unsigned app/api/qstash/route.ts"], &[])]
#[case::signed(&[NEXT, ("app/api/qstash/route.ts", "import { verifySignatureAppRouter } from '@upstash/qstash/nextjs'\nexport const POST = verifySignatureAppRouter(run)")], "pass", &[], &[])]
#[case::homeless(&[NEXT, ("vercel.json", "{}"), ("lib/worker.ts", "import { Worker } from 'bullmq'\nnew Worker('mail', async () => {})")], "fail", &["repo.worker-without-process lib/worker.ts"], &[])]
#[case::with_a_process(&[NEXT, ("vercel.json", "{}"), ("Dockerfile", "FROM node"), ("lib/worker.ts", "import { Worker } from 'bullmq'\nnew Worker('mail', async () => {})")], "needs_judgement", &[], &[])]
#[case::open_cron(&[NEXT, VERCEL, (CRON, "export async function GET() { await clean() }")], "fail", &["repo.cron-open app/api/cron/daily/route.ts"], &[])]
#[case::checked_cron(&[NEXT, VERCEL, (CRON, "export async function GET(req) { if (req.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`) return }")], "needs_judgement", &[], &[])]
#[case::cron_without_handler(&[NEXT, VERCEL, ("app/page.tsx", "")], "fail", &["repo.cron-nowhere vercel.json"], &[])]
#[case::cron_in_a_group(&[NEXT, VERCEL, ("src/app/(jobs)/api/cron/daily/route.ts", "export async function GET() { await clean() }")], "fail", &["repo.cron-open src/app/(jobs)/api/cron/daily/route.ts"], &[])]
#[case::unawaited(&[NEXT, ("app/api/a/route.ts", "export async function POST() { save().then(() => {}); return x }")], "needs_judgement", &[], &["repo.unawaited-work.app/api/a/route.ts"])]
#[case::long(&[NEXT, ("app/api/a/route.ts", "export const maxDuration = 300")], "pass", &[], &["repo.long-handler.app/api/a/route.ts"])]
#[case::unread(&[NEXT, MAIL, ("lib/a.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<BackgroundJobs>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty());
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<BackgroundJobs>(&folder.path().join("gone")).await.verdict), "not_configured");
}
