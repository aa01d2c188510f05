#include "reports/documents/html/finding_section.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/text.h"
#include "reports/documents/html/anatomy_section.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/original_table.h"
#include "reports/documents/html/scene.h"
#include "reports/documents/html/space_time_picture.h"
#include "reports/documents/html/state_table.h"
#include "reports/documents/html/version_picture.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

// A trace that is longer is not repeated in the page.
constexpr std::size_t kShownTraceBytes = 700'000;

class Section {
 public:
  Section(const Shown& about, const SectionOptions& options)
      : about_(about),
        options_(options),
        scene_(about.run, about.configuration, about.invariant, options.prefix) {}

  std::string write() const {
    const std::string body =
        verdict() + commands() + diagram() + versions() + anatomy() + original() +
        details("shrinking", "What shrinking tried", shrinking()) +
        details("about", "About this run", about_run()) + details("trace", "The trace", trace());
    return element("article",
                   fmt::format("class=\"finding\" data-first=\"{}\"",
                               scene_.anchor(scene_.account().passages()[scene_.first_stop()])),
                   "\n" + body) +
           "\n";
  }

 private:
  std::string_view heading() const { return options_.alone ? "h1" : "h3"; }
  std::string part(std::string_view name, std::string_view title) const {
    return element(options_.alone ? "h2" : "h4", fmt::format("id=\"{}\"", id(name)), title) + "\n";
  }
  std::string id(std::string_view name) const { return options_.prefix + std::string(name); }

  // --- what is wrong

  std::string verdict() const {
    const bool holds = !about_.invariant;
    std::string markup =
        element("p", "class=\"verdict\"",
                element("span", holds ? "class=\"badge good\"" : "class=\"badge bad\"",
                        holds ? "HELD" : "FAIL") +
                    " " + escaped(configuration_name(about_.configuration)));
    markup += element(heading(), escaped(holds ? "Everything held" : verdict_name(about_))) + "\n";
    if (!holds)
      markup += element("p", "class=\"sentence\"",
                        escaped(sentence(about_.breach(), scene_.account()) + ".")) +
                "\n" + reasons();
    return element("header", "\n" + markup + invariant_list()) + "\n";
  }

  std::string reasons() const {
    std::string rows;
    const auto add = [&](std::string_view name, const std::string& text) {
      if (!text.empty()) rows += element("dt", name) + element("dd", escaped(text)) + "\n";
    };
    add("expected", expected(about_.breach(), scene_.account()));
    add("actual", scene_.words().holdings(scene_.account().at_rest()));
    add("why", scene_.why());
    return element("dl", "class=\"reasons\"", "\n" + rows) + "\n";
  }

  std::string invariant_list() const {
    std::string items;
    const std::vector<std::string> names = invariant_names(about_.configuration);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool broken = about_.run.verdict().broken(static_cast<Invariant>(i));
      items += element("li", broken ? "class=\"broken\"" : "",
                       fmt::format("{} {}", escaped(names[i]), broken ? "broken" : "held")) +
               "\n";
    }
    return element("ul", "class=\"invariants\" aria-label=\"all invariants\"", "\n" + items) + "\n";
  }

  std::string commands() const {
    std::string rows;
    for (const NamedLine& each : about_.commands) rows += copied(each.name, each.text);
    if (about_.original && about_.original->seed)
      rows += copied("seed", print_seed(*about_.original->seed));
    return rows.empty() ? "" : element("div", "class=\"commands\"", "\n" + rows) + "\n";
  }
  static std::string copied(std::string_view name, std::string_view text) {
    return element("div", element("span", "class=\"name\"", escaped(name)) +
                              element("code", escaped(text)) +
                              element("button",
                                      fmt::format("type=\"button\" class=\"copy\" hidden "
                                                  "aria-label=\"copy {}\"",
                                                  escaped(name)),
                                      "copy")) +
           "\n";
  }

  // --- what happened

  std::string diagram() const {
    const std::string picture =
        element("div",
                fmt::format("class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"",
                            "space-time diagram"),
                "\n" + space_time_picture(scene_));
    const std::string states = element(
        "div", "class=\"states\" tabindex=\"0\" role=\"region\" aria-label=\"step by step\"",
        "\n" + stepper() + state_tables(scene_));
    return element("section", fmt::format("class=\"run\" aria-labelledby=\"{}\"", id("run")),
                   part("run", "What happened") + notices() + filters() +
                       element("div", "class=\"beside\"", "\n" + picture + states) + "\n" +
                       legend() +
                       details("events", "The diagram as a table", space_time_table(scene_))) +
           "\n";
  }

  std::string notices() const {
    std::string text;
    const std::size_t all = scene_.account().passages().size();
    const Window shown = scene_.window();
    if (!scene_.is_whole())
      text += element("p", "class=\"notice\"",
                      fmt::format("The run has {} steps and rounds. Shown are {} of them, from {} "
                                  "to {}; {} before and {} behind are left out.",
                                  grouped(all), grouped(shown.end - shown.begin),
                                  place_name(scene_.account().passages()[shown.begin]),
                                  place_name(scene_.account().passages()[shown.end - 1]),
                                  grouped(shown.begin), grouped(all - shown.end))) +
              "\n";
    if (const auto idle = scene_.idle(); !idle.empty()) {
      std::string names;
      for (const Replica each : idle)
        names += (names.empty() ? "" : ", ") + std::string(1, replica_name(each));
      text += element("p", "class=\"notice\"",
                      fmt::format("Without a column, since nothing happens there: {}.", names)) +
              "\n";
    }
    return text;
  }

  std::string stepper() const {
    const auto button = [](std::string_view go, std::string_view name, std::string_view sign) {
      return fmt::format("<button type=\"button\" data-go=\"{}\" aria-label=\"{}\">{}</button>\n",
                         go, name, sign);
    };
    return element("div", "class=\"stepper\" role=\"group\" aria-label=\"step through\" hidden",
                   "\n" + button("first", "first step", "⇤") +
                       button("previous", "previous step", "←") + button("next", "next step", "→") +
                       button("last", "last step", "⇥") +
                       "<output class=\"position\"></output>\n"
                       "<label><input type=\"checkbox\" class=\"changes-only\"> changes "
                       "only</label>\n") +
           "\n";
  }

  // --- filters

  static std::string option(const std::string& value, const std::string& name) {
    return element("option", fmt::format("value=\"{}\"", escaped(value)), escaped(name));
  }
  static std::string select(std::string_view name, std::string_view field, std::string options) {
    return element("label", fmt::format("{} <select data-filter=\"{}\">{}{}</select>", name, field,
                                        option("", "all"), options)) +
           "\n";
  }
  std::string filters() const {
    std::string replicas;
    for (const Replica replica : scene_.lanes())
      replicas += option(std::string(1, replica_name(replica)), who(replica));
    std::string objects;
    for (std::uint32_t object = 0; object < scene_.account().objects(); ++object)
      objects += option(std::to_string(object), scene_.words().object({object}));
    std::set<std::string> kinds;
    for (std::size_t place = scene_.window().begin; place < scene_.window().end; ++place)
      kinds.insert(scene_.kind(scene_.account().passages()[place]));
    std::string kind_options;
    for (const std::string& kind : kinds) kind_options += option(kind, kind);
    return element("div", "class=\"filters\" role=\"group\" aria-label=\"show only\" hidden",
                   "\n" + select("replica", "replicas", replicas) +
                       select("object", "objects", objects) +
                       select("kind of step", "kind", kind_options) +
                       "<output class=\"matches\"></output>\n") +
           "\n";
  }

  static std::string legend() {
    return "<p class=\"legend\"><span class=\"key lost\">✕ lost</span> "
           "<span class=\"key late\">◷ late, dashed</span> "
           "<span class=\"key offline\">▨ offline</span> "
           "<span class=\"key ring\">◎ where an invariant broke</span> "
           "<span class=\"key keys\">← → Home End step through</span></p>\n";
  }

  // --- more

  std::string details(std::string_view name, std::string_view summary,
                      const std::string& markup) const {
    return markup.empty() ? "" : folded(id(name), summary, markup);
  }

  std::string versions() const {
    const std::string picture = version_picture(scene_);
    if (picture.empty()) return {};
    return element("section",
                   fmt::format("class=\"versions\" aria-labelledby=\"{}\"", id("versions")),
                   part("versions", "Versions") + picture) +
           "\n";
  }

  std::string anatomy() const {
    if (!about_.anatomy) return {};
    return element("section", fmt::format("aria-labelledby=\"{}\"", id("anatomy")),
                   "\n" + part("anatomy", "Where it goes wrong") + anatomy_section(about_)) +
           "\n";
  }

  std::string original() const {
    if (!about_.original) return {};
    return details("original", "Beside the original", original_table(about_));
  }

  std::string shrinking() const {
    std::string rows;
    for (const ShrinkPass& pass : about_.passes)
      rows += element("tr", element("th", "scope=\"row\"", escaped(pass.name)) +
                                element("td", grouped(pass.tried)) +
                                element("td", grouped(pass.accepted)) +
                                element("td", grouped(pass.steps))) +
              "\n";
    if (rows.empty()) return {};
    return "<table class=\"numbers\"><thead><tr><th scope=\"col\">pass</th><th "
           "scope=\"col\">tried</th><th scope=\"col\">accepted</th><th scope=\"col\">steps "
           "left</th></tr></thead>\n" +
           element("tbody", "\n" + rows) + "</table>\n";
  }

  std::string about_run() const {
    const RunSummary& summary = about_.run.recording().outcome.summary;
    std::string rows;
    const auto add = [&](std::string_view name, const std::string& text) {
      if (!text.empty()) rows += element("dt", name) + element("dd", escaped(text)) + "\n";
    };
    add("configuration", configuration_name(about_.configuration));
    add("options", fmt::format("{}", fmt::join(about_.configuration.options, ", ")));
    add("engine", about_.configuration.spec->command());
    add("found", about_.found);
    add("fingerprint", about_.fingerprint);
    add("size", fmt::format("{}, {}, {}, {}", count_of(scene_.scenario().steps.size(), "step"),
                            count_of(scene_.scenario().clients, "client"),
                            count_of(scene_.scenario().objects.size(), "object"),
                            count_of(fault_count(scene_.scenario()), "fault")));
    add("skipped", count_of(summary.skipped_steps, "step"));
    add("settle", fmt::format("{}, {}", count_of(summary.settle_rounds, "round"),
                              count_of(summary.settle_messages, "message")));
    add("digest", print_digest(summary.digest));
    return element("dl", "class=\"facts\"", "\n" + rows) + "\n";
  }

  std::string trace() const {
    const std::string text = print_trace(about_.run.trace());
    if (text.size() > kShownTraceBytes)
      return element("p", "class=\"notice\"",
                     fmt::format("The trace has {}, and is left out of this page.",
                                 print_bytes(text.size()))) +
             "\n";
    return element("pre", "class=\"trace\"", escaped(text)) +
           "<button type=\"button\" class=\"copy\" hidden aria-label=\"copy "
           "trace\">copy</button>\n";
  }

  const Shown& about_;
  SectionOptions options_;
  Scene scene_;
};

}  // namespace

std::string verdict_name(const Shown& about) {
  return about.invariant ? name_of(*about.invariant, about.configuration) : "holds";
}

std::string finding_section(const Shown& about, const SectionOptions& options) {
  return Section(about, options).write();
}

nlohmann::json finding_data(const Shown& about) {
  const Account account(about.run.scenario(), about.run.recording());
  nlohmann::json data{{"configuration", configuration_name(about.configuration)},
                      {"invariant", nullptr},
                      {"fingerprint", about.fingerprint},
                      {"sentence", nullptr},
                      {"digest", print_digest(about.run.recording().outcome.summary.digest)}};
  if (!about.invariant) return data;
  data["invariant"] = verdict_name(about);
  data["sentence"] = sentence(about.breach(), account);
  return data;
}

}  // namespace tidemark::core
