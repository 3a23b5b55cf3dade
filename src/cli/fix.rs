//! `rescue fix`: prints an item's work order in a form, or writes it to a new file. It changes nothing.

use super::fix_args::FixArgs;
use super::{exit, items, json, out::Out};
use crate::desk::writing::{NoPlace, Place};
use crate::desk::{Desk, orders};
use crate::orders::{Form, WorkOrder};
use crate::trouble::Trouble;
use serde_json::{Value, json};
use std::path::Path;

/// `rescue fix NAME ITEM`.
///
/// # Errors
/// An unknown app or item, an item of which nothing is to be mended, a form that it has no text in, a file that exists.
pub fn fix(desk: &Desk, args: FixArgs, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(&args.name)?;
    let order = desk.work_order(&app, &items::id(&args.item)?)?;
    let form = Form::from(args.form);
    let text = if args.json {
        format!("{}\n", serde_json::to_string_pretty(&json::document(document(&order, form)?)).unwrap_or_default())
    } else {
        orders::render(&order, form)?
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

/// The order as a document, with its text in a form.
///
/// # Errors
/// There is no text in this form.
fn document(order: &WorkOrder, form: Form) -> Result<Value, Trouble> {
    let text = orders::render(order, form)?;
    let mut document = json!(order);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("as".to_owned(), json!(form));
        fields.insert("text".to_owned(), json!(text));
    }
    Ok(document)
}
