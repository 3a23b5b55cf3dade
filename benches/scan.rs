//! How fast the scanner's engine reads one text on one core, by kind of text: the encoding test, the prefilter, decoding
//! and judging included. `cargo bench --features fuzzing --bench scan`; the texts are made here and hold no secret.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench makes its own data and may stop when it is wrong")]

use divan::Bencher;
use divan::counter::BytesCount;
use rescue::fuzzing::glance;
use std::fmt::Write;

const SIZE: usize = 4 << 20;

fn main() {
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if std::env::args().any(|argument| argument == "--bench") {
        divan::main();
    }
}

/// A small generator (SplitMix64): the same text on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all.get(usize::try_from(self.roll() % all.len() as u64).unwrap()).unwrap()
    }

    fn letters(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[usize::try_from(self.roll() % alphabet.len() as u64).unwrap()])).collect()
    }
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Words of code, with those that rules look for in their usual share.
const NAMES: &[&str] = &[
    "user",
    "order",
    "total",
    "index",
    "render",
    "props",
    "state",
    "effect",
    "router",
    "request",
    "response",
    "session",
    "token",
    "item",
    "price",
    "amount",
    "create",
    "update",
    "remove",
    "handler",
    "value",
    "result",
    "error",
    "message",
    "list",
    "cart",
    "checkout",
    "invoice",
    "profile",
    "layout",
    "button",
    "submit",
    "query",
    "client",
    "server",
    "cache",
    "key",
    "secretary",
    "password",
    "account",
    "balance",
    "config",
    "options",
    "context",
    "provider",
    "module",
    "component",
    "element",
];
const PROSE: &[&str] = &[
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "as", "was", "with", "be", "by", "on", "not", "he", "this",
    "are", "or", "his", "from", "at", "which", "but", "have", "an", "had", "they", "you", "were", "their", "one", "all", "we",
    "market", "postal", "task", "risk", "secret", "more", "core", "service", "release", "example", "section", "chapter",
];

fn filled(mut line: impl FnMut(&mut Dice, &mut String)) -> Vec<u8> {
    let (mut dice, mut text) = (Dice(7), String::new());
    while text.len() < SIZE {
        line(&mut dice, &mut text);
    }
    text.into_bytes()
}

fn minified() -> Vec<u8> {
    filled(|d, text| {
        let (a, b, c) = (d.letters(b"abcdefghijklmnopqrstu", 1), d.letters(b"etnrioasu", 2), d.of(NAMES));
        let other = d.of(NAMES);
        let _ = write!(
            text,
            "function {b}({a}){{var e={a}.{c};return e&&(0,{b}.jsx)(\"div\",{{className:\"flex items-center {other}\",onClick:()=>{a}.{other}(e+1)}})}}"
        );
    })
}

fn typescript() -> Vec<u8> {
    filled(|d, text| {
        let (a, b, c, e) = (d.of(NAMES), d.of(NAMES), d.of(NAMES), d.of(NAMES));
        let _ = write!(
            text,
            "export async function {a}_{b}(re_{c}: string, {e}: number): Promise<void> {{\n  // {b} of the {c}, as the {e} says\n  \
             const {c} = await client.from('{a}').select(\"{b}, {e}\").eq('id', `${{{c}.id}}/{e}`);\n  if (!{c}) {{\n    \
             throw new Error('no {c} for ' + {e});\n  }}\n}}\n\n"
        );
    })
}

fn lock_file() -> Vec<u8> {
    filled(|d, text| {
        let (a, b, digest) = (d.of(NAMES), d.of(NAMES), d.letters(BASE64, 86));
        let _ = write!(
            text,
            "    \"node_modules/{a}-{b}\": {{\n      \"version\": \"4.17.{}\",\n      \"resolved\": \
             \"https://registry.example.com/{a}-{b}/-/{a}-{b}-4.17.21.tgz\",\n      \"integrity\": \"sha512-{digest}==\",\n      \
             \"license\": \"MIT\",\n      \"engines\": {{\n        \"node\": \">=10\"\n      }}\n    }},\n",
            d.roll() % 100
        );
    })
}

fn prose() -> Vec<u8> {
    filled(|d, text| {
        for _ in 0..12 {
            let word = d.of(PROSE);
            let _ = write!(text, "{word} ");
        }
        text.push('\n');
    })
}

fn base64() -> Vec<u8> {
    filled(|d, text| {
        let line = d.letters(BASE64, 76);
        let _ = writeln!(text, "{line}");
    })
}

fn one_long_base64() -> Vec<u8> {
    filled(|d, text| text.push_str(&d.letters(BASE64, 4096)))
}

/// Every kind of string that is decoded or joined, and none of it a secret.
fn escapes() -> Vec<u8> {
    filled(|d, text| {
        let (a, b, c) = (d.of(NAMES), d.of(NAMES), d.of(NAMES));
        let _ = writeln!(text, "var {a}=\"\\u003cb\\u003e{b}\\x2d{c}\"+\"{b}\"; f('/go?{a}=%2F{b}%3A{c}%40x&amp;{c}=1%20%20');");
    })
}

fn utf16() -> Vec<u8> {
    String::from_utf8(typescript()).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The scanner's own source code: what people write.
fn own_source() -> Vec<u8> {
    let mut text = Vec::new();
    let mut open = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            text.extend(std::fs::read(path).unwrap());
        }
    }
    text
}

fn measured(bencher: Bencher<'_, '_>, text: &[u8]) {
    let _ = glance(text);
    bencher.counter(BytesCount::of_slice(text)).bench_local(|| glance(divan::black_box(text)));
}

macro_rules! kinds {
    ($($kind:ident)*) => {
        $(mod $kind {
            #[divan::bench(name = "glance", sample_count = 20)]
            fn glance(bencher: divan::Bencher<'_, '_>) {
                super::measured(bencher, &super::$kind());
            }
        })*
    };
}

kinds! { minified typescript lock_file prose base64 one_long_base64 escapes utf16 own_source }
