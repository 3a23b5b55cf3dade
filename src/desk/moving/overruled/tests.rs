//! Two chains of settings that began with the same one: no value that either set goes without a word.

use super::*;
use crate::domain::Author;
use proptest::prelude::*;

fn begin() -> DateTime<Utc> {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

fn now() -> DateTime<Utc> {
    begin() + chrono::TimeDelta::days(30)
}

fn fact(number: u32, who: &str, settings: &AppSettings) -> Fact {
    Fact {
        id: FactId(uuid::Uuid::from_u128(u128::from(number) + 1)),
        at: begin() + chrono::TimeDelta::hours(number.into()),
        by: Author::Person(who.into()),
        body: FactBody::Settings { settings: Box::new(settings.clone()) },
    }
}

fn first() -> AppSettings {
    let mut settings = AppSettings::new("acme".parse().unwrap(), begin().date_naive());
    settings.title = "Acme".into();
    settings
}

/// Sam agreed on a ceiling; an hour later Kim, who did not know it, gave another title.
fn both() -> (Vec<Fact>, Vec<Fact>) {
    let (base, mut sam, mut kim) = (fact(0, "Sam", &first()), first(), first());
    sam.ceilings.insert(crate::domain::System::Openai, 200);
    let word = Agreement { by: "Ana".into(), proof: Some("mail of 3 November".into()), on: begin().date_naive() };
    sam.agreed.insert(Term::Ceiling(crate::domain::System::Openai), word);
    kim.title = "Acme Shop".into();
    (vec![base.clone(), fact(1, "Sam", &sam)], vec![base, fact(2, "Kim", &kim)])
}

#[test]
fn a_ceiling_that_newer_settings_do_not_have_is_told_at_both_places_with_what_brings_it_back() {
    let (sams, kims) = both();
    let name: AppName = "acme".parse().unwrap();
    let all = [sams.clone(), kims[1..].to_vec()].concat();
    for (before, came) in [(&sams, &kims), (&kims, &sams), (&sams, &all)] {
        let told = overruled(&name, before, came, now());
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("ceilings openai was set to 200, Ana, 2026-11-02, mail of 3 November by Sam"), "{told:?}");
        assert!(told[0].contains("is not set in Kim's newer settings"), "{told:?}");
        let again =
            "`rescue app edit acme --ceiling openai=200 --agreed-by Ana --proof 'mail of 3 November' --agreed-on 2026-11-02`";
        assert!(told[0].contains(again), "{told:?}");
    }
    // Whoever has all of it learns nothing new from either.
    assert!(overruled(&name, &all, &sams, now()).is_empty() && overruled(&name, &all, &all, now()).is_empty());
}

#[test]
fn an_ordinary_change_by_somebody_who_knew_is_no_news() {
    let name: AppName = "acme".parse().unwrap();
    let (mut sams, _) = both();
    let FactBody::Settings { settings } = &sams[1].body else { panic!() };
    let mut next = (**settings).clone();
    next.ceilings.insert(crate::domain::System::Openai, 300);
    let before = sams.clone();
    sams.push(fact(3, "Kim", &next));
    assert_eq!(overruled(&name, &before, &sams, now()), Vec::<String>::new());
}

/// Sets one of four fields to a value that no other step gives it.
fn set(settings: &mut AppSettings, field: u8, number: usize) -> String {
    let value = format!("{}", 1000 + number);
    match field {
        0 => settings.title = Foreign::new(&value),
        1 => settings.ceilings = [(crate::domain::System::Openai, value.parse().unwrap())].into(),
        2 => drop(settings.labels.insert("messages".to_owned(), Foreign::new(&value))),
        _ => settings.url = Some(format!("https://{value}.example.com/").parse().unwrap()),
    }
    value
}

proptest! {
    #[test]
    fn whatever_two_set_apart_stands_or_is_told(steps in prop::collection::vec((0_usize..2, 0_u8..4), 1..12)) {
        let base = fact(0, "Sam", &first());
        let mut chains = [vec![base.clone()], vec![base]];
        let mut newest = [first(), first()];
        let mut set_last: BTreeMap<(usize, u8), String> = BTreeMap::new();
        for (at, (who, field)) in steps.iter().copied().enumerate() {
            set_last.insert((who, field), set(&mut newest[who], field, at));
            chains[who].push(fact(u32::try_from(at).unwrap() + 1, ["Sam", "Kim"][who], &newest[who]));
        }
        let stands = serde_json::to_string(&newest[steps.last().unwrap().0]).unwrap();
        let name: AppName = "acme".parse().unwrap();
        for here in 0..2 {
            let told = overruled(&name, &chains[here], &chains[1 - here], now());
            for value in set_last.values() {
                let is_told = told.iter().any(|line| line.contains(value));
                prop_assert!(stands.contains(value) || is_told, "{value} went without a word: {told:?}");
            }
        }
    }
}
