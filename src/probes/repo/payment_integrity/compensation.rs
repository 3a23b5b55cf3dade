//! Money that was moved, or an account that was made, and a write to the database after it that may fail: whether anything
//! in the same function takes the first back is laid before a person (CHECKLIST ERR-04). It never fails an item.

use crate::domain::{Note, NoteLevel};
use crate::probes::ground::{Exhibit, Ground, Spot};
use crate::probes::places::{is_served_as_is, is_tool};
use crate::repo::Survey;
use crate::repo::code::CodeFile;
use crate::repo::code::effects::{Lasting, Outside};
use crate::repo::code::failures::Write;
use serde::{Deserialize, Serialize};

/// Steps outside that a write follows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Compensation {
    /// All of them.
    pub followed: usize,
    /// Those after which nothing takes them back.
    pub standing: Vec<Exhibit>,
}

impl Compensation {
    pub(super) fn of(survey: &Survey) -> Self {
        let mut found = Self::default();
        for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path) && !is_tool(&it.path)) {
            for it in &file.effects.outside {
                found.add(file, it);
            }
        }
        found
    }

    fn add(&mut self, file: &CodeFile, outside: &Outside) {
        let after = file.failures.writes.iter().filter(|it| outside.is_followed_by(it.line));
        let Some(first) = after.min_by_key(|it| it.line) else { return };
        self.followed += 1;
        if outside.undone.is_none() {
            let id = format!("{}.{}", file.path, outside.by);
            self.standing.push(Exhibit::new(id, Spot::new(&file.path, outside.line, says(outside, first))));
        }
    }

    /// `2 of 3 charges or new accounts …`; nothing where there is none.
    pub(super) fn says(&self) -> Option<String> {
        let (some, all) = (self.standing.len(), self.followed);
        (all > 0).then(|| format!("of {all} charges and new accounts before a write, {some} stand when the write fails"))
    }

    pub(super) fn notes(&self, ground: &Ground) -> Vec<Note> {
        let mut notes = ground.exhibits("repo.uncompensated", &self.standing);
        if self.followed > self.standing.len() {
            let says = format!(
                "{} of {} are taken back by something in their function",
                self.followed - self.standing.len(),
                self.followed
            );
            notes.push(Note { key: "repo.compensated".to_owned(), level: NoteLevel::Info, says: says.into(), place: None });
        }
        notes
    }
}

fn says(outside: &Outside, write: &Write) -> String {
    let what = match outside.kind {
        Lasting::Money => "a charge",
        Lasting::Account => "a new account",
    };
    let table = write.table.as_ref().map_or_else(String::new, |it| format!(" to `{it}`"));
    format!("{what} at L{} (`{}`) is followed by a write{table} at L{}; nothing undoes it", outside.line, outside.by, write.line)
}

#[cfg(test)]
mod tests {
    use crate::probes::repo::payment_integrity::PaymentIntegrity;
    use crate::probes::stand_in::{laid, look, word};
    use rstest::rstest;

    const PATH: &str = "app/api/buy/route.ts";
    const CHARGED: &str = "export async function POST() {\n await stripe.charges.create({ amount: price })\n await db.from('orders').insert({ a: 1 })\n}";
    const REFUNDED: &str = "export async function POST() {\n const c = await stripe.charges.create({ amount: price })\n try {\n await db.from('orders').insert({ a: 1 }).throwOnError()\n } catch (e) {\n await stripe.refunds.create({ charge: c.id })\n throw e\n }\n}";
    const SIGNED_UP: &str = "export async function POST() {\n const { data } = await admin.auth.admin.createUser({ email })\n await prisma.profile.create({ data: {} })\n await prisma.team.create({ data: {} })\n}";
    const TAKEN_BACK: &str = "export async function POST() {\n const { data } = await admin.auth.admin.createUser({ email })\n const { error } = await admin.from('profiles').insert({})\n if (error) await admin.auth.admin.deleteUser(data.user.id)\n}";
    const WRITTEN_FIRST: &str = "export async function POST() {\n await prisma.order.create({ data: {} })\n await stripe.charges.create({ amount: price })\n}";

    #[rstest]
    #[case::charged(CHARGED, &["repo.uncompensated.app/api/buy/route.ts.stripe.charges.create"])]
    #[case::refunded(REFUNDED, &[])]
    #[case::signed_up(SIGNED_UP, &["repo.uncompensated.app/api/buy/route.ts.admin.auth.admin.createUser"])]
    #[case::taken_back(TAKEN_BACK, &[])]
    #[case::written_first(WRITTEN_FIRST, &[])]
    #[tokio::test]
    async fn steps(#[case] code: &str, #[case] notes: &[&str]) {
        let answer = look::<PaymentIntegrity>(&[(PATH, code), ("package.json", r#"{"dependencies": {"stripe": "17"}}"#)]).await;
        assert_eq!(word(&answer.verdict), "needs_judgement", "{:?}", answer.verdict);
        assert_eq!(laid(&answer.verdict), notes);
    }

    #[tokio::test]
    async fn an_account_alone_is_a_critical_path_too() {
        let answer = look::<PaymentIntegrity>(&[(PATH, SIGNED_UP)]).await;
        assert_eq!(word(&answer.verdict), "needs_judgement", "{:?}", answer.verdict);
        let note = &answer.verdict.notes[0];
        assert_eq!(
            note.says.as_str(),
            "a new account at L2 (`admin.auth.admin.createUser`) is followed by a write to `profile` at L3; nothing undoes it"
        );
        assert_eq!(note.place.as_ref().unwrap().to_string(), "app/api/buy/route.ts:2");
        assert!(answer.verdict.says.as_str().contains("1 stand when the write fails"), "{}", answer.verdict.says);
    }

    #[tokio::test]
    async fn what_a_script_does_is_none() {
        let answer = look::<PaymentIntegrity>(&[("scripts/seed.ts", SIGNED_UP)]).await;
        assert_eq!(word(&answer.verdict), "not_applicable", "{:?}", answer.verdict);
    }
}
