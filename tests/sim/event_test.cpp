// Events: who hears of which, and that a digest takes each as it always did.
#include "sim/event.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tidemark::core {
namespace {

constexpr Replica A{1};

template <class Visit, std::size_t... kPlaces>
void for_each_type(Visit visit, std::index_sequence<kPlaces...> /*places*/) {
  (visit(std::variant_alternative_t<kPlaces, Event>()), ...);
}
template <class Visit>
void for_each_type(Visit visit) {
  for_each_type(visit, std::make_index_sequence<kEventTypes>());
}

// Digests of all times have these numbers in them, and JSON these names.
TEST(Event, TypesKeepTheirNumbersAndNames) {
  std::string names;
  for_each_type([&]<class E>(const E&) {
    names += std::to_string(kNumberOf<E>) + " " + std::string(E::kName) + "\n";
  });
  EXPECT_EQ(names,
            "0 world-began\n1 step-began\n2 step-skipped\n3 written\n4 clock-jumped\n"
            "5 cycle-began\n6 message-sent\n7 message-lost\n8 message-became-late\n"
            "9 message-copied\n10 message-arriving\n11 message-arrived\n12 carried\n"
            "13 fact-told\n14 held\n15 stale-changed-client\n16 repeat-changed-server\n"
            "17 exchange-ended\n18 exchange-overran\n19 went-offline\n20 came-online\n"
            "21 crashed\n22 reinstalled\n23 backed-up\n24 restored\n25 settle-began\n"
            "26 round-began\n27 rested\n");
}

template <EventType E>
std::uint64_t digest_of(const E& event) {
  Digest digest;
  add(digest, event);
  return digest.value();
}

std::uint64_t digest_of_words(std::uint64_t what, std::uint64_t of_what) {
  Digest digest;
  digest.add(what + of_what * 0xd6e8feb86659fd93u);
  return digest.value();
}

TEST(Event, DigestTakesWhatHappenedToWhomAndWithWhat) {
  EXPECT_EQ(digest_of(StepBegan{A, StepKind::sync, MessageKind::upload_ack, 7}),
            digest_of_words(1 | 1 << 8 | 4 << 16 | 4 << 24 | std::uint64_t{7} << 32, 0));
  EXPECT_EQ(digest_of(Written{A, {3}, {5}, {2}}),
            digest_of_words(3 | 1 << 8, 3 ^ 5 << 20 ^ std::uint64_t{2} << 42));
  EXPECT_EQ(digest_of(Held{kServer, {3}, {5}, {2}}),
            digest_of_words(14, 3 ^ 5 << 20 ^ std::uint64_t{2} << 42));
  EXPECT_EQ(digest_of(Carried{A, {3}, {5}, true}), digest_of_words(12 | 1 << 24, 3 ^ 5 << 20));
  EXPECT_EQ(digest_of(Rested{Rest::circle, 4}),
            digest_of_words(27 | 1 << 24 | std::uint64_t{4} << 32, 0));
}

// What was always known of a message; its way is none of it, and of copies only arrivals told.
TEST(Event, DigestTakesOfMessagesOnlyWhatItAlwaysTook) {
  const MessageEvent message{.client = A,
                             .from = A,
                             .to = kServer,
                             .kind = MessageKind::upload_request,
                             .number = 6,
                             .late = true,
                             .copied = true};
  const std::uint64_t what = 1 << 8 | 3 << 16 | std::uint64_t{6} << 32;
  EXPECT_EQ(digest_of(MessageSent{message}), digest_of_words(6 | what | 1 << 24, 0));
  EXPECT_EQ(digest_of(MessageCopied{message}), digest_of_words(9 | what | 1 << 24, 0));
  EXPECT_EQ(digest_of(MessageArriving{message}), digest_of_words(10 | what | 3 << 24, 0));
  EXPECT_EQ(digest_of(MessageArrived{message}), digest_of_words(11 | what | 3 << 24, 0));
}

struct Listener {
  std::string heard;
  void on(const Held&) { heard += "held "; }
  void on(const MessageEvent& message) { heard += message.late ? "late message " : "message "; }
};

TEST(Event, ListenersHearOfWhatTheyHaveAnOnForAndOfNothingElse) {
  Listener listener;
  tell(Held{}, listener);
  tell(MessageLost{{.late = true}}, listener);
  tell(MessageSent{}, listener);
  tell(Written{}, listener);
  EXPECT_EQ(listener.heard, "held late message message ");
  static_assert(Hears<Listener, Held> && !Hears<Listener, Written>);
}

TEST(Event, OnOfAnyEventHearsOfAll) {
  struct All {
    std::string names;
    void on(const Event& event) { names += name_of(event); }
  } all;
  tell(Crashed{A}, all);
  tell(BackedUp{}, all);
  EXPECT_EQ(all.names, "crashedbacked-up");
}

TEST(Event, OnlyMessagesAreAboutOne) {
  for_each_type([&]<class E>(const E& event) {
    const bool is_message = std::string(E::kName).starts_with("message-");
    EXPECT_EQ(message_in(Event(event)) != nullptr, is_message) << E::kName;
  });
}

}  // namespace
}  // namespace tidemark::core
