//! `rescue checklist`: the text that an app is worked through. It judges no app.

use super::args::ChecklistCommand;
use super::{exit, json, out::Out};
use crate::desk::Desk;
use crate::trouble::Trouble;
use serde_json::json;

/// `rescue checklist …`.
///
/// # Errors
/// An unknown checklist; a file that is wrong, with every problem by line.
pub fn checklist(desk: &Desk, command: ChecklistCommand, out: &mut Out<'_>) -> Result<u8, Trouble> {
    match command {
        ChecklistCommand::List { json: as_json } => {
            let rows = desk.checklists();
            if as_json {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|(name, made)| match made {
                        Ok(made) => {
                            json!({ "name": name, "title": made.title, "version": made.version, "items": made.items.len() })
                        }
                        Err(problems) => json!({ "name": name, "problems": problems }),
                    })
                    .collect();
                out.json(&json::document(json!({ "checklists": rows })));
            } else {
                for (name, made) in &rows {
                    match made {
                        Ok(made) => {
                            out.line(format!("{name}: {} ({} items, version {})", made.title, made.items.len(), made.version));
                        }
                        Err(problems) => out.line(format!("{name}: cannot be used, {}", problems.join("; "))),
                    }
                }
            }
            Ok(exit::FINE)
        }
        ChecklistCommand::Show { name, json: as_json } => {
            let (_, made) = desk.checklist(&name)?;
            if as_json {
                out.json(&json::document(json!({
                    "name": made.name, "title": made.title, "version": made.version, "items": made.items, "retired": made.retired,
                })));
            } else {
                for item in &made.items {
                    let probes: Vec<_> = item.rule.probes().iter().map(|id| id.as_str()).collect();
                    let asked = if probes.is_empty() { "by hand".to_owned() } else { probes.join(", ") };
                    out.line(format!(
                        "{} {:<10} {:<6} {}  [{asked}]",
                        item.id,
                        item.phase.title(),
                        item.decides.to_string(),
                        item.title
                    ));
                }
            }
            Ok(exit::FINE)
        }
        ChecklistCommand::Check { file } => match desk.check_checklist(&file)? {
            Ok(made) => {
                out.line(format!("{}: good, {} items", file.display(), made.items.len()));
                Ok(exit::FINE)
            }
            Err(problems) => {
                for problem in &problems {
                    out.say(problem);
                }
                Ok(exit::FAILED)
            }
        },
        ChecklistCommand::Adopt { app, checklist } => {
            let app = desk.app(&app)?;
            let version = desk.adopt(&app, &checklist)?;
            out.line(format!(
                "{app} is worked through {checklist} {version} from now on; new items are marked as new, nothing is reopened"
            ));
            Ok(exit::FINE)
        }
    }
}
