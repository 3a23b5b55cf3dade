//! Whatever a site serves is read without a panic, in bounded time, and no name that is read leads away from the web:
//! pages, scripts, webpack's runtime, Next.js' manifest and source maps. The files under test are compiled in by their
//! path, so that a build takes seconds; they fetch nothing.

#![no_main]
#![allow(dead_code, reason = "the program uses more of these files than their parsers")]

use libfuzzer_sys::fuzz_target;

mod scan;

fuzz_target!(|bytes: &[u8]| scan::site::read(bytes));
