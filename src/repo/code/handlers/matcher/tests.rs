//! Matchers as frameworks, their guides and people write them, and what gets past them.

use super::*;
use crate::repo::code::CodeFile;
use rstest::rstest;

const SUPABASE: &str = r"'/((?!_next/static|_next/image|favicon.ico|.*\\.(?:svg|png|jpg|jpeg|gif|webp)$).*)'";
const NO_API: &str = "'/((?!api|_next/static|_next/image|favicon.ico).*)'";
const CLERK: &str = r"['/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|docx?|xlsx?|zip|webmanifest)).*)', '/(api|trpc)(.*)']";

fn matcher(value: &str) -> Option<Matcher> {
    let text = format!("export function middleware() {{}}\nexport const config = {{ matcher: {value} }}");
    CodeFile::read("middleware.ts", &text).handlers.matcher
}

#[rstest]
#[case::plain("'/api/pay'", "/api/pay", Cover::Every)]
#[case::another("'/api/pay'", "/api/other", Cover::Never)]
#[case::below("'/api/:path*'", "/api/users/[id]", Cover::Every)]
#[case::itself("'/api/:path*'", "/api", Cover::Every)]
#[case::not_itself("'/api/:path+'", "/api", Cover::Never)]
#[case::one_segment("'/api/:path'", "/api/users/[id]", Cover::Never)]
#[case::perhaps_one("'/api/:path?'", "/api", Cover::Every)]
#[case::prefix_only("'/dashboard/:path*'", "/api/users", Cover::Never)]
#[case::no_prefix_of_a_word("'/api/:path*'", "/apis", Cover::Never)]
#[case::group("'/(api|trpc)(.*)'", "/api/users/[id]", Cover::Every)]
#[case::named_group("'/api/:version(v1|v2)/:rest*'", "/api/v2/users", Cover::Every)]
#[case::digits(r"'/api/:id(\\d+)'", "/api/[id]", Cover::Past("`/api/a`".to_owned()))]
#[case::all_but_assets(SUPABASE, "/api/users", Cover::Every)]
#[case::an_ending_that_is_left_out(SUPABASE, "/api/files/[name]", Cover::Past("`/api/files/a.gif`".to_owned()))]
#[case::a_hole_before_the_end(SUPABASE, "/api/files/[id]/rows", Cover::Every)]
#[case::many_segments(SUPABASE, "/api/[...path]", Cover::Past("`/api/a.gif`".to_owned()))]
#[case::api_left_out(NO_API, "/api/users", Cover::Never)]
#[case::beside_api(NO_API, "/feed", Cover::Every)]
#[case::named_as_api(NO_API, "/apis", Cover::Never)]
#[case::clerk(CLERK, "/api/files/[name]", Cover::Every)]
#[case::clerk_page(CLERK, "/feed/[name]", Cover::Past("`/feed/a.css`".to_owned()))]
#[case::several("['/a', '/b/:path*']", "/b/c", Cover::Every)]
#[case::object("[{ source: '/api/:path*' }]", "/api/a", Cover::Every)]
#[case::conditional(
    "[{ source: '/api/:path*', missing: [{ type: 'header', key: 'next-router-prefetch' }] }]",
    "/api/a",
    Cover::Past("what its `has` or `missing` leaves out".to_owned())
)]
#[case::conditional_beside_plain("[{ source: '/api/:path*', has: [] }, '/api/a']", "/api/a", Cover::Every)]
#[case::template("`/api/:path*`", "/api/a", Cover::Every)]
#[case::computed("paths", "/api/a", Cover::Unread)]
#[case::computed_beside_plain("['/api/:path*', other]", "/api/a", Cover::Every)]
#[case::computed_beside_another("['/dashboard', ...more]", "/api/a", Cover::Unread)]
#[case::holes("`/${base}/:path*`", "/api/a", Cover::Unread)]
#[case::no_slash("'api/:path*'", "/api/a", Cover::Unread)]
#[case::look_behind("'/((?<!a).*)'", "/api/a", Cover::Unread)]
#[case::braces("'/api{/:rest}*'", "/api/a/b", Cover::Every)]
#[case::root("'/'", "/", Cover::Every)]
#[case::everything("'/:path*'", "/api/[[...all]]", Cover::Every)]
#[case::without_end("'/((a|a|a*)*b)'", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", Cover::Unread)]
fn covers(#[case] value: &str, #[case] route: &str, #[case] wanted: Cover) {
    assert_eq!(matcher(value).unwrap().covers(route), wanted);
}

#[rstest]
#[case::none("export function middleware() {}", None)]
#[case::no_matcher("export const config = { runtime: 'edge' }", None)]
#[case::typed("export const config: MiddlewareConfig = { matcher: '/a' } satisfies X", Some((1, false)))]
#[case::exported_after("const config = { matcher: ['/a'] } as const\nexport { config }", Some((1, false)))]
#[case::of_another_module("export { config } from './other'", Some((0, true)))]
#[case::imported("import { config } from './other'\nexport { config }", Some((0, true)))]
#[case::made("export const config = make()", Some((0, true)))]
#[case::spread("export const config = { ...base }", Some((0, true)))]
fn matchers(#[case] text: &str, #[case] wanted: Option<(usize, bool)>) {
    let found = CodeFile::read("src/proxy.ts", text).handlers.matcher;
    assert_eq!(found.map(|it| (it.sources.len(), it.is_computed)), wanted);
}

#[test]
fn only_middleware_has_a_matcher() {
    assert_eq!(CodeFile::read("app/api/a/route.ts", "export const config = { matcher: '/a' }").handlers.matcher, None);
}

proptest::proptest! {
    /// Whatever a matcher holds, it has an answer, in bounded time.
    #[test]
    fn any_text_has_an_answer(path in "/[a(|)?!:*+.\\[\\]{}^$\\\\/-]{0,40}", route in "/[a-c/\\[\\]]{0,12}") {
        let matcher = Matcher { line: 1, sources: vec![Source { path, is_conditional: false }], is_computed: false };
        let _ = matcher.covers(&route);
    }
}
