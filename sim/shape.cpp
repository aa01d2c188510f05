#include "sim/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kMaxOrdered = 64;       // steps; longer scenarios keep their order
constexpr std::uint32_t kMaxBranches = 5000;  // of the search for the first order

bool touches_server(const Step& step) {
  return step.replica.is_server() ||
         (row_of(step.kind).touches & (kTouchesServer | kTouchesReceiver)) != 0;
}

// Whether two steps may not change places.
bool depend(const Step& a, const Step& b) {
  if (a.replica == b.replica) return true;
  if (touches_server(a) && touches_server(b)) return true;
  const bool creates = a.kind == StepKind::create || b.kind == StepKind::create;
  return creates && names_object(a.kind) && names_object(b.kind) && a.object == b.object;
}

// Names given in the order of appearance, from 1; 0 is not named yet.
class Names {
 public:
  explicit Names(std::size_t count) : names_(count, 0) {}
  std::uint32_t known_or_next(std::size_t thing) const {
    return names_[thing] != 0 ? names_[thing] : next_;
  }
  void see(std::size_t thing) {
    if (names_[thing] == 0) names_[thing] = next_++;
  }

 private:
  std::vector<std::uint32_t> names_;
  std::uint32_t next_ = 1;
};

struct Naming {
  Names clients;
  Names objects;
  Names keys;
};

// Codes steps so that what a shape leaves out is left out.
class Coder {
 public:
  explicit Coder(const Scenario& scenario) : uses_(scenario.texts.size() + 1, 0) {
    for (const Step& step : scenario.steps) ++uses_[step.pk];
    empty_ = {Names(kMaxClients + 1), Names(scenario.objects.size()),
              Names(scenario.texts.size() + 1)};
  }

  const Naming& empty() const { return empty_; }

  std::uint64_t code(const Step& step, const Naming& naming) const {
    const bool client = !step.replica.is_server();
    return std::uint64_t{static_cast<std::uint8_t>(step.kind)} << 40 |
           std::uint64_t{client ? naming.clients.known_or_next(step.replica.number) : 0} << 32 |
           std::uint64_t{names_object(step.kind) ? naming.objects.known_or_next(step.object) : 0}
               << 16 |
           std::uint64_t{is_shared(step) ? naming.keys.known_or_next(step.pk) : 0} << 4 |
           static_cast<std::uint64_t>(step.lose);
  }

  void see(const Step& step, Naming& naming) const {
    if (!step.replica.is_server()) naming.clients.see(step.replica.number);
    if (names_object(step.kind)) naming.objects.see(step.object);
    if (is_shared(step)) naming.keys.see(step.pk);
  }

 private:
  bool is_shared(const Step& step) const { return step.pk != 0 && uses_[step.pk] > 1; }

  std::vector<std::uint32_t> uses_;
  Naming empty_{Names(0), Names(0), Names(0)};
};

// Searches the order of steps, among those that keep dependent steps in order, whose codes come
// first. Steps of equal code are symmetric or not, so all of them are tried.
class Orderer {
 public:
  explicit Orderer(const Scenario& scenario)
      : steps_(scenario.steps), coder_(scenario), before_(steps_.size(), 0) {
    for (std::size_t i = 0; i < steps_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (depend(steps_[j], steps_[i])) before_[i] |= std::uint64_t{1} << j;
  }

  std::vector<std::size_t> first_order() {
    extend(0, coder_.empty());
    return best_order_;
  }

 private:
  void extend(std::uint64_t done, const Naming& naming) {
    if (order_.size() == steps_.size()) return keep();
    if (++branches_ > kMaxBranches && !best_order_.empty()) return;
    const std::uint64_t least = least_code(done, naming);
    if (is_worse(least)) return;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!is_free(i, done) || coder_.code(steps_[i], naming) != least) continue;
      Naming next = naming;
      coder_.see(steps_[i], next);
      order_.push_back(i);
      codes_.push_back(least);
      extend(done | std::uint64_t{1} << i, next);
      order_.pop_back();
      codes_.pop_back();
    }
  }

  bool is_free(std::size_t step, std::uint64_t done) const {
    return !(done >> step & 1) && (before_[step] & ~done) == 0;
  }

  std::uint64_t least_code(std::uint64_t done, const Naming& naming) const {
    std::uint64_t least = ~std::uint64_t{0};
    for (std::size_t i = 0; i < steps_.size(); ++i)
      if (is_free(i, done)) least = std::min(least, coder_.code(steps_[i], naming));
    return least;
  }

  // Whether going on with this code comes after the best order found.
  bool is_worse(std::uint64_t code) const {
    if (best_order_.empty()) return false;
    const auto [mine, best] = std::mismatch(codes_.begin(), codes_.end(), best_codes_.begin());
    return mine != codes_.end() ? *mine > *best : code > best_codes_[codes_.size()];
  }

  void keep() {
    if (!best_order_.empty() && !(codes_ < best_codes_)) return;
    best_order_ = order_;
    best_codes_ = codes_;
  }

  const std::vector<Step>& steps_;
  Coder coder_;
  std::vector<std::uint64_t> before_;  // by step: those that must come first
  std::vector<std::size_t> order_;
  std::vector<std::uint64_t> codes_;
  std::vector<std::size_t> best_order_;
  std::vector<std::uint64_t> best_codes_;
  std::uint32_t branches_ = 0;
};

Scenario in_canonical_order(const Scenario& scenario) {
  if (scenario.steps.empty() || scenario.steps.size() > kMaxOrdered) return scenario;
  Scenario result = scenario;
  const std::vector<std::size_t> order = Orderer(scenario).first_order();
  for (std::size_t i = 0; i < order.size(); ++i) result.steps[i] = scenario.steps[order[i]];
  return result;
}

}  // namespace

Scenario renamed(const Scenario& scenario) {
  Scenario result;
  result.clients = scenario.clients;
  result.settle_rounds = scenario.settle_rounds;
  Naming naming{Names(kMaxClients + 1), Names(scenario.objects.size()),
                Names(scenario.texts.size() + 1)};
  for (Step step : scenario.steps) {
    if (!step.replica.is_server()) {
      naming.clients.see(step.replica.number);
      step.replica = {static_cast<std::uint8_t>(naming.clients.known_or_next(step.replica.number))};
    }
    if (names_object(step.kind)) {
      naming.objects.see(step.object);
      step.object = naming.objects.known_or_next(step.object) - 1;
      if (step.object == result.objects.size())
        result.objects.push_back(fmt::format("o{}", step.object + 1));
    }
    const TextId key = std::exchange(step.pk, 0);
    if (key != 0) naming.keys.see(key);
    for (const StepText& each : kStepTexts)
      step.*each.id = key != 0 && each.id == &Step::pk
                          ? result.intern(fmt::format("k{}", naming.keys.known_or_next(key)))
                          : result.intern(scenario.text(step.*each.id));
    result.steps.push_back(step);
  }
  return result;
}

Scenario canonical(const Scenario& scenario) { return renamed(in_canonical_order(scenario)); }

std::vector<std::uint64_t> shape_codes(const Scenario& scenario) {
  const Coder coder(scenario);
  Naming naming = coder.empty();
  std::vector<std::uint64_t> codes;
  for (const Step& step : scenario.steps) {
    codes.push_back(coder.code(step, naming));
    coder.see(step, naming);
  }
  return codes;
}

std::uint64_t shape_digest(const Scenario& scenario) {
  Digest digest;
  for (const std::uint64_t code : shape_codes(in_canonical_order(scenario))) digest.add(code);
  return digest.value();
}

std::string fingerprint(std::string_view invariant, const Scenario& minimal) {
  Digest digest;
  digest.add(invariant);
  digest.add(shape_digest(minimal));
  return fmt::format("{:012x}", digest.value() >> 16);
}

}  // namespace tidemark::core
