// Plain reads of what guard.hpp opens.
#include "results/hdf5/reader.hpp"

#include "results/hdf5/guard.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <hdf5.h>

namespace scribeline::results::hdf5 {

namespace {

// Strings of a dataset or attribute of so many cells, read as they are stored: of any length or of a fixed one.
template <class Read> std::vector<std::string> read_texts(Handle const& type, std::size_t count, Read read)
{
    if (H5Tget_class(type.id()) != H5T_STRING) {
        throw Failure{"numbers where text was expected"};
    }
    std::vector<std::string> result;
    if (count == 0) {
        return result;
    }
    if (H5Tis_variable_str(type.id()) > 0) {
        std::vector<char*> texts(count, nullptr);
        read(texts.data());
        for (auto* text : texts) {
            result.emplace_back(text == nullptr ? "" : text);
            H5free_memory(text);
        }
    } else {
        auto const        length = H5Tget_size(type.id());
        std::vector<char> bytes(count * length);
        read(bytes.data());
        for (std::size_t i = 0; i < count; ++i) {
            auto const* text = bytes.data() + i * length;
            result.emplace_back(text, ::strnlen(text, length));
        }
    }
    return result;
}

template <class T> std::vector<T> read(Handle const& file, std::string const& name, Id type)
{
    auto const     dataset = open_dataset(file, name);
    std::vector<T> values(static_cast<std::size_t>(cells_of_dataset(dataset.id(), name)));
    if (!values.empty()) {
        check(H5Dread(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), name);
    }
    return values;
}

} // namespace

InputFile::InputFile(std::string path) : path_{std::move(path)}, file_{open_guarded(path_)} {}

bool InputFile::has(std::string const& object) const
{
    // H5Lexists wants every link on the way to exist.
    for (std::size_t at = object.find('/', 1); at != std::string::npos; at = object.find('/', at + 1)) {
        if (!has_link(file_, object.substr(0, at))) {
            return false;
        }
    }
    return object == "/" || has_link(file_, object);
}

bool InputFile::has_attribute(std::string const& object, char const* name) const
{
    return has(object) && hdf5::has_attribute(file_, object, name);
}

std::optional<std::string> InputFile::attribute(std::string const& object, char const* name) const
{
    if (!has_attribute(object, name)) {
        return std::nullopt;
    }
    auto const attr  = open_attribute(file_, object, name);
    auto const type  = Handle{check(H5Aget_type(attr.id()), object), &H5Tclose};
    auto const count = static_cast<std::size_t>(cells_of_attribute(attr.id(), object + "@" + name));
    auto const texts =
        read_texts(type, count, [&](void* to) { check(H5Aread(attr.id(), type.id(), to), object + "@" + name); });
    return texts.empty() ? "" : texts.front();
}

double InputFile::number_attribute(std::string const& object, char const* name) const
{
    auto const attr   = open_attribute(file_, object, name);
    auto const values = cells_of_attribute(attr.id(), object + "@" + name);
    if (values != 1) {
        throw Failure{fmt::format("{}@{}: {} values where one was expected", object, name, values)};
    }
    double value = 0;
    check(H5Aread(attr.id(), H5T_NATIVE_DOUBLE, &value), object + "@" + name);
    return value;
}

std::vector<std::string> InputFile::texts(std::string const& dataset) const
{
    auto const data = open_dataset(file_, dataset);
    auto const type = Handle{check(H5Dget_type(data.id()), dataset), &H5Tclose};
    return read_texts(type, static_cast<std::size_t>(cells_of_dataset(data.id(), dataset)), [&](void* to) {
        check(H5Dread(data.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, to), dataset);
    });
}

std::string InputFile::text(std::string const& dataset) const
{
    auto const all = texts(dataset);
    if (all.size() != 1) {
        throw Failure{fmt::format("{}: {} values where one was expected", dataset, all.size())};
    }
    return all.front();
}

std::vector<double> InputFile::numbers(std::string const& dataset) const
{
    return read<double>(file_, dataset, H5T_NATIVE_DOUBLE);
}

std::vector<std::uint64_t> InputFile::counts(std::string const& dataset) const
{
    return read<std::uint64_t>(file_, dataset, H5T_NATIVE_UINT64);
}

std::vector<std::int64_t> InputFile::whole_numbers(std::string const& dataset) const
{
    return read<std::int64_t>(file_, dataset, H5T_NATIVE_INT64);
}

InputFile::Kind InputFile::kind(std::string const& dataset) const
{
    auto const data = open_dataset(file_, dataset);
    auto const type = Handle{check(H5Dget_type(data.id()), dataset), &H5Tclose};
    switch (H5Tget_class(type.id())) {
    case H5T_STRING:
        return Kind::text;
    case H5T_INTEGER:
        return Kind::whole;
    case H5T_FLOAT:
        return Kind::real;
    default:
        throw Failure{fmt::format("{}: neither text nor numbers", dataset)};
    }
}

namespace {

template <class T> std::vector<T> read_frame(Handle const& data, std::vector<std::uint64_t> const& extent,
                                             std::string const& dataset, std::uint64_t index, Id type)
{
    cells_of_dataset(data.id(), dataset); // refuses claims
    std::vector<hsize_t> start(extent.size(), 0), count{extent.begin(), extent.end()};
    if (extent.empty() || index >= extent.front()) {
        throw Failure{fmt::format("{}: has no index {}", dataset, index)};
    }
    start.front()    = index;
    count.front()    = 1;
    auto const space = Handle{check(H5Dget_space(data.id()), dataset), &H5Sclose};
    check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), dataset);
    auto const memory =
        Handle{check(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), dataset), &H5Sclose};
    std::vector<T> values(static_cast<std::size_t>(check(H5Sget_select_npoints(space.id()), dataset)));
    check(H5Dread(data.id(), type, memory.id(), space.id(), H5P_DEFAULT, values.data()), dataset);
    return values;
}

} // namespace

std::vector<double> InputFile::frame(std::string const& dataset, std::uint64_t index) const
{
    return read_frame<double>(open_dataset(file_, dataset), shape(dataset), dataset, index, H5T_NATIVE_DOUBLE);
}

std::vector<std::uint16_t> InputFile::small_frame(std::string const& dataset, std::uint64_t index) const
{
    auto const data = open_dataset(file_, dataset);
    auto const type = Handle{check(H5Dget_type(data.id()), dataset), &H5Tclose};
    if (H5Tget_class(type.id()) != H5T_INTEGER || H5Tget_size(type.id()) > 2) {
        throw Failure{fmt::format("{}: not in whole numbers of at most two bytes", dataset)};
    }
    return read_frame<std::uint16_t>(data, shape(dataset), dataset, index, H5T_NATIVE_UINT16);
}

double InputFile::number(std::string const& dataset) const
{
    auto const all = numbers(dataset);
    if (all.size() != 1) {
        throw Failure{fmt::format("{}: {} values where one was expected", dataset, all.size())};
    }
    return all.front();
}

std::vector<std::uint64_t> InputFile::shape(std::string const& dataset) const
{
    auto const           data  = open_dataset(file_, dataset);
    auto const           space = Handle{check(H5Dget_space(data.id()), dataset), &H5Sclose};
    std::vector<hsize_t> extent(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space.id()), dataset)));
    check(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr), dataset);
    return {extent.begin(), extent.end()};
}

namespace {

// A result file has some thousand datasets, three groups deep at most.
constexpr std::size_t most_datasets = 1'000'000, most_groups = 16;

herr_t keep_dataset(hid_t, char const* name, H5O_info_t const* info, void* names)
{
    auto& kept = *static_cast<std::vector<std::string>*>(names);
    if (static_cast<std::size_t>(std::count(name, name + std::strlen(name), '/')) > most_groups ||
        kept.size() > most_datasets) {
        return -1;
    }
    if (info->type == H5O_TYPE_DATASET) {
        kept.emplace_back(name);
    }
    return 0;
}

// Of one group alone, whatever there is below it.
herr_t keep_own_dataset(hid_t group, char const* name, H5L_info_t const* link, void* names)
{
    H5O_info_t info{};
    if (link->type != H5L_TYPE_HARD && link->type != H5L_TYPE_SOFT) {
        return -1; // into another file: told below
    }
    if (link->type == H5L_TYPE_HARD && H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
        info.type == H5O_TYPE_DATASET) {
        static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    }
    return 0;
}

herr_t keep_link(hid_t, char const* name, H5L_info_t const*, void* names)
{
    static_cast<std::vector<std::string>*>(names)->push_back(name);
    return 0;
}

} // namespace

std::vector<std::string> InputFile::links_in(std::string const& group) const
{
    auto const opened = open_group(file_, group);
    auto const list   = Handle{check(H5Gget_create_plist(opened.id()), group), &H5Pclose};
    unsigned   order  = 0;
    check(H5Pget_link_creation_order(list.id(), &order), group);
    auto const index = (order & H5P_CRT_ORDER_TRACKED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;

    std::vector<std::string> names;
    check(H5Literate(opened.id(), index, H5_ITER_INC, nullptr, &keep_link, &names), group);
    return names;
}

std::vector<std::string> InputFile::datasets() const
{
    std::vector<std::string> names;
    if (H5Ovisit2(file_.id(), H5_INDEX_NAME, H5_ITER_NATIVE, &keep_dataset, &names, H5O_INFO_BASIC) < 0) {
        throw Failure{"its groups cannot be listed, or are deeper within each other than those of a result file"};
    }
    for (auto& name : names) {
        name.insert(0, "/");
    }
    return names;
}

std::vector<std::string> InputFile::datasets_in(std::string const& group) const
{
    std::vector<std::string> names;
    if (has(group)) {
        auto const opened = open_group(file_, group);
        if (H5Literate(opened.id(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, &keep_own_dataset, &names) < 0) {
            throw Failure{group + ": cannot be listed, or has a link into another file, which is not followed"};
        }
    }
    return names;
}

} // namespace scribeline::results::hdf5
