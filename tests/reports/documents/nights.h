// Nights of a campaign for the tests of their documents.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "reports/documents/html/morning.h"

namespace tidemark::core {

inline const std::string kOldFinding = "no-lost-update-1bc3b545b687";
inline const std::string kRepairedFinding = "convergence-a0b1c2d3e4f5";
inline const std::string kReturningFinding = "told-6251c4892e18";
inline const std::string kRareFinding = "quiescence-77aa01f3c9d2";
inline const std::string kNewFinding = "no-resurrection-0d9c41e2b7f6";

// One of the nights before the sample night: numbers that rise and fall as those of a search do.
inline HistoryNight sample_line(std::uint32_t number) {
  HistoryNight night{
      .night = number,
      .began = fmt::format("2026-11-{:02}T02:17:00Z", number),
      .commit = fmt::format("{:08x}c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9", number * 0x9E3779u),
      .seed = fmt::format("0x{:016x}", number),
      .campaign = number < 6 ? "00c0ffee00c0ffee" : "7f3a91c2d0ab4455",
      .verdict = number == 4 ? "new findings" : "held",
      .exit_code = number == 4 ? 1 : 0,
      .seconds = 7'200,
      .episodes = 9'000'000 + number * 150'000 + number * number % 7 * 260'000,
      .broken_episodes = 4'000 + number * 10,
      .steps = 400'000'000,
      .repeated = 9'000,
      .cells_reached = 700 + number * 4,
      .cells_possible = 800,
      .corpus = 40 + number,
      .marks = {{"ack-lost", number}, {"key-conflict", 7}, {"restored", number / 5}},
      .missed_marks = {},
      .findings = {}};
  if (number < 5) night.missed_marks = {"restored"};
  if (number >= 2) night.findings[kOldFinding] = {FindingStatus::known, number * 31};
  if (number == 2) night.findings[kOldFinding].status = FindingStatus::fresh;
  if (number >= 4 && number < 9) night.findings[kRepairedFinding] = {FindingStatus::known, number};
  if (number == 4) night.findings[kRepairedFinding].status = FindingStatus::fresh;
  if (number >= 9) night.findings[kRepairedFinding] = {FindingStatus::fixed, 0};
  if (number < 3) night.findings[kReturningFinding] = {FindingStatus::known, 5};
  if (number >= 3) night.findings[kReturningFinding] = {FindingStatus::fixed, 0};
  if (number % 4 == 3) night.findings[kRareFinding] = {FindingStatus::known, 1};
  return night;
}

// Nights 1 to 16; in the seventh there was none.
inline std::vector<HistoryNight> sample_nights() {
  std::vector<HistoryNight> nights;
  for (std::uint32_t number = 1; number <= 16; ++number)
    if (number != 7) nights.push_back(sample_line(number));
  return nights;
}

// The seventeenth night: something new, something that is back, something fixed, and a doubt.
inline Night sample_night() {
  Night night{.number = 17,
              .began = "2026-11-17T02:17:00Z",
              .commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
              .seed = "0x5d1c9e0702170017",
              .campaign = "7f3a91c2d0ab4455",
              .exit_code = 1,
              .seconds = 7'500};
  night.doubts = {"shard 2 of 8 is missing, expected shards/2-of-8.json",
                  "hardened, client-priority: the mark restored was never reached"};
  night.findings = {
      {.name = kOldFinding,
       .status = FindingStatus::known,
       .sentence =
           "A's edit of o1 (v2 \"120 EUR\") is gone: A took the server's older v1 for newer",
       .steps = 3,
       .episodes = 431,
       .configurations = {"page, server-priority", "page, client-priority",
                          "page, timestamp-priority", "reference, server-priority"},
       .command = "tidemark replay findings/no-lost-update-1bc3b545b687.trace"},
      {.name = kRepairedFinding, .status = FindingStatus::fixed, .has_files = false},
      {.name = kNewFinding,
       .status = FindingStatus::fresh,
       .sentence = "B holds o2 live again, though it had applied its deletion",
       .steps = 6,
       .episodes = 17,
       .configurations = {"guarded + tombstones=no, timestamp-priority"},
       .command = "tidemark replay findings/no-resurrection-0d9c41e2b7f6.trace"},
      {.name = kReturningFinding,
       .status = FindingStatus::regressed,
       .sentence = "A gave up its edit of o1 for the server's, and did not tell",
       .steps = 5,
       .episodes = 0,
       .configurations = {"reference, server-priority"},
       .command = "tidemark replay findings/told-6251c4892e18.trace"}};
  const auto marks = [](std::uint64_t restored) {
    return std::vector<CountedMark>{
        {"ack-lost", 81'234, true}, {"key-conflict", 4'120, true}, {"restored", restored, false}};
  };
  night.configurations = {{"page, server-priority",
                           4'000'000,
                           4'100,
                           120'000'000,
                           4'000,
                           "drops-name, after 12 episodes",
                           "9c41e2aa01f3c9d2",
                           marks(12),
                           {}},
                          {"guarded + tombstones=no, timestamp-priority",
                           4'400'000,
                           17,
                           131'000'000,
                           4'400,
                           "drops-name, after 3 episodes",
                           "0d9c41e2b7f61a2b",
                           marks(3),
                           {}},
                          {"hardened, client-priority",
                           4'000'000,
                           0,
                           119'500'000,
                           4'000,
                           "ack-echoes, after 40 episodes",
                           "55aa7f3a91c2d0ab",
                           marks(0),
                           {"restored"}}};
  night.cells_reached = 771;
  night.cells_possible = 800;
  night.slow = {{1'204'551, 3.25, "page, server-priority",
                 "tidemark replay --seed 0x00000000001261a7 --protocol page"},
                {88'120, 2.5, "hardened, client-priority",
                 "tidemark replay --seed 0x0000000000015838 --protocol hardened"}};
  night.corpus = {.traces = 56, .new_landmarks = 3};
  return night;
}

}  // namespace tidemark::core
