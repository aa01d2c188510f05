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
#include "sim/world.h"

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
    OwnScale& own;  // the counters of the replica that is described
    void plain(std::uint64_t) {}
    void mark(ServerCounter counter) { form.server_scale_.add(counter.number); }
    void mark(ClientCounter counter) { own.add(counter.number); }
    bool skips(bool) { return false; }
  };
  struct RuleWriter {
    Canonical& form;
    OwnScale& own;
    void plain(std::uint64_t number) { form.rest_.add(number); }
    void mark(ServerCounter counter) {
      form.rest_.add(form.name(form.server_scale_, counter.number));
    }
    void mark(ClientCounter counter) { form.rest_.add(form.name(own, counter.number)); }
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
  void write_remembered(Replica replica);
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
  for (std::uint8_t number = 0; number <= clients(); ++number) {
    RuleCollector remembered{*this, client_scales_[number]};
    describe(*rules_, kAllInvariants, remembered, Replica{number}, *world_, *history_);
    if (number > 0) client_scales_[number].rename(1, ~std::uint64_t{0});
  }
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

}  // namespace tidemark::core

#include "properties/search/canonical/past.h"
#include "properties/search/canonical/versions.h"
