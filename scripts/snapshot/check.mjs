// Holds each HTML file to what a reader needs: the public validator, no violation for axe-core, nothing cut or wider than
// the screen, the first screen of a phone, and not one request. It changes no file and needs no network.
//   node check.mjs FILE…      CHROMIUM names the browser (/usr/bin/chromium), PICTURES a folder for what was seen.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import puppeteer from "puppeteer-core";

const need = createRequire(import.meta.url);
const widths = [[360, 740], [768, 1024], [1280, 900]];
const files = process.argv.slice(2).map((it) => resolve(it));
const pictures = process.env.PICTURES;
const problems = [];
const say = (file, text) => problems.push(`${basename(file)}: ${text}`);

if (files.length === 0) {
  console.error("usage: node check.mjs FILE…");
  process.exit(2);
}

// The Nu Html Checker: errors and warnings of the page and of its style sheet.
async function validate() {
  const run = promisify(execFile)("java", ["-jar", need.resolve("vnu-jar/build/dist/vnu.jar"), "--format", "json", "--stdout", "--exit-zero-always", ...files], { maxBuffer: 1 << 26 });
  const { messages } = JSON.parse((await run).stdout);
  for (const it of messages) {
    if (it.type === "info" && it.subType !== "warning") continue;
    // It hashes a style sheet of more than one line, or one longer than its buffer, in pieces, so no digest of one fits;
    // that the browser's policy lets the sheet in is looked at in the browser.
    if (it.type === "info" && it.message.startsWith("Inline style violates Content Security Policy")) continue;
    // A stranger's text stands there as it came.
    if (it.type === "info" && it.message.includes("Unicode Normalization Form C")) continue;
    say(it.url ?? "validator", `validator, line ${it.lastLine ?? "?"}: ${it.message} ${it.extract ?? ""}`.trim());
  }
}

// Runs inside the page.
function look(phone) {
  const found = [];
  const name = (it) => `<${it.tagName.toLowerCase()}${it.id ? ` id=${it.id}` : ""} class="${it.getAttribute("class") ?? ""}"> ${(it.textContent ?? "").trim().slice(0, 40)}`;
  const wide = document.documentElement.clientWidth;
  if (document.styleSheets.length !== 1 || getComputedStyle(document.body).maxWidth === "none") found.push("the style sheet does not apply");
  if (document.documentElement.scrollWidth > wide) found.push(`the page is ${document.documentElement.scrollWidth} pixels wide on a screen of ${wide}`);
  for (const it of document.body.querySelectorAll("*")) {
    if (it.closest("svg") && it.tagName.toLowerCase() !== "svg") continue;
    const box = it.getBoundingClientRect();
    if (!it.checkVisibility() || (box.width === 0 && box.height === 0)) continue;
    if (box.right > wide + 0.5 || box.left < -0.5) found.push(`reaches out of the screen: ${name(it)}`);
    const { display, overflowY } = getComputedStyle(it);
    const cut = it.scrollWidth > it.clientWidth + 1 || (overflowY !== "visible" && it.scrollHeight > it.clientHeight + 1);
    if (display !== "inline" && it instanceof HTMLElement && cut) found.push(`is cut: ${name(it)}`);
  }
  // Texts of the picture: within it, and not over one another.
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((it) => [it, it.getBoundingClientRect()]);
    texts.forEach(([it, box], number) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.push(`leaves the picture: ${name(it)}`);
      for (const [other, its] of texts.slice(number + 1)) {
        if (box.left < its.right && its.left < box.right && box.top < its.bottom && its.top < box.bottom) found.push(`in the picture ${name(it)} lies over ${name(other)}`);
      }
    });
  }
  // Blocks of text that lie over one another.
  const blocks = [...document.querySelectorAll("h1,h2,h3,p,li,dt,dd,td,th,figcaption")].filter((it) => it.checkVisibility());
  for (let at = 0; at + 1 < blocks.length; at += 1) {
    const [it, next] = [blocks[at], blocks[at + 1]];
    if (it.contains(next) || it.closest("tr") || next.closest("tr")) continue;
    const [box, its] = [it.getBoundingClientRect(), next.getBoundingClientRect()];
    if (box.bottom > its.top + 1 && box.left < its.right && its.left < box.right) found.push(`${name(it)} lies over ${name(next)}`);
  }
  if (phone) {
    // What has to be on the first screen: a page may say it of itself; the founder's page does not.
    for (const id of document.body.dataset.first?.split(" ") ?? ["answer", "glance-dangers", "glance-turn"]) {
      const it = document.getElementById(id);
      const box = it?.getBoundingClientRect();
      if (!box || box.height === 0) found.push(`has no #${id}`);
      else if (box.bottom > innerHeight) found.push(`the first screen of a phone ends at ${innerHeight}, #${id} at ${Math.round(box.bottom)}`);
    }
  }
  return [...new Set(found)].slice(0, 12);
}

async function open(browser, file, axe) {
  const page = await browser.newPage();
  const requests = [];
  page.on("request", (it) => requests.push(it.url()));
  page.on("console", (it) => ["error", "warn"].includes(it.type()) && say(file, `the console says: ${it.text()}`));
  page.on("pageerror", (it) => say(file, `the page fails: ${it.message}`));
  for (const scheme of ["light", "dark"]) {
    for (const [width, height] of widths) {
      const at = `${width} pixels, ${scheme}`;
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.setViewport({ width, height, deviceScaleFactor: 2, isMobile: width < 600, hasTouch: width < 600 });
      await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
      for (const it of await page.evaluate(look, width === 360)) say(file, `${at}: ${it}`);
      if (pictures) await page.screenshot({ path: join(pictures, `${basename(file, ".html")}-${width}-${scheme}.png`), captureBeyondViewport: true, fullPage: width !== 360 });
      await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
      for (const it of await page.evaluate(look, false)) say(file, `${at}, all opened: ${it}`);
      if (pictures && width !== 768) await page.screenshot({ path: join(pictures, `${basename(file, ".html")}-${width}-${scheme}-open.png`), fullPage: true });
      // Through the debugger, not as a script of the page: its policy would refuse one, and must.
      const violations = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] }).then((it) => it.violations.map((v) => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")))`);
      for (const it of violations) say(file, `${at}: axe ${it}`);
    }
  }
  // On paper everything that is folded away on a screen is there.
  const session = await page.createCDPSession();
  await session.send("Emulation.setEmulatedMedia", { media: "print", features: [{ name: "prefers-color-scheme", value: "dark" }] });
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const hidden = await page.evaluate(() => [...document.querySelectorAll("details > :not(summary)")].filter((it) => !it.checkVisibility()).length);
  if (hidden > 0) say(file, `on paper ${hidden} folded parts are missing`);
  const paper = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color].join(" on "));
  if (paper !== "rgba(0, 0, 0, 0) on rgb(0, 0, 0)") say(file, `on paper the colours are ${paper}`);
  if (pictures) await page.pdf({ path: join(pictures, `${basename(file, ".html")}.pdf`), preferCSSPageSize: true, printBackground: false });
  const own = pathToFileURL(file).href;
  for (const it of new Set(requests.filter((it) => it !== own))) say(file, `asked for ${it}`);
  if (requests.filter((it) => it === own).length === 0) say(file, "was not loaded");
  await page.close();
}

if (pictures) await mkdir(pictures, { recursive: true });
for (const file of files) {
  const text = await readFile(file, "utf8");
  if (Buffer.byteLength(text) > 200 * 1024) say(file, `has ${Buffer.byteLength(text)} bytes, more than 200 KB`);
}
await validate();
const axe = await readFile(need.resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"],
});
try {
  for (const file of files) await open(browser, file, axe);
} finally {
  await browser.close();
}
for (const it of problems) console.error(it);
console.log(problems.length === 0 ? `${files.length} pages: nothing to complain about` : `${files.length} pages: ${problems.length} complaints`);
process.exit(problems.length === 0 ? 0 : 1);
