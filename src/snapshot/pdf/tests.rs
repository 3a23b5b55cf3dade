//! Everything has its own place inside the frame, nothing is lost on the way, and a reader of PDFs finds the text.

use super::draw::draw;
use super::face::Faces;
use super::layout::{BOTTOM, Belongs, COLUMN, Footer, HEIGHT, LEFT, Piece, Placed, Sheet, TOP, What, pieces, sheets};
use super::letter::letter;
use super::mark::Form;
use super::part::{Part, Role};
use super::render;
use crate::domain::Foreign;
use crate::snapshot::model::Page;
use crate::snapshot::testing::{HOSTILE, detailed, everything_done, fill_in, founder, investor, many, nothing_done, samples};
use crate::snapshot::words::Words;
use proptest::prelude::*;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn laid_out(page: &Page) -> (Vec<Part>, Vec<Sheet>) {
    let words = Words::english();
    let faces = Faces::built_in().unwrap();
    let parts = letter(page, words, &faces);
    let sheets = sheets(&parts, &faces, &Footer::of(page, words));
    (parts, sheets)
}

/// What is wrong with where things stand.
fn fault(page: &Page) -> Result<(), String> {
    let (parts, sheets) = laid_out(page);
    for (number, sheet) in sheets.iter().enumerate() {
        outside(sheet).map_or(Ok(()), |why| Err(format!("sheet {number}: {why}")))?;
        overlap(sheet).map_or(Ok(()), |why| Err(format!("sheet {number}: {why}")))?;
    }
    lost(&parts, &sheets)?;
    stranded(&parts, &sheets)
}

fn outside(sheet: &Sheet) -> Option<String> {
    // Sums of some hundred lengths are not exact.
    const SLACK: f32 = 0.02;
    let ends = |it: &Placed| if it.belongs == Belongs::Footer || it.y > BOTTOM { HEIGHT - 30.0 } else { BOTTOM };
    let fits = |it: &Placed| {
        let inside = it.x >= LEFT - SLACK && it.x + it.width <= LEFT + COLUMN + SLACK;
        inside && it.y >= TOP - SLACK && it.y + it.height <= ends(it) + SLACK
    };
    if let Some(it) = sheet.placed.iter().find(|it| !fits(it)) {
        return Some(format!("leaves the frame: {it:?}"));
    }
    let drawn = |it: &&Placed| match &it.what {
        What::Letters { .. } => true,
        What::Shape(shape) => {
            let inside = |x: f32, y: f32| x >= -0.1 && y >= -0.1 && x <= it.width + 0.1 && y <= it.height + 0.1;
            match &shape.form {
                Form::Area(points) | Form::Line { points, .. } => points.iter().all(|(x, y)| inside(*x, *y)),
                Form::Disc { x, y, radius } | Form::Ring { x, y, radius, .. } => {
                    inside(x - radius, y - radius) && inside(x + radius, y + radius)
                }
            }
        }
    };
    sheet.placed.iter().find(|it| !drawn(it)).map(|it| format!("is drawn outside its room: {it:?}"))
}

fn overlap(sheet: &Sheet) -> Option<String> {
    let crosses = |a: f32, width: f32, b: f32, other: f32| a + 0.02 < b + other && b + 0.02 < a + width;
    let all = &sheet.placed;
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            let letters = [a, b].map(|it| matches!(it.what, What::Letters { .. }));
            let one_picture = a.belongs == b.belongs && letters != [true, true];
            if one_picture || letters == [false, false] {
                continue;
            }
            if crosses(a.x, a.width, b.x, b.width) && crosses(a.y, a.height, b.y, b.height) {
                return Some(format!("{a:?}\noverlaps {b:?}"));
            }
        }
    }
    None
}

/// Each text is placed letter by letter.
fn lost(parts: &[Part], sheets: &[Sheet]) -> Result<(), String> {
    let mut placed: Vec<String> = vec![String::new(); pieces(parts).count()];
    for it in sheets.iter().flat_map(|sheet| &sheet.placed) {
        if let (Belongs::Piece(number), What::Letters { text, .. }) = (it.belongs, &it.what) {
            placed[number].push_str(text);
        }
    }
    for (piece, placed) in pieces(parts).zip(&placed) {
        let Piece::Text(text) = piece else { continue };
        let right = text.right.clone().unwrap_or_default();
        if *placed != format!("{}{right}", text.says.trim()) {
            return Err(format!("{:?} was set as {placed:?}", text.says));
        }
    }
    Ok(())
}

/// No heading is the last of a sheet, unless it is itself about as long as one.
fn stranded(parts: &[Part], sheets: &[Sheet]) -> Result<(), String> {
    let pieces: Vec<Piece<'_>> = pieces(parts).collect();
    for sheet in sheets {
        let last = sheet.placed.iter().filter_map(|it| match it.belongs {
            Belongs::Piece(number) => Some(number),
            _ => None,
        });
        if let Some(number) = last.max()
            && number + 1 < pieces.len()
            && let Piece::Text(text) = &pieces[number]
            && matches!(text.role, Role::Heading(_))
            && text.says.len() < 600
        {
            return Err(format!("{:?} ends a sheet", text.says));
        }
    }
    Ok(())
}

/// The usual samples. Four hundred points of ten thousand letters are a book of its own; four show the same.
fn pages() -> Vec<(&'static str, Page)> {
    let usual = samples().into_iter().filter(|(name, _)| *name != "four-hundred-long-words");
    usual.chain([("long-words", many(4, 10_000)), ("detailed", detailed())]).collect()
}

#[test]
fn everything_has_a_place_of_its_own() {
    for (name, page) in pages() {
        fault(&page).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_text_has_a_place(texts in prop::collection::vec(text(), 4..20)) {
        let mut page = detailed();
        let mut next = texts.iter().cycle();
        fill_in(&mut page, &mut |_| Foreign::new(next.next().unwrap()));
        fault(&page).map_err(TestCaseError::fail)?;
        prop_assert!(render(&page, Words::english()).is_ok());
    }
}

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof!["[a-zäéß]{1,12}", "[A-Z.,;:–—“”/-]{1,6}", "[0-9]{1,80}", "w{90,300}", "\\PC{1,9}"];
    let sentence = prop::collection::vec(word, 0..25).prop_map(|words| words.join(" "));
    prop_oneof![4 => sentence, 1 => prop::sample::select(HOSTILE).prop_map(str::to_owned)]
}

#[test]
fn the_number_of_sheets_is_sane() {
    let sheets = |page: &Page| laid_out(page).1.len();
    let found = [founder(), investor(), nothing_done(), everything_done()].map(|page| sheets(&page));
    assert!(found.iter().all(|it| (2..=6).contains(it)), "{found:?}");
    // Four hundred points in seven lists.
    let many = sheets(&many(400, 1));
    assert!((60..=260).contains(&many), "{many}");
}

#[test]
fn every_sheet_names_the_page_its_moment_and_its_number() {
    let (_, sheets) = laid_out(&founder());
    let footers = |sheet: &Sheet| -> Vec<String> {
        let footer = sheet.placed.iter().filter(|it| it.belongs == Belongs::Footer);
        footer.filter_map(|it| if let What::Letters { text, .. } = &it.what { Some(text.clone()) } else { None }).collect()
    };
    for (at, sheet) in sheets.iter().enumerate() {
        let wanted = ["Acme Shop · 23 November 2026, 09:05 UTC".to_owned(), format!("{} of {}", at + 1, sheets.len())];
        assert_eq!(footers(sheet), wanted);
    }
}

#[test]
fn letters_that_the_font_lacks_are_told() {
    let words = Words::english();
    let told = |page: &Page| {
        laid_out(page)
            .1
            .iter()
            .flat_map(|sheet| &sheet.placed)
            .any(|it| matches!(&it.what, What::Letters { text, .. } if words.paper.unprintable.starts_with(text.trim_end())))
    };
    assert!(!told(&founder()));
    let mut page = founder();
    page.title = Foreign::new("Acme 你好");
    assert!(told(&page));
}

#[test]
fn one_page_gives_one_file_that_asks_for_nothing() {
    for (name, page) in [("founder", founder()), ("investor", investor())] {
        let file = render(&page, Words::english()).unwrap();
        assert_eq!(file, render(&page, Words::english()).unwrap(), "{name}");
        assert!(file.starts_with(b"%PDF-1.7"), "{name}");
        let text = String::from_utf8_lossy(&file);
        for wanted in
            ["/Lang (en)", "/Marked true", "/StructTreeRoot", "/DisplayDocTitle true", "/CreationDate (D:20261123090500"]
        {
            assert!(text.contains(wanted), "{name}: {wanted}");
        }
        for refused in ["/JavaScript", "/JS", "/URI", "/OpenAction", "/Launch", "/EmbeddedFile", "/Annots"] {
            assert!(!text.contains(refused), "{name}: {refused}");
        }
        assert!(file.len() < 120_000, "{name}: {} bytes", file.len());
    }
}

#[test]
fn every_text_of_the_letter_is_in_the_tree_once() {
    let words = Words::english();
    let page = founder();
    let faces = Faces::built_in().unwrap();
    let (parts, sheets) = laid_out(&page);
    let file = draw(&parts, &sheets, &faces, &page, words).unwrap();
    let text = String::from_utf8_lossy(&file);
    let figures = pieces(&parts).filter(|it| matches!(it, Piece::Figure(figure) if figure.words.is_some())).count();
    let texts = pieces(&parts).filter(|it| matches!(it, Piece::Text(_))).count();
    let leaves = ["/S /P\n", "/S /H1\n", "/S /H2\n", "/S /H3\n"].map(|it| text.matches(it).count()).iter().sum::<usize>();
    assert_eq!(leaves, texts);
    assert_eq!(text.matches("/S /Figure").count(), figures);
}

/// What another program reads in the file, without white space; none where the machine has no such program.
fn text_of(file: &[u8]) -> Option<String> {
    let child = Command::new("pdftotext").args(["-enc", "UTF-8", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("SKIPPED: no pdftotext on this machine, so nobody else has read the PDF (Debian: poppler-utils)");
        return None;
    };
    let mut input = child.stdin.take().unwrap();
    let file = file.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&file));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "pdftotext could not read the file");
    Some(squeezed(&String::from_utf8(output.stdout).unwrap()))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn another_program_reads_the_answer_the_dangers_and_the_counts() {
    let words = Words::english();
    for (name, page) in pages().into_iter().filter(|(name, _)| *name != "four-hundred" && *name != "hostile") {
        let Some(read) = text_of(&render(&page, words).unwrap()) else { return };
        let mut wanted = vec![page.verdict.says.to_string(), page.verdict.count.clone(), page.plan.says.clone()];
        wanted.extend(page.areas.iter().map(|it| it.says.clone()));
        if name != "long-words" {
            wanted.extend(page.dangers.list.iter().flat_map(|it| [it.consequence.to_string(), it.plan.to_string()]));
            wanted.extend(page.turn.list.iter().map(|it| it.action.to_string()));
        }
        for it in wanted {
            assert!(read.contains(&squeezed(&it)), "{name}: {it}");
        }
    }
}

#[test]
fn letters_that_are_not_printed_can_still_be_copied() {
    let mut page = founder();
    page.verdict.says = Foreign::new("No: 你好, é and а\u{301}");
    if let Some(read) = text_of(&render(&page, Words::english()).unwrap()) {
        assert!(read.contains("No:你好,éand"), "{read}");
    }
}
