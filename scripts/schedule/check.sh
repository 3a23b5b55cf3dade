#!/usr/bin/env bash
# Prints workflows with the real program, in a home of their own, and holds them to actionlint.
# usage: check.sh PROGRAM DIRECTORY   (DIRECTORY is made anew and keeps what was checked)
set -euo pipefail
program=$(realpath "$1")
out=$2
here=$(cd "$(dirname "$0")" && pwd)
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
rm -rf "$out" && mkdir -p "$out"

run() { env -i HOME="$home" PATH="$PATH" RESCUE_HOME="$home/rescue" RESCUE_KEYRING=off "$program" "$@"; }
mkdir "$home/checkout"
git -C "$home/checkout" init --quiet
git -C "$home/checkout" remote add origin https://github.com/acme/notes.git
run app add acme-shop --repo acme/shop --supabase abcdefghijklmnopqrst --vercel prj_acme --provider openai --provider openrouter >/dev/null
run app add acme-notes --repo "$home/checkout" >/dev/null
run app add acme-forms >/dev/null
run schedule workflow acme-forms >"$out/one.yml"
run schedule workflow >"$out/all.yml"
# The one whose code is here and at GitHub is read there.
grep -q 'rescue app edit acme-notes --clear repo --github acme/notes' "$out/all.yml"
node "$here/check.mjs" "$out"/all.yml "$out"/one.yml
