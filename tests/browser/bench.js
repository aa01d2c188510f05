// How long it takes until a reader sees something of a long run: `./tidemark bench --html`.
import { statSync } from "node:fs";
import { launch, open, pageOf, write } from "./page.js";

const count = 10_000;
const lines = ["tidemark-trace 1", "protocol page", "strategy server-priority", "clients 3"];
for (let object = 1; object <= 4; ++object) lines.push(`create A o${object}`);
for (let i = lines.length - 4; i < count; ++i) {
  const client = "ABC"[i % 3];
  lines.push(i % 2 ? `sync ${client}` : `edit ${client} o${1 + (i % 4)}`);
}

const began = performance.now();
const html = pageOf(write("long.trace", lines.join("\n") + "\n"));
const written = performance.now() - began;
const browser = await launch();
const paints = [];
for (let i = 0; i < 5; ++i) {
  const { page } = await open(browser, html);
  paints.push(await page.evaluate(() => new Promise((resolve) => {
    const take = () => {
      const paint = performance.getEntriesByName("first-contentful-paint")[0];
      if (paint) resolve(paint.startTime);
      else requestAnimationFrame(take);
    };
    take();
  })));
  await page.context().close();
}
await browser.close();
paints.sort((a, b) => a - b);
const size = (statSync(html).size / 1024).toFixed(0);
console.log(`html, ${count} steps: written in ${written.toFixed(0)} ms  ${size} KB  ` +
  `first picture after ${paints[2].toFixed(0)} ms (median of ${paints.length})`);
