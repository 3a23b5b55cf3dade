//! The sample's board with leaked secrets: one only in history, one rotated, and an acceptance that nothing needs.

use super::{ago, board, fact, now};
use crate::domain::state::{Board, StandingFinding};
use crate::domain::{ExposedIn, Exposure, Finding, Place, Rotation, Severity, UnusedAcceptance};

/// The board with a secret that is only in history, one that was rotated, and an acceptance that nothing needs.
#[must_use]
pub fn leaked_board() -> Board {
    let mut board = board();
    let day = |text: &str| format!("{text}T12:00:00Z").parse().ok();
    let exposure = Exposure {
        at: ExposedIn::History,
        since: day("2026-03-03"),
        until: day("2026-03-05"),
        places: 14,
        marker: Some("gitleaks:allow".into()),
    };
    let place = |path: &str| Place::File {
        path: path.into(),
        line: Some(3),
        commit: Some("abc1234def5678abc1234def5678abc1234def56".into()),
    };
    let fix = "Revoke it and make a new one: platform.openai.com/api-keys";
    let leaked = |id: &str, says: &str, path: &str| StandingFinding {
        finding: Finding::new("scan.openai-project", id, Severity::Critical, says, fix).at(place(path)).exposed(exposure.clone()),
        probe: "scan.history".parse().unwrap(),
        items: vec!["SEC-02".parse().unwrap()],
        first_seen: ago(60),
        last_seen: ago(12),
        waiver: None,
        rotation: None,
        asks_rotation: true,
        rotated: false,
    };
    let mut rotated = leaked("hash-2", "OpenAI project key sk-p…Qx71 leaked on 3 March 2026 by commit abc1234", "src/ai.ts");
    rotated.rotated = true;
    rotated.rotation = Some(Rotation {
        fact: fact(),
        who: "Sam".into(),
        at: ago(30),
        on: now().date_naive(),
        proof: "the old one is refused".into(),
        holds: true,
    });
    let open = leaked("hash-1", "OpenAI project key sk-p…wxyz leaked on 3 March 2026 by commit abc1234", "src/old ai.ts");
    let waiver = board.findings.iter().find_map(|it| it.waiver.clone());
    board.unused.extend(waiver.map(|waiver| UnusedAcceptance {
        finding: "scan.stripe-secret-live:00112233aabbccdd".to_owned(),
        waiver,
        last_seen: ago(60 * 24 * 9),
        since: ago(60 * 24 * 2),
    }));
    board.findings.splice(0..0, [open, rotated]);
    board
}
