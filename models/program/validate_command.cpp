#include "models/program/validate_command.hpp"

#include "configs/schema/resolve.hpp"
#include "models/program/system_file.hpp"
#include "results/views/defaults.hpp"
#include "workloads/model_shape.hpp"

#include <ostream>

#include <fmt/format.h>

namespace scribeline::program {

configs::Exit validate_command(configs::CommandLine const& line, std::ostream& out)
{
    if (auto const& file = line.arguments.front(); names_a_system(file)) {
        auto const spec = read_system(file, line);
        models::require_possible(spec);
        out << fmt::format("{}: good; {} pool{}, model {}\n", file, spec.pools.size(),
                           spec.pools.size() == 1 ? "" : "s",
                           workloads::read_model(spec.pools.front().config.parameters.workload.model).name);
        return configs::Exit::done;
    }
    auto const config = configs::resolve(line);
    auto const shape  = workloads::read_model(config.parameters.workload.model);
    out << fmt::format("{}: good; {} parameters on machine {}, model {}\n", line.arguments.front(),
                       config.settings.size(), config.machine, shape.name);
    for (auto const& sentence : results::defaults_of(config))
        out << "  " << sentence << '\n';
    return configs::Exit::done;
}

} // namespace scribeline::program
