//! A short letter to the client of the sample.

use crate::domain::{Consent, Foreign, Opens, System};
use crate::letter::model::{Ask, Block, Letter, Part, What};

fn text(says: &str) -> Foreign {
    Foreign::new(says)
}

fn ask(what: What, title: &str, minutes: u16, says: &str, urgent: usize, blocks: Vec<Block>) -> Ask {
    let ids = ["BAK-01", "ENV-01", "SPD-01"].map(|it| it.parse().unwrap());
    let opens = Opens { whole: ids.to_vec(), helps: vec![], urgent_whole: urgent, urgent_helps: 0 };
    let about = format!("about {minutes} minutes");
    Ask { what, title: text(title), minutes, about, says: text(says), opens, keeps: vec![], blocks }
}

/// The letter.
#[must_use]
pub fn letter() -> Letter {
    let expires = super::now().date_naive() + chrono::Days::new(40);
    let key = What::Token { system: System::Supabase, again: false, rights: vec![text("Backups")], expires };
    let hosts = vec!["shop.example.com".to_owned()];
    Letter {
        app: "acme-shop".parse().unwrap(),
        language: "en".to_owned(),
        reminder: false,
        heading: text("What we need from you for Acme Shop"),
        line: text("Sunday, 22 November 2026 · week 3 of 6"),
        greeting: text("Dear Ana,"),
        opening: vec![
            text(
                "We check and repair Acme Shop with you until 20 December 2026. Most of the checking is done by a program that only reads and changes nothing.",
            ),
            text("All of it takes about 15 minutes of your time, and you need not do it in one go."),
        ],
        asks: vec![
            ask(
                key,
                "Make a key for Supabase that we can read with",
                10,
                "With it we can check 3 points in full, 2 of them urgent.",
                2,
                vec![
                    Block::Text(text("Where: supabase.com/dashboard, your picture › Account preferences › Access Tokens")),
                    Block::Steps(vec![text("Name it “rescue 22 November”"), text("Let it run out on 1 January 2027")]),
                    Block::List(vec![text("Backups: to see when the last backup was made")]),
                ],
            ),
            ask(
                What::Permission { consent: Consent::OutsideIn, hosts },
                "Allow us to look at your product from outside",
                5,
                "With it we can check 3 points in full.",
                0,
                vec![
                    Block::Text(text("I allow this for Acme Shop.")),
                    Block::Sign(vec![text("Name"), text("Date"), text("Signature")]),
                ],
            ),
        ],
        minutes: 15,
        handing: Some(Part {
            title: "How to hand a key over".to_owned(),
            says: vec![text(
                "A key is a password. Never put one into a mail or a chat, and please do not answer this letter with one.",
            )],
        }),
        here: Some(Part { title: "What we have already".to_owned(), says: vec![text("GitHub: we can read what we need.")] }),
        closing: text("If something here is unclear, ask before you click."),
        farewell: vec![text("Thank you,"), text("Sam")],
        short: "In short".to_owned(),
    }
}
