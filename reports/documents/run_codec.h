// Parts of a run as JSON, which documents of runs and of shards are made of; written and read back.
// What does not fit is thrown: std::exception, with a reason for a person.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "reports/run_report.h"

namespace tidemark::core {

// What a run was to do, without its portions.
nlohmann::json plan_json(const RunHead& head);
void read_plan(const nlohmann::json& in, RunHead& head);

nlohmann::json portion_json(const PortionHead& head);
PortionHead portion_of(const nlohmann::json& in);

// What a portion came to; names are those of its head.
nlohmann::json counts_json(const PortionHead& head, const PortionResult& counts);
PortionResult counts_of(const nlohmann::json& in, const PortionHead& head);

// Portions go by their names.
nlohmann::json finding_json(const Finding& finding, const RunHead& head);
Finding finding_of(const nlohmann::json& in, const RunHead& head);

// 16 hexadecimal digits of all that a JSON text says.
std::string digest_of(const nlohmann::json& document);

// What a reader threw, for a person: without where in its own source it says so.
std::string reason_of(const std::exception& error);

}  // namespace tidemark::core
