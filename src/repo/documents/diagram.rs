//! Diagrams in documents and as files of their own: which form they have and which services they name. Pictures are known
//! by their names only.

use super::services_in;
use crate::repo::place::{At, line, name};
use std::collections::BTreeSet;
use strum::{Display, IntoStaticStr};

/// A diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagram {
    pub kind: DiagramKind,
    pub at: At,
    /// Services that it names.
    pub names: BTreeSet<&'static str>,
    /// Arrows and lines between things; none when its form hides them.
    pub arrows: Option<usize>,
}

/// The form of a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, IntoStaticStr)]
pub enum DiagramKind {
    Mermaid,
    #[strum(serialize = "draw.io")]
    Drawio,
    Excalidraw,
    #[strum(serialize = "PlantUML")]
    PlantUml,
    #[strum(serialize = "D2")]
    D2,
    #[strum(serialize = "a drawing in letters")]
    Letters,
    #[strum(serialize = "a picture")]
    Picture,
}

/// The form of a file that is a diagram.
pub(super) fn kind(path: &str) -> Option<DiagramKind> {
    let lower = name(path).to_ascii_lowercase();
    let (_, ending) = lower.rsplit_once('.')?;
    Some(match ending {
        "mmd" | "mermaid" => DiagramKind::Mermaid,
        "drawio" => DiagramKind::Drawio,
        "excalidraw" => DiagramKind::Excalidraw,
        "puml" | "plantuml" => DiagramKind::PlantUml,
        "d2" => DiagramKind::D2,
        _ => return None,
    })
}

/// Whether a path is that of a picture which shows the system, by its name.
pub(super) fn is_picture(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let file = name(&lower);
    let is = [".png", ".svg", ".jpg", ".jpeg", ".webp", ".pdf"].iter().any(|it| file.ends_with(it));
    let ours = !lower.split('/').any(|it| matches!(it, "node_modules" | "public" | "assets" | "dist"));
    is && ours && ["architecture", "system-diagram", "system_diagram", "infrastructure", "c4-"].iter().any(|it| file.contains(it))
}

pub(super) fn of_file(path: &str, kind: DiagramKind, text: &str) -> Diagram {
    let arrows = match kind {
        DiagramKind::Drawio => Some(text.matches("edge=\"1\"").count()).filter(|it| *it > 0),
        DiagramKind::Excalidraw => Some(text.matches("\"type\": \"arrow\"").count() + text.matches("\"type\":\"arrow\"").count()),
        _ => Some(arrows(text)),
    };
    Diagram { kind, at: At::new(path, 1), names: services_in(text), arrows }
}

/// The diagrams in a document: fences of a language of diagrams, and pictures that are called so.
pub(super) fn in_text(path: &str, text: &str) -> Vec<Diagram> {
    let mut found = Vec::new();
    let mut open: Option<(DiagramKind, u32, String)> = None;
    for (count, content) in text.lines().enumerate() {
        let trimmed = content.trim();
        let at = line(count + 1);
        if let Some(language) = trimmed.strip_prefix("```") {
            if let Some((kind, from, body)) = open.take() {
                found.extend(of_fence(path, kind, from, &body));
            } else {
                let kind = match language.trim().to_lowercase().as_str() {
                    "mermaid" => DiagramKind::Mermaid,
                    "plantuml" | "puml" => DiagramKind::PlantUml,
                    "d2" => DiagramKind::D2,
                    _ => DiagramKind::Letters,
                };
                open = Some((kind, at, String::new()));
            }
            continue;
        }
        if let Some((_, _, body)) = &mut open {
            body.push_str(content);
            body.push('\n');
            continue;
        }
        let lower = trimmed.to_lowercase();
        let shows = ["architecture", "diagram", "infrastructure"].iter().any(|it| lower.contains(it));
        if trimmed.contains("![") && shows && !lower.contains("badge") {
            found.push(Diagram { kind: DiagramKind::Picture, at: At::new(path, at), names: BTreeSet::new(), arrows: None });
        }
    }
    found
}

/// A fence without a language of diagrams is one when it is drawn with lines and has boxes.
fn of_fence(path: &str, kind: DiagramKind, from: u32, body: &str) -> Option<Diagram> {
    let arrows = arrows(body);
    let boxes = body.matches(['│', '┌', '└', '▼', '▲']).count() + body.matches("+--").count();
    if kind == DiagramKind::Letters && (boxes < 6 || body.contains("├──")) {
        return None;
    }
    Some(Diagram { kind, at: At::new(path, from), names: services_in(body), arrows: Some(arrows) })
}

fn arrows(text: &str) -> usize {
    let signs = ["-->", "->>", "---", "-.->", "==>", "->", "▼", "▲", "→", "Rel("];
    text.lines().filter(|line| signs.iter().any(|it| line.contains(it))).count()
}
