//! Every rule against its samples, and the engine against whatever bytes there are.

use super::*;
use crate::scan::rules::samples::{self, Dice, Samples};
use chrono::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn search(path: &str, text: &[u8], projects: &[SupabaseRef]) -> Vec<Sighting> {
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    ENGINE.search(text, &Circumstances { projects, now, traits: PathTraits::of(path.as_bytes()) }).sightings
}

/// Every judge, in every test, decides the same when it sees no more than its rule says that it looks at.
pub(super) fn looks_no_further(candidate: &Candidate<'_>) {
    let Candidate { rule, text, at, projects, now, settings } = candidate;
    let from = at.start.saturating_sub(rule.looks);
    let near = &text[from..text.len().min(at.end + rule.looks)];
    let at = at.start - from..at.end - from;
    let again = Candidate { rule, text: near, at, projects, now: *now, settings: *settings };
    let told = |candidate: &Candidate<'_>| (rule.judge)(candidate).map(|it| it.confidence);
    assert_eq!(told(candidate), told(&again), "{} looks further than it says", rule.id);
}

fn rules_in(path: &str, text: &str) -> Vec<&'static str> {
    search(path, text.as_bytes(), &[]).iter().map(|it| it.rule.id).collect()
}

#[test]
fn every_rule_is_named_once_and_says_all() {
    let mut ids = BTreeSet::new();
    for rule in rules::all() {
        assert!(ids.insert(rule.id), "{} twice", rule.id);
        assert!(!rule.kind.is_empty() && !rule.provider.is_empty() && !rule.rotate.is_empty() && !rule.literals.is_empty());
        assert!(!rule.public || rule.severity == Severity::Info, "{}", rule.id);
    }
    let sampled: BTreeSet<_> = samples::all().iter().map(|it| it.rule).collect();
    assert_eq!(ids, sampled, "a rule without samples, or samples without a rule");
}

#[test]
fn every_rule_finds_its_samples() {
    let mut missed = Vec::new();
    for Samples { rule, path, matching, .. } in samples::all() {
        for (number, text) in matching.iter().enumerate() {
            let found = rules_in(path, text);
            if !found.contains(&rule) {
                missed.push(format!("{rule} {number}: {found:?}"));
            }
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn no_rule_finds_its_near_misses() {
    let mut wrong = Vec::new();
    for Samples { rule, path, near, .. } in samples::all() {
        for (number, text) in near.iter().enumerate() {
            if rules_in(path, text).contains(&rule) {
                wrong.push(format!("{rule} {number}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn one_place_has_one_answer() {
    for Samples { rule, path, matching, .. } in samples::all() {
        for text in &matching {
            let found = search(path, text.as_bytes(), &[]);
            let neighbours = found.windows(2).all(|two| two[0].at.end <= two[1].at.start);
            assert!(neighbours, "{rule} overlaps");
        }
    }
}

#[test]
fn what_is_public_is_said_to_be() {
    for Samples { path, matching, .. } in samples::all().iter().filter(|it| rules::all().any(|r| r.id == it.rule && r.public)) {
        for text in matching {
            let surely_secret = search(path, text.as_bytes(), &[]).into_iter().filter(|it| !it.rule.public);
            assert_eq!(surely_secret.filter(|it| it.confidence >= Confidence::Strong).count(), 0, "{path}");
        }
    }
}

#[test]
fn a_mask_shows_at_most_a_prefix_and_four_letters() {
    for Samples { rule, path, matching, .. } in samples::all() {
        for text in matching {
            for sighting in search(path, text.as_bytes(), &[]) {
                let value = &text[sighting.at.clone()];
                let (_, last) = sighting.masked.split_once('…').unwrap();
                let shown = last.strip_prefix('@').map_or(last.len() <= 4, |host| value.ends_with(&format!("@{host}")));
                assert!(shown && !sighting.masked.contains(value), "{rule} shows too much");
            }
        }
    }
}

#[test]
fn a_checksum_that_disagrees_makes_it_weak() {
    let d = &mut Dice(3);
    let made_up = format!("K={}_{}\n", "ghp", d.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789abcdefghjk", 36));
    let found = search("src/a.ts", made_up.as_bytes(), &[]);
    assert_eq!(found.first().map(|it| it.confidence), Some(Confidence::Weak));
    let real = format!("K={}_{}\n", "ghp", d.checked());
    assert_eq!(search("src/a.ts", real.as_bytes(), &[]).first().map(|it| it.confidence), Some(Confidence::Proven));
}

#[test]
fn a_supabase_key_is_bound_to_its_project() {
    let d = &mut Dice(5);
    let (ours, other) = (d.text("abcdefghijklmnopqrstuvwxyz", 20), d.text("abcdefghijklmnopqrstuvwxyz", 20));
    let key = samples::supabase_key(d, "sb_secret_", &ours);
    let known: Vec<SupabaseRef> = vec![other.parse().unwrap(), ours.parse().unwrap()];
    for (text, projects) in [(format!("K={key}\n"), known.as_slice()), (format!("U=https://{ours}.supabase.co\nK={key}\n"), &[])]
    {
        let found = search("src/a.ts", text.as_bytes(), projects);
        assert_eq!(found[0].belongs_to.as_deref(), Some(ours.as_str()));
        assert_eq!(found[0].confidence, Confidence::Proven);
    }
    let alone = search("src/a.ts", format!("K={key}\n").as_bytes(), &known[..1]);
    assert_eq!((alone[0].belongs_to.as_deref(), alone[0].confidence), (None, Confidence::Strong));
}

#[test]
fn escapes_before_a_token_do_not_hide_it() {
    let d = &mut Dice(9);
    for escape in ["\\n", "\\t", "%3D", "\\u003d", "="] {
        let text = format!("\"A{escape}ghp_{}\"", d.checked());
        assert_eq!(rules_in("src/a.ts", &text), ["github-classic-token"], "after {escape}");
    }
}

#[test]
fn what_stands_in_base64_is_the_same_secret() {
    use base64::Engine as _;
    let d = &mut Dice(13);
    let account = samples::all().into_iter().find(|it| it.rule == "google-service-account").unwrap().matching[0].clone();
    let key = format!("STRIPE_SECRET_KEY=sk_{}_{}", "live", d.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjk23456789", 24));
    for (rule, plain) in [("google-service-account", account), ("stripe-secret-live", key)] {
        let code = base64::engine::general_purpose::STANDARD.encode(&plain);
        for text in [format!("ACCOUNT_BASE64={code}\n"), format!("const token = \"{code}\"")] {
            let found = search("src/a.ts", text.as_bytes(), &[]);
            assert_eq!(found.iter().map(|it| it.rule.id).collect::<Vec<_>>(), [rule]);
            assert_eq!(&text[found[0].at.clone()], code);
            let outside = search("src/a.ts", plain.as_bytes(), &[]);
            let identity = outside[0].identity.as_ref().map_or(&plain.as_bytes()[outside[0].at.clone()], |it| it.as_slice());
            assert!(found[0].identity.as_ref().unwrap().as_slice() == identity, "one secret, one name");
        }
    }
}

#[test]
fn a_private_key_is_the_same_in_a_file_in_a_variable_and_in_code() {
    for seed in 0..60 {
        let pem = |newline: &str| samples::pem(&mut Dice(seed), "RSA PRIVATE KEY", newline);
        let code = format!("\"{}\"", pem("\\n\" +\n  \""));
        let names: Vec<Vec<u8>> = [pem("\n"), pem("\\n"), pem("\r\n"), code]
            .iter()
            .map(|text| {
                let found = search("src/a.ts", text.as_bytes(), &[]);
                assert_eq!((found.len(), found[0].confidence), (1, Confidence::Strong), "seed {seed}");
                found[0].identity.as_ref().unwrap().to_vec()
            })
            .collect();
        assert!(names.iter().all(|name| *name == names[0]), "seed {seed}");
    }
}

#[test]
fn generic_rules_keep_out_of_what_tools_make_and_prefixed_ones_do_not() {
    let d = &mut Dice(11);
    let named = format!("const apiKey = \"{}\"", d.text("abcdefghjkmnpqrstuvwxyz23456789ABCDEFGHJK", 40));
    let prefixed = format!("K=ghp_{}\n", d.checked());
    for path in ["dist/a.js", "package-lock.json", "node_modules/a/b.js", "app.min.js"] {
        assert!(rules_in(path, &named).is_empty(), "{path}");
        assert_eq!(rules_in(path, &prefixed), ["github-classic-token"], "{path}");
    }
    assert_eq!(rules_in("src/a.js", &named), ["named-secret"]);
}

#[test]
fn a_file_made_to_keep_a_scanner_busy_is_cut_and_said_so() {
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    let busy = ["AKIA", "QRSTUVWXYZ234567 "].concat().repeat(MOST_CANDIDATES);
    let search = ENGINE.search(busy.as_bytes(), &Circumstances { projects: &[], now, traits: PathTraits::default() });
    assert!(search.cut);
}

proptest! {
    #[test]
    fn any_bytes_are_searched_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        for sighting in search("src/a.ts", &bytes, &[]) {
            prop_assert!(sighting.at.end <= bytes.len());
        }
    }

    #[test]
    fn pieces_of_secrets_in_any_order_are_searched_without_a_panic(
        pieces in proptest::collection::vec((0..200_usize, 0..400_usize), 1..30)
    ) {
        let all: Vec<String> = samples::all().into_iter().flat_map(|it| [it.matching, it.near].concat()).collect();
        let text: Vec<u8> = pieces.iter().flat_map(|(which, length)| {
            let sample = all[which % all.len()].as_bytes();
            sample[..sample.len().min(*length)].to_vec()
        }).collect();
        let found = search("src/a.ts", &text, &[]);
        prop_assert!(found.windows(2).all(|two| two[0].at.end <= two[1].at.start));
    }

    #[test]
    fn a_secret_in_any_text_and_any_encoding_is_found(
        which in 0..10_000_usize, before in "([a-z]{1,9} ){0,40}", after in "([a-z]{1,9} ){0,40}", form in 0..6_usize
    ) {
        use base64::Engine as _;
        let all: Vec<Samples> = samples::all();
        let sample = &all[which % all.len()];
        let text = &sample.matching[which / all.len() % sample.matching.len()];
        let generic = rules::all().any(|it| it.id == sample.rule && it.generic);
        let plain = format!("{before}\n{text}\n{after}");
        let units = |mark: &str, little: bool| -> Vec<u8> {
            let units = mark.encode_utf16().chain(plain.encode_utf16());
            units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        let percent = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        let bytes = match form {
            0 => plain.clone().into_bytes(),
            1 => units("", true),
            2 => units("\u{feff}", false),
            3 => units("", false),
            4 => base64::engine::general_purpose::STANDARD.encode(&plain).into_bytes(),
            _ => plain.bytes().map(percent).collect::<String>().into_bytes(),
        };
        if !(generic && form >= 4) {
            let decoded = crate::scan::text::decoded(&bytes).expect("text");
            let found: Vec<_> = search(sample.path, &decoded, &[]).iter().map(|it| it.rule.id).collect();
            prop_assert!(found.contains(&sample.rule), "{} as {}: {:?}", sample.rule, form, found);
        }
    }

    #[test]
    fn a_token_in_pieces_or_with_an_escape_is_the_same_secret(which in 0..10_000_usize, part in 0..10_000_usize, form in 0..6_usize) {
        let all: Vec<Samples> = samples::all();
        let sample = &all[which % all.len()];
        let text = &sample.matching[which / all.len() % sample.matching.len()];
        let plain = search(sample.path, text.as_bytes(), &[]);
        let whole = plain.iter().find(|it| it.rule.id == sample.rule).unwrap();
        let prefixed = whole.rule.charset != Charset::Open && matches!(whole.rule.reach, Reach::From(_));
        let begins = whole.rule.literals.iter().any(|it| text[whole.at.clone()].starts_with(it));
        if prefixed && begins && !whole.rule.generic {
            let at = whole.at.start + 1 + part % (whole.at.len() - 2);
            let letter = text.as_bytes()[at];
            let (before, after) = text.split_at(at);
            let written = match form {
                0 => format!("{before}\"+\"{after}"),
                1 => format!("{before}' +\n    '{after}"),
                2 => format!("{before}\".concat(\"{after}"),
                3 => format!("{before}\\x{letter:02x}{}", &after[1..]),
                4 => format!("{before}\\u{{{letter:02x}}}{}", &after[1..]),
                _ => format!("{before}%{letter:02X}{}", &after[1..]),
            };
            let found = search(sample.path, written.as_bytes(), &[]);
            let name = |of: &Sighting, text: &str| of.identity.as_ref().map_or(text.as_bytes()[of.at.clone()].to_vec(), |it| it.to_vec());
            let same = found.iter().any(|it| it.rule.id == sample.rule && name(it, &written) == name(whole, text));
            prop_assert!(same, "{} as {}: {:?}", sample.rule, form, found.iter().map(|it| it.rule.id).collect::<Vec<_>>());
        }
    }
}
