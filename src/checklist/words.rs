//! What the console says of an item beside its own text: steps with the app's names, and what no probe looks at yet.

use crate::domain::{AppSettings, Decides, Item, Rule, System};

/// The placeholders that a step may hold.
pub const PLACEHOLDERS: [&str; 6] = ["{repo}", "{supabase}", "{staging}", "{vercel}", "{url}", "{title}"];

/// A step of `how` with the app's own names. What is not known is named in words; what is not a placeholder stays.
#[must_use]
pub fn fill(step: &str, app: &AppSettings) -> String {
    let mut filled = String::with_capacity(step.len() + 32);
    let mut rest = step;
    // One pass, so that a name with braces in it is not filled in again.
    while let Some((before, from)) = rest.find('{').map(|at| rest.split_at(at)) {
        filled.push_str(before);
        let known = PLACEHOLDERS.iter().find_map(|name| from.strip_prefix(name).map(|after| (*name, after)));
        rest = if let Some((name, after)) = known {
            filled.push_str(&named(name, app));
            after
        } else {
            filled.push('{');
            from.strip_prefix('{').unwrap_or_default()
        };
    }
    filled.push_str(rest);
    filled
}

fn named(placeholder: &str, app: &AppSettings) -> String {
    let known = match placeholder {
        "{repo}" => app.github.as_ref().map(ToString::to_string).or(app.path.as_ref().map(|path| path.display().to_string())),
        "{supabase}" => app.supabase.as_ref().map(ToString::to_string),
        "{staging}" => app.staging.as_ref().map(ToString::to_string),
        "{vercel}" => app.vercel.as_ref().map(ToString::to_string),
        "{url}" => app.url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        _ => Some(app.title.to_string()),
    };
    let in_words = match placeholder {
        "{repo}" => "your repository",
        "{supabase}" => "your Supabase project",
        "{staging}" => "your staging project",
        "{vercel}" => "your Vercel project",
        "{url}" => "your site",
        _ => "your app",
    };
    known.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| in_words.to_owned())
}

/// What no probe looks at yet, in one line; none when every system of the item is asked or a person decides alone.
#[must_use]
pub fn by_hand_note(item: &Item) -> Option<String> {
    let (last, others) = item.to_come.split_last()?;
    let last = asked(last);
    let systems = if others.is_empty() {
        last
    } else {
        format!("{} and {last}", others.iter().map(|name| asked(name)).collect::<Vec<_>>().join(", "))
    };
    let until_then = if item.rule.probes().is_empty() {
        "attested by hand until then"
    } else if matches!(item.rule, Rule::Any(_)) {
        "a proof that lives there is attested by hand until then"
    } else if item.decides == Decides::Both {
        "that part is judged by hand until then"
    } else {
        "that part is not looked at until then"
    };
    Some(format!("No probe for {systems} yet: {until_then}"))
}

/// A system as one says it; other words stay as the file has them.
fn asked(name: &str) -> String {
    match name.parse::<System>() {
        Ok(System::Repo) => "the repository".to_owned(),
        Ok(System::Scan) => "the wider secret scan".to_owned(),
        Ok(System::Site) => "the site".to_owned(),
        Ok(System::SupabaseProject) => "the Supabase project's public side".to_owned(),
        Ok(system) => system.title().to_owned(),
        Err(_) => name.to_owned(),
    }
}
