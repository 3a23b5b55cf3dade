//! A GitHub Actions workflow that reruns the probes for a team, ready to be put into a private repository. Names secrets
//! and holds none; promises only what commands of today do.

use crate::domain::{AppName, Slug};
use std::fmt::Write as _;

/// An app that a runner is to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    pub name: AppName,
    /// The variables that its probes read credentials from.
    pub secrets: Vec<String>,
    /// Its code lies in a directory of this machine, which a runner cannot read.
    pub checkout: Option<Checkout>,
}

/// Where the code of an app is besides the directory on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checkout {
    /// At GitHub: the runner reads it there.
    AlsoAt(Slug),
    /// Nowhere else.
    Here,
}

/// The action that checks out, and those that keep a file from one run to the next.
const CHECKOUT: &str = "actions/checkout@v6";
const CACHE: &str = "actions/cache@v5";
const RESTORE: &str = "actions/cache/restore@v5";
const SAVE: &str = "actions/cache/save@v5";

/// How long the runner may look, in minutes. Then the run is interrupted as a person would do it: what was decided is kept.
const MOST: u16 = 150;
/// How long the whole job may take, in minutes: with time to build before and to seal the state after. A job that reaches it
/// is cancelled.
const LIMIT: u16 = 190;

/// The file's text. `minute`: of the hour at which it begins, not a full one.
#[must_use]
pub fn workflow(apps: &[App], minute: u16) -> String {
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    let mut secrets = String::new();
    for name in apps.iter().flat_map(|app| &app.secrets) {
        let _ = write!(secrets, "\n          {name}: ${{{{ secrets.{name} }}}}");
    }
    let environment = if secrets.is_empty() { String::new() } else { format!("\n        env:{secrets}") };
    TEMPLATE
        .replace("@HEAD@", &head(apps))
        .replace("@MINUTE@", &minute.clamp(1, 59).to_string())
        .replace("@CHECKOUT@", CHECKOUT)
        .replace("@CACHE@", CACHE)
        .replace("@RESTORE@", RESTORE)
        .replace("@SAVE@", SAVE)
        .replace("@RUST@", env!("CARGO_PKG_RUST_VERSION"))
        .replace("@MOST@", &MOST.to_string())
        .replace("@LIMIT@", &LIMIT.to_string())
        .replace("@APPS@", &names.join(" "))
        .replace("@EDITS@", &edits(apps))
        .replace("@ENV@", &environment)
}

/// What a person has to know and to do first, as comments.
fn head(apps: &[App]) -> String {
    let mut head = String::from(HEAD);
    for app in apps {
        let name = &app.name;
        let _ = writeln!(head, "#      rescue app export {name} .github/rescue/{name}.rescue --passphrase");
    }
    head.push_str(SECRETS);
    for name in apps.iter().flat_map(|app| &app.secrets) {
        let _ = writeln!(head, "#        {name}");
    }
    for app in apps.iter().filter(|app| app.checkout == Some(Checkout::Here)) {
        let _ = writeln!(
            head,
            "#\n# The code of {} lies on your machine only: the runner cannot see it, and says so. `rescue app edit {}\n\
             # --github OWNER/NAME` would let it.",
            app.name, app.name
        );
    }
    head
}

/// The code of an app whose settings name a directory is read at GitHub instead.
fn edits(apps: &[App]) -> String {
    let mut lines = String::new();
    for app in apps {
        if let Some(Checkout::AlsoAt(slug)) = &app.checkout {
            let name = &app.name;
            let _ = write!(
                lines,
                "\n          if ! [ -f rescue-state/{name}.rescue ]; then\n            \
                 rescue app edit {name} --clear repo --github {slug}\n          fi"
            );
        }
    }
    lines
}

const HEAD: &str = "\
# Made by `rescue schedule workflow`. It reruns the probes once a day on a runner of GitHub.
#
# A runner keeps nothing. What it knows of each app travels from run to run as an encrypted export in the repository's
# cache; when the cache is lost (GitHub drops what nobody read for a week), the runner begins again with what you exported.
# Its history is its own: what people judge in your console reaches it only by a new export, and then it begins again with
# that one; what it finds does not reach your console. Your config.toml stays with you.
#
# Before the first run, in a PRIVATE repository (findings are in the runs' logs; the first step refuses a public one):
#   1. Put this file into .github/workflows/rescue.yml
#   2. Export the apps, each to the same passphrase, and commit the files. A file has the key by which the app's secrets
#      are known, so that the runner knows those that were found before:
#      mkdir -p .github/rescue
";

const SECRETS: &str = "\
#   3. Name two variables of the repository:
#        RESCUE_SOURCE    the git address of rescue, which the runner has to be able to read
#        RESCUE_REVISION  the commit of it that is built
#   4. Name its secrets, each with as few permissions as `rescue auth status` shows to be enough:
#        RESCUE_EXPORT_PASSPHRASE  that passphrase
";

const TEMPLATE: &str = r#"@HEAD@
name: rescue

on:
  schedule:
    - cron: "@MINUTE@ 5 * * *"
  workflow_dispatch:

permissions:
  contents: read

concurrency:
  group: rescue
  cancel-in-progress: false

defaults:
  run:
    shell: bash

jobs:
  probe:
    name: Rerun the probes
    runs-on: ubuntu-24.04
    timeout-minutes: @LIMIT@
    env:
      RESCUE_HOME: ${{ github.workspace }}/.rescue
    steps:
      - name: Only in a private repository
        env:
          GH_TOKEN: ${{ github.token }}
        run: |
          if [ "$(gh api "repos/$GITHUB_REPOSITORY" --jq .private)" != true ]; then
            echo "::error::this repository is public, and the log would show what is wrong with the apps"
            exit 1
          fi

      - uses: @CHECKOUT@
        with:
          persist-credentials: false

      - name: Fetch rescue as it was built before
        id: built
        uses: @CACHE@
        with:
          path: ~/.cargo/bin/rescue
          key: rescue-built-${{ runner.os }}-${{ runner.arch }}-${{ vars.RESCUE_REVISION }}

      - name: Build rescue
        if: ${{ steps.built.outputs.cache-hit != 'true' }}
        env:
          RESCUE_SOURCE: ${{ vars.RESCUE_SOURCE }}
          RESCUE_REVISION: ${{ vars.RESCUE_REVISION }}
        run: |
          if [ -z "$RESCUE_SOURCE" ] || [ -z "$RESCUE_REVISION" ]; then
            echo "::error::name the variables RESCUE_SOURCE and RESCUE_REVISION in the settings of this repository"
            exit 1
          fi
          rustup toolchain install @RUST@ --profile minimal
          cargo +@RUST@ install --locked --no-default-features --git "$RESCUE_SOURCE" --rev "$RESCUE_REVISION" rescue

      - name: Fetch the state of the run before
        uses: @RESTORE@
        with:
          path: rescue-state
          key: rescue-state-${{ hashFiles('.github/rescue/*.rescue') }}-${{ github.run_id }}-${{ github.run_attempt }}
          restore-keys: |
            rescue-state-${{ hashFiles('.github/rescue/*.rescue') }}-

      - name: Open the state
        id: open
        env:
          RESCUE_EXPORT_PASSPHRASE: ${{ secrets.RESCUE_EXPORT_PASSPHRASE }}
        run: |
          if [ -z "$RESCUE_EXPORT_PASSPHRASE" ]; then
            echo "::error::name the secret RESCUE_EXPORT_PASSPHRASE in the settings of this repository"
            exit 1
          fi
          for app in @APPS@; do
            if [ -f "rescue-state/$app.rescue" ]; then
              rescue app import "rescue-state/$app.rescue"
            else
              rescue app import ".github/rescue/$app.rescue"
            fi
          done@EDITS@

      - name: Look
        id: look@ENV@
        run: |
          code=0
          timeout --preserve-status --signal=INT --kill-after=10m @MOST@m rescue probe --due --scheduled || code=$?
          if [ "$SECONDS" -ge $((@MOST@ * 60)) ]; then
            echo "::warning::interrupted after @MOST@ minutes; the next run goes on with what is left"
          fi
          echo "code=$code" >>"$GITHUB_OUTPUT"

      - name: Seal the state
        id: seal
        if: ${{ always() && steps.open.outcome == 'success' }}
        env:
          RESCUE_EXPORT_PASSPHRASE: ${{ secrets.RESCUE_EXPORT_PASSPHRASE }}
        run: |
          rm -rf rescue-state
          mkdir rescue-state
          for app in @APPS@; do
            rescue app export "$app" "rescue-state/$app.rescue"
          done

      - name: Keep the state for the next run
        if: ${{ always() && steps.seal.outcome == 'success' }}
        uses: @SAVE@
        with:
          path: rescue-state
          key: rescue-state-${{ hashFiles('.github/rescue/*.rescue') }}-${{ github.run_id }}-${{ github.run_attempt }}

      - name: Say how it ended
        env:
          CODE: ${{ steps.look.outputs.code }}
        run: |
          case "$CODE" in
            0) echo "nothing fails, and everything was seen" ;;
            3) echo "::warning::an item fails" ;;
            5) echo "::warning::nothing fails, but something could not be seen" ;;
            4) echo "::error::an item was lost since the run before" && exit 1 ;;
            *) echo "::error::the run did not do what it was asked (exit code $CODE)" && exit 1 ;;
          esac
"#;

#[cfg(test)]
mod tests;
