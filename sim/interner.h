// Texts as numbers.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/step.h"

namespace tidemark::core {

// Texts numbered by first appearance. An ordered map, so that no text is slow to look up.
class Interner {
 public:
  // Counted from 1, as a TextId; 0 for an empty text.
  TextId id(std::string_view text) {
    if (text.empty()) return 0;
    const auto found = ids_.find(text);
    if (found != ids_.end()) return found->second;
    texts_.emplace_back(text);
    const auto added = static_cast<TextId>(texts_.size());
    ids_.emplace(text, added);
    return added;
  }
  std::vector<std::string> take() { return std::move(texts_); }

 private:
  std::map<std::string, TextId, std::less<>> ids_;
  std::vector<std::string> texts_;
};

}  // namespace tidemark::core
