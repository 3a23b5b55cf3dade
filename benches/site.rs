//! How long a look at a deployed site takes: a page of Next.js' shape with three hundred chunks of 20 to 200 KB, served on
//! loopback, each chunk's map asked for too. `cargo bench --bench site`; medians of five, and nothing here decides a test.
//! The chunks are generated: random words of minified code, with one key in the last chunk that a look must find.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rescue::clock::SetClock;
use rescue::config::{Endpoints, Environment};
use rescue::net::{Door, Keys, transport};
use rescue::scan::{Framework, ScanKey, SiteOptions, SiteReport, scan_site};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const CHUNKS: usize = 300;
const LOOKS: usize = 5;

type Files = BTreeMap<String, (&'static str, Bytes)>;

fn main() {
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let files = site();
    let megabytes = files.values().map(|(_, body)| body.len()).sum::<usize>() as f64 / 1e6;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (mut times, mut requests) = (Vec::new(), 0);
    runtime.block_on(async {
        let address = serve(files).await;
        for _ in 0..LOOKS {
            let (took, report) = look(&address).await;
            assert_eq!((report.framework, report.scripts.seen), (Framework::NextPages, CHUNKS + 2), "not all was seen");
            assert!(report.report.coverage.complete, "{:?}", report.report.coverage.skipped);
            assert_eq!(report.report.findings.iter().filter(|it| it.can_fail()).count(), 1, "the key was not found");
            requests = report.requests;
            times.push(took.as_secs_f64());
        }
    });
    times.sort_by(f64::total_cmp);
    let (least, median, most) = (times[0], times[LOOKS / 2], times[LOOKS - 1]);
    println!("| what | figure |\n|---|---|");
    println!(
        "| a site of {CHUNKS} chunks, {megabytes:.1} MB, {requests} requests on loopback | median {median:.2} s of {LOOKS} (from {least:.2} to {most:.2}) |"
    );
    println!("| memory, server and site in the same process | {:.0} MB at most |", peak_memory());
}

async fn look(address: &url::Url) -> (Duration, SiteReport) {
    let endpoints = Endpoints::from_environment(&Environment::default()).unwrap();
    let now = chrono::DateTime::from_timestamp(1_795_348_800, 0).unwrap();
    // A door for each look: its connections and its pace are new, as for a user.
    let door = Door::new(transport().unwrap(), Arc::new(endpoints), Keys::new(), SetClock::at(now), None);
    let began = Instant::now();
    let report = scan_site(&door, address, &ScanKey::new([7; 32]), &SiteOptions::new(now)).await.unwrap();
    (began.elapsed(), report)
}

/// The files of the site.
fn site() -> Files {
    let mut random = Random(42);
    let mut files = Files::new();
    let page = "<!doctype html><html><head><script src=\"/_next/static/b1/_buildManifest.js\" defer></script>\
        <script src=\"/_next/static/chunks/c0.js\" defer></script></head><body><main>Acme</main>\
        <script id=\"__NEXT_DATA__\" type=\"application/json\">{\"page\":\"/\",\"buildId\":\"b1\"}</script></body></html>";
    files.insert("/".to_owned(), ("text/html; charset=utf-8", Bytes::from(page)));
    let chunks: Vec<String> = (0..CHUNKS).map(|n| format!("\"static/chunks/c{n}.js\"")).collect();
    let manifest = format!("self.__BUILD_MANIFEST={{\"/\":[{}],sortedPages:[\"/\",\"/_app\"]}}", chunks.join(","));
    let script = "application/javascript; charset=utf-8";
    files.insert("/_next/static/b1/_buildManifest.js".to_owned(), (script, Bytes::from(manifest)));
    files.insert("/_next/static/b1/_ssgManifest.js".to_owned(), (script, Bytes::from("self.__SSG_MANIFEST=new Set([])")));
    for n in 0..CHUNKS {
        let size = 20_000 + usize::try_from(random.next() % 180_000).unwrap();
        let mut text = code(&mut random, size);
        if n + 1 == CHUNKS {
            let tail: String = (0..24_u8).map(|n| char::from(b'a' + (n * 7 + 3) % 26)).collect();
            let key = format!("51{tail}\";");
            text.push_str(&["const k=\"sk", "live", key.as_str()].join("_"));
        }
        files.insert(format!("/_next/static/chunks/c{n}.js"), (script, Bytes::from(text)));
    }
    files
}

/// Minified code of about that many bytes.
fn code(random: &mut Random, size: usize) -> String {
    const WORDS: [&str; 24] = [
        "function(e,t,n){",
        "return ",
        "let r=n(",
        "Object.defineProperty(t,\"",
        "\",{enumerable:!0,get:()=>",
        "});",
        "className:\"",
        "\",children:[",
        "(0,i.jsx)(\"div\",{",
        "async()=>{await ",
        "fetch(\"/api/",
        "\").then(e=>e.json())",
        "if(!",
        "||null===",
        ")throw Error(\"",
        "useEffect(()=>{",
        "},[])",
        "key:",
        "token:",
        "secret:",
        "push({id:",
        "\"https://acme.example/",
        "\\u003c",
        "=>",
    ];
    let mut text = String::with_capacity(size + 64);
    while text.len() < size {
        text.push_str(WORDS[usize::try_from(random.next() % WORDS.len() as u64).unwrap()]);
        let name = random.next();
        write!(text, "{:x}", name % (1 << (4 * (1 + name % 8)))).unwrap();
    }
    text
}

/// The same numbers each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

async fn serve(files: Files) -> url::Url {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let files = Arc::new(files);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let files = Arc::clone(&files);
            tokio::spawn(async move {
                let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                    let found = files.get(request.uri().path()).cloned();
                    async move {
                        let (status, (content_type, body)) = match found {
                            Some(file) => (StatusCode::OK, file),
                            None => (StatusCode::NOT_FOUND, ("text/html", Bytes::from("<!doctype html><title>404</title>"))),
                        };
                        let mut response = Response::new(Full::new(body));
                        *response.status_mut() = status;
                        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
                        Ok::<_, Infallible>(response)
                    }
                });
                let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

/// The most memory that this process had, in megabytes; Linux.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|it| it.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
