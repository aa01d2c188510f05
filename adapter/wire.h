// The wire codec: the only place where messages of ours are text. JSON as the page's REST
// calls carry it; docs/PROTOCOL.md shows one example of each.
//
//   download-request  GET /list/{servercounter_lastsync}
//   download-reply    {"objects":[…],"result":{"statuscode":1,"servercounter":…}}
//   upload-request    POST /update {"objects":[…]}
//   upload-ack        {"result":{"statuscode":1,"servercounter":…}}
//
// Extensions, absent where a protocol does not use them: `base` of an uploaded object
// (server-check=base), and `result.refused`, the guids that an upload-ack refuses.
// "counter_lastupdate is NOT exchanged between the clients and server": an Object has none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/hardened.h"
#include "model/message.h"

namespace tidemark::core {

// The texts behind the ids, as whoever owns the world keeps them. Two ids of a kind never share a
// text. Texts are UTF-8.
class WireTexts {
 public:
  virtual ~WireTexts() = default;

  // Requires: the id is known, and a value is not kNoValue.
  virtual std::string text_of(Guid guid) const = 0;
  // Of a property of identities, by its place there.
  virtual std::string text_of(std::size_t property, std::uint32_t number) const = 0;
  virtual std::string text_of(Value value) const = 0;

  // The id of a text, which becomes known if it was not.
  virtual Guid guid_of(std::string_view text) = 0;
  virtual std::uint32_t number_of(std::size_t property, std::string_view text) = 0;
  virtual Value value_of(std::string_view text) = 0;
};

// Texts that are given ids in the order in which they first appear.
class TextTable final : public WireTexts {
 public:
  std::string text_of(Guid guid) const override { return guids_.texts.at(guid.number); }
  std::string text_of(std::size_t property, std::uint32_t number) const override {
    return properties_[property].texts.at(number);
  }
  std::string text_of(Value value) const override { return values_.texts.at(value.number - 1); }

  Guid guid_of(std::string_view text) override { return {guids_.intern(text)}; }
  std::uint32_t number_of(std::size_t property, std::string_view text) override {
    return properties_[property].intern(text);
  }
  Value value_of(std::string_view text) override { return {values_.intern(text) + 1}; }

  // How many texts are known, of all kinds.
  std::size_t size() const {
    std::size_t all = guids_.texts.size() + values_.texts.size();
    for (const Column& each : properties_) all += each.texts.size();
    return all;
  }

 private:
  struct Column {
    std::vector<std::string> texts;
    std::map<std::string, std::uint32_t, std::less<>> numbers;
    std::uint32_t intern(std::string_view text);
  };
  Column guids_, values_;
  std::array<Column, Identity::kProperties> properties_;
};

// A message as text, without a line's end. Bytes that are no UTF-8 are written as U+FFFD.
// Requires: message.kind is not none.
std::string encode(const Message& message, const WireTexts& texts);

// The same of the hardened protocol, which adds to the page's messages
//   GET /list/{servercounter_lastsync}?epoch=E      no epoch: the client knows none
//   of each object  "version":"W.N", "lineage":{"W":N,…}, "buried":["W.N",…] if there are any
//   of a result     "epoch":E
//   of an upload    "epoch":E, "servercounter":…, the client's mark
//   of an ack       "objects":[…], if others changed any
// where W is a writer and N its counter; "W.N!" is the tombstone made of W.N.
std::string encode(const hardened::Message& message, const WireTexts& texts);

// Reads a message of the kind that is expected here: a link knows which answer it waits for, a
// server which call it was sent. Any bytes are allowed in; the work grows with their number.
//
// Returns nothing, or `where: what is wrong, expected what`, where `where` is a JSON path such as
// $.objects[2].isdeleted, or `call` for the words before the JSON. On error the message is left as
// it was, and no text became known.
//
// Fields that are not named above are passed over, so that an engine may add its own; but
// counter_lastupdate is an error. Of a field given twice the last one counts. A call may have any
// path before /list/ and /update.
std::optional<std::string> decode(MessageKind expected, std::string_view text, WireTexts& texts,
                                  Message& message);

}  // namespace tidemark::core
