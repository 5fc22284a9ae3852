#include "results/page/pages.hpp"

#include "configs/failure.hpp"
#include "results/files/run_file.hpp"
#include "results/views/export/csv.hpp"

namespace scribeline::results::page {

namespace {

Sheet sheet_of(std::string const& file, ResultKind kind, MapOptions const& options)
{
    switch (kind) {
    case ResultKind::run:
        return sheet_of_run(file, options);
    case ResultKind::comparison:
        return sheet_of_comparison(file);
    case ResultKind::sweep:
        return sheet_of_sweep(file);
    case ResultKind::yield:
        return sheet_of_yield(file);
    case ResultKind::serving:
        break;
    }
    return sheet_of_serving(file);
}

} // namespace

Sheet sheet_of(std::vector<std::string> const& files, MapOptions const& options, std::string const& made_by)
{
    SCRIBELINE_EXPECT(files.size() == 1 || files.size() == 2);
    auto sheet = files.size() == 2 ? sheet_of_difference(files[0], files[1])
                                   : sheet_of(files[0], kind_of_result(files[0]), options);
    if (files.size() == 1 && sheet.tables.empty())
        sheet.tables = csv_tables(files[0]);
    sheet.made_by = made_by;
    return sheet;
}

} // namespace scribeline::results::page
