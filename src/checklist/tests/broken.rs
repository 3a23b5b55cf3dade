//! Broken files: each is told with file, line, item and the next step, and nothing makes the loader panic.

use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

const AT: &str = "checklists/mine.toml";

/// `item_with` begins on line 3, so its id is on line 4; added lines begin on line 11 unless they replace some.
#[rstest]
#[case::two_lines_of_nonsense("title = \nversion = 1.\n", &[
    ":1: not valid TOML: string values must be quoted, expected literal string",
    ":2: not valid TOML: invalid fraction, expected digits",
])]
#[case::unclosed("title = \"Mine\"\nversion = \"1\n", &[":2: not valid TOML: invalid basic string, expected `\"`"])]
#[case::nothing("", &[
    ":1: `title` is missing; write it at the top of the file",
    ":1: `version` is missing; write it at the top of the file",
    ":1: has no item; write [[item]] and its fields",
])]
#[case::unknown_head(&format!("{HEAD}titel = \"x\"\nbanana = 1\n{}", item_with("MY-01", "")), &[
    ":3: the key `titel` is not known; did you mean `title`?",
    ":4: the key `banana` is not known; the keys here are name, title, version, extends, drop, item, override, retired",
])]
#[case::other_name(&format!("name = \"yours\"\n{HEAD}{}", item_with("MY-01", "")), &[
    ":1: `name` is `yours` but the file is called `mine`; make them equal",
])]
#[case::unknown_key(&format!("{HEAD}{}", item_with("MY-01", "founders = \"x\"")), &[
    ":11: MY-01: the key `founders` is not known; did you mean `founder`?",
])]
#[case::unknown_probe(&format!("{HEAD}{}", item_with("SEC-99", "decides = \"both\"\nrule = { all = [\n  \"scan.tree\",\n  \"foo.bar\",\n] }")), &[
    ":13: SEC-99: names the probe `foo.bar`, which does not exist; `rescue checklist show` names those that do",
])]
#[case::no_probe_id(&format!("{HEAD}{}", item_with("SEC-99", "decides = \"both\"\nrule = \"foo\"")), &[
    ":11: SEC-99: `foo` is not a probe id: a system, a dot and the wanted state, such as github.branch-protection",
])]
#[case::duplicate(&format!("{HEAD}{}{}", item_with("MY-01", ""), item_with("MY-01", "")), &[
    ":12: MY-01: is already on line 3; give one of them a new id",
])]
#[case::bad_id(&format!("{HEAD}{}", item_with("my 1", "")), &[
    ":4: `my 1` is not an item id: capitals, a dash and two or three digits, such as SEC-01",
])]
#[case::no_id(&format!("{HEAD}[[item]]\ntitle = \"x\"\n"), &[":3: an item has no `id`; write one such as SEC-01"])]
#[case::empty_criterion(&format!("{HEAD}{}", item_with("MY-01", "title = \"  \"")), &[
    ":10: MY-01: `title` is empty; write it or remove the line",
])]
#[case::bare(&format!("{HEAD}[[item]]\nid = \"MY-01\"\n"), &[
    ":3: MY-01: `phase` is missing; write week-1, weeks-2-3 or weeks-4-6",
    ":3: MY-01: `title` is missing; write the acceptance criterion in one sentence",
    ":3: MY-01: `why` is missing; write one sentence that an engineer would say",
    ":3: MY-01: `founder` is missing; write what can happen while it is not done, in one sentence for the founder",
    ":3: MY-01: `how` is missing; write a list of steps",
    ":3: MY-01: `decides` is missing; write probe, both or person",
])]
#[case::wrong_types(&format!("{HEAD}{}", item_with("MY-01", "title = 3\nhow = \"one\"\nafter = [1, \"x\", \"\"]\nto_come = [\"s3\", \"s3\"]")), &[
    ":9: MY-01: `title` is a whole number; write a text in quotes",
    ":10: MY-01: `how` is a text; write a list of texts in [ ]",
    ":11: MY-01: `after` has an entry that is a whole number; write texts in quotes",
    ":11: MY-01: `after` has an empty entry; write it or remove it",
    ":11: MY-01: `after`: `x` is not an item id: capitals, a dash and two or three digits, such as SEC-01",
    ":12: MY-01: `to_come` names `s3` twice; remove one",
])]
#[case::no_steps(&format!("{HEAD}{}", item_with("MY-01", "how = []")), &[":10: MY-01: `how` has no step; write at least one"])]
#[case::freshness(&format!("{HEAD}{}{}{}", item_with("MY-01", "fresh = 0"), item_with("MY-02", "fresh = 400"), item_with("MY-03", "fresh = \"weekly\"")), &[
    ":11: MY-01: `fresh` is neither a number of days from 1 to 366 nor \"at-close\"; write 8 for a weekly rerun",
    ":20: MY-02: `fresh` is neither a number of days from 1 to 366 nor \"at-close\"; write 8 for a weekly rerun",
    ":29: MY-03: `fresh` is neither a number of days from 1 to 366 nor \"at-close\"; write 8 for a weekly rerun",
])]
#[case::judged_for(&format!("{HEAD}{}", item_with("MY-01", "judged_for = -3")), &[
    ":11: MY-01: `judged_for` is neither a number of days from 1 to 366 nor \"engagement\"; write 30 for a monthly look",
])]
#[case::words(&format!("{HEAD}{}", item_with("MY-01", "phase = \"week-9\"\ngate = \"soon\"\ndecides = \"fate\"\neffort = \"XL\"\nconsent = \"none\"\nabsent = \"ok\"")), &[
    ":9: MY-01: `phase` is `week-9`; write one of week-1, weeks-2-3, weeks-4-6",
    ":10: MY-01: `gate` is `soon`; write one of now, launch, close, none",
    ":11: MY-01: `decides` is `fate`; write one of probe, both, person",
    ":12: MY-01: `effort` is `XL`; write one of S, M, L",
    ":13: MY-01: `consent` is `none`; write one of passive, outside-in, active",
    ":14: MY-01: `absent` is `ok`; write \"na\" where having nothing is fine, else \"fails\"",
])]
#[case::numbers(&format!("{HEAD}{}", item_with("MY-01", "danger = 0\nreach = 6")), &[
    ":11: MY-01: `danger` is not a whole number from 1 to 5; 1 is tidy, 5 is users' data today",
    ":12: MY-01: `reach` is not a whole number from 1 to 5; 1 is tidy, 5 is users' data today",
])]
#[case::unknown_before(&format!("{HEAD}{}", item_with("MY-01", "after = [\"MY-02\"]")), &[
    ":11: MY-01: comes after MY-02, which is not in this checklist; correct `after`",
])]
#[case::circle(&format!("{HEAD}{}{}{}", item_with("MY-01", "after = [\"MY-02\"]"), item_with("MY-02", "after = [\"MY-03\"]"), item_with("MY-03", "after = [\"MY-02\"]")), &[
    ":12: MY-02: comes after itself: MY-02 → MY-03 → MY-02; cut one `after`",
])]
#[case::itself(&format!("{HEAD}{}", item_with("MY-01", "after = [\"MY-01\"]")), &[
    ":3: MY-01: comes after itself: MY-01 → MY-01; cut one `after`",
])]
#[case::empty_groups(&format!("{HEAD}{}", item_with("MY-01", "decides = \"both\"\nrule = { all = [\"scan.tree\", { any = [] }] }")), &[
    ":11: MY-01: `any` is an empty group; name a probe or remove it",
])]
#[case::odd_groups(&format!("{HEAD}{}{}{}", item_with("MY-01", "rule = { some = [\"scan.tree\"] }"), item_with("MY-02", "rule = { all = [], any = [] }"), item_with("MY-03", "rule = 3")), &[
    ":11: MY-01: a rule has no `some`; write `all` or `any`",
    ":20: MY-02: a group of the rule is one of `all` or `any`; write { all = [..] } or { any = [..] }",
    ":29: MY-03: a rule is a whole number; write a probe's id, { all = [..] } or { any = [..] }",
])]
#[case::retired(&format!("{HEAD}{}[[retired]]\nid = \"MY-01\"\nreplaced_by = \"MY-02\"\n", item_with("MY-01", "")), &[
    ":3: MY-01: is retired (replaced by MY-02) and may not come back; take a new id",
])]
#[case::stake(&format!("{HEAD}{}{}", item_with("MY-01", "stake = \"it is open.\""), item_with("MY-02", &format!("stake = \"{}\"", "x".repeat(81)))), &[
    ":11: MY-01: `stake` ends with a full stop; it is a clause within a sentence, so take the stop away",
    ":20: MY-02: `stake` has 81 characters; it stands behind what was found, so keep it to 80",
])]
#[case::emergency(&format!("{HEAD}{}{}", item_with("MY-01", "gate = \"now\"\nemergency = [\"Rotate it.\"]"), item_with("MY-02", "emergency = [\"Rotate it\", \"Deploy\"]")), &[
    ":12: MY-01: `emergency` has 1 steps; write 2 to 6, in the order in which they are done",
    ":12: MY-01: a step of `emergency` ends with a full stop; take it away",
    ":21: MY-02: `emergency` is for a gate of now; write gate = \"now\" or remove it",
])]
#[case::emergency_too_long(&format!("{HEAD}{}", item_with("MY-01", &format!("gate = \"now\"\nemergency = [\"{}\", \"Deploy\"]", "x".repeat(61)))), &[
    ":12: MY-01: a step of `emergency` has 61 characters; keep it to 60",
])]
#[case::person_with_rule(&format!("{HEAD}{}", item_with("MY-01", "rule = \"scan.tree\"")), &[
    ":11: MY-01: a person decides it, so no probe may; remove `rule` or write decides = \"both\"",
])]
#[case::probe_without_rule(&format!("{HEAD}{}", item_with("MY-01", "decides = \"probe\"")), &[
    ":10: MY-01: probes decide it but none is named; add a `rule`, name what is to come in `to_come`, or let a person decide",
])]
#[case::facts(&format!("{HEAD}{}", item_with("MY-01", "applies_if = \"uses.suapbase\"\ngate_if = \"moon.full\"")), &[
    ":11: MY-01: `applies_if` names `uses.suapbase`, which is not a stack fact; did you mean `uses.supabase`?",
    ":12: MY-01: `gate_if` names `moon.full`, which is not a stack fact; the facts are uses.supabase, uses.firebase, uses.payments, uses.llm, uses.uploads, uses.edge_functions",
    ":12: MY-01: `gate_if` without a `gate` does nothing; add the gate or remove it",
])]
#[case::founders_minutes(&format!("{HEAD}{}{}{}", item_with("MY-01", "founder_ask = \"Decide it.\"\nfounder_minutes = 0"), item_with("MY-02", "founder_ask = \"Decide it.\"\nfounder_minutes = 601"), item_with("MY-03", "founder_ask = \"Decide it.\"\nfounder_minutes = \"long\"")), &[
    ":12: MY-01: `founder_minutes` is not a whole number from 1 to 600; write the founder's own time",
    ":22: MY-02: `founder_minutes` is not a whole number from 1 to 600; write the founder's own time",
    ":32: MY-03: `founder_minutes` is not a whole number from 1 to 600; write the founder's own time",
])]
#[case::founder_without_an_ask(&format!("{HEAD}{}{}", item_with("MY-01", "founder_done = \"  \"\nfounder_minutes = 20"), item_with("MY-02", "founder_done = 3\nfounder_ask = [\"x\"]\nfounder_aks = \"x\"")), &[
    ":11: MY-01: `founder_done` is empty; write it or remove the line",
    ":12: MY-01: `founder_minutes` without a `founder_ask` says nothing; write what is asked or remove it",
    ":21: MY-02: `founder_done` is a whole number; write a text in quotes",
    ":22: MY-02: `founder_ask` is a list; write a text in quotes",
    ":23: MY-02: the key `founder_aks` is not known; did you mean `founder_ask`?",
])]
#[case::nothing_to_drop(&format!("{HEAD}drop = [\"WEB-02\"]\n{}", item_with("MY-01", "")), &[
    ":3: there is nothing to drop or override; write extends = \"six-week\" or remove it",
])]
#[case::items_are_no_list(&format!("{HEAD}item = 3\n"), &[
    ":1: has no item; write [[item]] and its fields",
    ":3: `item` is a whole number; write [[item]] above each",
])]
fn each_problem_is_told_with_its_line(#[case] text: &str, #[case] wanted: &[&str]) {
    let wanted: Vec<String> = wanted.iter().map(|says| format!("{AT}{says}")).collect();
    assert_eq!(told(mine(text).expect_err("it is broken")), wanted);
}

#[test]
fn a_rule_may_not_nest_without_end() {
    let deep = format!("{}\"scan.tree\"{}", "{ all = [".repeat(12), "] }".repeat(12));
    let text = format!("{HEAD}{}", item_with("MY-01", &format!("decides = \"both\"\nrule = {deep}")));
    assert_eq!(told(mine(&text).unwrap_err()), [format!("{AT}:11: MY-01: the rule nests deeper than 6 groups; flatten it")]);
}

#[test]
fn a_file_over_one_mebibyte_is_not_looked_at() {
    let text = "#".repeat((1 << 20) + 1);
    let wanted = format!("{AT}:1: the file is larger than 1 MiB; a checklist is a few hundred kilobytes at most");
    assert_eq!(told(mine(&text).unwrap_err()), [wanted]);
}

#[test]
fn a_file_must_be_called_as_a_checklist_may_be() {
    let text = format!("{HEAD}{}", item_with("MY-01", ""));
    let problems = load(&text, "checklists/My List.toml", &exists, &no_parents).unwrap_err();
    let wanted = "checklists/My List.toml:1: the file's name is not a checklist's: a-z, 0-9 and - and then .toml; rename it";
    assert_eq!(told(problems), [wanted]);
}

#[test]
fn many_syntax_errors_are_cut_short() {
    let problems = told(mine(&"= =\n".repeat(500)).unwrap_err());
    assert_eq!(problems.len(), 21);
    assert_eq!(problems.last().unwrap(), &format!("{AT}:21: and more of the same; is this a checklist?"));
}

#[test]
fn what_a_file_says_reaches_no_terminal_unfiltered() {
    let text = format!("{HEAD}{}", item_with("MY-01", "gate = \"\\u001b[31m\\u202e\""));
    let says = told(mine(&text).unwrap_err()).concat();
    assert!(!says.contains(['\u{1b}', '\u{202e}']), "{says:?}");
    let text = format!("{HEAD}{}", item_with("MY-01", "title = \"a\\u001b[31mb\""));
    assert_eq!(mine(&text).unwrap().items[0].title, "a\u{fffd}[31mb");
}

/// The real file with some of its bytes replaced, cut out or doubled.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (0..embedded().len(), 0..40usize, prop_oneof!["[ -~]{0,12}", "\\PC{0,4}", Just("\n[[item]]\n".to_owned())]);
    proptest::collection::vec(edit, 1..6).prop_map(|edits| {
        let mut bytes = embedded().as_bytes().to_vec();
        for (at, length, with) in edits {
            let from = at.min(bytes.len());
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, with.into_bytes());
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn is_told_well(text: &str, problems: &[Problem]) -> Result<(), TestCaseError> {
    let lines = text.matches('\n').count() + 1;
    prop_assert!(!problems.is_empty());
    for problem in problems {
        prop_assert!((1..=lines).contains(&problem.line), "{problem}");
        prop_assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_makes_the_loader_panic(text in "\\PC{0,200}|[\\[\\]a-z=\"'\n{},.#0-9 ]{0,300}") {
        for outcome in [mine(&text), load_stored(&text)] {
            if let Err(problems) = outcome {
                is_told_well(&text, &problems)?;
            }
        }
    }

    #[test]
    fn a_damaged_checklist_loads_whole_or_is_refused_with_lines(text in mutated()) {
        match resolve(&text, "six-week.toml", &exists, &no_parents) {
            Ok(resolved) => prop_assert_eq!(load_stored(&resolved.text).map_err(told), Ok(resolved.checklist)),
            Err(problems) => is_told_well(&text, &problems)?,
        }
    }
}
