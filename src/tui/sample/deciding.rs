//! What people decided in the sample, and what stands between it and the close of its engagement.

use super::{ago, board};
use crate::credentials::Source;
use crate::desk::closing::{Closing, OpenGate, Said, Token};
use crate::domain::decisions::DecisionKind;
use crate::domain::{Decision, Foreign, Gate, Side, System, Truth};

fn decision(kind: DecisionKind, what: &str, who: Option<(&str, Side)>, items: &[&str], probes: &[&str]) -> Decision {
    Decision {
        kind,
        what: Foreign::new(what),
        who: who.map(|(name, _)| Foreign::new(name)),
        side: who.map(|(_, side)| side),
        written_by: "Sam".into(),
        at: ago(60 * 24 * 12),
        on: None,
        proof: None,
        reason: None,
        until: None,
        stands: true,
        items: items.iter().filter_map(|it| it.parse().ok()).collect(),
        probes: probes.iter().filter_map(|it| it.parse().ok()).collect(),
    }
}

/// An agreement with and one without a name, a risk that is accepted and one that was, a permission.
#[must_use]
pub fn decisions() -> Vec<Decision> {
    let ana = Some(("Ana Brandt", Side::Client));
    let day = |text: &str| text.parse().ok();
    vec![
        Decision {
            proof: Some("mail of 3 November, filed in the client folder".into()),
            on: day("2026-11-03"),
            ..decision(DecisionKind::Ceiling, "spend ceiling of OpenAI: 200 USD a month", ana, &["SPD-01"], &["openai.spend-cap"])
        },
        decision(
            DecisionKind::Limit,
            "limit of BAK-01: 1d",
            None,
            &["BAK-01"],
            &["supabase.backup-age", "github.backup-workflow"],
        ),
        Decision {
            reason: Some("the plan has no push protection until the renewal".into()),
            proof: Some("mail of the founder".into()),
            until: day("2027-01-31"),
            ..decision(DecisionKind::Waiver, "SEC-05 stays open: Leak prevention", ana, &["SEC-05"], &[])
        },
        Decision {
            reason: Some("a freelancer was at it".into()),
            until: day("2026-11-20"),
            stands: false,
            ..decision(DecisionKind::Waiver, "CI-03 stays open: Preview deploys", Some(("Sam", Side::Ours)), &["CI-03"], &[])
        },
        Decision {
            until: day("2026-12-31"),
            ..decision(DecisionKind::Authorisation, "outside-in looks at shop.acme.example", ana, &[], &[])
        },
    ]
}

/// Two gates, and tokens of every kind of answer.
#[must_use]
pub fn closing() -> Closing {
    let token = |system, source, said| Token { system, sources: vec![source], said, asked: ago(1) };
    let gate =
        |item: &str, short: &str, gate, truth| Some(OpenGate { item: item.parse().ok()?, short: short.to_owned(), gate, truth });
    let open = [
        gate("SEC-03", "No privileged key in the bundle", Gate::Now, Truth::Failing),
        gate("HND-01", "New engineer started in an hour", Gate::Close, Truth::Open),
    ];
    Closing {
        board: board(),
        open: open.into_iter().flatten().collect(),
        tokens: vec![
            token(System::Github, Source::Variable("GITHUB_TOKEN".to_owned()), Said::Works("as sam-okoro".into())),
            token(
                System::Supabase,
                Source::KeyringOfApp(board().settings.name),
                Said::Refused("Supabase does not know it: wrong, expired or revoked (401)".into()),
            ),
            token(System::Vercel, Source::Command, Said::Unasked("it gave no answer in 20 s".into())),
        ],
        without: vec![System::Openai],
        unseen: vec![],
        access: "HND-02".parse().ok(),
        access_is_settled: false,
        watch: "HND-04".parse().ok().map(|item| (item, Truth::Open)),
        secrets: vec!["RESCUE_ACME_SHOP_GITHUB_TOKEN".to_owned(), "RESCUE_ACME_SHOP_SUPABASE_TOKEN".to_owned()],
    }
}
