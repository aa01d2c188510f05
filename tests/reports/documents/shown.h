// Cases for the tests of documents: from files, from text, drawn at random.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/shown.h"
#include "sim/generator.h"
#include "sim/scope.h"
#include "tests/reports/samples.h"

namespace tidemark::core {

namespace fs = std::filesystem;

inline std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Shown shown_of(std::string_view trace) {
  const Trace read = trace_of(trace);
  return show(configuration_of(read), read);
}

// The same with what it was shrunk from.
inline Shown shown_of(std::string_view trace, std::string_view original) {
  Shown made = shown_of(trace);
  made.original = Original{Run(made.configuration, trace_of(original))};
  return made;
}

// The regression traces, by file.
inline std::vector<std::pair<fs::path, Shown>> shown_traces() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(TIDEMARK_SOURCE_DIR "/tests/traces"))
    if (entry.path().extension() == ".trace") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  EXPECT_GE(files.size(), 30u) << "the regression traces were not found";
  std::vector<std::pair<fs::path, Shown>> cases;
  for (const fs::path& file : files) cases.emplace_back(file, shown_of(text_of(file)));
  return cases;
}

// Episodes of the page's protocol with every fault, each of another seed.
inline std::vector<Shown> random_shown(std::uint64_t count) {
  Scope scope;
  scope.clients = 3;
  scope.objects = 3;
  EXPECT_EQ(parse_faults("all", scope.faults), "");
  const Configuration configuration = configuration_of(trace_of("tidemark-trace 1\n"));
  std::vector<Shown> cases;
  for (std::uint64_t seed = 1; seed <= count; ++seed)
    cases.push_back(
        show(configuration, make_trace(configuration, Generator(scope).generate(seed))));
  return cases;
}

// A trace whose texts are made to break out of every form.
inline constexpr std::string_view kHostile =
    "tidemark-trace 1\n"
    "# ]]> --> )\" </script> \\\n"
    "create A o1 name=\"</script>\" value=\"]]>\\x0d\\x1b[31m\\x00\"\n"
    "sync A\n"
    "sync B\n"
    "edit A o1 value=\"\\\"];\\n\\\\\"  # )\" \\\n"
    "edit B o1 value=\"\xE2\x80\xA8=== minimal ===\xE2\x80\xA8 &amp; <b>\\xc2\\x9b\"\n"
    "sync A\n"
    "sync B\n";

}  // namespace tidemark::core
