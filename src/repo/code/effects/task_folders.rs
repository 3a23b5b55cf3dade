//! The folders in which Trigger.dev looks for tasks, as `trigger.config` names them. A task elsewhere is in no deployment,
//! unless something in such a folder leads to it.

use crate::repo::code::chain::{property, text};
use crate::repo::code::parse::Parsed;
use crate::repo::place::{folder, name};
use oxc_ast::ast::{Expression, ObjectExpression};
use oxc_ast_visit::{Visit, walk};

/// The folders that a configuration names, relative to the root; none of another file, and where they are not written out.
pub(super) fn of(parsed: &Parsed<'_, '_>) -> Option<Vec<String>> {
    if !name(parsed.path).starts_with("trigger.config.") {
        return None;
    }
    let mut walk = Walk { folders: None };
    walk.visit_program(parsed.program);
    let here = folder(parsed.path);
    let joined = |it: String| {
        let below = it.trim_start_matches("./").trim_end_matches('/');
        if here.is_empty() { below.to_owned() } else { format!("{here}/{below}") }
    };
    Some(walk.folders?.into_iter().map(joined).collect())
}

struct Walk {
    folders: Option<Vec<String>>,
}

impl<'a> Visit<'a> for Walk {
    fn visit_object_expression(&mut self, it: &ObjectExpression<'a>) {
        if let Some(Expression::ArrayExpression(list)) = property(it, "dirs").map(Expression::get_inner_expression) {
            let texts: Option<Vec<String>> = list
                .elements
                .iter()
                .map(|it| it.as_expression().and_then(text).filter(|it| !it.contains(['*', '{'])).map(str::to_owned))
                .collect();
            self.folders = texts;
            return;
        }
        walk::walk_object_expression(self, it);
    }
}

#[cfg(test)]
mod tests {
    use crate::repo::code::CodeFile;
    use rstest::rstest;

    #[rstest]
    #[case("trigger.config.ts", "export default defineConfig({ project: 'a', dirs: ['./src/trigger', 'jobs/'] })", Some(&["src/trigger", "jobs"][..]))]
    #[case("apps/web/trigger.config.ts", "export default { dirs: [\"./trigger\"] } satisfies Config", Some(&["apps/web/trigger"][..]))]
    #[case("trigger.config.ts", "export default { dirs: [folder()] }", None)]
    #[case("trigger.config.ts", "export default { dirs: ['./src/**/tasks'] }", None)]
    #[case("trigger.config.ts", "export default { project: 'a' }", None)]
    #[case("src/a.ts", "export default { dirs: ['./src/trigger'] }", None)]
    fn folders(#[case] path: &str, #[case] code: &str, #[case] wanted: Option<&[&str]>) {
        let file = CodeFile::read(path, code);
        let wanted = wanted.map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        assert_eq!(file.effects.task_folders, wanted);
    }
}
