#include "support/results_hostile_files.hpp"

#include "results/hdf5/handle.hpp"

#include <vector>

#include <hdf5.h>

namespace scribeline::tests {

namespace {

using results::hdf5::check;
using results::hdf5::Handle;
using results::hdf5::Id;

Handle open_to_change(std::string const& path)
{
    return {check(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), path), &H5Fclose};
}

void unlink(Handle const& file, std::string const& object)
{
    if (H5Lexists(file.id(), object.c_str(), H5P_DEFAULT) > 0)
        check(H5Ldelete(file.id(), object.c_str(), H5P_DEFAULT), object);
}

Handle list_of(hid_t list_class) { return {check(H5Pcreate(list_class), "property list"), &H5Pclose}; }

Handle space_of(std::uint64_t rows, bool grows = false)
{
    auto const    extent = hsize_t{rows};
    hsize_t const most   = grows ? H5S_UNLIMITED : rows;
    return {check(H5Screate_simple(1, &extent, &most), "dataspace"), &H5Sclose};
}

// Rows of 0: a scalar.
void replace(std::string const& path, std::string const& dataset, Id type, std::uint64_t rows, void const* cells,
             Handle const& list)
{
    auto const file = open_to_change(path);
    unlink(file, dataset);
    auto const space = rows == 0 ? Handle{H5Screate(H5S_SCALAR), &H5Sclose} : space_of(rows);
    auto const made  = Handle{
        check(H5Dcreate2(file.id(), dataset.c_str(), type, space.id(), H5P_DEFAULT, list.id(), H5P_DEFAULT), dataset),
        &H5Dclose};
    if (cells != nullptr)
        check(H5Dwrite(made.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells), dataset);
}

Handle text_type()
{
    auto type = Handle{check(H5Tcopy(H5T_C_S1), "type"), &H5Tclose};
    check(H5Tset_size(type.id(), H5T_VARIABLE), "type");
    return type;
}

} // namespace

void remove_object(std::string const& path, std::string const& object) { unlink(open_to_change(path), object); }

void store_cells_in(std::string const& path, std::string const& dataset, std::string const& file, std::uint64_t rows)
{
    auto const list = list_of(H5P_DATASET_CREATE);
    check(H5Pset_external(list.id(), file.c_str(), 0, rows * 8), file);
    replace(path, dataset, H5T_STD_U64LE, rows, nullptr, list);
}

void put_together_from(std::string const& path, std::string const& dataset, std::string const& file,
                       std::string const& source, std::uint64_t rows)
{
    auto const list  = list_of(H5P_DATASET_CREATE);
    auto const space = space_of(rows);
    check(H5Pset_virtual(list.id(), space.id(), file.c_str(), source.c_str(), space.id()), file);
    replace(path, dataset, H5T_STD_U64LE, rows, nullptr, list);
}

void link_to(std::string const& path, std::string const& object, std::string const& file, std::string const& target)
{
    auto const changed = open_to_change(path);
    unlink(changed, object);
    check(H5Lcreate_external(file.c_str(), target.c_str(), changed.id(), object.c_str(), H5P_DEFAULT, H5P_DEFAULT),
          object);
}

void claim_rows(std::string const& path, std::string const& dataset, std::uint64_t rows, bool in_chunks)
{
    auto const list = list_of(H5P_DATASET_CREATE);
    if (in_chunks) {
        hsize_t const chunk = 1024;
        check(H5Pset_chunk(list.id(), 1, &chunk), dataset);
    }
    replace(path, dataset, H5T_STD_U64LE, rows, nullptr, list);
}

void make_text(std::string const& path, std::string const& dataset, std::string const& text, std::uint64_t rows)
{
    auto const type  = text_type();
    auto const cells = std::vector<char const*>(rows == 0 ? 1 : rows, text.c_str());
    replace(path, dataset, type.id(), rows, cells.data(), list_of(H5P_DATASET_CREATE));
}

void make_whole(std::string const& path, std::string const& dataset, std::uint64_t rows)
{
    auto const cells = std::vector<std::uint64_t>(rows == 0 ? 1 : rows, 1);
    replace(path, dataset, H5T_STD_U64LE, rows, cells.data(), list_of(H5P_DATASET_CREATE));
}

void make_real(std::string const& path, std::string const& dataset, double value, std::uint64_t rows)
{
    auto const cells = std::vector<double>(rows == 0 ? 1 : rows, value);
    replace(path, dataset, H5T_IEEE_F64LE, rows, cells.data(), list_of(H5P_DATASET_CREATE));
}

void make_compound(std::string const& path, std::string const& dataset)
{
    auto const type = Handle{check(H5Tcreate(H5T_COMPOUND, 8), "type"), &H5Tclose};
    check(H5Tinsert(type.id(), "cycles", 0, H5T_STD_U64LE), "type");
    auto const cell = std::uint64_t{1};
    replace(path, dataset, type.id(), 1, &cell, list_of(H5P_DATASET_CREATE));
}

void make_groups(std::string const& path, std::string const& group, int depth)
{
    auto const file = open_to_change(path);
    auto       at   = Handle{check(H5Gopen2(file.id(), group.c_str(), H5P_DEFAULT), group), &H5Gclose};
    for (int i = 0; i < depth; ++i)
        at = Handle{check(H5Gcreate2(at.id(), "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), group), &H5Gclose};
}

void set_attribute(std::string const& path, std::string const& object, char const* name, std::string const& text)
{
    auto const file = open_to_change(path);
    auto const at   = Handle{check(H5Oopen(file.id(), object.c_str(), H5P_DEFAULT), object), &H5Oclose};
    if (H5Aexists(at.id(), name) > 0)
        check(H5Adelete(at.id(), name), name);
    auto const type  = text_type();
    auto const space = Handle{H5Screate(H5S_SCALAR), &H5Sclose};
    auto const made =
        Handle{check(H5Acreate2(at.id(), name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), name), &H5Aclose};
    auto const* cell = text.c_str();
    check(H5Awrite(made.id(), type.id(), &cell), name);
}

std::uint64_t rows_of(std::string const& path, std::string const& dataset)
{
    auto const file  = Handle{check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), path), &H5Fclose};
    auto const data  = Handle{check(H5Dopen2(file.id(), dataset.c_str(), H5P_DEFAULT), dataset), &H5Dclose};
    auto const space = Handle{check(H5Dget_space(data.id()), dataset), &H5Sclose};
    return static_cast<std::uint64_t>(check(H5Sget_simple_extent_npoints(space.id()), dataset));
}

} // namespace scribeline::tests
