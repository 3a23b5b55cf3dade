//! Snippets of the kinds that apps hold, and what is read from them.

use super::*;
use crate::repo::code::CodeFile;
use rstest::rstest;

fn read(code: &str) -> Effects {
    CodeFile::read("app/api/a/route.tsx", code).effects
}

#[test]
fn logs_are_counted_by_what_writes_them() {
    let seen =
        read("console.log('a')\nconsole.error(JSON.stringify({ a }))\nlogger.info({ a })\nreq.log.warn('x')\nMath.log(1)").logs;
    assert_eq!((seen.console, seen.console_json, seen.logger), (vec![1, 2], 1, vec![3, 4]));
    assert_eq!(read("const id = headers.get('X-Request-Id')\nconst s = new AsyncLocalStorage()").logs.request_ids, [1, 2]);
}

#[rstest]
#[case("console.log('key', process.env.STRIPE_SECRET_KEY)", &["process.env.STRIPE_SECRET_KEY"])]
#[case("console.log(`password ${password}`)", &["password"])]
#[case("logger.info({ token: session.access_token })", &["session.access_token"])]
#[case("console.log('has key', !!process.env.STRIPE_SECRET_KEY, Boolean(apiKey), apiKey.length)", &[])]
#[case("console.log(process.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY, key, tokens, 'password')", &[])]
fn secrets_in_logs(#[case] code: &str, #[case] wanted: &[&str]) {
    assert_eq!(read(code).logs.secrets.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), wanted);
}

#[rstest]
#[case("import * as Sentry from '@sentry/nextjs'\nSentry.init({ dsn: process.env.SENTRY_DSN })", Some((Product::Sentry, false)))]
#[case("import { init } from '@sentry/react'\ninit({ dsn, enabled: false })", Some((Product::Sentry, true)))]
#[case("import * as Sentry from '@sentry/nextjs'\nSentry.init({ dsn: '' })", Some((Product::Sentry, true)))]
#[case("import * as Sentry from '@sentry/nextjs'\nSentry.init({ dsn, beforeSend: () => null })", Some((Product::Sentry, true)))]
#[case("import * as Sentry from '@sentry/nextjs'\nSentry.init({ dsn, enabled: process.env.NODE_ENV === 'production' })", Some((Product::Sentry, false)))]
#[case("import { H } from '@highlight-run/next/client'\nH.init('abc')", Some((Product::Highlight, false)))]
#[case("import Rollbar from 'rollbar'\nexport const r = new Rollbar({ accessToken })", Some((Product::Rollbar, false)))]
#[case("import * as Sentry from 'https://esm.sh/@sentry/deno'\nSentry.init({ dsn })", Some((Product::Sentry, false)))]
#[case("game.init({})", None)]
fn trackers_that_are_started(#[case] code: &str, #[case] wanted: Option<(Product, bool)>) {
    let seen = read(code).trackers.starts;
    assert_eq!(seen.first().map(|it| (it.product, it.silent.is_some())), wanted);
}

#[test]
fn what_inngest_is_told_of() {
    let seen = read("import { serve } from 'inngest/next'\nexport const { GET, POST, PUT } = serve({ client: inngest, functions: [welcome, jobs.report] })").jobs;
    assert_eq!((seen.served, seen.serves), (vec!["welcome".to_owned(), "report".to_owned()], Some((2, true))));
    let seen = read("import { serve } from 'inngest/next'\nserve({ client: inngest, functions })").jobs;
    assert_eq!(seen.serves, Some((2, false)));
    let seen = read("export const welcome = inngest.createFunction({ id: 'w' }, { event: 'e' }, async () => { await resend.emails.send({}) })").jobs;
    assert_eq!(seen.defined, [Job { line: 1, carrier: Carrier::Inngest, name: "welcome".to_owned() }]);
    assert!(seen.slow[0].in_job);
}

#[rstest]
#[case("await resend.emails.send({ to })", Some((Work::Mail, false)))]
#[case("await transporter.sendMail({ to })", Some((Work::Mail, false)))]
#[case("await openai.chat.completions.create({ model })", Some((Work::Model, false)))]
#[case("await openai.chat.completions.create({ model, stream: true })", Some((Work::Model, true)))]
#[case("import { streamText } from 'ai'\nstreamText({ model })", Some((Work::Model, true)))]
#[case("await fetch('https://api.openai.com/v1/chat/completions', { body })", Some((Work::Model, false)))]
#[case("await fetch(`${BASE_URL}/chat/completions`, { body })", Some((Work::Model, false)))]
#[case("await fetch('/api/chat/completions', { body })", None)]
#[case("import sharp from 'sharp'\nawait sharp(input).resize(100)", Some((Work::File, false)))]
#[case("import Anthropic from '@anthropic-ai/sdk'\nawait client.messages.create({ model })", Some((Work::Model, false)))]
#[case("import twilio from 'twilio'\nawait client.messages.create({ to })", None)]
#[case("await twilio.messages.create({ to })", None)]
#[case("await fetch('https://api.example.com')", None)]
fn slow_work(#[case] code: &str, #[case] wanted: Option<(Work, bool)>) {
    assert_eq!(read(code).jobs.slow.first().map(|it| (it.work, it.streamed)), wanted);
}

#[rstest]
#[case::fetch("async function a() { fetch('https://api.example.com') }", 1)]
#[case::then("export async function POST() { save().then(() => {}); return x }", 1)]
#[case::task("async function later() {}\nexport async function POST() { later(); return x }", 1)]
#[case::void("async function later() {}\nexport async function POST() { void later(); return x }", 1)]
#[case::awaited("async function later() {}\nexport async function POST() { await later(); return x }", 0)]
#[case::after("export async function POST() { after(() => { fetch(u) }); return x }", 0)]
#[case::wait_until("async function later() {}\nexport async function POST() { ctx.waitUntil(later()); return x }", 0)]
#[case::plain_function("function a() { fetch(u).then(b) }", 0)]
fn work_that_nobody_waits_for(#[case] code: &str, #[case] wanted: usize) {
    assert_eq!(read(code).jobs.floating.len(), wanted);
}

#[rstest]
#[case("async function a() { setTimeout(() => send(), 1000) }", 1)]
#[case("async function a() { await new Promise((r) => setTimeout(r, 1000)) }", 0)]
#[case("async function a() { const t = setTimeout(() => controller.abort(), 1000) }", 0)]
fn timers(#[case] code: &str, #[case] wanted: usize) {
    assert_eq!(read(code).jobs.timers.len(), wanted);
}

fn stated(text: &str) -> Lifetime {
    Lifetime::Stated(text.to_owned())
}

#[rstest]
#[case::revalidate("export const revalidate = 60", &[stated("60 s")])]
#[case::never("export const revalidate = false", &[Lifetime::Forever])]
#[case::off("export const revalidate = 0", &[])]
#[case::unstable("unstable_cache(load, ['a'], { revalidate: 3600 })", &[stated("3600 s")])]
#[case::tagged("unstable_cache(load, ['a'], { tags: ['a'] })", &[stated("tags")])]
#[case::unstable_forever("unstable_cache(load, ['a'])", &[Lifetime::Forever])]
#[case::use_cache("async function a() { 'use cache'; return load() }", &[Lifetime::Default])]
#[case::use_cache_life("async function a() { 'use cache'; cacheLife('hours'); return load() }", &[stated("the profile hours")])]
#[case::next("fetch(url, { next: { revalidate: 30 } })", &[stated("30 s")])]
#[case::forced("fetch(url, { cache: 'force-cache' })", &[Lifetime::Forever])]
#[case::no_store("fetch(url, { cache: 'no-store' })", &[])]
#[case::redis("await redis.set('a', b, { ex: 60 })", &[stated("a time to live")])]
#[case::redis_forever("await redis.set('a', b)", &[Lifetime::Forever])]
#[case::redis_old("await redis.set('a', b, 'EX', 60)", &[stated("a time to live")])]
#[case::setex("await redis.setex('a', 60, b)", &[stated("a time to live")])]
#[case::map("const kv = new Map()\nkv.set('a', 1)", &[])]
#[case::stale("useQuery({ queryKey: ['a'], queryFn, staleTime: 60000 })", &[stated("60000 ms")])]
#[case::stale_product("useQuery({ staleTime: 1000 * 60 * 5 })", &[stated("300000 ms")])]
#[case::stale_forever("useQuery({ staleTime: Infinity })", &[Lifetime::Elsewhere])]
#[case::header("new Response(b, { headers: { 'Cache-Control': 'public, s-maxage=60' } })", &[stated("public, s-maxage=60")])]
#[case::no_header("res.setHeader('Cache-Control', 'no-store')", &[])]
fn cached_reads(#[case] code: &str, #[case] wanted: &[Lifetime]) {
    let seen: Vec<Lifetime> = read(code).caches.into_iter().map(|it| it.lifetime).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn exports_and_boundaries() {
    let seen = read("export const maxDuration = 300\nexport async function register() {}\nexport { a as onRequestError }\nexport default function E() { return <html><body/></html> }").pages;
    assert_eq!(seen.export("maxDuration").unwrap().value, Value::Number(300.0));
    assert!(seen.export("register").is_some() && seen.export("onRequestError").is_some() && seen.html);
    assert_eq!(read("const a = <ErrorBoundary><BrowserRouter/></ErrorBoundary>").pages.boundaries, [1]);
    assert_eq!(read("class B extends Component { componentDidCatch(e) {} }").pages.boundaries, [1]);
    assert_eq!(read("const r = [{ path: '/', errorElement: <Oops/> }]").pages.boundaries, [1]);
    assert_eq!(read("const a = <div/>").pages, Pages::default());
}
