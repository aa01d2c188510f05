// One exchange of a client: a pull from the server, then a push to it, both by PouchDB's replication.
'use strict';

const EventEmitter = require('events');
const { PouchDB } = require('./database.js');
const { CALLS, connectionLost, RemoteDatabase } = require('./remote_database.js');

// So many turns of the event loop no step of a replication takes: one that does has stopped for ever.
const PATIENCE = 100000;

// The client's own database as its replication sees it. It counts the calls under way, so that one can
// tell when replication is at rest, and refuses all of them once the app is killed.
class LocalDatabase extends EventEmitter {
  constructor(pouch) {
    super();
    this.activeTasks = pouch.activeTasks;
    this.underWay = 0;
    this.killed = false;
    for (const name of [...CALLS, 'id', 'info']) {
      this[name] = (...args) => this.watch(() => pouch[name](...args));
    }
  }

  watch(call) {
    if (this.killed) return Promise.reject(connectionLost());
    this.underWay += 1;
    const ended = () => {
      this.underWay -= 1;
    };
    const promise = call();
    promise.then(ended, ended);
    return promise; // not what `then` made of it: that of `changes` is more than a promise
  }
}

class Exchange {
  constructor({ pouch }, full) {
    this.local = new LocalDatabase(pouch);
    this.remote = new RemoteDatabase();
    this.over = false;
    // PouchDB's own way to replicate all again: `since` 0 sets the checkpoints of both sides back.
    const options = { live: false, retry: false, ...(full ? { since: 0 } : {}) };
    this.replicate(options).catch(logFailure).finally(() => {
      this.over = true;
    });
  }

  async replicate(options) {
    await PouchDB.replicate(this.remote, this.local, options);
    await PouchDB.replicate(this.local, this.remote, options);
  }

  // The next request when replication waits for an answer and does nothing else; undefined when it is
  // over. All that it does between is in promises, microtasks and setImmediate: no time passes.
  async nextRequest() {
    for (let turns = 0; turns < PATIENCE; turns += 1) {
      await new Promise(setImmediate);
      const request = this.remote.nextRequest();
      if (this.local.underWay === 0 && (request || this.over)) return request;
    }
    throw new Error('replication stopped: it neither waits for an answer nor ends');
  }

  answer(body) {
    this.remote.answer(body);
    return this.nextRequest();
  }

  // The client gives up: to its replication the connection is lost, and it ends with that error.
  giveUp() {
    this.remote.lose();
    return this.nextRequest();
  }

  // The app is killed: what is left of its replication must not reach the database any more.
  kill() {
    this.local.killed = true;
    return this.giveUp();
  }
}

// A lost connection is Tidemark's doing. Any other failure ends the exchange, too, and is worth a look.
function logFailure(error) {
  if (error.code !== connectionLost().code) process.stderr.write(`replication failed: ${error.stack}\n`);
}

module.exports = { Exchange };
