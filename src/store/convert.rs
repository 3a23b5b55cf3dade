//! How our types lie in SQLite: the only `ToSql` and `FromSql` of the house.

use super::AppId;
use crate::domain::{AppName, Digest, FactId, RunId};
use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use uuid::Uuid;

/// A moment as stored: RFC 3339 UTC with microseconds, so that the order of the texts is the order in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub DateTime<Utc>);

impl ToSql for Moment {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_rfc3339_opts(SecondsFormat::Micros, true).into())
    }
}
impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        DateTime::parse_from_rfc3339(value.as_str()?).map(|it| Self(it.to_utc())).map_err(FromSqlError::other)
    }
}

/// The moment of a fact as stored, of which there are very many: microseconds from the one in its id, a few as a rule.
pub(super) fn apart(id: FactId, at: DateTime<Utc>) -> i64 {
    at.timestamp_micros().saturating_sub(micros_of(id))
}

/// The moment of a fact that is so many microseconds apart from the one in its id; none where there is no such moment.
pub(super) fn at(id: FactId, apart: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros_of(id).checked_add(apart)?)
}

/// The moment in a UUIDv7: its first 48 bits are milliseconds since 1970.
fn micros_of(id: FactId) -> i64 {
    i64::try_from(id.0.as_u128() >> 80).unwrap_or_default() * 1_000
}

fn uuid(value: ValueRef<'_>) -> FromSqlResult<Uuid> {
    Uuid::from_slice(value.as_blob()?).map_err(FromSqlError::other)
}

macro_rules! as_blob {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                uuid(value).map(Self)
            }
        }
    )*};
}
as_blob!(AppId, FactId, RunId);

impl ToSql for Digest {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}
impl FromSql for Digest {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        String::column_result(value).map(Self)
    }
}

/// How many, or how many bytes: SQLite's numbers have a sign, ours do not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count(pub u64);

impl ToSql for Count {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(i64::try_from(self.0).unwrap_or(i64::MAX).into())
    }
}
impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u64::try_from(value.as_i64()?).map(Self).map_err(FromSqlError::other)
    }
}

/// A digest as its 32 bytes, where there are very many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hex(pub Digest);

impl ToSql for Hex {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
        let pair = |pair: &[u8]| match pair {
            [high, low] => Some(digit(high)? * 16 + digit(low)?),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = self.0.0.as_bytes().chunks(2).map(pair).collect();
        // What is no digest is a blob that no row has and none may have.
        Ok(ToSqlOutput::Owned(rusqlite::types::Value::Blob(bytes.unwrap_or_default())))
    }
}
impl FromSql for Hex {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        use std::fmt::Write as _;
        let mut hex = String::with_capacity(64);
        for byte in value.as_blob()? {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Ok(Self(Digest(hex)))
    }
}

impl ToSql for AppName {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.as_str().to_sql()
    }
}
impl FromSql for AppName {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn text(moment: DateTime<Utc>) -> String {
        match Moment(moment).to_sql().unwrap() {
            ToSqlOutput::Owned(rusqlite::types::Value::Text(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn a_fact_has_its_moment_whatever_its_id(id in any::<u128>(), micros in 0_i64..253_402_300_799_999_999) {
            let (id, moment) = (FactId(Uuid::from_u128(id)), Utc.timestamp_micros(micros).unwrap());
            prop_assert_eq!(at(id, apart(id, moment)), Some(moment));
        }

        #[test]
        fn the_order_of_the_texts_is_the_order_in_time(a in 0_i64..253_402_300_799_999_999, b in 0_i64..253_402_300_799_999_999) {
            let (first, second) = (Utc.timestamp_micros(a).unwrap(), Utc.timestamp_micros(b).unwrap());
            prop_assert_eq!(text(first).cmp(&text(second)), a.cmp(&b));
            prop_assert_eq!(Moment::column_result(ValueRef::Text(text(first).as_bytes())).unwrap().0, first);
        }
    }
}
