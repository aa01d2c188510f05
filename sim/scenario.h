// A scenario: clients, objects, and the list of steps. Executing it draws no random number and
// reads no clock.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/step.h"

namespace tidemark::core {

// Objects are numbered in the order in which the steps first name them, and none is left unused:
// that is what a trace can say, and guids follow it. order_objects() makes it so.
struct Scenario {
  std::uint8_t clients = 2;
  // At most so many rounds of settle; nothing: settle_bound().
  std::optional<std::uint32_t> settle_rounds;
  std::vector<std::string> objects;  // labels
  std::vector<std::string> texts;    // keys, names and values that steps name
  std::vector<Step> steps;
  friend bool operator==(const Scenario&, const Scenario&) = default;

  // "8 + 4 × clients + 2 × objects rounds", or what was asked for.
  std::uint32_t settle_bound() const {
    return settle_rounds.value_or(8 + 4 * clients + 2 * static_cast<std::uint32_t>(objects.size()));
  }

  // Keys: those of steps that name one are numbered after the objects' own.
  Key key_of(const Step& create) const { return own_or_text<Key>(create.object, create.pk); }
  Identity identity_of(const Step& create) const { return {key_of(create), name_of(create)}; }
  // The properties of an identity as texts, in its order. An engine may hold what nobody set: "?".
  std::array<std::string, Identity::kProperties> texts_of(const Identity& identity) const {
    return {key_text(identity.pk), name_text(identity.name)};
  }
  // A name that is another object's label is the same name, not one that looks like it.
  Name name_of(const Step& create) const {
    if (create.name != 0) {
      const auto label = std::find(objects.begin(), objects.end(), texts[create.name - 1]);
      if (label != objects.end()) return {static_cast<std::uint32_t>(label - objects.begin())};
    }
    return own_or_text<Name>(create.object, create.name);
  }
  std::string key_text(Key key) const {
    return is_own(key) ? "object:" + objects[key.number] : text_of(key);
  }
  std::string name_text(Name name) const {
    return is_own(name) ? objects[name.number] : text_of(name);
  }
  std::string_view text(TextId id) const { return id == 0 ? std::string_view{} : texts[id - 1]; }

  // The id of a text, which is added if it is new; 0 for an empty one.
  TextId intern(std::string_view text) {
    if (text.empty()) return 0;
    const auto found = std::find(texts.begin(), texts.end(), text);
    if (found == texts.end()) {
      texts.emplace_back(text);
      return static_cast<TextId>(texts.size());
    }
    return static_cast<TextId>(found - texts.begin() + 1);
  }

 private:
  template <class T>
  T own_or_text(std::uint32_t object, TextId text) const {
    return T{text == 0 ? object : static_cast<std::uint32_t>(objects.size()) + text - 1};
  }
  template <class T>
  bool is_own(T id) const {
    return id.number < objects.size();
  }
  template <class T>
  std::string text_of(T id) const {
    const std::size_t place = id.number - objects.size();
    return place < texts.size() ? texts[place] : "?";
  }
};

// Numbers the objects as they appear and drops those that no step names. Labels stay.
void order_objects(Scenario& scenario);

// The scenario as a trace numbers it: objects and texts by their first appearance in the steps
// (of one step: pk, name, value), each once, those that no step names left out.
Scenario compacted(const Scenario& scenario);

}  // namespace tidemark::core
