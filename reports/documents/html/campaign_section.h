// A campaign as a part of a page: how it went in numbers, its marks, what its steps were.
#pragma once

#include <string>

#include "reports/documents/html/campaign.h"

namespace tidemark::core {

// Each configuration with its numbers, and how fast they ran.
std::string campaign_numbers(const Campaign& campaign);

// Marks and steps, each folded away.
std::string campaign_tables(const Campaign& campaign);

}  // namespace tidemark::core
