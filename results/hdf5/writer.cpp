// The netCDF-4 data model in calls of the HDF5 C library. Links and attributes keep the order in which they were
// made, as netCDF expects.
#include "results/hdf5/writer.hpp"

#include "configs/failure.hpp"

#include <numeric>

#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>

namespace scribeline::results::hdf5 {

static_assert(sizeof(hsize_t) == sizeof(std::uint64_t));

template <> Id type_of<std::uint8_t>() { return H5T_NATIVE_UINT8; }
template <> Id type_of<std::uint16_t>() { return H5T_NATIVE_UINT16; }
template <> Id type_of<std::uint32_t>() { return H5T_NATIVE_UINT32; }
template <> Id type_of<std::int32_t>() { return H5T_NATIVE_INT32; }
template <> Id type_of<std::uint64_t>() { return H5T_NATIVE_UINT64; }
template <> Id type_of<float>() { return H5T_NATIVE_FLOAT; }
template <> Id type_of<double>() { return H5T_NATIVE_DOUBLE; }

namespace {

Handle space_of(std::vector<hsize_t> const& extent)
{
    auto const id = extent.empty() ? H5Screate(H5S_SCALAR)
                                   : H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr);
    return {check(id, "dataspace"), &H5Sclose};
}

// Of any length: readers hand it out as text, where they hand out fixed-length strings as bytes.
Handle text_type()
{
    auto type = Handle{check(H5Tcopy(H5T_C_S1), "string type"), &H5Tclose};
    check(H5Tset_size(type.id(), H5T_VARIABLE), "string length");
    check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "string encoding");
    return type;
}

// Attributes and links stand in the header of their object, up to so many of them. Beyond 8, by default, the library
// makes a heap and two trees for them, which it puts at the very end of the file: a copy that is cut short would lose
// the names of all that it still holds (results/recover).
constexpr unsigned most_in_header = 96, fewest_outside = 64;

Handle properties(hid_t list_class)
{
    auto list = Handle{check(H5Pcreate(list_class), "property list"), &H5Pclose};
    check(H5Pset_attr_creation_order(list.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "attribute order");
    check(H5Pset_attr_phase_change(list.id(), most_in_header, fewest_outside), "attribute storage");
    return list;
}

// Of a group, or of a file, whose root is one.
Handle properties_of_group(hid_t list_class)
{
    auto list = properties(list_class);
    check(H5Pset_link_creation_order(list.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "link order");
    check(H5Pset_link_phase_change(list.id(), most_in_header, fewest_outside), "link storage");
    return list;
}

// Texts are converted piece by piece in two buffers, which the library allocates and clears for each column: a MiB each
// by default, which costs more than all else that a small file takes.
Id transfer()
{
    static Id const list = [] {
        constexpr std::size_t buffer = 8192; // 512 texts
        auto const            id     = check(H5Pcreate(H5P_DATASET_XFER), "property list");
        check(H5Pset_buffer(id, buffer, nullptr, nullptr), "buffer");
        return id;
    }();
    return list; // never closed: the library ends before objects with static storage do
}

std::vector<char const*> pointers(std::vector<std::string> const& texts)
{
    std::vector<char const*> result;
    result.reserve(texts.size());
    for (auto const& text : texts) {
        result.push_back(text.c_str());
    }
    return result;
}

void store(Handle const& list, Storage const& storage)
{
    if (storage.fill) {
        check(H5Pset_fill_value(list.id(), H5T_NATIVE_UINT16, &storage.fill_value), "fill value");
    }
    if (storage.chunk.empty()) {
        return;
    }
    std::vector<hsize_t> const chunk(storage.chunk.begin(), storage.chunk.end());
    check(H5Pset_chunk(list.id(), static_cast<int>(chunk.size()), chunk.data()), "chunk");
    check(H5Pset_shuffle(list.id()), "shuffle");
    check(H5Pset_deflate(list.id(), 1), "deflate"); // higher levels: a third slower for a percent
}

void make_scale(Handle const& scale, std::string const& name) { check(H5DSset_scale(scale.id(), name.c_str()), name); }

} // namespace

Flags flags(std::vector<std::string> const& meanings)
{
    SCRIBELINE_EXPECT(meanings.size() <= 256);
    Flags result;
    result.values.resize(meanings.size());
    std::iota(result.values.begin(), result.values.end(), std::uint8_t{0});
    for (auto const& meaning : meanings) {
        SCRIBELINE_EXPECT(!meaning.empty() && meaning.find(' ') == std::string::npos); // a blank ends a meaning
        result.meanings += (result.meanings.empty() ? "" : " ") + meaning;
    }
    return result;
}

Object& Object::attribute(char const* name, Id type, std::uint64_t count, void const* data)
{
    auto const space = space_of(count == 0 ? std::vector<hsize_t>{} : std::vector<hsize_t>{count});
    auto const attr =
        Handle{check(H5Acreate2(id(), name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT), name), &H5Aclose};
    check(H5Awrite(attr.id(), type, data), name);
    return *this;
}

Object& Object::attribute(char const* name, std::string const& text)
{
    auto const type    = text_type();
    auto const pointer = text.c_str();
    return attribute(name, type.id(), 0, &pointer);
}

Object& Object::attribute(char const* name, std::vector<std::string> const& texts)
{
    auto const type = text_type();
    return attribute(name, type.id(), texts.size(), pointers(texts).data());
}

Object& Object::attribute(About const& about)
{
    attribute("units", about.units);
    return attribute("long_name", about.long_name);
}

Object& Object::attribute(Flags const& meaning)
{
    attribute("flag_values", meaning.values);
    return attribute("flag_meanings", meaning.meanings);
}

Group Group::group(std::string const& name)
{
    auto const list = properties_of_group(H5P_GROUP_CREATE);
    return Group{Handle{check(H5Gcreate2(id(), name.c_str(), H5P_DEFAULT, list.id(), H5P_DEFAULT), name), &H5Gclose}};
}

Dimension Group::dimension(std::string const& name, std::uint64_t size)
{
    // The names and the type are the netCDF-4 file format's ("Dimensions without coordinate variables").
    auto const space = space_of({size});
    auto const list  = properties(H5P_DATASET_CREATE);
    auto       scale = Handle{
        check(H5Dcreate2(id(), name.c_str(), H5T_IEEE_F32BE, space.id(), H5P_DEFAULT, list.id(), H5P_DEFAULT), name),
        &H5Dclose};
    make_scale(scale, fmt::format("This is a netCDF dimension but not a netCDF variable.{:10}", size));
    return {std::move(scale), size};
}

Dimension Group::coordinates(std::string const& name, Id type, std::uint64_t size, void const* data, About const& about)
{
    auto const space = space_of({size});
    auto const list  = properties(H5P_DATASET_CREATE);
    auto       scale = Handle{
        check(H5Dcreate2(id(), name.c_str(), type, space.id(), H5P_DEFAULT, list.id(), H5P_DEFAULT), name), &H5Dclose};
    check(H5Dwrite(scale.id(), type, H5S_ALL, H5S_ALL, transfer(), data), name);
    make_scale(scale, name);
    auto object = Object{std::move(scale)};
    object.attribute(about);
    return {Handle{check(H5Dopen2(id(), name.c_str(), H5P_DEFAULT), name), &H5Dclose}, size};
}

Dimension Group::coordinates(std::string const& name, std::vector<std::string> const& values, About const& about)
{
    auto const type = text_type();
    return coordinates(name, type.id(), values.size(), pointers(values).data(), about);
}

Object Group::dataset(std::string const& name, Id type, Dimensions const& dimensions, void const* data,
                      About const& about, Storage const& storage)
{
    std::vector<hsize_t> extent;
    for (auto const* dimension : dimensions) {
        extent.push_back(dimension->size);
    }
    auto const space = space_of(extent);
    auto const list  = properties(H5P_DATASET_CREATE);
    store(list, storage);
    auto result = Object{Handle{
        check(H5Dcreate2(id(), name.c_str(), type, space.id(), H5P_DEFAULT, list.id(), H5P_DEFAULT), name), &H5Dclose}};
    if (data != nullptr) {
        check(H5Dwrite(result.id(), type, H5S_ALL, H5S_ALL, transfer(), data), name);
    }
    for (unsigned axis = 0; axis < dimensions.size(); ++axis) {
        check(H5DSattach_scale(result.id(), dimensions[axis]->scale.id(), axis), name);
    }
    result.attribute(about);
    if (storage.fill) {
        result.attribute("_FillValue", std::vector<std::uint16_t>{storage.fill_value});
    }
    return result;
}

Object Group::scalar(std::string const& name, std::string const& text, About const& about)
{
    auto const type    = text_type();
    auto const pointer = text.c_str();
    return dataset(name, type.id(), {}, &pointer, about, {});
}

Object Group::array(std::string const& name, std::vector<std::string> const& values, Dimensions const& dimensions,
                    About const& about)
{
    require_size(name, values.size(), dimensions);
    auto const type = text_type();
    return dataset(name, type.id(), dimensions, pointers(values).data(), about, {});
}

void Group::require_size(std::string const& name, std::uint64_t size, Dimensions const& dimensions)
{
    std::uint64_t cells = 1;
    for (auto const* dimension : dimensions) {
        cells *= dimension->size;
    }
    if (size != cells) {
        throw Failure{fmt::format("{}: {} values for {} cells", name, size, cells)};
    }
}

template <class T> void write_box(Object const& array, std::vector<std::uint64_t> const& start,
                                  std::vector<std::uint64_t> const& count, std::vector<T> const& cells)
{
    std::vector<hsize_t> const from(start.begin(), start.end());
    std::vector<hsize_t> const extent(count.begin(), count.end());
    // Of the file's rank: the library maps boxes of unequal rank onto each other cell by cell, at twice the time.
    auto const memory = space_of(extent);
    if (static_cast<std::uint64_t>(check(H5Sget_simple_extent_npoints(memory.id()), "extent")) != cells.size()) {
        throw Failure{fmt::format("{} cells for a box of another size", cells.size())};
    }
    auto const file = Handle{check(H5Dget_space(array.id()), "dataspace"), &H5Sclose};
    check(H5Sselect_hyperslab(file.id(), H5S_SELECT_SET, from.data(), nullptr, extent.data(), nullptr), "selection");
    check(H5Dwrite(array.id(), type_of<T>(), memory.id(), file.id(), H5P_DEFAULT, cells.data()), "frame");
}
template void write_box(Object const&, std::vector<std::uint64_t> const&, std::vector<std::uint64_t> const&,
                        std::vector<std::uint16_t> const&);

MemoryFile::MemoryFile()
{
    silence();
    auto const            access = Handle{check(H5Pcreate(H5P_FILE_ACCESS), "property list"), &H5Pclose};
    constexpr std::size_t growth = 256U << 10U; // cleared each time; a small file has 160 kB
    check(H5Pset_fapl_core(access.id(), growth, 0), "memory driver");
    // Readable by every library since 1.8, of 2008. Not from V18 on: that gives the superblock a checksum, which
    // H5Fget_file_image of 1.10 breaks when it clears the mark of an open file.
    check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), "format version");
    auto const create = properties_of_group(H5P_FILE_CREATE);
    // Room for the root's attributes and links at the beginning, because it is the root that is written to last.
    constexpr unsigned expected_links = 40, length_of_a_name = 24;
    check(H5Pset_est_link_info(create.id(), expected_links, length_of_a_name), "link room");
    file_ = Handle{check(H5Fcreate("in memory", H5F_ACC_TRUNC, create.id(), access.id()), "new file"), &H5Fclose};
}

Group MemoryFile::root() { return Group{Handle{check(H5Gopen2(file_.id(), "/", H5P_DEFAULT), "/"), &H5Gclose}}; }

std::vector<char> MemoryFile::image()
{
    check(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL), "flush");
    auto const        size = check(H5Fget_file_image(file_.id(), nullptr, 0), "size");
    std::vector<char> bytes(static_cast<std::size_t>(size));
    check(H5Fget_file_image(file_.id(), bytes.data(), bytes.size()), "image");
    return bytes;
}

} // namespace scribeline::results::hdf5
