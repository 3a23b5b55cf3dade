//! Small documents, and what is read from them.

use super::*;
use rstest::rstest;

const RESTORE: &str = "# Restore the database\n\nOwner: Ana. RPO: 24 hours, RTO: 4 h.\n\n## Steps\n\n1. Open Supabase, Database, Backups and note the newest one\n2. Stop the app so that nothing writes while this goes on\n\n```bash\npg_restore --dbname \"$URL\" dump\n```\n\n3. Compare the counts of the orders with those of yesterday\n";

#[test]
fn a_runbook_is_what_can_be_followed() {
    let document = Document::read("docs/restore.md", RESTORE);
    let [section] = document.about(Topic::Restore).try_into().unwrap_or_else(|it| panic!("{it:?}"));
    assert_eq!((section.line, section.steps, section.commands), (1, 3, 1));
    assert!(section.can_be_followed() && section.names.contains("Supabase"));
    assert_eq!(document.recovery.rpo.as_ref().map(|it| (it.minutes, it.at.line)), Some((1440, 3)));
    assert_eq!(document.recovery.rto.as_ref().map(|it| it.minutes), Some(240));
    assert!(document.has_owners && !document.is_session_report);
}

#[rstest]
#[case::a_heading_alone("# Rollback\n")]
#[case::words_alone(
    "# Rollback\n\nIf something goes wrong we will roll back quickly and safely, as good teams do everywhere, always and with care, and tell everybody who asks about it.\n"
)]
#[case::to_be_filled_in(
    "# Rollback\n\n1. TBD\n2. <your command>\n3. fill in later please, with everything that is needed for it and whatever else there may be to say about it here\n"
)]
fn what_cannot_be_followed_is_thin(#[case] text: &str) {
    let document = Document::read("docs/a.md", text);
    assert_eq!(document.about(Topic::RollBack).iter().map(Section::can_be_followed).collect::<Vec<_>>(), [false]);
}

#[test]
fn a_file_named_so_is_about_it_and_other_files_are_not() {
    let text = "# How we do it\n\n- `vercel rollback` in the terminal, with the address of the deployment before\n- then look at the home page and at the newest errors for ten minutes at least\n- tell the client what happened and when it is going to be mended\n";
    assert!(Document::read("docs/rollback.md", text).about(Topic::RollBack)[0].can_be_followed());
    assert!(Document::read("docs/other.md", text).about(Topic::RollBack).is_empty());
}

#[rstest]
#[case("IMPLEMENTATION_SUMMARY.md", "# a", true)]
#[case("docs/DEPLOYMENT_FIX_COMPLETE.md", "# a", true)]
#[case("docs/deployment.md", "# Deploy", false)]
#[case("docs/runbooks/status.md", "# Status page", false)]
#[case("docs/incident-report-template.md", "# a", false)]
#[case("NOTES.md", "✅ a\n✅ b\n✅ c\n✅ d\n✅ e\n✅ f\n✅ g\n✅ h\n✅ i\n✅ j\n✅ k\n✅ l\nSuccessfully done", true)]
#[case("README.md", "# App", false)]
fn reports_of_sessions_are_no_documentation(#[case] path: &str, #[case] text: &str, #[case] wanted: bool) {
    assert_eq!(Document::read(path, text).is_session_report, wanted);
}

#[rstest]
#[case("RPO: 24 hours", Some(1440), None)]
#[case("| RPO | 15 min |\n| RTO | 2 hours |", Some(15), Some(120))]
#[case("The recovery point objective is 1 day", Some(1440), None)]
#[case("RPO and RTO are important", None, None)]
#[case("RPO/RTO: 1 h / 4 h", None, Some(60))]
#[case("## RTO\n\n4 hours", None, Some(240))]
fn numbers_of_a_restore(#[case] text: &str, #[case] rpo: Option<u64>, #[case] rto: Option<u64>) {
    let found = Document::read("docs/a.md", text).recovery;
    assert_eq!((found.rpo.map(|it| it.minutes), found.rto.map(|it| it.minutes)), (rpo, rto));
}

#[rstest]
#[case("```mermaid\ngraph TD\n A[Vercel] --> B[Supabase]\n```\n", DiagramKind::Mermaid, 1)]
#[case("```\n┌───┐   ┌───┐\n│App│-->│Supabase│\n└───┘   └───┘\n│ │ │ │ │ │\n```\n", DiagramKind::Letters, 1)]
#[case("![Architecture](docs/arch.png)", DiagramKind::Picture, 1)]
fn diagrams_in_documents(#[case] text: &str, #[case] kind: DiagramKind, #[case] line: u32) {
    let found = Document::read("docs/architecture.md", text).diagrams;
    assert_eq!(found.iter().map(|it| (it.kind, it.at.line)).collect::<Vec<_>>(), [(kind, line)]);
}

#[test]
fn trees_of_folders_are_no_diagrams() {
    let text = "```\nsrc\n├── app\n│   ├── a\n│   └── b\n└── lib\n    └── c │ │ │\n```\n![build badge](x.svg)\n";
    assert_eq!(Document::read("docs/architecture.md", text).diagrams, []);
}

#[test]
fn files_of_diagrams_are_documents() {
    let mut documents = Documents::default();
    documents.add("docs/system.mmd", "graph TD\n A[Vercel] --> B[(Supabase)]\n");
    documents.finish(&["docs/architecture.png".to_owned(), "public/architecture.png".to_owned()].into());
    assert_eq!(documents.files[0].diagrams[0].names, ["Supabase", "Vercel"].into());
    assert_eq!(documents.pictures, ["docs/architecture.png"]);
}

#[rstest]
#[case("docs/a.md", true)]
#[case("README.md", true)]
#[case("apps/web/docs/a.mdx", true)]
#[case("ops/INCIDENT.txt", true)]
#[case("src/rollback.md", true)]
#[case("node_modules/a/README.md", false)]
#[case("content/blog/incident.md", false)]
#[case("src/notes.md", false)]
#[case("CHANGELOG.md", false)]
#[case("docs/a.png", false)]
fn which_files_are_documents(#[case] path: &str, #[case] wanted: bool) {
    assert_eq!(Documents::wants(path), wanted);
}

#[test]
fn links_to_pages_elsewhere_are_told() {
    let document = Document::read("README.md", "# App\n\nRunbooks: https://acme.notion.site/runbooks\n");
    assert_eq!(document.elsewhere.iter().map(|it| it.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn services_are_whole_words() {
    assert_eq!(services_in("We use supabase, Stripe and Renderings on Postgres"), ["PostgreSQL", "Stripe", "Supabase"].into());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "[a-zA-Z#`\\-=|. \n0-9RPO:]{0,200}") {
        let document = Document::read("docs/a.md", &text);
        proptest::prop_assert!(document.sections.iter().all(|it| it.line > 0));
    }
}
