//! The numbered steps of the schema. A step is never edited after a release: a change is a new step.

use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

/// The steps, oldest first; the number of a step is its place in the list, from 1.
fn steps() -> [M<'static>; NEWEST as usize] {
    [
        M::up(include_str!("steps/0001_facts.sql")),
        M::up(include_str!("steps/0002_snapshots.sql")),
        M::up(include_str!("steps/0003_marks.sql")),
        M::up(include_str!("steps/0004_scheduled.sql")),
        M::up(include_str!("steps/0005_told.sql")),
        M::up(include_str!("steps/0006_looked.sql")),
        M::up_with_hook(include_str!("steps/0007_thinning.sql"), super::steps::thinning),
        M::up_with_hook(include_str!("steps/0008_room.sql"), super::steps::room),
    ]
}

/// Marks a file as ours: `RESC`.
pub(super) const APPLICATION_ID: i32 = 0x5245_5343;

/// The schema that this build writes.
pub(super) const NEWEST: u32 = 8;

/// Brings a database to step `wanted`, all steps in one transaction.
pub(super) fn raise(connection: &mut Connection, wanted: u32) -> rusqlite_migration::Result<()> {
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    Migrations::from_slice(&steps()).to_version(connection, wanted as usize)
}

/// The step that a database stands at; 0 for an empty one.
pub(super) fn standing(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_step_is_the_last_of_the_list() {
        Migrations::from_slice(&steps()).validate().unwrap();
    }

    #[test]
    fn each_step_stands_on_the_one_before() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in 1..=NEWEST {
            raise(&mut connection, step).unwrap();
            assert_eq!(standing(&connection).unwrap(), step);
        }
        let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0)).unwrap();
        assert_eq!(id, APPLICATION_ID);
    }

    #[test]
    fn the_whole_schema() {
        let mut connection = Connection::open_in_memory().unwrap();
        raise(&mut connection, NEWEST).unwrap();
        let mut rows =
            connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name").unwrap();
        let parts: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        insta::assert_snapshot!(parts.join(";\n\n"));
    }
}
