//! What is read from small files, and that nothing else is.

use super::*;
use rstest::rstest;

fn names(text: &str) -> Vec<String> {
    CodeFile::read("a.tsx", text).reads.into_iter().map(|it| it.name).collect()
}

#[rstest]
#[case("const a = process.env.STRIPE_KEY!;", &["STRIPE_KEY"], 0)]
#[case("process?.env?.A ?? process.env['B'] ?? process.env[`C`]", &["A", "B", "C"], 0)]
#[case("import.meta.env.VITE_URL + import.meta.env['VITE_KEY']", &["VITE_URL", "VITE_KEY"], 0)]
#[case("const k = Deno.env.get('K')!; Deno.env.has('L')", &["K"], 0)]
#[case("Bun.env.PORT_OF_BUN", &["PORT_OF_BUN"], 0)]
#[case("const { A, B: b = process.env.C, D = '1' } = process.env;", &["C", "A", "B", "D"], 0)]
#[case("const { A, ...rest } = process.env", &[], 1)]
#[case("process.env[name]; schema.parse(process.env); Deno.env.get(name); Deno.env.toObject()", &[], 4)]
#[case("// process.env.NO\n/* process.env.NEITHER */ const url = 'process.env.NOR';", &[], 0)]
#[case("process.env.SET = 'x'; if (process.env.GOT == 'x') {}", &["GOT"], 0)]
#[case("const t = `a ${process.env.IN} b ${f({ x: `${process.env.DEEP}` })} c`; process.env.AFTER", &["IN", "DEEP", "AFTER"], 0)]
#[case("const r = /['\"`]/g; process.env.A", &["A"], 0)]
#[case("const half = a / b / process.env.A", &["A"], 0)]
#[case("const a = <div><p>Don't</p>\n<A b={process.env.A} />\n<i>it's</i></div>", &["A"], 0)]
#[case("import { PRIVATE_KEY, OTHER as o } from '$env/static/private'", &["PRIVATE_KEY", "OTHER"], 0)]
#[case("import { env } from '$env/dynamic/private'; env.A; x.env.B; env[c]", &["A"], 1)]
#[case("(process.env as any).A; globalThis.process.env.B; process.env!.C", &["A", "B", "C"], 0)]
#[case("process.env.A ||= 'x'; delete process.env.B; 'C' in process.env", &["A"], 0)]
#[case("const e = import.meta.env; f({ ...process.env })", &[], 2)]
fn reads(#[case] text: &str, #[case] wanted: &[&str], #[case] computed: usize) {
    assert_eq!(names(text), wanted);
    assert_eq!(CodeFile::read("a.tsx", text).computed_reads.len(), computed);
}

#[rstest]
#[case("a.svelte", "<script>\nimport { env } from '$env/dynamic/public'\n</script>\n<p>{env.A} {x.env.B} {import.meta.env.C}</p>", &[("C", 4), ("A", 4)])]
#[case("a.astro", "---\nconst a = 1\n---\n<p>{import.meta.env.A}</p>", &[("A", 4)])]
fn markup_reads_too(#[case] path: &str, #[case] text: &str, #[case] wanted: &[(&str, u32)]) {
    let file = CodeFile::read(path, text);
    assert_eq!(file.reads.iter().map(|it| (it.name.as_str(), it.line)).collect::<Vec<_>>(), wanted);
}

#[rstest]
#[case("'unclosed\nprocess.env.A")]
#[case("`unclosed ${process.env.A")]
fn what_does_not_parse_is_told_and_not_guessed(#[case] text: &str) {
    let file = CodeFile::read("a.ts", text);
    assert!(file.broken.is_some() && file.reads.is_empty());
}

#[rstest]
#[case("import a, { b as c } from './x'", &["./x"], 0)]
#[case("import './x'; import * as y from \"y\"", &["./x", "y"], 0)]
#[case("import type { A } from './types'; import { type B, c } from './both'", &["./both"], 0)]
#[case("export { a } from './x'; export * from './y'; export const from = './z'", &["./x", "./y"], 0)]
#[case("const a = await import('./x'); require('./y'); import(name); x.require(z)", &["./x", "./y"], 1)]
#[case("import.meta.env.A; // import './x'", &[], 0)]
#[case("export default function f() { return { from: './x' } }", &[], 0)]
fn imports(#[case] text: &str, #[case] wanted: &[&str], #[case] computed: usize) {
    let file = CodeFile::read("a.ts", text);
    assert_eq!(file.imports.iter().map(|it| it.from.as_str()).collect::<Vec<_>>(), wanted);
    assert_eq!(file.computed_imports.len(), computed);
}

#[rstest]
#[case("import a, { b as c, type D } from './x'", &[("a", "default"), ("c", "b")], false)]
#[case("import * as a from './x'", &[("a", "*")], false)]
#[case("const { a: b, c } = await import('./x')", &[("b", "a"), ("c", "c")], false)]
#[case("const a = require('./x')", &[("a", "*")], false)]
#[case("export { a as b } from './x'", &[("b", "a")], true)]
#[case("export * from './x'", &[("*", "*")], true)]
fn what_a_file_calls_things(#[case] text: &str, #[case] wanted: &[(&str, &str)], #[case] is_export: bool) {
    let file = CodeFile::read("a.ts", text);
    let [import] = file.imports.as_slice() else { panic!("{:?}", file.imports) };
    assert_eq!(import.locals.iter().map(|it| (it.local.as_str(), it.name.as_str())).collect::<Vec<_>>(), wanted);
    assert_eq!(import.is_export, is_export);
}

#[rstest]
#[case("'use client';\nimport x from 'x'", Some(Directive::UseClient))]
#[case("// a file\n\"use server\"", Some(Directive::UseServer))]
#[case("const a = 'use client'", None)]
fn directives(#[case] text: &str, #[case] wanted: Option<Directive>) {
    assert_eq!(CodeFile::read("a.tsx", text).directive, wanted);
}

#[rstest]
#[case("src/app/page.tsx", true)]
#[case("next.config.mjs", true)]
#[case("node_modules/a/index.js", false)]
#[case("src/a.test.ts", false)]
#[case("e2e/a.ts", false)]
#[case("src/env.d.ts", false)]
#[case("README.md", false)]
fn app_code(#[case] path: &str, #[case] wanted: bool) {
    assert_eq!(is_app_code(path), wanted);
}

#[test]
fn lines_are_counted() {
    let file = CodeFile::read("a.ts", "/* a\nb */\n`x\n${process.env.A}\n`\nprocess.env.B");
    assert_eq!(file.reads.iter().map(|it| it.line).collect::<Vec<_>>(), [4, 6]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "[a-z{}()`'\"/\\\\$.\\n *<>=ä]{0,200}") {
        let file = CodeFile::read("a.ts", &format!("{text}\n;\nprocess.env.LAST"));
        proptest::prop_assert!(file.reads.len() <= 1);
    }
}
