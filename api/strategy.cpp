#include <tidemark/strategy.h>

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace tidemark {
namespace {

// `(anonymous namespace)::Booking<int>` as `Booking-int-`: a word that a trace can hold.
std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  std::string name = status == 0 ? demangled.get() : type.name();
  const auto arguments = std::min(name.find('<'), name.size());
  if (const auto scope = name.rfind("::", arguments); scope != std::string::npos)
    name.erase(0, scope + 2);
  const auto is_plain = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
  };
  std::replace_if(
      name.begin(), name.end(), [&](char letter) { return !is_plain(letter); }, '-');
  return name.substr(0, 64);
}

bool in_order(const Object& a, const Object& b) {
  const auto order = [](const Object& version) {
    return std::tie(version.guid, version.timestamp_lastupdate, version.timestamp_created,
                    version.isdeleted, version.value);
  };
  if (order(a) != order(b)) return order(a) < order(b);
  for (const auto property : kProperties)
    if (a.*property != b.*property) return a.*property < b.*property;
  return true;
}

}  // namespace

Strategy::Strategy(const std::type_info& type, bool is_symmetric, Ask ask)
    : name_(type_name(type)),
      is_symmetric_(is_symmetric),
      ask_(std::make_shared<const Ask>(std::move(ask))) {}

Decision Strategy::resolve(const Conflict& conflict) const {
  if (!is_symmetric_ || in_order(conflict.local, conflict.server)) return (*ask_)(conflict);
  return (*ask_)({conflict.server, conflict.local});
}

}  // namespace tidemark
