// What the library's error stack says.
#include "results/hdf5/handle.hpp"

#include <type_traits>

#include <hdf5.h>

namespace scribeline::results::hdf5 {

static_assert(std::is_same_v<Id, hid_t>, "Id is spelled out in handle.hpp so that it needs no hdf5.h");
static_assert(std::is_same_v<int, herr_t>);

void silence() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

namespace {

herr_t keep_first(unsigned n, H5E_error2_t const* entry, void* text)
{
    if (n == 0 && entry->desc != nullptr) {
        *static_cast<std::string*>(text) = entry->desc;
    }
    return 0;
}

} // namespace

std::string cause()
{
    std::string text;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_first, &text);
    return text.empty() ? "the HDF5 library gives no reason" : text;
}

Id check(Id result, std::string const& what)
{
    if (result < 0) {
        throw Failure{what + ": " + cause()};
    }
    return result;
}

} // namespace scribeline::results::hdf5
