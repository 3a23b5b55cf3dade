//! What a tool is called with: one list says what is wanted, from which the schema is made that an agent sees, and against
//! which a call is checked. What does not fit is told by name; nothing is guessed and nothing is left aside.

use crate::domain::Foreign;
use crate::trouble::Trouble;
use rmcp::model::JsonObject;
use serde_json::{Map, Value, json};

/// Characters of a name.
const MOST_LETTERS: usize = 200;

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One name.
    Name,
    /// Several names, at most so many.
    Names(usize),
    /// A whole number within these, with what it is when it is not given.
    Number { least: u64, most: u64, else_: u64 },
    /// One of these words, the first when it is not given.
    Word(&'static [&'static str]),
}

/// An argument of a tool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Argument {
    pub name: &'static str,
    pub kind: Kind,
    pub is_needed: bool,
    pub says: &'static str,
}

/// The arguments of one call, checked.
#[derive(Debug, Default)]
pub(super) struct Given(Map<String, Value>);

/// The JSON Schema of these arguments. `apps`: the names to choose from for `app`, where they are fixed.
pub(super) fn schema(arguments: &[Argument], apps: Option<&[crate::domain::AppName]>) -> JsonObject {
    let mut properties = Map::new();
    for it in arguments {
        let mut form = match it.kind {
            Kind::Name => json!({ "type": "string", "maxLength": MOST_LETTERS }),
            Kind::Names(most) => {
                let name = json!({ "type": "string", "maxLength": MOST_LETTERS });
                json!({ "type": "array", "items": name, "minItems": 1, "maxItems": most })
            }
            Kind::Number { least, most, else_ } => {
                json!({ "type": "integer", "minimum": least, "maximum": most, "default": else_ })
            }
            Kind::Word(words) => json!({ "type": "string", "enum": words, "default": words.first() }),
        };
        if let Some(fields) = form.as_object_mut() {
            fields.insert("description".to_owned(), json!(it.says));
            if let Some(apps) = apps.filter(|_| it.name == APP.name) {
                fields.insert("enum".to_owned(), json!(apps));
            }
        }
        properties.insert(it.name.to_owned(), form);
    }
    let needed: Vec<&str> = arguments.iter().filter(|it| it.is_needed).map(|it| it.name).collect();
    let schema = json!({ "type": "object", "properties": properties, "required": needed, "additionalProperties": false });
    schema.as_object().cloned().unwrap_or_default()
}

/// The app that is meant: nearly every tool has it.
pub(super) const APP: Argument =
    Argument { name: "app", kind: Kind::Name, is_needed: false, says: "Which app; may be left out where there is only one" };

/// Where a list begins.
pub(super) const FROM: Argument = Argument {
    name: "from",
    kind: Kind::Number { least: 0, most: 1_000_000, else_: 0 },
    is_needed: false,
    says: "How many rows to pass over: `cut` says where to go on",
};

/// How long a list may be.
pub(super) const MOST: Argument = Argument {
    name: "most",
    kind: Kind::Number { least: 1, most: 200, else_: 50 },
    is_needed: false,
    says: "How many rows at most",
};

impl Given {
    /// Checks what a tool was called with.
    ///
    /// # Errors
    /// The first thing that does not fit, by its name and with what would.
    pub fn check(tool: &str, arguments: &[Argument], given: Option<JsonObject>) -> Result<Self, Trouble> {
        let given = given.unwrap_or_default();
        if let Some(stranger) = given.keys().find(|name| !arguments.iter().any(|it| it.name == name.as_str())) {
            let names: Vec<String> = arguments.iter().map(|it| format!("`{}`", it.name)).collect();
            let next = if names.is_empty() { "Call it without any".to_owned() } else { format!("It takes {}", names.join(", ")) };
            let stranger = Foreign::new(stranger).cut(40);
            return Err(Trouble::usage(format!("`{stranger}` is no argument of `{tool}`")).next(next));
        }
        for it in arguments {
            match given.get(it.name) {
                None | Some(Value::Null) if it.is_needed => {
                    return Err(Trouble::usage(format!("`{tool}` needs `{}`", it.name)).next(format!("Give {}", it.kind.words())));
                }
                None | Some(Value::Null) => {}
                Some(value) if it.kind.takes(value) => {}
                Some(value) => {
                    return Err(Trouble::usage(format!("`{}` of `{tool}` cannot be {}", it.name, shown(value)))
                        .next(format!("Give {}", it.kind.words())));
                }
            }
        }
        Ok(Self(given))
    }

    /// A name, if it was given.
    pub fn name(&self, argument: &Argument) -> Option<&str> {
        self.0.get(argument.name).and_then(Value::as_str)
    }

    /// The names that were given.
    pub fn names(&self, argument: &Argument) -> Vec<&str> {
        self.0.get(argument.name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The number that was given, or what it is else.
    pub fn number(&self, argument: &Argument) -> usize {
        let else_ = if let Kind::Number { else_, .. } = argument.kind { else_ } else { 0 };
        let number = self.0.get(argument.name).and_then(whole).unwrap_or(else_);
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    /// The word that was given, or the first one.
    pub fn word(&self, argument: &Argument) -> &str {
        let first = if let Kind::Word(words) = argument.kind { words.first().copied() } else { None };
        self.name(argument).or(first).unwrap_or_default()
    }
}

impl Kind {
    fn takes(self, value: &Value) -> bool {
        let is_name = |it: &Value| it.as_str().is_some_and(|text| !text.is_empty() && text.chars().count() <= MOST_LETTERS);
        match self {
            Self::Name => is_name(value),
            Self::Names(most) => {
                value.as_array().is_some_and(|rows| !rows.is_empty() && rows.len() <= most && rows.iter().all(is_name))
            }
            Self::Number { least, most, .. } => whole(value).is_some_and(|it| (least..=most).contains(&it)),
            Self::Word(words) => value.as_str().is_some_and(|it| words.contains(&it)),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Name => format!("a text of 1 to {MOST_LETTERS} characters"),
            Self::Names(most) => format!("a list of 1 to {most} texts"),
            Self::Number { least, most, .. } => format!("a whole number from {least} to {most}"),
            Self::Word(words) => words.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" or "),
        }
    }
}

/// A whole number, also one that is written as `5.0`.
fn whole(value: &Value) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    let number = value.as_f64().filter(|it| it.fract() == 0.0 && (0.0..=1e9).contains(it))?;
    format!("{number:.0}").parse().ok()
}

/// A value in a few letters.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(rows) => format!("a list of {}", rows.len()),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("`{}`", Foreign::new(text).cut(40)),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const ONLY: Argument = Argument { name: "only", kind: Kind::Names(2), is_needed: true, says: "Which" };
    const SHOW: Argument = Argument { name: "show", kind: Kind::Word(&["all", "some"]), is_needed: false, says: "How much" };
    const ALL: [Argument; 4] = [APP, ONLY, SHOW, MOST];

    fn check(given: &Value) -> Result<Given, String> {
        let given = given.as_object().cloned();
        Given::check("look", &ALL, given).map_err(|trouble| format!("{}: {}", trouble.what, trouble.next.unwrap_or_default()))
    }

    #[rstest]
    #[case(json!({}), "`look` needs `only`: Give a list of 1 to 2 texts")]
    #[case(json!({ "only": null }), "`look` needs `only`")]
    #[case(json!({ "only": "x" }), "`only` of `look` cannot be `x`: Give a list")]
    #[case(json!({ "only": [] }), "`only` of `look` cannot be a list of 0")]
    #[case(json!({ "only": ["a", "b", "c"] }), "cannot be a list of 3")]
    #[case(json!({ "only": [5] }), "cannot be a list of 1")]
    #[case(json!({ "only": [""] }), "cannot be a list of 1")]
    #[case(json!({ "only": ["x"], "app": 5 }), "`app` of `look` cannot be `5`: Give a text")]
    #[case(json!({ "only": ["x"], "app": { "a": 1 } }), "cannot be an object")]
    #[case(json!({ "only": ["x"], "show": "everything" }), "cannot be `everything`: Give `all` or `some`")]
    #[case(json!({ "only": ["x"], "most": 0 }), "`most` of `look` cannot be `0`: Give a whole number from 1 to 200")]
    #[case(json!({ "only": ["x"], "most": 1.5 }), "cannot be `1.5`")]
    #[case(json!({ "only": ["x"], "most": -1 }), "cannot be `-1`")]
    #[case(json!({ "only": ["x"], "most": 1e300 }), "`most` of `look` cannot be")]
    #[case(json!({ "only": ["x"], "appp": "acme" }), "`appp` is no argument of `look`: It takes `app`, `only`, `show`, `most`")]
    #[case(json!({ "only": ["x"], "a\u{1b}[2J": 1 }), "`a\u{fffd}[2J` is no argument")]
    fn what_does_not_fit_is_told_by_name(#[case] given: Value, #[case] wanted: &str) {
        let told = check(&given).unwrap_err();
        assert!(told.contains(wanted), "{told}");
    }

    #[test]
    fn what_fits_is_read_and_the_rest_is_what_it_is_else() {
        let given = check(&json!({ "only": ["a", "b"], "most": 7.0 })).unwrap();
        assert_eq!((given.names(&ONLY), given.number(&MOST)), (vec!["a", "b"], 7));
        assert_eq!((given.word(&SHOW), given.name(&APP)), ("all", None));
        let given = check(&json!({ "only": ["a"], "app": "acme", "show": "some" })).unwrap();
        assert_eq!((given.word(&SHOW), given.name(&APP), given.number(&MOST)), ("some", Some("acme"), 50));
        assert!(Given::check("bare", &[], None).is_ok());
    }

    #[test]
    fn the_schema_takes_what_the_check_takes() {
        let apps = ["acme".parse().unwrap()];
        let schema = Value::Object(schema(&ALL, Some(&apps)));
        let judge = jsonschema::validator_for(&schema).unwrap();
        for given in [
            json!({ "only": ["a"] }),
            json!({ "only": ["a"], "app": "acme", "show": "some", "most": 200 }),
            json!({ "only": [] }),
            json!({ "only": ["a", "b", "c"] }),
            json!({ "only": ["a"], "most": 201 }),
            json!({ "only": ["a"], "show": "none" }),
            json!({ "only": ["a"], "more": 1 }),
            json!({}),
        ] {
            assert_eq!(judge.is_valid(&given), check(&given).is_ok(), "{given}");
        }
        assert!(!judge.is_valid(&json!({ "only": ["a"], "app": "other" })), "the names are fixed");
        for property in schema["properties"].as_object().unwrap().values() {
            assert!(property["description"].as_str().is_some_and(|says| !says.is_empty()), "{property}");
        }
    }
}
