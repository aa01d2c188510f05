#include "reports/documents/html/markup.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>

#include "reports/documents/characters.h"
#include "reports/documents/html/assets.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

// U+2400 and those behind it: the pictures of control characters.
std::string control_picture(unsigned char control) {
  const int picture = control == 0x7F ? 0xA1 : 0x80 + control;
  return {'\xE2', '\x90', static_cast<char>(picture)};
}

void append_escaped(std::string& markup, std::string_view character) {
  if (character.size() > 1) return void(markup += is_hidden(character) ? kReplacement : character);
  const auto byte = static_cast<unsigned char>(character.front());
  switch (byte) {
    case '&':
      return void(markup += "&amp;");
    case '<':
      return void(markup += "&lt;");
    case '>':
      return void(markup += "&gt;");
    case '"':
      return void(markup += "&quot;");
    case '\'':
      return void(markup += "&#39;");
    case '\n':
      return void(markup += '\n');
    default:
      break;
  }
  if (byte < 0x20 || byte == 0x7F) return void(markup += control_picture(byte));
  markup += static_cast<char>(byte);
}

unsigned digit_of(char hexadecimal) {
  return static_cast<unsigned>(hexadecimal <= '9' ? hexadecimal - '0' : hexadecimal - 'a' + 10);
}

// Hexadecimal digits in base64, as a policy names hashes.
std::string base64(std::string_view digits) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < digits.size(); i += 3) {  // three digits are two letters
    unsigned bits = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      bits = bits << 4 | (j < digits.size() ? digit_of(digits[j]) : 0);
    text += kLetters[bits >> 6];
    if (i + 1 < digits.size()) text += kLetters[bits & 63];
  }
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string policy() {
  return fmt::format("default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'",
                     base64(kReportStyleHash), base64(kReportScriptHash));
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string markup;
  markup.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0)
      markup += kReplacement;
    else
      append_escaped(markup, text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return markup;
}

std::string element(std::string_view tag, std::string_view attributes, std::string_view markup) {
  return fmt::format("<{}{}{}>{}</{}>", tag, attributes.empty() ? "" : " ", attributes, markup,
                     tag);
}
std::string element(std::string_view tag, std::string_view markup) {
  return element(tag, {}, markup);
}

std::string wide(std::string_view label, std::string_view markup) {
  return element(
      "div", fmt::format("class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"", label),
      markup);
}

std::string folded(std::string_view id, std::string_view summary, std::string_view markup) {
  return element("details", fmt::format("id=\"{}\"", id),
                 element("summary", summary) + "\n" + wide(summary, fmt::format("\n{}", markup))) +
         "\n";
}

std::string json_data(const nlohmann::json& data) {
  const std::string text = data.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  std::string result;
  for (const char letter : text) {
    if (letter == '<')
      result += "\\u003c";
    else
      result += letter;
  }
  return result;
}

std::string html_page(std::string_view title, std::string_view body, const nlohmann::json& data) {
  return fmt::format(
      "<!DOCTYPE html>\n"
      "<html lang=\"en\">\n"
      "<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n"
      "<style>{}</style>\n"
      "</head>\n"
      "<body>\n"
      "{}"
      "<script type=\"application/json\" id=\"data\">{}</script>\n"
      "<script>{}</script>\n"
      "</body>\n"
      "</html>\n",
      policy(), escaped(title), kReportStyle, body, json_data(data), kReportScript);
}

}  // namespace tidemark::core
