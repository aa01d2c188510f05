// A compact table of state keys, with a small value for each: open addressing, linear
// probing, at most 0.7 full. Nothing is ever taken out. Not for use by two threads at once.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "sim/state_key.h"

namespace tidemark::core {

template <class Value>
class KeyTable {
 public:
  KeyTable() { resize(64); }

  std::size_t size() const { return size_; }
  std::size_t bytes() const {
    return keys_.capacity() * sizeof(StateKey) + values_.capacity() * sizeof(Value);
  }

  // The value of a key; null if it is not there.
  const Value* find(const StateKey& key) const {
    const std::size_t place = place_of(key);
    return keys_[place] == named(key) ? &values_[place] : nullptr;
  }

  // Returns whether the key is new.
  bool insert(const StateKey& key, const Value& value) {
    if ((size_ + 1) * 10 > keys_.size() * 7) grow();
    const std::size_t place = place_of(key);
    if (keys_[place] == named(key)) return false;
    keys_[place] = named(key);
    values_[place] = value;
    ++size_;
    return true;
  }

  // Empties the table and keeps its memory.
  void clear() {
    keys_.assign(keys_.size(), StateKey{});
    size_ = 0;
  }

 private:
  // The key of zeros marks an empty place; the state that has it is given another.
  static StateKey named(const StateKey& key) { return key == StateKey{} ? StateKey{0, 1} : key; }

  std::size_t place_of(const StateKey& key) const {
    const StateKey wanted = named(key);
    // The low half is spread evenly, whatever the capacity is.
    __extension__ using Wide = unsigned __int128;
    auto place = static_cast<std::size_t>((static_cast<Wide>(wanted.low) * keys_.size()) >> 64);
    while (keys_[place] != StateKey{} && keys_[place] != wanted)
      if (++place == keys_.size()) place = 0;
    return place;
  }

  void resize(std::size_t capacity) {
    keys_ = std::vector<StateKey>(capacity);
    values_ = std::vector<Value>(capacity);
  }

  void grow() {
    const std::vector<StateKey> keys = std::move(keys_);
    const std::vector<Value> values = std::move(values_);
    resize(keys.size() + keys.size() / 2);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == StateKey{}) continue;
      const std::size_t place = place_of(keys[i]);
      keys_[place] = keys[i];
      values_[place] = values[i];
    }
  }

  std::vector<StateKey> keys_;
  std::vector<Value> values_;
  std::size_t size_ = 0;
};

}  // namespace tidemark::core
