// A page of ours in a browser: made by the program, opened from the disk, watched for errors and
// for anything that it would fetch.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const here = dirname(fileURLToPath(import.meta.url));
export const program = process.env.TIDEMARK_BINARY ?? join(here, "../../build/tidemark");
export const scratch = mkdtempSync(join(tmpdir(), "tidemark-browser-"));


// The folder that pictures of pages go to, for eyes; none: no pictures.
export const pictures = process.env.TIDEMARK_PICTURES;
export async function take(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });

// Runs the program; exit code 1 says that something is broken, which is what these traces are for.
export function tidemark(...words) {
  try {
    return execFileSync(program, words, { cwd: scratch, encoding: "utf8",
      env: { ...process.env, TIDEMARK_COMMAND: "tidemark" }, stdio: ["ignore", "pipe", "pipe"] });
  } catch (failure) {
    if (failure.status === 1) return failure.stdout;
    throw new Error(`${words.join(" ")}: exit code ${failure.status}\n${failure.stderr}`);
  }
}

// The trace at the head of a golden file, or a text, as a file of this name.
export function write(name, text) {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}
export function golden(name) {
  const text = readFileSync(join(here, `../golden/reports/${name}.txt`), "utf8");
  return write(`${name}.trace`, text.slice(0, text.indexOf("\n---- ") + 1));
}
export function pageOf(trace, ...flags) {
  const html = trace.replace(/\.trace$/, ".html");
  tidemark("replay", trace, "--out", html, "--quiet", ...flags);
  return html;
}

// A page with the body of a golden file, in the frame that the program puts around its pages.
export function framed(name) {
  const body = readFileSync(join(here, `../golden/html/${name}.html`), "utf8");
  const page = readFileSync(pageOf(golden("page_echo_undoes_edit")), "utf8");
  return write(`${name}.html`,
    page.slice(0, page.indexOf("<main>")) + body + page.slice(page.indexOf("<script>")));
}

// Opens a page; `problems` are the errors of its console and what it asked the network for.
export async function open(browser, html, { hash = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith("file://")) problems.push(request.url());
  });
  await page.goto(`file://${html}${hash}`);
  return { page, problems };
}

// What the state table on view says: by row and column.
export const stateOf = (page) => page.evaluate(() => {
  const rows = {};
  const table = document.querySelector(".stop.current .state");
  const names = [...table.querySelectorAll("thead th")].map((each) => each.textContent);
  for (const row of table.querySelectorAll("tbody tr")) {
    if (row.offsetParent === null) continue;
    const cells = [...row.querySelectorAll("td")].map((each) => each.textContent);
    rows[row.querySelector("th").textContent] =
      Object.fromEntries(names.map((name, i) => [name, cells[i]]));
  }
  return rows;
});
export const currentOf = (page) => page.evaluate(() => ({
  stop: document.querySelector(".stop.current").id,
  passage: document.querySelector(".passage.current").dataset.stop,
  position: document.querySelector(".position").textContent,
}));
