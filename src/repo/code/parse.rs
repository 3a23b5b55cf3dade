//! One parse of a file of code for everything that is read from it: a syntax tree of JavaScript or TypeScript, with its
//! lines. A file that nests deeper than any hand writes is refused before a parser's stack could end.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
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
    /// Brackets are nested deeper than a parser's stack bears.
    TooDeep,
}

/// Parses what of a file is script, and hands each tree to `read`. Gives the first thing that was wrong.
pub fn parse(path: &str, text: &str, mut read: impl FnMut(&Parsed<'_, '_>)) -> Option<Broken> {
    let mut broken = None;
    for script in scripts(path, text) {
        if is_too_deep(script.text) {
            broken.get_or_insert(Broken::TooDeep);
            continue;
        }
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, script.text, script.kind).parse();
        let starts = std::iter::once(0).chain(script.text.match_indices('\n').map(|(at, _)| at + 1));
        let tree = Parsed { path, program: &parsed.program, text: script.text, lines: starts.collect(), before: script.before };
        if let Some(first) = parsed.diagnostics.first().filter(|_| broken.is_none()) {
            let at = first.labels.first().map_or(0, |it| it.offset());
            broken = Some(Broken::Syntax(tree.line(u32::try_from(at).unwrap_or(u32::MAX))));
        }
        read(&tree);
    }
    broken
}

/// A piece of a file that is script, and how it is written.
struct Script<'t> {
    text: &'t str,
    kind: SourceType,
    /// Lines of the file before it.
    before: u32,
}

fn scripts<'t>(path: &str, text: &'t str) -> Vec<Script<'t>> {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match ending.as_str() {
        "vue" | "svelte" => elements(text).collect(),
        "astro" => front_matter(text).into_iter().chain(elements(text)).collect(),
        "ts" | "mts" | "cts" => vec![Script { text, kind: SourceType::ts(), before: 0 }],
        "tsx" => vec![Script { text, kind: SourceType::tsx(), before: 0 }],
        // Whether a `.js` file is a module is decided by what is in it; JSX stands in files of every name.
        _ => vec![Script { text, kind: SourceType::unambiguous().with_jsx(true), before: 0 }],
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
                return Some(Script { text: script, kind: written(tag), before: newlines(text, inside) });
            }
        }
    })
}

/// The part of an Astro page that runs on the server: between the first two lines of `---`.
fn front_matter(text: &str) -> Option<Script<'_>> {
    let open = text.len() - text.trim_start().len();
    let inside = open + text.get(open..)?.strip_prefix("---").map(|_| 3)?;
    let close = inside + text.get(inside..)?.find("\n---")?;
    Some(Script { text: text.get(inside..close)?, kind: SourceType::ts(), before: newlines(text, inside) })
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
    fn a_mistake_is_told_by_its_line() {
        assert_eq!(statements("a.ts", "let a;\nlet b = ;\n").1, Some(Broken::Syntax(2)));
    }

    #[rstest]
    #[case("(")]
    #[case("[")]
    #[case("{")]
    #[case("f(")]
    fn what_nests_without_end_is_refused(#[case] bracket: &str) {
        assert_eq!(statements("a.js", &bracket.repeat(200_000)).1, Some(Broken::TooDeep));
    }
}
