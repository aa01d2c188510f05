// The vocabulary that all reports share: how versions, objects, replicas, messages, steps and
// breaches are named. One name for one thing, everywhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "reports/account.h"

namespace tidemark::core {

// Names what is in one run. The account outlives it.
class Vocabulary {
 public:
  explicit Vocabulary(const Account& account) : account_(&account) {}

  // `o1`: the label, its middle left out where it is long.
  std::string object(Guid guid) const;
  // `v2`: versions are numbered in the order in which they were written; `nothing` for none.
  std::string version(Value value) const;
  // `v2 "100 EUR"`: with the text that the step gave.
  std::string version_with_text(Value value) const;
  // `o1=v2`; `o1=v3(deleted)` for a deletion; `o1=nothing`.
  std::string item(Guid guid, Value value) const;
  // Items with a blank between.
  std::string items(const std::vector<Item>& items) const;
  // What all replicas hold, by replica and object; those that hold the same are named together:
  // `S, A: o1=v1   B: nothing`.
  std::string holdings(const std::vector<Value>& held) const;
  std::string holdings_of(Replica replica, const std::vector<Value>& held) const;
  // `S, A`: who holds a version at rest, under whichever guid.
  std::string holders_of(Value value) const;
  // What a replica holds otherwise than before an entry; empty where that is nothing.
  std::string holds_anew(Replica replica, const Entry& entry) const;
  // What a message carries: `since 3` of a download-request, items of a download-reply and an
  // upload-request, of an upload-ack which objects of its request the server took, and which it
  // refused. Empty where that is not known: the message never arrived, or the engine does not tell
  // its marks.
  std::string cargo(const Entry& message) const;
  // `since 3`: what the download-request of this number asks for; empty as above.
  std::string since(std::uint32_t number) const;
  // `A's edit of o1 (v2 "100 EUR")`.
  std::string change(Value value) const;
  // `edit on A`: how a version came to be.
  std::string made(Value value) const;
  // `edit on A, step 3`: the same, and when.
  std::string origin(Value value) const;
  bool is_deletion(Value value) const;
  const Version& version_of(Value value) const;

 private:
  const Account* account_;
};

// `A`, or `the server`.
std::string who(Replica replica);
// `A's`, or `the web backend's`: of an app's changes.
std::string whose(Replica replica);

// The reason for a skipped step: `A is offline`.
std::string skip_reason(SkipReason reason, const Step& step, const Scenario& scenario);

// What a fact says of its teller: `conflict between its own o1=v2 and the server's o1=v1: …`. Empty
// where the events say as much.
std::string told(const Fact& fact, const Vocabulary& words, std::string_view strategy);

// What became of a message: `(lost)`; empty where it arrives in time.
std::string fate(const Event& message);

// Where something happened: `step 3`, `settle`, `settle round 1`, `rest`.
std::string place_name(const Passage& passage);
// The same with its preposition: `in step 3`, `at rest`.
std::string in_place(const Passage& passage);

// Who is hurt, in which object, and how, in one sentence without a full stop:
// `A's edit of o1 (v2) is gone: A took the server's older v1 for newer`.
std::string sentence(const Breach& breach, const Account& account);

// What would have been right, and what is, at rest.
std::string expected(const Breach& breach, const Account& account);

// `page, server-priority`; with what differs: `page + empty-upload=yes, client-priority`,
// `hardened + mutant ack-echoes, client-priority`.
std::string configuration_name(const Configuration& configuration);
std::string configuration_name(const Trace& trace);

// How many steps are faults. What only ends or completes one (arrive, online, backup) counts not.
std::uint64_t fault_count(const Scenario& scenario);

}  // namespace tidemark::core
