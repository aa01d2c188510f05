// The rows of the kinds of steps: what one column says must fit what another does.
#include "sim/step.h"

#include <gtest/gtest.h>

#include "sim/scope.h"

namespace tidemark::core {
namespace {

TEST(StepRows, AFaultUsesWhatItsBoundIsGrantedFor) {
  for (const StepRow& row : kStepRows)
    for (const NamedFault& fault : kNamedFaults) {
      if (row.bound != bound_of(fault.fault)) continue;
      EXPECT_TRUE(row.uses & fault_bit(fault.fault)) << row.name << ", " << fault.name;
      EXPECT_TRUE(is_fault({.kind = row.kind})) << row.name;
    }
}

TEST(StepRows, EachFaultIsAStepOrALoss) {
  for (const NamedFault& fault : kNamedFaults) {
    const bool is_step = std::any_of(kStepRows.begin(), kStepRows.end(), [&](const StepRow& row) {
      return row.bound == bound_of(fault.fault);
    });
    EXPECT_TRUE(is_step) << fault.name;
  }
}

TEST(StepRows, WhatIsAboutAMessageIsRefusedWhereThereIsNone) {
  for (const StepRow& row : kStepRows) {
    if (row.lane == Lane::in_flight) {
      EXPECT_TRUE(row.may_be_refused_by(SkipReason::nothing_in_flight)) << row.name;
    }
    if (row.lane == Lane::late) {
      EXPECT_TRUE(row.may_be_refused_by(SkipReason::nothing_late)) << row.name;
    }
    if (row.touches & kTouchesReceiver) {
      EXPECT_TRUE(row.lane.has_value()) << row.name;
    }
  }
}

TEST(StepRows, AWholeCycleIsSimplerThanItsBegin) {
  for (const StepRow& row : kStepRows) {
    if (!row.begins_as) continue;
    EXPECT_LT(row.weight, row_of(*row.begins_as).weight) << row.name;
    EXPECT_EQ(whole_of(*row.begins_as), row.kind);
  }
}

TEST(StepRows, ChangesAndNothingElseNameObjects) {
  for (const StepRow& row : kStepRows) {
    EXPECT_EQ(names_object(row.kind), is_change(row.kind)) << row.name;
    EXPECT_EQ(row.bound == Bounded::edits, is_change(row.kind)) << row.name;
  }
}

TEST(ScopeSwitches, AreWhatAScopeGrants) {
  for (const ScopeSwitch& each : kScopeSwitches) {
    Scope scope;
    EXPECT_TRUE(features(scope) & each.feature) << each.name;
    scope.*each.member = each.restricts;
    EXPECT_FALSE(features(scope) & each.feature) << each.name;
    EXPECT_EQ(within(Scope{}, kAllFeatures & ~each.feature), scope) << each.name;
  }
}

TEST(ScopeSwitches, AreLackedByTheirWords) {
  for (const ScopeSwitch& each : kScopeSwitches) {
    if (each.lack.empty()) continue;
    EXPECT_EQ(features_named(each.lack), each.feature) << each.name;
  }
  EXPECT_EQ(features_named("turns"), 0u);
  EXPECT_EQ(features_named(""), 0u);
}

}  // namespace
}  // namespace tidemark::core
