/*
 * One scope of Tidemark, for SPIN: appSync under protocol `guarded`, strategy server-priority.
 *
 * What it models (docs/PROTOCOL.md says what the rules are; model/ and properties/ are the code)
 *   - two clients A and B, one server, two objects; at most 3 changes and 1 lost message in all;
 *   - upload-ack-moves-download-mark=if-alone, upload-ack-covers=built, received-counter=zero;
 *   - a change is a create (o1 first, then o2; by either client) or an edit of an object that the
 *     client holds, online or not, also while its exchange is under way;
 *   - cycles go on message by message: begin, deliver, drop. As many cycles as it takes: the search
 *     ends when it finds no new state;
 *   - all invariants that can break here: no-lost-update, convergence, quiescence,
 *     no-redundant-transfer, integrity (counters and marks do not run backwards) and told. A breach
 *     is counted and does not end the search;
 *   - at every state the world is settled, on a copy, and judged at rest.
 *
 * What it leaves out
 *   - what cannot matter in this scope: keys (none is shared), names, deletions, timestamps (the
 *     strategy does not look at them), merges, refusals, the status of an answer (always ok), and
 *     the `base` of a record, which only server-check=base reads;
 *   - the invariants that cannot break in it: one-object-per-key, no-resurrection; and of integrity
 *     that values are never made up, late answers and repeated requests;
 *   - what is the same in another place of the same state: the contents of an upload on its way
 *     are also what the client remembers to have sent, and a download-request carries the client's
 *     mark;
 *   - what identifies a breach. Only which invariants broke, and how often, is kept.
 *
 * How it does well by SPIN
 *   - the choices are Promela; what they do is C, so that a transition is one d_step of compiled
 *     code, and so that settle is the same code on a copy which the state vector knows nothing of;
 *   - the state is bit fields: three words;
 *   - there is one process with one control state, so there are no states in between. Partial order
 *     reduction has nothing to do: every state is to be judged;
 *   - settle runs once for each state, not once for each transition (see `judge`).
 */

/* The scope. Another one for trying: spin -DCHANGES=4 -DLOSSES=2; up to 4 and 3. */
#ifndef CHANGES
#define CHANGES 3
#endif
#ifndef LOSSES
#define LOSSES 1
#endif

/* How many bits hold a version or a counter, and how many edges lead from a version to another. */
#if CHANGES > 3
#define BITS 3
#define EDGES 12
#else
#define BITS 2
#define EDGES 6
#endif

/* What is in flight on a client's link. nothing: no exchange is under way. */
#define nothing 0
#define download_request 1
#define download_reply 2
#define upload_request 3
#define upload_ack 4

/*
 * The state: three words, as long as there are 3 changes. Versions are numbered from 1 as they are
 * written; 0 is none. A set of versions has the bit v - 1 for version v.
 */
typedef Link {                   /* a client, and its link */
  unsigned counter : BITS;
  unsigned counter_lastsync : BITS;
  unsigned servercounter_lastsync : BITS;
  unsigned value1 : BITS;        /* the version of o1 that it holds */
  unsigned value2 : BITS;
  unsigned changed1 : BITS;      /* counter_lastupdate of o1 */
  unsigned changed2 : BITS;
  unsigned message : 3;          /* in flight */
  unsigned answer : BITS;        /* the server's counter in an answer */
  unsigned carried1 : BITS;      /* what the message carries; of an ack: what it acknowledges */
  unsigned carried2 : BITS;
  unsigned built : BITS;         /* the client's counter when the upload was built */
  /* What is judged by. */
  unsigned held : CHANGES;       /* the versions that it holds or has held */
  unsigned travelled : CHANGES   /* the versions that have travelled on this link */
};

typedef Shared {
  unsigned counter : BITS;       /* the server, to changed2 */
  unsigned value1 : BITS;
  unsigned value2 : BITS;
  unsigned changed1 : BITS;
  unsigned changed2 : BITS;
  unsigned lost : 2;             /* how many messages were lost */
  unsigned first : 2;            /* who appeared first, so settles first: 0 nobody yet, 1 A, 2 B */
  /* What is judged by. */
  unsigned held : CHANGES;       /* the versions that the server holds or has held */
  unsigned second : CHANGES;     /* the versions of o2; the others are of o1 */
  unsigned by_b : CHANGES;       /* the versions that B wrote; A wrote the others */
  unsigned over2 : 1;            /* what version 2 was written over */
  unsigned over3 : 2;
#if CHANGES > 3
  unsigned over4 : 2;
#endif
  unsigned decisions : EDGES     /* the decision edges between versions: see edge() */
};

Link link[2];
Shared shared;

c_code {
/* The same state, unpacked. */
typedef struct Party {
  uchar counter, counter_lastsync, servercounter_lastsync;
  uchar value[2], changed[2];
  uchar message, answer, carried[2], built;
} Party;

typedef struct World {
  Party client[2];
  uchar server_counter, server_value[2], server_changed[2];
  uchar lost, first;
  uchar held[3], travelled[2]; /* sets of versions, by replica: A, B, the server */
  uchar second, by_b, over[CHANGES + 1];
  unsigned short decisions;
} World;

enum { SERVER = 2, SETTLE_ROUNDS = 20 };
enum {
  NO_LOST_UPDATE,
  CONVERGENCE,
  QUIESCENCE,
  NO_REDUNDANT_TRANSFER,
  INTEGRITY,
  TOLD,
  INVARIANTS
};

/* Of the search, not of a state: never in the state vector, never undone. */
static unsigned long breaches[INVARIANTS];
static unsigned long states_judged, settle_messages, settle_rounds;
static int carried_an_object; /* since it was last set to 0 */

static void breach(int invariant) { ++breaches[invariant]; }

/* ---- packing ---- */

static void load_link(World* to, int c, const struct Link* from) {
  Party* client = &to->client[c];
  client->counter = from->counter;
  client->counter_lastsync = from->counter_lastsync;
  client->servercounter_lastsync = from->servercounter_lastsync;
  client->value[0] = from->value1;
  client->value[1] = from->value2;
  client->changed[0] = from->changed1;
  client->changed[1] = from->changed2;
  client->message = from->message;
  client->answer = from->answer;
  client->carried[0] = from->carried1;
  client->carried[1] = from->carried2;
  client->built = from->built;
  to->held[c] = from->held;
  to->travelled[c] = from->travelled;
}

static void store_link(const World* from, int c, struct Link* to) {
  const Party* client = &from->client[c];
  to->counter = client->counter;
  to->counter_lastsync = client->counter_lastsync;
  to->servercounter_lastsync = client->servercounter_lastsync;
  to->value1 = client->value[0];
  to->value2 = client->value[1];
  to->changed1 = client->changed[0];
  to->changed2 = client->changed[1];
  to->message = client->message;
  to->answer = client->answer;
  to->carried1 = client->carried[0];
  to->carried2 = client->carried[1];
  to->built = client->built;
  to->held = from->held[c];
  to->travelled = from->travelled[c];
}

static void load(World* w) {
  load_link(w, 0, &now.link[0]);
  load_link(w, 1, &now.link[1]);
  w->server_counter = now.shared.counter;
  w->server_value[0] = now.shared.value1;
  w->server_value[1] = now.shared.value2;
  w->server_changed[0] = now.shared.changed1;
  w->server_changed[1] = now.shared.changed2;
  w->lost = now.shared.lost;
  w->first = now.shared.first;
  w->held[SERVER] = now.shared.held;
  w->second = now.shared.second;
  w->by_b = now.shared.by_b;
  w->over[0] = w->over[1] = 0;
  w->over[2] = now.shared.over2;
  w->over[3] = now.shared.over3;
#if CHANGES > 3
  w->over[4] = now.shared.over4;
#endif
  w->decisions = now.shared.decisions;
}

static void store(const World* w) {
  /*
   * The number of changes bounds every other field. This one could grow with what is uploaded once
   * more after a loss; the search shows that it does not.
   */
  if (w->server_counter >= 1 << BITS) {
    fprintf(stderr, "guarded.pml: the server's counter does not fit\n");
    abort();
  }
  store_link(w, 0, &now.link[0]);
  store_link(w, 1, &now.link[1]);
  now.shared.counter = w->server_counter;
  now.shared.value1 = w->server_value[0];
  now.shared.value2 = w->server_value[1];
  now.shared.changed1 = w->server_changed[0];
  now.shared.changed2 = w->server_changed[1];
  now.shared.lost = w->lost;
  now.shared.first = w->first;
  now.shared.held = w->held[SERVER];
  now.shared.second = w->second;
  now.shared.by_b = w->by_b;
  now.shared.over2 = w->over[2];
  now.shared.over3 = w->over[3];
#if CHANGES > 3
  now.shared.over4 = w->over[4];
#endif
  now.shared.decisions = w->decisions;
}

/* The set of one version. There is none of version 0. */
static unsigned only(int v) { return 1u << v >> 1; }

static int written(const World* w) { return w->client[0].counter + w->client[1].counter; }
static int writer(const World* w, int v) { return (w->by_b & only(v)) != 0; }

/* ---- the version graph ---- */

/* Whether edit edges lead from `older` to `newer`. They lead from lower numbers to higher ones. */
static int is_ancestor(const World* w, int older, int newer) {
  if (older == 0) return 0;
  while (newer > older) {
    newer = w->over[newer];
    if (newer == older) return 1;
  }
  return 0;
}

/* The bit of the decision edge from the loser to the winner. */
static unsigned edge(int loser, int winner) {
  return 1u << ((CHANGES - 1) * (loser - 1) + winner - 1 - (winner > loser));
}

/* ---- what is judged on a message ---- */

/* Before it is handled: was a version brought that its receiver knew? */
static void judge_carried(const World* w, int c, int receiver) {
  for (int o = 0; o < 2; ++o) {
    const int v = w->client[c].carried[o];
    if (v == 0) continue;
    carried_an_object = 1;
    if (w->held[receiver] & w->travelled[c] & only(v)) breach(NO_REDUNDANT_TRANSFER);
  }
}

/* `receiver` put version `after` over `before`. */
static void judge_held(World* w, int receiver, int before, int after) {
  if (before == after) return;
  if (is_ancestor(w, after, before)) breach(NO_LOST_UPDATE);
  w->held[receiver] |= only(after);
}

/*
 * Whether v is a version of this client's own, not yet seen accepted, that it no longer holds. It
 * has seen it accepted if it was downloaded or acknowledged: if it has travelled on its link.
 */
static int own_and_gone(const World* w, int c, int v) {
  const Party* client = &w->client[c];
  return v != 0 && writer(w, v) == c && !(w->travelled[c] & only(v)) && client->value[0] != v &&
         client->value[1] != v;
}

/* `before`: what the client held of each object; `told`: the version that its app was told of. */
static void judge_told(const World* w, int c, const uchar* before, const uchar* told) {
  const Party* client = &w->client[c];
  for (int o = 0; o < 2; ++o) {
    const int gone = before[o];
    if (gone != client->value[o] && own_and_gone(w, c, gone) &&
        !is_ancestor(w, gone, client->value[0]) && !is_ancestor(w, gone, client->value[1]) &&
        told[0] != gone && told[1] != gone)
      breach(TOLD);
    if (told[o] != 0 && !own_and_gone(w, c, told[o])) breach(TOLD);
  }
}

static void judge_marks(const Party* before, const Party* after) {
  if (after->counter < before->counter || after->counter_lastsync < before->counter_lastsync ||
      after->servercounter_lastsync < before->servercounter_lastsync)
    breach(INTEGRITY);
}

/* This client got the message, or its answer: what was carried has travelled on its link. */
static void note_travelled(World* w, int c, const uchar* carried) {
  w->travelled[c] |= only(carried[0]) | only(carried[1]);
}

/* ---- what clients and the server do ---- */

static void end_exchange(Party* client) {
  client->message = nothing;
  client->answer = client->built = client->carried[0] = client->carried[1] = 0;
}

static int pending(const Party* client, int o) {
  return client->changed[o] > client->counter_lastsync;
}

static void change(World* w, int c, int o) {
  Party* client = &w->client[c];
  const int v = written(w) + 1;
  if (o == 1) w->second |= only(v);
  if (c == 1) w->by_b |= only(v);
  w->over[v] = client->value[o];
  w->held[c] |= only(v);
  client->value[o] = v;
  client->changed[o] = ++client->counter;
}

static void begin(World* w, int c) { w->client[c].message = download_request; }

static void handle_download_request(World* w, int c) {
  Party* client = &w->client[c];
  for (int o = 0; o < 2; ++o)
    client->carried[o] = w->server_changed[o] > client->servercounter_lastsync ? w->server_value[o] : 0;
  client->answer = w->server_counter;
  client->message = download_reply;
}

static void handle_upload_request(World* w, int c) {
  Party* client = &w->client[c];
  const int counter = w->server_counter;
  judge_carried(w, c, SERVER);
  for (int o = 0; o < 2; ++o) {
    const int v = client->carried[o];
    if (v == 0) continue;
    const int before = w->server_value[o];
    w->server_value[o] = v;
    w->server_changed[o] = ++w->server_counter;
    judge_held(w, SERVER, before, v);
  }
  if (w->server_counter < counter) breach(INTEGRITY);
  client->answer = w->server_counter;
  client->message = upload_ack;
}

static void handle_download_reply(World* w, int c) {
  Party* client = &w->client[c];
  const Party before = *client;
  uchar told[2] = {0, 0};
  judge_carried(w, c, c);
  for (int o = 0; o < 2; ++o) {
    const int v = client->carried[o];
    const int mine = client->value[o];
    if (v == 0) continue;
    if (mine != v && mine != 0 && pending(client, o)) {
      /* A conflict, and the server's version wins. */
      if (is_ancestor(w, v, mine))
        breach(NO_LOST_UPDATE);
      else if (!is_ancestor(w, mine, v))
        w->decisions |= edge(mine, v);
      told[o] = mine;
    }
    /* Admitted; or the same version, and then it is no longer pending: the server has it. */
    client->value[o] = v;
    client->changed[o] = 0;
  }
  client->servercounter_lastsync = client->answer;
  for (int o = 0; o < 2; ++o) judge_held(w, c, before.value[o], client->value[o]);
  judge_told(w, c, before.value, told);
  judge_marks(&before, client);
  note_travelled(w, c, before.carried);
  for (int o = 0; o < 2; ++o) client->carried[o] = pending(client, o) ? client->value[o] : 0;
  client->answer = 0;
  client->built = client->counter;
  client->message = upload_request;
  if (client->carried[0] == 0 && client->carried[1] == 0) end_exchange(client);
}

static void handle_upload_ack(World* w, int c) {
  Party* client = &w->client[c];
  const Party before = *client;
  const int accepted = (client->carried[0] != 0) + (client->carried[1] != 0);
  client->counter_lastsync = client->built;
  if (client->answer == client->servercounter_lastsync + accepted) client->servercounter_lastsync = client->answer;
  judge_marks(&before, client);
  note_travelled(w, c, before.carried);
  end_exchange(client);
}

static void deliver(World* w, int c) {
  switch (w->client[c].message) {
    case download_request: handle_download_request(w, c); break;
    case download_reply: handle_download_reply(w, c); break;
    case upload_request: handle_upload_request(w, c); break;
    case upload_ack: handle_upload_ack(w, c); break;
  }
}

/* ---- settle ---- */

static void finish(World* w, int c) {
  while (w->client[c].message != nothing) {
    deliver(w, c);
    ++settle_messages;
  }
}

/* What a circle is told by: all that the next rounds depend on. */
typedef struct Engines {
  Party client[2];
  uchar counter, value[2], changed[2];
} Engines;

static Engines engines(const World* w) {
  Engines e;
  memset(&e, 0, sizeof e);
  memcpy(e.client, w->client, sizeof e.client);
  e.counter = w->server_counter;
  memcpy(e.value, w->server_value, sizeof e.value);
  memcpy(e.changed, w->server_changed, sizeof e.changed);
  return e;
}

static void settle(World* w) {
  Engines met[SETTLE_ROUNDS + 1];
  const int first = w->first == 2, second = !first;
  finish(w, first);
  finish(w, second);
  met[0] = engines(w);
  for (int round = 1; round <= SETTLE_ROUNDS; ++round) {
    ++settle_rounds;
    carried_an_object = 0;
    begin(w, first);
    finish(w, first);
    begin(w, second);
    finish(w, second);
    if (!carried_an_object) return;
    met[round] = engines(w);
    for (int i = 0; i < round; ++i)
      if (memcmp(&met[i], &met[round], sizeof met[i]) == 0) {
        breach(QUIESCENCE); /* a circle */
        return;
      }
  }
  breach(QUIESCENCE); /* no rest */
}

static void judge_at_rest(const World* w) {
  for (int c = 0; c < 2; ++c)
    if (w->client[c].value[0] != w->server_value[0] ||
        w->client[c].value[1] != w->server_value[1]) {
      breach(CONVERGENCE);
      break;
    }
  /* A version is safe if a path leads from it to what the server holds. */
  unsigned safe = 1u << w->server_value[0] | 1u << w->server_value[1];
  for (unsigned before = 0; before != safe;) {
    before = safe;
    for (int v = CHANGES; v >= 1; --v) {
      if (!(safe >> v & 1)) continue;
      safe |= 1u << w->over[v];
      for (int loser = 1; loser <= CHANGES; ++loser)
        if (loser != v && (w->decisions & edge(loser, v))) safe |= 1u << loser;
    }
  }
  for (int v = 1; v <= written(w); ++v)
    if (!(safe >> v & 1)) {
      breach(NO_LOST_UPDATE);
      break;
    }
}

/*
 * Settles a copy of the state and judges it. Returns 0, always: it stands where a guard stands, and
 * SPIN tries the guards of a state exactly once, when it has stored the state.
 */
static int judge(void) {
  World w;
  load(&w);
  ++states_judged;
  settle(&w);
  judge_at_rest(&w);
  return 0;
}

/* ---- the steps ---- */

static void appear(World* w, int c) {
  if (w->first == 0) w->first = c + 1;
}

static void step_change(int c, int o) {
  World w;
  load(&w);
  appear(&w, c);
  change(&w, c, o);
  store(&w);
}

static void step_begin(int c) {
  World w;
  load(&w);
  appear(&w, c);
  begin(&w, c);
  store(&w);
}

static void step_deliver(int c) {
  World w;
  load(&w);
  deliver(&w, c);
  store(&w);
}

static void step_drop(int c) {
  World w;
  load(&w);
  ++w.lost;
  end_exchange(&w.client[c]);
  store(&w);
}

__attribute__((destructor)) static void print_what_was_found(void) {
  static const char* const names[] = {"no-lost-update", "convergence",
                                      "quiescence",     "no-redundant-transfer",
                                      "integrity",      "told"};
  if (states_judged == 0) return; /* asked for its options only */
  printf("judged: %lu states, %lu rounds and %lu messages of settle\n", states_judged,
         settle_rounds, settle_messages);
  for (int i = 0; i < INVARIANTS; ++i) printf("breaches of %s: %lu\n", names[i], breaches[i]);
}
}

#define WRITTEN (link[0].counter + link[1].counter)

/* The steps of client c (0 for A, 1 for B): change something, begin, deliver, drop. */
#define STEPS_OF(c) \
  :: d_step { WRITTEN == 0 -> c_code { step_change(c, 0); } } \
  :: d_step { WRITTEN != 0 && WRITTEN < CHANGES && shared.second == 0 -> \
              c_code { step_change(c, 1); } } \
  :: d_step { link[c].value1 != 0 && WRITTEN < CHANGES -> c_code { step_change(c, 0); } } \
  :: d_step { link[c].value2 != 0 && WRITTEN < CHANGES -> c_code { step_change(c, 1); } } \
  :: d_step { link[c].message == nothing -> c_code { step_begin(c); } } \
  :: d_step { link[c].message != nothing -> c_code { step_deliver(c); } } \
  :: d_step { link[c].message != nothing && shared.lost < LOSSES -> c_code { step_drop(c); } }

active proctype world() {
  do
  STEPS_OF(0)
  STEPS_OF(1)
  :: c_expr { judge () } /* without the blank SPIN takes a call for a side effect, which it is */
  od
}
