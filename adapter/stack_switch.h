// Tells AddressSanitizer of a switch to another stack; otherwise nothing. Without, an exception
// thrown on a stack that it does not know makes it forget what it knows, and report at random.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIDEMARK_TELLS_OF_STACKS
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TIDEMARK_TELLS_OF_STACKS
#endif
#ifdef TIDEMARK_TELLS_OF_STACKS
#include <sanitizer/common_interface_defs.h>
#endif

namespace tidemark::core {

struct Stack {
  const void* bottom = nullptr;  // its lowest address
  std::size_t bytes = 0;
};

// On the stack that is left. `kept`: where what belongs to it is kept until it goes on; null: it
// never does.
inline void leave_for([[maybe_unused]] const Stack& next, [[maybe_unused]] void** kept) {
#ifdef TIDEMARK_TELLS_OF_STACKS
  __sanitizer_start_switch_fiber(kept, next.bottom, next.bytes);
#endif
}
// On the stack that goes on, or begins, and then nothing was kept. Returns the stack that was left.
inline Stack arrive([[maybe_unused]] void* kept) {
  Stack left;
#ifdef TIDEMARK_TELLS_OF_STACKS
  __sanitizer_finish_switch_fiber(kept, &left.bottom, &left.bytes);
#endif
  return left;
}

}  // namespace tidemark::core
