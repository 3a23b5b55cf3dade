//! A scan as the document of DESIGN §5: fields are added, never renamed; no value, and no path but those below the target.

use super::Said;
use crate::cli::json;
use crate::scan::verify::Answer;
use crate::scan::why_harmless;
use serde_json::{Value, json};

/// The document.
#[must_use]
pub fn document(said: &Said<'_>) -> Value {
    let findings: Vec<Value> = said
        .shown
        .iter()
        .map(|it| {
            let mut fields = json!(it.leak);
            if let Some(map) = fields.as_object_mut() {
                map.insert("accepted".to_owned(), json!(it.accepted));
                map.insert("rotated".to_owned(), json!(it.rotated));
                map.insert("canary".to_owned(), json!(it.leak.is_canary()));
                if let Some(why) = why_harmless(&it.leak.rule) {
                    map.insert("why_harmless".to_owned(), json!(why));
                }
                if let Some(Answer { live, why }) = it.answer {
                    map.insert("live".to_owned(), json!(live));
                    if !why.is_empty() {
                        map.insert("live_why".to_owned(), json!(why));
                    }
                }
            }
            fields
        })
        .collect();
    let mut fields = json!({
        "target": { "kind": said.target.word(), "what": said.target.shown() },
        "at": json::moment(said.at),
        "commit": said.commit,
        "history": said.history,
        "coverage": said.coverage,
        "findings": findings,
        "secrets": said.open_secrets(),
        "not_shown": { "public": said.folded_public, "weak": said.folded_weak },
        "remarks": said.remarks,
        // Whether the same secret has the same id in the next scan.
        "lasting_ids": said.lasting,
    });
    if let (Some(map), Some(site)) = (fields.as_object_mut(), &said.site) {
        map.insert("site".to_owned(), site.clone());
    }
    json::document(fields)
}
