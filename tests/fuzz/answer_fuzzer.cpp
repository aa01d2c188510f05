// Any bytes, as an adapter may write them: they are refused with a sound error, or what is read is
// the same when it is read again, and a message reads the same when it comes back.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/fuzz/answer_check.h"

namespace {

void demand_nothing_wrong(const std::string& wrong) {
  if (wrong.empty()) return;
  std::fprintf(stderr, "%s\n", wrong.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  demand_nothing_wrong(tidemark::core::wrong_with_hello(line));
  demand_nothing_wrong(tidemark::core::wrong_with_answer(line));
  return 0;
}
