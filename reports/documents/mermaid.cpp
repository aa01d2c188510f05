#include "reports/documents/mermaid.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "reports/account.h"
#include "reports/documents/characters.h"
#include "reports/documents/exports.h"
#include "reports/explanation.h"
#include "reports/words.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kMostLines = 100;
constexpr std::size_t kMostBytesOfALine = 400;
constexpr std::size_t kSentenceColumns = 60;
constexpr std::string_view kPlain = " ,.'\"()_-+/:?!*";
constexpr std::string_view kBreach = "rect rgb(255, 214, 214)";
constexpr std::string_view kCause = "rect rgb(255, 240, 200)";
static_assert(kMostLines * (kMostBytesOfALine + 60) < kMostMermaidBytes);

// Mermaid takes the semicolon from the last entity of a line in which one of these words stands.
std::string without_words_of_styles(std::string text) {
  for (const std::string_view word : {"style", "classDef"})
    for (auto place = text.find(word); place != text.npos; place = text.find(word))
      text.replace(place, 1, fmt::format("#{};", static_cast<int>(word[0])));
  return text;
}

std::string in_entities(std::string_view text) {
  return without_words_of_styles(with_entities(text, "#", kPlain));
}

// Escaped after it is cut: an entity takes up to six bytes.
std::string label(std::string_view text) {
  return in_entities(cut(valid_line(text), kMostBytesOfALine / 6));
}

enum class Role : std::uint8_t { title, message, effect };

struct Line {
  std::string text;
  Role role = Role::title;
  bool telling = true;  // something changed, or went wrong
  std::string_view frame = {};
};

// --- what to draw

class Sequence {
 public:
  Sequence(const Account& account, const Breach* breach, std::string_view invariant,
           std::string_view strategy)
      : account_(account), breach_(breach), invariant_(invariant), words_(account) {
    if (breach == nullptr) return;
    breach_spot_ = account.spot_of(*breach);
    cause_ = explain(*breach, account, strategy).spot;
  }

  std::vector<Line> draw() {
    const auto& passages = account_.passages();
    const std::size_t end =
        breach_ == nullptr ? passages.size() : std::min(breach_spot_.passage + 1, passages.size());
    for (std::size_t place = 0; place < end; ++place) draw_passage(place);
    if (breach_ != nullptr) draw_breach();
    return std::move(lines_);
  }

  std::string participants() const {
    std::string text;
    for (const Replica replica : lanes()) {
      const char name = replica_name(replica);
      text += fmt::format("  participant {} as {}\n", name,
                          replica.is_server() ? "server" : fmt::format("client {}", name));
    }
    return text;
  }

  std::string over_all(std::string_view text) const {
    const std::vector<Replica> all = lanes();
    if (all.size() == 1) return note({all.front()}, text);
    return fmt::format("Note over {},{}: {}", replica_name(all.front()), replica_name(all.back()),
                       text);
  }

 private:
  // The server stands in the middle.
  std::vector<Replica> lanes() const {
    std::vector<Replica> all(acting_.begin(), acting_.end());
    std::erase(all, kServer);
    all.insert(all.begin() + static_cast<std::ptrdiff_t>((all.size() + 1) / 2), kServer);
    return all;
  }

  static std::string note(Replica replica, std::string_view text) {
    return fmt::format("Note over {}: {}", replica_name(replica), text);
  }

  std::string over(Replica replica, std::string_view text) {
    acting_.insert(replica);
    return note(replica, label(text));
  }

  void draw_passage(std::size_t place) {
    const Passage& passage = account_.passages()[place];
    if (passage.kind == PassageKind::step || !passage.entries.empty())
      lines_.push_back({title(passage)});
    for (std::size_t entry = 0; entry < passage.entries.size(); ++entry) {
      const Spot spot{place, entry};
      if (breach_ != nullptr && !breach_->at_rest && spot > breach_spot_) break;
      draw_entry(account_.entry(spot), cause_ == spot ? kCause : std::string_view{});
    }
    if (passage.kind == PassageKind::rest) at_rest_ = words_.holdings(account_.at_rest());
  }

  std::string title(const Passage& passage) {
    if (passage.kind != PassageKind::step) return over(kServer, place_name(passage));
    const Step& step = account_.scenario().steps[passage.number];
    return over(step.replica,
                fmt::format("{} {}", passage.number + 1, print_step(account_.scenario(), step)));
  }

  void draw_entry(const Entry& entry, std::string_view frame) {
    const std::vector<std::string> effects = effects_of(entry);
    if (const auto message = message_of(entry)) {
      lines_.push_back(*message);
      lines_.back().frame = frame;
      lines_.back().telling = lines_.back().telling || !effects.empty() || !frame.empty();
    }
    for (const std::string& effect : effects) lines_.push_back({effect, Role::effect, true, frame});
  }

  // Empty of a message that is no more.
  static std::string on_its_way(const Event& event) {
    if (is<MessageSent>(event)) return "on its way";
    if (is<MessageCopied>(event)) return "a copy stays on its way, late";
    if (!is<MessageBecameLate>(event)) return {};
    return fmt::format("late, {} gives up", replica_name(replica_of(event)));
  }

  std::string cargo(const Entry& entry) const {
    const std::string carried = words_.cargo(entry);
    const std::string name(message_name(entry.message()->kind));
    return carried.empty() ? name : name + ": " + carried;
  }

  std::optional<Line> message_of(const Entry& entry) {
    const MessageEvent* message = entry.message();
    if (message == nullptr) return std::nullopt;
    if (const std::string way = on_its_way(entry.head); !way.empty())
      return Line{over(message->from, way + ": " + cargo(entry)), Role::effect};
    acting_.insert({message->from, message->to});
    const bool lost = is<MessageLost>(entry.head);
    const std::string late = message->late ? ", late" : "";
    return Line{fmt::format("{}-{}{}{}: {}", replica_name(message->from),
                            message->to.is_server() ? "" : "-", lost ? "x" : ">>",
                            replica_name(message->to), label(cargo(entry) + late)),
                Role::message, lost || !late.empty()};
  }

  std::vector<std::string> effects_of(const Entry& entry) {
    std::vector<std::string> notes;
    if (is<StepSkipped>(entry.head)) notes.push_back(over(entry.replica(), "nothing done"));
    for (const Fact& fact : entry.facts)
      if (const std::string text = told(fact); !text.empty())
        notes.push_back(over(entry.place(), text));
    for (std::uint8_t number = 0; number < account_.replicas(); ++number)
      if (const std::string held = words_.holds_anew({number}, entry); !held.empty())
        notes.push_back(over({number}, "holds " + held));
    return notes;
  }

  std::string told(const Fact& fact) const {
    const std::string local = words_.item(fact.guid, fact.local);
    if (fact.kind == FactKind::upload_refused) return "refuses " + local;
    if (fact.kind != FactKind::conflict_resolved) return {};
    const std::string kept = fact.winner == Winner::local    ? "keeps " + local
                             : fact.winner == Winner::server ? "takes the server's"
                                                             : "merges them";
    return fmt::format("conflict of {} with {}: {}", local,
                       words_.item(fact.server_guid, fact.server), kept);
  }

  void draw_breach() {
    if (!at_rest_.empty()) lines_.push_back({over(kServer, "at rest: " + at_rest_), Role::effect});
    std::string text;
    for (const std::string& each : wrap(cut(valid_line(fmt::format("{} violated: {}", invariant_,
                                                                   sentence(*breach_, account_))),
                                            kMostBytesOfALine),
                                        kSentenceColumns))
      text += (text.empty() ? "" : "<br/>") + in_entities(each);
    acting_.insert(breach_->replica);
    lines_.push_back({over_all(text), Role::effect, true, kBreach});
  }

  const Account& account_;
  const Breach* breach_;
  std::string_view invariant_;
  Vocabulary words_;
  Spot breach_spot_{};
  std::optional<Spot> cause_;
  std::set<Replica> acting_{kServer};
  std::string at_rest_;
  std::vector<Line> lines_;
};

// --- what fits

std::size_t arrows_in(const std::vector<Line>& lines) {
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [](const Line& line) { return line.role == Role::message; }));
}

// Leaves out messages that changed nothing, where there are too many. Gives how many.
std::size_t thin_out(std::vector<Line>& lines) {
  if (arrows_in(lines) <= kMostArrows) return 0;
  return std::erase_if(
      lines, [](const Line& line) { return line.role == Role::message && !line.telling; });
}

// Which lines stay: those in frames; then from both ends in turn, while there is room.
std::vector<bool> kept_of(const std::vector<Line>& lines) {
  std::vector<bool> kept(lines.size());
  std::size_t room = kMostLines;
  std::size_t arrows = kMostArrows;
  const auto keep = [&](std::size_t place) {
    const std::size_t needs = lines[place].role == Role::message ? 1 : 0;
    if (kept[place]) return true;
    if (room == 0 || arrows < needs) return false;
    kept[place] = true;
    --room;
    arrows -= needs;
    return true;
  };
  for (std::size_t i = lines.size(); i-- > 0;)
    if (!lines[i].frame.empty()) keep(i);
  for (std::size_t front = 0, back = lines.size(); front < back; ++front)
    if (!keep(front) || (front + 1 < back && !keep(--back))) break;
  return kept;
}

std::string left_out(const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
  std::size_t messages = 0;
  std::size_t titles = 0;
  for (std::size_t i = begin; i < end; ++i) {
    messages += lines[i].role == Role::message;
    titles += lines[i].role == Role::title;
  }
  if (messages == 0 && titles == 0) return count_of(end - begin, "note") + " left out";
  if (titles == 0) return count_of(messages, "message") + " left out";
  const std::string steps = count_of(titles, "step");
  return (messages == 0 ? steps : steps + ", " + count_of(messages, "message")) + " left out";
}

std::string framed(const Line& line, bool opens, bool closes) {
  const std::string indent(line.frame.empty() ? 2 : 4, ' ');
  return (opens ? fmt::format("  {}\n", line.frame) : "") + indent + line.text + "\n" +
         (closes ? "  end\n" : "");
}

std::string print(const std::vector<Line>& lines, const Sequence& sequence) {
  const std::vector<bool> kept = kept_of(lines);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (kept[i]) {
      const std::string_view frame = lines[i].frame;
      const bool opens = !frame.empty() && (i == 0 || !kept[i - 1] || lines[i - 1].frame != frame);
      const bool closes =
          !frame.empty() && (i + 1 == lines.size() || !kept[i + 1] || lines[i + 1].frame != frame);
      text += framed(lines[i], opens, closes);
      continue;
    }
    const std::size_t begin = i;
    while (i + 1 < lines.size() && !kept[i + 1]) ++i;
    text += fmt::format("  {}\n", sequence.over_all(label(left_out(lines, begin, i + 1))));
  }
  return text;
}

}  // namespace

std::string sequence_diagram(const Configuration& configuration, const Scenario& scenario,
                             const Recording& recording, std::optional<Invariant> invariant) {
  const Account account(scenario, recording);
  const Breach* breach = invariant ? &recording.outcome.verdict.breach(*invariant) : nullptr;
  const std::string name = invariant ? name_of(*invariant, configuration) : std::string();
  Sequence sequence(account, breach, name, configuration.strategy.name);
  std::vector<Line> lines = sequence.draw();
  const std::size_t quiet = thin_out(lines);
  std::string text = "sequenceDiagram\n" + sequence.participants();
  if (quiet > 0)
    text += fmt::format(
        "  {}\n", sequence.over_all(count_of(quiet, "message") + " that changed nothing left out"));
  return text + print(lines, sequence);
}

std::string mermaid(const Shown& about) {
  return sequence_diagram(about.configuration, about.run.scenario(), about.run.recording(),
                          about.invariant);
}

}  // namespace tidemark::core
