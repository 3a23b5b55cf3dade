//! The arguments of a stored function as the database tells its forms apart: by the types of what is given in, without names,
//! defaults and lengths. A type that is spelled in a way that is not known here is told apart as it is spelled.

use super::cursor::Cursor;
use super::lex::{Kind, Token};

/// The types, in order, between commas.
pub(super) fn signature(arguments: &Cursor<'_, '_>) -> String {
    arguments.parts().iter().filter_map(|it| argument(it.rest())).collect::<Vec<_>>().join(", ")
}

/// The type of one argument; none of one that is only given out.
fn argument(tokens: &[Token<'_>]) -> Option<String> {
    let end = tokens.iter().position(|it| it.is("default") || it.is_sign('=') || it.is_sign(':')).unwrap_or(tokens.len());
    let mut tokens = tokens.get(..end).unwrap_or_default();
    // The mode stands before the name; some write it behind.
    let mode = |it: &&Token<'_>| ["in", "out", "inout", "variadic"].iter().any(|mode| it.is(mode));
    let is_out = tokens.iter().take(2).any(|it| it.is("out")) && !tokens.iter().take(2).any(|it| it.is("in"));
    if is_out {
        return None;
    }
    let kept: Vec<Token<'_>> = match tokens {
        [first, ..] if mode(&first) => tokens.iter().skip_while(mode).copied().collect(),
        _ => tokens.to_vec(),
    };
    tokens = &kept;
    if let [first, second, rest @ ..] = tokens
        && is_word(first)
        && is_word(second)
        && !is_of_two_words(first, second)
    {
        tokens = tokens.get(1..).unwrap_or_default();
        if let [mode_behind, ..] = tokens
            && mode(&mode_behind)
            && !rest.is_empty()
        {
            tokens = rest;
        }
    }
    Some(known_as(&spelled(tokens)))
}

fn is_word(it: &Token<'_>) -> bool {
    matches!(it.kind, Kind::Word | Kind::Quoted)
}

/// Whether two words that stand together are one type and not a name with its type.
fn is_of_two_words(first: &Token<'_>, second: &Token<'_>) -> bool {
    [
        ("double", &["precision"][..]),
        ("character", &["varying"]),
        ("char", &["varying"]),
        ("bit", &["varying"]),
        ("national", &["character", "char"]),
        ("time", &["with", "without"]),
        ("timestamp", &["with", "without"]),
        ("interval", &["year", "month", "day", "hour", "minute", "second"]),
    ]
    .iter()
    .any(|(word, next)| first.is(word) && next.iter().any(|it| second.is(it)))
}

/// Words with a space between them, signs as they are, without lengths in brackets.
fn spelled(tokens: &[Token<'_>]) -> String {
    let (mut text, mut depth) = (String::new(), 0_usize);
    for token in tokens {
        match token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            Kind::Sign(sign) => text.push(sign),
            Kind::Number => {}
            _ => {
                if text.ends_with(|it: char| it.is_alphanumeric() || it == '_') {
                    text.push(' ');
                }
                let word = if token.kind == Kind::Word { token.text.to_lowercase() } else { token.text.to_owned() };
                text.push_str(&word);
            }
        }
    }
    text
}

/// One spelling for what the database knows by several (PostgreSQL: Data Types, aliases).
fn known_as(spelled: &str) -> String {
    let own = ["public.", "pg_catalog."].iter().find_map(|it| spelled.strip_prefix(it)).unwrap_or(spelled);
    let (kind, array) = own.find('[').map_or((own, ""), |at| own.split_at(at));
    let kind = match kind {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "bool" => "boolean",
        "varchar" | "char varying" => "character varying",
        "char" | "bpchar" => "character",
        "decimal" => "numeric",
        "float" | "float8" => "double precision",
        "float4" => "real",
        "timestamptz" => "timestamp with time zone",
        "timestamp without time zone" => "timestamp",
        "timetz" => "time with time zone",
        "time without time zone" => "time",
        other => other,
    };
    format!("{kind}{array}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::migrations::lex::statements;
    use rstest::rstest;

    #[rstest]
    #[case("", "")]
    #[case("a int default 1, b text", "integer, text")]
    #[case("int4, \"Text\"", "integer, Text")]
    #[case("a varchar(20) = 'x', b timestamptz", "character varying, timestamp with time zone")]
    #[case("character varying, double precision", "character varying, double precision")]
    #[case("d double precision, t timestamp without time zone", "double precision, timestamp")]
    #[case("in a int, out b text, inout c bool, variadic d int[]", "integer, boolean, integer[]")]
    #[case("a out int, b in int", "integer")]
    #[case("a public.mood, mood, other.mood", "mood, mood, other.mood")]
    #[case("a numeric(10, 2), b int4[3]", "numeric, integer[]")]
    fn arguments_are_told_apart_by_their_types(#[case] written: &str, #[case] wanted: &str) {
        let mut told = None;
        statements(&format!("({written})"), |tokens| {
            told = Cursor::new(tokens, "public").group().map(|it| signature(&it));
        });
        assert_eq!(told.unwrap(), wanted);
    }
}
