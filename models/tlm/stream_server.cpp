#include "models/tlm/stream_server.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::models {

StreamServer::StreamServer(std::string const& what, configs::BytesPerSecond read, configs::BytesPerSecond write)
    : read_{read}, write_{write}
{
    for (auto const rate : {read, write})
        if (!(rate.value() > 0))
            throw configs::UserError{
                configs::Exit::bad_config,
                fmt::format("{}: {:g} B/s: nothing could ever be moved. Give more than 0", what, rate.value())};
}

ServiceTime StreamServer::service(BulkRequest const& request)
{
    auto const bytes = configs::Bytes{static_cast<double>(request.bytes)};
    return {in_picoseconds(bytes / (request.write ? write_ : read_)), 0};
}

} // namespace scribeline::models
