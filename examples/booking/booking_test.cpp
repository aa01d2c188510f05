// The booking app of the appSync page: is its conflict strategy right?
#include "booking.h"

#include <gtest/gtest.h>
#include <tidemark/gtest.h>

#include <set>

namespace booking {
namespace {

using tidemark::World;

// What apps write, and the rooms and dates that they fight for.
const std::vector<std::string> kValues{"guest:Ann,price:100", "guest:Ann,price:90",
                                       "guest:Bob,price:80"};
const std::vector<std::string> kKeys{"room:100,date:2015-05-12", "room:101,date:2015-05-12"};

const auto kNoDoubleBooking =
    tidemark::at_rest("no-double-booking", [](const World& world) -> tidemark::Broken {
      for (const tidemark::ReplicaName replica : world.replicas()) {
        std::set<std::string> taken;  // room and date
        for (const tidemark::Object& booking : world.live(replica))
          if (!taken.insert(booking.pk).second)
            return std::string(1, replica) + " has two bookings of " + booking.pk;
      }
      return {};
    });

// "Sorry, your recent booking cannot be confirmed, this room is already booked."
const auto kOverbookingIsTold = tidemark::sometimes("overbooking-is-told", [](const World& world) {
  for (const tidemark::ReplicaName replica : world.replicas())
    if (replica != tidemark::kServerName)
      for (const tidemark::Told& told : world.told(replica))
        if (told.kept_guid != told.guid) return true;
  return false;
});

const tidemark::Options kHotel{.clients = 3,
                               .episodes = 20'000,
                               .values = kValues,
                               .keys = kKeys,
                               .invariants = {kNoDoubleBooking},
                               .marks = {kOverbookingIsTold}};

TEST(HotelRules, KeepTheLawsOfAStrategy) {
  EXPECT_TRUE(tidemark::check_laws(HotelRules{}, {.values = kValues}));
}

TEST(HotelRules, KeepTheirPromisesWhateverHappens) {
  EXPECT_TRUE(tidemark::holds(HotelRules{}, kHotel));
}

// The trace that `holds` found of the first rules, and that the new ones pass.
TEST(HotelRules, KnowThatACancellationHasNoPrice) {
  EXPECT_TRUE(tidemark::replays(BOOKING_BUGS "/cancelled_and_repriced.trace", HotelRules{}));
}

TEST(FirstRules, AreFoundToForgetCancellations) {
  const tidemark::Result result = tidemark::holds(FirstRules{}, kHotel);
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_NE(result.message().find("FirstRules threw"), std::string::npos) << result.message();
}

// The rules are right, and what carries them is not: the protocol as the page tells it.
TEST(Page, BooksARoomTwice) {
  tidemark::Options page = kHotel;
  page.protocol = "page";
  page.judge = {"integrity"};  // and what is ours
  const tidemark::Result result = tidemark::holds(HotelRules{}, page);
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_NE(result.message().find("FAIL no-double-booking"), std::string::npos) << result.message();
}

}  // namespace
}  // namespace booking
