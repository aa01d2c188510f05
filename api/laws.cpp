// The laws of a strategy alone, tried on every combination of a few small versions.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include <tidemark/tidemark.h>

namespace tidemark {
namespace {

constexpr Seconds kFirstStamp = 1;
constexpr Seconds kLastStamp = 3;

// A law that is broken.
struct Broken {
  std::string law;
  std::string how;
};

std::string print(const Object& version) {
  return fmt::format("{} {} \"{}\"{} at {}", version.guid, version.pk, version.value,
                     version.isdeleted ? " (deleted)" : "", version.timestamp_lastupdate);
}

// Asks a strategy, and holds it to what is true of one question.
class Asked {
 public:
  explicit Asked(const Strategy& strategy) : strategy_(strategy) {}

  // r(local, server). Throws Broken.
  Object resolve(const Object& local, const Object& server) const {
    const Conflict conflict{local, server};
    const Decision first = ask(conflict);
    const Decision second = ask(conflict);
    if (!(first == second))
      throw Broken{"deterministic", fmt::format("r({}, {}) is {} first and {} then", print(local),
                                                print(server), print(first), print(second))};
    if (const Decision::Merge* merge = first.merged()) return merged(conflict, *merge);
    if (*first.kept() != local && *first.kept() != server)
      throw Broken{"closed", fmt::format("r({}, {}) is {}, which is neither", print(local),
                                         print(server), print(first))};
    return *first.kept();
  }

 private:
  static std::string print(const Object& version) { return tidemark::print(version); }
  static std::string print(const Decision& decision) {
    if (const Object* kept = decision.kept()) return tidemark::print(*kept);
    return fmt::format("a merge \"{}\"", decision.merged()->value);
  }

  // As an engine stores it: no client's clock has a place here, so the later stamp stands for it.
  static Object merged(const Conflict& conflict, const Decision::Merge& merge) {
    Object object = conflict.server;
    object.value = merge.value;
    object.isdeleted = merge.isdeleted;
    object.timestamp_lastupdate =
        std::max(conflict.local.timestamp_lastupdate, conflict.server.timestamp_lastupdate);
    return object;
  }

  Decision ask(const Conflict& conflict) const {
    const auto threw = [&](const char* what) {
      return Broken{"closed", fmt::format("r({}, {}) threw: {}", print(conflict.local),
                                          print(conflict.server), what)};
    };
    try {
      return strategy_.resolve(conflict);
    } catch (const std::exception& thrown) {
      throw threw(thrown.what());
    } catch (...) {
      throw threw("something that is no std::exception");
    }
  }

  const Strategy& strategy_;
};

// All versions of one object, the smallest first.
std::vector<Object> versions_of(const std::string& guid, const LawOptions& options) {
  std::vector<Object> versions;
  for (const bool isdeleted : {false, true})
    for (const std::string& value : options.values)
      for (Seconds stamp = kFirstStamp; stamp <= kLastStamp; ++stamp)
        versions.push_back({.guid = guid,
                            .pk = "k1",
                            .name = "n1",
                            .value = value,
                            .isdeleted = isdeleted,
                            .timestamp_created = kFirstStamp,
                            .timestamp_lastupdate = stamp});
  return versions;
}

class Laws {
 public:
  Laws(const Strategy& strategy, const LawOptions& options)
      : asked_(strategy), is_symmetric_(strategy.is_symmetric()), grouping_(options.grouping) {
    for (const char* guid : {"o1", "o2", "o3"}) versions_.push_back(versions_of(guid, options));
  }

  // The first law that is broken, with the smallest versions that show it: those of which the
  // greatest is smallest.
  std::optional<Broken> first_broken() const {
    for (const bool one_object : {true, false})
      for (std::size_t bound = 0; bound < versions_.front().size(); ++bound)
        if (auto broken = broken_within(bound, one_object)) return broken;
    return std::nullopt;
  }
  std::size_t count() const { return versions_.front().size(); }

 private:
  const Object& version(std::size_t guid, std::size_t place, bool one_object) const {
    return versions_[one_object ? 0 : guid][place];
  }

  // Of all versions up to the bound, where the bound itself is among them.
  std::optional<Broken> broken_within(std::size_t bound, bool one_object) const {
    try {
      for (std::size_t a = 0; a <= bound; ++a)
        for (std::size_t b = 0; b <= bound; ++b) {
          if (a == bound || b == bound)
            check(version(0, a, one_object), version(1, b, one_object), one_object && a == b);
          for (std::size_t c = 0; c <= bound; ++c)
            if (a == bound || b == bound || c == bound)
              check(version(0, a, one_object), version(1, b, one_object),
                    version(2, c, one_object));
        }
    } catch (Broken& broken) {
      return std::move(broken);
    }
    return std::nullopt;
  }

  void check(const Object& a, const Object& b, bool same) const {
    const Object result = asked_.resolve(a, b);
    if (same && result != a)
      throw Broken{"idempotent", fmt::format("r({}, the same) is {}", print(a), print(result))};
    if (!is_symmetric_) return;
    const Object swapped = asked_.resolve(b, a);
    if (swapped != result)
      throw Broken{"symmetric", fmt::format("r({}, {}) is {}, and with the sides swapped {}",
                                            print(a), print(b), print(result), print(swapped))};
  }

  void check(const Object& a, const Object& b, const Object& c) const {
    if (!grouping_) return;
    const Object right = asked_.resolve(a, asked_.resolve(b, c));
    const Object left = asked_.resolve(asked_.resolve(a, b), c);
    const auto of = [&] {
      return fmt::format("a = {}, b = {}, c = {}", print(a), print(b), print(c));
    };
    if (left != right)
      throw Broken{"grouping", fmt::format("r(a, r(b, c)) is {}, r(r(a, b), c) is {}, of {}",
                                           print(right), print(left), of())};
    if (!is_symmetric_) return;
    const Object other = asked_.resolve(c, asked_.resolve(a, b));
    if (other != left)
      throw Broken{"symmetric", fmt::format("r(r(a, b), c) is {}, r(c, r(a, b)) is {}, of {}",
                                            print(left), print(other), of())};
  }

  Asked asked_;
  bool is_symmetric_;
  bool grouping_;
  std::vector<std::vector<Object>> versions_;  // by guid
};

}  // namespace

Result check_laws(const Strategy& strategy, const LawOptions& options) {
  if (options.values.empty()) return {2, "LawOptions::values is empty, expected at least one"};
  const Laws laws(strategy, options);
  if (const auto broken = laws.first_broken())
    return {1, fmt::format("FAIL {}  {}\n  {}", broken->law, strategy.name(), broken->how)};
  return {0,
          fmt::format("{}: deterministic, closed, idempotent{}{}: all combinations of {} versions",
                      strategy.name(), options.grouping ? ", grouping" : "",
                      strategy.is_symmetric() ? ", symmetric" : "", laws.count())};
}

}  // namespace tidemark
