//! Vendors that count what comes in: how many requests at once with one credential, and how many in a stretch of time.

use crate::server::{Asked, Reply, vendors};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What a vendor bears with one credential at once. GitHub asks for at most 8 (apis/github.md §1.4), Vercel for 4
/// (apis/vercel.md §1); the others say nothing, and more than 4 would be rude.
fn at_once(system: &str) -> usize {
    if system == "github" { 8 } else { 4 }
}

/// How many requests with one credential the vendor takes that has a window, and for how long it refuses the rest: from the
/// first that it refuses on, so that the window is full however slowly it is asked.
pub const WINDOW: Duration = Duration::from_secs(2);
const IN_A_WINDOW: usize = 12;
/// The vendor with a window, and the lanes in which the program asks it at once.
pub const WINDOWED: &str = "openai";
pub const LANES: usize = 3;

/// What was seen with one credential at one vendor.
#[derive(Debug, Default, Clone)]
pub struct Counter {
    now: usize,
    pub most_at_once: usize,
    pub requests: usize,
    /// Taken and refused since it opened last, and when it refused first.
    taken: usize,
    refused_now: usize,
    closed: Option<Instant>,
    /// The most refusals within one window.
    pub most_refused: usize,
    pub refused: usize,
}

/// Every counter, and who came in which order.
#[derive(Debug, Default)]
pub struct Book {
    pub counters: HashMap<(String, String), Counter>,
    pub order: Vec<(String, String)>,
}

/// Good vendors with limits.
pub struct Counting {
    pub book: Mutex<Book>,
    good: Box<dyn Fn(&Asked) -> Reply + Send + Sync>,
    takes: Duration,
}

impl Counting {
    pub fn new(takes: Duration) -> Self {
        Self { book: Mutex::default(), good: Box::new(vendors(2, |_| {})), takes }
    }

    pub fn answer(&self, asked: &Asked) -> Reply {
        let key = (asked.system.clone(), asked.authorization.clone().unwrap_or_default());
        let refusal = self.enter(&key);
        // A vendor that takes its time: only so is anything asked at the same time.
        std::thread::sleep(self.takes);
        let reply = refusal.unwrap_or_else(|| (self.good)(asked));
        self.book.lock().unwrap().counters.get_mut(&key).unwrap().now -= 1;
        reply
    }

    fn enter(&self, key: &(String, String)) -> Option<Reply> {
        let mut book = self.book.lock().unwrap();
        book.order.push(key.clone());
        let counter = book.counters.entry(key.clone()).or_default();
        counter.now += 1;
        counter.requests += 1;
        counter.most_at_once = counter.most_at_once.max(counter.now);
        if counter.now > at_once(&key.0) {
            counter.refused += 1;
            return Some(Reply::json(429, r#"{"message":"too many at once"}"#).with("retry-after", "1"));
        }
        if key.0 != WINDOWED {
            return None;
        }
        let now = Instant::now();
        if counter.closed.is_some_and(|since| now - since >= WINDOW) {
            (counter.taken, counter.refused_now, counter.closed) = (0, 0, None);
        }
        if counter.taken < IN_A_WINDOW {
            counter.taken += 1;
            return None;
        }
        let since = *counter.closed.get_or_insert(now);
        counter.refused_now += 1;
        counter.most_refused = counter.most_refused.max(counter.refused_now);
        counter.refused += 1;
        // In the vendor's own words: whole seconds until it takes requests again.
        let left = WINDOW.saturating_sub(now - since).as_millis().div_ceil(1_000).to_string();
        let refusal = Reply::json(429, r#"{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}"#);
        Some(refusal.with("retry-after", &left))
    }
}
