//! A shell script of a step, or a script of a package, as its commands: what is called with which words, and what makes its
//! failure unheard. It runs nothing; what it does not understand stays a command like any other.

/// One command of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// Lines of the script before it.
    pub before: u32,
    /// Its words, without variables that are set before it and without the runners that only find it (`npx`, `sudo`).
    pub words: Vec<String>,
    /// Why its failure is not heard, such as `|| true`.
    pub soft: Option<&'static str>,
    /// Whether its output goes into another command, whose end is then the only one that counts.
    pub piped: bool,
}

impl Command {
    /// The word at a position.
    pub fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    /// Whether one of its words is that.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|it| it == word)
    }

    /// Whether a word begins so.
    pub fn has_start(&self, start: &str) -> bool {
        self.words.iter().any(|it| it.starts_with(start))
    }
}

/// Words that only find or wrap the command behind them.
const WRAPPERS: [&str; 17] = [
    "npx",
    "bunx",
    "pnpx",
    "sudo",
    "time",
    "exec",
    "command",
    "cross-env",
    "dotenv",
    "env",
    "xvfb-run",
    "nice",
    "then",
    "do",
    "else",
    "if",
    "!",
];

/// The commands of a script.
pub(super) fn commands(script: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut errors_pass = false;
    for (before, line) in lines(script) {
        let mut rest = line.as_str();
        while !rest.is_empty() {
            let (part, sign, after) = split(rest);
            let next = after.trim_start();
            let words = unwrapped(words(part));
            if words.first().is_some_and(|it| it == "set") && words.iter().any(|it| it == "+e") {
                errors_pass = true;
            }
            let soft = match sign {
                "||" if is_nothing(next) => Some("|| true"),
                ";" if next.starts_with("exit 0") || next.starts_with("true") => Some("; exit 0"),
                _ if errors_pass => Some("set +e"),
                _ => None,
            };
            if !words.is_empty() {
                commands.push(Command { before, words, soft, piped: sign == "|" });
            }
            rest = after;
        }
    }
    // `a && b || true` forgives both, and so does `a | b || true`.
    for at in (1..commands.len()).rev() {
        let (same, soft) = match (commands.get(at - 1), commands.get(at)) {
            (Some(a), Some(b)) => (a.before == b.before && a.soft.is_none(), b.soft),
            _ => (false, None),
        };
        if let Some(earlier) = commands.get_mut(at - 1).filter(|_| same && soft == Some("|| true")) {
            earlier.soft = soft;
        }
    }
    commands
}

/// Whether what stands behind `||` forgives: it does nothing that fails.
fn is_nothing(next: &str) -> bool {
    let word = next.split_whitespace().next().unwrap_or_default().trim_end_matches(';');
    let fails = next.contains("exit 1") || next.contains("false");
    matches!(word, "true" | ":" | "echo" | "printf") && !fails || next.starts_with("exit 0")
}

/// Lines with those that a backslash continues put together, and comments gone.
pub(in crate::repo) fn lines(script: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut goes_on = false;
    for (before, line) in (0_u32..).zip(script.lines()) {
        let text = line.trim();
        if !goes_on && text.starts_with('#') {
            continue;
        }
        let body = text.strip_suffix('\\').unwrap_or(text);
        match lines.last_mut().filter(|_| goes_on) {
            Some((_, last)) => {
                last.push(' ');
                last.push_str(body);
            }
            None if !body.is_empty() => lines.push((before, body.to_owned())),
            None => {}
        }
        goes_on = text.ends_with('\\');
    }
    lines
}

/// Up to the next sign that ends a command, outside of quotes: what stands before it, the sign, what stands behind.
fn split(text: &str) -> (&str, &'static str, &str) {
    let mut quote = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|it| !it.is_empty()) {
        let letter = rest.chars().next().unwrap_or(' ');
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None => {
                let sign = ["&&", "||", ";", "|"].into_iter().find(|it| rest.starts_with(it));
                if let Some(sign) = sign {
                    return (text.get(..at).unwrap_or_default(), sign, text.get(at + sign.len()..).unwrap_or_default());
                }
                if letter == '#' && text.get(..at).is_some_and(|it| it.ends_with(' ')) {
                    return (text.get(..at).unwrap_or_default(), "", "");
                }
            }
        }
        at += letter.len_utf8();
    }
    (text, "", "")
}

fn words(part: &str) -> Vec<String> {
    let part = part.trim().trim_start_matches(['(', '{']).trim_end_matches([')', '}', '&']);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in part.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if letter.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Takes off what only sets a variable, finds or wraps.
fn unwrapped(words: Vec<String>) -> Vec<String> {
    let mut words = std::collections::VecDeque::from(words);
    loop {
        let first = words.front().map_or("", String::as_str);
        let sets = first
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_'));
        let second = words.get(1).map_or("", String::as_str);
        let is_exec = matches!((first, second), ("pnpm" | "yarn" | "npm" | "bun", "exec" | "dlx" | "x"));
        if is_exec {
            words.pop_front();
            words.pop_front();
        } else if sets || WRAPPERS.contains(&first) {
            words.pop_front();
        } else if !first.is_empty() && first.starts_with('-') {
            // An option of a wrapper: `npx --yes`, `dotenv -e .env --`.
            let takes = matches!(first, "-e" | "-f" | "-c" | "-p" | "--package");
            words.pop_front();
            if takes {
                words.pop_front();
            }
        } else {
            return words.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn told(script: &str) -> Vec<String> {
        commands(script)
            .into_iter()
            .map(|it| format!("{}:{}{}", it.before, it.words.join(" "), it.soft.map(|it| format!(" [{it}]")).unwrap_or_default()))
            .collect()
    }

    #[rstest]
    #[case("npm ci && npm test", &["0:npm ci", "0:npm test"])]
    #[case("# a\nnpm run lint || true\nCI=1 npx tsc --noEmit", &["1:npm run lint [|| true]", "2:tsc --noEmit"])]
    #[case("npm test || echo 'no tests'", &["0:npm test [|| true]", "0:echo no tests"])]
    #[case("npm test || (echo bad; exit 1)", &["0:npm test", "0:echo bad", "0:exit 1"])]
    #[case("npm test; exit 0", &["0:npm test [; exit 0]", "0:exit 0"])]
    #[case("set +e\nnpm test", &["0:set +e [set +e]", "1:npm test [set +e]"])]
    #[case("tsc \\\n  --noEmit \\\n  -p .", &["0:tsc --noEmit -p ."])]
    #[case("pnpm exec eslint . | tee out || true", &["0:eslint . [|| true]", "0:tee out [|| true]", "0:true"])]
    #[case("echo 'a && b' # npm test", &["0:echo a && b"])]
    #[case("npx --yes dotenv -e .env -- vitest run", &["0:vitest run"])]
    fn scripts(#[case] script: &str, #[case] wanted: &[&str]) {
        assert_eq!(
            told(script).into_iter().filter(|it| !it.ends_with(":true")).collect::<Vec<_>>(),
            wanted.iter().filter(|it| !it.ends_with(":true")).map(|it| (*it).to_owned()).collect::<Vec<_>>()
        );
    }

    proptest::proptest! {
        #[test]
        fn any_script_is_read_to_its_end(script in "[a-z&|;'\"\\\\\n #(){}=-]{0,120}") {
            proptest::prop_assert!(commands(&script).len() <= script.len());
        }
    }
}
