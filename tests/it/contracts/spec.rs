//! A vendor's OpenAPI file: which requests it documents, and the schema of an answer as plain JSON Schema. Reads files
//! only, and resolves references within the one file only.

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// One vendor's file.
pub struct Spec {
    document: Value,
    /// The schemas that others refer to, translated.
    components: Value,
}

impl Spec {
    /// The file of that name in `directory`.
    pub fn read(directory: &Path, name: &str) -> Self {
        let path = directory.join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let document: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let schemas = document.pointer("/components/schemas").map_or_else(|| json!({}), each);
        Self { document, components: json!({ "schemas": schemas }) }
    }

    /// The path that every address of this vendor begins with: `/v1`, or nothing.
    pub fn base(&self) -> String {
        let server = self.document.pointer("/servers/0/url").and_then(Value::as_str).expect("the file names a server");
        let url = url::Url::parse(server).expect("the server is an address");
        url.path().trim_end_matches('/').to_owned()
    }

    /// The documented GET of a path template, whatever the names of its holes.
    fn operation(&self, template: &str) -> Option<(&Value, &Value)> {
        let paths = self.document["paths"].as_object().expect("the file has paths");
        let (_, path) = paths.iter().find(|(path, _)| without_names(path) == without_names(template))?;
        Some((path, path.get("get")?))
    }

    pub fn has_get(&self, template: &str) -> bool {
        self.operation(template).is_some()
    }

    /// The names of the documented query parameters of a GET.
    pub fn query_names(&self, template: &str) -> BTreeSet<String> {
        let (path, get) = self.operation(template).expect("a documented GET");
        let lists = [path, get].into_iter().filter_map(|it| it["parameters"].as_array()).flatten();
        let parameters = lists.map(|it| self.resolved(it)).filter(|it| it["in"] == "query");
        parameters.map(|it| it["name"].as_str().expect("a parameter has a name").to_owned()).collect()
    }

    /// Judges bodies of that answer; none when the file does not document such a JSON answer.
    pub fn validator(&self, template: &str, status: u16) -> Option<Validator> {
        let (_, get) = self.operation(template)?;
        let response = self.resolved(get["responses"].get(status.to_string())?);
        let schema = response.pointer("/content/application~1json/schema")?;
        let mut root = translated(schema);
        root.as_object_mut()?.insert("components".to_owned(), self.components.clone());
        Some(jsonschema::options().should_validate_formats(true).build(&root).expect("a vendor's schema can be used"))
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').expect("a reference within the file");
                self.resolved(self.document.pointer(pointer).expect("the reference leads somewhere"))
            }
            None => value,
        }
    }
}

/// `/a/{b}` as `/a/{}`.
fn without_names(template: &str) -> String {
    template.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// A schema of OpenAPI 3.0 or 3.1 as JSON Schema 2020-12: `nullable` becomes a choice, and `oneOf` becomes `anyOf`,
/// because the alternatives of these vendors overlap.
pub fn translated(schema: &Value) -> Value {
    let Some(fields) = schema.as_object() else { return schema.clone() };
    let mut new = Map::new();
    for (name, value) in fields {
        match name.as_str() {
            "properties" | "patternProperties" => drop(new.insert(name.clone(), each(value))),
            "items" | "additionalProperties" | "not" => drop(new.insert(name.clone(), translated(value))),
            "allOf" | "anyOf" => drop(new.insert(name.clone(), list(value))),
            "oneOf" => drop(new.insert("anyOf".to_owned(), list(value))),
            // In 3.0 these two are flags beside `minimum` and `maximum`.
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {}
            "nullable" | "example" | "examples" | "discriminator" | "description" | "title" | "$id" => {}
            _ => drop(new.insert(name.clone(), value.clone())),
        }
    }
    if fields.get("nullable") == Some(&Value::Bool(true)) {
        return json!({ "anyOf": [new, { "type": "null" }] });
    }
    Value::Object(new)
}

fn each(schemas: &Value) -> Value {
    let fields = schemas.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, schema)| (name.clone(), translated(schema))).collect())
}

fn list(schemas: &Value) -> Value {
    schemas.as_array().into_iter().flatten().map(translated).collect()
}
