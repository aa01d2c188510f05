// Text as markup, and the frame that every page has. What a user wrote becomes markup nowhere: it
// goes through escaped(), or through json_data().
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tidemark::core {

// A text as it stands in an element, or in an attribute between double quotes. Control characters
// are shown by their pictures; what is no UTF-8, and what would turn the direction of reading, by
// U+FFFD.
std::string escaped(std::string_view text);

// `<tag attributes>markup</tag>`; the attributes as they are written.
std::string element(std::string_view tag, std::string_view attributes, std::string_view markup);
std::string element(std::string_view tag, std::string_view markup);

// What may be wider than the page, and then scrolls by itself; `label` says what it is.
std::string wide(std::string_view label, std::string_view markup);
// The same folded away, until the reader opens it.
std::string folded(std::string_view id, std::string_view summary, std::string_view markup);

// A document as a script element holds it: no `<` is left that could end it.
std::string json_data(const nlohmann::json& data);

// A whole page with its style and its script inside. Nothing else is allowed to run in it, and
// nothing to be fetched.
std::string html_page(std::string_view title, std::string_view body, const nlohmann::json& data);

}  // namespace tidemark::core
