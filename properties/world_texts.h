// The texts of a world under way: its numbers as people, strategies and invariants of the user's
// own see them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <tidemark/strategy.h>

#include "model/object.h"
#include "sim/scenario.h"
#include "sim/version.h"

namespace tidemark::core {

class WorldTexts {
 public:
  // A world begins. Both outlive it.
  void begin(const Scenario& scenario, const std::vector<Version>& versions);
  const Scenario& scenario() const { return *scenario_; }

  // What value= gave, or what a merge made; `v7` where nothing was given, as of deletions; `?` of
  // what nobody wrote. The tombstone of a key conflict's loser has the text of the loser.
  std::string value(Value value) const;
  tidemark::Object object(const Object& object) const;

  // A strategy merged: the text of the next version that is made so.
  void add_merge(std::string text);

 private:
  const Scenario* scenario_ = nullptr;
  const std::vector<Version>* versions_ = nullptr;
  std::map<std::uint32_t, std::string> merged_;  // by number of the version
  std::uint32_t next_merge_ = 0;                 // versions up to here have their numbers
};

}  // namespace tidemark::core
