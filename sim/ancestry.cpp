#include "sim/ancestry.h"

#include <algorithm>

namespace tidemark::core {

// The largest number of a frontier is reached from nothing else in it.
bool is_ancestor(const std::vector<Version>& versions, Value older, Value newer) {
  if (older == kNoValue || newer <= older || newer.number >= versions.size()) return false;
  while (newer > older && versions[newer.number].over_too == kNoValue)
    newer = versions[newer.number].over;
  if (newer <= older) return newer == older;
  std::vector<Value> frontier{newer};
  while (!frontier.empty()) {
    const auto last = std::max_element(frontier.begin(), frontier.end());
    const Version& version = versions[last->number];
    frontier.erase(last);
    for (const Value before : version.made_from()) {
      if (before == older) return true;
      if (before > older && std::find(frontier.begin(), frontier.end(), before) == frontier.end())
        frontier.push_back(before);
    }
  }
  return false;
}

}  // namespace tidemark::core
