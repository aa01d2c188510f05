#include "reports/space_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "reports/words.h"
#include "sim/trace.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kStepMost = 26;
constexpr std::size_t kStepMostWhenCrowded = 20;  // beside more than three lanes
constexpr std::size_t kLaneMost = 25;
constexpr std::size_t kLaneLeast = 12;
constexpr std::size_t kNumberColumns = 8;  // `>>  12  `

enum class Fate : std::uint8_t { arrives, lost, late };

struct Arrow {
  Replica client{};
  bool upward = false;
  bool from_late = false;
  Fate fate = Fate::arrives;
  std::string label{};
};

struct Cell {
  Replica replica;
  std::string text;
};

struct Row {
  std::string number{};
  std::string title{};
  std::vector<Cell> cells{};
  std::optional<Arrow> arrow{};
  bool marked = false;   // where it went wrong
  bool telling = false;  // something changed, or went wrong
};

// --- what to show

class Rows {
 public:
  Rows(const Account& account, const Breach& breach, const std::optional<Spot>& cause)
      : account_(account),
        breach_(breach),
        cause_(cause),
        words_(account),
        breach_spot_(account.spot_of(breach)) {}

  std::vector<Row> read() {
    const std::size_t end = std::min(breach_spot_.passage + 1, account_.passages().size());
    for (std::size_t passage = 0; passage < end; ++passage) read_passage(passage);
    return std::move(rows_);
  }

 private:
  void read_passage(std::size_t place) {
    const Passage& passage = account_.passages()[place];
    const std::size_t before = rows_.size();
    for (std::size_t entry = 0; entry < passage.entries.size(); ++entry) {
      const Spot spot{place, entry};
      if (!breach_.at_rest && spot > breach_spot_) break;
      read_entry(spot);
    }
    if (rows_.size() == before) {
      if (passage.kind != PassageKind::step) return;
      rows_.emplace_back();
    }
    title(rows_[before], passage);
  }

  void title(Row& row, const Passage& passage) const {
    if (passage.kind != PassageKind::step) {
      row.title = place_name(passage);
      return;
    }
    row.number = fmt::format("{}", passage.number + 1);
    row.title = print_step(account_.scenario(), account_.scenario().steps[passage.number]);
  }

  void read_entry(Spot spot) {
    const Entry& entry = account_.entry(spot);
    Row row{.marked = cause_ == spot};
    if (entry.message() != nullptr && !is<MessageSent>(entry.head)) read_message(entry, row);
    read_cells(entry, row);
    const bool changed = !row.cells.empty() && row.cells.front().text != "no change";
    row.telling =
        row.marked || changed || (row.arrow && row.arrow->fate != Fate::arrives) || entry.is_late();
    if (row.telling || is_shown(spot)) rows_.push_back(std::move(row));
  }

  // What is told where nothing changed: objects on their way, and the messages of a step that is
  // about one message.
  bool is_shown(Spot spot) const {
    const Entry& entry = account_.entry(spot);
    if (!is<MessageArriving>(entry.head)) return false;
    const bool objects = entry.carried && !entry.carried->empty();
    if (objects && entry.message()->kind != MessageKind::upload_ack) return true;
    const Passage& passage = account_.passage(spot);
    if (passage.kind != PassageKind::step) return false;
    const StepKind kind = account_.scenario().steps[passage.number].kind;
    return kind == StepKind::deliver || kind == StepKind::arrive;
  }

  void read_message(const Entry& entry, Row& row) const {
    const MessageEvent& message = *entry.message();
    Arrow arrow{.client = message.client, .upward = message.to.is_server()};
    const bool late_now = is<MessageBecameLate, MessageCopied>(entry.head);
    const bool lost = is<MessageLost>(entry.head);
    arrow.fate = lost ? Fate::lost : late_now ? Fate::late : Fate::arrives;
    arrow.from_late = is<MessageArriving>(entry.head) && message.late;
    arrow.label = label(entry);
    row.arrow = std::move(arrow);
  }

  std::string label(const Entry& entry) const {
    const std::string cargo = words_.cargo(entry);
    switch (entry.message()->kind) {
      case MessageKind::download_request:
        return cargo.empty() ? "asks" : "asks " + cargo;
      case MessageKind::upload_ack:
        return entry.refused.empty() ? "ack" : "ack, refused";
      default:
        return cargo.empty() ? std::string(message_name(entry.message()->kind)) : cargo;
    }
  }

  void read_cells(const Entry& entry, Row& row) const {
    for (std::uint8_t number = 0; number < account_.replicas(); ++number) {
      std::string text = words_.holds_anew({number}, entry);
      if (row.arrow && receiver(*row.arrow) == Replica{number})
        text = outcome(entry, *row.arrow, text);
      if (!text.empty()) row.cells.push_back({{number}, text});
    }
    if (!row.cells.empty()) return;
    if (row.arrow) return note_arrival(entry, row);
    if (const std::string text = remark(entry); !text.empty())
      row.cells.push_back({entry.replica(), text});
  }

  // Of an arrival that changed no holding: the marks where they are what went wrong.
  void note_arrival(const Entry& entry, Row& row) const {
    const Replica replica = receiver(*row.arrow);
    for (const auto& [before, after] : entry.tides)
      if (row.marked && after.replica == replica &&
          entry.message()->kind == MessageKind::upload_ack)
        return row.cells.push_back({replica, mark_change(before, after)});
    const bool objects = entry.carried && !entry.carried->empty();
    if (objects && entry.message()->kind != MessageKind::upload_ack)
      row.cells.push_back({replica, "no change"});
  }
  static std::string mark_change(const Tide& before, const Tide& after) {
    if (before.servercounter_lastsync != after.servercounter_lastsync)
      return fmt::format("mark {} -> {}", before.servercounter_lastsync,
                         after.servercounter_lastsync);
    return fmt::format("mark {} -> {}", before.counter_lastsync, after.counter_lastsync);
  }

  static Replica receiver(const Arrow& arrow) { return arrow.upward ? kServer : arrow.client; }

  std::string outcome(const Entry& entry, const Arrow& arrow, std::string held) const {
    if (arrow.fate == Fate::lost) return "lost";
    if (arrow.fate == Fate::late) return "late";
    for (const Fact& fact : entry.facts) {
      if (fact.kind == FactKind::upload_refused)
        held += (held.empty() ? "" : " ") + std::string("refuses");
      if (fact.kind == FactKind::conflict_resolved && fact.winner == Winner::local)
        held += (held.empty() ? "keeps " : " keeps ") + words_.item(fact.guid, fact.local);
    }
    return held;
  }

  // Of what has no message and changed nothing.
  static std::string remark(const Entry& entry) {
    if (is<StepSkipped>(entry.head)) return "(nothing done)";
    if (is<BackedUp>(entry.head)) return "saved";
    const bool sent = is<MessageSent>(entry.head);
    return sent && entry.message()->kind == MessageKind::download_request ? "asks …" : "";
  }

  const Account& account_;
  const Breach& breach_;
  std::optional<Spot> cause_;
  Vocabulary words_;
  Spot breach_spot_;
  std::vector<Row> rows_;
};

// --- where to show it

// One line of the table, column by column.
class Canvas {
 public:
  explicit Canvas(std::size_t width) : columns_(width, " ") {}

  void put(std::size_t column, std::string_view text) {
    for (; !text.empty() && column < columns_.size(); ++column) {
      const std::size_t size = std::max<std::size_t>(1, character_size(text));
      columns_[column] = std::string(text.substr(0, size));
      text.remove_prefix(size);
    }
  }
  std::string text() const {
    std::string result;
    for (const std::string& column : columns_) result += column;
    return result.substr(0, result.find_last_not_of(' ') + 1);
  }

 private:
  std::vector<std::string> columns_;
};

class Layout {
 public:
  Layout(const Account& account, const std::vector<Row>& rows, const Breach& breach,
         std::size_t width)
      : width_(width) {
    choose_lanes(account, rows, breach);
    for (const Row& row : rows) step_width_ = std::max(step_width_, columns(row.title));
    step_width_ = std::min(step_width_, lanes_.size() > 3 ? kStepMostWhenCrowded : kStepMost);
    lane_width_ = std::clamp((width_ - first_lane()) / lanes_.size(), kLaneLeast, kLaneMost);
  }

  std::string heading() const {
    Canvas canvas(width_);
    canvas.put(4, "#");
    canvas.put(kNumberColumns - 2, "step");
    for (const Replica replica : lanes_)
      canvas.put(column(replica), std::string(1, replica_name(replica)));
    return canvas.text();
  }

  std::string draw(const Row& row) const {
    Canvas canvas(width_);
    if (row.marked) canvas.put(0, ">>");
    canvas.put(5 - std::min<std::size_t>(columns(row.number), 3), row.number);
    canvas.put(kNumberColumns - 2, clip(row.title, step_width_));
    for (const Cell& cell : row.cells)
      if (has(cell.replica)) canvas.put(column(cell.replica), clip(cell.text, room(row, cell)));
    if (row.arrow && has(row.arrow->client)) draw_arrow(canvas, row);
    return canvas.text();
  }

 private:
  // The server stands in the middle. Clients that do nothing are left out.
  void choose_lanes(const Account& account, const std::vector<Row>& rows, const Breach& breach) {
    std::set<Replica> acting;
    for (const Step& step : account.scenario().steps) acting.insert(step.replica);
    for (const Row& row : rows)
      if (row.arrow && (row.telling || row.marked)) acting.insert(row.arrow->client);
    acting.insert(breach.replica);
    acting.erase(kServer);
    lanes_.assign(acting.begin(), acting.end());
    lanes_.insert(lanes_.begin() + static_cast<std::ptrdiff_t>((lanes_.size() + 1) / 2), kServer);
    const std::size_t most = (width_ - kNumberColumns - kStepMostWhenCrowded) / kLaneLeast;
    if (lanes_.size() <= most) return;
    std::erase(lanes_, kServer);
    lanes_.resize(most - 1);
    lanes_.insert(lanes_.begin() + static_cast<std::ptrdiff_t>(most / 2), kServer);
  }

  bool has(Replica replica) const {
    return std::find(lanes_.begin(), lanes_.end(), replica) != lanes_.end();
  }
  std::size_t first_lane() const { return kNumberColumns + step_width_; }
  std::size_t column(Replica replica) const {
    const auto lane = std::find(lanes_.begin(), lanes_.end(), replica) - lanes_.begin();
    return first_lane() + static_cast<std::size_t>(lane) * lane_width_;
  }

  // How wide a cell may be: an arrow that comes from the right needs some of its lane.
  std::size_t room(const Row& row, const Cell& cell) const {
    if (!row.arrow) return lane_width_ - 1;
    const Replica client = row.arrow->client;
    const Replica other = cell.replica == client ? kServer : client;
    const bool concerned = cell.replica == client || cell.replica == kServer;
    if (!concerned || column(other) < column(cell.replica)) return lane_width_ - 1;
    return column(other) - column(cell.replica) - 5;
  }

  static const Cell* cell_of(const Row& row, Replica replica) {
    const auto found = std::find_if(row.cells.begin(), row.cells.end(),
                                    [&](const Cell& cell) { return cell.replica == replica; });
    return found == row.cells.end() ? nullptr : &*found;
  }

  void draw_arrow(Canvas& canvas, const Row& row) const {
    const Arrow& arrow = *row.arrow;
    const Replica sender = arrow.upward ? arrow.client : kServer;
    const Replica receiver = arrow.upward ? kServer : arrow.client;
    const bool rightward = column(sender) < column(receiver);
    const Cell* cell = cell_of(row, receiver);
    const std::size_t width = cell == nullptr ? 0 : columns(clip(cell->text, room(row, *cell))) + 1;
    const std::size_t left = rightward ? column(sender) : column(receiver) + width;
    const std::size_t right = rightward ? column(receiver) - 2 : column(sender);
    if (left + 2 > right) return;
    std::string line(right - left + 1, '-');
    line.front() = rightward ? tail(arrow) : head(arrow, false);
    line.back() = rightward ? head(arrow, true) : tail(arrow);
    canvas.put(left, line);
    draw_label(canvas, arrow.label, left, right, rightward);
  }

  // On the arrow; where a leftward arrow is too short, at its sender.
  static void draw_label(Canvas& canvas, const std::string& label, std::size_t left,
                         std::size_t right, bool rightward) {
    const std::size_t room = right - left + 1;
    if (columns(label) + 6 > room && !rightward) return canvas.put(right, label);
    if (room < 8) return;
    const std::string text = " " + clip(label, room - 6) + " ";
    canvas.put(left + (room - columns(text)) / 2, text);
  }

  static char tail(const Arrow& arrow) { return arrow.from_late ? '~' : '*'; }
  static char head(const Arrow& arrow, bool rightward) {
    if (arrow.fate == Fate::lost) return 'x';
    if (arrow.fate == Fate::late) return '~';
    return rightward ? '>' : '<';
  }

  std::size_t width_;
  std::vector<Replica> lanes_;
  std::size_t step_width_ = 14;
  std::size_t lane_width_ = kLaneMost;
};

// --- what fits

// `… 12 more steps`, `… 3 more messages`.
std::string left_out(const std::vector<Row>& rows, std::size_t begin, std::size_t end) {
  std::size_t steps = 0;
  for (std::size_t i = begin; i < end; ++i) steps += !rows[i].number.empty();
  const std::string what =
      steps > 0 ? count_of(steps, "more step") : count_of(end - begin, "more message");
  return std::string(kNumberColumns - 2, ' ') + "… " + what;
}

// Where to leave out so many rows: in the middle, or beside the marked row if that is there.
std::size_t begin_of_gap(const std::vector<Row>& rows, std::size_t out) {
  const std::size_t middle = (rows.size() - out) / 2;
  const auto found =
      std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.marked; });
  const auto marked = static_cast<std::size_t>(found - rows.begin());
  if (marked < middle || marked >= middle + out) return middle;
  if (marked + 1 + out <= rows.size()) return marked + 1;
  return marked >= out ? marked - out : middle;
}

// Leaves out rows in which nothing changed, but for titles, until the others fit.
void thin_out(std::vector<Row>& rows, std::size_t most) {
  for (std::size_t i = rows.size(); i-- > 0 && rows.size() > most;)
    if (!rows[i].telling && rows[i].title.empty())
      rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
}

}  // namespace

std::vector<TableLine> space_time(const Account& account, const Breach& breach,
                                  const std::optional<Spot>& cause, std::size_t most,
                                  std::size_t width) {
  std::vector<Row> rows = Rows(account, breach, cause).read();
  thin_out(rows, most);
  const Layout layout(account, rows, breach, width);
  std::vector<TableLine> lines{{layout.heading()}};
  const std::size_t fits = std::max<std::size_t>(most, 3);
  const std::size_t out = rows.size() > fits ? rows.size() - fits + 1 : 0;
  const std::size_t front = begin_of_gap(rows, out);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (out > 0 && i == front) lines.push_back({left_out(rows, front, front + out)});
    if (out > 0 && i >= front && i < front + out) continue;
    lines.push_back({layout.draw(rows[i]), rows[i].marked});
  }
  return lines;
}

}  // namespace tidemark::core
