//! `rescue trend`: the course of the weeks as lines or as a document. The numbers are `domain::trend`'s, as on the screen and
//! on the founder's page.

use super::{exit, json, out::Out};
use crate::desk::Desk;
use crate::domain::AppName;
use crate::domain::trend::{Area, Fixes, Point, Times, Trend};
use crate::trouble::Trouble;
use crate::words::course;
use serde_json::{Value, json};

/// How many characters a bar has.
const BAR: usize = 24;

/// `rescue trend NAME [--json] [--plain]`.
///
/// # Errors
/// An unknown app; a store that cannot be read.
pub fn trend(desk: &Desk, name: &str, as_json: bool, plain: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(name)?;
    let trend = desk.trend(&app)?;
    if as_json {
        out.json(&json::document(document(&app, &trend)));
    } else {
        lines(desk.settings(&app)?.title.as_str(), &trend, plain, out);
    }
    Ok(exit::FINE)
}

/// The course as a document.
#[must_use]
pub fn document(app: &AppName, it: &Trend) -> Value {
    json!({
        "app": app,
        "at": json::moment(it.now),
        "start": it.start,
        "weeks": it.weeks,
        "points": it.points.iter().map(point).collect::<Vec<_>>(),
        "areas": it.areas.iter().map(area).collect::<Vec<_>>(),
        "time_to_fix": fixes(&it.fixes, it),
    })
}

fn point(it: &Point) -> Value {
    json!({
        "week": it.week, "at": json::moment(it.at), "is_now": it.is_now,
        "done": it.done, "of": it.of, "lost": it.lost, "failing": it.failing, "waived": it.waived, "stale": it.stale,
        "unseen": it.unseen, "looked_at": !it.is_unlooked(), "runs": it.runs, "probes": it.probes,
        "newly_lost": it.newly_lost, "newly_won": it.newly_won, "waivers_ended": it.waivers_ended,
    })
}

fn area(it: &Area) -> Value {
    let counts = |it: &crate::domain::trend::AreaPoint| json!({ "done": it.done, "of": it.of, "lost": it.lost });
    let now = it.now();
    json!({
        "area": it.area, "done": now.done, "of": now.of, "lost": now.lost,
        "points": it.points.iter().map(counts).collect::<Vec<_>>(),
    })
}

fn fixes(it: &Fixes, trend: &Trend) -> Value {
    let group = |name: &str, key: Value, of: &Times| {
        let mut fields = times(of);
        if let Some(fields) = fields.as_object_mut() {
            fields.insert(name.to_owned(), key);
        }
        fields
    };
    let open = it.open.iter().map(|it| {
        json!({
            "item": it.item, "since": json::moment(it.since), "age_seconds": (trend.now - it.since).num_seconds(),
            "truth": it.truth, "gate": it.gate, "severity": it.worst,
        })
    });
    json!({
        "all": times(&it.all),
        "by_gate": it.by_gate.iter().map(|(gate, times)| group("gate", json!(gate), times)).collect::<Vec<_>>(),
        "by_severity": it.by_severity.iter().map(|(worst, times)| group("severity", json!(worst), times)).collect::<Vec<_>>(),
        "open": open.collect::<Vec<_>>(),
    })
}

fn times(it: &Times) -> Value {
    json!({
        "fixed": it.fixed,
        "median_seconds": it.median.map(|it| it.num_seconds()),
        "longest_seconds": it.longest.as_ref().map(|(took, _)| took.num_seconds()),
        "longest_item": it.longest.as_ref().map(|(_, item)| item),
        "open": it.open,
        "oldest_open_seconds": it.oldest.map(|it| it.num_seconds()),
    })
}

/// `###x....`: done, lost, and what is left. Some but not all is never drawn as none or as all.
fn bar(done: u16, lost: u16, of: u16) -> String {
    let cells = |count: u16| match (usize::from(count) * BAR).checked_div(usize::from(of)) {
        Some(0) if count > 0 => 1,
        Some(full) if count < of => full.min(BAR - 1),
        Some(full) => full.min(BAR),
        None => 0,
    };
    let done = cells(done);
    let lost = cells(lost).min(BAR - done);
    format!("[{}{}{}]", "#".repeat(done), "x".repeat(lost), ".".repeat(BAR - done - lost))
}

fn lines(title: &str, it: &Trend, plain: bool, out: &mut Out<'_>) {
    let Some(now) = it.points.last() else { return };
    out.line(format!("{title}: week {} of {}, {} of {} points done, {} lost", now.week, it.weeks, now.done, now.of, now.lost));
    if !plain {
        out.line("# done  x lost  . not done");
    }
    for point in &it.points {
        out.line(week(point, plain));
        for (what, list) in [("lost", &point.newly_lost), ("won", &point.newly_won), ("waiver ended", &point.waivers_ended)] {
            if plain && !list.is_empty() {
                out.line(format!("  {what}: {}", list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")));
            }
        }
    }
    out.line("by area");
    for area in &it.areas {
        let now = area.now();
        let bar = if plain || now.of == 0 { String::new() } else { format!("  {}", bar(now.done, now.lost, now.of)) };
        let lost = if now.lost == 0 { String::new() } else { format!("  {} lost", now.lost) };
        let counts = if now.of == 0 { "does not apply".to_owned() } else { format!("{:>2} of {:>2}", now.done, now.of) };
        out.line(format!("  {:<6} {counts}{bar}{lost}", area.area));
    }
    out.line("time to fix, from first seen failing to done");
    out.line(format!("  {:<14} {}", "all", course::times(&it.fixes.all)));
    for (gate, times) in &it.fixes.by_gate {
        let name = if gate.is_some() { format!("gate {}", course::gate_word(*gate)) } else { "no gate".to_owned() };
        out.line(format!("  {name:<14} {}", course::times(times)));
    }
    for (worst, times) in &it.fixes.by_severity {
        out.line(format!("  {:<14} {}", course::severity_word(*worst), course::times(times)));
    }
    for open in &it.fixes.open {
        out.line(format!("  open: {:<7} {}", open.item.as_str(), course::open(open, it.now)));
    }
}

fn week(it: &Point, plain: bool) -> String {
    let name = if it.is_now { "now".to_owned() } else { it.week.to_string() };
    let day = it.at.date_naive();
    if plain {
        let (done, of) = (it.done, it.of);
        return format!(
            "week {name} ({day}): {done} of {of} done, {} lost, {} failing, {} stale, {} waived, {} unseen; {}",
            it.lost,
            it.failing,
            it.stale,
            it.waived,
            it.unseen,
            course::looked(it)
        );
    }
    let mut news = Vec::new();
    if !it.newly_won.is_empty() {
        news.push(format!("+{} won", it.newly_won.len()));
    }
    if !it.newly_lost.is_empty() {
        news.push(format!("-{} lost", it.newly_lost.len()));
    }
    if it.is_unlooked() {
        news.push(course::looked(it));
    }
    let bar = bar(it.done, it.lost, it.of);
    format!("{name:>4}  {day}  {:>3} of {:<3} {bar} {}", it.done, it.of, news.join(", ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::bar;
    use rstest::rstest;

    #[rstest]
    #[case(0, 0, 72, 0, 0)]
    #[case(1, 1, 720, 1, 1)]
    #[case(71, 1, 72, 23, 1)]
    #[case(72, 0, 72, 24, 0)]
    #[case(0, 0, 0, 0, 0)]
    fn almost_is_not_all(#[case] done: u16, #[case] lost: u16, #[case] of: u16, #[case] full: usize, #[case] crossed: usize) {
        let bar = bar(done, lost, of);
        assert_eq!(bar.len(), super::BAR + 2);
        assert_eq!((bar.matches('#').count(), bar.matches('x').count()), (full, crossed));
    }
}
