// Which shard a process is: the flag, what services set, and what is refused.
#include "cli/parts/shard.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/exit_code.h"
#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

using Environment = std::map<std::string, std::string>;

Variable variables(const Environment& environment) {
  return [&environment](const char* name) -> std::string_view {
    const auto at = environment.find(name);
    return at == environment.end() ? std::string_view() : at->second;
  };
}

// `0/4 by --shard`, or the line that refuses.
std::string chosen(const std::string& flag, const Environment& environment) {
  try {
    const ChosenShard choice = choose_shard(flag, variables(environment));
    return print_shard(choice.shard) + " by " + choice.source;
  } catch (const BadInput& bad) {
    return bad.line;
  }
}
std::string chosen(const Environment& environment) { return chosen("", environment); }

Environment slurm(const std::string& id, const std::string& count, const std::string& low,
                  const std::string& high, const std::string& step) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_MIN", low},
          {"SLURM_ARRAY_TASK_MAX", high},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

Environment together(Environment one, const Environment& other) {
  one.insert(other.begin(), other.end());
  return one;
}

const Environment kGoogleTest{{"GTEST_SHARD_INDEX", "1"}, {"GTEST_TOTAL_SHARDS", "4"}};
const Environment kBazel{{"TEST_SHARD_INDEX", "1"}, {"TEST_TOTAL_SHARDS", "4"}};
const Environment kKubernetes{{"JOB_COMPLETION_INDEX", "1"}, {"TIDEMARK_SHARD_TOTAL", "4"}};
const Environment kGitLab{{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "4"}};

TEST(Shard, IsTheWholeWhereNothingIsSaid) {
  EXPECT_EQ(chosen({}), "0/1 by ");
  EXPECT_EQ(chosen({{"GTEST_SHARD_INDEX", ""}, {"GTEST_TOTAL_SHARDS", ""}}), "0/1 by ");
}

TEST(Shard, TheFlagIsCountedFromZero) {
  EXPECT_EQ(chosen("0/1", {}), "0/1 by --shard");
  EXPECT_EQ(chosen("3/4", {}), "3/4 by --shard");
  EXPECT_EQ(chosen("99999/100000", {}), "99999/100000 by --shard");
  EXPECT_EQ(chosen("4/4", {}),
            "tidemark: --shard: '4/4' does not fit, shards are counted from 0: expected 0/4 to "
            "3/4");
}

TEST(Shard, TheFlagIsReadStrictly) {
  for (const char* wrong :
       {"1", "/", "1/", "/4", "-1/4", "1/-4", "+1/4", " 1/4", "1/4 ", "1/4/4", "0x1/4", "1.0/4",
        "0/0", "0/100001", "1/4294967297", "4294967296/4294967297", "a/b", "1/4\n"})
    EXPECT_EQ(chosen(wrong, {}),
              std::string("tidemark: --shard: '") + wrong +
                  "' does not fit, expected i/n such as 0/4, with n from 1 to 100000");
}

TEST(Shard, TheFlagOverridesEveryEnvironment) {
  const Environment wrong{{"GTEST_SHARD_INDEX", "x"}, {"CI_NODE_INDEX", "9"}};
  EXPECT_EQ(chosen("2/3", wrong), "2/3 by --shard");
}

TEST(Shard, EachServiceIsUnderstood) {
  EXPECT_EQ(chosen({{"TIDEMARK_SHARD_INDEX", "1"}, {"TIDEMARK_SHARD_TOTAL", "4"}}),
            "1/4 by TIDEMARK_SHARD_INDEX/TIDEMARK_SHARD_TOTAL");
  EXPECT_EQ(chosen(kGoogleTest), "1/4 by GTEST_SHARD_INDEX/GTEST_TOTAL_SHARDS");
  EXPECT_EQ(chosen(kBazel), "1/4 by TEST_SHARD_INDEX/TEST_TOTAL_SHARDS");
  EXPECT_EQ(chosen(kKubernetes), "1/4 by JOB_COMPLETION_INDEX/TIDEMARK_SHARD_TOTAL");
  EXPECT_EQ(chosen(slurm("1", "4", "0", "3", "1")), "1/4 by SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(chosen(kGitLab), "1/4 by CI_NODE_INDEX/CI_NODE_TOTAL");
}

TEST(Shard, BothEndsOfAServiceAreShards) {
  EXPECT_EQ(chosen({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "3"}}),
            "0/3 by CI_NODE_INDEX/CI_NODE_TOTAL");
  EXPECT_EQ(chosen({{"CI_NODE_INDEX", "3"}, {"CI_NODE_TOTAL", "3"}}),
            "2/3 by CI_NODE_INDEX/CI_NODE_TOTAL");
  EXPECT_EQ(chosen({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "3"}}),
            "tidemark: CI_NODE_INDEX: '0' does not fit, expected a number from 1 to 3");
  EXPECT_EQ(chosen({{"CI_NODE_INDEX", "4"}, {"CI_NODE_TOTAL", "3"}}),
            "tidemark: CI_NODE_INDEX: '4' does not fit, expected a number from 1 to 3");
  EXPECT_EQ(chosen({{"TEST_SHARD_INDEX", "2"}, {"TEST_TOTAL_SHARDS", "3"}}),
            "2/3 by TEST_SHARD_INDEX/TEST_TOTAL_SHARDS");
  EXPECT_EQ(chosen({{"TEST_SHARD_INDEX", "3"}, {"TEST_TOTAL_SHARDS", "3"}}),
            "tidemark: TEST_SHARD_INDEX: '3' does not fit, expected a number from 0 to 2");
}

TEST(Shard, AnArrayOfSlurmMayBeginAnywhereAndGoInSteps) {
  EXPECT_EQ(chosen(slurm("7", "3", "5", "7", "1")), "2/3 by SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(chosen(slurm("9", "4", "3", "12", "3")), "2/4 by SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(chosen(slurm("6", "1", "6", "6", "1")), "0/1 by SLURM_ARRAY_TASK_ID");
}

TEST(Shard, AnArrayOfSlurmWithGapsIsRefused) {
  EXPECT_EQ(chosen(slurm("4", "3", "1", "8", "1")),
            "tidemark: SLURM_ARRAY_TASK_ID: task 4 of 3 from 1 to 8 in steps of 1 is of an array "
            "with gaps, expected one like --array=0-2");
  EXPECT_EQ(chosen(slurm("4", "3", "1", "7", "3")), "1/3 by SLURM_ARRAY_TASK_ID");
  EXPECT_NE(chosen(slurm("5", "3", "1", "7", "3")).find("gaps"), std::string::npos);
  EXPECT_EQ(chosen(slurm("9", "3", "1", "7", "3")),
            "tidemark: SLURM_ARRAY_TASK_ID: '9' does not fit, expected a number from 1 to 7");
}

TEST(Shard, JobsThatAreNotShardedAreTheWhole) {
  EXPECT_EQ(chosen({{"CI_NODE_TOTAL", "1"}}), "0/1 by ");
  EXPECT_EQ(chosen({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "1"}}), "0/1 by ");
  EXPECT_EQ(chosen({{"TEST_SHARD_INDEX", "0"}, {"TEST_TOTAL_SHARDS", "0"}}), "0/1 by ");
  EXPECT_EQ(chosen(together({{"CI_NODE_TOTAL", "1"}}, kGoogleTest)),
            "1/4 by GTEST_SHARD_INDEX/GTEST_TOTAL_SHARDS");
  EXPECT_EQ(chosen({{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "1"}}),
            "tidemark: CI_NODE_INDEX: '2' does not fit, expected a number from 1 to 1");
}

TEST(Shard, APartOfWhatAServiceSetsIsRefused) {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"TIDEMARK_SHARD_INDEX", "TIDEMARK_SHARD_TOTAL"},
      {"GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS"},
      {"TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS"},
      {"JOB_COMPLETION_INDEX", "TIDEMARK_SHARD_TOTAL"},
      {"CI_NODE_INDEX", "CI_NODE_TOTAL"}};
  for (const auto& [index, total] : pairs) {
    for (const char* number : {"0", "1"})
      EXPECT_EQ(chosen({{index, number}, {total, ""}}),
                "tidemark: " + index + " is set and " + total + " is not, expected both");
    if (index == "JOB_COMPLETION_INDEX") continue;
    EXPECT_EQ(chosen({{total, "4"}}),
              "tidemark: " + total + " is set and " + index + " is not, expected both");
  }
  for (const char* part : {"COUNT", "MIN", "MAX", "STEP"}) {
    Environment environment = slurm("1", "4", "0", "3", "1");
    environment.erase(std::string("SLURM_ARRAY_TASK_") + part);
    EXPECT_EQ(chosen(environment), std::string("tidemark: SLURM_ARRAY_TASK_ID is set and "
                                               "SLURM_ARRAY_TASK_") +
                                       part + " is not, expected both");
  }
}

TEST(Shard, NumbersOfServicesAreReadStrictly) {
  for (const char* wrong : {"x", "-1", "+1", " 1", "1 ", "0x1", "1.0", "4294967297"})
    EXPECT_EQ(chosen({{"GTEST_SHARD_INDEX", wrong}, {"GTEST_TOTAL_SHARDS", "4"}}),
              std::string("tidemark: GTEST_SHARD_INDEX: '") + wrong +
                  "' does not fit, expected a number from 0 to 3");
  for (const char* wrong : {"0", "100001", "x"})
    EXPECT_EQ(chosen({{"GTEST_SHARD_INDEX", "0"}, {"GTEST_TOTAL_SHARDS", wrong}}),
              std::string("tidemark: GTEST_TOTAL_SHARDS: '") + wrong +
                  "' does not fit, expected a number from 1 to 100000");
}

// The index of Kubernetes is one of our own, where its manifest says no other.
TEST(Shard, KubernetesAndOurOwnVariablesShareTheTotal) {
  EXPECT_EQ(chosen(together({{"TIDEMARK_SHARD_INDEX", "1"}}, kKubernetes)),
            "1/4 by TIDEMARK_SHARD_INDEX/TIDEMARK_SHARD_TOTAL");
  EXPECT_EQ(chosen(together({{"TIDEMARK_SHARD_INDEX", "2"}}, kKubernetes)),
            "tidemark: TIDEMARK_SHARD_INDEX/TIDEMARK_SHARD_TOTAL says shard 2/4 and "
            "JOB_COMPLETION_INDEX/TIDEMARK_SHARD_TOTAL says 1/4, expected that they agree, or "
            "--shard");
}

// Bazel's wrapper of tests sets those of GoogleTest as well.
TEST(Shard, ServicesThatAgreeAreFineAndTheFirstIsNamed) {
  EXPECT_EQ(chosen(together(kBazel, kGoogleTest)), "1/4 by GTEST_SHARD_INDEX/GTEST_TOTAL_SHARDS");
  EXPECT_EQ(chosen(together(kGitLab, together(kKubernetes, slurm("1", "4", "0", "3", "1")))),
            "1/4 by JOB_COMPLETION_INDEX/TIDEMARK_SHARD_TOTAL");
}

TEST(Shard, ServicesThatDisagreeAreRefused) {
  EXPECT_EQ(chosen(together(kGitLab, slurm("2", "4", "0", "3", "1"))),
            "tidemark: SLURM_ARRAY_TASK_ID says shard 2/4 and CI_NODE_INDEX/CI_NODE_TOTAL says "
            "1/4, expected that they agree, or --shard");
  EXPECT_EQ(chosen(together(kBazel, {{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "5"}})),
            "tidemark: TEST_SHARD_INDEX/TEST_TOTAL_SHARDS says shard 1/4 and "
            "CI_NODE_INDEX/CI_NODE_TOTAL says 1/5, expected that they agree, or --shard");
}

// --- status files

class StatusFiles : public Cli {
 protected:
  Environment naming(const std::string& file) const {
    return {{"TEST_SHARD_STATUS_FILE", (work() / file).string()}};
  }
};

TEST_F(StatusFiles, AreMade) {
  const Environment environment{{"GTEST_SHARD_STATUS_FILE", (work() / "one").string()},
                                {"TEST_SHARD_STATUS_FILE", (work() / "other").string()}};
  touch_status_files(variables(environment));
  EXPECT_EQ(files(), (std::vector<std::string>{"one", "other"}));
}

TEST_F(StatusFiles, AreTouchedAndKeepWhatTheyHold) {
  write("status", "kept");
  const auto long_ago =
      fs::last_write_time(work() / "status") - fs::file_time_type::duration(1'000'000'000'000);
  fs::last_write_time(work() / "status", long_ago);
  touch_status_files(variables(naming("status")));
  EXPECT_GT(fs::last_write_time(work() / "status"), long_ago);
  EXPECT_EQ(content("status"), "kept");
}

TEST_F(StatusFiles, AreNotMadeWhereNoneIsNamed) {
  touch_status_files(variables({}));
  touch_status_files(variables({{"TEST_SHARD_STATUS_FILE", ""}}));
  EXPECT_TRUE(files().empty());
}

TEST_F(StatusFiles, OneThatCannotBeTouchedIsRefused) {
  fs::create_directory(work() / "folder");
  for (const std::string& file : {std::string("nowhere/status"), std::string("folder")}) {
    const Environment environment = naming(file);
    try {
      touch_status_files(variables(environment));
      ADD_FAILURE() << file << " was touched";
    } catch (const BadInput& bad) {
      EXPECT_EQ(bad.line, "tidemark: TEST_SHARD_STATUS_FILE: " + (work() / file).string() +
                              " cannot be touched, expected a file");
    }
  }
}

}  // namespace
}  // namespace tidemark::core
