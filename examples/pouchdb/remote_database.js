// The network between a client's replication and the server's database, as messages.
//
// A RemoteDatabase is what the replication of a client takes for the database of the server. Each call
// waits in it until Tidemark has carried the request there and the answer back.
'use strict';

const EventEmitter = require('events');
const { PouchDB, versionOf } = require('./database.js');

// What pouchdb-replication and its checkpointer call, without attachments; get and put are for checkpoints.
const CALLS = ['get', 'put', 'changes', 'revsDiff', 'bulkGet', 'bulkDocs'];
const UPLOADS = ['put', 'bulkDocs'];

// They also call these two, which need not travel: the id of the server's database never changes, and
// `info` is for the list of active tasks only.
const ID = 'server';
const INFO = { db_name: 'server', update_seq: 0 };

// What a client's replication is told when no answer comes.
function connectionLost() {
  return Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
}

class RemoteDatabase extends EventEmitter {
  constructor() {
    super();
    this.activeTasks = PouchDB.activeTasks; // where replication notes its progress
    this.waiting = []; // the calls without an answer, in the order in which they were made
    this.lost = false;
    this.id = async () => ID;
    this.info = async () => INFO;
    for (const name of CALLS) {
      const call = (...args) => this.call(name, args);
      this[name] = name === 'changes' ? (options) => asChanges(call(options)) : call;
    }
  }

  // The arguments are written down at once: they are objects of PouchDB, which may change them.
  call(name, args) {
    if (this.lost) return Promise.reject(connectionLost());
    const body = JSON.parse(JSON.stringify({ call: name, args }));
    return new Promise((resolve, reject) => this.waiting.push({ body, resolve, reject }));
  }

  // Replication sometimes makes a call before the last one is answered. One travels at a time.
  nextRequest() {
    if (this.waiting.length === 0) return undefined;
    const { body } = this.waiting[0];
    const kind = UPLOADS.includes(body.call) ? 'upload-request' : 'download-request';
    const carried = body.call === 'bulkDocs' ? body.args[0].docs : [];
    return { kind, body, objects: carried.map(versionOf) };
  }

  answer({ result, error }) {
    const { resolve, reject } = this.waiting.shift();
    if (error) reject(Object.assign(new Error(error.message), error));
    else resolve(result);
  }

  // No answer comes any more, and no request gets through.
  lose() {
    this.lost = true;
    for (const { reject } of this.waiting.splice(0)) reject(connectionLost());
  }
}

// What `changes` returns: a promise of all changes that is also an emitter of each.
function asChanges(answered) {
  const changes = new EventEmitter();
  const promise = answered.then((response) => {
    for (const change of response.results) changes.emit('change', change);
    return response;
  });
  return Object.assign(changes, { then: promise.then.bind(promise), cancel() {} });
}

// The server's side: executes the call of a request, and makes the answer. Also tells whether the server
// died of it; its database is of no use then.
async function execute(pouch, { kind, body }) {
  if (!CALLS.includes(body.call)) throw new Error(`unknown call ${body.call}`);
  const { died, ...answer } = await answerTo(pouch, body);
  const carried = body.call === 'bulkGet' && answer.result ? documentsOf(answer.result) : [];
  const send = {
    kind: kind === 'upload-request' ? 'upload-ack' : 'download-reply',
    body: answer,
    objects: carried.map(versionOf),
  };
  return { send, died: died === true };
}

// What PouchDB refuses is an answer, as a status of HTTP would be. A server that dies gives none, but
// the client notices.
async function answerTo(pouch, { call, args }) {
  try {
    return await orDeath(pouch[call](...args));
  } catch (error) {
    if (error.status === undefined) throw error;
    const { status, name, message, reason } = error;
    return { error: { status, name, message, reason } };
  }
}

// PouchDB 9 throws where nobody can catch it when bulkGet, with `latest`, is asked for a revision that it
// does not know of a document that it knows. Replication does ask so, if the server was restored after it
// told what has changed. A program ends by that, so here the server does.
function orDeath(promise) {
  return new Promise((resolve, reject) => {
    const die = (error) => {
      process.stderr.write(`the server died: ${error.stack}\n`);
      const { message, code } = connectionLost();
      resolve({ died: true, error: { message, code } });
    };
    process.once('uncaughtException', die);
    const settled = () => process.removeListener('uncaughtException', die);
    Promise.resolve(promise).finally(settled).then((result) => resolve({ result }), reject);
  });
}

function documentsOf({ results }) {
  return results.flatMap(({ docs }) => docs).map(({ ok }) => ok).filter(Boolean);
}

module.exports = { CALLS, connectionLost, RemoteDatabase, execute };
