// A change that the app, or the web backend, makes to one object.
#pragma once

#include <cstdint>

#include "model/object.h"

namespace tidemark::core {

enum class ChangeKind : std::uint8_t { create, edit, remove, undelete };

struct Change {
  ChangeKind kind = ChangeKind::create;
  Guid guid{};
  Identity identity{};     // create only
  Value value{};           // written by this change and by no other
  std::uint32_t text = 0;  // what value= gives, as the owner of the world interns it; 0: nothing
};

// What a change makes of an object.
inline void write(Object& object, const Change& change, Timestamp now) {
  if (change.kind == ChangeKind::create)
    object = {change.guid, change.identity, {}, {.created = now}};
  object.content = {change.value, change.kind == ChangeKind::remove};
  object.stamps.lastupdate = now;
}

// Stores a change in a replica's table, as of the replica's counter after it was increased.
// "The counter is increased on each change of an object in the local database."
template <class Counter>
void store_change(Table<Record<Counter>>& records, const Change& change, Counter counter,
                  Timestamp now) {
  Record<Counter>& record = records.at(change.guid);
  write(record.object, change, now);
  record.counter_lastupdate = counter;
  record.refused = false;
}

}  // namespace tidemark::core
