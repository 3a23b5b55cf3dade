//! The chunks that webpack's runtime knows by number: their names are put together at run time and stand nowhere as one
//! string (`apis/http.md` §5.1, step 4). It reads that one function as data; it runs nothing.

use std::collections::{BTreeMap, BTreeSet};

/// How a runtime makes the name of a chunk from its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scan) struct Naming {
    parts: Vec<Part>,
    /// The runtime's public path, such as `/_next/`, if it says one.
    pub public_path: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The number itself.
    Id,
    /// By the number, or the number itself where it is not listed.
    Listed {
        names: BTreeMap<String, String>,
        or_id: bool,
    },
}

/// A runtime is read as far as this.
const LONGEST: usize = 512 * 1024;
/// Chunks that one runtime may name.
const MOST: usize = 20_000;

/// The naming in a runtime's text: `….u=e=>…` or `….u=function(e){return …}`. None: it is no webpack runtime with chunks.
pub(in crate::scan) fn naming(text: &[u8]) -> Option<Naming> {
    let text = String::from_utf8_lossy(text);
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find(".u=") {
        from += at + 3;
        let rest = text.get(from..)?;
        let rest = rest.get(..floor(rest, LONGEST)).unwrap_or(rest);
        if let Some(parts) = head(rest).and_then(|(name, body)| parts(body, name)) {
            return Some(Naming { parts, public_path: public_path(&text) });
        }
    }
    None
}

fn floor(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// The name of the parameter, and what is returned.
fn head(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix("function(") {
        let (name, rest) = rest.split_once(')')?;
        let rest = rest.trim_start().strip_prefix('{')?.trim_start().strip_prefix("return")?;
        return is_name(name).then_some((name.trim(), rest));
    }
    let (name, rest) = text.split_once("=>")?;
    let name = name.trim().trim_start_matches('(').trim_end_matches(')');
    is_name(name).then_some((name.trim(), rest))
}

fn is_name(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.len() < 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
}

fn public_path(text: &str) -> Option<String> {
    text.match_indices(".p=").find_map(|(at, _)| {
        let rest = text.get(at + 3..)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let (path, _) = rest.get(1..)?.split_once(quote)?;
        (path.len() < 300 && !path.contains(char::is_whitespace)).then(|| path.to_owned())
    })
}

/// The parts of `"a"+(({…})[e]||e)+"."+{…}[e]+".js"`. Of a choice (`1===e?"x.js":…`) the last branch: the strings of the
/// others are whole names, which are found as strings.
fn parts(body: &str, name: &str) -> Option<Vec<Part>> {
    let mut reader = Reader { rest: body.trim_start() };
    let mut parts = Vec::new();
    loop {
        if let Some((read, part)) = reader.part(name) {
            parts.push(part);
            reader = read;
        } else {
            return None;
        }
        match reader.next_sign() {
            Some('+') => {}
            Some('?') => {
                // What was read is the condition or one of its operands.
                reader.skip_branch()?;
                parts.clear();
            }
            Some('=' | '!') => {
                // `123===e?…` or `e===123?…`
                reader.skip_to('?')?;
                reader.skip_branch()?;
                parts.clear();
            }
            _ => break,
        }
    }
    let named = parts.iter().any(|it| !matches!(it, Part::Text(_)));
    let script = matches!(parts.last(), Some(Part::Text(end)) if end.ends_with(".js") || end.ends_with(".mjs"));
    (named && script).then_some(parts)
}

#[derive(Clone, Copy)]
struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// The next part, and the reader behind it.
    fn part(mut self, name: &str) -> Option<(Self, Part)> {
        let mut depth = 0;
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next()? {
                '(' if depth < 8 => {
                    depth += 1;
                    self.rest = self.rest.get(1..)?;
                }
                '"' | '\'' | '`' => {
                    let text = self.string()?;
                    return self.closed(depth).map(|it| (it, Part::Text(text)));
                }
                '{' => {
                    let names = self.object()?;
                    // `({…})[e]||e` has its bracket closed before the index.
                    let mut left = depth;
                    self.rest = self.rest.trim_start();
                    while left > 0 && self.rest.starts_with(')') {
                        left -= 1;
                        self.rest = self.rest.get(1..)?.trim_start();
                    }
                    self.take(&format!("[{name}]"))?;
                    let or_id = self.take(&format!("||{name}")).is_some();
                    return self.closed(left).map(|it| (it, Part::Listed { names, or_id }));
                }
                c if c.is_ascii_digit() => {
                    let digits = self.rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').count();
                    self.rest = self.rest.get(digits..)?;
                    return self.closed(depth).map(|it| (it, Part::Text(String::new())));
                }
                _ => {
                    self.take(name)?;
                    return self.closed(depth).map(|it| (it, Part::Id));
                }
            }
        }
    }

    fn take(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(word)?;
        Some(())
    }

    fn closed(mut self, depth: u32) -> Option<Self> {
        for _ in 0..depth {
            self.take(")")?;
        }
        Some(self)
    }

    fn next_sign(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        let sign = self.rest.chars().next()?;
        if matches!(sign, '+' | '?' | '=' | '!') {
            self.rest = self.rest.get(1..)?;
        }
        Some(sign)
    }

    /// To behind the next `sign` outside strings.
    fn skip_to(&mut self, sign: char) -> Option<()> {
        for _ in 0..64 {
            let c = self.rest.chars().next()?;
            if c == sign {
                self.rest = self.rest.get(c.len_utf8()..)?;
                return Some(());
            }
            if matches!(c, '"' | '\'' | '`') {
                self.string()?;
            } else {
                self.rest = self.rest.get(c.len_utf8()..)?;
            }
        }
        None
    }

    /// To behind the colon of a choice whose first branch is read now; that branch is a string or a sum.
    fn skip_branch(&mut self) -> Option<()> {
        loop {
            let c = self.rest.chars().next()?;
            match c {
                ':' => {
                    self.rest = self.rest.get(1..)?;
                    return Some(());
                }
                '"' | '\'' | '`' => {
                    self.string()?;
                }
                '{' => {
                    self.object()?;
                }
                ';' | '}' => return None,
                _ => self.rest = self.rest.get(c.len_utf8()..)?,
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let (text, rest) = self.rest.get(1..)?.split_once(quote)?;
        // Names of chunks have no escapes; a text that has is another function.
        if text.contains(['\\', '\n']) || text.len() > 300 {
            return None;
        }
        self.rest = rest;
        Some(text.to_owned())
    }

    /// `{123:"a1",456:'b2',"name":"c3"}`
    fn object(&mut self) -> Option<BTreeMap<String, String>> {
        self.take("{")?;
        let mut names = BTreeMap::new();
        loop {
            if self.take("}").is_some() {
                return Some(names);
            }
            self.rest = self.rest.trim_start();
            let key = if self.rest.starts_with(['"', '\'']) {
                self.string()?
            } else {
                let end = self.rest.find(':')?;
                let key = self.rest.get(..end)?.trim().to_owned();
                self.rest = self.rest.get(end..)?;
                key
            };
            self.take(":")?;
            self.rest = self.rest.trim_start();
            let value = self.string()?;
            if names.len() >= MOST || key.len() > 200 {
                return None;
            }
            names.insert(key, value);
            let _ = self.take(",");
        }
    }
}

impl Naming {
    /// The numbers that the runtime itself lists.
    fn listed(&self) -> BTreeSet<&str> {
        // The list that must have it: one with `||e` beside it is only of those that have a name of their own.
        let lists = self.parts.iter().filter_map(|part| match part {
            Part::Listed { names, or_id } => Some((names, *or_id)),
            _ => None,
        });
        let all: Vec<_> = lists.collect();
        let strict: Vec<_> = all.iter().filter(|(_, or_id)| !or_id).collect();
        let chosen: Vec<_> = if strict.is_empty() { all.iter().collect() } else { strict };
        chosen.into_iter().flat_map(|(names, _)| names.keys().map(String::as_str)).collect()
    }

    /// Whether the numbers stand elsewhere: in the calls of whatever loads a chunk.
    pub fn needs_ids(&self) -> bool {
        self.listed().is_empty() || self.parts.iter().all(|part| !matches!(part, Part::Listed { or_id: false, .. }))
    }

    /// The names of the chunks that it lists, and of `ids`.
    pub fn names<'a>(&'a self, ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let further = ids.into_iter().filter(|_| self.needs_ids());
        self.listed().into_iter().chain(further).take(MOST).filter_map(|id| self.name(id)).collect()
    }

    fn name(&self, id: &str) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Id => Some(id),
                Part::Listed { names, or_id } => names.get(id).map(String::as_str).or(or_id.then_some(id)),
            })
            .collect()
    }
}

/// The numbers in calls such as `n.e(787)` or `t.e("about")`.
pub(in crate::scan) fn ids(text: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.windows(3).position(|it| it == b".e(")) {
        from += at + 3;
        let rest = text.get(from..text.len().min(from + 80)).unwrap_or_default();
        let Some((id, _)) = rest.iter().position(|byte| *byte == b')').and_then(|end| rest.split_at_checked(end)) else {
            continue;
        };
        let id = id.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(id);
        let good = !id.is_empty() && id.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if good && found.len() < MOST && (id.iter().all(u8::is_ascii_digit) || id.len() > 2) {
            found.insert(String::from_utf8_lossy(id).into_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::hashes(r#"r.u=e=>"static/chunks/"+e+"."+{12:"aa11",787:"bb22"}[e]+".js",r.miniCssF=e=>{}"#, &[], &["static/chunks/12.aa11.js", "static/chunks/787.bb22.js"])]
    #[case::names_and_hashes(r#"r.u=e=>"static/js/"+({54:"about"}[e]||e)+"."+{54:"aa11",9:"cc33"}[e]+".chunk.js""#, &["77"], &["static/js/9.cc33.chunk.js", "static/js/about.aa11.chunk.js"])]
    #[case::brackets(r#"r.u=function(e){return"static/chunks/"+(({54:"about"})[e]||e)+"-"+({54:"aa11"})[e]+".js"}"#, &[], &["static/chunks/about-aa11.js"])]
    #[case::one_chunk(r#"d.u=e=>""+e+".5f2a1b0c.js""#, &["787", "about"], &["787.5f2a1b0c.js", "about.5f2a1b0c.js"])]
    #[case::a_choice(r#"r.u=e=>792===e?"static/chunks/792-abc.js":"static/chunks/"+e+"."+{12:"aa11"}[e]+".js""#, &[], &["static/chunks/12.aa11.js"])]
    #[case::choices(r#"r.u=e=>792===e?"static/chunks/792-abc.js":54===e?"static/chunks/54-x.js":"static/chunks/"+(({1:"n"})[e]||e)+"."+({1:"h"})[e]+".js""#, &[], &["static/chunks/n.h.js"])]
    fn names_of_chunks(#[case] text: &str, #[case] ids: &[&str], #[case] wanted: &[&str]) {
        let naming = naming(text.as_bytes()).expect("a naming");
        assert_eq!(naming.names(ids.iter().copied()).into_iter().collect::<Vec<_>>(), wanted);
    }

    #[rstest]
    #[case::no_runtime("a.u=5")]
    #[case::css_only(r#"r.u=e=>"static/css/"+{1:"a"}[e]+".css""#)]
    #[case::another_function(r#"r.u=e=>e.map(x=>x+".js")"#)]
    #[case::nothing("")]
    #[case::cut(r#"r.u=e=>"static/chunks/"+{12:"aa"#)]
    fn other_texts_have_none(#[case] text: &str) {
        assert_eq!(naming(text.as_bytes()), None);
    }

    #[test]
    fn the_public_path_and_the_numbers_of_calls() {
        let text = br#"r.p="/_next/",r.u=e=>e+".h.js";n.e(787).then(n.t.bind(n,1)),Promise.all([n.e(12),n.e("about")]),x.e(t)"#;
        assert_eq!(naming(text).unwrap().public_path.as_deref(), Some("/_next/"));
        assert_eq!(ids(text).into_iter().collect::<Vec<_>>(), ["12", "787", "about"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in r#"(\.u=|e=>|function\(e\)\{return|"[a-z/.]{0,6}"|\{1:"a"\}|\[e\]|\|\|e|[+?:(){}e=!`'";é]|\.js){0,30}"#) {
            let text = format!("r.u=e=>{text}");
            if let Some(naming) = naming(text.as_bytes()) {
                naming.names(["1", "2"]);
            }
            ids(text.as_bytes());
        }
    }
}
