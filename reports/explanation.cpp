#include "reports/explanation.h"

#include "reports/breach_words.h"

namespace tidemark::core {

Explanation explain(const Breach& breach, const Account& account, std::string_view strategy) {
  const auto words = words_for(breach, account, strategy);
  std::string why = words->why();
  return {std::move(why), breach.at_rest ? words->cause() : account.spot_of(breach)};
}

}  // namespace tidemark::core
