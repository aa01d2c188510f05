#include "bench/protocol_cost.h"

#include <fmt/format.h>

#include "adapter/wire.h"
#include "properties/engines.h"
#include "sim/generator.h"
#include "sim/world.h"

namespace tidemark::core {
namespace {

constexpr std::uint64_t kEpisodes = 5'000;

// WireTexts as long as those of the page's example: a guid has 36 characters, a key names a room
// and a date.
class BookingTexts final : public WireTexts {
 public:
  std::string text_of(Guid guid) const override {
    return fmt::format("FC385707-7027-42DF-8118-{:012X}", guid.number);
  }
  std::string text_of(std::size_t property, std::uint32_t number) const override {
    return property == 0 ? fmt::format("room:{},date:2015-05-12", 100 + number)
                         : fmt::format("booking {}", number);
  }
  std::string text_of(Value value) const override { return fmt::format("price {}", value.number); }
  Guid guid_of(std::string_view) override { return {}; }
  std::uint32_t number_of(std::size_t, std::string_view) override { return 0; }
  Value value_of(std::string_view) override { return {}; }
};

struct Cost {
  std::uint64_t cycles = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t objects = 0;  // carried
  std::uint64_t held = 0;     // by the server, at rest
  std::uint64_t writers = 0;  // in the lineages of those

  template <class World>
  void on(const CycleBegan&, const World&) {
    ++cycles;
  }
  template <class World>
  void on(const MessageSent& message, const World& world) {
    ++messages;
    bytes += encode(world.queue(message.client, Lane::in_flight).front().message, texts).size();
  }
  template <class World>
  void on(const Carried&, const World&) {
    ++objects;
  }
  template <class World>
  void on(const Rested&, const World& world) {
    count_stored(world);
  }

 private:
  template <class World>
  void count_stored(const World& world) {
    world.server().records.for_each([&](const auto& record) {
      ++held;
      if constexpr (requires { record.lineage; })
        record.lineage.for_each([&](VersionId) { ++writers; });
    });
  }

  BookingTexts texts;
};

template <class E>
Cost cost_of(const E& engine, const Scope& scope) {
  Cost cost;
  World<E> world(engine);
  Generator generator(scope);
  for (std::uint64_t i = 0; i < kEpisodes; ++i) world.run(generator.generate(mix(i)), cost);
  return cost;
}

Cost cost_of(const Protocol& protocol, const Scope& scope) {
  const Strategy strategy = built_in("server-priority");
  if (protocol.algorithm == Algorithm::hardened)
    return cost_of(Hardened(protocol, strategy), scope);
  return cost_of(AppSync(protocol, strategy), scope);
}

double ratio(std::uint64_t a, std::uint64_t b) {
  return static_cast<double>(a) / static_cast<double>(b);
}

void print_costs(std::string_view campaign, const Scope& scope) {
  const Cost page = cost_of(find_protocol("page")->protocol, scope);
  for (const char* name : {"page", "reference", "guarded", "hardened"}) {
    const Cost cost = cost_of(find_protocol(name)->protocol, scope);
    fmt::print(
        "cost, {}, {}: {:.2f} messages and {:.0f} bytes a cycle ({:.2f} of page), {:.2f} objects "
        "carried a cycle ({:.2f} of page), {:.2f} writers in the lineage of an object\n",
        campaign, name, ratio(cost.messages, cost.cycles), ratio(cost.bytes, cost.cycles),
        ratio(cost.bytes, cost.cycles) / ratio(page.bytes, page.cycles),
        ratio(cost.objects, cost.cycles),
        ratio(cost.objects, cost.cycles) / ratio(page.objects, page.cycles),
        ratio(cost.writers, cost.held));
  }
}

}  // namespace

void print_protocol_costs() {
  print_costs("no faults", Scope{.faults = 0});
  print_costs("all faults", Scope{});
}

}  // namespace tidemark::core
