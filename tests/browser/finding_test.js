// The page of one finding, as a reader uses it.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { currentOf, golden, here, launch, open, pageOf, stateOf, take, write } from "./page.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
let echo;
before(async () => {
  browser = await launch();
  echo = pageOf(golden("page_echo_undoes_edit"));
});
after(() => browser.close());

test("opens at the breach, without an error and without the network", async () => {
  const { page, problems } = await open(browser, echo);
  assert.equal(await page.textContent("h1"), "no-lost-update");
  assert.match(await page.textContent(".sentence"), /^A's edit of o1 .* is gone: /);
  assert.deepEqual(await currentOf(page),
    { stop: "round-1", passage: "round-1", position: "5 of 7" });
  assert.equal(await page.locator(".passage.current .ring").count(), 1);
  assert.deepEqual(problems, []);
});

test("steps by keyboard and by button, and names the step in the address", async () => {
  const { page } = await open(browser, echo);
  await page.keyboard.press("Home");
  assert.equal((await currentOf(page)).stop, "step-1");
  await page.keyboard.press("ArrowLeft");
  assert.equal((await currentOf(page)).stop, "step-1");
  await page.keyboard.press("ArrowRight");
  assert.equal((await currentOf(page)).passage, "step-2");
  assert.match(page.url(), /#step-2$/);
  await page.keyboard.press("End");
  assert.equal((await currentOf(page)).stop, "rest");
  await page.click("[data-go=previous]");
  assert.equal((await currentOf(page)).stop, "round-2");
  await page.click("[data-go=first]");
  assert.equal((await currentOf(page)).position, "1 of 7");
});

test("tells what every replica holds, and its counter and marks, after a step", async () => {
  const { page } = await open(browser, echo, { hash: "#step-2" });
  assert.deepEqual(await stateOf(page), {
    o1: { S: 'nothing → v1 "100 EUR"', A: 'v1 "100 EUR"', B: "nothing" },
    counter: { S: "0 → 1", A: "1", B: "0" },
    counter_lastsync: { S: "", A: "0 → 1", B: "0" },
    servercounter_lastsync: { S: "", A: "0", B: "0" },
  });
  await page.keyboard.press("End");
  const { o1 } = await stateOf(page);
  assert.deepEqual(o1, { S: 'v1 "100 EUR"', A: 'v1 "100 EUR"', B: 'v1 "100 EUR"' });
});

test("follows a deep link, also one that comes later", async () => {
  const { page } = await open(browser, echo, { hash: "#step-3" });
  assert.equal((await currentOf(page)).passage, "step-3");
  await page.evaluate(() => { location.hash = "#rest"; });
  await page.waitForFunction(() => document.querySelector(".stop.current").id === "rest");
});

test("goes to a step that is clicked in the diagram", async () => {
  const { page } = await open(browser, echo);
  await page.click(".passage[data-stop=step-1] a");
  assert.equal((await currentOf(page)).stop, "step-1");
});

test("shows changes only where that is wanted", async () => {
  const { page } = await open(browser, echo, { hash: "#step-3" });
  await page.check(".changes-only");
  assert.deepEqual(Object.keys(await stateOf(page)), ["o1", "counter"]);
  await page.uncheck(".changes-only");
  assert.equal(Object.keys(await stateOf(page)).length, 4);
});

test("filters, and steps over what is filtered out", async () => {
  const { page } = await open(browser, echo);
  await page.selectOption("[data-filter=kind]", "edit");
  assert.equal(await page.textContent(".matches"), "1 of 7 shown");
  assert.equal(await page.locator(".passage:not(.filtered-out)").count(), 1);
  await page.locator("body").press("Home");
  assert.equal((await currentOf(page)).stop, "step-3");
  await page.locator("body").press("ArrowRight");
  assert.equal((await currentOf(page)).stop, "step-3");
  await page.selectOption("[data-filter=kind]", "");
  await page.selectOption("[data-filter=replicas]", "B");
  assert.equal(await page.textContent(".matches"), "2 of 7 shown");
});

test("says what each step is needed for, and marks the guilty one", async () => {
  const { page } = await open(browser, echo);
  const rows = await page.locator(".anatomy tbody tr").allTextContents();
  assert.equal(rows.length, 4);
  assert.match(rows[2], /^2 sync A\d+ %it holds; o1 ends as step 3 wrote it/);
  assert.match(await page.textContent(".anatomy .guilty"), /^3 edit A o1 .*◀100 %/);
  assert.match(await page.textContent("#anatomy + p"), /^It goes wrong in step 3\. /);
});

test("is whole without JavaScript", async () => {
  const { page, problems } = await open(browser, echo, { javaScriptEnabled: false });
  assert.equal(await page.locator(".stop:visible").count(), 7);
  assert.equal(await page.locator("svg.space-time:visible").count(), 1);
  assert.equal(await page.locator("button:visible, select:visible, input:visible").count(), 0);
  assert.deepEqual(problems, []);
});

test("copies the command", async () => {
  const { page } = await open(browser, echo);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.click(".commands .copy");
  await page.waitForFunction(() => /copied|selected/.test(
    document.querySelector(".commands .copy").textContent));
  const command = await page.textContent(".commands code");
  assert.match(command, /^tidemark replay .*page_echo_undoes_edit\.trace$/);
  if (await page.textContent(".commands .copy") === "copied")
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
});

const hostile = `tidemark-trace 1
protocol page
strategy server-priority
clients 1
create A o1 value="</script><script>alert(2)</script>"
create A o2 value="\\x1b[31m'\\"&amp;" pk="<b>\\x01"
sync A
edit A o1 value="<!--<svg onload=alert(3)>"
expect no-lost-update violated
`;

test("keeps what a user wrote a text", async () => {
  const html = pageOf(write("hostile.trace", hostile));
  const { page, problems } = await open(browser, html);
  page.on("dialog", () => problems.push("a dialog"));
  assert.equal(await page.locator("img, b:has(img), article script, article style").count(), 0);
  assert.match(await page.textContent("pre.trace"), /<script>alert\(2\)<\/script>/);
  assert.equal(await page.locator("script").count(), 2);
  const data = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent));
  assert.equal(data.schema, "tidemark/html/1");
  assert.match(data.findings[0].sentence, /^A's edit of o1 \(v\d "<!--<svg/);
  assert.deepEqual(problems, []);
});

test("lets no other script or style run", async () => {
  const broken = readFileSync(echo, "utf8")
    .replace("</main>", "<script>document.title = 'ran'</script><img src=\"http://x.invalid/\"></main>");
  const { page } = await open(browser, write("broken.html", broken));
  assert.notEqual(await page.title(), "ran");
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource")
    .filter((each) => each.responseStatus > 0 || each.transferSize > 0).length);
  assert.equal(loaded, 0);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in ${colorScheme}`, async () => {
    for (const name of ["page_echo_undoes_edit", "late_upload_over_newer"]) {
      const { page } = await open(browser, pageOf(golden(name)), { colorScheme });
      for (const details of await page.locator("details").all())
        await details.evaluate((each) => { each.open = true; });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map((each) => [each.id, each.nodes.map((node) => node.html)]), []);
      await take(page, `${name}-${colorScheme}`);
    }
  });
}

test("the page is made of the same parts as before", async () => {
  const { page } = await open(browser, echo);
  const outline = await page.evaluate(() => {
    const lines = [];
    const walk = (element, depth) => {
      if (["SCRIPT", "STYLE"].includes(element.tagName)) return;
      const style = element.getAttribute("class");
      const own = [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE)
        .map((each) => each.textContent.trim()).filter(Boolean).join(" ");
      lines.push("  ".repeat(depth) + element.tagName.toLowerCase() +
        (element.id ? "#" + element.id : "") + (style ? "." + style.split(" ").join(".") : "") +
        (own && !element.closest("#environment, .commands") ? " " + JSON.stringify(own) : ""));
      for (const child of element.children) walk(child, depth + 1);
    };
    walk(document.querySelector("main"), 0);
    return lines.join("\n") + "\n";
  });
  const file = join(here, "../golden/browser/page_echo_undoes_edit.txt");
  if (process.env.TIDEMARK_REWRITE_GOLDEN) {
    mkdirSync(join(here, "../golden/browser"), { recursive: true });
    writeFileSync(file, outline);
  }
  assert.equal(outline, readFileSync(file, "utf8"));
});
