// Memory that belongs to whoever has it, and to no copy.
#pragma once

namespace tidemark::core {

// A T that copying its owner leaves as it is: what is worked with for a while, and kept because the
// next while needs as much of it.
template <class T>
struct Uncopied : T {
  Uncopied() = default;
  Uncopied(const Uncopied&) : T{} {}
  Uncopied& operator=(const Uncopied&) { return *this; }
};

}  // namespace tidemark::core
