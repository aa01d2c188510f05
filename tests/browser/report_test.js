// The page of a campaign: made of what `fuzz --out` leaves.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, scratch, take, tidemark, write } from "./page.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
const report = join(scratch, "report.html");
before(async () => {
  browser = await launch();
  tidemark("fuzz", "--episodes", "200", "--strategy", "server-priority", "--coverage", "--out", "found");
  tidemark("report", "found", "-o", report);
});
after(() => browser.close());

test("groups findings by fingerprint and leads to each", async () => {
  const { page, problems } = await open(browser, report);
  const groups = await page.locator(".groups tbody tr").count();
  assert.ok(groups > 3);
  assert.equal(await page.textContent("h1"), `${groups} findings`);
  await page.click(".groups tbody tr:nth-child(2) a");
  await page.locator("#finding-2[open]").waitFor();
  assert.equal(await page.locator("#finding-1").getAttribute("open"), null);
  assert.deepEqual(problems, []);
});

test("follows a deep link to a step of a finding, and steps on there", async () => {
  const { page } = await open(browser, report, { hash: "#finding-3-step-1" });
  assert.equal(await page.locator("#finding-3 .stop.current").getAttribute("id"), "finding-3-step-1");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator("#finding-3 .stop.current").getAttribute("id"), /^finding-3-/);
  assert.notEqual(
    await page.locator("#finding-3 .stop.current").getAttribute("id"), "finding-3-step-1");
});

test("shows each finding beside its original, and what shrinking tried", async () => {
  const { page } = await open(browser, report, { hash: "#finding-1" });
  assert.match(await page.locator("#finding-1 .original thead").textContent(),
    /minimal: \d+ steps?, .*original: \d+ steps, /);
  assert.ok(await page.locator("#finding-1-shrinking tbody tr").count() > 1);
  assert.equal(await page.locator("#finding-1-shrinking tbody th").first().textContent(), "sweep");
});

test("tells of the campaign: its numbers, its marks, its steps", async () => {
  const { page } = await open(browser, report);
  assert.match(await page.textContent("main > p"), /^200 episodes and .* steps in .* episodes\/s/);
  assert.ok(await page.locator("#marks tbody tr").count() > 20);
  const shares = await page.locator("#steps-1 tbody td:nth-child(3)").allTextContents();
  // What is next to nothing is told in words.
  const sum = shares.reduce((all, each) => all + (Number.parseFloat(each) || 0), 0);
  assert.ok(Math.abs(sum - 100) < 2, `${sum} %`);
});

test("is made again with the same bytes", () => {
  const second = join(scratch, "second.html");
  tidemark("report", "found", "-o", second);
  assert.ok(readFileSync(second).equals(readFileSync(report)));
});

test("refuses a campaign that is none, and writes nothing", () => {
  const before = readFileSync(report);
  write("found/report.json", "{}");
  assert.throws(() => tidemark("report", "found", "-o", report), /exit code 2\nfound\/report.json: /);
  assert.ok(before.equals(readFileSync(report)));
});

for (const colorScheme of ["light", "dark"])
  test(`axe finds nothing in ${colorScheme}`, async () => {
    const { page } = await open(browser, report, { colorScheme });
    await page.click("#finding-1 > summary");
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((each) => [each.id, each.nodes.map((node) => node.html)]), []);
    await take(page, `report-${colorScheme}`);
  });
