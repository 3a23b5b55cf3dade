//! Keys that a site serves: which of them are an emergency, and what the public ones, which belong there, then rest on.

use super::{Point, Weight};
use crate::domain::Severity;
use crate::look::model::Look;
use crate::probes::leaks::{self, Group};
use crate::scan::{Leak, why_harmless};

/// Places of one key that are named.
const MOST_PLACES: usize = 3;

pub(super) fn points(look: &Look) -> Vec<Point> {
    let found = &look.served.site.report.findings;
    let mut points: Vec<Point> = leaks::grouped(found.iter().filter(|it| it.can_fail())).iter().filter_map(secret).collect();
    let public: Vec<Group<'_>> = leaks::grouped(found.iter().filter(|it| it.public));
    points.extend(public.iter().filter_map(public_key));
    let maybe = leaks::grouped(found.iter().filter(|it| !it.can_fail() && !it.public));
    let maybe: Vec<&Leak> = maybe.iter().filter_map(|it| it.first().copied()).collect();
    if !maybe.is_empty() {
        let count = crate::words::count(maybe.len(), "text");
        let says = format!("{count} in its scripts may be a credential");
        let means = "only somebody who knows the app can tell; if one is, it is as open as the page";
        let point = Point::new("keys.maybe", Weight::Mend, says, means).todo("Ask the builder what each of these is");
        points.push(
            point
                .at(maybe.into_iter().take(MOST_PLACES).map(|it| format!("{}: {} {}", place(it), it.kind, it.masked)))
                .of(&["SEC-03"]),
        );
    }
    points
}

/// A key that must not be there.
fn secret(group: &Group<'_>) -> Option<Point> {
    let first = *group.first()?;
    let severity = group.iter().map(|it| it.severity).max()?;
    let weight = if severity >= Severity::High { Weight::Emergency } else { Weight::Mend };
    let owner = first.belongs_to.as_ref().map(|it| format!(" of {}", it.cut(40))).unwrap_or_default();
    let says = format!("{} {}{owner} is served to every visitor", sentence(&first.kind), first.masked);
    let since = group.iter().filter_map(|it| it.since).min();
    let since = since.map(|at| format!("; it is known to lie there since {}", at.format("%-d %B %Y"))).unwrap_or_default();
    let trap = first.is_canary();
    let point = Point::new(format!("site.{}:{}", first.rule, first.id), weight, says, format!("{}{since}", means(first)));
    let point = if trap {
        point.todo("Ask the owner first: its account is known for canary keys, and using it raises an alarm")
    } else {
        point.todo(format!("Replace it now: {}", first.rotate))
    };
    let point = point
        .todo("Move the call that needs it to the server, and deploy; replacing it alone serves the next one")
        .todo(format!("Read the logs of {} for use that was not the app's own", provider(first)))
        .todo("Decide with the owner who has to be told, and by when");
    Some(point.at(places(group)).of(&["SEC-03", "SEC-02", "SEC-07"]))
}

/// What whoever has it can do, as far as its kind says.
fn means(leak: &Leak) -> String {
    let what = match (leak.rule.as_str(), leak.provider.as_str()) {
        ("supabase-service-role" | "supabase-secret-key", _) => {
            "it passes by row level security: whoever opens the page can read, change and delete every row and every file"
        }
        ("supabase-access-token", _) => "it manages the whole Supabase account: projects, keys, databases",
        ("supabase-jwt-secret", _) => "with it anybody can sign in as any user, and as the administrator",
        (_, "Stripe" | "Stripe or one who writes keys as Stripe does" | "Paddle" | "Lemon Squeezy" | "Polar") => {
            "whoever opens the page can act in the payment account as far as this key goes: charge, refund, read customers"
        }
        (_, "Stripe or Clerk" | "Stripe, Clerk, Resend or Supabase") => {
            "whoever opens the page can act in that account as far as this key goes: move money or users, read who they are"
        }
        (
            _,
            "OpenAI" | "Anthropic" | "OpenRouter" | "Mistral" | "Cohere" | "xAI" | "DeepSeek" | "ElevenLabs" | "Groq"
            | "Perplexity" | "Together AI",
        ) => "whoever opens the page can use the model on the owner's bill, up to its cap if there is one",
        (_, "Resend" | "SendGrid" | "Mailgun" | "Postmark" | "Brevo") => {
            "whoever opens the page can send mail in the owner's name"
        }
        (_, "Twilio") => "whoever opens the page can call and text on the owner's bill",
        (_, "AWS" | "Google Cloud") => "whoever opens the page can use the cloud account as far as this key goes",
        (_, "the database's host" | "Neon" | "Turso") => "it opens the database itself, beside the app",
        (_, "GitHub" | "npm" | "Vercel") => {
            "it opens the place where the code is kept or put out: whoever has it may change the app itself"
        }
        _ => "whoever opens the page has it, and can do with it what the app can",
    };
    what.to_owned()
}

/// Whose logs are read.
fn provider(leak: &Leak) -> &str {
    match leak.provider.as_str() {
        "unknown" | "its issuer" | "see its `iss`" | "the app itself" => "whoever takes this key",
        known => known,
    }
}

/// A key that belongs where it was found.
fn public_key(group: &Group<'_>) -> Option<Point> {
    let first = *group.first()?;
    let says = format!("{} {}", sentence(&first.kind), first.masked);
    let key = format!("public.{}:{}", first.rule, first.id);
    let point = match first.rule.as_str() {
        "supabase-anon" | "supabase-publishable-key" => {
            let means = "expected here, and no leak: browsers need it. It means that row level security is the only lock on the data. Any table without it can be read, and may be changed, by everybody who opens the page; whether every table has it was not seen";
            let point = Point::new(key, Weight::Key, says, means);
            point
                .todo("Look into the database: a read-only token or connection shows each table's rules")
                .of(&["RLS-01", "RLS-02", "RLS-03", "RLS-04", "RLS-05"])
        }
        "firebase-web-config" => {
            let means = "expected here, and no leak: it names the project. It means that the security rules are the only lock on database and files; what they say was not seen";
            let point = Point::new(key, Weight::Key, says, means);
            point.todo("Read the security rules, and limit the key to the app's addresses").of(&["RLS-06"])
        }
        rule => {
            let why = why_harmless(rule).filter(|it| !it.is_empty()).unwrap_or("it is made to be seen");
            Point::new(key, Weight::Key, says, format!("expected here: {why}"))
        }
    };
    Some(point.at(places(group)))
}

fn places(group: &Group<'_>) -> Vec<String> {
    let mut places: Vec<String> = group.iter().take(MOST_PLACES).map(|it| place(it)).collect();
    if group.len() > MOST_PLACES {
        places.push(format!("and {} more files", group.len() - MOST_PLACES));
    }
    places
}

fn place(leak: &Leak) -> String {
    format!("{}:{}", leak.path.cut(120), leak.line)
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
