// Access properties that stop at a link to another file, and a look at how a dataset is stored.
#include "results/hdf5/guard.hpp"

#include "configs/failure.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <unistd.h>

namespace scribeline::results::hdf5 {

namespace {

using configs::Exit;
using configs::printable;
using configs::UserError;

void require_readable(std::string const& path)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        throw UserError{Exit::no_input, fmt::format("{} is a directory, not a result file", printable(path))};
    }
    auto const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        throw UserError{Exit::no_input, fmt::format("cannot read {}: {}", printable(path), std::strerror(errno))};
    }
    ::close(fd);
}

// The library names the lock's cause only in words.
bool about_a_lock(std::string const& reason) { return reason.find("unable to lock file") != std::string::npos; }

[[noreturn]] void explain(std::string const& path)
{
    auto const reason = cause();
    if (about_a_lock(reason)) {
        throw UserError{Exit::try_again,
                        fmt::format("{} is locked by a program that has it open for writing ({}). Close that program, "
                                    "or set HDF5_USE_FILE_LOCKING=FALSE to read all the same; file systems without "
                                    "locks (some NFS and Lustre) need that too",
                                    printable(path), reason)};
    }
    throw UserError{Exit::bad_config,
                    fmt::format("{} is damaged or was cut short and cannot be opened: {}. Run it again, or take a copy "
                                "from before",
                                printable(path), printable(reason))};
}

herr_t refuse_to_leave(char const*, char const*, char const*, char const*, unsigned*, hid_t, void* left)
{
    *static_cast<bool*>(left) = true;
    return -1;
}

// Whether the call of the library that failed last did so at a link into another file.
bool stopped_at_a_link = false;

// Link access properties, or those of a class that has them as well.
Handle access(hid_t list_class)
{
    stopped_at_a_link = false;
    auto list         = Handle{check(H5Pcreate(list_class), "property list"), &H5Pclose};
    check(H5Pset_elink_cb(list.id(), &refuse_to_leave, &stopped_at_a_link), "property list");
    return list;
}

Handle opened(Id id, Handle::Close close, std::string const& name)
{
    if (id < 0 && stopped_at_a_link)
        throw Failure{name + " is a link into another file, which no result file needs and none is followed"};
    return {check(id, name), close};
}

[[noreturn]] void refuse(std::string const& name, std::string const& what) { throw Failure{name + ": " + what}; }

// Not `H5Zfilter_avail`: that would look for a plugin.
bool is_own(H5Z_filter_t filter)
{
    return filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
}

// Bytes of a cell in the file, for the kinds that results are made of.
std::uint64_t bytes_of_cell(Id type, std::string const& name)
{
    auto const size = H5Tget_size(type);
    if (size == 0)
        refuse(name, "has cells of no bytes");
    switch (H5Tget_class(type)) {
    case H5T_STRING:
        return size; // one of any length: where it is
    case H5T_INTEGER:
    case H5T_FLOAT:
        if (size >= 1 && size <= sizeof(double))
            return size;
        break;
    case H5T_REFERENCE: // of dimensions to columns, as netCDF has it; nobody reads them
    case H5T_VLEN:
    case H5T_COMPOUND:
        return size;
    default:
        break;
    }
    refuse(name, "neither text nor numbers of at most 64 bits");
}

} // namespace

void guard_library()
{
    silence();
    H5PLset_loading_state(0); // no plugins
}

Handle open_guarded(std::string const& path)
{
    guard_library();
    require_readable(path);
    auto const kind = H5Fis_hdf5(path.c_str());
    if (kind == 0) {
        throw UserError{Exit::bad_config, fmt::format("{} is not an HDF5 file; expected one that `scribeline run -o` "
                                                      "wrote",
                                                      printable(path))};
    }
    auto const id = kind > 0 ? H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT) : H5I_INVALID_HID;
    if (id < 0) {
        explain(path);
    }
    return {id, &H5Fclose};
}

void require_own_storage(Id dataset, std::string const& name)
{
    auto const list   = Handle{check(H5Dget_create_plist(dataset), name), &H5Pclose};
    auto const layout = H5Pget_layout(list.id());
    if (layout == H5D_VIRTUAL)
        refuse(name, "is put together from other files, which are not read");
    if (layout < 0)
        refuse(name, "is stored in no known way");
    if (H5Pget_external_count(list.id()) != 0)
        refuse(name, "has its cells in another file, which is not read");
    auto const filters = check(H5Pget_nfilters(list.id()), name);
    for (unsigned i = 0; i < static_cast<unsigned>(filters); ++i) {
        unsigned    flags = 0, config = 0;
        std::size_t values = 0;
        if (!is_own(H5Pget_filter2(list.id(), i, &flags, &values, nullptr, 0, nullptr, &config)))
            refuse(name, "is packed by a filter that no result file has");
    }
}

Handle open_dataset(Handle const& file, std::string const& name)
{
    auto const list    = access(H5P_DATASET_ACCESS);
    auto       dataset = opened(H5Dopen2(file.id(), name.c_str(), list.id()), &H5Dclose, name);
    require_own_storage(dataset.id(), name);
    return dataset;
}

Handle open_group(Handle const& file, std::string const& name)
{
    auto const list = access(H5P_GROUP_ACCESS);
    return opened(H5Gopen2(file.id(), name.c_str(), list.id()), &H5Gclose, name);
}

Handle open_attribute(Handle const& file, std::string const& object, char const* name)
{
    auto const list = access(H5P_LINK_ACCESS);
    return opened(H5Aopen_by_name(file.id(), object.c_str(), name, H5P_DEFAULT, list.id()), &H5Aclose,
                  object + "@" + name);
}

bool has_link(Handle const& file, std::string const& name)
{
    auto const list = access(H5P_LINK_ACCESS);
    return H5Lexists(file.id(), name.c_str(), list.id()) > 0;
}

bool has_attribute(Handle const& file, std::string const& object, char const* name)
{
    auto const list = access(H5P_LINK_ACCESS);
    return H5Aexists_by_name(file.id(), object.c_str(), name, list.id()) > 0;
}

std::uint64_t cells_of_dataset(Id dataset, std::string const& name)
{
    // What deflate makes of zeros, at most (RFC 1951: 258 bytes in 2 bits), and its header.
    constexpr std::uint64_t most_packed = 1032, slack = 64;

    auto const space = Handle{check(H5Dget_space(dataset), name), &H5Sclose};
    auto const type  = Handle{check(H5Dget_type(dataset), name), &H5Tclose};
    auto const file  = Handle{check(H5Iget_file_id(dataset), name), &H5Fclose};
    auto const cells = static_cast<std::uint64_t>(check(H5Sget_simple_extent_npoints(space.id()), name));
    auto const bytes = bytes_of_cell(type.id(), name);
    hsize_t    size  = 0;
    check(H5Fget_filesize(file.id(), &size), name);
    auto const stored = static_cast<std::uint64_t>(H5Dget_storage_size(dataset));
    if (stored > size)
        refuse(name, fmt::format("has {} bytes by its own account, in a file of {}", stored, size));
    if (cells > (stored * most_packed + slack) / bytes)
        refuse(name, fmt::format("has {} cells by its own account, and {} bytes for them", cells, stored));
    return cells;
}

std::uint64_t cells_of_attribute(Id attribute, std::string const& name)
{
    constexpr std::uint64_t most = 65536; // the header of an object has no more bytes

    auto const space = Handle{check(H5Aget_space(attribute), name), &H5Sclose};
    auto const cells = static_cast<std::uint64_t>(check(H5Sget_simple_extent_npoints(space.id()), name));
    if (cells > most)
        refuse(name, fmt::format("has {} values by its own account", cells));
    return cells;
}

} // namespace scribeline::results::hdf5
