//! Scans one file that a person named. It follows a link that was named, and nothing else.

use super::report::Report;
use super::{Options, ScanKey, scan_text, sweep};
use crate::domain::Foreign;
use crate::repo::RepoProblem;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// See [`super::scan_file`].
pub(super) fn file(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    let shown = || Foreign::new(path.to_string_lossy());
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => RepoProblem::Missing { path: shown() },
        kind => RepoProblem::Unreadable { path: shown(), why: Foreign::new(kind.to_string()) },
    };
    let metadata = path.metadata().map_err(failed)?;
    // A pipe or a device may never end, and opening one may wait for ever.
    if !metadata.is_file() {
        return Err(RepoProblem::Unreadable { path: shown(), why: "it is no regular file".into() });
    }
    let most = options.limits.file_bytes;
    let mut text = Vec::with_capacity(usize::try_from(metadata.len().min(most)).unwrap_or(0));
    let mut opened = File::open(path).map_err(failed)?;
    opened.by_ref().take(most.saturating_add(1)).read_to_end(&mut text).map_err(failed)?;
    // Where a file lies on this machine says nothing of it; its name does.
    let name = path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes();
    let mut report = if text.len() as u64 > most {
        sweep::reader(name, &mut std::io::Cursor::new(text).chain(opened), key, options, stop)?
    } else {
        scan_text(name, text, key, options)
    };
    for leak in &mut report.findings {
        leak.path = shown();
        leak.exact_path = None;
    }
    Ok(report)
}
