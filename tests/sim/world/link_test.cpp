// Queues of letters.
#include "sim/world/link.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark::core {
namespace {

using Texts = std::vector<std::string>;

Queue<std::string> queue_of(const Texts& texts) {
  Queue<std::string> queue;
  for (const std::string& text : texts) queue.add() = text;
  return queue;
}
Texts texts_of(const Queue<std::string>& queue) { return {queue.begin(), queue.end()}; }

TEST(Queue, GivesTheOldestFirst) {
  Queue<std::string> queue = queue_of({"a", "b", "c"});
  std::string taken;
  queue.take(taken);
  EXPECT_EQ(taken, "a");
  queue.add() = "d";
  EXPECT_EQ(texts_of(queue), (Texts{"b", "c", "d"}));
  EXPECT_EQ(queue.front(), "b");
  EXPECT_EQ(queue.size(), 3u);
}

TEST(Queue, KeepsTheMemoryOfWhatLeft) {
  const std::string longish(100, 'x');
  Queue<std::string> queue = queue_of({longish});
  const char* memory = queue.front().data();
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.add().data(), memory);
}

TEST(Queue, ACopyHasWhatTheQueueHoldsAndNothingThatLeft) {
  const Queue<std::string> source = queue_of({"a"});
  Queue<std::string> longer = queue_of({"b", "c", "d"});
  longer = source;
  EXPECT_EQ(texts_of(longer), Texts{"a"});
  longer.add() = "e";
  EXPECT_EQ(texts_of(longer), (Texts{"a", "e"}));
  EXPECT_EQ(texts_of(source), Texts{"a"}) << "they share nothing";
  const Queue<std::string> copy = longer;
  EXPECT_EQ(texts_of(copy), (Texts{"a", "e"}));
}

}  // namespace
}  // namespace tidemark::core
