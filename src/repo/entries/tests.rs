//! What an entry leads to, over small apps.

use super::*;

fn survey(files: &[(&str, &str)]) -> Survey {
    let code = files.iter().map(|(path, text)| CodeFile::read(path, text)).collect();
    let paths = files.iter().map(|it| it.0.to_owned()).collect();
    Survey { code, paths, ..Survey::default() }
}

const ROUTE: &str = "app/api/a/route.ts";

#[test]
fn a_guard_is_found_through_a_barrel_and_a_second_step() {
    let survey = survey(&[
        (ROUTE, "import { requireUser } from '@/lib'\nexport async function POST(r: Request) { await requireUser(r) }"),
        ("lib/index.ts", "export * from './auth'"),
        (
            "lib/auth.ts",
            "export const requireUser = async (r) => { const u = await who(r); if (!u) throw 1 }\nasync function who(r) { return (await client(r).auth.getUser()).data.user }",
        ),
    ]);
    let entries = Entries::of(&survey);
    let [one] = entries.all.as_slice() else { panic!("{}", entries.all.len()) };
    assert!(one.is_identified() && one.lost.is_none());
    assert_eq!(one.title(), "POST /api/a");
    assert_eq!(one.called.iter().map(|it| it.2.name.as_str()).collect::<Vec<_>>(), ["requireUser"]);
}

#[test]
fn what_cannot_be_followed_is_told() {
    let survey = survey(&[(ROUTE, "import { guard } from '@acme/guards'\nexport const POST = guard(async () => 1)")]);
    let entries = Entries::of(&survey);
    assert!(entries.all.iter().all(|it| it.lost.is_some() && !it.is_identified()));
}

#[rstest::rstest]
#[case::redis("import { Ratelimit } from '@upstash/ratelimit'\nexport const ratelimit = new Ratelimit({})", Some(Store::Shared))]
#[case::memory("const seen = new Map()\nexport const ratelimit = { limit: (ip) => seen.get(ip) }", Some(Store::Memory))]
#[case::unknown("export const ratelimit = { limit: (ip) => true }", Some(Store::Unknown))]
fn stores(#[case] text: &str, #[case] wanted: Option<Store>) {
    let route = "import { ratelimit } from '../../../lib/limit'\nexport async function POST(r) { await ratelimit.limit('a') }";
    let survey = survey(&[(ROUTE, route), ("lib/limit.ts", text)]);
    assert_eq!(Entries::of(&survey).all[0].limit(), wanted);
}
