//! What folders of the usual kinds propose, and what they do not.

use super::*;
use crate::repo::survey_tree;
use rstest::rstest;
use std::sync::atomic::AtomicBool;

fn project(letter: char) -> String {
    std::iter::repeat_n(letter, 20).collect()
}

fn discovered(files: &[(&str, &str)]) -> Discovery {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    discover(&survey_tree(folder.path(), &AtomicBool::new(false)).unwrap())
}

fn values(discovery: &Discovery, field: Field) -> Vec<String> {
    discovery.proposals.iter().filter(|it| it.field == field).map(|it| it.value.to_string()).collect()
}

const LOVABLE: &str = r#"{"name": "vite_react_shadcn_ts", "scripts": {"dev": "vite", "build": "vite build"},
  "dependencies": {"@supabase/supabase-js": "^2.50.0", "react": "^18.3.1", "openai": "^4.0.0", "resend": "^4.0.0"},
  "devDependencies": {"vite": "^5.4.1", "lovable-tagger": "^1.1.7"}}"#;

#[test]
fn a_lovable_app_is_known_by_its_traces_and_its_project() {
    let own = project('a');
    let discovery = discovered(&[
        ("package.json", LOVABLE),
        (
            "vite.config.ts",
            "import { componentTagger } from \"lovable-tagger\";\nexport default { plugins: [componentTagger()] };",
        ),
        ("supabase/config.toml", &format!("project_id = \"{own}\"\n")),
        (
            "supabase/functions/mail/index.ts",
            "import { Resend } from \"npm:resend@4\";\nnew Resend(Deno.env.get(\"RESEND_API_KEY\"));",
        ),
        ("supabase/functions/_shared/index.ts", "export const a = 1;"),
        (
            "src/integrations/supabase/client.ts",
            &format!(
                "import {{ createClient }} from \"@supabase/supabase-js\";\nexport const supabase = createClient(\"https://{own}.supabase.co\", key);"
            ),
        ),
        (
            "src/Avatar.tsx",
            "import { supabase } from \"./integrations/supabase/client\";\nsupabase.storage.from(\"avatars\").upload(a, b);",
        ),
    ]);
    assert_eq!(values(&discovery, Field::Title), Vec::<String>::new(), "a template's name is no title");
    assert_eq!(values(&discovery, Field::Builder), ["Lovable"]);
    assert_eq!(values(&discovery, Field::Supabase), [own]);
    assert_eq!(values(&discovery, Field::Provider), ["resend"], "what no file imports is not used");
    let uses = values(&discovery, Field::Uses);
    assert!(uses.iter().any(|it| it == "OpenAI (AI, declared only)"), "{uses:?}");
    let stack = values(&discovery, Field::Stack);
    assert_eq!(stack, ["uses.supabase=true", "uses.uploads=true", "uses.edge_functions=true"]);
    let functions = discovery.proposals.iter().find(|it| it.value == "uses.edge_functions=true").unwrap();
    assert_eq!(functions.from.iter().map(Foreign::as_str).collect::<Vec<_>>(), ["supabase/functions/mail/index.ts"]);
    assert!(discovery.proposals.iter().all(|it| !it.from.is_empty()), "{:?}", discovery.proposals);
}

#[test]
fn two_projects_are_rivals_unless_one_is_called_staging() {
    let client = |project: &str| format!("export const url = \"https://{project}.supabase.co\";");
    let (one, two) = (project('a'), project('b'));
    let both = discovered(&[("package.json", LOVABLE), ("src/a.ts", &client(&one)), ("src/b.ts", &client(&two))]);
    assert_eq!(values(&both, Field::Supabase), [one.clone(), two.clone()]);
    assert!(both.questions.iter().any(|it| it.as_str().contains("Which of 2 Supabase projects")), "{:?}", both.questions);
    assert_eq!(both.plain().filter(|it| it.field == Field::Supabase).count(), 0);
    let apart = discovered(&[
        ("package.json", LOVABLE),
        (".env.production", &format!("VITE_SUPABASE_URL=https://{one}.supabase.co\n")),
        (".env.staging", &format!("VITE_SUPABASE_URL=https://{two}.supabase.co\n")),
    ]);
    assert_eq!((values(&apart, Field::Supabase), values(&apart, Field::Staging)), (vec![one], vec![two]));
}

#[rstest]
#[case::resolved(r#"{"lockfileVersion": 3, "packages": {"": {"dependencies": {"next": "^16.0.0"}}, "node_modules/next": {"version": "16.0.3"}}}"#, "Next.js 16.0.3")]
#[case::unresolved("", "Next.js (^16.0.0, no lockfile says which)")]
fn a_framework_has_the_version_that_the_lockfile_resolved(#[case] lock: &str, #[case] wanted: &str) {
    let package =
        r#"{"name": "acme-shop", "scripts": {"start": "next start"}, "dependencies": {"next": "^16.0.0", "react": "19"}}"#;
    let mut files = vec![("package.json", package)];
    if !lock.is_empty() {
        files.push(("package-lock.json", lock));
    }
    let discovery = discovered(&files);
    assert_eq!(values(&discovery, Field::Framework), [wanted]);
    assert_eq!(values(&discovery, Field::Title), ["Acme Shop"]);
}

#[test]
fn a_repository_of_several_apps_asks_which() {
    let next = r#"{"name": "x", "scripts": {"start": "next start"}, "dependencies": {"next": "16.0.0"}}"#;
    let discovery = discovered(&[
        ("apps/web/package.json", next),
        ("apps/admin/package.json", next),
        ("package.json", "{\"workspaces\": [\"apps/*\"]}"),
    ]);
    assert_eq!(values(&discovery, Field::Folder), ["apps/admin", "apps/web"]);
    assert!(
        discovery.questions.iter().any(|it| it.as_str().starts_with("Which of these is the app?")),
        "{:?}",
        discovery.questions
    );
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_is_made_up() {
    let discovery = discovered(&[("package.json", "{ not json"), ("README.md", "# Shop\n")]);
    assert_eq!(discovery.proposals, []);
    let gap = discovery.unseen.unwrap();
    assert!(gap.says.as_str().contains("package.json"), "{gap}");
}

#[test]
fn vercels_own_file_names_team_and_project() {
    let file = "{\"projectId\": \"prj_abc\", \"orgId\": \"team_acme\"}";
    let discovery = discovered(&[(".vercel/project.json", file), ("package.json", "{}")]);
    assert_eq!(values(&discovery, Field::Vercel), ["team_acme/prj_abc"]);
}

#[test]
fn the_database_of_prisma_is_in_use_without_a_driver() {
    let discovery = discovered(&[
        ("package.json", r#"{"name": "vite_react_bootstrap_ts", "dependencies": {"@prisma/client": "5", "next": "16"}}"#),
        (
            "prisma/schema.prisma",
            "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\nmodel User {\n  id Int @id\n}",
        ),
        ("src/db.ts", "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()"),
    ]);
    assert!(values(&discovery, Field::Uses).contains(&"PostgreSQL (database)".to_owned()), "{:?}", discovery.proposals);
    assert_eq!(values(&discovery, Field::Title), Vec::<String>::new(), "a template's name with another word is no title");
}
