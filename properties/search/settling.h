// What settle finds from a state on: which invariants are broken on the way to rest, or there.
//
// It is memorised by state. Settle is a path through states that others settle through as well, so
// most of it is walked once: piece by piece (an open exchange finished, a round), until a state is
// met whose end is known. What the judgement needs of the path is in the canonical form. A settle
// that does not come to rest within its bound is never taken from memory: where it is given up
// depends on where it began.
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "properties/search/canonical.h"
#include "properties/search/explore.h"
#include "sim/key_table.h"

namespace tidemark::core {

// Ends of settle by state. For use by several threads.
class SettleMemory {
 public:
  struct End {
    std::uint16_t broken = 0;  // invariants, one bit each
    static_assert(kInvariants <= 16);
    std::uint8_t rounds = 0;  // kRestless: not known to come to rest
    std::uint16_t messages = 0;
  };
  static constexpr std::uint8_t kRestless = 255;

  // Returns whether it is known.
  bool find(const StateKey& key, End& end) const {
    const Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const End* found = shard.ends.find(key);
    if (found != nullptr) end = *found;
    return found != nullptr;
  }
  // Returns whether it was not known.
  bool insert(const StateKey& key, const End& end) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    return shard.ends.insert(key, end);
  }
  std::size_t size() const {
    return sum([](const auto& ends) { return ends.size(); });
  }
  std::size_t bytes() const {
    return sum([](const auto& ends) { return ends.bytes(); });
  }

 private:
  struct Shard {
    mutable std::mutex mutex;
    KeyTable<End> ends;
  };
  static constexpr std::size_t kShards = 64;

  Shard& shard_of(const StateKey& key) { return shards_[key.high % kShards]; }
  const Shard& shard_of(const StateKey& key) const { return shards_[key.high % kShards]; }
  template <class Number>
  std::size_t sum(Number number) const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      sum += number(shard.ends);
    }
    return sum;
  }

  std::array<Shard, kShards> shards_;
};

// Settles states. One a thread; all share a memory.
template <class E>
class Settling {
 public:
  Settling(const E& engine, const Distinctions& distinctions, SettleMemory& memory)
      : engine_(engine), memory_(memory), canonical_(engine, distinctions), world_(engine) {}

  // A state where settle may begin, with what is known of it.
  struct Start {
    const World<E>& world;
    const Judge& judge;
    const StateKey* form = nullptr;  // of the state as settle makes it at once; null: not known
  };
  // The first exchange that settle finishes, where somebody just did that.
  struct Finished {
    InvariantSet broken;
    std::uint32_t messages;
    Start after;
  };

  // The invariants that settle breaks from this state on, which is left as it is.
  InvariantSet broken_from(const Start& start, const Finished* finished = nullptr) {
    SettleMemory::End end = walk(finished != nullptr ? finished->after : start);
    if (finished != nullptr) {
      end.broken |= static_cast<std::uint16_t>(finished->broken);
      end.messages = static_cast<std::uint16_t>(end.messages + finished->messages);
    }
    if (end.rounds == SettleMemory::kRestless || end.rounds > start.world.scenario().settle_bound())
      end = settle_directly(start);
    counts_.wanted += end.messages;
    return end.broken;
  }

  const SettleCounts& counts() const { return counts_; }

 private:
  struct Piece {
    StateKey key;
    SettleMemory::End own;  // of this piece alone
  };

  // The end of settle from here on. Where it is not known to come to rest: kRestless rounds.
  SettleMemory::End walk(const Start& start) {
    SettleMemory::End end;
    if (start.form != nullptr && memory_.find(*start.form, end)) return end;
    pieces_.clear();
    world_ = start.world;
    judge_ = start.judge;
    judge_.forget_breaches();
    world_.begin_settle(judge_);
    const std::size_t most = world_.scenario().settle_bound() + world_.replicas();
    for (bool quiet = false; !quiet;) {
      const StateKey key = canonical_.of(world_, judge_, {.clocks_stand = true});
      if (memory_.find(key, end)) break;
      if (pieces_.size() == most) {
        end.rounds = SettleMemory::kRestless;
        break;
      }
      pieces_.push_back({key, walk_piece(quiet)});
    }
    return memorise(end);
  }

  SettleMemory::End walk_piece(bool& quiet) {
    judge_.forget_breaches();
    const std::uint32_t before = world_.summary().settle_messages;
    SettleMemory::End own;
    if (!world_.finish_open_exchange(judge_)) {
      own.rounds = 1;
      quiet = !world_.settle_round(judge_);
      if (quiet) world_.come_to_rest(Rest::quiet, judge_);
    }
    own.broken = static_cast<std::uint16_t>(judge_.verdict().bits());
    own.messages = static_cast<std::uint16_t>(world_.summary().settle_messages - before);
    return own;
  }

  SettleMemory::End memorise(SettleMemory::End end) {
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
      const std::uint64_t executed = piece->own.messages;
      end.broken |= piece->own.broken;
      end.rounds = static_cast<std::uint8_t>(
          std::min<int>(SettleMemory::kRestless, end.rounds + piece->own.rounds));
      end.messages = static_cast<std::uint16_t>(end.messages + piece->own.messages);
      if (memory_.insert(piece->key, end)) counts_.executed += executed;
    }
    return end;
  }

  SettleMemory::End settle_directly(const Start& start) {
    world_ = start.world;
    judge_ = start.judge;
    judge_.forget_breaches();
    const RunSummary summary = world_.settle(judge_);
    counts_.executed += summary.settle_messages;
    return {.broken = static_cast<std::uint16_t>(judge_.verdict().bits()),
            .messages = static_cast<std::uint16_t>(summary.settle_messages)};
  }

  const E& engine_;
  SettleMemory& memory_;
  Canonical<E> canonical_;
  World<E> world_;
  Judge judge_;
  std::vector<Piece> pieces_;
  SettleCounts counts_;
};

}  // namespace tidemark::core
