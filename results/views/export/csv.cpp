#include "results/views/export/csv.hpp"

#include "configs/failure.hpp"
#include "results/files/output_file.hpp"
#include "results/files/run_file.hpp"
#include "results/files/sweep/merged_file.hpp"
#include "results/views/export/group_table.hpp"
#include "results/views/other_files.hpp"
#include "results/views/serve_tables.hpp"
#include "results/views/sweep/show.hpp"
#include "results/views/traffic_tables.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

namespace fs = std::filesystem;
using configs::Exit;
using configs::UserError;

using Table = std::pair<std::string, std::string>; // name of the file, content

std::vector<Table> tables_of_sweep(std::string const& path)
{
    auto options   = ShowOptions{};
    options.format = configs::OutputFormat::csv;
    return {{"points.csv", show(read_merged(path), options)}};
}

std::vector<Table> tables_of_run(std::string const& path)
{
    auto tables = std::vector<Table>{};
    read_run(path, [&](hdf5::InputFile const& file) {
        tables.clear();
        for (auto const* name : {"operators", "waterfall", "stages"})
            if (auto const table = read_group(file, name); table.rows > 0)
                tables.emplace_back(fmt::format("{}.csv", name), as_csv(table));
    });
    if (tables.empty())
        throw UserError{Exit::bad_config, fmt::format("{} holds no operators, waterfall or stages", path)};
    return tables;
}

} // namespace

std::vector<std::pair<std::string, std::string>> csv_tables(std::string const& path)
{
    switch (kind_of_result(path)) {
    case ResultKind::comparison:
        return csv_tables_of_comparison(path);
    case ResultKind::sweep:
        return tables_of_sweep(path);
    case ResultKind::yield:
        return csv_tables_of_yield(path);
    case ResultKind::serving: {
        auto tables = decltype(tables_of_run(path)){};
        read_result(path, [&](hdf5::InputFile const& file) { tables = csv_tables_of_serving(file); });
        return tables;
    }
    case ResultKind::traffic: {
        auto tables = decltype(tables_of_run(path)){};
        read_result(path, [&](hdf5::InputFile const& file) { tables = csv_tables_of_traffic(file); });
        return tables;
    }
    case ResultKind::run:
        break;
    }
    return tables_of_run(path);
}

std::vector<std::string> export_csv(std::string const& path, std::string const& folder)
{
    auto const tables = csv_tables(path);
    auto       error  = std::error_code{};
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder))
        throw UserError{Exit::cannot_create, fmt::format("cannot make the folder {}: {}; name another with -o", folder,
                                                         error ? error.message() : "a file stands there")};
    auto written = std::vector<std::string>{};
    for (auto const& [name, text] : tables) {
        auto const target = (fs::path{folder} / name).string();
        OutputFile{target}.commit({text.begin(), text.end()});
        written.push_back(target);
    }
    return written;
}

} // namespace scribeline::results
