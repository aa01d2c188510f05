#!/usr/bin/env node
// A Tidemark adapter to copy: a small sync engine that speaks docs/ADAPTERS.md over standard input
// and output. Node 18 or newer, nothing else. Replace HELLO and Engine; keep the rest.
'use strict';

// REPLACE: what your engine is and can do. It decides what is tried and how that is judged.
const HELLO = {
  tidemark: 1,
  name: 'template-node',
  version: '1',
  worlds: 64, // 1 if your worlds share anything
  strategy: 'server-priority',
  decisions: 'reported', // 'inferred' if your engine does not tell who won a conflict
  lacks: ['shared-keys'], // primary keys are stored here, but never compared
  snapshot: true, // without it you need neither save nor load, and cannot `tidemark explore`
};

// REPLACE by calls into your engine: one world, a server and its clients. There is one method for each
// kind of request, and what it returns is the answer; a method may also return a promise of it.
//
// This engine is naive. The server stamps each object that changes with its counter. A client downloads
// what changed since its mark, then uploads its own changes, which are pending until then. Where a
// pending object meets another version the server's wins. README.md tells what is wrong with that.
class Engine {
  constructor({ clients }) {
    this.replicas = { S: { counter: 0, objects: {} } };
    for (const name of clients) this.reinstall({ at: name });
  }

  // The app on a client, or the web backend on the server, changes an object.
  change({ at, change, guid, pk, name, value }) {
    const replica = this.replicas[at];
    const known = change === 'create' ? { guid, pk, name } : replica.objects[guid];
    const object = { ...known, value, isdeleted: change === 'delete' };
    if (at === 'S') storeOnServer(replica, object);
    else replica.objects[guid] = { ...object, pending: true };
    return report(replica);
  }

  // A client starts a cycle, here with a download.
  start({ at, full }) {
    const since = full ? 0 : this.replicas[at].servercounter_lastsync;
    return { send: { kind: 'download-request', body: { since } } };
  }

  // A request reaches the server, perhaps for the second time, or from a client that gave up long ago.
  request({ message: { kind, body } }) {
    const server = this.replicas.S;
    if (kind === 'upload-request') {
      for (const object of body.objects) storeOnServer(server, object);
      return report(server, { send: { kind: 'upload-ack' } });
    }
    const changed = Object.values(server.objects).filter((object) => object.counter > body.since);
    const objects = changed.map(travelling);
    return { send: { kind: 'download-reply', body: { counter: server.counter, objects }, objects } };
  }

  // The answer that the client waits for arrives.
  answer({ at, message: { kind, body } }) {
    const client = this.replicas[at];
    return kind === 'download-reply' ? receiveDownload(client, body) : receiveAck(client);
  }

  // An answer that nobody waits for any more: it changes nothing.
  stale() {
    return {};
  }

  'give-up'({ at }) {
    this.replicas[at].uploading = [];
    return {};
  }

  // What is in memory only is gone. The rest is stored, and stays.
  crash({ at }) {
    this.replicas[at].uploading = [];
    return {};
  }

  reinstall({ at }) {
    this.replicas[at] = { servercounter_lastsync: 0, objects: {}, uploading: [] };
    return {};
  }

  backup() {
    this.saved = structuredClone(this.replicas.S);
    return {};
  }

  restore() {
    this.replicas.S = structuredClone(this.saved);
    return report(this.replicas.S);
  }

  // A replica is plain data, so it is its own snapshot.
  save({ at }) {
    return { state: this.replicas[at] };
  }

  load({ at, state }) {
    this.replicas[at] = state;
    return {};
  }
}

// The answer of a replica: all that it holds, its counter or mark, and what else there is to say.
function report({ objects, counter, servercounter_lastsync }, more) {
  return { holds: Object.values(objects), counter, servercounter_lastsync, ...more };
}

// Of an object, what travels: whether it is pending, and its counter, concern one replica only.
function travelling({ guid, pk, name, value, isdeleted }) {
  return { guid, pk, name, value, isdeleted };
}

function storeOnServer(server, object) {
  server.counter += 1;
  server.objects[object.guid] = { ...object, counter: server.counter };
}

// Stores what the server sent, then uploads what is pending. Without any, the exchange ends.
function receiveDownload(client, { counter, objects }) {
  const decisions = [];
  const told = [];
  for (const object of objects) {
    const { guid, value } = object;
    const mine = client.objects[guid];
    if (mine && mine.pending && mine.value !== value) {
      decisions.push({ guid, local: mine.value, server: value, kept: 'server' });
      told.push({ guid, value: mine.value, kept: value, merged: false });
    }
    client.objects[guid] = object;
  }
  client.servercounter_lastsync = counter;
  client.uploading = Object.values(client.objects).filter((object) => object.pending).map(travelling);
  return report(client, { decisions, told, send: uploadOf(client.uploading) });
}

function uploadOf(objects) {
  return objects.length === 0 ? undefined : { kind: 'upload-request', body: { objects }, objects };
}

// What the server took is pending no longer, unless the app changed it again in the meantime.
function receiveAck(client) {
  for (const { guid, value } of client.uploading)
    if (client.objects[guid].value === value) client.objects[guid].pending = false;
  const accepted = client.uploading;
  client.uploading = [];
  return { accepted };
}

// KEEP: the worlds, and the way of a line to its answer.
const OPERATIONS = new Set(Object.getOwnPropertyNames(Engine.prototype).slice(1)); // no constructor
const worlds = [];

function serve(request) {
  if (request.op === 'hello') return HELLO;
  if (request.op === 'begin') {
    worlds[request.world] = new Engine(request);
    return {};
  }
  if (!OPERATIONS.has(request.op)) throw new Error(`unknown request ${request.op}`);
  return worlds[request.world][request.op](request);
}

// A request that fails is answered, too: Tidemark shows the text.
async function answerLine(line) {
  try {
    return JSON.stringify(await serve(JSON.parse(line)));
  } catch (error) {
    return JSON.stringify({ error: String(error.stack) });
  }
}

// One line after the other, and one write for all the answers of a chunk, which is what makes it fast.
async function main() {
  let begun = ''; // of the line whose end has not come yet
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    const lines = (begun + chunk).split('\n');
    begun = lines.pop();
    let answers = '';
    for (const line of lines) answers += `${await answerLine(line)}\n`;
    if (answers !== '') process.stdout.write(answers);
  }
}

main();
