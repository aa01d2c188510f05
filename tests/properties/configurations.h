// What the tests of searches share: engines by name, and whether this build is a slow one.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "properties/campaign/fuzz.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIDEMARK_SLOW_BUILD
#endif
#endif

namespace tidemark::core {

inline Configuration configuration(std::string_view protocol, std::vector<std::string> options,
                                   std::string_view strategy) {
  Configuration result;
  result.protocol_name = protocol;
  result.protocol = find_protocol(protocol)->protocol;
  for (const std::string& option : options) EXPECT_EQ(set_option(result.protocol, option), "");
  result.options = std::move(options);
  result.strategy = built_in(strategy);
  return result;
}

}  // namespace tidemark::core
