#!/usr/bin/env node
// PouchDB as an engine under test: speaks docs/ADAPTERS.md over standard input and output. Tidemark is
// the network between each client's database and the server's.
'use strict';

const { drawUuidsFrom } = require('./pinned.js'); // before PouchDB
const { PouchDB, Database } = require('./database.js');
const { Exchange } = require('./exchange.js');
const { execute } = require('./remote_database.js');

const HELLO = {
  tidemark: 1,
  name: 'pouchdb',
  version: PouchDB.version,
  worlds: 16,
  strategy: 'own', // the longest history of revisions wins, then the greatest revision id
  decisions: 'inferred',
  lacks: ['shared-keys'], // no document has a key besides its _id
  excuses: ['told'], // an app may look for conflicts, but is told of none
};

// The server and the clients of one world, and the exchanges under way.
class World {
  constructor() {
    this.uuids = 0; // how many were drawn in this world
    this.databases = {};
    this.exchanges = {};
    this.saved = undefined; // the last backup of the server
  }

  async begin({ clients }) {
    for (const name of ['S', ...clients]) this.databases[name] = await Database.open();
    return {};
  }

  async end() {
    for (const exchange of Object.values(this.exchanges)) await exchange.kill();
    for (const database of Object.values(this.databases)) await database.destroy();
  }

  async change(request) {
    await this.databases[request.at].change(request);
    return this.report(request.at);
  }

  async start({ at, full }) {
    this.exchanges[at] = new Exchange(this.databases[at], full);
    return { send: await this.exchanges[at].nextRequest() };
  }

  async request({ at, message }) {
    const { send, died } = await execute(this.databases.S.pouch, message);
    if (died) await this.openServer(this.databases.S.content());
    return this.report(at, send);
  }

  async answer({ at, message }) {
    const send = await this.exchanges[at].answer(message.body);
    if (!send) delete this.exchanges[at];
    return this.report(at, send);
  }

  // Nobody waits for it: the replication that did has ended.
  async stale() {
    return {};
  }

  async 'give-up'({ at }) {
    await this.exchanges[at].giveUp();
    delete this.exchanges[at];
    return {};
  }

  async crash({ at }) {
    if (this.exchanges[at]) await this.exchanges[at].kill();
    delete this.exchanges[at];
    return {};
  }

  async reinstall({ at }) {
    await this.crash({ at });
    await this.databases[at].destroy();
    this.databases[at] = await Database.open();
    return {};
  }

  async backup() {
    this.saved = this.databases.S.content();
    return {};
  }

  async restore() {
    await this.openServer(this.saved);
    return this.report('S');
  }

  // The program of the server ends, and starts again with this content.
  async openServer(content) {
    await this.databases.S.destroy();
    this.databases.S = await Database.open(content);
  }

  async report(at, send) {
    return { send, holds: await this.databases[at].holds() };
  }
}

const OPERATIONS = new Set([
  'change', 'start', 'request', 'answer', 'stale', 'give-up', 'crash', 'reinstall', 'backup', 'restore',
]);
const worlds = [];

async function serve(request) {
  if (request.op === 'hello') return HELLO;
  if (request.op === 'begin') return begin(request);
  if (!OPERATIONS.has(request.op)) throw new Error(`unknown request ${request.op}`);
  const world = worlds[request.world];
  drawUuidsFrom(world);
  return world[request.op](request);
}

async function begin(request) {
  if (worlds[request.world]) await worlds[request.world].end();
  worlds[request.world] = new World();
  drawUuidsFrom(worlds[request.world]);
  return worlds[request.world].begin(request);
}

async function answerLine(line) {
  try {
    return JSON.stringify(await serve(JSON.parse(line)));
  } catch (error) {
    return JSON.stringify({ error: String(error.stack) });
  }
}

// One request after the other, all worlds together: what PouchDB does for one is never mixed with what
// it does for another, so it is the same in every run.
async function main() {
  let begun = ''; // of the line whose end has not come yet
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    const lines = (begun + chunk).split('\n');
    begun = lines.pop();
    for (const line of lines) process.stdout.write(`${await answerLine(line)}\n`);
  }
}

main();
