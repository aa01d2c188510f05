// One replica: a PouchDB database in memory, and what Tidemark wants to know of it. An object is a
// document: its _id is the guid, and a deleted one keeps its fields in the tombstone.
'use strict';

const memdown = require('memdown');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-replication'));

let databases = 0;

class Database {
  // PouchDB knows databases by name in the whole process, so each gets a new one. Only `info` tells it,
  // and that does not travel. With `content`, the database holds what was stored in another.
  static async open(content) {
    databases += 1;
    const name = `database-${databases}`;
    if (content) store(name, content);
    const pouch = new PouchDB(name, { adapter: 'memory' });
    await pouch.info(); // is there when the database is
    return new Database(pouch);
  }

  constructor(pouch) {
    this.pouch = pouch;
    this.winners = new Map(); // by guid: the documents that PouchDB shows, tombstones too
    this.seen = undefined; // the update sequence up to which they were read
  }

  // The app, or the web backend, changes an object: as apps do, over the revision that PouchDB shows.
  // Losing revisions are left alone, and stay in conflict with what is written here.
  async change({ change, guid, pk, name, value }) {
    const document = change === 'create' ? { _id: guid, pk, name } : { ...this.winners.get(guid) };
    delete document._deleted;
    if (change === 'delete') document._deleted = true;
    await this.pouch.put({ ...document, value });
  }

  // All that is held now; undefined if nothing was written since the last call.
  async holds() {
    const { update_seq } = await this.pouch.info();
    if (update_seq === this.seen) return undefined;
    const { results } = await this.pouch.changes({ since: this.seen ?? 0, include_docs: true });
    for (const { id, doc } of results) this.winners.set(id, doc);
    this.seen = update_seq;
    return [...this.winners.values()].map((document) => {
      return { ...versionOf(document), pk: document.pk, name: document.name };
    });
  }

  // All that is stored, checkpoints too, as a copy of the folder of a database on disk would be. It is
  // for `open`, and does not change when the database does.
  content() {
    return stored(this.pouch.name);
  }

  destroy() {
    return this.pouch.destroy();
  }
}

// Memdown, the store below PouchDB's memory adapter, keeps a tree for each name, which is never changed
// but replaced by another.
function stored(name) {
  const { _store: trees, _location: place } = memdown(name);
  return trees[place];
}

function store(name, tree) {
  const { _store: trees, _location: place } = memdown(name);
  trees[place] = tree;
}

// The version of an object that a revision of its document is.
function versionOf({ _id, value, _deleted }) {
  return { guid: _id, value, isdeleted: _deleted === true };
}

module.exports = { PouchDB, Database, versionOf };
