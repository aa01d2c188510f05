// The states that a search has met: of each the key of its form, and what was left of its bounds.
//
// A state with no more left than another of the same form is covered by it: whatever can still
// happen from it can happen from the other. Entries are 16 bytes (96 bits of key, 32 of bounds):
// open addressing, linear probing, at most 0.7 full. Nothing is ever taken out. Not for use by two
// threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/state_key.h"

namespace tidemark::core {

// Two different forms have one key with a probability of 2^-96; of n forms that of any such pair is
// at most n^2 / 2^97.
inline constexpr unsigned kStateKeyBits = 96;

// What is left of bounds in 32 bits, for comparing all of them at once: `guards` has the highest
// bit of each number set, which the numbers never have.
struct PackedBounds {
  std::uint32_t guards = 0;
  bool exact = false;  // only a state with just as much left is covered

  bool covers(std::uint32_t stored, std::uint32_t left) const {
    if (exact) return stored == left;
    return (((stored | guards) - left) & guards) == guards;
  }
};

class StateTable {
 public:
  StateTable() : entries_(64) {}

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return entries_.capacity() * sizeof(Entry); }

  // Whether a state that was met covers this one.
  bool covers(const StateKey& form, std::uint32_t left, const PackedBounds& bounds) const {
    return covering(form, left, bounds).used();
  }

  // What was met first of what covers this state, or nothing; then the state is met from here on.
  // Returns whether nothing covered it.
  bool insert(const StateKey& form, std::uint32_t left, const PackedBounds& bounds) {
    if ((size_ + 1) * 10 > entries_.size() * 7) grow();
    Entry& place = const_cast<Entry&>(covering(form, left, bounds));
    if (place.used()) return false;
    place = named(form, left);
    ++size_;
    return true;
  }

 private:
  struct Entry {
    std::uint64_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t left = 0;
    bool used() const { return low != 0; }
  };
  // A key of zeros marks an empty place; the state that has it is given another.
  static Entry named(const StateKey& form, std::uint32_t left) {
    return {form.low == 0 ? 1 : form.low, static_cast<std::uint32_t>(form.high >> 32), left};
  }

  // The entry that covers a state, or the empty place where it belongs.
  const Entry& covering(const StateKey& form, std::uint32_t left,
                        const PackedBounds& bounds) const {
    const Entry wanted = named(form, left);
    std::size_t place = place_of(wanted);
    while (true) {
      const Entry& entry = entries_[place];
      if (!entry.used()) return entry;
      if (entry.low == wanted.low && entry.high == wanted.high && bounds.covers(entry.left, left))
        return entry;
      if (++place == entries_.size()) place = 0;
    }
  }

  // The low half is spread evenly, whatever the capacity is.
  std::size_t place_of(const Entry& entry) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::size_t>((static_cast<Wide>(entry.low) * entries_.size()) >> 64);
  }

  void grow() {
    const std::vector<Entry> entries = std::move(entries_);
    entries_ = std::vector<Entry>(entries.size() + entries.size() / 2);
    for (const Entry& entry : entries) {
      if (!entry.used()) continue;
      std::size_t place = place_of(entry);
      while (entries_[place].used())
        if (++place == entries_.size()) place = 0;
      entries_[place] = entry;
    }
  }

  std::vector<Entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace tidemark::core
