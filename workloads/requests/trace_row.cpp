#include "workloads/requests/trace_row.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::workloads {

void TraceRow::clear()
{
    line = 0;
    time.reset();
    input = output = tool_time = person_time = 0;
    blocks.clear();
    has_blocks = after_previous = false;
    name.clear();
    session.clear();
    waits_for.clear();
    recorded_start.reset();
    recorded_service.reset();
}

void refuse_row(std::string const& file, std::size_t line, std::string const& field, std::string const& value,
                std::string const& why)
{
    throw configs::UserError{configs::Exit::bad_config,
                             fmt::format("{}:{}: error: {}{}{}: {}", file, line, configs::printable(field),
                                         value.empty() ? "" : " = ", configs::printable(value.substr(0, 80)),
                                         configs::printable(why))};
}

} // namespace scribeline::workloads
