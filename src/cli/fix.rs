//! `rescue fix`: prints an item's work order in a form, or writes it to a new file. It changes nothing.

use super::fix_args::FixArgs;
use super::{exit, json, out::Out};
use crate::desk::writing::{NoPlace, Place};
use crate::desk::{Desk, orders};
use crate::domain::ItemId;
use crate::orders::Form;
use crate::trouble::Trouble;
use serde_json::json;
use std::path::Path;

/// `rescue fix NAME ITEM`.
///
/// # Errors
/// An unknown app or item, an item of which nothing is to be mended, a form that it has no text in, a file that exists.
pub fn fix(desk: &Desk, args: FixArgs, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(&args.name)?;
    let order = desk.work_order(&app, &item(&args.item)?)?;
    let form = Form::from(args.form);
    let text = orders::render(&order, form)?;
    let text = if args.json {
        let mut document = json!(order);
        if let Some(fields) = document.as_object_mut() {
            fields.insert("as".to_owned(), json!(form));
            fields.insert("text".to_owned(), json!(text));
        }
        format!("{}\n", serde_json::to_string_pretty(&json::document(document)).unwrap_or_default())
    } else {
        text
    };
    match args.out.filter(|it| it != Path::new("-")) {
        None => out.raw(text.as_bytes()),
        Some(file) => {
            let place = Place::take(&file, false).map_err(|no| match no {
                NoPlace::Exists(file) => {
                    Trouble::usage(format!("{} exists already", file.display())).next("Name another file, or remove that one")
                }
                NoPlace::Not(trouble) => trouble,
            })?;
            let file = place.fill(text.as_bytes())?;
            out.say(format!("work order {} for {app}: written to {}", order.item, file.display()));
        }
    }
    Ok(exit::FINE)
}

/// An item as it is typed.
///
/// # Errors
/// It cannot be the name of one.
pub fn item(text: &str) -> Result<ItemId, Trouble> {
    text.to_uppercase().parse().map_err(|error: crate::domain::id::NotAName| Trouble::usage(error.to_string()))
}
