#include "cli/parts/environment.h"

#include "cli/parts/version.h"

namespace tidemark::core {
namespace {

#ifdef __clang__
constexpr std::string_view kCompiler = __VERSION__;
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

}  // namespace

std::vector<NamedLine> environment() {
  return {{"version", version_line()},
          {"compiler", std::string(kCompiler)},
          {"build type", TIDEMARK_BUILD_TYPE},
          {"flags", TIDEMARK_BUILD_FLAGS}};
}

}  // namespace tidemark::core
