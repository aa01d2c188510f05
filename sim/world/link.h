// Links: what the network has of the messages of one client and the server.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/message.h"
#include "sim/step.h"

namespace tidemark::core {

// What the network knows of a message.
struct Envelope {
  MessageKind kind = MessageKind::none;
  Replica from{};
  Replica to{};
  std::uint32_t number = 0;  // of the request: an answer has that of its request
  bool copied = false;       // the request was duplicated
};
template <class Message>
struct LetterOf : Envelope {
  Message message{};

  friend void swap(LetterOf& a, LetterOf& b) noexcept {
    std::swap<Envelope>(a, b);
    using std::swap;
    swap(a.message, b.message);
  }
};

// A short queue. What leaves it leaves its memory to what comes next.
template <class T>
class Queue {
 public:
  Queue() = default;
  Queue(const Queue& other) : slots_(other.begin(), other.end()), size_(other.size_) {}
  Queue& operator=(const Queue& other) {
    if (slots_.size() < other.size_) slots_.resize(other.size_);
    std::copy(other.begin(), other.end(), slots_.begin());
    size_ = other.size_;
    return *this;
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& front() { return slots_.front(); }
  const T& front() const { return slots_.front(); }
  const T& operator[](std::size_t place) const { return slots_[place]; }
  auto begin() const { return slots_.begin(); }
  auto end() const { return slots_.begin() + static_cast<std::ptrdiff_t>(size_); }

  // One more at the end, which is to be written: it is what once left.
  T& add() {
    if (size_ == slots_.size()) slots_.emplace_back();
    return slots_[size_++];
  }
  // Takes the first one; what was in its place is as good as gone.
  void take(T& first) {
    using std::swap;
    swap(first, slots_.front());
    std::rotate(slots_.begin(), slots_.begin() + 1,
                slots_.begin() + static_cast<std::ptrdiff_t>(size_--));
  }
  void clear() { size_ = 0; }

 private:
  std::vector<T> slots_;  // those behind the last one are spare
  std::size_t size_ = 0;
};

// A client, and the messages between it and the server.
template <class Client, class Message>
struct LinkOf {
  Client client{};
  std::array<Queue<LetterOf<Message>>, kLanes> lanes;
  std::uint32_t installation = 0;
  Timestamp skew = 0;
  bool online = true;

  auto& lane(Lane lane) { return lanes[static_cast<std::size_t>(lane)]; }
  const auto& lane(Lane lane) const { return lanes[static_cast<std::size_t>(lane)]; }
};

}  // namespace tidemark::core
