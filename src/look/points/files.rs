//! What else the site serves: source maps with the app's own code, files that should not be there, errors that tell of the
//! inside, and services that its scripts name.

use super::{Point, Weight};
use crate::domain::Foreign;
use crate::look::model::{Look, Outside};
use crate::repo::project::systems::Purpose;
use crate::words;

/// Places that are named of one point.
const MOST: usize = 3;

pub(super) fn points(look: &Look) -> Vec<Point> {
    let mut points = Vec::new();
    if let Some(outside) = &look.outside {
        points.extend(exposed(outside));
        points.extend(errors(outside));
    }
    points.extend(maps(look));
    points.extend(models(look));
    points.extend(projects(look));
    points.extend(strangers(look));
    points
}

fn exposed(outside: &Outside) -> Vec<Point> {
    let file = |it: &crate::look::exposed::ExposedFile| {
        let key = format!("exposed:{}", it.path);
        let says = format!("{} is served to anybody", it.path);
        let names = |names: &[Foreign]| names.iter().map(Foreign::as_str).collect::<Vec<_>>().join(", ");
        let point = if it.opens && !it.names.is_empty() {
            let means = format!("it holds settings with their values: {}", names(&it.names));
            Point::new(key, Weight::Emergency, says, means)
                .todo("Replace every value in it that is a secret; then take the file away")
        } else if it.opens {
            let means = "the folder that it is in holds the whole code with its history, and every key that was ever in it";
            Point::new(key, Weight::Emergency, says, means)
                .todo("Take the folder away from what is served; then scan the history for keys")
        } else {
            Point::new(key, Weight::Mend, says, "it tells how the app is built and where it is kept")
                .todo("Leave it out of what is served")
        };
        point.of(&["SEC-08"])
    };
    outside.files.iter().map(file).collect()
}

fn errors(outside: &Outside) -> Option<Point> {
    if outside.gives_away.is_empty() {
        return None;
    }
    let what: Vec<&str> = outside.gives_away.iter().map(Foreign::as_str).collect();
    let says = format!("the answer for a path that nobody has shows {}", what.join(", "));
    let means = "errors tell a stranger how the inside looks, which saves them the work of finding out";
    Some(
        Point::new("errors.inside", Weight::Mend, says, means)
            .todo("Answer with a plain page, and send the details to the error tracker")
            .of(&["ERR-01"]),
    )
}

fn maps(look: &Look) -> Option<Point> {
    let own: Vec<_> = look.served.site.maps.iter().filter(|it| it.own > 0).collect();
    let sources: usize = own.iter().map(|it| it.own).sum();
    if own.is_empty() {
        return None;
    }
    let says = format!("{} of the app's own code can be read by anybody", words::count(sources, "source file"));
    let means =
        "its source maps are public: comments, names and the way that the browser's half works are as the authors wrote them";
    let point =
        Point::new("maps.own", Weight::Mend, says, means).todo("Send source maps to the error tracker, and do not serve them");
    Some(point.at(own.iter().take(MOST).map(|it| it.path.cut(120))).of(&["WEB-01"]))
}

/// A model that is named in what browsers run.
fn models(look: &Look) -> Vec<Point> {
    let named = look.services.iter().filter(|it| it.purpose == Purpose::Model);
    let point = |it: &crate::look::model::ServiceSeen| {
        let says = format!("its scripts name {}, which is paid by use", it.name);
        let means = "if the browser calls it, a key has to be in the browser, or whoever answers lets anybody spend; a library may also only mention it";
        let point = Point::new(format!("model:{}", it.name), Weight::Mend, says, means);
        point.todo("Ask how that call is made, and what caps it").at([it.path.cut(120)]).of(&["SEC-03", "SPD-01", "RL-02"])
    };
    named.map(point).collect()
}

fn projects(look: &Look) -> Option<Point> {
    let projects = &look.served.site.projects;
    if projects.len() < 2 {
        return None;
    }
    let names: Vec<&str> = projects.iter().map(|it| it.project.as_str()).collect();
    let says = format!("it names {} Supabase projects: {}", projects.len(), names.join(", "));
    let means = "one of them may be a test's, or another app's; what visitors type may end there";
    let point = Point::new("projects.several", Weight::Mend, says, means).todo("Ask which is production's");
    Some(point.at(projects.iter().take(MOST).map(|it| it.path.cut(120))).of(&["ENV-01"]))
}

/// Hosts of others that could change the page.
fn strangers(look: &Look) -> Option<Point> {
    let hosts: Vec<String> = look.served.site.elsewhere.iter().map(|it| it.cut(80)).collect();
    if hosts.is_empty() {
        return None;
    }
    let more = if hosts.len() > 8 { format!(" and {} more", hosts.len() - 8) } else { String::new() };
    let shown = hosts.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    let says = format!("it loads scripts from {}: {shown}{more}", words::count(hosts.len(), "other host"));
    let means = "who controls such a host controls what visitors see and type; their scripts were not read";
    Some(Point::new("hosts.others", Weight::Know, says, means))
}
