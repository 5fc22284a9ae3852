// Groups and their links in the order of their making; datasets by reading and writing, so that compressed cells are
// checked as well; dimension scales at last, when both ends are there.
#include "results/recover/salvage.hpp"

#include "configs/failure.hpp"
#include "results/hdf5/guard.hpp"
#include "results/hdf5/writer.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>

namespace scribeline::results {

namespace {

using hdf5::check;
using hdf5::Failure;
using hdf5::Handle;
using hdf5::Id;

constexpr std::ptrdiff_t most_groups = 16; // within each other; a result has three

constexpr unsigned in_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

// What attach_scale() makes, by addresses in one file: made anew in the other.
bool belongs_to_scales(std::string const& attribute)
{
    return attribute == "DIMENSION_LIST" || attribute == "REFERENCE_LIST";
}

// An array of such cells means nothing in another file.
bool has_references(Id type) { return H5Tdetect_class(type, H5T_REFERENCE) > 0; }

// Cells of a type, given back with what the library allocated for each of them.
class Cells {
  public:
    Cells(Id type, Id space) : type_{type}, space_{space}
    {
        auto const count = check(H5Sget_simple_extent_npoints(space), "extent");
        bytes_.resize(H5Tget_size(type) * static_cast<std::size_t>(count) + 1); // never without an address
    }
    ~Cells()
    {
        if (read_ && (H5Tdetect_class(type_, H5T_VLEN) > 0 || H5Tis_variable_str(type_) > 0))
            H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, bytes_.data());
    }
    Cells(Cells const&)            = delete;
    Cells& operator=(Cells const&) = delete;

    void*       to_fill() { return bytes_.data(); }
    void        filled() { read_ = true; }
    void const* data() const { return bytes_.data(); }

  private:
    std::vector<char> bytes_;
    Id                type_, space_;
    bool              read_ = false;
};

herr_t keep_name(hid_t, char const* name, H5L_info_t const*, void* names)
{
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

// "runs/000042.h5": what the links of a sweep name (SweepFolder::run_name), and no other file.
bool is_link_to_a_run(std::string_view file)
{
    constexpr std::string_view folder = "runs/", ending = ".h5";
    if (file.size() <= folder.size() + ending.size() || file.substr(0, folder.size()) != folder ||
        file.substr(file.size() - ending.size()) != ending)
        return false;
    auto const number = file.substr(folder.size(), file.size() - folder.size() - ending.size());
    return number.find_first_not_of("0123456789") == std::string_view::npos;
}

class Salvager {
  public:
    Salvager(DamagedFile const& from, std::set<std::string> const& harmful, std::set<std::string> const* only,
             SalvageLog& log)
        : from_{from}, harmful_{harmful}, only_{only}, log_{log}, source_{from.open()}
    {
    }

    std::vector<char> run()
    {
        auto       file = hdf5::MemoryFile{};
        auto const root = Handle{check(H5Gopen2(source_.id(), "/", H5P_DEFAULT), "/"), &H5Gclose};
        auto const copy = file.root();
        root_           = copy.id();
        group(root.id(), copy.id(), "/");
        for (auto const& path : scaled_)
            attach_scales(path);
        mark(copy.id());
        return file.image();
    }

  private:
    // So that nobody takes what is left for all there was.
    void mark(Id root) const
    {
        constexpr char const* name = "recovered";
        if (H5Aexists(root, name) > 0) // of a recovery before
            check(H5Adelete(root, name), name);
        auto const text = fmt::format("from {}; lost: {}", std::filesystem::path{from_.path()}.filename().string(),
                                      lost_.empty() ? "nothing" : fmt::format("{}", fmt::join(lost_, ", ")));
        hdf5::Object{Handle{check(H5Oopen(root, ".", H5P_DEFAULT), "/"), &H5Oclose}}.attribute(name, text);
    }

    void lose(std::string const& path, std::string const& why)
    {
        lost_.push_back(path);
        log_.lost(path, why);
    }

    // Runs `action` for the object at `path`, and says what became of it.
    template <class Action> bool attempt(std::string const& path, Action const& action)
    {
        auto const shown = configs::printable(path);
        if (harmful_.count(shown) > 0) {
            lose(path, "reading it crashes or stalls the HDF5 library");
            return false;
        }
        if (only_ != nullptr && only_->count(shown) == 0) {
            lose(path, "there was no time left for it");
            return false;
        }
        log_.trying(path);
        try {
            action();
            return true;
        } catch (Failure const& failure) {
            lose(path, failure.what());
        } catch (std::bad_alloc const&) {
            lose(path, "reading it takes more memory than a file of this length may need");
        }
        return false;
    }

    void group(Id from, Id to, std::string const& path)
    {
        attributes(from, to, path);
        auto names = std::vector<std::string>{};
        if (!attempt(path, [&] { names = names_in(from); }))
            return;
        log_.kept(path);
        for (auto const& name : names)
            link(from, to, name, path + name);
    }

    static std::vector<std::string> names_in(Id group)
    {
        auto       about    = H5G_info_t{};
        auto const creation = Handle{check(H5Gget_create_plist(group), "property list"), &H5Pclose};
        auto       tracked  = 0U;
        check(H5Gget_info(group, &about), "its list of contents");
        check(H5Pget_link_creation_order(creation.id(), &tracked), "link order");
        auto const order = (tracked & H5P_CRT_ORDER_TRACKED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
        auto       names = std::vector<std::string>{};
        check(H5Literate(group, order, H5_ITER_INC, nullptr, &keep_name, &names), "its list of contents");
        return names;
    }

    void link(Id from, Id to, std::string const& name, std::string const& path)
    {
        auto about = H5L_info_t{};
        if (!attempt(path, [&] { check(H5Lget_info(from, name.c_str(), &about, H5P_DEFAULT), "link"); }))
            return;
        if (about.type == H5L_TYPE_HARD)
            object(from, to, name, path);
        else if (attempt(path, [&] { link_by_name(from, to, name, about); }))
            log_.kept(path);
    }

    static void link_by_name(Id from, Id to, std::string const& name, H5L_info_t const& about)
    {
        auto value = std::vector<char>(about.u.val_size + 1);
        check(H5Lget_val(from, name.c_str(), value.data(), value.size(), H5P_DEFAULT), "link");
        if (about.type == H5L_TYPE_SOFT) {
            check(H5Lcreate_soft(value.data(), to, name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "link");
            return;
        }
        auto        flags  = 0U;
        char const* file   = nullptr;
        char const* target = nullptr;
        check(H5Lunpack_elink_val(value.data(), about.u.val_size, &flags, &file, &target), "link");
        if (!is_link_to_a_run(file))
            throw Failure{"a link to another file"};
        check(H5Lcreate_external(file, target, to, name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "link");
    }

    void object(Id from, Id to, std::string const& name, std::string const& path)
    {
        auto about = H5O_info_t{};
        auto child = Handle{};
        auto open  = [&] {
            child = Handle{check(H5Oopen(from, name.c_str(), H5P_DEFAULT), "header"), &H5Oclose};
            check(H5Oget_info2(child.id(), &about, H5O_INFO_BASIC), "header");
            if (about.type != H5O_TYPE_GROUP && about.type != H5O_TYPE_DATASET)
                throw Failure{"neither a group nor a dataset"};
        };
        if (!attempt(path, open))
            return;
        auto const [before, is_new] = seen_.emplace(about.addr, path);
        if (!is_new) { // a second name
            if (attempt(path, [&, &first = before->second] { second_name(first, to, name); }))
                log_.kept(path);
            return;
        }
        if (about.type == H5O_TYPE_DATASET) {
            if (attempt(path, [&] { dataset(child.id(), to, name, path); }))
                log_.kept(path);
            return;
        }
        auto copy = Handle{};
        // With properties of its own: those of a group in use name places in its file.
        auto make = [&] {
            auto const list = Handle{check(H5Pcreate(H5P_GROUP_CREATE), "property list"), &H5Pclose};
            check(H5Pset_attr_creation_order(list.id(), in_order), "attribute order");
            check(H5Pset_link_creation_order(list.id(), in_order), "link order");
            copy = Handle{check(H5Gcreate2(to, name.c_str(), H5P_DEFAULT, list.id(), H5P_DEFAULT), "new group"),
                          &H5Gclose};
        };
        if (std::count(path.begin(), path.end(), '/') > most_groups)
            lose(path, "deeper within groups than anything of a result");
        else if (attempt(path, make))
            group(child.id(), copy.id(), path + "/");
    }

    void second_name(std::string const& first, Id to, std::string const& name) const
    {
        if (H5Lexists(root_, first.c_str(), H5P_DEFAULT) <= 0)
            throw Failure{"another name of " + first + ", which is lost"};
        check(H5Lcreate_hard(root_, first.c_str(), to, name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "link");
    }

    void dataset(Id from, Id to, std::string const& name, std::string const& path)
    {
        auto const space = Handle{check(H5Dget_space(from), "dataspace"), &H5Sclose};
        auto const type  = Handle{check(H5Dget_type(from), "type"), &H5Tclose};
        auto const list  = Handle{check(H5Dget_create_plist(from), "property list"), &H5Pclose};
        auto const fresh = properties_like(list.id(), type.id());
        if (has_references(type.id()))
            throw Failure{"holds addresses within the damaged file"};
        hdf5::require_own_storage(from, "its storage");
        require_all_bytes(from, list.id(), space.id());
        // Without bytes in the file it has no cells to read, however many it claims.
        auto cells = std::optional<Cells>{};
        if (H5Dget_storage_size(from) > 0) {
            hdf5::cells_of_dataset(from, "its extent");
            cells.emplace(type.id(), space.id());
            check(H5Dread(from, type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, cells->to_fill()), "cells");
            cells->filled();
        }
        auto made =
            Handle{check(H5Dcreate2(to, name.c_str(), type.id(), space.id(), H5P_DEFAULT, fresh.id(), H5P_DEFAULT),
                         "new dataset"),
                   &H5Dclose};
        if (cells)
            check(H5Dwrite(made.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, cells->data()), "write");
        attributes(from, made.id(), path);
        if (H5Aexists(from, "DIMENSION_LIST") > 0)
            scaled_.push_back(path);
    }

    // Chunks, filters and the value of cells that are not there. The list of a dataset in use also says in which
    // version of the format it stands, which the new file need not have.
    static Handle properties_like(Id list, Id type)
    {
        auto fresh = Handle{check(H5Pcreate(H5P_DATASET_CREATE), "property list"), &H5Pclose};
        check(H5Pset_attr_creation_order(fresh.id(), in_order), "attribute order");
        if (H5Pget_layout(list) == H5D_CHUNKED) {
            auto       extent = std::vector<hsize_t>(H5S_MAX_RANK);
            auto const rank   = check(H5Pget_chunk(list, H5S_MAX_RANK, extent.data()), "chunk");
            check(H5Pset_chunk(fresh.id(), static_cast<int>(rank), extent.data()), "chunk");
        }
        auto const filters = check(H5Pget_nfilters(list), "filters");
        for (unsigned i = 0; i < filters; ++i) {
            auto flags = 0U, config = 0U;
            auto values = std::vector<unsigned>(64);
            auto count  = values.size();
            auto filter = H5Pget_filter2(list, i, &flags, &count, values.data(), 0, nullptr, &config);
            check(filter, "filter");
            check(H5Pset_filter(fresh.id(), filter, flags, count, values.data()), "filter");
        }
        auto is_set = H5D_FILL_VALUE_DEFAULT;
        check(H5Pfill_value_defined(list, &is_set), "fill value");
        if (is_set == H5D_FILL_VALUE_USER_DEFINED && H5Tis_variable_str(type) == 0) {
            auto value = std::vector<char>(H5Tget_size(type));
            check(H5Pget_fill_value(list, type, value.data()), "fill value");
            check(H5Pset_fill_value(fresh.id(), type, value.data()), "fill value");
        }
        return fresh;
    }

    // Cells beyond the end read as something, without an error.
    void require_all_bytes(Id dataset, Id list, Id space) const
    {
        auto const require = [&](std::uint64_t address, std::uint64_t length) {
            if (!from_.has(address, length))
                throw Failure{"its cells lie beyond the end of the file"};
        };
        switch (H5Pget_layout(list)) {
        case H5D_COMPACT:
            return;
        case H5D_CONTIGUOUS:
            if (auto const address = H5Dget_offset(dataset); address != HADDR_UNDEF)
                require(address, H5Dget_storage_size(dataset));
            return;
        case H5D_CHUNKED: {
            auto count = hsize_t{0};
            check(H5Dget_num_chunks(dataset, space, &count), "chunks");
            auto at = std::vector<hsize_t>(H5S_MAX_RANK);
            for (hsize_t i = 0; i < count; ++i) {
                auto filters = 0U;
                auto address = haddr_t{0};
                auto length  = hsize_t{0};
                check(H5Dget_chunk_info(dataset, space, i, at.data(), &filters, &address, &length), "chunk");
                require(address, length);
            }
            return;
        }
        default:
            throw Failure{"its cells stand in another file"};
        }
    }

    // Cells without one of their attributes are still worth something, so each is lost for itself.
    void attributes(Id from, Id to, std::string const& path)
    {
        auto about = H5O_info_t{};
        if (!attempt(path + "@", [&] { check(H5Oget_info2(from, &about, H5O_INFO_NUM_ATTRS), "attributes"); }))
            return;
        for (hsize_t i = 0; i < about.num_attrs; ++i) {
            auto attribute = Handle{};
            auto name      = std::string{};
            if (!attempt(fmt::format("{}@{}", path, i), [&] { name = open_attribute(from, i, attribute); }))
                continue;
            if (!belongs_to_scales(name))
                attempt(path + "@" + name, [&] { copy_attribute(attribute.id(), to, name); });
        }
    }

    // In the order of their making, where the object keeps it.
    static std::string open_attribute(Id from, hsize_t index, Handle& attribute)
    {
        for (auto const order : {H5_INDEX_CRT_ORDER, H5_INDEX_NAME}) {
            auto const id = H5Aopen_by_idx(from, ".", order, H5_ITER_INC, index, H5P_DEFAULT, H5P_DEFAULT);
            if (id < 0 && order == H5_INDEX_CRT_ORDER)
                continue;
            attribute       = Handle{check(id, "attribute"), &H5Aclose};
            auto const size = check(H5Aget_name(id, 0, nullptr), "attribute");
            auto       name = std::string(static_cast<std::size_t>(size), '\0');
            check(H5Aget_name(id, name.size() + 1, name.data()), "attribute");
            return name;
        }
        return {};
    }

    static void copy_attribute(Id from, Id to, std::string const& name)
    {
        auto const space = Handle{check(H5Aget_space(from), name), &H5Sclose};
        auto const type  = Handle{check(H5Aget_type(from), name), &H5Tclose};
        hdf5::cells_of_attribute(from, "its extent");
        if (has_references(type.id()))
            throw Failure{"holds addresses within the damaged file"};
        auto cells = Cells{type.id(), space.id()};
        check(H5Aread(from, type.id(), cells.to_fill()), "value");
        cells.filled();
        auto const made = Handle{
            check(H5Acreate2(to, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), "copy"), &H5Aclose};
        check(H5Awrite(made.id(), type.id(), cells.data()), "write");
    }

    // A dataset whose scale is lost is worth keeping; it has numbers for an axis then.
    void attach_scales(std::string const& path)
    {
        if (H5Lexists(root_, path.c_str(), H5P_DEFAULT) <= 0)
            return;
        auto const from = Handle{check(H5Dopen2(source_.id(), path.c_str(), H5P_DEFAULT), path), &H5Dclose};
        auto const to   = Handle{check(H5Dopen2(root_, path.c_str(), H5P_DEFAULT), path), &H5Dclose};
        auto const rank = rank_of(from.id());
        for (unsigned axis = 0; axis < rank; ++axis)
            attempt(path + "@DIMENSION_LIST", [&] {
                auto names = std::vector<std::string>{};
                check(H5DSiterate_scales(from.id(), axis, nullptr, &remember, &names), "dimension scale");
                for (auto const& name : names) {
                    auto const scale = Handle{check(H5Dopen2(root_, name.c_str(), H5P_DEFAULT), name), &H5Dclose};
                    check(H5DSattach_scale(to.id(), scale.id(), axis), name);
                }
            });
    }

    static unsigned rank_of(Id dataset)
    {
        auto const space = Handle{check(H5Dget_space(dataset), "dataspace"), &H5Sclose};
        return static_cast<unsigned>(check(H5Sget_simple_extent_ndims(space.id()), "rank"));
    }

    static herr_t remember(hid_t, unsigned, hid_t scale, void* names)
    {
        auto const size = H5Iget_name(scale, nullptr, 0);
        if (size <= 0)
            return -1;
        auto name = std::string(static_cast<std::size_t>(size), '\0');
        if (H5Iget_name(scale, name.data(), name.size() + 1) < 0)
            return -1;
        static_cast<std::vector<std::string>*>(names)->push_back(std::move(name));
        return 0;
    }

    DamagedFile const&             from_;
    std::set<std::string> const&   harmful_;
    std::set<std::string> const*   only_;
    SalvageLog&                    log_;
    Handle                         source_;
    Id                             root_ = -1; // of the new file
    std::map<haddr_t, std::string> seen_;
    std::vector<std::string>       lost_;
    std::vector<std::string>       scaled_; // datasets whose dimensions had scales
};

} // namespace

std::vector<char> salvage(DamagedFile const& from, std::set<std::string> const& harmful,
                          std::set<std::string> const* only, SalvageLog& log)
{
    return Salvager{from, harmful, only, log}.run();
}

} // namespace scribeline::results
