//! How long the facts of a repository take, and how much memory: checkouts of 1 000, 5 000 and 20 000 files of code of
//! realistic size, made in a temporary folder. `cargo bench --bench survey`; peak memory is read below /proc, each size in
//! a process of its own. Nothing here decides a test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

use rescue::repo::survey_tree;
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const SIZES: [usize; 3] = [1_000, 5_000, 20_000];
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|it| it == "--one") {
        one(arguments[at + 1].parse().unwrap());
        return;
    }
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !arguments.iter().any(|it| it == "--bench") {
        return;
    }
    println!("| files of code | MB of code | median | from | to | peak memory |\n|---|---|---|---|---|---|");
    for size in SIZES {
        let status = std::process::Command::new(std::env::current_exe().unwrap()).args(["--one", &size.to_string()]).status();
        assert!(status.unwrap().success());
    }
}

fn one(size: usize) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = make(folder.path(), size);
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            let survey = survey_tree(folder.path(), &AtomicBool::new(false)).unwrap();
            assert_eq!(survey.code.len(), size);
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "| {size} | {:.1} | {:.0} ms | {:.0} ms | {:.0} ms | {} |",
        bytes as f64 / 1e6,
        times[RUNS / 2],
        times[0],
        times[RUNS - 1],
        peak()
    );
}

/// The most memory that this process ever had, on Linux.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|it| it.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kilobytes.map_or_else(|| "not known".to_owned(), |it| format!("{:.0} MB", it / 1024.0))
}

/// Makes a checkout with so many files of code, and what stands beside them. Gives the bytes of the code.
fn make(root: &Path, size: usize) -> usize {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "package.json",
        "{ \"scripts\": { \"test\": \"vitest run\" }, \"dependencies\": { \"next\": \"15\", \"zod\": \"3\", \"stripe\": \"1\" } }",
    );
    write(".github/workflows/ci.yml", "on: pull_request\njobs:\n  a:\n    steps:\n      - run: npm test\n");
    let mut bytes = 0;
    for number in 0..size {
        let text = match number % 4 {
            0 => component(number),
            1 => route(number),
            2 => library(number),
            _ => page(number),
        };
        bytes += text.len();
        let (folder, ending) = match number % 4 {
            0 => ("src/components", "tsx"),
            1 => ("src/app/api", "ts"),
            2 => ("src/lib", "ts"),
            _ => ("src/app", "tsx"),
        };
        write(&format!("{folder}/part{}/file{number}.{ending}", number % 97), &text);
        if number % 10 == 0 {
            write(
                &format!("src/tests/file{number}.test.ts"),
                "import { it, expect } from 'vitest';\nit('adds', () => { expect(1 + 1).toBe(2); });\n",
            );
        }
        if number % 40 == 0 {
            write(
                &format!("docs/notes/page{number}.md"),
                &format!("# Deploy {number}\n\n1. Run `vercel deploy` for Supabase\n2. Look at the page\n"),
            );
        }
    }
    bytes
}

fn component(number: usize) -> String {
    let mut text =
        "'use client';\nimport { useState } from 'react';\nimport { Button } from '@/components/ui/button';\n".to_owned();
    for part in 0..12 {
        write!(
            text,
            "\nexport function Card{number}x{part}({{ title, items }}: {{ title: string; items: string[] }}) {{\n  const [open, setOpen] = useState(false);\n  const shown = items.filter((item) => item.length > {part}).map((item, index) => ({{ item, index }}));\n  return (\n    <section className=\"rounded-lg border p-4\">\n      <h2 onClick={{() => setOpen(!open)}}>{{title}} & more</h2>\n      {{open && shown.map(({{ item, index }}) => <Button key={{index}}>{{`${{item}}-${{index}}`}}</Button>)}}\n    </section>\n  );\n}}\n"
        )
        .unwrap();
    }
    text
}

fn route(number: usize) -> String {
    let mut text = "import { z } from 'zod';\nimport { createClient } from '@/lib/supabase';\n\nconst schema = z.object({ name: z.string().min(1) });\n".to_owned();
    for method in ["GET", "POST", "PUT", "DELETE"] {
        write!(
            text,
            "\nexport async function {method}(request: Request) {{\n  try {{\n    const body = schema.parse(await request.json());\n    const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!);\n    const {{ data, error }} = await supabase.from('orders{number}').select('id, name, total').eq('name', body.name).order('created_at').limit(50);\n    if (error) throw error;\n    await supabase.from('events').insert({{ kind: '{method}', at: new Date().toISOString() }});\n    const response = await fetch('https://api.openai.com/v1/responses', {{ method: 'POST', body: JSON.stringify(data) }});\n    return Response.json(await response.json());\n  }} catch (error) {{\n    console.error(error);\n    return Response.json({{ error: 'failed' }}, {{ status: 500 }});\n  }}\n}}\n"
        )
        .unwrap();
    }
    text
}

fn library(number: usize) -> String {
    let mut text = "import Stripe from 'stripe';\nconst stripe = new Stripe(process.env.STRIPE_SECRET_KEY ?? '');\n".to_owned();
    for part in 0..20 {
        write!(
            text,
            "\n/** Adds what part {part} of {number} costs. */\nexport function total{part}(lines: Array<{{ price: number; count: number }}>): number {{\n  let sum = 0;\n  for (const line of lines) {{\n    if (line.count <= 0) continue;\n    sum += line.price * line.count;\n  }}\n  return Math.round(sum * 100) / 100;\n}}\n"
        )
        .unwrap();
    }
    text
}

fn page(number: usize) -> String {
    let mut text = format!(
        "import {{ Card{number}x0 }} from '@/components/card';\nimport Link from 'next/link';\n\nexport default async function Page() {{\n  return (\n    <main>\n"
    );
    for part in 0..40 {
        writeln!(text, "      <p className=\"text-sm text-muted\">Part {part} of the page <Link href=\"/part/{part}\">goes on</Link> here</p>").unwrap();
    }
    text.push_str("    </main>\n  );\n}\n");
    text
}
