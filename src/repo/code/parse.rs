//! One parse of a file of code for everything that is read from it: a syntax tree of JavaScript or TypeScript, with its
//! lines. It is parsed on a stack that bears whatever the text nests, and refused where there is no such stack.

use super::deep;
use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::Program;
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_span::SourceType;

/// A module, or one script of a component, as a syntax tree.
pub struct Parsed<'p, 'a> {
    /// Relative to the root, with `/` between its parts.
    pub path: &'p str,
    pub program: &'p Program<'a>,
    /// What was parsed: the whole file, or one script of it.
    pub text: &'a str,
    lines: Vec<usize>,
    /// Lines of the file before the text.
    before: u32,
}

impl Parsed<'_, '_> {
    /// The line, counted from 1, of a byte of the text.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        let at = self.lines.partition_point(|start| *start <= offset as usize);
        self.before + u32::try_from(at).unwrap_or(u32::MAX)
    }
}

/// Why a file gave no tree, or only a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The line of the first mistake.
    Syntax(u32),
    /// It nests deeper than a parser's stack, or memory, bears.
    TooDeep,
}

/// Parses what of a file is script, and hands each tree to `read`, on a stack that bears it. Gives the first thing that was
/// wrong.
pub fn parse(path: &str, text: &str, read: impl FnMut(&Parsed<'_, '_>) + Send) -> Option<Broken> {
    deep::deep(move || parse_here(path, text, read))
}

fn parse_here(path: &str, text: &str, mut read: impl FnMut(&Parsed<'_, '_>)) -> Option<Broken> {
    let mut broken = None;
    for script in scripts(path, text) {
        if is_too_deep(script.text) || is_too_open(&script) || !deep::is_borne(script.text.len()) {
            broken.get_or_insert(Broken::TooDeep);
            continue;
        }
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, script.text, script.kind).parse();
        if Depth::of(&parsed.program) > MOST_DEEP {
            broken.get_or_insert(Broken::TooDeep);
            continue;
        }
        let starts = std::iter::once(0).chain(script.text.match_indices('\n').map(|(at, _)| at + 1));
        let tree = Parsed { path, program: &parsed.program, text: script.text, lines: starts.collect(), before: script.before };
        if let Some(first) = parsed.diagnostics.first().filter(|_| broken.is_none()) {
            let at = first.labels.first().map_or(0, oxc_span::LabeledSpan::offset);
            broken = Some(Broken::Syntax(tree.line(at)));
        }
        read(&tree);
    }
    broken
}

/// Deepest tree that is handed to readers: what one of them does at each level for all levels below would otherwise take
/// the square of the file's length. A sum of a thousand terms, or five hundred `else if`, is not as deep.
const MOST_DEEP: u32 = 3_000;

/// How deep a tree is, in nodes.
#[derive(Default)]
struct Depth {
    now: u32,
    most: u32,
}

impl Depth {
    fn of(program: &Program<'_>) -> u32 {
        let mut depth = Self::default();
        depth.visit_program(program);
        depth.most
    }
}

impl<'a> Visit<'a> for Depth {
    fn enter_node(&mut self, _: AstKind<'a>) {
        self.now += 1;
        self.most = self.most.max(self.now);
    }

    fn leave_node(&mut self, _: AstKind<'a>) {
        self.now = self.now.saturating_sub(1);
    }
}

/// A piece of a file that is script, and how it is written.
struct Script<'t> {
    text: &'t str,
    kind: SourceType,
    /// Where it begins in the file.
    start: usize,
    /// Lines of the file before it.
    before: u32,
}

/// The markup of a component, which stands around its scripts, with the line on which each part begins. Other files have none.
pub fn markup<'t>(path: &str, text: &'t str) -> Vec<(u32, &'t str)> {
    if ![".vue", ".svelte", ".astro"].iter().any(|end| path.to_ascii_lowercase().ends_with(end)) {
        return Vec::new();
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut parts, mut from) = (Vec::new(), 0);
    for script in scripts(path, text) {
        parts.push((from, text.get(from..script.start).unwrap_or_default()));
        from = script.start + script.text.len();
    }
    parts.push((from, text.get(from..).unwrap_or_default()));
    parts.into_iter().map(|(at, part)| (newlines(text, at).saturating_add(1), part)).collect()
}

fn scripts<'t>(path: &str, text: &'t str) -> Vec<Script<'t>> {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match ending.as_str() {
        "vue" | "svelte" => elements(text).collect(),
        "astro" => front_matter(text).into_iter().chain(elements(text)).collect(),
        "ts" | "mts" | "cts" => vec![Script { text, kind: SourceType::ts(), start: 0, before: 0 }],
        "tsx" => vec![Script { text, kind: SourceType::tsx(), start: 0, before: 0 }],
        // Whether a `.js` file is a module is decided by what is in it; JSX stands in files of every name.
        _ => vec![Script { text, kind: SourceType::unambiguous().with_jsx(true), start: 0, before: 0 }],
    }
}

/// The `<script>` elements of a component.
fn elements(text: &str) -> impl Iterator<Item = Script<'_>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let open = rest + text.get(rest..)?.find("<script")?;
            let inside = open + text.get(open..)?.find('>')? + 1;
            let close = inside + text.get(inside..)?.find("</script").unwrap_or(text.len() - inside);
            rest = close;
            let (tag, script) = (text.get(open..inside)?, text.get(inside..close)?);
            if !script.trim().is_empty() {
                return Some(Script { text: script, kind: written(tag), start: inside, before: newlines(text, inside) });
            }
        }
    })
}

/// The part of an Astro page that runs on the server: between the first two lines of `---`.
fn front_matter(text: &str) -> Option<Script<'_>> {
    let open = text.len() - text.trim_start().len();
    let inside = open + text.get(open..)?.strip_prefix("---").map(|_| 3)?;
    let close = inside + text.get(inside..)?.find("\n---")?;
    Some(Script { text: text.get(inside..close)?, kind: SourceType::ts(), start: inside, before: newlines(text, inside) })
}

fn written(tag: &str) -> SourceType {
    let is_typed = ["ts", "typescript"].iter().any(|it| tag.contains(&format!("\"{it}\"")) || tag.contains(&format!("'{it}'")));
    let is_tsx = tag.contains("\"tsx\"") || tag.contains("'tsx'");
    if is_tsx {
        SourceType::tsx()
    } else if is_typed {
        SourceType::ts()
    } else {
        SourceType::unambiguous().with_jsx(true)
    }
}

fn newlines(text: &str, until: usize) -> u32 {
    let count = text.bytes().take(until).filter(|it| *it == b'\n').count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Deepest nesting of brackets that is parsed. Code that people and formatters write stays below forty.
const MOST_NESTED: usize = 400;

/// Whether brackets nest deeper than [`MOST_NESTED`]. Counts those in texts and comments too: being wrong there costs a
/// file that nobody wrote by hand, being wrong elsewhere would cost the process its stack.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut most) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most > MOST_NESTED
}

/// Most `<` without a `>` in a file with types. Each may begin type arguments, which the parser tries to the end of the
/// chain and forgets, but not their memory: `a<a<a<…` took 64 bytes times the square of its length, 64 MB for this many.
const MOST_OPEN: usize = 1_000;

fn is_too_open(script: &Script<'_>) -> bool {
    if !script.kind.is_typescript() {
        return false;
    }
    let (mut open, mut most, mut before) = (0_usize, 0_usize, 0_u8);
    for byte in script.text.bytes() {
        match byte {
            b'<' => open += 1,
            b'=' if before == b'<' => open = open.saturating_sub(1),
            b'>' if before != b'=' => open = open.saturating_sub(1),
            _ => {}
        }
        before = byte;
        most = most.max(open);
    }
    most > MOST_OPEN
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn statements(path: &str, text: &str) -> (Vec<u32>, Option<Broken>) {
        let mut lines = Vec::new();
        let broken = parse(path, text, |parsed| {
            lines.extend(parsed.program.body.iter().map(|it| parsed.line(oxc_span::GetSpan::span(it).start)));
        });
        (lines, broken)
    }

    #[rstest]
    #[case::typescript("a.ts", "let a: number = 1;\n\nconst b = <string>c;", &[1, 3])]
    #[case::tsx("a.tsx", "const a = () => <p>{x & y} & z</p>;\nexport {};", &[1, 2])]
    #[case::jsx_in_js("a.js", "\u{feff}const a = <p/>;", &[1])]
    #[case::common_js("a.cjs", "const a = require('a');\nmodule.exports = a;", &[1, 2])]
    #[case::vue("a.vue", "<template>\n<p>{{ x }}</p>\n</template>\n<script setup lang=\"ts\">\nlet a: number;\n</script>", &[5])]
    #[case::svelte("a.svelte", "<script>\nlet a;\n</script>\n<p/>\n<script context='module'>\nlet b;\n</script>", &[2, 6])]
    #[case::astro("a.astro", "---\nconst a = 1;\n---\n<p>{a}</p>\n<script>\nlet b;\n</script>", &[2, 6])]
    fn what_of_a_file_is_script_is_parsed(#[case] path: &str, #[case] text: &str, #[case] wanted: &[u32]) {
        assert_eq!(statements(path, text), (wanted.to_vec(), None));
    }

    #[test]
    fn markup_stands_around_scripts() {
        let text = "<script>\nlet a;\n</script>\n<p>{a}</p>";
        let parts = markup("a.svelte", text);
        assert_eq!(parts.iter().map(|it| it.0).collect::<Vec<_>>(), [1, 3]);
        assert!(parts.iter().any(|it| it.1.contains("{a}")) && !parts.iter().any(|it| it.1.contains("let a")));
        assert_eq!(markup("a.ts", text), []);
    }

    #[test]
    fn a_mistake_is_told_by_its_line() {
        assert_eq!(statements("a.ts", "let a;\nlet b = ;\n").1, Some(Broken::Syntax(2)));
    }

    /// Forms that nest without a bracket, each as long as a file may be: none may end the process, or take its memory. Three
    /// hundred levels are read.
    #[rstest]
    #[case::not("a.js", "", "!", "a")]
    #[case::arrows("a.js", "", "a=>", "1")]
    #[case::sum("a.js", "a", "+a", "")]
    #[case::choices("a.js", "", "a?b:", "c")]
    #[case::choices_before("a.js", "", "a?", "c")]
    #[case::else_if("a.js", "", "if(a)b;else ", "c")]
    #[case::if_if("a.js", "", "if(a)", "b")]
    #[case::markup("a.jsx", "x=", "<a>", "")]
    #[case::members("a.js", "a", ".b", "")]
    #[case::optional("a.js", "a", "?.b", "")]
    #[case::calls("a.js", "a", "()", "")]
    #[case::tags("a.js", "a", "``", "")]
    #[case::new("a.js", "", "new ", "a")]
    #[case::sets("a.js", "", "a=", "b")]
    #[case::labels("a.js", "", "a:", "b")]
    #[case::powers("a.js", "", "a**", "b")]
    #[case::not_null("a.ts", "a", "!", "")]
    #[case::typed("a.ts", "a", " as b", "")]
    #[case::lists("a.ts", "let x:A", "[]", "")]
    #[case::functions("a.ts", "let x:", "()=>", "A")]
    #[case::conditional_types("a.ts", "let x:", "A extends B?C:", "D")]
    #[case::loops("a.js", "", "for(;;)", "b")]
    #[case::alternatives("a.js", "a", "||a", "")]
    fn what_nests_without_brackets_is_borne_and_refused(
        #[case] path: &str,
        #[case] before: &str,
        #[case] nested: &str,
        #[case] after: &str,
    ) {
        let read = |times: usize| {
            let text = format!("{before}{}{after}", nested.repeat(times));
            crate::repo::code::CodeFile::read(path, &text).broken
        };
        // Unclosed markup is a mistake before it is too deep.
        assert!(read(600_000 / nested.len()).is_some());
        assert_ne!(read(300), Some(Broken::TooDeep));
    }

    #[rstest]
    #[case::compared("a", "<a")]
    #[case::generic("let x:", "A<")]
    fn what_would_take_memory_without_end_is_refused(#[case] before: &str, #[case] nested: &str) {
        let text = format!("{before}{}", nested.repeat(2_000));
        assert_eq!(statements("a.ts", &text).1, Some(Broken::TooDeep));
    }

    #[rstest]
    #[case::templates("`${")]
    #[case("(")]
    #[case("[")]
    #[case("{")]
    #[case("f(")]
    fn what_nests_without_end_is_refused(#[case] bracket: &str) {
        assert_eq!(statements("a.js", &bracket.repeat(200_000)).1, Some(Broken::TooDeep));
    }
}
