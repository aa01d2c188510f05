// GoogleTest's face: EXPECT_TRUE(tidemark::holds(…)) shows the report of what is broken.
#pragma once

#include <gtest/gtest.h>

#include <tidemark/tidemark.h>

namespace tidemark {

static_assert(std::convertible_to<Result, ::testing::AssertionResult>);

}  // namespace tidemark
