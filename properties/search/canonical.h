// The canonical form of a world with its history: two that have the same form will be judged alike
// whatever happens next. docs/EXPLORER.md says why.
//
// A form is a sequence of words: one column an object, and the rest. Version numbers, counters and
// stamps are renamed, so that only what can still be compared tells two forms apart; of the past
// there is exactly what an invariant that is watched may still read. The words are summed up by
// `Sum`: KeySum hashes them to 128 bits.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "properties/described.h"
#include "properties/judge.h"
#include "sim/generator.h"
#include "sim/state_key.h"

namespace tidemark::core {

// The numbers of one domain that others are compared with, renamed: equal ones stay equal, the
// order stays, and a gap between neighbours is cut to `most`, unless it lies above `exact_above`.
template <std::size_t kMost>
class ScaleOf {
 public:
  void clear() { size_ = 0; }
  void add(std::uint64_t number) {
    std::size_t place = size_;
    while (place > 0 && numbers_[place - 1] > number) --place;
    if (place > 0 && numbers_[place - 1] == number) return;
    if (size_ == kMost) throw std::length_error("a world with too many counters to explore");
    for (std::size_t i = size_++; i > place; --i) numbers_[i] = numbers_[i - 1];
    numbers_[place] = number;
  }
  void rename(std::uint64_t most, std::uint64_t exact_above) {
    names_[0] = 0;
    for (std::size_t i = 1; i < size_; ++i) {
      const std::uint64_t gap = numbers_[i] - numbers_[i - 1];
      const bool exact = numbers_[i] > exact_above;
      names_[i] = names_[i - 1] + static_cast<std::uint32_t>(exact ? gap : std::min(gap, most));
    }
  }
  std::uint64_t greatest() const { return size_ == 0 ? 0 : numbers_[size_ - 1]; }
  // The new name of a number that was added.
  std::uint32_t name(std::uint64_t number) const { return names_[below(number)]; }
  // How many of the numbers are smaller.
  std::uint32_t below(std::uint64_t number) const {
    std::uint32_t count = 0;
    while (count < size_ && numbers_[count] < number) ++count;
    return count;
  }

 private:
  std::size_t size_ = 0;
  std::array<std::uint64_t, kMost> numbers_{};
  std::array<std::uint32_t, kMost> names_{};  // of an empty scale, that of any number is 0
};
using Scale = ScaleOf<64>;

// Small numbers, eight to a word.
template <class Sum>
class Packed {
 public:
  explicit Packed(Sum& sum) : sum_(sum) {}
  void add(std::uint64_t number) {
    if (number >= kLarge) return add_large(number);
    word_ |= number << bits_;
    bits_ += 8;
    if (bits_ == 64) flush();
  }
  // Numbers that were added come before what is added to the sum from here on.
  void flush() {
    if (bits_ == 0) return;
    sum_.add(word_);
    word_ = bits_ = 0;
  }

 private:
  static constexpr std::uint64_t kLarge = 255;

  void add_large(std::uint64_t number) {
    word_ |= kLarge << bits_;
    bits_ += 8;
    flush();
    sum_.add(number);
  }

  Sum& sum_;
  std::uint64_t word_ = 0;
  std::uint64_t bits_ = 0;
};

// What a world may still see.
struct Future {
  bool clocks_stand = false;      // no clock jumps any more
  std::uint64_t stamp_reach = 1;  // seconds: the most by which a new stamp and a clock can differ
};

// What may tell two forms apart.
struct Distinctions {
  InvariantSet watched = kAllInvariants;
  bool rename = true;  // versions, counters and stamps are renamed, and dead versions dropped
  bool ids_are_compared = false;  // which of two versions has the greater id
  bool objects_alike = true;      // objects that differ only by name are interchangeable
  bool may_be_wiped = false;      // a client may be reinstalled, the server restored
  bool shared_keys = false;       // two objects may have one primary key
};

// The lineages of an engine's versions; a type of no use where they have none.
template <class E>
struct LineageOf {
  struct Type {};
};
template <class E>
requires requires { typename E::Lineage; }
struct LineageOf<E> {
  using Type = typename E::Lineage;
};

template <class E, class Sum = KeySum>
class Canonical {
 public:
  using Total = typename Sum::Total;
  static constexpr std::uint32_t kMostVersions = 32;
  static constexpr std::uint32_t kMostReplicas = 8;

  Canonical(const E& engine, const Distinctions& distinctions)
      : engine_(engine), distinctions_(distinctions) {
    columns_alike_ = distinctions.objects_alike && distinctions.rename &&
                     !distinctions.may_be_wiped &&
                     !(distinctions.shared_keys && E::compares_guids_of_shared_keys());
    keeps_all_ = !distinctions.rename || distinctions.may_be_wiped;
  }

  // The canonical form of a world between two steps, of which no message is being handled.
  Total of(const World<E>& world, const Judge& judge, const Future& future) {
    world_ = &world;
    history_ = &judge.history();
    rules_ = &judge.rules();
    future_ = future;
    begin();
    collect();
    write_replicas();
    write_versions();
    write_history();
    return sum_up();
  }

 private:
  using Lineage = typename LineageOf<E>::Type;
  using Mask = std::uint32_t;  // versions: one bit a version, by number or by id
  using OwnScale = ScaleOf<8>;

  // Where a word comes from.
  enum Place : std::uint32_t { kAtServer = 1, kSaved = 2, kAtClient = 2, kInFlight = 10 };
  enum Tag : std::uint64_t {
    kRecord,
    kMention,
    kLineage,
    kIdentity,
    kStamp,
    kVersion,
    kMerge,
    kObject,
    kUpdates,
    kDeletions,
    kJournal
  };

  // First pass: which numbers are there to be compared.
  struct Collector {
    Canonical& form;
    OwnScale& own;  // the counters of the replica that is described
    void plain(std::uint64_t) {}
    void mark(ServerCounter counter) { form.server_scale_.add(counter.number); }
    void mark(ClientCounter counter) { own.add(counter.number); }
    template <class Counter>
    void record(const Object& object, Counter, std::uint64_t) {
      carried(object);
    }
    void token(std::uint64_t) {}
    void exact(std::uint64_t) {}
    void writer(std::uint32_t number) {
      if (form.distinctions_.ids_are_compared) form.id_scale_.add(last_of(number));
    }
    void version(const Object& object, std::uint64_t id) {
      form.identities_[form.number_of(object)] = id;
      if (form.distinctions_.ids_are_compared) form.id_scale_.add(id);
    }
    void lineage(Guid, const Lineage&) {}
    void carried(const Object& object) {
      if (!form.engine_.compares_stamps()) return;
      form.stamp_scale_.add(unsigned_of(object.stamps.lastupdate));
      if (form.engine_.compares_creation_stamps())
        form.stamp_scale_.add(unsigned_of(object.stamps.created));
    }
    void mention(Guid, Value, bool = false) {}
  };

  // Second pass: the words.
  struct Writer {
    Canonical& form;
    OwnScale& own;
    std::uint32_t place;
    void plain(std::uint64_t number) { form.rest_.add(number); }
    void mark(ServerCounter counter) {
      form.rest_.add(form.name(form.server_scale_, counter.number));
    }
    void mark(ClientCounter counter) { form.rest_.add(form.name(own, counter.number)); }
    void record(const Object& object, ServerCounter counter, std::uint64_t flags) {
      form.write_object(object, place, form.below(form.server_scale_, counter.number), flags);
    }
    void record(const Object& object, ClientCounter counter, std::uint64_t flags) {
      form.write_object(object, place, form.below(own, counter.number), flags);
    }
    void carried(const Object& object) { form.write_object(object, place, 0, 0); }
    void mention(Guid guid, Value value, bool buried = false) {
      if (buried) value = form.world_->versions()[value.number].buried_as;
      form.mentions_.push_back({place, guid, value});
    }
    void token(std::uint64_t number) { form.write_token(number); }
    void exact(std::uint64_t number) {
      if (!form.distinctions_.rename) form.rest_.add(number);
    }
    void writer(std::uint32_t number) {
      if (!form.distinctions_.rename)
        form.rest_.add(number);
      else if (form.distinctions_.ids_are_compared)
        form.rest_.add(form.id_scale_.below(last_of(number)));
    }
    void version(const Object& object, std::uint64_t id) {
      if (!form.distinctions_.rename)
        form.column(object.guid).add(id);
      else if (form.distinctions_.ids_are_compared)
        form.column(object.guid).add(word(kIdentity, place, form.id_scale_.below(id)));
    }
    void lineage(Guid guid, const Lineage& lineage) {
      form.lineages_.push_back({place, guid, &lineage});
    }
  };

  // What invariants remember: the same two passes.
  struct RuleCollector {
    Canonical& form;
    OwnScale* own = nullptr;
    void of(Replica replica) { own = &form.client_scales_[replica.number]; }
    void plain(std::uint64_t) {}
    void mark(ServerCounter counter) { form.server_scale_.add(counter.number); }
    void mark(ClientCounter counter) { own->add(counter.number); }
    bool skips(bool) { return false; }
  };
  struct RuleWriter {
    Canonical& form;
    OwnScale* own = nullptr;
    void of(Replica replica) { own = &form.client_scales_[replica.number]; }
    void plain(std::uint64_t number) { form.rest_.add(number); }
    void mark(ServerCounter counter) {
      form.rest_.add(form.name(form.server_scale_, counter.number));
    }
    void mark(ClientCounter counter) { form.rest_.add(form.name(*own, counter.number)); }
    bool skips(bool same) {
      form.rest_.add(same);
      return same;
    }
  };

  // Above every id of this writer.
  static std::uint64_t last_of(std::uint32_t writer) {
    return std::uint64_t{writer} << 32 | 0xffffffffu;
  }
  // Stamps may be negative.
  static std::uint64_t unsigned_of(Timestamp stamp) {
    return static_cast<std::uint64_t>(stamp) + (std::uint64_t{1} << 62);
  }
  static std::uint64_t word(Tag tag, std::uint64_t place, std::uint64_t what) {
    return tag | place << 4 | what << 12;
  }
  // A search knows few texts: ten bits a property.
  static std::uint64_t bits_of(const Identity& identity) {
    std::uint64_t bits = 0, place = 0;
    for (const std::uint64_t number : identity.numbers()) bits |= number << 10 * place++;
    return bits;
  }
  bool watches(Invariant invariant) const {
    return distinctions_.watched & invariant_bit(invariant);
  }
  template <class Scale_>
  std::uint64_t name(const Scale_& scale, std::uint64_t number) const {
    return distinctions_.rename ? scale.name(number) : number;
  }
  template <class Scale_>
  std::uint64_t below(const Scale_& scale, std::uint64_t number) const {
    return distinctions_.rename ? scale.below(number) : number;
  }

  Sum& column(Guid guid) { return columns_[guid.number]; }
  std::uint32_t clients() const { return world_->replicas() - 1; }

  void begin();
  void collect();
  void rename_stamps();
  void trace_ancestors();
  void write_replicas();
  std::uint32_t last_client() const;
  void write_link(Replica client);
  void write_letter(const typename World<E>::Letter& letter, Replica client, std::uint32_t place);
  void write_object(const Object& object, std::uint32_t place, std::uint64_t counter,
                    std::uint64_t flags);
  void write_token(std::uint64_t token);
  void write_lineages();
  std::uint32_t number_of(const Object& object) const;
  void write_versions();
  void write_version(std::uint32_t version, Sum& sum);
  void write_dead();
  void write_dead_updates(Guid guid);
  void write_dead_deletions(Guid guid);
  bool shares_fate(std::uint32_t version) const;
  template <class Words>
  void write_set(Tag tag, Words& words);
  void write_history();
  void write_journal();
  template <class Total_>
  void write_departures(const std::array<std::uint32_t, kMostVersions + 1>& gone,
                        const Total_& total);
  Total sum_up();
  std::uint32_t id_of(Value value, Guid guid);
  Mask ids_of(Mask versions) const;
  Mask deleted_objects(Mask versions) const;
  Mask unlawful_holders(std::uint32_t deletion) const;
  bool is_live(std::uint32_t version) const { return ids_[version] != 0; }

  struct Named {
    std::uint32_t place;
    Guid guid;
    Value value;
  };

  struct Incorporated {
    std::uint32_t place;
    Guid guid;
    const Lineage* lineage;
  };

  const E& engine_;
  Distinctions distinctions_;
  bool columns_alike_ = false;
  bool keeps_all_ = false;
  Future future_;
  const World<E>* world_ = nullptr;
  const History* history_ = nullptr;
  const Rules* rules_ = nullptr;

  Scale id_scale_;
  std::vector<std::uint64_t> tokens_;  // as they were met
  std::vector<Incorporated> lineages_;
  std::array<std::uint64_t, kMostVersions + 1> identities_;  // by number; 0: nobody holds it
  Scale server_scale_;
  Scale stamp_scale_;
  std::array<OwnScale, kMostReplicas> client_scales_;
  Sum rest_sum_;
  Packed<Sum> rest_{rest_sum_};
  std::array<Sum, kMaxObjects> columns_;
  std::array<std::uint8_t, kMaxObjects> next_id_;  // by column; one for all where they are unlike
  std::array<std::uint8_t, kMostVersions + 1> ids_;
  std::array<Mask, kMostVersions + 1> ancestors_;  // by number
  std::array<Mask, kMostVersions + 1> reach_;
  std::array<Mask, kMostVersions + 1> uploading_;  // replicas
  struct Live {
    std::uint32_t version;
    Guid guid;  // the column in which it has its id
  };
  std::vector<Live> live_;  // as they were met
  std::vector<Named> mentions_;
  std::vector<std::uint64_t> set_;  // words whose order says nothing
  std::vector<std::uint32_t> dead_;
  std::vector<Total> totals_;
  std::uint32_t versions_ = 0;
};

// ---------------------------------------------------------------------------------------------

template <class E, class Sum>
void Canonical<E, Sum>::begin() {
  versions_ = static_cast<std::uint32_t>(world_->versions().size());
  if (versions_ > kMostVersions || world_->replicas() > kMostReplicas)
    throw std::length_error("a world with too many versions or clients to explore");
  rest_sum_ = Sum{};
  for (std::uint32_t object = 0; object < world_->objects(); ++object) {
    columns_[object] = Sum{};
    next_id_[object] = 0;
  }
  std::fill_n(ids_.begin(), versions_, std::uint8_t{0});
  std::fill_n(uploading_.begin(), versions_, Mask{0});
  std::fill_n(identities_.begin(), versions_, std::uint64_t{0});
  live_.clear();
  mentions_.clear();
  tokens_.clear();
  lineages_.clear();
  id_scale_.clear();
}

template <class E, class Sum>
void Canonical<E, Sum>::collect() {
  server_scale_.clear();
  server_scale_.add(0);  // what a full sync sets marks to
  stamp_scale_.clear();
  OwnScale& none = client_scales_[0];
  const auto described = [&](const auto& what, OwnScale& own) {
    Collector collector{*this, own};
    engine_.describe(what, collector);
  };
  described(world_->server(), none);
  std::uint64_t exact_above = E::counter(world_->server());
  if (world_->backup() != nullptr) {
    described(*world_->backup(), none);
    exact_above = std::min(exact_above, E::counter(*world_->backup()));
  }
  for (std::uint8_t client = 1; client <= clients(); ++client) {
    OwnScale& own = client_scales_[client];
    own.clear();
    own.add(0);
    described(world_->client({client}), own);
    for (const auto& letter : world_->queue({client}, Lane::in_flight))
      described(letter.message, own);
    for (const auto& letter : world_->late({client}))
      if (!engine_.ignores_late(letter.kind)) described(letter.message, own);
  }
  RuleCollector remembered{*this};
  describe(*rules_, kAllInvariants, remembered, *world_, *history_);
  for (std::uint8_t client = 1; client <= clients(); ++client)
    client_scales_[client].rename(1, ~std::uint64_t{0});
  id_scale_.rename(1, ~std::uint64_t{0});
  server_scale_.rename(engine_.subtracts_counters() ? world_->objects() + 1 : 1, exact_above);
  if (engine_.compares_stamps()) rename_stamps();
}

// Where all clocks agree, nothing is stamped ahead of them and none will jump, whatever is written
// next is stamped later than all that there is.
template <class E, class Sum>
void Canonical<E, Sum>::rename_stamps() {
  const std::uint64_t latest = stamp_scale_.greatest();
  bool ordered = future_.clocks_stand;
  for (std::uint8_t replica = 0; replica < world_->replicas(); ++replica) {
    const Timestamp clock = world_->clock({replica});
    ordered = ordered && clock == world_->clock(kServer) && unsigned_of(clock) >= latest;
  }
  for (std::uint8_t replica = 0; replica < world_->replicas(); ++replica)
    stamp_scale_.add(unsigned_of(world_->clock({replica})));
  stamp_scale_.rename(ordered ? 1 : future_.stamp_reach, ~std::uint64_t{0});
}

template <class E, class Sum>
void Canonical<E, Sum>::write_replicas() {
  const auto described = [&](const auto& what, OwnScale& own, std::uint32_t place) {
    Writer writer{*this, own, place};
    engine_.describe(what, writer);
  };
  described(world_->server(), client_scales_[0], kAtServer);
  for (std::uint8_t client = 1; client <= clients(); ++client)
    described(world_->client({client}), client_scales_[client], kAtClient + client);
  for (std::uint8_t client = 1; client <= clients(); ++client) write_link({client});
  rest_.add(world_->backup() != nullptr);
  if (world_->backup() != nullptr) described(*world_->backup(), client_scales_[0], kSaved);
  if (engine_.compares_stamps())
    for (std::uint8_t replica = 0; replica < world_->replicas(); ++replica)
      rest_.add(name(stamp_scale_, unsigned_of(world_->clock({replica}))));
  std::uint64_t order = 0;
  for (const Replica client : world_->order()) order = order << 4 | client.number;
  if (world_->order().size() + 1 == clients()) order = order << 4 | last_client();
  rest_.add(order);
  for (std::uint32_t object = 0; object < world_->objects(); ++object)
    columns_[object].add(word(kObject, 0, world_->created({object})));
}

// The one client that is not yet in the order: it can only come last.
template <class E, class Sum>
std::uint32_t Canonical<E, Sum>::last_client() const {
  std::uint32_t last = clients() * (clients() + 1) / 2;
  for (const Replica client : world_->order()) last -= client.number;
  return last;
}

template <class E, class Sum>
void Canonical<E, Sum>::write_link(Replica client) {
  const auto& late = world_->late(client);
  const MessageKind kind = world_->in_flight(client);
  rest_.add(static_cast<std::uint64_t>(kind) | std::uint64_t{world_->online(client)} << 4);
  rest_.add(late.size());
  if (const auto& sent = world_->queue(client, Lane::in_flight); !sent.empty())
    write_letter(sent.front(), client, 0);
  for (std::uint32_t i = 0; i < late.size(); ++i) {
    rest_.add(static_cast<std::uint64_t>(late[i].kind));
    if (!engine_.ignores_late(late[i].kind)) write_letter(late[i], client, i + 1);
  }
}

// A message at a place of its link: 0 is in flight, from 1 on late. Copies of one request are told
// by the place of the first of them.
template <class E, class Sum>
void Canonical<E, Sum>::write_letter(const typename World<E>::Letter& letter, Replica client,
                                     std::uint32_t place) {
  Writer writer{*this, client_scales_[client.number],
                kInFlight + client.number + place * kMostReplicas};
  engine_.describe(letter.message, writer);
  if (letter.kind != MessageKind::upload_request) return;
  rest_.add(letter.copied);
  if (!letter.copied || !watches(Invariant::integrity)) return;
  const auto& late = world_->late(client);
  std::uint64_t first = 0;
  const auto& sent = world_->queue(client, Lane::in_flight);
  const bool in_flight =
      !sent.empty() && sent.front().kind == letter.kind && sent.front().number == letter.number;
  while (!in_flight && late[first].number != letter.number) ++first;
  rest_.add((in_flight ? 0 : first + 1) << 4 |
            static_cast<std::uint64_t>(world_->first_copy(letter)));
}

template <class E, class Sum>
void Canonical<E, Sum>::write_object(const Object& object, std::uint32_t place,
                                     std::uint64_t counter, std::uint64_t flags) {
  Sum& sum = column(object.guid);
  std::uint64_t what = id_of({number_of(object)}, object.guid) |
                       std::uint64_t{object.content.isdeleted} << 8 | flags << 9 | counter << 11;
  if (!columns_alike_) what |= bits_of(object.identity) << 26;
  sum.add(word(kRecord, place, what));
  if (!engine_.compares_stamps()) return;
  sum.add(word(kStamp, place, name(stamp_scale_, unsigned_of(object.stamps.lastupdate))));
  if (engine_.compares_creation_stamps())
    sum.add(word(kStamp, place, name(stamp_scale_, unsigned_of(object.stamps.created))));
}

template <class E, class Sum>
void Canonical<E, Sum>::write_token(std::uint64_t token) {
  if (!distinctions_.rename) return rest_.add(token);
  const auto known = std::find(tokens_.begin(), tokens_.end(), token);
  rest_.add(static_cast<std::uint64_t>(known - tokens_.begin()));
  if (known == tokens_.end()) tokens_.push_back(token);
}

// The number of the version of an object.
template <class E, class Sum>
std::uint32_t Canonical<E, Sum>::number_of(const Object& object) const {
  const std::uint32_t number = world_->version_of(object).number;
  if (number >= versions_) throw std::length_error("an engine that makes versions up");
  return number;
}

// Of what a version incorporates counts what somebody still holds, or a message carries: nothing
// else will ever be compared with it.
template <class E, class Sum>
void Canonical<E, Sum>::write_lineages() {
  if constexpr (requires { typename E::Lineage; }) {
    for (const Incorporated& each : lineages_) {
      Sum& sum = column(each.guid);
      if (!distinctions_.rename) {
        each.lineage->for_each([&](auto id) { sum.add(E::word(id)); });
        continue;
      }
      Mask mask = 0;
      for (const Live& live : live_)
        if (live.guid == each.guid && identities_[live.version] != 0 &&
            E::includes(*each.lineage, identities_[live.version]))
          mask |= 1u << (ids_[live.version] - 1);
      sum.add(word(kLineage, each.place, mask));
    }
  }
}

// Versions are numbered as they are met.
template <class E, class Sum>
std::uint32_t Canonical<E, Sum>::id_of(Value value, Guid guid) {
  if (value.number >= versions_) throw std::length_error("an engine that makes versions up");
  std::uint8_t& id = ids_[value.number];
  if (id == 0) {
    const std::uint32_t column = columns_alike_ ? guid.number : 0;
    live_.push_back({value.number, guid});
    id = distinctions_.rename ? ++next_id_[column] : static_cast<std::uint8_t>(value.number);
  }
  return id;
}

// ---- versions

// Ancestors by edit and merge edges; what a version reaches, by decisions too.
template <class E, class Sum>
void Canonical<E, Sum>::trace_ancestors() {
  std::fill_n(ancestors_.begin(), versions_, Mask{0});
  std::fill_n(reach_.begin(), versions_, Mask{0});
  for_each_descent(world_->versions(), [&](Value newer, Value older) {
    ancestors_[newer.number] |= ancestors_[older.number] | 1u << older.number;
  });
  for (std::uint32_t i = 1; i < versions_; ++i)
    for (Mask mask = ancestors_[i]; mask != 0; mask &= mask - 1)
      reach_[static_cast<std::uint32_t>(std::countr_zero(mask))] |= 1u << i;
  for (bool again = !history_->decisions().empty(); again;) {
    again = false;
    for (const DecisionEdge& edge : history_->decisions())
      for (std::uint32_t i = 1; i < versions_; ++i) {
        if (i != edge.over.number && !(reach_[i] >> edge.over.number & 1)) continue;
        const Mask more = reach_[i] | 1u << edge.kept.number | reach_[edge.kept.number];
        again = again || more != reach_[i];
        reach_[i] = more;
      }
  }
}

template <class E, class Sum>
typename Canonical<E, Sum>::Mask Canonical<E, Sum>::ids_of(Mask versions) const {
  Mask ids = 0;
  for (; versions != 0; versions &= versions - 1) {
    const auto version = static_cast<std::uint32_t>(std::countr_zero(versions));
    if (is_live(version)) ids |= 1u << (ids_[version] - 1);
  }
  return ids;
}

template <class E, class Sum>
void Canonical<E, Sum>::write_versions() {
  if (keeps_all_)
    for (std::uint32_t object = 0; object < world_->objects(); ++object)
      for (std::uint32_t i = 1; i < versions_; ++i)
        if (world_->versions()[i].guid.number == object) id_of({i}, {object});
  for (const Named& named : mentions_) {
    const std::uint32_t id = named.value.number < versions_ ? ids_[named.value.number] : 0;
    column(named.guid).add(word(kMention, named.place, id));
  }
  write_lineages();
  constexpr InvariantSet kOfVersions =
      invariant_bit(Invariant::no_lost_update) | invariant_bit(Invariant::no_resurrection) |
      invariant_bit(Invariant::no_redundant_transfer) | invariant_bit(Invariant::told) |
      invariant_bit(Invariant::integrity);
  if (!(distinctions_.watched & kOfVersions)) return;
  for (std::uint8_t client = 1; client <= clients(); ++client)
    if (world_->in_flight({client}) == MessageKind::upload_ack)
      for (const Value value : history_->uploading({client}))
        uploading_[value.number] |= 1u << client;
  trace_ancestors();
  // A tombstone may be made again as long as somebody holds what it was made of.
  for (std::size_t i = 0; i < live_.size(); ++i) {
    const Live live = live_[i];
    const Value tombstone = world_->versions()[live.version].buried_as;
    if (tombstone != kNoValue) id_of(tombstone, live.guid);
  }
  for (const Live& live : live_) write_version(live.version, column(live.guid));
  if (!keeps_all_) write_dead();
}

// Whose app made it counts only until that app saw it accepted.
template <class E, class Sum>
void Canonical<E, Sum>::write_version(std::uint32_t number, Sum& sum) {
  const Version& version = world_->versions()[number];
  const Trail& trail = history_->trail({number});
  const bool current =
      !version.writer.is_server() && version.installation == world_->installation(version.writer);
  const bool tells = watches(Invariant::told) && current && !trail.seen_accepted;
  const bool redundant = watches(Invariant::no_redundant_transfer);
  std::uint64_t what = std::uint64_t{ids_[number]} | std::uint64_t{version.isdeleted} << 8 |
                       std::uint64_t{version.by_app()} << 9 |
                       std::uint64_t{tells ? version.writer.number : 0u} << 10;
  if (redundant || keeps_all_) what |= std::uint64_t{trail.held_by} << 16;
  if (redundant)
    what |= std::uint64_t{trail.travelled} << 24 | std::uint64_t{uploading_[number]} << 32;
  if (watches(Invariant::no_resurrection) && version.isdeleted && version.by_app())
    what |= std::uint64_t{unlawful_holders(number)} << 40;
  sum.add(word(kVersion, 0, what));
  sum.add(std::uint64_t{ids_of(ancestors_[number])} << 32 | ids_of(reach_[number]));
  if (!columns_alike_) sum.add(word(kObject, 0, version.guid.number));
  if (version.buried_as != kNoValue) sum.add(word(kVersion, 1, ids_[version.buried_as.number]));
  if (version.kind != VersionKind::merge) return;
  sum.add(word(kMerge, ids_[version.over.number], ids_[version.over_too.number]));
}

// The guids of the deletions among some versions.
template <class E, class Sum>
typename Canonical<E, Sum>::Mask Canonical<E, Sum>::deleted_objects(Mask versions) const {
  Mask guids = 0;
  for (; versions != 0; versions &= versions - 1) {
    const Version& version =
        world_->versions()[static_cast<std::uint32_t>(std::countr_zero(versions))];
    if (version.isdeleted) guids |= 1u << version.guid.number;
  }
  return guids;
}

// Replicas that held a deletion and have held no live version to which a path leads from it.
template <class E, class Sum>
typename Canonical<E, Sum>::Mask Canonical<E, Sum>::unlawful_holders(std::uint32_t deletion) const {
  Mask holders = history_->trail({deletion}).held_by;
  for (Mask mask = reach_[deletion]; mask != 0; mask &= mask - 1) {
    const auto version = static_cast<std::uint32_t>(std::countr_zero(mask));
    if (!world_->versions()[version].isdeleted) holders &= ~history_->trail({version}).held_by;
  }
  return holders;
}

// Versions that nobody holds and no message carries. Nothing is written over them any more; what
// they still can do is to be lost. One that leads to a version of an app's that is live shares its
// fate; of the others it counts to which versions, and to the absence of which objects, they lead.
template <class E, class Sum>
void Canonical<E, Sum>::write_dead() {
  dead_.clear();
  for (std::uint32_t i = 1; i < versions_; ++i)
    if (!is_live(i) && world_->versions()[i].by_app()) dead_.push_back(i);
  if (dead_.empty()) return;
  for (std::uint32_t object = 0; object < world_->objects(); ++object) {
    if (watches(Invariant::no_lost_update)) write_dead_updates({object});
    if (watches(Invariant::no_resurrection)) write_dead_deletions({object});
  }
}

template <class E, class Sum>
void Canonical<E, Sum>::write_dead_updates(Guid guid) {
  for (const std::uint32_t dead : dead_) {
    if (world_->versions()[dead].guid != guid || shares_fate(dead)) continue;
    const Mask deleted = deleted_objects(reach_[dead] | 1u << dead);
    set_.push_back(std::uint64_t{ids_of(reach_[dead])} << 32 |
                   (columns_alike_ ? deleted != 0 : deleted));
  }
  // Who asks for one of two things asks for nothing more where one of them is asked for anyway.
  std::sort(set_.begin(), set_.end(),
            [](std::uint64_t a, std::uint64_t b) { return std::popcount(a) < std::popcount(b); });
  std::size_t kept = 0;
  for (const std::uint64_t wide : set_) {
    const bool asked_anyway =
        std::any_of(set_.begin(), set_.begin() + static_cast<std::ptrdiff_t>(kept),
                    [&](std::uint64_t narrow) { return (narrow & wide) == narrow; });
    if (!asked_anyway) set_[kept++] = wide;
  }
  set_.resize(kept);
  write_set(kUpdates, column(guid));
}

template <class E, class Sum>
void Canonical<E, Sum>::write_dead_deletions(Guid guid) {
  for (const std::uint32_t dead : dead_) {
    const Version& version = world_->versions()[dead];
    const Mask holders = version.isdeleted && version.guid == guid ? unlawful_holders(dead) : 0;
    if (holders != 0) set_.push_back(std::uint64_t{ids_of(reach_[dead])} << 32 | holders);
  }
  write_set(kDeletions, column(guid));
}

// Whether a version leads to a live one that an app wrote.
template <class E, class Sum>
bool Canonical<E, Sum>::shares_fate(std::uint32_t version) const {
  return std::any_of(live_.begin(), live_.end(), [&](const Live& live) {
    return (reach_[version] >> live.version & 1) && world_->versions()[live.version].by_app();
  });
}

template <class E, class Sum>
template <class Words>
void Canonical<E, Sum>::write_set(Tag tag, Words& words) {
  if (set_.empty()) return;
  std::sort(set_.begin(), set_.end());
  set_.erase(std::unique(set_.begin(), set_.end()), set_.end());
  words.add(word(tag, 0, set_.size()));
  for (const std::uint64_t each : set_) words.add(each);
  set_.clear();
}

// ---- what else the invariants remember

template <class E, class Sum>
void Canonical<E, Sum>::write_history() {
  for (std::uint8_t client = 1; client <= clients(); ++client) {
    const MessageKind kind = world_->in_flight({client});
    rest_.add(kind != MessageKind::none && !history_->counts({client}));
    if (!watches(Invariant::integrity)) continue;
    const bool answered = kind != MessageKind::none &&
                          !world_->queue({client}, Lane::in_flight).front().to.is_server();
    rest_.add(answered ? history_->epoch() - history_->answer_epoch({client}) : 0);
  }
  RuleWriter remembered{*this};
  describe(*rules_, distinctions_.watched, remembered, *world_, *history_);
  if (distinctions_.may_be_wiped) write_journal();
}

// What is_excused() reads: which versions were replaced, on a message, by which others; and of
// those that no replica holds any more, in which order, and whether by a wipe, the last copy went.
template <class E, class Sum>
void Canonical<E, Sum>::write_journal() {
  const std::vector<Holding>& journal = history_->journal();
  std::array<std::array<std::int8_t, kMostVersions + 1>, kMostReplicas> held{};
  std::array<std::uint32_t, kMostVersions + 1> gone{};  // place in the journal, from 1
  const auto held_at = [&](Replica replica) {
    Mask mask = 0;
    for (std::uint32_t i = 1; i < versions_; ++i)
      if (held[replica.number][i] > 0) mask |= 1u << i;
    return mask;
  };
  const auto total = [&](Value value) {
    int sum = 0;
    for (const auto& each : held) sum += each[value.number];
    return sum;
  };
  for (std::size_t begin = 0, end = 0; begin < journal.size(); begin = end) {
    const bool on_message = journal[begin].cause == Cause::message;
    for (end = begin;
         end < journal.size() && journal[end].cause == journal[begin].cause &&
         (end == begin || (on_message && journal[end].message == journal[begin].message));
         ++end) {
      const Holding& change = journal[end];
      if (change.after != kNoValue) ++held[change.replica.number][change.after.number];
      if (change.before == kNoValue) continue;
      --held[change.replica.number][change.before.number];
      if (total(change.before) == 0)
        gone[change.before.number] = static_cast<std::uint32_t>(end + 1);
    }
    if (!on_message) continue;
    for (std::size_t i = begin; i < end; ++i) {
      const Holding& change = journal[i];
      if (change.before == kNoValue) continue;
      const bool moved =
          std::any_of(journal.begin() + static_cast<std::ptrdiff_t>(begin),
                      journal.begin() + static_cast<std::ptrdiff_t>(end),
                      [&](const Holding& other) { return other.after == change.before; });
      if (change.after == kNoValue)
        set_.push_back(std::uint64_t{ids_of(held_at(change.replica))} << 16 |
                       std::uint64_t{ids_[change.before.number]} << 8);
      else if (!moved)
        set_.push_back(std::uint64_t{1} << 63 | std::uint64_t{ids_[change.after.number]} << 16 |
                       std::uint64_t{ids_[change.before.number]} << 8);
    }
  }
  write_set(kJournal, rest_);
  write_departures(gone, total);
  rest_.add(history_->was_wiped());
}

// Departures of one kind that follow one another are a set.
template <class E, class Sum>
template <class Total_>
void Canonical<E, Sum>::write_departures(const std::array<std::uint32_t, kMostVersions + 1>& gone,
                                         const Total_& total) {
  std::array<std::pair<std::uint32_t, std::uint32_t>, kMostVersions + 1> departures;
  std::size_t count = 0;
  for (std::uint32_t i = 1; i < versions_; ++i)
    if (gone[i] != 0 && total(Value{i}) == 0) departures[count++] = {gone[i], i};
  std::sort(departures.begin(), departures.begin() + static_cast<std::ptrdiff_t>(count));
  Mask run = 0;
  bool run_is_wiped = false;
  for (std::size_t i = 0; i < count; ++i) {
    const Cause cause = history_->journal()[departures[i].first - 1].cause;
    const bool wiped = cause == Cause::reinstall || cause == Cause::restore;
    if (run != 0 && wiped != run_is_wiped) {
      rest_.add(std::uint64_t{ids_of(run)} << 1 | run_is_wiped);
      run = 0;
    }
    run_is_wiped = wiped;
    run |= 1u << departures[i].second;
  }
  rest_.add(std::uint64_t{ids_of(run)} << 1 | run_is_wiped);
}

template <class E, class Sum>
typename Canonical<E, Sum>::Total Canonical<E, Sum>::sum_up() {
  totals_.clear();
  for (std::uint32_t object = 0; object < world_->objects(); ++object)
    totals_.push_back(columns_[object].total());
  if (columns_alike_) std::sort(totals_.begin(), totals_.end());
  rest_.flush();
  for (const Total& each : totals_) rest_sum_.add(each);
  return rest_sum_.total();
}

}  // namespace tidemark::core
