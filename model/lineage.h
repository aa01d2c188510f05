// Version ids, and which versions a version incorporates.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <compare>
#include <cstdint>
#include <vector>

namespace tidemark::core {

// The id of one write: who wrote, and twice that writer's counter then. A writer is one
// installation of a client, or one epoch of the server. The tombstone that the loser of a
// primary-key conflict becomes has the odd number behind its own, whoever makes it.
struct VersionId {
  std::uint32_t writer = 0;
  std::uint32_t number = 0;

  static constexpr VersionId of_write(std::uint32_t writer, std::uint64_t counter) {
    return {writer, static_cast<std::uint32_t>(2 * counter)};
  }
  constexpr bool is_buried() const { return number & 1; }
  constexpr VersionId buried() const { return {writer, number | 1}; }
  friend constexpr auto operator<=>(VersionId, VersionId) = default;
};

// A version vector: the newest version of each writer that is incorporated, and with it all earlier
// ones that this writer made of the object. Tombstones of key losers are no writes, and do not
// follow one another: each that is incorporated is named.
class Lineage {
 public:
  bool includes(VersionId id) const {
    if (id.is_buried()) return std::find(buried_.begin(), buried_.end(), id) != buried_.end();
    for (const VersionId& newest : newest_)
      if (newest.writer == id.writer) return newest.number >= id.number;
    return false;
  }

  void add(VersionId id) {
    if (id.is_buried()) return add_buried(id);
    auto place = newest_.begin();
    while (place != newest_.end() && place->writer < id.writer) ++place;
    if (place == newest_.end() || place->writer != id.writer)
      newest_.insert(place, id);
    else if (place->number < id.number)
      place->number = id.number;
  }

  void join(const Lineage& other) {
    for (const VersionId& newest : other.newest_) add(newest);
    for (const VersionId& tombstone : other.buried_) add_buried(tombstone);
  }

  // What it consists of, in a fixed order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const VersionId& newest : newest_) visit(newest);
    for (const VersionId& tombstone : buried_) visit(tombstone);
  }
  friend bool operator==(const Lineage&, const Lineage&) = default;

 private:
  void add_buried(VersionId id) {
    const auto place = std::lower_bound(buried_.begin(), buried_.end(), id);
    if (place == buried_.end() || *place != id) buried_.insert(place, id);
  }

  static constexpr std::size_t kInline = 4;  // writers that need no memory of their own
  boost::container::small_vector<VersionId, kInline> newest_;  // by writer
  std::vector<VersionId> buried_;
};

}  // namespace tidemark::core
