//! What the README shows is true of the program.

use rescue::config::{Configuration, Paths};
use rescue::tui::Keymap;

/// The README's only TOML block.
fn example() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    readme.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_example_of_a_configuration_is_read_and_its_keys_fit() {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::in_home(home.path());
    std::fs::create_dir_all(paths.config()).unwrap();
    std::fs::write(paths.config_file(), example()).unwrap();
    let configuration = Configuration::read(&paths).unwrap();
    assert!(configuration.me.is_some());
    assert!(!configuration.ui.mouse);
    assert!(!configuration.keys.is_empty());
    Keymap::patched(&configuration.keys).unwrap();
    let github = configuration.token_commands.find(&"acme".parse().unwrap(), rescue::domain::System::Github);
    assert!(github.is_some());
}

/// The page of all probes, made from what they say of themselves and from the checklist.
fn probes_page() -> String {
    use std::fmt::Write as _;
    let checklist = rescue::checklist::load_stored(rescue::checklist::embedded()).unwrap();
    let mut page = "# The probes\n\nMade from what each probe says of itself; `RESCUE_WRITE_DOCS=1 cargo test --test it the_probes_page` writes it anew.\nA *proof* can tick an item; a *sign* may fail one and lays evidence before a person, and never ticks.\n".to_owned();
    let mut system = "";
    for probe in rescue::probes::all() {
        let meta = probe.meta();
        if system != meta.system.title() {
            system = meta.system.title();
            write!(page, "\n## {system}\n\n| probe | asks | is | items | needs |\n|---|---|---|---|---|\n").unwrap();
        }
        let items = checklist.items.iter().filter(|it| it.rule.probes().iter().any(|id| id.as_str() == meta.id));
        let items: Vec<&str> = items.map(|it| it.id.as_str()).collect();
        let kind = format!("{:?}", meta.kind).to_lowercase();
        let needs = meta.needs.join("; ").replace('|', "\\|");
        writeln!(page, "| `{}` | {} | {kind} | {} | {needs} |", meta.id, meta.asks.replace('|', "\\|"), items.join(" ")).unwrap();
    }
    page
}

#[test]
fn the_probes_page_is_what_the_probes_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/PROBES.md");
    let page = probes_page();
    if std::env::var_os("RESCUE_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/PROBES.md is out of date: run `RESCUE_WRITE_DOCS=1 cargo test --test it the_probes_page`");
}
