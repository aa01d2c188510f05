// What is left of bounds, and what may be compared of it at once.
#include "sim/bounds.h"

#include <gtest/gtest.h>

#include <bit>

#include "sim/state_table.h"

namespace tidemark::core {
namespace {

using Kind = Bounded;

constexpr Replica A{1};

Bounds bounds_of(std::initializer_list<std::pair<Bounded, int>> numbers) {
  Bounds bounds;
  for (const auto& [bounded, number] : numbers)
    bounds.set(bounded, static_cast<std::uint8_t>(number));
  return bounds;
}

TEST(Bounds, AllowAStepUntilNothingIsLeft) {
  Bounds left = bounds_of({{Kind::edits, 2}});
  const Step edit{.kind = StepKind::edit, .replica = A};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(left.allows(edit));
    left.take(edit);
  }
  EXPECT_FALSE(left.allows(edit));
}

TEST(Bounds, CountALostFullSyncTwice) {
  const Step step{.kind = StepKind::full_sync, .replica = A, .lose = MessageKind::upload_ack};
  EXPECT_FALSE(bounds_of({{Kind::full, 1}}).allows(step));
  EXPECT_FALSE(bounds_of({{Kind::lost, 1}}).allows(step));
  Bounds left = bounds_of({{Kind::full, 3}, {Kind::lost, 2}});
  ASSERT_TRUE(left.allows(step));
  left.take(step);
  EXPECT_EQ(left, bounds_of({{Kind::full, 2}, {Kind::lost, 1}}));
}

TEST(Bounds, DoNotCountSyncsThatEndWell) {
  const Bounds none;
  for (const StepKind kind : {StepKind::sync, StepKind::begin, StepKind::deliver, StepKind::finish,
                              StepKind::arrive, StepKind::online})
    EXPECT_TRUE(none.allows({.kind = kind, .replica = A})) << row_of(kind).name;
  for (const StepRow& each : kStepRows)
    if (is_change(each.kind)) {
      EXPECT_FALSE(none.allows({.kind = each.kind})) << each.name;
    }
}

TEST(Bounds, GrantAsManyBackupsAsRestores) {
  const Bounds left = bounds_of({{Kind::restores, 2}});
  EXPECT_EQ(left.left(Kind::backups), 2);
  EXPECT_TRUE(left.allows({.kind = StepKind::backup}));
}

TEST(Bounds, ArePackedSoThatAllAreComparedAtOnce) {
  const Bounds most = bounds_of({{Kind::edits, 3}, {Kind::lost, 2}, {Kind::crashes, 1}});
  const PackedBounds packed{.guards = Bounds::free_bits(most)};
  EXPECT_EQ(std::popcount(packed.guards), 3);
  const auto covers = [&](int edits, int lost, int crashes, int e, int l, int c) {
    return packed.covers(
        bounds_of({{Kind::edits, edits}, {Kind::lost, lost}, {Kind::crashes, crashes}})
            .packed(most),
        bounds_of({{Kind::edits, e}, {Kind::lost, l}, {Kind::crashes, c}}).packed(most));
  };
  for (int mine = 0; mine < 24; ++mine)
    for (int other = 0; other < 24; ++other) {
      const int e = mine % 4, l = mine / 4 % 3, c = mine / 12;
      const int f = other % 4, m = other / 4 % 3, d = other / 12;
      EXPECT_EQ(covers(e, l, c, f, m, d), e >= f && l >= m && c >= d);
    }
}

TEST(Bounds, TakeNoBitsForWhatIsNotGranted) {
  EXPECT_EQ(Bounds::packed_bits({}), 0u);
  EXPECT_EQ(Bounds::packed_bits(bounds_of({{Kind::edits, 3}, {Kind::lost, 1}})), 5u);
}

// ---- the states that were met

TEST(StateTable, CoversWhatHasNoMoreLeft) {
  const PackedBounds bounds{.guards = 0b1000};
  StateTable table;
  const StateKey form{7, 9};
  EXPECT_TRUE(table.insert(form, 2, bounds));
  EXPECT_TRUE(table.covers(form, 1, bounds));
  EXPECT_TRUE(table.covers(form, 2, bounds));
  EXPECT_FALSE(table.covers(form, 3, bounds));
  EXPECT_FALSE(table.covers({7, 10}, 1, bounds));
  EXPECT_FALSE(table.covers({std::uint64_t{1} << 40, 9}, 1, bounds));
  EXPECT_FALSE(table.insert(form, 1, bounds));
  EXPECT_TRUE(table.insert(form, 3, bounds));
  EXPECT_EQ(table.size(), 2u);
}

TEST(StateTable, CoversOnlyTheSameWhereBoundsAreExact) {
  const PackedBounds bounds{.guards = 0b1000, .exact = true};
  StateTable table;
  EXPECT_TRUE(table.insert({7, 9}, 2, bounds));
  EXPECT_FALSE(table.covers({7, 9}, 1, bounds));
  EXPECT_TRUE(table.covers({7, 9}, 2, bounds));
}

TEST(StateTable, KeepsAllWhileItGrows) {
  StateTable table;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    KeySum sum;
    sum.add(i);
    EXPECT_TRUE(table.insert(sum.total(), 0, {}));
  }
  for (std::uint64_t i = 0; i < 6000; ++i) {
    KeySum sum;
    sum.add(i);
    EXPECT_EQ(table.covers(sum.total(), 0, {}), i < 5000) << i;
  }
  EXPECT_EQ(table.size(), 5000u);
}

TEST(StateTable, MeetsTheKeyOfZeros) {
  StateTable table;
  EXPECT_FALSE(table.covers({}, 0, {}));
  EXPECT_TRUE(table.insert({}, 0, {}));
  EXPECT_TRUE(table.covers({}, 0, {}));
}

}  // namespace
}  // namespace tidemark::core
