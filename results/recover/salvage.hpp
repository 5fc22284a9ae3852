// Copies what can be read of a damaged file into a new one, object by object.
//
// An object counts as kept only when all of it was read: its header, its attributes, and every cell of a dataset, none
// of them beyond the end of the bytes that are there. Reading can crash the library, so whoever calls this does so in a
// process of its own, and tells it next time which object to leave alone.
#pragma once

#include "results/recover/damaged_file.hpp"

#include <set>
#include <string>
#include <vector>

namespace scribeline::results {

// Hears what happens to each object, by its path. For groups the path ends in a slash.
class SalvageLog {
  public:
    virtual ~SalvageLog()                                              = default;
    virtual void trying(std::string const& path)                       = 0;
    virtual void kept(std::string const& path)                         = 0;
    virtual void lost(std::string const& path, std::string const& why) = 0;
};

// The new file as bytes, with a root attribute `recovered` that says from what, and what is lost. Leaves out the
// objects in `harmful` (as configs::printable() shows them), and all but those in `only` where that is given, which the
// log hears of as lost. Throws hdf5::Failure when not even the root can be read.
std::vector<char> salvage(DamagedFile const& from, std::set<std::string> const& harmful,
                          std::set<std::string> const* only, SalvageLog& log);

} // namespace scribeline::results
