// Opens what stands in a file that somebody else may have written: the one way to it, for all that read result files.
//
// HDF5 lets a file name others: a link into another file, a dataset whose cells lie in one (external raw storage) or in
// several (a virtual layout). Reading such a file would hand out what its reader may read and its writer may not. It
// also lets a file of a kilobyte claim 2^36 rows, and asks plugins for filters that it does not know. No result file
// has any of these, so each is refused before anything is read.
//
// The links of a merged sweep to its runs (runs.h5) are for other programs; nothing here follows them.
#pragma once

#include "results/hdf5/handle.hpp"

#include <cstdint>
#include <string>

namespace scribeline::results::hdf5 {

// For reading. Throws configs::UserError as InputFile's constructor does.
Handle open_guarded(std::string const& path);

// The library prints nothing, and loads no code that a file asks for. Part of open_guarded().
void guard_library();

// By their paths from the root. Throw Failure for what is not there, is of another kind, or names another file.
Handle open_dataset(Handle const& file, std::string const& name);
Handle open_group(Handle const& file, std::string const& name);
Handle open_attribute(Handle const& file, std::string const& object, char const* name);

// Throws Failure for a dataset whose cells lie outside of its file, or are packed by what no result file has.
void require_own_storage(Id dataset, std::string const& name);

bool has_link(Handle const& file, std::string const& name); // the last part only: those before it must exist
bool has_attribute(Handle const& file, std::string const& object, char const* name);

// Cells of a dataset or an attribute, no more than its bytes in the file can hold.
std::uint64_t cells_of_dataset(Id dataset, std::string const& name);
std::uint64_t cells_of_attribute(Id attribute, std::string const& name);

} // namespace scribeline::results::hdf5
