//! AWS accounts whose keys are laid out as traps: who uses one raises an alarm at whoever laid it. The numbers are public
//! (`apis/secrets.md` §3.5; those that TruffleHog lists, 2026-08). Nothing is asked of anybody to tell.

/// Accounts of canarytokens.org, then of services after its example.
const ACCOUNTS: &[&str] = &[
    "052310077262",
    "171436882533",
    "266735846894",
    "534261010715",
    "595918472158",
    "717712589309",
    "730335385048",
    "819147034852",
    "893192397702",
    "992382622183",
    "044858866125",
    "251535659677",
    "344043088457",
    "351906852752",
    "390477818340",
    "426127672474",
    "427150556519",
    "439872796651",
    "445142720921",
    "465867158099",
    "637958123769",
    "693412236332",
    "732624840810",
    "735421457923",
    "959235150393",
    "982842642351",
];

/// Whether the keys of an account are known to be traps.
pub(in crate::scan) fn is_trap(account: &str) -> bool {
    ACCOUNTS.contains(&account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_twelve_digits_and_named_once() {
        let all: std::collections::BTreeSet<&str> = ACCOUNTS.iter().copied().collect();
        assert_eq!(all.len(), ACCOUNTS.len());
        assert!(all.iter().all(|it| it.len() == 12 && it.bytes().all(|byte| byte.is_ascii_digit())));
        assert!(is_trap("171436882533") && !is_trap("123456789012"));
    }
}
