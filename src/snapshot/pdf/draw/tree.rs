//! The tree that says what each text is: a heading, a paragraph, an entry of a list, a picture with its words. It holds
//! what is read aloud, in order, and nothing that only looks.

use super::super::part::{Figure, Part, Role, Text};
use super::Numbers;
use super::contents::Spot;
use pdf_writer::types::StructRole;
use pdf_writer::writers::{NumberTree, StructElement};
use pdf_writer::{Finish as _, Name, Pdf, Ref, TextStr};

/// Writes the tree; answers its root.
pub(super) fn tree(pdf: &mut Pdf, numbers: &mut Numbers, parts: &[Part], spots: &[Spot], papers: &[Ref]) -> Ref {
    let (root, document, parents) = (numbers.next(), numbers.next(), numbers.next());
    let mut growing = Growing { pdf, numbers, spots, papers, piece: 0, owners: vec![Vec::new(); papers.len()] };
    let mut kids: Vec<Ref> = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => kids.push(growing.text(text, document)),
            Part::List(entries) => kids.push(growing.list(entries, document)),
            Part::Figure(figure) => kids.extend(growing.figure(figure, document)),
        }
    }
    let Growing { pdf, numbers, owners, .. } = growing;
    group(&mut pdf.struct_element(document), StructRole::Document, root, &kids);

    // By a sheet's number: to what each of its marks belongs.
    let lists: Vec<Ref> = owners.iter().map(|_| numbers.next()).collect();
    for (list, owners) in lists.iter().zip(&owners) {
        pdf.indirect(*list).array().items(owners.iter().copied());
    }
    let mut written: NumberTree<'_, Ref> = pdf.number_tree(parents);
    let mut entries = written.nums();
    for (at, list) in (0..).zip(&lists) {
        entries.insert(at, *list);
    }
    entries.finish();
    written.finish();

    let mut written = pdf.indirect(root).dict();
    written.pair(Name(b"Type"), Name(b"StructTreeRoot")).pair(Name(b"K"), document).pair(Name(b"ParentTree"), parents);
    written.pair(Name(b"ParentTreeNextKey"), i32::try_from(lists.len()).unwrap_or(i32::MAX));
    written.finish();
    root
}

fn group(written: &mut StructElement<'_>, role: StructRole, parent: Ref, kids: &[Ref]) {
    written.kind(role).parent(parent);
    let mut children = written.children();
    for kid in kids {
        children.struct_element(*kid);
    }
}

struct Growing<'g> {
    pdf: &'g mut Pdf,
    numbers: &'g mut Numbers,
    spots: &'g [Spot],
    papers: &'g [Ref],
    /// The number of the next text or picture.
    piece: usize,
    owners: Vec<Vec<Ref>>,
}

impl Growing<'_> {
    fn text(&mut self, text: &Text, parent: Ref) -> Ref {
        let role = match text.role {
            Role::Heading(1) => StructRole::H1,
            Role::Heading(2) => StructRole::H2,
            Role::Heading(_) => StructRole::H3,
            Role::Paragraph => StructRole::P,
        };
        let id = self.numbers.next();
        let spots = self.spots_of(self.piece, id);
        self.piece += 1;
        leaf(&mut self.pdf.struct_element(id), role, parent, &spots, self.papers);
        id
    }

    fn list(&mut self, entries: &[Vec<Text>], parent: Ref) -> Ref {
        let id = self.numbers.next();
        let mut kids: Vec<Ref> = Vec::with_capacity(entries.len());
        for texts in entries {
            let (entry, body) = (self.numbers.next(), self.numbers.next());
            let inside: Vec<Ref> = texts.iter().map(|text| self.text(text, body)).collect();
            group(&mut self.pdf.struct_element(body), StructRole::LBody, entry, &inside);
            group(&mut self.pdf.struct_element(entry), StructRole::LI, id, &[body]);
            kids.push(entry);
        }
        group(&mut self.pdf.struct_element(id), StructRole::L, parent, &kids);
        id
    }

    /// A picture whose words stand beside it is only for the eye.
    fn figure(&mut self, figure: &Figure, parent: Ref) -> Option<Ref> {
        let piece = self.piece;
        self.piece += 1;
        let words = figure.words.as_ref()?;
        let id = self.numbers.next();
        let spots = self.spots_of(piece, id);
        let mut written = self.pdf.struct_element(id);
        written.alt(TextStr(words));
        leaf(&mut written, StructRole::Figure, parent, &spots, self.papers);
        Some(id)
    }

    /// Where a piece stands; from now on these marks belong to `owner`.
    fn spots_of(&mut self, piece: usize, owner: Ref) -> Vec<Spot> {
        // Sheets follow one another, and so do the pieces on them.
        let begin = self.spots.partition_point(|spot| spot.piece < piece);
        let found: Vec<Spot> = self.spots.iter().skip(begin).take_while(|spot| spot.piece == piece).copied().collect();
        for spot in &found {
            if let Some(owners) = self.owners.get_mut(spot.sheet) {
                owners.push(owner);
            }
        }
        found
    }
}

fn leaf(written: &mut StructElement<'_>, role: StructRole, parent: Ref, spots: &[Spot], papers: &[Ref]) {
    written.kind(role).parent(parent);
    let mut children = written.children();
    for spot in spots {
        if let Some(paper) = papers.get(spot.sheet) {
            children.marked_content_ref().page(*paper).marked_content_id(spot.mark);
        }
    }
}
