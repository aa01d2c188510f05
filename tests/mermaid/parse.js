// Mermaid's own parser on diagrams: node parse.js FILE …
//
// Exit codes: 0 all are sequence diagrams whose texts Mermaid reads as they are written, and none
// configures it or is longer than what it draws; 1 one is not.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

const mostCharacters = 50_000; // maxTextSize of Mermaid: what is longer is parsed, and not drawn
const page = new JSDOM('');
globalThis.window = page.window;
globalThis.document = page.window.document;
const { default: mermaid } = await import('mermaid');

// Of notes and arrows, in order.
function textsIn(diagram) {
  return [...diagram.matchAll(/^ *(?:Note over [A-Z,]+|[A-Z]--?[x>]+[A-Z]): (.*)$/gm)].map((match) => match[1]);
}

async function textsReadFrom(diagram) {
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(diagram);
  const framed = new Set([db.LINETYPE.RECT_START, db.LINETYPE.RECT_END]);
  const texts = db.getMessages().filter((message) => !framed.has(message.type));
  return texts.map((message) => message.message.replaceAll('ﬂ°°', '#').replaceAll('¶ß', ';'));
}

async function problemOf(diagram) {
  if (diagram.length > mostCharacters) return `${diagram.length} characters, expected at most ${mostCharacters}`;
  const { diagramType, config } = await mermaid.parse(diagram);
  if (diagramType !== 'sequence') return `a diagram of type ${diagramType}, expected sequence`;
  if (Object.keys(config).length > 0) return 'it configures Mermaid, expected that no text can';
  const written = textsIn(diagram);
  const read = await textsReadFrom(diagram);
  const place = written.findIndex((text, i) => text !== read[i]);
  if (place >= 0) return `'${written[place]}' is read as '${read[place]}'`;
  return read.length === written.length ? '' : `${read.length} texts are read, expected ${written.length}`;
}

let failed = 0;
for (const file of process.argv.slice(2)) {
  const problem = await problemOf(readFileSync(file, 'utf8')).catch((error) => String(error.message));
  if (problem === '') continue;
  console.error(`${file}: ${problem}`);
  failed += 1;
}
console.log(`${process.argv.length - 2} diagrams, ${failed} do not parse`);
process.exit(failed === 0 ? 0 : 1);
