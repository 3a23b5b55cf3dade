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
