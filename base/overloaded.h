// One function object of several, chosen by the type of what it is called with: for std::visit.
#pragma once

namespace tidemark::core {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace tidemark::core
