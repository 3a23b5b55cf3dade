//! What `schema.prisma` says: models with the names that the database has for them, their keys and indexes, the data source.
//! It reads lines as Prisma's own formatter writes them.

use std::collections::BTreeMap;

/// One model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Model {
    /// As code calls it.
    pub name: String,
    /// As the database calls it.
    pub table: String,
    pub schema: Option<String>,
    /// Fields that are columns: name in code, name in the database.
    pub columns: BTreeMap<String, String>,
    /// Lists of columns that an index or key begins with, in order, as the database calls them.
    pub indexes: Vec<Vec<String>>,
    pub path: String,
    pub line: u32,
}

/// All `.prisma` files of the repository together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrismaSchema {
    pub models: Vec<Model>,
    pub provider: Option<String>,
    /// Variable that holds the address for queries.
    pub url: Option<String>,
    /// Variable that holds the address for migrations.
    pub direct_url: Option<String>,
}

impl PrismaSchema {
    /// The model that the client calls so: `prisma.orderItem` is `OrderItem`.
    #[must_use]
    pub fn model(&self, called: &str) -> Option<&Model> {
        self.models.iter().find(|it| {
            let (mut own, mut other) = (it.name.chars(), called.chars());
            own.next().map(|it| it.to_ascii_lowercase()) == other.next().map(|it| it.to_ascii_lowercase())
                && own.as_str() == other.as_str()
        })
    }
}

/// Reads every `.prisma` file; none if there is none.
pub(super) fn read(added: &BTreeMap<String, String>) -> Option<PrismaSchema> {
    let files: Vec<_> = added.iter().filter(|(path, _)| path.ends_with(".prisma")).collect();
    if files.is_empty() {
        return None;
    }
    let mut schema = PrismaSchema::default();
    let mut types: BTreeMap<String, bool> = BTreeMap::new();
    for (_, text) in &files {
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if let (Some("enum"), Some(name)) = (words.next(), words.next()) {
                types.insert(name.to_owned(), true);
            }
        }
    }
    for (path, text) in files {
        file(path, text, &types, &mut schema);
    }
    Some(schema)
}

fn file(path: &str, text: &str, enums: &BTreeMap<String, bool>, schema: &mut PrismaSchema) {
    let mut model: Option<Model> = None;
    let mut is_source = false;
    for (line, text) in (1_u32..).zip(text.lines()) {
        let text = text.split("//").next().unwrap_or_default().trim();
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["model" | "view", name, ..] => {
                let name = name.trim_end_matches('{').to_owned();
                model = Some(Model { table: name.clone(), name, path: path.to_owned(), line, ..Model::default() });
            }
            ["datasource", ..] => is_source = true,
            ["}", ..] => {
                is_source = false;
                schema.models.extend(model.take().map(settled));
            }
            [key, "=", ..] if is_source => {
                let value = text.split_once('=').map_or("", |(_, value)| value);
                let named = quoted(value);
                match *key {
                    "provider" => schema.provider = schema.provider.take().or(named),
                    "url" => schema.url = schema.url.take().or(named),
                    "directUrl" => schema.direct_url = schema.direct_url.take().or(named),
                    _ => {}
                }
            }
            [first, rest @ ..] => {
                if let Some(model) = model.as_mut() {
                    entry(model, first, rest, text, enums);
                }
            }
            [] => {}
        }
    }
}

fn entry(model: &mut Model, first: &str, rest: &[&str], text: &str, enums: &BTreeMap<String, bool>) {
    if let Some(kind) = first.strip_prefix("@@") {
        let inside = text.split_once('(').map_or("", |(_, inside)| inside);
        if kind.starts_with("map") {
            model.table = quoted(inside).unwrap_or_else(|| model.table.clone());
        } else if kind.starts_with("schema") {
            model.schema = quoted(inside);
        } else if ["index", "unique", "id", "fulltext"].iter().any(|it| kind.starts_with(it)) {
            let list = inside.split_once('[').and_then(|(_, it)| it.split_once(']')).map_or("", |(list, _)| list);
            let fields = list.split(',').map(|it| it.trim().split('(').next().unwrap_or_default().to_owned());
            model.indexes.push(fields.filter(|it| !it.is_empty()).collect());
        }
        return;
    }
    let Some(kind) = rest.first() else { return };
    let bare = kind.trim_end_matches(['?', ']', '[']);
    let scalar = ["String", "Int", "BigInt", "Float", "Decimal", "Boolean", "DateTime", "Json", "Bytes"];
    if !(scalar.contains(&bare) || enums.contains_key(bare) || bare.starts_with("Unsupported(")) {
        return;
    }
    let mapped = text.split_once(" @map(").and_then(|(_, it)| quoted(it));
    model.columns.insert(first.to_owned(), mapped.unwrap_or_else(|| first.to_owned()));
    if rest.iter().any(|it| it.starts_with("@id") || it.starts_with("@unique")) {
        model.indexes.push(vec![first.to_owned()]);
    }
}

/// The indexes of a model name fields; the database has columns.
fn settled(mut model: Model) -> Model {
    let columns = &model.columns;
    for field in model.indexes.iter_mut().flatten() {
        if let Some(column) = columns.get(field) {
            field.clone_from(column);
        }
    }
    model
}

fn quoted(text: &str) -> Option<String> {
    text.split('"').nth(1).map(str::to_owned)
}
