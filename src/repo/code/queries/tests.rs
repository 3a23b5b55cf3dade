//! Queries as people write them; the rows that a naive rule gets wrong are those of dossier repo-signals.md §4, §5, §7.

use super::*;
use crate::repo::code::CodeFile;
use rstest::rstest;

fn read(text: &str) -> Queries {
    let file = CodeFile::read("src/a.tsx", text);
    assert_eq!(file.broken, None, "{text}");
    file.queries
}

fn columns(list: &[Column]) -> Vec<String> {
    let named = |it: &Column| match &it.of {
        Some(of) => format!("{of}.{} {}", it.name, it.operator),
        None => format!("{} {}", it.name, it.operator),
    };
    list.iter().map(named).collect()
}

#[rstest]
#[case::plain("supabase.from('a').select('*')", &["a select"])]
#[case::written_then_read("await db.from(\"a\").insert(x).select().single()", &["a insert"])]
#[case::client_made_here("(await createClient()).from(`a`).delete().eq('id', 1)", &["a delete"])]
#[case::client_called("createClient().from('a').upsert(x)", &["a upsert"])]
#[case::of_this("this.client.from('a').update(x)", &["a update"])]
#[case::optional("supabase?.from('a')?.select()", &["a select"])]
#[case::typed("(supabase as any).from('a').select()", &["a select"])]
#[case::schema("supabase.schema('auth').from('users').select()", &["auth.users select"])]
#[case::constant("const T = 'a'; supabase.from(T).select()", &["a select"])]
#[case::constants("const T = { A: 'a', 'B': 'b' } as const; supabase.from(T.A).select(); supabase.from(T.B).select()", &["a select", "b select"])]
#[case::kept("const q = supabase.from('a'); const r = q.insert(x)", &["a insert"])]
#[case::bare_of_supabase("f(supabase.from('a'))", &["a ?"])]
#[case::several("Promise.all([s.from('a').select(), s.from('b').select()])", &["a select", "b select"])]
#[case::array("Array.from('abc'); Buffer.from('x', 'hex'); Buffer.from('x'); Uint8Array.from('abc'); Readable.from('x')", &[])]
#[case::storage("supabase.storage.from('avatars').upload(a, b); supabase.storage.from('avatars').list()", &[])]
#[case::other_from("BigNumber.from('1'); dayjs(a).from('2020'); z.from('x')", &[])]
#[case::functions("supabase.rpc('f', {}); from('a')", &[])]
fn tables(#[case] text: &str, #[case] wanted: &[&str]) {
    let told = |it: &TableCall| {
        let schema = it.schema.as_ref().map(|it| format!("{it}.")).unwrap_or_default();
        format!("{schema}{} {}", it.table, it.verb.map_or("?", Verb::word))
    };
    assert_eq!(read(text).calls.iter().map(told).collect::<Vec<_>>(), wanted);
}

#[test]
fn what_is_no_table_is_counted() {
    let queries = read(
        "Array.from(x); supabase.storage.from('a').list(); s.from(name).select(); dayjs.from(x);\nsupabase.rpc('f'); s.rpc(g)",
    );
    assert_eq!((queries.standard, queries.storage), (1, 1));
    assert_eq!(queries.computed, [1, 2]);
    assert_eq!(queries.functions, [FunctionCall { name: "f".to_owned(), line: 2 }]);
}

#[rstest]
#[case("s.from('a').select().eq('x', 1).neq('y', 2).in('z', []).ilike('w', `%${q}%`)", &["x eq", "y neq", "z in", "w ilike"], &[], 0)]
#[case("s.from('a').select().order('x', { ascending: false }).order('y').limit(3)", &[], &["x order", "y order"], 0)]
#[case("s.from('a').select().match({ x: 1, 'y': z })", &["x match", "y match"], &[], 0)]
#[case("s.from('a').select().or(`x.eq.${id},and(y.gt.1,z.is.null),not.w.in.(1,2)`)", &["x eq", "y gt", "z is", "w not"], &[], 0)]
#[case("s.from('a').select().not('x', 'is', null).filter('y->>k', 'eq', 1)", &["x not", "y eq of a key inside"], &[], 0)]
#[case("s.from('a').select('*, b(*)').eq('b.x', 1).order('y', { referencedTable: 'b' })", &["b.x eq"], &["b.y order"], 0)]
#[case("s.from('a').select().eq(field, 1).order(sort)", &[], &[], 2)]
#[case("let q = s.from('a').select(); if (x) q = q.eq('x', 1); q = q.order('y'); await q", &["x eq"], &["y order"], 0)]
#[case("const { data } = await s.from('a').select(); data.filter(it => it.x).map(f)", &[], &[], 0)]
fn filters_and_orders(#[case] text: &str, #[case] filters: &[&str], #[case] orders: &[&str], #[case] computed: usize) {
    let queries = read(text);
    let [call] = queries.calls.as_slice() else { panic!("{queries:?}") };
    assert_eq!(
        (columns(&call.filters), columns(&call.orders)),
        (filters.iter().map(ToString::to_string).collect(), orders.iter().map(ToString::to_string).collect())
    );
    assert_eq!(call.computed_columns.len(), computed);
}

#[test]
fn a_line_is_that_of_the_link() {
    let queries = read("await s\n  .from('a')\n  .select()\n  .eq('x', 1)\n  .order('y')");
    let call = queries.calls.first().unwrap();
    assert_eq!((call.line, call.filters[0].line, call.orders[0].line), (2, 4, 5));
}

#[rstest]
#[case("prisma.user.findMany({ where: { email, OR: [{ name: 'x' }, { age: { gt: 1 } }] }, orderBy: { createdAt: 'desc' } })", Some(("user", Verb::Select)), &["email where", "name where", "age where"], &["createdAt order"])]
#[case("ctx.db.orderItem.create({ data: {} })", Some(("orderItem", Verb::Insert)), &[], &[])]
#[case("await tx.account.update({ where: { id }, data: {} })", Some(("account", Verb::Update)), &["id where"], &[])]
#[case("prisma.user.findMany({ where: { name: { contains: 'x', mode: 'insensitive' }, tags: { hasSome: [] } } })", Some(("user", Verb::Select)), &["name contains", "tags hasSome"], &[])]
#[case("this.prisma.a.deleteMany()", Some(("a", Verb::Delete)), &[], &[])]
#[case("prisma.a.findMany({ orderBy: [{ x: 'asc' }, { y: 'asc' }] })", Some(("a", Verb::Select)), &[], &["x order", "y order"])]
#[case("cache.items.delete('x'); db.items.delete(x); stripe.customers.create({ email })", None, &[], &[])]
#[case("prisma.$transaction([])", None, &[], &[])]
fn prisma_calls(#[case] text: &str, #[case] wanted: Option<(&str, Verb)>, #[case] filters: &[&str], #[case] orders: &[&str]) {
    let queries = read(text);
    let call = queries.calls.first();
    assert_eq!(call.map(|it| (it.table.as_str(), it.verb.unwrap())), wanted);
    assert!(call.is_none_or(|it| it.via == Via::Prisma));
    assert_eq!(call.map(|it| columns(&it.filters)).unwrap_or_default(), filters);
    assert_eq!(call.map(|it| columns(&it.orders)).unwrap_or_default(), orders);
}

#[rstest]
#[case("db.select().from(users).where(and(eq(users.email, x), gt(users.age, 1))).orderBy(desc(users.createdAt)).limit(1)", &["users select"], &["users.email eq", "users.age gt"], &["users.createdAt order"])]
#[case("db.select({ a: users.a }).from(users).leftJoin(posts, eq(posts.userId, users.id))", &["users select", "posts select"], &[], &[])]
#[case("await db.insert(users).values(x).onConflictDoUpdate({})", &["users upsert"], &[], &[])]
#[case("db.select().from(users).where(or(ilike(users.name, '%x%'), sql`${users.a} @@ b`))", &["users select"], &["users.name ilike", "users.a sql"], &[])]
#[case("tx.update(schema.users).set(x).where(eq(schema.users.id, 1))", &["users update"], &["users.id eq", "schema.users eq"], &[])]
#[case("db.delete(users).where(eq(users.id, 1))", &["users delete"], &["users.id eq"], &[])]
#[case("db.query.users.findMany({ where: eq(users.id, 1), orderBy: [asc(users.b)] })", &["users select"], &["users.id eq"], &["users.b order"])]
#[case("map.delete(key); hash.update(x); set.insert(y)", &[], &[], &[])]
fn drizzle_calls(#[case] text: &str, #[case] wanted: &[&str], #[case] filters: &[&str], #[case] orders: &[&str]) {
    let queries = read(text);
    let told = |it: &TableCall| format!("{} {}", it.table, it.verb.map_or("?", Verb::word));
    assert_eq!(queries.calls.iter().map(told).collect::<Vec<_>>(), wanted);
    let first = queries.calls.first();
    assert_eq!(first.map(|it| columns(&it.filters)).unwrap_or_default(), filters);
    assert_eq!(first.map(|it| columns(&it.orders)).unwrap_or_default(), orders);
}

#[test]
fn drizzle_tables_are_read() {
    let text = "export const users = pgTable('app_users', { id: serial('id').primaryKey(), createdAt: timestamp('created_at').notNull(), plain: text() }, t => [index('i').on(t.id)]);
const s = pgSchema('billing');\nexport const invoices = s.table('invoices', {});\nconst x = lookup.table('y', {});";
    let tables = read(text).drizzle;
    assert_eq!(
        tables.iter().map(|it| (it.variable.as_str(), it.table.as_str(), it.schema.as_deref())).collect::<Vec<_>>(),
        [("users", "app_users", None), ("invoices", "invoices", Some("billing"))]
    );
    assert_eq!(tables[0].columns.get("createdAt").map(String::as_str), Some("created_at"));
    assert_eq!(tables[0].columns.get("plain").map(String::as_str), Some("plain"));
}

const A: &str = "await s.from('orders').insert(x)";
const B: &str = "await s.from('items').insert(y)";

#[rstest]
#[case::two(format!("async function f() {{ {A}; {B} }}"), 2)]
#[case::in_a_loop(format!("const f = async () => {{ {A}; list.forEach(async it => {{ {B} }}) }}"), 2)]
#[case::one_table(format!("async function f() {{ {A}; {A} }}"), 0)]
#[case::only_reads("async function f() { await s.from('orders').select(); await s.from('items').insert(y) }".to_owned(), 0)]
#[case::two_functions(format!("function Page() {{ const a = async () => {{ {A} }}; const b = async () => {{ {B} }} }}"), 0)]
#[case::two_hooks(format!("function Page() {{ const a = useCallback(async () => {{ {A} }}, []); const b = useMutation({{ mutationFn: async () => {{ {B} }} }}) }}"), 0)]
#[case::either(format!("async function f() {{ if (x) {{ {A} }} else {{ {B} }} }}"), 0)]
#[case::returns_early(format!("async function f() {{ if (x) {{ {A}; return }} {B} }}"), 0)]
#[case::by_case(format!("async function f() {{ switch (x) {{ case 1: {A}; break; case 2: {B} }} }}"), 0)]
#[case::after_an_if(format!("async function f() {{ if (x) {{ {A} }} {B} }}"), 2)]
#[case::in_catch(format!("async function f() {{ try {{ {A} }} catch {{ {B} }} }}"), 0)]
#[case::log(format!("async function f() {{ {A}; await s.from('audit_logs').insert(x) }}"), 0)]
#[case::transaction("async function f() { await prisma.$transaction(async tx => { await tx.a.create({ data }); await tx.b.create({ data }) }) }".to_owned(), 0)]
#[case::listed("async function f() { await prisma.$transaction([prisma.a.create({ data }), prisma.b.create({ data })]) }".to_owned(), 0)]
#[case::beside_one("async function f() { await prisma.a.create({ data }); await prisma.b.create({ data }) }".to_owned(), 2)]
#[case::statements("async function f() { await pool.query('insert into a values (1)'); await sql`delete from b` }".to_owned(), 2)]
#[case::begun("async function f() { await c.query('begin'); await c.query('insert into a values (1)'); await c.query('delete from b'); await c.query('commit') }".to_owned(), 0)]
#[case::after_the_commit("async function f() { await c.query('begin'); await c.query('insert into a values (1)'); await c.query('commit'); await c.query('delete from b'); await c.query('delete from d') }".to_owned(), 2)]
#[case::begun_elsewhere("async function g() { await c.query('begin') }\nasync function f() { await c.query('insert into a values (1)'); await c.query('delete from b') }".to_owned(), 2)]
#[case::documents("async function f() { await db.collection('a').doc('1').set(x); await db.collection('b').add(y) }".to_owned(), 2)]
#[case::beside_a_statement(format!("async function f() {{ {A}; await sql`delete from b` }}"), 2)]
#[case::session("async function f() { await session.withTransaction(async () => { await db.collection('a').insertOne(x); await db.collection('b').deleteOne(y) }) }".to_owned(), 0)]
#[case::script(format!("{A}; {B}"), 0)]
fn writes_that_belong_together(#[case] text: String, #[case] wanted: usize) {
    let steps = read(&text).steps;
    assert_eq!(steps.iter().map(|it| it.writes.len()).sum::<usize>(), wanted, "{steps:?}");
    assert!(steps.iter().all(|it| it.function.as_deref() == Some("f")), "{steps:?}");
}

#[rstest]
#[case("import { Pool } from 'pg'; const p = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 })", Some((Driver::Pg, Made::Once, "DATABASE_URL", false)))]
#[case("import pg from 'pg'; const p = new pg.Pool({ connectionString: process.env.DATABASE_URL })", Some((Driver::Pg, Made::Once, "DATABASE_URL", false)))]
#[case("import postgres from 'postgres'; const url = process.env.DB_URL!; const sql = postgres(url, { prepare: false })", Some((Driver::PostgresJs, Made::Once, "DB_URL", true)))]
#[case("import { PrismaClient } from '@prisma/client'; const g = globalThis as any; export const prisma = g.prisma ?? new PrismaClient()", Some((Driver::Prisma, Made::Once, "", false)))]
#[case("import { PrismaClient } from './generated'; export async function GET() { const p = new PrismaClient(); }", Some((Driver::Prisma, Made::InFunction(Some("GET".to_owned())), "", false)))]
#[case("import { Pool } from 'pg'; let pool; function get() { if (!pool) pool = new Pool({ connectionString: Deno.env.get('U') }); return pool }", Some((Driver::Pg, Made::Kept, "U", false)))]
#[case("import { neon } from '@neondatabase/serverless'; const sql = neon(process.env.DATABASE_URL!)", Some((Driver::Http, Made::Once, "DATABASE_URL", false)))]
#[case("import { Pool } from './mine'; new Pool(); postgres(x); import { Client } from '@notionhq/client'; new Client({})", None)]
fn connections(#[case] text: &str, #[case] wanted: Option<(Driver, Made, &str, bool)>) {
    let found = read(text).connections;
    let first =
        found.first().map(|it| (it.driver, it.made.clone(), it.variables.first().map_or("", String::as_str), it.prepares_off));
    assert_eq!(first, wanted, "{found:?}");
    assert!(found.len() <= 1);
}

#[rstest]
#[case("s.from('a').insert({ x: 1, 'y': 2, z })", &["x", "y", "z"], false)]
#[case("s.from('a').update({ x, ...rest })", &["x"], true)]
#[case("s.from('a').upsert([{ x }, { y }], { onConflict: 'x' })", &["x", "y"], false)]
#[case("const row = { x: 1 }; row.y = 2; s.from('a').insert(row)", &["x", "y"], false)]
#[case("s.from('a').insert(row)", &[], true)]
#[case("s.from('a').insert({ [key]: 1 })", &[], true)]
#[case("s.from('a').delete().eq('x', 1)", &[], false)]
#[case("s.from('a').insert(rows.map(it => ({ x: it })))", &["x"], false)]
#[case("s.from('a').insert({ ...(y ? { y } : {}), ...(x && { x }) })", &["y", "x"], false)]
fn columns_that_are_written(#[case] text: &str, #[case] wanted: &[&str], #[case] hides: bool) {
    let queries = read(text);
    let [call] = queries.calls.as_slice() else { panic!("{queries:?}") };
    let named: Vec<&str> = call.written.named.iter().map(|it| it.name.as_str()).collect();
    assert_eq!((named.as_slice(), call.written.hides), (wanted, hides));
}

#[rstest]
#[case("setDoc(doc(db, 'a', id), x)", &["a upsert"])]
#[case("addDoc(collection(db, 'a', id, 'b'), x); deleteDoc(doc(db, `a/${id}/c/${other}`))", &["b insert", "c delete"])]
#[case("const all = collection(db, 'a'); getDocs(query(all, where('x', '==', 1))); updateDoc(doc(all, id), x)", &["a select", "a update"])]
#[case("const batch = writeBatch(db); batch.set(doc(db, 'a', id), x); batch.delete(ref)", &["a upsert", "? delete"])]
#[case("db.collection('a').doc(id).collection('b').add(x); db.doc('a/1').get()", &["b insert", "a select"])]
#[case("setDoc(doc(db, name, id), x); setDoc(ref, x)", &["? upsert", "? upsert"])]
#[case("map.set(a, b); list.add(c); cache.delete('x'); api.get('/a')", &[])]
fn documents(#[case] text: &str, #[case] wanted: &[&str]) {
    let queries = read(&format!("import {{ doc }} from 'firebase/firestore'\n{text}"));
    let told = |it: &DocumentCall| format!("{} {}", it.collection.as_deref().unwrap_or("?"), it.verb.word());
    assert_eq!(queries.documents.iter().map(told).collect::<Vec<_>>(), wanted);
}

#[test]
fn sql_in_texts_is_counted() {
    let text = "await sql`select * from a where b = ${c}`; sql`now()`; pool.query('INSERT INTO a VALUES ($1)', [x]);
db.execute(sql`delete from a`); client.query({ text: 'select 1 ' }); i18n.query('select')";
    let raw = read(text).raw;
    assert_eq!(raw.iter().map(|it| (it.line, it.writes)).collect::<Vec<_>>(), [(1, false), (1, true), (2, true), (2, false)]);
}
