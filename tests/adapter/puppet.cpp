// A small adapter that does as docs/ADAPTERS.md says, unless it is told not to.
//
// Its engine: every replica keeps the newest version of each object, tombstones too. A client tells
// the server what it knows, gets what is newer there, and uploads what is newer here. A change is
// stamped later than what it overwrites, whatever the clock says, so that newer is never older.
//
//   tidemark_puppet [WORD…]
//     worlds=N       so many worlds; 1 if left out
//     strategy=NAME  says that this is its strategy; own if left out
//     careless       the server takes all uploads, and does not look what is newer
//     moody          in every second world messages do not list the objects that they carry
//     apart          every world but the first is answered with an error
//     refuses=OP     this request is answered with an error
//     once=FILE      what follows is done only if FILE is not there, and makes it
//     KIND@N[=TEXT]  at the N-th request of the process, hello counted:
//       crash        ends with exit code 7
//       killed       is ended by signal 9, as where memory is short
//       killed       is ended by signal 9
//       silent       answers nothing more, until its standard input ends
//       say          answers TEXT
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tuple>

namespace {

using Json = nlohmann::json;
using Table = std::map<std::string, Json>;  // by guid

// Which of two is kept is the same everywhere, also of equal stamps.
std::tuple<std::int64_t, std::string> age(const Json& version) {
  return {version.at("stamp"), version.at("value")};
}
bool is_newer(const Json& version, const Json& known, const std::string& guid) {
  return !known.contains(guid) || age(version) > age(known.at(guid));
}

Json known(const Table& table) {
  Json ages = Json::object();
  for (const auto& [guid, version] : table)
    ages[guid] = {{"stamp", version.at("stamp")}, {"value", version.at("value")}};
  return ages;
}
Json newer_than(const Json& known_there, const Table& table) {
  Json newer = Json::array();
  for (const auto& [guid, version] : table)
    if (is_newer(version, known_there, guid)) newer.push_back(version);
  return newer;
}
Json holds(const Table& table) {
  Json all = Json::array();
  for (const auto& [guid, version] : table) all.push_back(version);
  return all;
}

struct World {
  Table server;
  Table saved;
  std::map<std::string, Table> clients;
  bool lists_objects = true;
};

struct Manners {
  std::uint32_t worlds = 1;
  std::string strategy = "own";
  bool careless = false;
  bool moody = false;
  bool apart = false;
  std::string refused;  // an operation
  std::string once;     // a file
  std::string misdeed;
  std::uint64_t misdeed_at = 0;  // 0: never
  std::string text;
};

class Puppet {
 public:
  explicit Puppet(const Manners& manners) : manners_(manners) {}

  Json answer(const Json& request) {
    const std::string op = request.at("op");
    if (op == manners_.refused) return {{"error", "no " + op + " here"}};
    if (op == "hello") return hello(request);
    if (manners_.apart && request.at("world") != 0) return {{"error", "one world, please"}};
    if (op == "begin") return begin(request);
    World& world = worlds_[request.at("world")];
    Table& table = table_of(world, request.at("at"));
    if (op == "change") return change(table, request);
    if (op == "start") return start(world, table, request.at("full"));
    if (op == "request") return serve(world, request.at("message"));
    if (op == "answer") return receive(world, table, request.at("message"));
    if (op == "reinstall") table.clear();
    if (op == "backup") world.saved = world.server;
    if (op == "restore") world.server = world.saved;
    return op == "restore" ? Json{{"holds", holds(table)}} : Json::object();
  }

 private:
  static Table& table_of(World& world, const std::string& at) {
    return at == "S" ? world.server : world.clients[at];
  }

  Json hello(const Json& request) const {
    const std::string& own = manners_.strategy;
    if (request.value("strategy", own) != own) return {{"error", "newest wins, nothing else"}};
    return {{"tidemark", 1},
            {"name", "puppet"},
            {"version", "1.0"},
            {"worlds", manners_.worlds},
            {"strategy", own},
            {"decisions", "reported"},
            {"lacks", {"shared-keys"}},
            {"excuses", {"told"}}};
  }

  Json begin(const Json& request) {
    World& world = worlds_[request.at("world")];
    world = {};
    ++begun_;
    world.lists_objects = !manners_.moody || begun_ % 2 == 0;
    return Json::object();
  }

  static Json change(Table& table, const Json& request) {
    Json& version = table[request.at("guid")];
    if (version.is_null())
      version = {
          {"guid", request.at("guid")}, {"pk", request.at("pk")}, {"name", request.at("name")}};
    const std::int64_t after = version.value("stamp", std::int64_t{-1} << 40) + 1;
    version["stamp"] = std::max(after, request.at("now").get<std::int64_t>());
    version["value"] = request.at("value");
    version["isdeleted"] = request.at("change") == "delete";
    return {{"holds", holds(table)}};
  }

  static Json start(const World& world, const Table& table, bool full) {
    Json body{{"known", full ? Json::object() : known(table)}};
    return {{"send", message(world, "download-request", std::move(body))}};
  }

  Json serve(World& world, const Json& request) const {
    const Json& body = request.at("body");
    Json answer = Json::object();
    if (request.at("kind") == "upload-request") {
      answer["decisions"] = merge(world.server, body.at("objects"), manners_.careless);
      answer["send"] = message(world, "upload-ack", Json::object());
    } else {
      Json reply{{"known", known(world.server)},
                 {"objects", newer_than(body.at("known"), world.server)}};
      answer["send"] = message(world, "download-reply", std::move(reply));
    }
    answer["holds"] = holds(world.server);
    return answer;
  }

  static Json receive(const World& world, Table& table, const Json& reply) {
    if (reply.at("kind") == "upload-ack") return Json::object();
    const Json& body = reply.at("body");
    Json answer{{"decisions", merge(table, body.at("objects"), false)}};
    Json newer = newer_than(body.at("known"), table);
    if (!newer.empty())
      answer["send"] = message(world, "upload-request", {{"objects", std::move(newer)}});
    answer["holds"] = holds(table);
    return answer;
  }

  // Returns what was decided.
  static Json merge(Table& table, const Json& arriving, bool blindly) {
    Json decisions = Json::array();
    for (const Json& version : arriving) {
      Json& held = table[version.at("guid")];
      const bool is_kept = !blindly && !held.is_null() && age(held) >= age(version);
      if (!blindly && !held.is_null() && held.at("value") != version.at("value"))
        decisions.push_back({{"guid", version.at("guid")},
                             {"local", held.at("value")},
                             {"server", version.at("value")},
                             {"kept", is_kept ? "local" : "server"}});
      if (!is_kept) held = version;
    }
    return decisions;
  }

  static Json message(const World& world, const char* kind, Json body) {
    Json objects = body.value("objects", Json::array());
    if (!world.lists_objects) objects = Json::array();
    return {{"kind", kind}, {"body", std::move(body)}, {"objects", std::move(objects)}};
  }

  const Manners& manners_;
  std::map<std::uint32_t, World> worlds_;
  std::uint64_t begun_ = 0;  // never forgotten
};

[[noreturn]] void wait_for_the_end() {
  for (std::string line; std::getline(std::cin, line);) {
  }
  std::exit(0);
}

bool is_time_for_it(const Manners& manners, std::uint64_t requests) {
  if (requests != manners.misdeed_at) return false;
  if (manners.once.empty()) return true;
  if (std::filesystem::exists(manners.once)) return false;
  std::ofstream(manners.once) << "done";
  return true;
}

// Returns whether the answer was given, or whatever stands for it.
bool misbehave(const Manners& manners) {
  if (manners.misdeed == "crash") std::_Exit(7);
  if (manners.misdeed == "killed") std::raise(SIGKILL);
  if (manners.misdeed == "killed") std::raise(SIGKILL);
  if (manners.misdeed == "silent") wait_for_the_end();
  if (manners.misdeed == "say") std::cout << manners.text << std::endl;
  return manners.misdeed == "say";
}

void take_word(Manners& manners, const std::string& word) {
  const std::size_t sign = std::min(word.find('='), word.size());
  const std::string name = word.substr(0, sign);
  const std::string text = word.substr(std::min(sign + 1, word.size()));
  if (name == "careless") manners.careless = true;
  if (name == "moody") manners.moody = true;
  if (name == "apart") manners.apart = true;
  if (name == "worlds") manners.worlds = static_cast<std::uint32_t>(std::stoul(text));
  if (name == "strategy") manners.strategy = text;
  if (name == "refuses") manners.refused = text;
  if (name == "once") manners.once = text;
  const std::size_t at = name.find('@');
  if (at == std::string::npos) return;
  manners.misdeed = name.substr(0, at);
  manners.misdeed_at = std::stoull(name.substr(at + 1));
  manners.text = text;
}

}  // namespace

int main(int argc, char** argv) {
  Manners manners;
  for (int i = 1; i < argc; ++i) take_word(manners, argv[i]);
  Puppet puppet(manners);
  std::uint64_t requests = 0;
  for (std::string line; std::getline(std::cin, line);)
    if (!is_time_for_it(manners, ++requests) || !misbehave(manners))
      std::cout << puppet.answer(Json::parse(line)) << std::endl;
}
