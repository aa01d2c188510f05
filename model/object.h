// What is synchronised: objects, as they travel and as they are stored.
//
// Everything here is a plain value. Texts (keys, names, values) are interned by whoever owns the
// world and appear as small numbers; the wire codec (adapter/wire.h) is where numbers meet text.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark::core {

// A number that names one kind of thing and converts to no other.
template <class Tag>
struct Id {
  std::uint32_t number = 0;
  friend constexpr auto operator<=>(Id, Id) = default;
};

// "A guid is a guaranteed unique identifier." Guids are dense from 0, so a table can be an array.
using Guid = Id<struct GuidTag>;
// A primary key: "one property or a combination of properties". Set at creation, never changed.
using Key = Id<struct KeyTag>;
// "'Name' is set on object creation, and never updated during sync."
using Name = Id<struct NameTag>;
// The content of an object. Every change writes a value that was never written before, a deletion
// too, so a value identifies a version of an object. 0 is no value.
using Value = Id<struct ValueTag>;
inline constexpr Value kNoValue{0};

// Seconds since the epoch of the simulated world.
using Timestamp = std::int64_t;

// "Each device and the server have their own counter." Two domains, two types: a counter of the
// server is never compared with one of a client.
struct ServerCounter {
  std::uint64_t number = 0;
  friend constexpr auto operator<=>(ServerCounter, ServerCounter) = default;
};
struct ClientCounter {
  std::uint64_t number = 0;
  friend constexpr auto operator<=>(ClientCounter, ClientCounter) = default;
};

// What an object is, from its creation on: the properties that sync copies and never changes. Who
// compares, prints or describes them asks here, so that a new one is known everywhere.
struct Identity {
  static constexpr std::size_t kProperties = 2;
  using Numbers = std::array<std::uint32_t, kProperties>;

  Key pk{};
  Name name{};

  static constexpr Identity of(Numbers numbers) { return {{numbers[0]}, {numbers[1]}}; }
  constexpr Numbers numbers() const { return {pk.number, name.number}; }
  friend constexpr bool operator==(const Identity&, const Identity&) = default;
};

// All of it in one number, to be hashed.
constexpr std::uint64_t hashed(const Identity& identity) {
  std::uint64_t all = 0;
  for (const std::uint32_t number : identity.numbers()) all = (all << 32 | all >> 32) ^ number;
  return all;
}

// What a change makes of an object.
struct Content {
  Value value{};
  bool isdeleted = false;  // "Soft delete": the object stays, marked
  friend constexpr bool operator==(const Content&, const Content&) = default;
};

// timestamp_created and timestamp_lastupdate.
struct Stamps {
  Timestamp created = 0;
  Timestamp lastupdate = 0;
  friend constexpr bool operator==(const Stamps&, const Stamps&) = default;
};

// An object as it travels. counter_lastupdate is not in it: "this is a local property".
struct Object {
  Guid guid{};
  Identity identity{};
  Content content{};
  Stamps stamps{};
  friend constexpr bool operator==(const Object&, const Object&) = default;
};

// Two replicas that hold the same version never have a conflict. A version is told by its value.
constexpr bool same_version(const Object& a, const Object& b) {
  return a.content.value == b.content.value;
}

// An object as it is stored: with the local counter at its last update.
template <class Counter_>
struct Record {
  using Counter = Counter_;
  Object object;
  Counter counter_lastupdate{};
  // The version that the server was last seen to hold; sent along when server-check=base.
  Value base = kNoValue;
  // The server refused this object in an answer for each: it stays pending whatever the counters.
  bool refused = false;
  bool present = false;
  friend constexpr bool operator==(const Record&, const Record&) = default;
};

// The records of one replica, in the order of their guids. A Row is a plain value with
// bool present, which is false in Row{}.
template <class Row_>
class Table {
 public:
  using Row = Row_;

  void clear() { rows_.clear(); }

  Row* find(Guid guid) {
    return guid.number < rows_.size() && rows_[guid.number].present ? &rows_[guid.number] : nullptr;
  }
  const Row* find(Guid guid) const { return const_cast<Table*>(this)->find(guid); }

  // The record of this guid, made empty if there was none.
  Row& at(Guid guid) {
    if (guid.number >= rows_.size()) rows_.resize(guid.number + 1);
    rows_[guid.number].present = true;
    return rows_[guid.number];
  }

  void erase(Guid guid) {
    if (guid.number < rows_.size()) rows_[guid.number] = Row{};
  }

  // The first record, in the order of guids, that `fits`; null if there is none.
  template <class Predicate>
  Row* find_if(Predicate fits) {
    for (Row& row : rows_)
      if (row.present && fits(row)) return &row;
    return nullptr;
  }
  template <class Predicate>
  const Row* find_if(Predicate fits) const {
    return const_cast<Table*>(this)->find_if(fits);
  }

  template <class Visit>
  void for_each(Visit visit) {
    for (Row& row : rows_)
      if (row.present) visit(row);
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Row& row : rows_)
      if (row.present) visit(row);
  }

  // Equal when the same records are present; rows that were never used do not count.
  friend bool operator==(const Table& a, const Table& b) {
    const auto& shorter = a.rows_.size() < b.rows_.size() ? a.rows_ : b.rows_;
    const auto& longer = a.rows_.size() < b.rows_.size() ? b.rows_ : a.rows_;
    for (std::size_t i = 0; i < shorter.size(); ++i)
      if (!(shorter[i] == longer[i])) return false;
    for (std::size_t i = shorter.size(); i < longer.size(); ++i)
      if (longer[i].present) return false;
    return true;
  }

 private:
  std::vector<Row> rows_;
};

}  // namespace tidemark::core
