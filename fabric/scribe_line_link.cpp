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
    for (auto const& wavelet : parcel.wavelets) // links that repair made longer are slower than their neighbours
        first = std::min(first, wavelet.arrival);
    for (auto const& credit : parcel.credits)
        first = std::min(first, credit.arrival);
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
