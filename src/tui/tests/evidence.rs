//! From evidence to its place, and the inventory of systems, by keys.

use super::screens::{press, shot};
use crate::desk::systems::Inventory;
use crate::domain::{Gap, GapKind, System};
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::message::{Demo, Message};
use crate::tui::popups::systems;
use crate::tui::widgets::prose::plain;
use crate::tui::{State, sample};
use rstest::rstest;
use std::sync::Arc;

const AT: &str = "https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567";

fn on_acc_01() -> State {
    let mut state = sample::with((120, 40), sample::evident_board()).0;
    press(&mut state, "5/ACC-01<enter>");
    state
}

fn text(state: &State) -> String {
    shot(state).backend().to_string()
}

fn told(state: &mut State, app: &str, inventory: Inventory) {
    let app = app.parse().unwrap();
    state.update(Message::Systems { app, inventory: Arc::new(inventory) }, sample::now());
}

#[test]
fn several_places_are_chosen_from_each_once() {
    let mut state = on_acc_01();
    assert_eq!(press(&mut state, "e"), vec![], "it asks which");
    assert_eq!(state.context(), Context::Choosing);
    assert_eq!(text(&state).matches("app/api/checkout/route.ts:7").count(), 1);
    let file = Effect::OpenEditor { path: "/srv/acme/shop/app/api/checkout/route.ts".into(), line: Some(7) };
    assert_eq!(press(&mut state, "<down><enter>"), vec![file]);
    assert_eq!(state.context(), Context::Board, "the popup is gone");
    let page = Effect::OpenUrl(format!("{AT}/src/lib/supabase/server.ts#L3"));
    assert_eq!(press(&mut state, "B<enter>"), vec![page]);
    let page = Effect::OpenUrl(format!("{AT}/app/api/checkout/route.ts#L7"));
    assert_eq!(press(&mut state, "Bstripe<enter>"), vec![page], "by a few letters");
}

#[test]
fn no_place_leads_out_of_the_checkout() {
    let mut state = on_acc_01();
    assert_eq!(press(&mut state, "eoutside<enter>"), vec![]);
    assert!(text(&state).contains("The path leads out of the repository"));
}

#[rstest]
#[case("5/ACC-02<enter>e", "The evidence of ACC-02 names no place")]
#[case("5/ACC-02<enter>B", "The evidence of ACC-02 names no place")]
#[case("jjjjjjjje", "Select an item first")]
fn what_has_no_place_says_so(#[case] keys: &str, #[case] says: &str) {
    let mut state = sample::with((120, 40), sample::evident_board()).0;
    assert_eq!(press(&mut state, keys), vec![]);
    assert!(text(&state).contains(says), "{}", text(&state));
}

#[test]
fn the_demo_has_no_code_host() {
    let mut state = on_acc_01();
    state.update(Message::Demo(Demo { week: 1, weeks: 3 }), sample::now());
    assert_eq!(press(&mut state, "B<enter>"), vec![]);
    assert!(text(&state).contains("at no code host"));
}

#[rstest]
#[case("i")]
#[case(":systems<enter>")]
#[case("fi")]
fn the_inventory_is_one_key_away(#[case] keys: &str) {
    let mut state = sample::state((120, 40)).0;
    assert_eq!(press(&mut state, keys), vec![Effect::LoadSystems("acme-shop".parse().unwrap())]);
    assert!(text(&state).contains("Loading"));
    told(&mut state, "another", sample::systems());
    assert!(text(&state).contains("Loading"), "another app's systems are not this one's");
    told(&mut state, "acme-shop", sample::systems());
    assert!(text(&state).contains("Supabase"));
    let effects = press(&mut state, "y");
    let [Effect::Copy(copied)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(copied.contains("+41") && copied.contains("too large"), "{copied}");
}

/// However narrow it is, every word of the table is there and no line is wider than its place.
#[test]
fn no_word_of_the_table_is_cut() {
    let mut state = sample::state((80, 24)).0;
    press(&mut state, "i");
    told(&mut state, "acme-shop", sample::systems());
    for width in 36..=120 {
        let lines = systems::lines(&state.world, width);
        assert!(lines.iter().all(|it| it.width() <= usize::from(width)), "{width}");
        let seen = plain(&lines);
        assert!(!seen.contains('…'), "{seen}");
        for word in
            ["Supabase", "database", "payments", "tracking", "declared", "server.ts:3", "41", "send.ts:12", "14", "large)"]
        {
            assert!(seen.contains(word), "{word} at {width}: {seen}");
        }
    }
}

#[test]
fn what_was_not_seen_is_said() {
    let mut state = sample::state((80, 24)).0;
    press(&mut state, "i");
    told(&mut state, "acme-shop", Inventory::default());
    assert!(text(&state).contains("was not looked at for systems yet"));
    let gap = Gap::new(GapKind::NotConfigured, System::Repo, "no checkout and no token").needs("Set GITHUB_TOKEN");
    told(&mut state, "acme-shop", Inventory { unseen: Some(gap.clone()), ..Inventory::default() });
    assert!(text(&state).contains("no checkout and no token") && text(&state).contains("Set GITHUB_TOKEN"));
    told(&mut state, "acme-shop", Inventory { unseen: Some(gap), ..sample::systems() });
    assert!(text(&state).contains("this is an older one") && text(&state).contains("Supabase"));
}
