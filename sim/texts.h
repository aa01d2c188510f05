// What was written in one world of an engine of somebody else's, as text and as numbers. A plain
// value: the world keeps it, so that it goes back with the world.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/change.h"
#include "sim/scenario.h"

namespace tidemark::core {

class Texts {
 public:
  struct Written {
    std::string text;
    Guid guid{};
    Value over{};
    Value over_too{};  // of a merge
    Timestamp stamp = 0;
    bool isdeleted = false;
    bool is_buried = false;  // a tombstone was made of it
  };

  // A new world, in which nothing has been written. The scenario outlives it.
  void begin(const Scenario& scenario);
  void add(Value value, Written one);
  void create(const Change& change) { created_[change.guid.number] = change; }
  void bury(Value value) { written_[value.number].is_buried = true; }
  std::uint64_t count_digests() { return ++digests_; }

  const Scenario& scenario() const { return *scenario_; }
  bool knows(Value value) const { return value.number < written_.size(); }
  // Requires: knows(value). The text of what no change wrote is empty.
  const Written& written(Value value) const { return written_[value.number]; }
  const std::vector<Written>& all_written() const { return written_; }  // by value
  // Whether this text has turned up, written or not; its value, which is given one if it has not;
  // its value, if it was written: nobody knows it otherwise (kNoValue).
  bool has_met(std::string_view text) const { return values_.contains(text); }
  Value value(std::string_view text);
  Value find_written(std::string_view text) const;
  // The value of a tombstone that carries none is that of the object's only deletion.
  Value value_of(Guid guid, std::string_view text, bool isdeleted);
  Value deletion(Guid guid) const { return deletion_[guid.number]; }  // the last

  // Throws EngineFault if no object of this guid was created.
  Guid guid(std::string_view label) const;
  const Change& created(Guid guid) const { return created_[guid.number]; }
  // A property of an identity, by its place. That of another object, perhaps: where a key conflict
  // moves an object to another guid.
  std::uint32_t property(std::size_t place, std::string_view text) const;

  // The texts that turned up and were not written, with the values that they were given.
  template <class Visit>
  void for_each_unknown(Visit visit) const {
    for (const auto& [text, value] : values_)
      if (!knows(value)) visit(std::string_view(text), value);
  }

  bool compete(Value a, Value b) const { return !descends(a, b) && !descends(b, a); }
  Timestamp stamp(Value value) const { return knows(value) ? written(value).stamp : 0; }

 private:
  bool descends(Value newer, Value older) const;

  const Scenario* scenario_ = nullptr;
  std::vector<Written> written_;
  std::map<std::string, Value, std::less<>> values_;
  std::uint32_t unknown_ = 0;    // how many values turned up that nobody wrote
  std::vector<Change> created_;  // by guid
  std::vector<Value> deletion_;  // by guid
  std::uint64_t digests_ = 0;
};

}  // namespace tidemark::core
