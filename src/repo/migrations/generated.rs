//! Types that `supabase gen types` writes from a live schema: which tables and views they name. It reads types, not values.

use crate::repo::code::parse::parse;
use oxc_ast::ast::{TSSignature, TSType, TSTypeLiteral};
use oxc_ast_visit::{Visit, walk};

/// One such file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    pub path: String,
    /// Tables and views of `public`.
    pub relations: Vec<String>,
}

/// Whether a file's name is one that such types get.
pub(super) fn may_be(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.strip_suffix(".ts").is_some() && (name.contains("types") || name.contains("database") || name.contains("supabase"))
}

/// Reads them; none if the file holds none.
pub(super) fn read(path: &str, text: &str) -> Option<Generated> {
    if !(text.contains("Tables:") && text.contains("Row:")) {
        return None;
    }
    let mut look = Look(Vec::new());
    parse(path, text, |parsed| look.visit_program(parsed.program));
    (!look.0.is_empty()).then(|| Generated { path: path.to_owned(), relations: look.0 })
}

struct Look(Vec<String>);

impl<'a> Visit<'a> for Look {
    fn visit_ts_type_literal(&mut self, it: &TSTypeLiteral<'a>) {
        for (name, inside) in members(it) {
            if name == "public"
                && let TSType::TSTypeLiteral(schema) = inside
            {
                for (group, inside) in members(schema) {
                    if let TSType::TSTypeLiteral(list) = inside
                        && matches!(group.as_str(), "Tables" | "Views")
                    {
                        let named = members(list).into_iter().filter(|(_, it)| matches!(it, TSType::TSTypeLiteral(_)));
                        self.0.extend(named.map(|(name, _)| name));
                    }
                }
                return;
            }
        }
        walk::walk_ts_type_literal(self, it);
    }
}

fn members<'b, 'a>(it: &'b TSTypeLiteral<'a>) -> Vec<(String, &'b TSType<'a>)> {
    let property = |it: &'b TSSignature<'a>| match it {
        TSSignature::TSPropertySignature(it) => {
            Some((it.key.static_name()?.into_owned(), &it.type_annotation.as_ref()?.type_annotation))
        }
        _ => None,
    };
    it.members.iter().filter_map(property).collect()
}
