#include "cli/parts/command_name.h"

#include <cstdlib>

#include "base/files.h"

namespace tidemark::core {
namespace {

std::string called_as = "tidemark";

}  // namespace

std::string command_name() { return called_as; }

void set_command_name(const char* argv0) {
  const char* named = std::getenv("TIDEMARK_COMMAND");
  const char* name = named != nullptr && *named != '\0' ? named : argv0;
  if (name != nullptr && *name != '\0') called_as = shell_quoted(name);
}

}  // namespace tidemark::core
