#include "results/files/earlier_run.hpp"

#include "configs/failure.hpp"
#include "configs/schema/inputs.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/sha256.hpp"
#include "results/files/run_file.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::InputFile;
using configs::UserError;

struct Stored {
    std::string            toml, sha256;
    std::vector<InputFile> inputs;
};

Stored read_stored(std::string const& path)
{
    auto stored = Stored{};
    read_run(path, [&](hdf5::InputFile const& file) {
        stored        = {};
        stored.toml   = file.text("/meta/config_toml");
        stored.sha256 = file.attribute("/meta", "config_sha256").value_or("");
        if (!file.has("/meta/inputs"))
            return;
        auto const parameter = file.texts("/meta/inputs/parameter");
        auto const name = file.texts("/meta/inputs/name"), hash = file.texts("/meta/inputs/sha256");
        if (name.size() != parameter.size() || hash.size() != parameter.size())
            throw hdf5::Failure{"/meta/inputs: columns differ in length"};
        for (std::size_t i = 0; i < name.size(); ++i)
            stored.inputs.push_back({parameter[i], name[i], hash[i]});
    });
    return stored;
}

std::vector<std::string> contradictions_of(Stored const& stored, configs::Config const& config)
{
    auto found = std::vector<std::string>{};
    if (stored.sha256 != configs::sha256(stored.toml))
        found.emplace_back("its configuration is not the one that the run wrote: the hash beside it is another one");
    for (auto const& now : configs::input_files(config.parameters)) {
        auto const same = [&](InputFile const& then) {
            return then.parameter == now.parameter && then.name == now.name;
        };
        auto const then = std::find_if(stored.inputs.begin(), stored.inputs.end(), same);
        if (then != stored.inputs.end() && then->sha256 != now.sha256)
            found.push_back(fmt::format("{} = {}: that file {} since the run read it", now.parameter,
                                        configs::shown(now.name),
                                        now.sha256.empty() ? "has been removed" : "has changed"));
    }
    return found;
}

} // namespace

EarlierRun resolve_earlier(configs::CommandLine const& line)
{
    auto const stored  = read_stored(line.from);
    bool const force   = std::any_of(line.options.begin(), line.options.end(),
                                     [](auto const& option) { return option.first == "force"; });
    auto       earlier = EarlierRun{};
    auto const refuse  = [&] {
        throw UserError{
            Exit::bad_config,
            fmt::format("{}: error: {}. What is repeated would be another run; --force runs it all the same",
                         configs::printable(line.from), fmt::join(earlier.contradictions, "; "))};
    };
    // Before it is read: what was changed may be wrong as well, and that is not the first thing to know.
    earlier.contradictions = contradictions_of(stored, {});
    if (!earlier.contradictions.empty() && !force)
        refuse();
    earlier.config         = configs::resolve(line, stored.toml, line.from);
    earlier.contradictions = contradictions_of(stored, earlier.config);
    if (!earlier.contradictions.empty() && !force)
        refuse();
    return earlier;
}

} // namespace scribeline::results
