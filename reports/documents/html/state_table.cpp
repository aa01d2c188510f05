#include "reports/documents/html/state_table.h"

#include <fmt/format.h>

#include "base/text.h"
#include "reports/documents/html/markup.h"

namespace tidemark::core {
namespace {

// The counter and the marks, by name.
struct NamedTide {
  std::string_view name;
  std::uint64_t Tide::*number;
  bool of_server;
};
constexpr NamedTide kTides[] = {{"counter", &Tide::counter, true},
                                {"counter_lastsync", &Tide::counter_lastsync, false},
                                {"servercounter_lastsync", &Tide::servercounter_lastsync, false}};

struct State {
  std::vector<Value> held;  // by replica and object
  std::vector<Tide> tides;  // by replica
};

class Tables {
 public:
  explicit Tables(const Scene& scene)
      : scene_(scene), account_(scene.account()), words_(scene.words()) {
    now_.held.resize(std::size_t{account_.replicas()} * account_.objects());
    now_.tides.resize(account_.replicas());
  }

  std::string write() {
    std::string markup;
    for (std::size_t place = 0; place < scene_.window().end; ++place) {
      before_ = now_;
      apply(account_.passages()[place]);
      if (place >= scene_.window().begin) markup += section(place);
    }
    return markup;
  }

 private:
  void apply(const Passage& passage) {
    for (const Entry& entry : passage.entries) {
      for (const HoldingChange& change : entry.changes)
        now_.held[index(change.replica, change.guid.number)] = change.after;
      for (const TideChange& change : entry.tides)
        now_.tides[change.after.replica.number] = change.after;
    }
  }
  std::size_t index(Replica replica, std::uint32_t object) const {
    return replica.number * std::size_t{account_.objects()} + object;
  }

  std::string section(std::size_t place) const {
    const Passage& passage = account_.passages()[place];
    std::string heading = escaped(scene_.title(passage));
    if (passage.kind == PassageKind::step)
      heading = element("span", "class=\"number\"", Scene::number(passage)) + " " + heading;
    return element("section",
                   fmt::format("class=\"stop\" id=\"{}\" {}", scene_.anchor(passage),
                               scene_.attributes(passage)),
                   element(scene_.prefix().empty() ? "h3" : "h5", heading) + "\n" +
                       happenings(passage, place) + table(passage)) +
           "\n";
  }

  // --- what happened

  std::string happenings(const Passage& passage, std::size_t place) const {
    std::string items;
    const auto add = [&](std::string_view style, const std::string& text) {
      items += element("li", fmt::format("class=\"{}\"", style), escaped(text)) + "\n";
    };
    for (std::size_t i = 0; i < passage.entries.size(); ++i) {
      const Entry& entry = passage.entries[i];
      const std::size_t last = end_of_quiet_cycle(passage, i);
      if (last != i) {
        i = last;
        add("quiet", fmt::format("{} and S: nothing to exchange",
                                 replica_name(passage.entries[i].replica())));
        continue;
      }
      tell(passage, entry, add);
      for (const std::string& invariant : scene_.broken_at({place, i}))
        add("broken", invariant + " broken");
      if (scene_.cause() == Spot{place, i}) add("cause", "it went wrong here");
    }
    if (passage.entries.empty())
      for (const std::string& invariant : scene_.broken_at({place, 0}))
        add("broken", invariant + " broken");
    return items.empty() ? "" : element("ul", "class=\"happenings\"", "\n" + items) + "\n";
  }

  template <class Add>
  void tell(const Passage& passage, const Entry& entry, const Add& add) const {
    if (const MessageEvent* message = entry.message()) {
      const std::string became = fate(entry.head);
      add("message",
          fmt::format("{} → {}: {}{}{}", replica_name(message->from), replica_name(message->to),
                      label_of(entry, words_), became.empty() ? "" : " ", became));
    }
    if (is<StepSkipped>(entry.head))
      add("quiet", "nothing done: " + scene_.skipped_since(passage, entry));
    for (const Fact& fact : entry.facts)
      if (const std::string said = told(fact, words_, scene_.strategy()); !said.empty())
        add("fact", fmt::format("{}: {}", replica_name(entry.place()), said));
  }

  // --- the table

  std::string table(const Passage& passage) const {
    std::string head = "<td></td>";
    for (std::uint8_t number = 0; number < account_.replicas(); ++number)
      head += element("th", "scope=\"col\"", std::string(1, replica_name({number})));
    std::string rows;
    for (std::uint32_t object = 0; object < account_.objects(); ++object) rows += row(object);
    rows += tide_rows();
    const std::string caption =
        fmt::format("after {}", passage.kind == PassageKind::rest ? std::string("settle")
                                                                  : place_name(passage));
    return element("table", "class=\"state\"",
                   element("caption", caption) + element("thead", element("tr", head)) + "\n" +
                       element("tbody", "\n" + rows)) +
           "\n";
  }

  std::string row(std::uint32_t object) const {
    std::string cells;
    bool any = false;
    for (std::uint8_t number = 0; number < account_.replicas(); ++number) {
      const std::size_t place = index({number}, object);
      const Value before = before_.held[place];
      const Value now = now_.held[place];
      any = any || before != now;
      cells += cell(before == now, words_.version(before), shown(now));
    }
    return line(words_.object({object}), cells, any, "object");
  }
  std::string shown(Value value) const {
    return words_.version_with_text(value) + (words_.is_deletion(value) ? " (deleted)" : "");
  }

  std::string tide_rows() const {
    std::string rows;
    for (const NamedTide& named : kTides) {
      const bool download = named.number == &Tide::servercounter_lastsync;
      if (download && !scene_.run().recording().tells_servercounter_lastsync) continue;
      rows += row(named);
    }
    return rows;
  }
  std::string row(const NamedTide& named) const {
    std::string cells;
    bool any = false;
    for (std::size_t number = 0; number < now_.tides.size(); ++number) {
      if (number == 0 && !named.of_server) {
        cells += "<td></td>";
        continue;
      }
      const std::uint64_t before = before_.tides[number].*named.number;
      const std::uint64_t now = now_.tides[number].*named.number;
      any = any || before != now;
      cells += cell(before == now, std::to_string(before), std::to_string(now));
    }
    return line(std::string(named.name), cells, any, "tide");
  }

  static std::string cell(bool same, const std::string& before, const std::string& now) {
    if (same) return element("td", now == "nothing" ? "class=\"none\"" : "", escaped(now));
    return element(
        "td", "class=\"changed\"",
        fmt::format("<span class=\"before\">{} →</span> <b>{}</b>", escaped(before), escaped(now)));
  }
  static std::string line(const std::string& name, const std::string& cells, bool changed,
                          std::string_view style) {
    return element("tr", fmt::format("class=\"{}{}\"", style, changed ? "" : " same"),
                   element("th", "scope=\"row\"", escaped(name)) + cells) +
           "\n";
  }

  const Scene& scene_;
  const Account& account_;
  const Vocabulary& words_;
  State before_;
  State now_;
};

}  // namespace

std::string state_tables(const Scene& scene) { return Tables(scene).write(); }

}  // namespace tidemark::core
