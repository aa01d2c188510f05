// The library alone: no test framework around it.
#include <tidemark/tidemark.h>

#include <cstdio>

struct LocalWins {
  tidemark::Decision resolve(const tidemark::Conflict& conflict) const { return conflict.local; }
};

int main() {
  const tidemark::Result result = tidemark::holds(LocalWins{}, {.episodes = 200});
  std::puts(result.message().c_str());
  return result.exit_code();
}
