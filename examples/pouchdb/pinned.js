// What PouchDB takes from chance, pinned. Load this before PouchDB.
//
// PouchDB 9 asks for random numbers in two places that matter: a database gets a UUID when it is made
// (`id()`, of which replication makes the names of its checkpoints), and each replication gets one for
// its session, which the checkpoints of both sides are compared by. Here they are numbered instead, as
// unlikely to meet twice in a world, and the same whenever the world is run again.
//
// What else there is does not matter: the clock is read for `start_time` and `end_time` of a result and
// for the list of active tasks only; timers and Math.random serve the waiting between retries, and
// nothing is retried here.
'use strict';

const uuid = require('uuid');

let source = { uuids: 0 }; // who counts

function nextUuid() {
  source.uuids += 1;
  return `00000000-0000-4000-8000-${String(source.uuids).padStart(12, '0')}`;
}

// From now on, UUIDs are numbered by this counter: an object with a number `uuids`.
function drawUuidsFrom(counter) {
  source = counter;
}

require.cache[require.resolve('uuid')].exports = { ...uuid, v4: nextUuid };

module.exports = { drawUuidsFrom };
