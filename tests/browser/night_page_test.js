// The page in the morning, as the one who reads it uses it: its body is the golden file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { framed, launch, open, take } from "./page.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
let morning;
before(async () => {
  browser = await launch();
  morning = framed("night_page");
});
after(() => browser.close());

test("says first how the night went, without an error and without the network", async () => {
  const { page, problems } = await open(browser, morning);
  assert.equal(await page.textContent("main > header .badge"), "REGRESSED");
  assert.match(await page.textContent(".sentence"), /^1 regressed finding, 1 new, 1 known, /);
  assert.equal(await page.locator("header .notice").count(), 2);
  assert.deepEqual(problems, []);
});

test("lists what is urgent first, each by a word and a shape", async () => {
  const { page } = await open(browser, morning);
  assert.deepEqual(await page.locator(".found .status").allTextContents(),
    ["▲ regressed", "● new", "○ known"]);
  const shown = page.locator("#fixed tbody tr");
  assert.equal(await shown.isVisible(), false);
  await page.click("#fixed summary");
  assert.equal(await shown.isVisible(), true);
});

test("links to files beside it alone", async () => {
  const { page } = await open(browser, morning);
  const links = await page.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  assert.ok(links.length >= 6);
  for (const link of links) assert.match(link, /^findings\/[a-z0-9-]+\.(html|trace)$/);
});

test("puts the nights beside one another, the last one in view on a narrow screen too", async () => {
  const { page } = await open(browser, morning, { viewport: { width: 420, height: 900 } });
  const grid = page.locator(".nights .wide");
  assert.ok(await grid.evaluate((box) => box.scrollWidth > box.clientWidth), "it scrolls");
  const last = await page.locator(".grid thead th").last().boundingBox();
  assert.ok(last.x + last.width <= 420, `${last.x} + ${last.width}`);
  assert.ok(await page.evaluate(() =>
    document.documentElement.scrollWidth <= document.documentElement.clientWidth),
  "the page itself does not");
});

test("scrolls the grid by keyboard, and the names of the findings stay", async () => {
  const { page } = await open(browser, morning, { viewport: { width: 420, height: 900 } });
  const first = page.locator(".grid thead th").nth(1);
  const name = page.locator(".grid tbody th").first();
  const before = [(await first.boundingBox()).x, (await name.boundingBox()).x];
  await page.focus(".nights .wide");
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction((x) =>
    document.querySelector(".grid thead th:nth-child(2)").getBoundingClientRect().x > x, before[0]);
  assert.equal((await name.boundingBox()).x, before[1]);
});

test("reaches every link, button and box by keyboard", async () => {
  const { page } = await open(browser, morning);
  const wanted = await page.locator("a, button:visible, summary, .wide:visible").count();
  const reached = new Set();
  for (let i = 0; i < wanted + 5; ++i) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() =>
      [...document.querySelectorAll("a, button, summary, .wide")].indexOf(document.activeElement)));
  }
  reached.delete(-1);
  assert.equal(reached.size, wanted);
});

test("copies the command of a finding", async () => {
  const { page } = await open(browser, morning);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const row = page.locator(".found tbody tr").nth(1);
  await row.locator(".copy").click();
  await page.waitForFunction(() => [...document.querySelectorAll(".copy")].some((each) =>
    /copied|selected/.test(each.textContent)));
  if (await row.locator(".copy").textContent() === "copied")
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
      "tidemark replay findings/no-resurrection-0d9c41e2b7f6.trace");
});

test("draws every trend inside its box, and has the numbers as a table", async () => {
  const { page } = await open(browser, morning);
  assert.equal(await page.locator(".trends figure").count(), 5);
  const outside = await page.locator(".trends path").evaluateAll((all) => all.filter((path) => {
    const box = path.closest("figure").getBoundingClientRect();
    const own = path.getBoundingClientRect();
    return own.left < box.left || own.right > box.right || own.top < box.top ||
      own.bottom > box.bottom;
  }).length);
  assert.equal(outside, 0);
  await page.click("#nights summary");
  assert.equal(await page.locator("#nights tbody tr:visible").count(), 16);
});

test("is whole without JavaScript", async () => {
  const { page, problems } = await open(browser, morning, { javaScriptEnabled: false });
  assert.equal(await page.locator(".found tbody tr:visible").count(), 3);
  assert.equal(await page.locator(".trends svg:visible").count(), 5);
  assert.equal(await page.locator("button:visible").count(), 0);
  await page.click("#marks summary");
  assert.ok(await page.locator("#marks table").isVisible());
  assert.deepEqual(problems, []);
});

for (const colorScheme of ["light", "dark"])
  test(`axe finds nothing in ${colorScheme}`, async () => {
    const { page } = await open(browser, morning, { colorScheme });
    await take(page, `morning-${colorScheme}`);
    for (const each of await page.locator("summary").all()) await each.click();
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((each) => [each.id, each.nodes.map((node) => node.html)]), []);
    await take(page, `morning-open-${colorScheme}`);
  });
