#include "fabric/scribe_line_link.hpp"

#include "fabric/reticle_module.hpp"

#include <algorithm>

namespace scribeline::fabric {

ScribeLineLink::ScribeLineLink(char const* name, configs::FabricClock clock) : sc_core::sc_object{name}, clock_{clock}
{
}

void ScribeLineLink::carry(Parcel& parcel)
{
    if (parcel.empty())
        return;
    carried_ += parcel.wavelets.size();
    std::uint64_t first = never;
    if (!parcel.wavelets.empty())
        first = parcel.wavelets.front().arrival;
    if (!parcel.credits.empty())
        first = std::min(first, parcel.credits.front().arrival);
    if (arrived_.empty()) {
        std::swap(arrived_, parcel);
    } else {
        arrived_.wavelets.insert(arrived_.wavelets.end(), parcel.wavelets.begin(), parcel.wavelets.end());
        arrived_.credits.insert(arrived_.credits.end(), parcel.credits.begin(), parcel.credits.end());
        parcel.clear();
    }
    if (receiver_)
        receiver_->notify(time_of(clock_, first) - sc_core::sc_time_stamp());
}

} // namespace scribeline::fabric
