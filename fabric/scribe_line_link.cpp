#include "fabric/scribe_line_link.hpp"

#include "fabric/reticle_module.hpp"

#include <algorithm>

namespace scribeline::fabric {

ScribeLineLink::ScribeLineLink(char const* name, configs::FabricClock clock)
    : sc_core::sc_prim_channel{name}, clock_{clock}
{
}

void ScribeLineLink::send(Parcel& parcel)
{
    if (parcel.empty())
        return;
    carried_ += parcel.wavelets.size();
    sending_.wavelets.insert(sending_.wavelets.end(), parcel.wavelets.begin(), parcel.wavelets.end());
    sending_.credits.insert(sending_.credits.end(), parcel.credits.begin(), parcel.credits.end());
    parcel.clear();
    request_update();
}

Parcel ScribeLineLink::receive()
{
    Parcel taken;
    std::swap(taken, arrived_);
    return taken;
}

void ScribeLineLink::update()
{
    std::uint64_t first = ~std::uint64_t{0};
    if (!sending_.wavelets.empty())
        first = sending_.wavelets.front().arrival;
    if (!sending_.credits.empty())
        first = std::min(first, sending_.credits.front().arrival);
    arrived_.wavelets.insert(arrived_.wavelets.end(), sending_.wavelets.begin(), sending_.wavelets.end());
    arrived_.credits.insert(arrived_.credits.end(), sending_.credits.begin(), sending_.credits.end());
    sending_.clear();
    if (receiver_)
        receiver_->notify(time_of(clock_, first) - sc_core::sc_time_stamp());
}

} // namespace scribeline::fabric
