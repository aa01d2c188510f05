#include "model/mutant.h"

#include <array>

namespace tidemark {
namespace {
constexpr std::array<NamedMutant, 1> kMutants{{{Mutant::none, "none", "", "", "", "", ""}}};
}  // namespace
std::span<const NamedMutant> mutants() { return kMutants; }
std::string_view name_of(Mutant) { return {}; }
const NamedMutant* find_mutant(std::string_view) { return nullptr; }

}  // namespace tidemark
