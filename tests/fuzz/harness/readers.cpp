#include "fuzz/harness/readers.hpp"

#include "configs/failure.hpp"
#include "configs/import/machine.hpp"
#include "configs/schema/file.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/technology.hpp"
#include "configs/sweep/expression.hpp"
#include "configs/sweep/plan.hpp"
#include "configs/units/text.hpp"
#include "fabric/yield/defect_map.hpp"
#include "models/published/cases_file.hpp"
#include "results/files/run_file.hpp"
#include "results/recover/attempts.hpp"
#include "results/recover/damaged_file.hpp"
#include "results/recover/salvage.hpp"
#include "results/views/explain_file.hpp"
#include "results/views/export/csv.hpp"
#include "results/views/export/perfetto.hpp"
#include "results/views/show_file.hpp"
#include "results/views/terminal.hpp"
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/requests/trace.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include <hdf5.h>

namespace scribeline::tests {

namespace {

using configs::Exit;
using configs::UserError;

void require(bool kept, std::string const& what)
{
    if (!kept)
        throw BrokenPromise{what};
}

// Control characters of one byte or of two, marks that turn a line round, bytes that are no UTF-8.
bool has_escapes(std::string text)
{
    std::replace(text.begin(), text.end(), '\t', ' ');
    return results::fit_to_print(text) != text;
}

bool is_ascii(std::string const& text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

// Nothing but an answer, or a message that is the user's to act on.
void answered(std::function<void()> const& read)
{
    try {
        read();
    } catch (UserError const& error) {
        auto const said = std::string{error.what()};
        require(error.code() == Exit::bad_config || error.code() == Exit::no_input || error.code() == Exit::try_again,
                "the exit code " + std::to_string(static_cast<int>(error.code())) + ": " + said);
        require(!said.empty() && said.size() < 50000, "a message of " + std::to_string(said.size()) + " bytes");
        require(!has_escapes(said), "a message with control characters: " + said);
    }
}

// A file that is there for as long as it is read, in memory where the system has some for files.
class FileOfBytes {
  public:
    FileOfBytes(std::string const& bytes, char const* name) : path_{folder_ / name}
    {
        std::ofstream{path_, std::ios::binary} << bytes;
    }
    std::string const& path() const { return path_; }
    std::string        beside(char const* name) const { return folder_ / name; }

  private:
    TemporaryFolder folder_;
    std::string     path_;
};

void read_config(std::string const& bytes)
{
    answered([&] {
        auto const config = configs::resolve_text(bytes, "fuzzed.toml");
        require(configs::resolve_text(config.toml(), "again.toml").toml() == config.toml(),
                "a configuration that does not read back as itself");
    });
}

void read_model_file(std::string const& bytes)
{
    answered([&] {
        auto const shape   = workloads::parse_model(bytes, "fuzzed.json", "fuzzed");
        auto       params  = configs::WorkloadParams{};
        params.weight_bits = 16;
        params.context = params.kv_bits = params.activation_bits = 16;
        auto const totals = workloads::totals_of(workloads::decode_step(shape, params));
        require(shape.layers > 0 && shape.heads % shape.kv_heads == 0 && std::isfinite(totals.flops),
                "a shape that is none");
    });
}

void read_hardware(std::string const& bytes)
{
    answered([&] {
        auto const machine = configs::import_machine(configs::read_description(bytes, "fuzzed.yaml"));
        require(configs::read_text(machine.toml(), "machine.toml").mistakes.empty(), "a machine file that is none");
        require(!has_escapes(machine.account()), "an account with control characters");
    });
}

void read_sweep(std::string const& bytes)
{
    answered([&] {
        auto const sweep  = configs::read_sweep_text(bytes, "fuzzed.toml", ".");
        auto       points = sweep.sampler == configs::Sampler::grid ? 1.0 : static_cast<double>(sweep.samples);
        for (auto const& axis : sweep.axes)
            points *= sweep.sampler == configs::Sampler::grid ? static_cast<double>(axis.values.size()) : 1.0;
        if (points <= 100)
            configs::plan_sweep(sweep);
    });
}

void read_technology_file(std::string const& bytes)
{
    static auto const machine = configs::machine_parameters("h100");
    auto const        file    = FileOfBytes{bytes, "fuzzed.toml"};
    answered([&] {
        auto const technology = configs::read_technology(file.path());
        require(!technology.changes.empty(), "a technology that changes nothing");
        for (auto const& setting : configs::settings_of(technology, machine))
            require(!setting.source.empty() && !setting.text.empty(), "a change without a source or a value");
    });
}

void read_cases(std::string const& bytes)
{
    answered([&] {
        for (auto const& each : models::parse_cases(bytes, "fuzzed.csv"))
            require(each.value > 0 && each.line > 0 && !each.id.empty(), "a case that is none");
    });
}

void read_trace(std::string const& bytes)
{
    answered([&] {
        auto const source  = workloads::read_trace(std::make_unique<std::istringstream>(bytes), "fuzzed", {});
        auto       request = workloads::Request{};
        for (std::uint64_t count = 0; source->next(request); ++count) {
            require(request.id == count && request.input > 0 && request.output > 0, "a request that is none");
            for (auto const id : request.waits_for)
                require(id < count, "a request that waits for a later one");
            auto const size = source->block_tokens();
            require(request.blocks.empty() || request.blocks.size() <= request.input / size + 1, "too many blocks");
        }
    });
}

void read_expression(std::string const& bytes)
{
    try {
        auto const names = [](std::string const& name) {
            if (name.size() > 9)
                throw configs::TextError{"no such column"};
            return name;
        };
        auto const condition = configs::Expression{bytes, names};
        condition.holds([](std::string const& name) {
            return configs::ExpressionValue{name[0] == 't', static_cast<double>(name.size()), name};
        });
    } catch (configs::TextError const& error) {
        require(!has_escapes(error.what()), "a message with control characters");
    }
}

// The wafers are small, so that every place of a map is within reach.
void read_defects(std::string const& bytes)
{
    static auto const p    = configs::machine_parameters("small");
    static auto const grid = fabric::physical_grid(p.wafer, p.yield, p.scribe);
    auto const        file = FileOfBytes{bytes, "map.csv"};
    answered([&] {
        auto const map = fabric::read_defects(file.path(), grid);
        for (auto const& place : map.dead)
            require(place.x < grid.columns && place.y < grid.rows, "a dead PE beside the wafer");
    });
}

// Programs rehearse what they read of a result in a child, whose crash is the file's fault: the HDF5 library has many
// at damaged bytes. Where it is good HDF5 that crashes the child, it is a fault of ours. Asked of the fuzzer only: a
// child that is slow says the same, and a test has no bound in seconds.
void blame_good_files(std::string const& edits, std::function<void()> const& read)
{
    try {
        read();
    } catch (UserError const& error) {
        static bool const fuzzing = std::getenv("SCRIBELINE_FUZZ") != nullptr;
        bool const        crashed = std::string{error.what()}.find("crashes or stalls") != std::string::npos;
        require(!fuzzing || !crashed || damages_bytes(edits), "good HDF5 crashes or stalls what reads it");
        throw;
    }
}

// The first byte says who reads; the others are edits.
void read_result(std::string const& bytes)
{
    if (bytes.empty())
        return;
    auto const edits = bytes.substr(1);
    auto const file  = FileOfBytes{edited_result(edits), "fuzzed.h5"};
    auto const path  = file.path();
    answered([&] {
        blame_good_files(edits, [&] {
            switch (static_cast<unsigned char>(bytes[0]) % 6) {
            case 0:
                require(!has_escapes(results::show_file(path, configs::OutputFormat::table)), "escapes from a file");
                break;
            case 1:
                require(is_ascii(results::show_file(path, configs::OutputFormat::json)),
                        "JSON that is not plain ASCII");
                break;
            case 2:
                require(!has_escapes(results::explain_file(path)), "escapes from a file");
                break;
            case 3:
                results::export_csv(path, file.beside("csv"));
                break;
            case 4:
                results::perfetto_trace(path);
                break;
            default:
                configs::resolve_text(results::read_config_toml(path), path);
                break;
            }
        });
    });
}

class Deaf final : public results::SalvageLog {
    void trying(std::string const&) override {}
    void kept(std::string const&) override {}
    void lost(std::string const&, std::string const&) override {}
};

// In this process, where the sanitizers see it; but for damaged bytes, at which the HDF5 library may crash, as the
// program does it: in processes of its own.
void read_recover(std::string const& bytes)
{
    if (damages_bytes(bytes)) {
        auto const file = FileOfBytes{edited_result(bytes), "fuzzed.h5"};
        answered([&] {
            auto const damaged = results::DamagedFile{file.path()};
            auto const saved   = results::recover(damaged, 2, results::SecondsOf::processor, [](auto const&) {});
            require(!saved.bytes.empty() || !saved.reason.empty(), "nothing recovered, and no reason");
        });
        return;
    }
    auto const file = FileOfBytes{edited_result(bytes), "fuzzed.h5"};
    auto       kept = std::size_t{0};
    answered([&] {
        try {
            auto       deaf    = Deaf{};
            auto const damaged = results::DamagedFile{file.path()};
            auto const saved   = results::salvage(damaged, {}, nullptr, deaf);
            auto const again   = FileOfBytes{{saved.begin(), saved.end()}, "saved.h5"};
            kept               = results::hdf5::InputFile{again.path()}.datasets().size();
        } catch (results::hdf5::Failure const&) { // not even the root: said so
        }
    });
    if (bytes.empty())
        require(kept == results::hdf5::InputFile{file.path()}.datasets().size(),
                "objects of an undamaged file are lost");
}

std::string whole_file(std::string const& path)
{
    auto in = std::ifstream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string const& sample_file()
{
    static auto const bytes = [] {
        auto const folder = TemporaryFolder{};
        auto       small  = sample_outcome();
        small.activity    = sample_activity();
        results::write_run(sample_config(), small, folder / "run.h5");
        return whole_file(folder / "run.h5");
    }();
    return bytes;
}

std::vector<std::string> const& objects_of_sample()
{
    static auto const list = [] {
        auto const file = FileOfBytes{sample_file(), "run.h5"};
        auto const read = results::hdf5::InputFile{file.path()};
        auto       all  = read.datasets();
        for (auto const* group : {"/meta", "/summary", "/operators", "/fabric", "/scribe", "/wavelets", "/"})
            all.emplace_back(group);
        return all;
    }();
    return list;
}

// Takes the edits apart.
class Edits {
  public:
    explicit Edits(std::string const& bytes) : bytes_{bytes} {}
    bool        more() const { return at_ < bytes_.size(); }
    std::size_t number(std::size_t below) // of two bytes
    {
        auto const high = next(), low = next();
        return (high * 256U + low) % below;
    }
    std::string text()
    {
        auto const length = next() % 64;
        auto       taken  = std::string{};
        while (taken.size() < length && more())
            taken += static_cast<char>(next());
        return taken;
    }
    unsigned next() { return more() ? static_cast<unsigned char>(bytes_[at_++]) : 0U; }

  private:
    std::string const& bytes_;
    std::size_t        at_ = 0;
};

// Whatever fails here leaves the file as it is.
class Editor {
  public:
    explicit Editor(hid_t file) : file_{file} {}

    void erase(std::string const& path) { H5Ldelete(file_, path.c_str(), H5P_DEFAULT); }

    void replace(std::string const& path, std::size_t type, std::size_t length)
    {
        hid_t const types[] = {H5T_NATIVE_DOUBLE, H5T_NATIVE_INT8, H5T_NATIVE_UINT64, H5T_NATIVE_FLOAT, H5T_C_S1};
        auto const  rows    = hsize_t{length};
        erase(path);
        auto const space = length == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &rows, nullptr);
        auto const plist = H5Pcreate(H5P_DATASET_CREATE);
        if (length > 100'000) { // claimed, not there
            hsize_t const chunk = 1000;
            H5Pset_chunk(plist, 1, &chunk);
        }
        auto const set = H5Dcreate2(file_, path.c_str(), types[type % 5], space, H5P_DEFAULT, plist, H5P_DEFAULT);
        if (set >= 0 && length <= 100'000) {
            auto const fill =
                std::vector<double>(std::max<std::size_t>(length, 1), type % 2 == 0 ? 1e300 : std::nan(""));
            H5Dwrite(set, types[type % 5], H5S_ALL, H5S_ALL, H5P_DEFAULT, fill.data());
            H5Dclose(set);
        }
        H5Pclose(plist);
        H5Sclose(space);
    }

    void write_text(std::string const& path, std::string text)
    {
        text.resize(std::max<std::size_t>(text.size(), 1));
        erase(path);
        auto const type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, text.size());
        auto const space = H5Screate(H5S_SCALAR);
        auto const set   = H5Dcreate2(file_, path.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (set >= 0) {
            H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data());
            H5Dclose(set);
        }
        H5Sclose(space);
        H5Tclose(type);
    }

    void attribute(std::string const& path, char const* name, std::string text)
    {
        text.resize(std::max<std::size_t>(text.size(), 1));
        H5Adelete_by_name(file_, path.c_str(), name, H5P_DEFAULT);
        auto const type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, text.size());
        auto const space = H5Screate(H5S_SCALAR);
        auto const made =
            H5Acreate_by_name(file_, path.c_str(), name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (made >= 0) {
            H5Awrite(made, type, text.data());
            H5Aclose(made);
        }
        H5Sclose(space);
        H5Tclose(type);
    }

    void link(std::string const& path, std::size_t kind, std::string const& target)
    {
        erase(path);
        if (kind % 3 == 0)
            H5Lcreate_external("elsewhere.h5", target.c_str(), file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        else if (kind % 3 == 1)
            H5Lcreate_soft(target.c_str(), file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        else
            H5Lcreate_hard(file_, target.c_str(), file_, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    }

  private:
    hid_t file_;
};

} // namespace

namespace {

struct Edited {
    std::string file;
    bool        damaged = false; // in its bytes
};

Edited edit(std::string const& bytes)
{
    auto const& paths    = objects_of_sample();
    auto        edits    = Edits{bytes};
    auto        damage   = std::vector<std::pair<std::size_t, unsigned>>{};
    auto        cut      = std::string::npos;
    auto const  original = FileOfBytes{sample_file(), "run.h5"};
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    auto const file   = H5Fopen(original.path().c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    auto       editor = Editor{file};
    for (int i = 0; i < 12 && edits.more(); ++i) {
        static constexpr char const* attributes[] = {"units",    "flag_values",  "flag_meanings", "Conventions",
                                                     "NX_class", "scale_factor", "_FillValue",    "config_sha256"};
        static constexpr std::size_t lengths[] = {0, 1, 2, 3, 4, 5, 24, 100, 99'999, 1'000'000, std::size_t{1} << 36};
        auto const                   what      = edits.next() % 8;
        auto const&                  path      = paths[edits.number(paths.size())];
        if (what == 0)
            editor.erase(path);
        else if (what == 1)
            editor.replace(path, edits.next(), lengths[edits.next() % 11]);
        else if (what == 2)
            editor.write_text(path, edits.text());
        else if (what == 3)
            editor.attribute(path, attributes[edits.next() % 8], edits.text());
        else if (what == 4)
            editor.link(path, edits.next(), paths[edits.number(paths.size())]);
        else if (what == 5)
            editor.write_text("/meta/config_toml", edits.text());
        else if (what == 6)
            damage.emplace_back(edits.number(65536) * 4 + edits.next() % 4, edits.next());
        else
            cut = edits.number(65536) * 4;
    }
    H5Fclose(file);
    auto edited = whole_file(original.path());
    for (auto const& [at, byte] : damage)
        if (at < edited.size())
            edited[at] = static_cast<char>(byte);
    return {edited.substr(0, cut), !damage.empty() || cut != std::string::npos};
}

} // namespace

std::string edited_result(std::string const& edits) { return edit(edits).file; }

bool damages_bytes(std::string const& edits) { return edit(edits).damaged; }

std::vector<FuzzedReader> const& fuzzed_readers()
{
    static std::vector<FuzzedReader> const list{
        {"config", ".toml", read_config},
        {"model", ".json", read_model_file},
        {"technology", ".toml", read_technology_file},
        {"sweep", ".toml", read_sweep},
        {"cases", ".csv", read_cases},
        {"trace", ".jsonl", read_trace},
        {"defects", ".csv", read_defects},
        {"expression", ".txt", read_expression},
        {"result", ".edits", read_result},
        {"recover", ".edits", read_recover},
        {"hardware", ".yaml", read_hardware},
    };
    return list;
}

} // namespace scribeline::tests
