#include "adapter/session.h"

#include <fmt/format.h>

#include <boost/context/fiber.hpp>
#include <boost/context/preallocated.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "adapter/json_lines.h"
#include "adapter/stack_switch.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kTranscriptLines = 12;
constexpr std::size_t kTranscriptCharacters = 400;  // of one line
// A job runs whole episodes and reads answers that are as deep as they may be: the usual stack is
// small, and overflows into whatever lies beside it.
constexpr std::size_t kStackBytes = 1024 * 1024;

}  // namespace

struct Adapter::Job {
  boost::context::fiber own;     // of the job, while it waits
  boost::context::fiber caller;  // of whoever let it run
  Stack own_stack;
  Stack callers_stack;
  std::string answer;
  std::optional<EngineFault> fault;
  std::exception_ptr thrown;  // by what it had to do
};

Adapter::Adapter(AdapterOptions options) : options_(std::move(options)) { start(); }
Adapter::~Adapter() = default;

void Adapter::start() {
  transcript_.clear();
  process_ = std::make_unique<Process>(options_.command);
  try {
    send(print_hello(options_.strategy));
    traits_ = parse_hello(receive());
  } catch (const EngineFault& fault) {
    throw broken_off(fault);
  }
}

void Adapter::end() {
  if (!process_) return;
  waited_ += process_->waited();
  process_.reset();
}

std::chrono::nanoseconds Adapter::waited() const {
  return waited_ + (process_ ? process_->waited() : std::chrono::nanoseconds{});
}

void Adapter::note(char direction, std::string_view line) {
  std::string noted = fmt::format("{} {}", direction, line.substr(0, kTranscriptCharacters));
  if (line.size() > kTranscriptCharacters) noted += "…";
  transcript_.push_back(std::move(noted));
  if (transcript_.size() > kTranscriptLines) transcript_.pop_front();
}

// The program is in a state that nobody knows: it is ended, and all who wait for it are told.
EngineFault Adapter::broken_off(EngineFault fault) {
  fault.transcript.assign(transcript_.begin(), transcript_.end());
  const std::string errors = process_ ? process_->errors() : std::string();
  for (std::size_t begin = 0; begin < errors.size();) {
    const std::size_t end = std::min(errors.find('\n', begin), errors.size());
    fault.transcript.push_back("! " + errors.substr(begin, end - begin));
    begin = end + 1;
  }
  end();
  ended_by_ = fault.what();
  for (Job* job : waiting_) job->fault = fault;
  return fault;
}

void Adapter::send(const std::string& line) {
  note('>', line);
  process_->write(line);
  process_->write("\n");
  ++requests_;
}

std::string Adapter::receive() {
  std::string line = process_->read_line(options_.timeout);
  note('<', line);
  return line;
}

Answer Adapter::handle(const Request& request) {
  if (!process_ && request.operation == Operation::begin && running_ == nullptr) start();
  if (!process_) throw EngineFault("the program was ended: " + ended_by_);
  const std::string answer = ask(print_request(request));
  try {
    return parse_answer(answer);
  } catch (const EngineFault& fault) {
    throw broken_off(fault);
  }
}

std::vector<Answer> Adapter::handle_all(std::span<const Request> requests) {
  if (!process_ || running_ != nullptr) return Engine::handle_all(requests);
  std::vector<Answer> answers;
  try {
    for (const Request& each : requests) send(print_request(each));
    while (answers.size() < requests.size()) answers.push_back(parse_answer(receive()));
  } catch (const EngineFault& fault) {
    throw broken_off(fault);
  }
  return answers;
}

std::string Adapter::ask(const std::string& line) {
  send(line);
  if (running_ != nullptr) {
    Job& job = *running_;
    waiting_.push_back(&job);
    void* kept = nullptr;
    leave_for(job.callers_stack, &kept);
    job.caller = std::move(job.caller).resume();
    job.callers_stack = arrive(kept);
    if (job.fault) throw *std::exchange(job.fault, std::nullopt);
    return std::move(job.answer);
  }
  try {
    return receive();
  } catch (const EngineFault& fault) {
    throw broken_off(fault);
  }
}

// Lets a job go on until it waits again, or is done.
void Adapter::run(Job& job) {
  running_ = &job;
  void* kept = nullptr;
  leave_for(job.own_stack, &kept);
  job.own = std::move(job.own).resume();
  arrive(kept);
  running_ = nullptr;
}

// Answers come in the order of the requests.
void Adapter::serve_waiting() {
  while (!waiting_.empty()) {
    Job& job = *waiting_.front();
    if (!job.fault) {
      try {
        job.answer = receive();
      } catch (const EngineFault& fault) {
        broken_off(fault);
      }
    }
    waiting_.pop_front();
    run(job);
  }
}

// A fiber that is thrown out of would end us all.
void Adapter::begin(Job& job, const std::function<void()>& work) {
  boost::context::protected_fixedsize_stack stacks(kStackBytes);
  const boost::context::stack_context stack = stacks.allocate();
  job.own_stack = {static_cast<char*>(stack.sp) - stack.size, stack.size};
  job.own = boost::context::fiber(std::allocator_arg,
                                  boost::context::preallocated(stack.sp, stack.size, stack), stacks,
                                  [&job, &work](boost::context::fiber&& caller) {
                                    job.callers_stack = arrive(nullptr);
                                    job.caller = std::move(caller);
                                    try {
                                      work();
                                    } catch (const std::exception&) {
                                      job.thrown = std::current_exception();
                                    }
                                    leave_for(job.callers_stack, nullptr);
                                    return std::move(job.caller);
                                  });
  run(job);
}

// A program that does not start is told of by the jobs, which then have none.
void Adapter::start_for_jobs() {
  try {
    if (!process_) start();
  } catch (const EngineFault&) {
  }
}

void Adapter::side_by_side(std::span<const std::function<void()>> jobs) {
  start_for_jobs();
  std::deque<Job> all(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) begin(all[i], jobs[i]);
  serve_waiting();
  for (const Job& job : all)
    if (job.thrown) std::rethrow_exception(job.thrown);
}

}  // namespace tidemark::core
