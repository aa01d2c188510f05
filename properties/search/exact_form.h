// The form of a world whose engine nobody knows: everything, word by word. Two worlds have one form
// only if all replicas' states, all messages and clocks, and all that a judge may still read of the
// past are equal; so nothing is renamed, and nothing forgotten that anybody could ask for.
//
// What is left out: where in the trace a version was written, which only reports tell; how often
// and in which order one decision was made; and what only marks read.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>
#include <tuple>
#include <vector>

#include "properties/described.h"
#include "properties/judge.h"
#include "properties/search/canonical.h"
#include "sim/foreign.h"
#include "sim/state_key.h"
#include "sim/world.h"

namespace tidemark::core {

template <>
class Canonical<Foreign, KeySum> {
 public:
  Canonical(const Foreign& /*engine*/, const Distinctions& distinctions)
      : may_be_wiped_(distinctions.may_be_wiped) {}

  StateKey of(const World<Foreign>& world, const Judge& judge, const Future& /*future*/) {
    sum_ = {};
    write_world(world);
    write_replica(kServer, world.server(), world);
    for (std::uint8_t number = 1; number < world.replicas(); ++number)
      write_link({number}, world, judge.history());
    write_texts(world.notes());
    write_versions(world, judge.history());
    write_history(world, judge);
    return sum_.total();
  }

 private:
  static constexpr std::uint64_t kEnd = ~std::uint64_t{0};  // of what has no length before it

  // What invariants remember, in full.
  struct RuleWriter {
    Canonical& form;
    void plain(std::uint64_t number) { form.add(number); }
    template <class Counter>
    void mark(Counter counter) {
      form.add(counter.number);
    }
    bool skips(bool) { return false; }
  };

  void add(std::uint64_t word) { sum_.add(word); }
  void add(std::uint64_t high, std::uint64_t low) { sum_.add(high << 32 | low); }
  void add_text(std::string_view text) {
    add(text.size());
    for (std::size_t at = 0; at < text.size(); at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, std::min(sizeof word, text.size() - at));
      add(word);
    }
  }
  void add_identity(const Identity& identity) {
    for (const std::uint32_t number : identity.numbers()) add(number);
  }
  void add_object(const Object& object) {
    add(object.guid.number, object.content.value.number);
    add_identity(object.identity);
    add(object.content.isdeleted);
  }

  void write_world(const World<Foreign>& world) {
    for (std::uint8_t number = 0; number < world.replicas(); ++number)
      add(static_cast<std::uint64_t>(world.clock({number})));
    add(static_cast<std::uint64_t>(world.time()));
    add(world.next_id());
    add(world.order().size());
    for (const Replica client : world.order()) add(client.number);
    add(world.backup() != nullptr);
    if (world.backup() != nullptr) write_holder(*world.backup());
  }

  void write_holder(const Foreign::Holder& holder) {
    add_text(*holder.state);
    add(holder.counter);
    add(holder.counter_lastsync);
    add(holder.servercounter_lastsync);
    holder.rows.for_each([&](const Foreign::Row& row) { add_object(row.object); });
    add(kEnd);
  }

  // What was seen last need not be what is held: some requests tell of a change too early.
  void write_replica(Replica replica, const Foreign::Holder& holder, const World<Foreign>& world) {
    write_holder(holder);
    for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
      const World<Foreign>::Shadow& seen = world.seen_last(replica, {guid});
      add(seen.content.value.number, seen.content.isdeleted);
      add_identity(seen.identity);
    }
  }

  void write_link(Replica client, const World<Foreign>& world, const History& history) {
    const MessageKind kind = world.in_flight(client);
    write_replica(client, world.client(client), world);
    add(world.installation(client), world.client(client).exchanging);
    add(world.online(client));
    add(static_cast<std::uint64_t>(kind), world.late(client).size());
    for (const Lane lane : {Lane::in_flight, Lane::late})
      for (const auto& letter : world.queue(client, lane)) write_letter(letter, client, world);
    if (kind == MessageKind::none) return;  // the next exchange begins afresh
    add(history.counts(client));
    if (kind != MessageKind::upload_ack) return;
    add(history.uploading(client).size());
    for (const Value value : history.uploading(client)) add(value.number);
  }

  // Copies of one request are told by the place of the first of them.
  void write_letter(const World<Foreign>::Letter& letter, Replica client,
                    const World<Foreign>& world) {
    const Foreign::Message& message = letter.message;
    add(static_cast<std::uint64_t>(letter.kind), letter.copied);
    add_text(*message.body());
    add(message.original->objects.size(), message.objects.size());
    for (const tidemark::Version& version : message.original->objects) {
      add_text(version.guid);
      add_text(version.value);
      add(version.isdeleted);
    }
    for (const Object& object : message.objects) add_object(object);
    if (!letter.copied) return;
    const auto& late = world.late(client);
    const auto first = std::find_if(
        late.begin(), late.end(), [&](const auto& other) { return other.number == letter.number; });
    add(static_cast<std::uint64_t>(first - late.begin()),
        static_cast<std::uint64_t>(world.first_copy(letter)));
  }

  void write_texts(const Texts& texts) {
    add(texts.all_written().size());
    for (const Texts::Written& one : texts.all_written()) {
      add_text(one.text);
      add(one.guid.number, static_cast<std::uint64_t>(one.isdeleted) << 1 | one.is_buried);
      add(one.over.number, one.over_too.number);
      add(static_cast<std::uint64_t>(one.stamp));
    }
    for (std::uint32_t guid = 0; guid < texts.scenario().objects.size(); ++guid) {
      const Change& created = texts.created({guid});
      add(created.value.number, texts.deletion({guid}).number);
      add_identity(created.identity);
    }
    texts.for_each_unknown([&](std::string_view text, Value value) {
      add_text(text);
      add(value.number);
    });
    add(kEnd);
  }

  void write_versions(const World<Foreign>& world, const History& history) {
    add(world.versions().size());
    for (std::uint32_t i = 1; i < world.versions().size(); ++i) {
      const Version& version = world.versions()[i];
      add(static_cast<std::uint64_t>(version.kind), version.writer.number);
      add(version.installation, version.guid.number);
      add(version.over.number, version.over_too.number);
      add(version.buried_as.number, version.buried_of.number);
      add(version.isdeleted);
      const Trail& trail = history.trail({i});
      add(trail.held_by, trail.travelled);
      add(trail.seen_accepted);
    }
    for (std::uint32_t guid = 0; guid < world.objects(); ++guid) add(world.created({guid}));
  }

  void write_history(const World<Foreign>& world, const Judge& judge) {
    const History& history = judge.history();
    decisions_.clear();
    for (const DecisionEdge& edge : history.decisions())
      decisions_.emplace_back(edge.over.number, edge.kept.number);
    std::sort(decisions_.begin(), decisions_.end());
    decisions_.erase(std::unique(decisions_.begin(), decisions_.end()), decisions_.end());
    add(decisions_.size());
    for (const auto& [over, kept] : decisions_) add(over, kept);
    add(history.epoch());
    for (std::uint8_t number = 0; number < world.replicas(); ++number) {
      if (number > 0) add(history.answer_epoch({number}));
      RuleWriter remembered{*this};
      describe(judge.rules(), kAllInvariants, remembered, Replica{number}, world, history);
    }
    if (may_be_wiped_) write_journal(history);
  }

  // Of messages it counts only which holdings changed together.
  void write_journal(const History& history) {
    add(history.was_wiped());
    add(history.journal().size());
    const Holding* last = nullptr;
    for (const Holding& each : history.journal()) {
      const bool together = each.cause == Cause::message && last != nullptr &&
                            last->cause == Cause::message && last->message == each.message;
      add(each.replica.number, each.guid.number);
      add(each.before.number, each.after.number);
      add(static_cast<std::uint64_t>(each.cause), together);
      last = &each;
    }
  }

  bool may_be_wiped_;
  KeySum sum_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> decisions_;
};

}  // namespace tidemark::core
