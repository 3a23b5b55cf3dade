//! The daily lane: the few questions that should not wait for a week, within five requests an app and day. It says which
//! probes are in it; when they are asked is said in `reason`.

use crate::probes::{self, Meta};

/// Requests of the lane at most, for one app on one day.
pub const MOST_REQUESTS: u32 = 5;

/// What should not wait for a week, the most important first: how old the newest backup is, what was spent today, whether
/// the site answers.
pub const LANE: [&str; 3] = ["supabase.backup-age", "openai.spend-cap", "openrouter.spend-cap"];

/// The probes of the lane among those that `may` be asked: in order, each that still fits. What costs more than is left is
/// left out, and the next one that fits takes its place.
pub fn fill(may: impl Fn(&Meta) -> bool) -> Vec<&'static str> {
    let mut left = MOST_REQUESTS;
    let mut lane = Vec::new();
    for meta in LANE.iter().filter_map(|id| probes::find(id)).map(probes::AnyProbe::meta).filter(|meta| may(meta)) {
        let cost: u32 = meta.cost.iter().map(|(_, requests)| requests).sum();
        if cost <= left {
            left -= cost;
            lane.push(meta.id);
        }
    }
    lane
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_the_lane_and_of_the_branch_is_a_probe() {
        for id in LANE.iter().chain(&super::super::marks::OF_THE_BRANCH) {
            assert!(probes::find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn the_lane_never_costs_more_than_five_requests() {
        let every: Vec<_> = (0..1_u32 << LANE.len()).collect();
        for chosen in every {
            let may = |meta: &Meta| LANE.iter().position(|id| *id == meta.id).is_some_and(|n| chosen & (1 << n) != 0);
            let lane = fill(may);
            let cost = |id: &&str| probes::find(id).unwrap().meta().cost.iter().map(|(_, n)| *n).sum::<u32>();
            assert!(lane.iter().map(cost).sum::<u32>() <= MOST_REQUESTS, "{lane:?}");
            assert!(lane.iter().all(|id| may(probes::find(id).unwrap().meta())), "{lane:?}");
            for (n, id) in LANE.iter().enumerate() {
                let fits = cost(id) <= MOST_REQUESTS;
                let first = (0..n).all(|before| chosen & (1 << before) == 0);
                assert!(!(first && fits && chosen & (1 << n) != 0) || lane.contains(id), "the first that fits is in it: {id}");
            }
        }
        assert_eq!(fill(|_| true).first(), Some(&"supabase.backup-age"));
        assert_eq!(fill(|meta| meta.id.ends_with("spend-cap")), ["openai.spend-cap"]);
    }
}
