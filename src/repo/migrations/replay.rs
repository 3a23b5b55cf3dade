//! Statements replayed one after the other, the last one wins. What cannot be replayed and matters is told with its line
//! and with what it may touch; what does not matter for the schema is passed over by its first words.

use super::cursor::Cursor;
use super::lex::{self, Kind, Token};
use super::schema::{At, Schema};
use super::{rights, tables};
use std::sync::Arc;

/// Which answers something unread may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touches {
    pub tables: bool,
    pub columns: bool,
    pub indexes: bool,
    /// Row-level security and policies.
    pub security: bool,
}

impl Touches {
    pub const ALL: Self = Self { tables: true, columns: true, indexes: true, security: true };
    pub const TABLES: Self = Self { tables: true, columns: true, ..Self::NOTHING };
    pub const COLUMNS: Self = Self { columns: true, ..Self::NOTHING };
    pub const INDEXES: Self = Self { indexes: true, ..Self::NOTHING };
    pub const SECURITY: Self = Self { security: true, ..Self::NOTHING };
    pub const NOTHING: Self = Self { tables: false, columns: false, indexes: false, security: false };

    /// What a statement that is put together while it runs may touch, by the words of its pieces.
    fn of_words(words: &str) -> Self {
        let words = words.to_ascii_lowercase();
        let has = |it: &str| words.contains(it);
        let touches = Self {
            tables: has("create table") || has("drop table") || has("rename to") || has(" view "),
            columns: has("column") || has("create table") || has("rename"),
            indexes: has("index") || has("constraint") || has("primary key"),
            security: has("row level security") || has("policy"),
        };
        let is_harmless = [
            "grant ",
            "revoke ",
            "comment on",
            "trigger",
            "publication",
            "owner to",
            "sequence",
            "cron.",
            "vacuum",
            "analyze",
            "alter function",
            "alter procedure",
            "alter type",
            "create type",
            "create extension",
            "default privileges",
            "refresh materialized",
        ];
        let harmless = is_harmless.iter().any(|it| has(it)) || starts_with_any(&words, &["select", "insert", "update", "delete"]);
        if touches == Self::NOTHING && !harmless { Self::ALL } else { touches }
    }

    #[must_use]
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            tables: self.tables || other.tables,
            columns: self.columns || other.columns,
            indexes: self.indexes || other.indexes,
            security: self.security || other.security,
        }
    }
}

fn starts_with_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|it| text.trim_start().starts_with(it))
}

/// A statement that matters and could not be replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreplayed {
    pub at: At,
    /// How it begins.
    pub what: String,
    pub touches: Touches,
}

/// One run through statements.
#[derive(Debug, Default)]
pub struct Replay {
    pub schema: Schema,
    pub unreplayed: Vec<Unreplayed>,
}

/// What a statement stands in.
pub struct Scene<'x> {
    pub path: &'x Arc<str>,
    /// The text that the tokens were read from.
    pub text: &'x str,
    /// Lines before that text, when it is the body of another statement.
    pub before: u32,
    /// The schema of names that give none.
    pub schema: &'x str,
    /// How many bodies this one stands in.
    pub depth: u8,
}

impl Scene<'_> {
    #[must_use]
    pub fn at(&self, tokens: &[Token<'_>]) -> At {
        At { path: Arc::clone(self.path), line: self.before + tokens.first().map_or(1, |it| it.line) }
    }
}

/// Bodies inside bodies; more than these nobody writes.
const DEEPEST: u8 = 4;

impl Replay {
    /// Replays one statement.
    pub fn apply(&mut self, tokens: &[Token<'_>], scene: &Scene<'_>) {
        let mut cursor = Cursor::new(tokens, scene.schema);
        if cursor.eat(&["create"]) {
            self.create(cursor, tokens, scene);
        } else if cursor.eat(&["alter"]) {
            self.alter(cursor, tokens, scene);
        } else if cursor.eat(&["drop"]) {
            self.drop(cursor, tokens, scene);
        } else if cursor.sees(&["do"]) {
            self.body(tokens, scene);
        } else if cursor.eat(&["execute"]) {
            self.execute(cursor, tokens, scene);
        } else if cursor.sees(&["grant"]) || cursor.sees(&["revoke"]) {
            rights::grant(self, cursor);
        } else if cursor.sees(&["rollback"]) && !cursor.holds(&["to"]) {
            self.tell(tokens, scene, Touches::ALL);
        } else if cursor.sees(&["select"]) || cursor.sees(&["call"]) || cursor.sees(&["perform"]) {
            self.call(tokens, scene);
        }
    }

    fn create(&mut self, mut it: Cursor<'_, '_>, tokens: &[Token<'_>], scene: &Scene<'_>) {
        it.eat(&["or", "replace"]);
        let at = scene.at(tokens);
        if it.eat(&["table"]) || it.eat(&["unlogged", "table"]) || it.eat(&["foreign", "table"]) {
            let sort = if tokens.iter().take(3).any(|it| it.is("foreign")) { super::Sort::Foreign } else { super::Sort::Table };
            if !tables::create(self, it, sort, &at) {
                self.tell(tokens, scene, Touches::TABLES);
            }
        } else if it.sees(&["temp"]) || it.sees(&["temporary"]) || it.sees(&["local"]) || it.sees(&["global"]) {
            it.skip(&["temp", "temporary", "local", "global", "recursive", "unlogged"]);
            it.next();
            it.eat(&["if", "not", "exists"]);
            if let Some(name) = it.name() {
                self.schema.temporary.insert(name.name);
            }
        } else if it.sees(&["index"]) || it.sees(&["unique", "index"]) {
            if !tables::create_index(self, it, &at) {
                self.tell(tokens, scene, Touches::INDEXES);
            }
        } else if it.eat(&["policy"]) {
            if !rights::create_policy(self, it, &at, scene.text) {
                self.tell(tokens, scene, Touches::SECURITY);
            }
        } else if it.sees(&["view"]) || it.sees(&["materialized", "view"]) || it.sees(&["recursive", "view"]) {
            if !tables::create_view(self, it, &at) {
                self.tell(tokens, scene, Touches::TABLES);
            }
        } else if it.eat(&["function"]) || it.eat(&["procedure"]) {
            rights::create_function(self, it, &at);
        } else if it.eat(&["trigger"]) || it.eat(&["constraint", "trigger"]) {
            if let (Some(name), Some(mut on)) = (it.identifier(), it.behind(&["on"]))
                && let Some(table) = on.name()
            {
                self.schema.triggers.insert((table, name), at);
            }
        } else if it.eat(&["event", "trigger"]) {
            self.schema.event_trigger.get_or_insert(at);
        } else if it.eat(&["extension"]) {
            it.eat(&["if", "not", "exists"]);
            if let Some(name) = it.identifier() {
                self.schema.extensions.insert(name);
            }
        } else if it.eat(&["schema"]) && it.holds(&["create"]) {
            self.tell(tokens, scene, Touches::ALL);
        }
    }

    fn alter(&mut self, mut it: Cursor<'_, '_>, tokens: &[Token<'_>], scene: &Scene<'_>) {
        let at = scene.at(tokens);
        let is_relation =
            it.eat(&["table"]) || it.eat(&["foreign", "table"]) || it.eat(&["view"]) || it.eat(&["materialized", "view"]);
        if is_relation {
            let touches = tables::alter(self, it, &at);
            if touches != Touches::NOTHING {
                self.tell(tokens, scene, touches);
            }
        } else if it.eat(&["index"]) {
            tables::alter_index(self, it);
        } else if it.eat(&["policy"]) {
            if !rights::alter_policy(self, it, scene.text) {
                self.tell(tokens, scene, Touches::SECURITY);
            }
        } else if it.eat(&["function"]) || it.eat(&["procedure"]) || it.eat(&["routine"]) {
            rights::alter_function(self, it);
        } else if it.eat(&["schema"]) && it.holds(&["rename"]) {
            self.tell(tokens, scene, Touches::ALL);
        }
    }

    fn drop(&mut self, mut it: Cursor<'_, '_>, tokens: &[Token<'_>], scene: &Scene<'_>) {
        let is_relation =
            it.eat(&["table"]) || it.eat(&["view"]) || it.eat(&["materialized", "view"]) || it.eat(&["foreign", "table"]);
        if is_relation {
            it.eat(&["if", "exists"]);
            for mut part in it.parts() {
                match part.name() {
                    Some(name) if self.schema.temporary.remove(&name.name) => {}
                    Some(name) => tables::drop(self, &name, &scene.at(tokens)),
                    None => self.tell(tokens, scene, Touches::TABLES),
                }
            }
        } else if it.eat(&["index"]) {
            it.eat(&["concurrently"]);
            it.eat(&["if", "exists"]);
            for name in it.parts().into_iter().filter_map(|mut it| it.name()) {
                tables::drop_index(self, &name.name);
            }
        } else if it.eat(&["policy"]) {
            it.eat(&["if", "exists"]);
            if let (Some(policy), true, Some(table)) = (it.identifier(), it.eat(&["on"]), it.name()) {
                if let Some(relation) = self.schema.relations.get_mut(&table) {
                    relation.policies.remove(&policy);
                }
            } else {
                self.tell(tokens, scene, Touches::SECURITY);
            }
        } else if it.eat(&["function"]) || it.eat(&["procedure"]) || it.eat(&["routine"]) {
            it.eat(&["if", "exists"]);
            for part in it.parts() {
                rights::drop_function(&mut self.schema, part);
            }
        } else if it.eat(&["trigger"]) {
            it.eat(&["if", "exists"]);
            if let (Some(name), true, Some(table)) = (it.identifier(), it.eat(&["on"]), it.name()) {
                self.schema.triggers.remove(&(table, name));
            }
        } else if it.eat(&["event", "trigger"]) {
            self.schema.event_trigger = None;
        } else if it.eat(&["schema"]) {
            it.eat(&["if", "exists"]);
            let dropped: Vec<String> = it.parts().into_iter().filter_map(|mut it| it.identifier()).collect();
            self.schema.relations.retain(|name, _| !dropped.contains(&name.schema));
            self.schema.functions.retain(|name, _| !dropped.contains(&name.schema));
        } else if it.eat(&["owned"]) {
            self.tell(tokens, scene, Touches::ALL);
        }
    }

    /// A `do` block: its definitions are replayed as if every condition held, which is what guards such as `if not exists`
    /// come to; what it builds while it runs is told.
    fn body(&mut self, tokens: &[Token<'_>], scene: &Scene<'_>) {
        let Some(body) = tokens.iter().find(|it| matches!(it.kind, Kind::Dollar | Kind::Text)) else { return };
        self.inside(body, tokens, scene);
    }

    fn inside(&mut self, body: &Token<'_>, tokens: &[Token<'_>], scene: &Scene<'_>) {
        if scene.depth >= DEEPEST {
            self.tell(tokens, scene, Touches::ALL);
            return;
        }
        let plain;
        let text = if body.kind == Kind::Text {
            plain = body.text.replace("''", "'");
            &plain
        } else {
            body.text
        };
        let before = scene.before + body.line.saturating_sub(1);
        let inner = Scene { path: scene.path, text, before, schema: scene.schema, depth: scene.depth + 1 };
        lex::statements(text, |piece| {
            if let Some(from) = definition(piece) {
                self.apply(piece.get(from..).unwrap_or_default(), &inner);
            }
        });
    }

    /// `execute` of a plain text is that statement; of anything else it is told.
    fn execute(&mut self, it: Cursor<'_, '_>, tokens: &[Token<'_>], scene: &Scene<'_>) {
        if let Some(text) = plain(it) {
            // Where the pieces of a text stand says nothing of the lines in it.
            let line = tokens.first().map_or(1, |it| it.line);
            let body = Token { kind: Kind::Dollar, text: &text, line, from: 0, to: 0 };
            self.inside(&body, tokens, scene);
            return;
        }
        let words: Vec<&str> =
            it.rest().iter().filter(|it| matches!(it.kind, Kind::Text | Kind::Dollar)).map(|it| it.text).collect();
        let touches = Touches::of_words(&words.join(" "));
        if touches != Touches::NOTHING {
            self.tell(tokens, scene, touches);
        }
    }

    /// Calling a function of the app's own that builds statements may change anything.
    fn call(&mut self, tokens: &[Token<'_>], scene: &Scene<'_>) {
        let mut at = Cursor::new(tokens, scene.schema);
        while !at.is_done() {
            let mut name = at;
            if let Some(called) = name.name()
                && name.rest().first().is_some_and(|it| it.is_sign('('))
                && self.schema.functions.get(&called).is_some_and(super::schema::Function::is_dynamic)
            {
                self.tell(tokens, scene, Touches::ALL);
                return;
            }
            at.next();
        }
    }

    pub(super) fn tell(&mut self, tokens: &[Token<'_>], scene: &Scene<'_>, touches: Touches) {
        let what = Cursor::new(tokens, scene.schema).written(scene.text);
        let what: String = what.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
        self.unreplayed.push(Unreplayed { at: scene.at(tokens), what, touches });
    }
}

/// The text that an expression surely comes to: literals put together, or a `format` with nothing to fill in.
fn plain(mut it: Cursor<'_, '_>) -> Option<String> {
    let is_text = |it: &Token<'_>| matches!(it.kind, Kind::Text | Kind::Dollar);
    let inside = |it: &Token<'_>| if it.kind == Kind::Text { it.text.replace("''", "'") } else { it.text.to_owned() };
    if it.eat(&["format"]) {
        let group = it.group().filter(|_| it.is_done())?;
        let [only] = group.rest() else { return None };
        let text = Some(inside(only)).filter(|_| is_text(only))?;
        let bare = text.replace("%%", "");
        return (!bare.contains('%')).then(|| text.replace("%%", "%"));
    }
    let (texts, signs): (Vec<&Token<'_>>, Vec<&Token<'_>>) = it.rest().iter().partition(|it| is_text(it));
    let joined = !texts.is_empty() && signs.len() == 2 * (texts.len() - 1) && signs.iter().all(|it| it.is_sign('|'));
    joined.then(|| texts.into_iter().map(inside).collect())
}

/// Where in a piece of a body a definition begins: at its start, or behind the words that control it.
fn definition(piece: &[Token<'_>]) -> Option<usize> {
    const DEFINES: [&str; 8] = ["do", "create", "alter", "drop", "execute", "grant", "revoke", "perform"];
    const CONTROLS: [&str; 4] = ["begin", "then", "else", "loop"];
    (0..piece.len()).find(|at| {
        let defines = piece.get(*at).is_some_and(|it| DEFINES.iter().any(|word| it.is(word)));
        let before = at.checked_sub(1).and_then(|at| piece.get(at));
        defines && before.is_none_or(|it| CONTROLS.iter().any(|word| it.is(word)))
    })
}
