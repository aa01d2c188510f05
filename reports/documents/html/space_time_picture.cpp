#include "reports/documents/html/space_time_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/overloaded.h"
#include "base/text.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/svg.h"

namespace tidemark::core {
namespace {

constexpr int kMargin = 12;
constexpr int kTop = 44;  // the lanes begin here
constexpr int kNumberWidth = 34;
constexpr int kArrowHeight = 24;
constexpr int kNoteHeight = 15;
constexpr int kGap = 9;
constexpr int kLaneLeast = 150;
constexpr int kLaneMost = 222;
constexpr double kSmallWidth = 6.7;  // of a character of what is said smaller
constexpr std::size_t kTitleColumns = 28;
constexpr std::size_t kMostChanges = 4;

// A line of text beside a lane.
struct Note {
  Replica replica{};
  std::string text{};
  std::string_view style = "held";
};

struct Row {
  std::size_t passage = 0;
  std::size_t entry = 0;
  const Entry* message = nullptr;
  bool quiet = false;  // a cycle in which nothing happened
  bool first = false;  // of its passage
  std::vector<Note> notes = {};
  bool broken = false;
  bool cause = false;
  int y = 0;
  int height = 0;
};

// --- what stands in which row

class PictureRows {
 public:
  explicit PictureRows(const Scene& scene) : scene_(scene), words_(scene.words()) {}

  std::vector<Row> read() {
    const auto& passages = scene_.account().passages();
    for (place_ = scene_.window().begin; place_ < scene_.window().end; ++place_)
      read(passages[place_]);
    return std::move(rows_);
  }

 private:
  void read(const Passage& passage) {
    const std::size_t before = rows_.size();
    for (std::size_t entry = 0; entry < passage.entries.size(); ++entry) {
      const std::size_t last = end_of_quiet_cycle(passage, entry);
      Row row{.passage = place_, .entry = last, .quiet = last != entry};
      entry = last;
      read(passage, passage.entries[last], row);
      if (!row.message && row.notes.empty() && !row.broken) continue;
      rows_.push_back(std::move(row));
    }
    if (rows_.size() == before) rows_.push_back({.passage = place_});
    if (passage.kind == PassageKind::rest) note_rest(rows_[before]);
    rows_[before].first = true;
  }

  void read(const Passage& passage, const Entry& entry, Row& row) const {
    if (entry.message() != nullptr) row.message = &entry;
    note_changes(entry, row);
    for (const Fact& fact : entry.facts)
      if (const std::string said = remark(fact); !said.empty())
        row.notes.push_back({entry.place(), said, "fact"});
    for (const TideChange& change : entry.tides)
      for (std::string& said :
           changes_of(change, scene_.run().recording().tells_servercounter_lastsync))
        row.notes.push_back({change.after.replica, std::move(said), "tide"});
    if (row.notes.empty() && !row.message)
      if (const std::string said = remark(passage, entry); !said.empty())
        row.notes.push_back({actor(passage, entry), said, "remark"});
    note_breach(row);
  }

  // Of many at one replica the first few; how many more.
  void note_changes(const Entry& entry, Row& row) const {
    std::map<Replica, std::size_t> counts;
    for (const HoldingChange& change : entry.changes)
      if (++counts[change.replica] <= kMostChanges)
        row.notes.push_back({change.replica, words_.item(change.guid, change.after)});
    for (const auto& [replica, count] : counts)
      if (count > kMostChanges)
        row.notes.push_back({replica, fmt::format("and {} more", count - kMostChanges), "remark"});
  }

  void note_breach(Row& row) const {
    const Spot spot{row.passage, row.entry};
    const Replica replica = row.message ? row.message->place() : breached();
    for (const std::string& invariant : scene_.broken_at(spot)) {
      row.broken = true;
      row.notes.push_back({replica, "✗ " + invariant, "broken"});
    }
    row.cause = scene_.cause() == spot;
    if (row.cause) row.notes.push_back({replica, "it went wrong here", "cause"});
  }

  // A step that does nothing names nobody by itself.
  Replica actor(const Passage& passage, const Entry& entry) const {
    const bool skipped = is<StepSkipped>(entry.head);
    return skipped ? scene_.scenario().steps[passage.number].replica : entry.replica();
  }
  Replica breached() const { return scene_.subject() ? scene_.subject()->breach.replica : kServer; }

  void note_rest(Row& row) const {
    for (const Replica replica : scene_.lanes())
      row.notes.push_back({replica, held_at_rest(replica), "held"});
    row.entry = 0;
    note_breach(row);
  }

  std::string held_at_rest(Replica replica) const {
    return words_.holdings_of(replica, scene_.account().at_rest());
  }

  std::string remark(const Fact& fact) const {
    switch (fact.kind) {
      case FactKind::conflict_resolved:
        return fmt::format("conflict: {} {}", fact.winner == Winner::local ? "keeps" : "takes",
                           fact.winner == Winner::local ? words_.item(fact.guid, fact.local)
                           : fact.winner == Winner::server
                               ? words_.item(fact.server_guid, fact.server)
                               : words_.version(fact.kept));
      case FactKind::upload_refused:
        return told(fact, words_, scene_.strategy());
      default:
        return {};
    }
  }

  std::string remark(const Passage& passage, const Entry& entry) const {
    using Text = std::string;
    return std::visit(Overloaded{
                          [&](const StepSkipped&) { return scene_.skipped_since(passage, entry); },
                          [](const WentOffline&) -> Text { return "goes offline"; },
                          [](const CameOnline&) -> Text { return "comes online"; },
                          [](const Crashed&) -> Text { return "crashes"; },
                          [](const Reinstalled&) -> Text { return "is installed anew"; },
                          [](const BackedUp&) -> Text { return "is saved"; },
                          [](const Restored&) -> Text { return "is restored"; },
                          [](const ClockJumped&) -> Text { return "its clock jumps"; },
                          [](const ExchangeOverran&) {
                            return fmt::format("cut off after {} messages",
                                               kMaxMessagesPerExchange);
                          },
                          [](const auto&) { return Text(); },
                      },
                      entry.head);
  }

  const Scene& scene_;
  const Vocabulary& words_;
  std::size_t place_ = 0;
  std::vector<Row> rows_;
};

// On the arrow: what is asked for, what is carried.
std::string short_label(const Entry& message, const Vocabulary& words) {
  const std::string cargo = words.cargo(message);
  switch (message.message()->kind) {
    case MessageKind::download_request:
      return cargo.empty() ? "asks" : "asks " + cargo;
    case MessageKind::upload_ack:
      return message.refused.empty() ? "ack" : "ack, refused";
    default:
      return cargo.empty() ? std::string(message_name(message.message()->kind)) : cargo;
  }
}

// --- where it stands

class Picture {
 public:
  explicit Picture(const Scene& scene) : scene_(scene), rows_(PictureRows(scene).read()) {
    choose_widths();
    choose_heights();
  }

  std::string draw() {
    const std::string names =
        fmt::format("{}picture-title {}picture-desc", scene_.prefix(), scene_.prefix());
    svg_.open("svg", fmt::format("class=\"space-time\" role=\"group\" aria-labelledby=\"{}\" "
                                 "width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\"",
                                 names, width(), bottom_ + kMargin, width(), bottom_ + kMargin));
    describe();
    define();
    draw_offline();
    draw_lanes();
    for (std::size_t i = 0; i < rows_.size(); ++i) draw_row(i);
    svg_.close("g");
    svg_.close("svg");
    return svg_.markup();
  }

 private:
  std::string pattern() const { return scene_.prefix() + "hatch"; }
  int width() const {
    return first_lane_ + static_cast<int>(scene_.lanes().size()) * lane_width_ + kMargin;
  }
  bool has(Replica replica) const {
    const auto& lanes = scene_.lanes();
    return std::find(lanes.begin(), lanes.end(), replica) != lanes.end();
  }
  int x_of(Replica replica) const {
    const auto& lanes = scene_.lanes();
    const auto place = std::find(lanes.begin(), lanes.end(), replica) - lanes.begin();
    return first_lane_ + static_cast<int>(place) * lane_width_ + 10;
  }

  void choose_widths() {
    int title = 0;
    int lane = kLaneLeast;
    for (const Row& row : rows_) {
      const Passage& passage = scene_.account().passages()[row.passage];
      if (row.first)
        title = std::max(title, text_width(clip(scene_.title(passage), kTitleColumns)));
      for (const Note& note : row.notes) lane = std::max(lane, width_of(note) + 20);
      if (row.message)
        lane = std::max(lane, text_width(short_label(*row.message, scene_.words())) + 56);
    }
    first_lane_ = kMargin + kNumberWidth + title + 26;
    lane_width_ = std::min(lane, kLaneMost);
  }

  static double character_width(const Note& note) {
    return note.style == "tide" || note.style == "remark" ? kSmallWidth : kCharacterWidth;
  }
  static int width_of(const Note& note) {
    return static_cast<int>(static_cast<double>(columns(note.text)) * character_width(note));
  }

  // How many notes stand below one another at the fullest lane.
  static int notes_of(const Row& row) {
    std::map<Replica, int> counts;
    int most = 0;
    for (const Note& note : row.notes) most = std::max(most, ++counts[note.replica]);
    return most;
  }

  void choose_heights() {
    bottom_ = kTop;
    for (Row& row : rows_) {
      row.y = bottom_;
      const int arrow = row.message ? kArrowHeight : 6;
      row.height = std::max(arrow + notes_of(row) * kNoteHeight, kArrowHeight) + kGap;
      bottom_ += row.height;
    }
  }

  void describe() {
    svg_.raw(
        fmt::format("<title id=\"{}picture-title\">Space-time diagram</title>\n", scene_.prefix()));
    svg_.raw(fmt::format(
        "<desc id=\"{}picture-desc\">Time runs down. One column each for {}. Arrows are messages. "
        "The table below says the same in words.</desc>\n",
        scene_.prefix(), escaped(lane_names())));
  }
  std::string lane_names() const {
    std::string names;
    for (const Replica replica : scene_.lanes())
      names += (names.empty() ? "" : ", ") + who(replica);
    return names;
  }

  void define() {
    svg_.raw(fmt::format(
        "<defs><pattern id=\"{}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" "
        "y2=\"6\"/></pattern></defs>\n",
        pattern()));
  }

  // From where each client goes offline to where it comes back; settle brings all back.
  void draw_offline() {
    std::map<Replica, int> since;
    for (std::size_t place = 0; place < scene_.window().begin; ++place)
      for (const Entry& entry : scene_.account().passages()[place].entries)
        note(entry, since, kTop);
    for (const Row& row : rows_) {
      const Passage& passage = scene_.account().passages()[row.passage];
      if (passage.kind != PassageKind::step) break;
      if (row.entry < passage.entries.size()) note(passage.entries[row.entry], since, row.y + 8);
    }
    const auto rest = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
      return scene_.account().passages()[row.passage].kind != PassageKind::step;
    });
    const int end = rest == rows_.end() ? bottom_ : rest->y;
    for (const auto& [replica, y] : since) draw_band(replica, y, end);
  }
  void note(const Entry& entry, std::map<Replica, int>& since, int y) {
    const Replica replica = entry.replica();
    if (is<WentOffline>(entry.head)) since.emplace(replica, y);
    if (!is<CameOnline>(entry.head) || !since.contains(replica)) return;
    draw_band(replica, since[replica], y);
    since.erase(replica);
  }
  void draw_band(Replica replica, int begin, int end) {
    if (!has(replica) || end <= begin) return;
    svg_.raw(fmt::format("<g class=\"offline\"><title>{} is offline</title>\n", who(replica)));
    svg_.raw(fmt::format("<rect fill=\"url(#{})\" x=\"{}\" y=\"{}\" width=\"14\" height=\"{}\"/>\n",
                         pattern(), x_of(replica) - 7, begin, end - begin));
    svg_.rect({x_of(replica) - 7, begin}, 14, end - begin, "band", 2);
    svg_.close("g");
  }

  void draw_lanes() {
    for (const Replica replica : scene_.lanes()) {
      const int x = x_of(replica);
      svg_.line({x, kTop - 8}, {x, bottom_}, "lane");
      svg_.rect({x - 13, kMargin - 4}, 26, 24, replica.is_server() ? "head server" : "head", 6);
      svg_.text({x, kMargin + 13}, Anchor::middle, "name", std::string(1, replica_name(replica)));
      if (replica.is_server()) svg_.text({x + 20, kMargin + 13}, Anchor::start, "remark", "server");
    }
  }

  void draw_row(std::size_t place) {
    const Row& row = rows_[place];
    const Passage& passage = scene_.account().passages()[row.passage];
    if (row.first) open_passage(place, passage);
    if (row.quiet)
      draw_quiet(row, passage);
    else if (row.message)
      draw_message(row);
    else
      draw_dots(row);
    draw_notes(row);
  }

  void open_passage(std::size_t place, const Passage& passage) {
    if (place > 0) svg_.close("g");
    int height = 0;
    for (std::size_t i = place; i < rows_.size() && rows_[i].passage == rows_[place].passage; ++i)
      height += rows_[i].height;
    const int y = rows_[place].y;
    svg_.open("g", "class=\"passage\" " + scene_.attributes(passage));
    svg_.rect({2, y - 3}, width() - 4, height, "ground", 4);
    svg_.open("a", fmt::format("href=\"#{}\"", scene_.anchor(passage)));
    const int x = kMargin + kNumberWidth;
    svg_.text({x - 8, y + 13}, Anchor::end, "number", Scene::number(passage));
    svg_.text({x, y + 13}, Anchor::start,
              passage.kind == PassageKind::step ? "step" : "step settling",
              clip(scene_.title(passage), kTitleColumns));
    svg_.close("a");
  }

  void draw_notes(const Row& row) {
    std::map<Replica, int> below;
    for (const Note& note : row.notes) {
      if (!has(note.replica)) continue;
      const int y = row.y + (row.message ? kArrowHeight : 0) + 13 + below[note.replica];
      below[note.replica] += kNoteHeight;
      const auto room = static_cast<std::size_t>((lane_width_ - 18) / character_width(note));
      svg_.text({x_of(note.replica) + 13, y}, Anchor::start, note.style, clip(note.text, room));
    }
  }

  // One for each replica that something is said of.
  void draw_dots(const Row& row) {
    std::map<Replica, bool> seen;
    for (const Note& note : row.notes) {
      if (!has(note.replica) || std::exchange(seen[note.replica], true)) continue;
      const Point center{x_of(note.replica), row.y + 9};
      svg_.circle(center, 4, note.style == "remark" ? "dot empty" : "dot");
      draw_rings(row, center, note.replica);
    }
  }
  void draw_rings(const Row& row, Point center, Replica replica) {
    const auto has_note = [&](std::string_view style) {
      return std::any_of(row.notes.begin(), row.notes.end(), [&](const Note& note) {
        return note.replica == replica && note.style == style;
      });
    };
    if (has_note("broken")) svg_.circle(center, 9, "ring");
    if (has_note("cause")) svg_.circle(center, 9, "ring cause");
  }

  void draw_quiet(const Row& row, const Passage& passage) {
    const Replica client = passage.entries[row.entry].replica();
    if (!has(client)) return;
    const int y = row.y + 14;
    const std::string since = scene_.words().since(passage.entries[row.entry].message()->number);
    svg_.line({x_of(client), y}, {x_of(kServer), y}, "quiet");
    label((x_of(client) + x_of(kServer)) / 2, y - 4,
          "nothing new" + (since.empty() ? "" : ", " + since), x_of(client), x_of(kServer), "dim");
  }

  void label(int x, int y, const std::string& text, int from, int to, std::string_view style) {
    const auto room =
        static_cast<std::size_t>(std::max(1, (std::abs(to - from) - 30) / kCharacterWidth));
    svg_.text({x, y}, Anchor::middle, style, clip(text, room));
  }

  void draw_message(const Row& row) {
    const Entry& message = *row.message;
    const MessageEvent& letter = *message.message();
    if (!has(letter.client)) return;
    const int from = x_of(letter.from);
    const int to = x_of(letter.to);
    const bool arrives = is<MessageArriving>(message.head);
    const bool late = is<MessageBecameLate, MessageCopied>(message.head) || letter.late;
    const int end = arrives ? to : from + (to - from) * 3 / 5;
    const Point tail{from, row.y + 8};
    const Point head{end, row.y + (arrives ? 23 : 17)};
    svg_.line(tail, head, late ? "message late" : "message");
    svg_.circle(tail, 3, "dot");
    draw_end(message.head, head, to > from);
    label((from + to) / 2, row.y + 10, short_label(message, scene_.words()), from, to, "cargo");
    if (const std::string became = fate_word(message.head); !became.empty())
      svg_.text({end + (to > from ? 12 : -12), head.y + 5}, to > from ? Anchor::start : Anchor::end,
                is<MessageSent>(message.head) ? "remark" : "fate", became);
    draw_rings(row, head, letter.to);
  }

  static std::string fate_word(const Event& event) {
    if (is<MessageLost>(event)) return "lost";
    if (is<MessageBecameLate>(event)) return "late";
    if (is<MessageCopied>(event)) return "copy, late";
    return is<MessageSent>(event) ? "in flight" : "";
  }

  void draw_end(const Event& event, Point head, bool rightward) {
    const int x = head.x;
    const int y = head.y;
    if (is<MessageLost>(event))
      return svg_.path(fmt::format("M{} {}l10 10m0 -10l-10 10", x - 5, y - 5), "cross");
    if (is<MessageBecameLate, MessageCopied>(event)) {
      svg_.circle(head, 6, "clock");
      return svg_.path(fmt::format("M{} {}v-4m0 4h3", x, y), "hands");
    }
    const int back = rightward ? -9 : 9;
    const int tilt = 2;
    svg_.path(fmt::format("M{} {}L{} {}L{} {}Z", x, y, x + back, y - 4 - tilt,
                          x + back + (rightward ? -1 : 1), y + 4 - tilt),
              "arrowhead");
  }

  const Scene& scene_;
  std::vector<Row> rows_;
  int first_lane_ = 0;
  int lane_width_ = kLaneLeast;
  int bottom_ = 0;
  Svg svg_;
};

// --- as a table

class EventTable {
 public:
  explicit EventTable(const Scene& scene) : scene_(scene), words_(scene.words()) {}

  std::string write() {
    std::string rows;
    const auto& passages = scene_.account().passages();
    for (std::size_t place = scene_.window().begin; place < scene_.window().end; ++place)
      rows += rows_of(passages[place], place);
    return element("table", "class=\"events\"",
                   "<thead><tr><th scope=\"col\">step</th><th scope=\"col\">from</th>"
                   "<th scope=\"col\">to</th><th scope=\"col\">message</th>"
                   "<th scope=\"col\">what changed</th></tr></thead>\n" +
                       element("tbody", rows)) +
           "\n";
  }

 private:
  using Cells = std::vector<std::string>;

  // Their first cell is one for all.
  std::string rows_of(const Passage& passage, std::size_t place) const {
    std::vector<Cells> rows;
    for (std::size_t i = 0; i < passage.entries.size(); ++i)
      if (Cells cells = cells_of(passage, {place, i}); !cells.empty())
        rows.push_back(std::move(cells));
    if (rows.empty()) rows.push_back({"", "", "", ""});
    std::string markup =
        element("th", fmt::format("scope=\"rowgroup\" rowspan=\"{}\"", rows.size()),
                escaped(fmt::format("{} {}", Scene::number(passage), scene_.title(passage))));
    std::string all;
    for (const Cells& cells : rows) {
      for (const std::string& cell : cells) markup += element("td", escaped(cell));
      all += element("tr", scene_.attributes(passage), std::exchange(markup, {})) + "\n";
    }
    return all;
  }

  // None: nothing is to be told.
  Cells cells_of(const Passage& passage, Spot spot) const {
    const Entry& entry = passage.entries[spot.entry];
    if (is<StepSkipped>(entry.head))
      return {"", "", "", "nothing done: " + scene_.skipped_since(passage, entry)};
    std::string changed = changes(entry, spot);
    const MessageEvent* message = entry.message();
    if (message == nullptr) {
      if (changed.empty()) return {};
      return {std::string(1, replica_name(entry.replica())), "", "", std::move(changed)};
    }
    const std::string became = fate(entry.head);
    return {std::string(1, replica_name(message->from)), std::string(1, replica_name(message->to)),
            label_of(entry, words_) + (became.empty() ? "" : " " + became), std::move(changed)};
  }

  std::string changes(const Entry& entry, Spot spot) const {
    std::string text;
    const auto add = [&](Replica replica, const std::string& what) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", replica_name(replica), what);
    };
    for (const HoldingChange& change : entry.changes)
      add(change.replica,
          fmt::format("{} {} → {}", words_.object(change.guid), words_.version(change.before),
                      words_.version_with_text(change.after)));
    for (const TideChange& change : entry.tides)
      for (const std::string& said :
           changes_of(change, scene_.run().recording().tells_servercounter_lastsync))
        add(change.after.replica, said);
    for (const std::string& invariant : scene_.broken_at(spot))
      text += (text.empty() ? "" : "; ") + invariant + " broken";
    return text;
  }

  const Scene& scene_;
  const Vocabulary& words_;
};

}  // namespace

std::string space_time_picture(const Scene& scene) { return Picture(scene).draw(); }

std::string space_time_table(const Scene& scene) { return EventTable(scene).write(); }

}  // namespace tidemark::core
