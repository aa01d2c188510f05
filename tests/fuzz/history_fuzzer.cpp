// Any bytes, as a history that was torn, edited or mixed up: a night more costs none of the others.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "reports/documents/history.h"

using tidemark::core::Nights;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Nights nights = tidemark::core::read_history(text);
  tidemark::core::RunReport next;
  next.head.night = nights.nights.empty() ? 1 : nights.nights.back().night;
  const std::size_t count = nights.nights.empty() ? 1 : nights.nights.size();
  const Nights more = tidemark::core::read_history(tidemark::core::with_night(text, next));
  if (more.nights.size() != count) std::abort();
  for (std::size_t i = 0; i + 1 < count; ++i)
    if (more.nights[i] != nights.nights[i]) std::abort();
  return 0;
}
