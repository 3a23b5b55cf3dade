//! Paths as path-to-regexp writes them in a matcher: names, groups of a regular expression with look-aheads, modifiers. A
//! path that uses more than this is not read, and a search that takes too long has no answer.

use std::cell::Cell;

/// A path that addresses are compared with.
pub(super) struct Pattern(Vec<Node>);

/// Whether an address is of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matched {
    Yes,
    No,
    /// The search was given up.
    Unknown,
}

#[derive(Debug, Clone)]
enum Node {
    Char(char),
    /// One of these, or none of them.
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
    Either(Vec<Vec<Node>>),
    Look {
        is_negated: bool,
        all: Vec<Vec<Node>>,
    },
    Repeat {
        all: Vec<Node>,
        least: usize,
        most: usize,
    },
    Start,
    End,
}

/// Longest path and longest address that are read.
const MOST_LONG: usize = 1_000;

/// Deepest groups that are read.
const MOST_DEEP: usize = 24;

/// Steps after which a search is given up. Matchers that people write take a few thousand.
const MOST_STEPS: u32 = 200_000;

impl Pattern {
    /// Reads a path; none for what path-to-regexp refuses and for what is not read here.
    pub(super) fn of(path: &str) -> Option<Self> {
        if !path.starts_with('/') || path.len() > MOST_LONG {
            return None;
        }
        let mut reader = Reader { text: path.chars().collect(), at: 0, depth: 0 };
        let mut nodes = reader.path(None)?;
        // Next takes the data of a page for the page, and path-to-regexp an address with a slash at its end for the same.
        let data = ".json".chars().map(Node::Char).collect();
        nodes.push(Node::Repeat { all: data, least: 0, most: 1 });
        nodes.push(Node::Repeat { all: vec![Node::Char('/')], least: 0, most: 1 });
        nodes.push(Node::End);
        Some(Self(nodes))
    }

    /// Whether the whole address is of the path.
    pub(super) fn matches(&self, address: &str) -> Matched {
        let text: Vec<char> = address.chars().collect();
        if text.len() > MOST_LONG {
            return Matched::Unknown;
        }
        let search = Search { text: &text, left: Cell::new(MOST_STEPS) };
        let found = search.run(&self.0, 0, &|_| true);
        match (found, search.left.get()) {
            (true, _) => Matched::Yes,
            (false, 0) => Matched::Unknown,
            (false, _) => Matched::No,
        }
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let it = self.peek()?;
        self.at += 1;
        Some(it)
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let is_here = wanted.chars().enumerate().all(|(at, it)| self.text.get(self.at + at) == Some(&it));
        if is_here {
            self.at += wanted.chars().count();
        }
        is_here
    }

    /// A path until `end`, or until its end.
    fn path(&mut self, end: Option<char>) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            match self.peek() {
                None => return end.is_none().then_some(nodes),
                it if it == end => {
                    self.at += 1;
                    return Some(nodes);
                }
                Some('\\') => {
                    self.at += 1;
                    nodes.push(Node::Char(self.next()?));
                }
                Some(':') => {
                    self.at += 1;
                    let from = self.at;
                    while self.peek().is_some_and(|it| it.is_ascii_alphanumeric() || it == '_') {
                        self.at += 1;
                    }
                    if self.at == from {
                        return None;
                    }
                    let inner = if self.eat("(") { self.group()? } else { vec![segment()] };
                    self.part(&mut nodes, inner);
                }
                Some('(') => {
                    self.at += 1;
                    let inner = self.group()?;
                    self.part(&mut nodes, inner);
                }
                Some('{') => {
                    self.at += 1;
                    self.depth += 1;
                    if self.depth > MOST_DEEP {
                        return None;
                    }
                    let inner = self.path(Some('}'))?;
                    self.depth -= 1;
                    let (least, most) = self.modifier();
                    nodes.push(Node::Repeat { all: inner, least, most });
                }
                Some('*' | '+' | '?' | ')' | '}') => return None,
                Some(it) => {
                    self.at += 1;
                    nodes.push(Node::Char(it));
                }
            }
        }
    }

    /// Adds a part; a slash or a point before it is repeated with it.
    fn part(&mut self, nodes: &mut Vec<Node>, inner: Vec<Node>) {
        let (least, most) = self.modifier();
        let mut all = Vec::new();
        if let Some(Node::Char('/' | '.')) = nodes.last() {
            all.extend(nodes.pop());
        }
        all.extend(inner);
        nodes.push(Node::Repeat { all, least, most });
    }

    fn modifier(&mut self) -> (usize, usize) {
        let found = match self.peek() {
            Some('?') => (0, 1),
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            _ => return (1, 1),
        };
        self.at += 1;
        found
    }

    /// What stands in parentheses, whose first one was read.
    fn group(&mut self) -> Option<Vec<Node>> {
        Some(vec![Node::Either(self.alternatives()?)])
    }

    fn alternatives(&mut self) -> Option<Vec<Vec<Node>>> {
        self.depth += 1;
        if self.depth > MOST_DEEP {
            return None;
        }
        let mut all = vec![Vec::new()];
        loop {
            let node = match self.next()? {
                ')' => {
                    self.depth -= 1;
                    return Some(all);
                }
                '|' => {
                    all.push(Vec::new());
                    continue;
                }
                '(' => {
                    let look = if self.eat("?!") {
                        Some(true)
                    } else if self.eat("?=") {
                        Some(false)
                    } else if self.eat("?:") || self.peek() != Some('?') {
                        None
                    } else {
                        return None;
                    };
                    let all = self.alternatives()?;
                    match look {
                        Some(is_negated) => Node::Look { is_negated, all },
                        None => Node::Either(all),
                    }
                }
                '[' => self.class()?,
                '\\' => escaped(self.next()?)?,
                '.' => any(),
                '^' => Node::Start,
                '$' => Node::End,
                '*' | '+' | '?' => return None,
                it => Node::Char(it),
            };
            let node = self.quantified(node)?;
            all.last_mut()?.push(node);
        }
    }

    fn quantified(&mut self, node: Node) -> Option<Node> {
        let (least, most) = if self.eat("{") {
            let from = self.at;
            while self.next()? != '}' {}
            let inside: String = self.text.get(from..self.at - 1)?.iter().collect();
            match inside.split_once(',') {
                None => inside.parse().ok().map(|it| (it, it))?,
                Some((least, "")) => (least.parse().ok()?, usize::MAX),
                Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
            }
        } else {
            self.modifier()
        };
        if (least, most) == (1, 1) {
            return Some(node);
        }
        // As few as will do, instead of as many: whether a whole address fits is the same.
        self.eat("?");
        Some(Node::Repeat { all: vec![node], least, most })
    }

    fn class(&mut self) -> Option<Node> {
        let is_negated = self.eat("^");
        let mut ranges = Vec::new();
        loop {
            let from = match self.next()? {
                ']' => return Some(Node::Class { is_negated, ranges }),
                '\\' => match escaped(self.next()?)? {
                    Node::Char(it) => it,
                    Node::Class { is_negated: false, ranges: more } => {
                        ranges.extend(more);
                        continue;
                    }
                    _ => return None,
                },
                it => it,
            };
            let is_range = self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|it| *it != ']');
            if !is_range {
                ranges.push((from, from));
                continue;
            }
            self.at += 1;
            let to = match self.next()? {
                '\\' => match escaped(self.next()?)? {
                    Node::Char(it) => it,
                    _ => return None,
                },
                it => it,
            };
            ranges.push((from, to));
        }
    }
}

/// What stands in a segment without a pattern of its own.
fn segment() -> Node {
    let all = vec![Node::Class { is_negated: true, ranges: vec![('/', '/'), ('#', '#'), ('?', '?')] }];
    Node::Repeat { all, least: 1, most: usize::MAX }
}

fn any() -> Node {
    Node::Class { is_negated: true, ranges: vec![('\n', '\n'), ('\r', '\r')] }
}

/// What a backslash makes of a letter; none for what is not read.
fn escaped(it: char) -> Option<Node> {
    let (is_negated, ranges) = match it {
        'd' => (false, vec![('0', '9')]),
        'D' => (true, vec![('0', '9')]),
        'w' => (false, vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]),
        'W' => (true, vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]),
        's' => (false, vec![(' ', ' '), ('\t', '\r')]),
        'S' => (true, vec![(' ', ' '), ('\t', '\r')]),
        it if it.is_ascii_alphanumeric() => return None,
        it => return Some(Node::Char(it)),
    };
    Some(Node::Class { is_negated, ranges })
}

struct Search<'t> {
    text: &'t [char],
    left: Cell<u32>,
}

impl Search<'_> {
    /// Whether the nodes match from `at` on, and `then` holds for what follows.
    fn run(&self, nodes: &[Node], at: usize, then: &dyn Fn(usize) -> bool) -> bool {
        let Some(left) = self.left.get().checked_sub(1) else { return false };
        self.left.set(left);
        let Some((first, rest)) = nodes.split_first() else { return then(at) };
        match first {
            Node::Char(it) => self.text.get(at) == Some(it) && self.run(rest, at + 1, then),
            Node::Class { is_negated, ranges } => {
                let is_one = |it: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&it)) != *is_negated;
                self.text.get(at).is_some_and(is_one) && self.run(rest, at + 1, then)
            }
            Node::Either(all) => all.iter().any(|it| self.run(it, at, &|at| self.run(rest, at, then))),
            Node::Look { is_negated, all } => {
                let is_there = all.iter().any(|it| self.run(it, at, &|_| true));
                // A search that was given up says nothing of what is not there.
                self.left.get() > 0 && is_there != *is_negated && self.run(rest, at, then)
            }
            Node::Repeat { all, least, most } => self.again(all, (*least, *most), at, 0, &|at| self.run(rest, at, then)),
            Node::Start => at == 0 && self.run(rest, at, then),
            Node::End => at == self.text.len() && self.run(rest, at, then),
        }
    }

    fn again(&self, all: &[Node], bounds: (usize, usize), at: usize, count: usize, then: &dyn Fn(usize) -> bool) -> bool {
        let (least, most) = bounds;
        let more = count < most
            && self.run(all, at, &|next| (next > at || count < least) && self.again(all, bounds, next, count + 1, then));
        more || (count >= least && then(at))
    }
}
