// Our own protocols behind the door of engines of other people, where they save and load states;
// and such engines that do not keep their word.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "properties/engines.h"
#include "tests/properties/configurations.h"
#include "tests/sim/hosted.h"

namespace tidemark::core {

inline std::shared_ptr<tidemark::Engine> hosted(const Configuration& direct) {
  return with_engine(direct.protocol, direct.strategy,
                     [&](auto engine) -> std::shared_ptr<tidemark::Engine> {
                       return std::make_shared<Hosted<decltype(engine)>>(
                           std::move(engine), direct.protocol_name, 1, true);
                     });
}

inline Configuration behind_the_door(const Configuration& direct) {
  return {.protocol_name = direct.protocol_name,
          .strategy = direct.strategy,
          .spec = hosted_spec(hosted(direct))};
}

// One of ours whose requests can be tampered with.
struct Tampered final : tidemark::Engine {
  std::shared_ptr<tidemark::Engine> inner;
  std::function<bool(const Request&)> passes_over;  // such a request is answered, and not done
  const Traits& traits() const override { return inner->traits(); }
  Answer handle(const Request& request) override {
    return passes_over(request) ? Answer{} : inner->handle(request);
  }
};

inline Configuration tampered(const char* protocol,
                              std::function<bool(const Request&)> passes_over) {
  Configuration engine = behind_the_door(configuration(protocol, {}, "server-priority"));
  const auto outer = std::make_shared<Tampered>();
  outer->inner = engine.spec->hosted();
  outer->passes_over = std::move(passes_over);
  engine.spec = hosted_spec(outer);
  return engine;
}

}  // namespace tidemark::core
