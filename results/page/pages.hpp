// The pages of result files: what each command's file becomes.
#pragma once

#include "results/page/maps.hpp"
#include "results/page/sheet.hpp"

#include <string>

namespace scribeline::results::page {

// All throw configs::UserError as read_run and read_result do.
Sheet sheet_of_run(std::string const& path, MapOptions const& options);
Sheet sheet_of_comparison(std::string const& path);
Sheet sheet_of_sweep(std::string const& path);
Sheet sheet_of_serving(std::string const& path);
Sheet sheet_of_yield(std::string const& path);
Sheet sheet_of_difference(std::string const& before, std::string const& after); // two runs or two comparisons

// Of whatever command the file is; of two files, what differs between them. `made_by`: the command, as typed.
Sheet sheet_of(std::vector<std::string> const& files, MapOptions const& options, std::string const& made_by);

} // namespace scribeline::results::page
