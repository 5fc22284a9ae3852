#include "workloads/where_time_went.hpp"

#include <algorithm>
#include <numeric>

namespace scribeline::workloads {

configs::Seconds WhereTimeWent::whole() const
{
    return std::accumulate(parts.begin(), parts.end(), configs::Seconds{},
                           [](configs::Seconds sum, TimePart const& part) { return sum + part.time; });
}

TimePart const* WhereTimeWent::largest() const
{
    auto const most = std::max_element(parts.begin(), parts.end(),
                                       [](TimePart const& a, TimePart const& b) { return a.time < b.time; });
    return most == parts.end() ? nullptr : &*most;
}

} // namespace scribeline::workloads
