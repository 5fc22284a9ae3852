#include "results/views/defaults.hpp"

#include "configs/failure.hpp"
#include "workloads/model_shape.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

configs::Setting const* setting_of(configs::Config const& config, char const* group, char const* key)
{
    auto const found = std::find_if(config.settings.begin(), config.settings.end(), [&](configs::Setting const& each) {
        return each.group == group && each.key == key;
    });
    return found == config.settings.end() ? nullptr : &*found;
}

bool is_default(configs::Config const& config, char const* group, char const* key)
{
    auto const* setting = setting_of(config, group, key);
    return setting != nullptr && setting->set_by == "default";
}

// A machine file of a user that names a base: how much of it is its own.
std::string inherited(configs::Config const& config)
{
    auto const own = std::find_if(config.sources.begin(), config.sources.end(), [&](configs::SourceFile const& file) {
        return config.machine.rfind(file.name, 0) == 0; // behind its path may stand a number of wafers
    });
    if (own == config.sources.begin() || own == config.sources.end())
        return "";
    auto const& base   = config.sources.front().name;
    auto const  set_by = [](configs::Setting const& setting, std::string const& file) {
        return setting.set_by.rfind(file + ":", 0) == 0;
    };
    auto names   = std::vector<std::string>{};
    auto of_base = 0, by_default = 0;
    for (auto const& setting : config.settings) {
        if (set_by(setting, own->name))
            names.push_back(setting.group + "." + setting.key);
        of_base += set_by(setting, base) ? 1 : 0;
        by_default += setting.set_by == "default" ? 1 : 0;
    }
    constexpr std::size_t listed = 6;
    auto                  own_names =
        fmt::format("{}", fmt::join(names.begin(),
                                    names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), listed)), ", "));
    if (names.size() > listed)
        own_names += fmt::format(" and {} more", names.size() - listed);
    return fmt::format("{} sets {} parameter{} itself{}; {} come from {}, its base, and {} are defaults.",
                       configs::printable(own->name), names.size(), names.size() == 1 ? "" : "s",
                       names.empty() ? "" : " (" + configs::printable(own_names) + ")", of_base,
                       configs::printable(base), by_default);
}

} // namespace

std::vector<std::string> defaults_of(configs::Config const& config)
{
    auto const& workload = config.parameters.workload;
    auto        told     = std::vector<std::string>{};
    if (is_default(config, "workload", "model"))
        told.push_back(fmt::format("The model is {}, the default: --model NAME chooses another.",
                                   configs::printable(workload.model)));
    if (is_default(config, "workload", "context"))
        told.push_back(
            fmt::format("{} tokens are in the KV cache, the default: --context N says how many.", workload.context));
    if (auto text = inherited(config); !text.empty())
        told.push_back(std::move(text));
    return told;
}

std::string checkpoint_warning(configs::Config const& config)
{
    auto const& workload = config.parameters.workload;
    auto const  shape    = workloads::read_model(workload.model);
    auto const& stored   = shape.checkpoint;
    if (!stored.quantised || workload.weight_bits.checkpoint || stored.bits >= workload.weight_bits)
        return "";
    return fmt::format(
        "weights of {} bits: the published checkpoint of {} has {} ({}), {} of them in the same memory. "
        "--set workload.weight_bits=checkpoint takes them as they are",
        workload.weight_bits.value, configs::printable(workload.model), stored.bits, configs::printable(stored.method),
        fmt::format("{:.3g} times as many", workload.weight_bits.value / shape.checkpoint_element_bits()));
}

} // namespace scribeline::results
