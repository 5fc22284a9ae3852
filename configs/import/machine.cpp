// Keys of AIConfigurator: ai-dynamo/aiconfigurator, systems/*.yaml. Of LLMCompass: PrincetonUniversity/LLMCompass,
// configs/*.json, and design_space_exploration/dse.py for what its units are.
#include "configs/import/machine.hpp"

#include "configs/failure.hpp"
#include "configs/parameters.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

std::optional<double> number_in(std::string text)
{
    text.erase(std::remove(text.begin(), text.end(), '_'), text.end()); // YAML 1.1 lets digits be grouped
    auto        value = 0.0;
    auto const* end   = text.data() + text.size();
    auto const  read  = std::from_chars(text.data() + (!text.empty() && text.front() == '+' ? 1 : 0), end, value);
    return read.ec == std::errc{} && read.ptr == end && std::isfinite(value) ? std::optional{value} : std::nullopt;
}

// Between quotes of TOML.
std::string quoted(std::string const& text)
{
    auto result = std::string{"\""};
    for (auto const c : printable(text)) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += c;
    }
    return result + '"';
}

std::string in_words(std::vector<std::string> const& paths)
{
    return paths.empty() ? "nothing" : fmt::format("{}", fmt::join(paths, ", "));
}

class Importer {
  public:
    Importer(Description const& description, std::string tool) : from_{description} { machine_.tool = std::move(tool); }

    void start_from(std::string base, std::string const& why)
    {
        machine_.base = std::move(base);
        parameters_   = machine_parameters(machine_.base);
        machine_.assumed.push_back(
            fmt::format("All that is not listed as taken is as the machine {} has it: {}.", machine_.base, why));
    }

    bool has(std::string const& path) const { return from_.find(path) != nullptr; }

    // Above 0.
    double number(std::string const& path)
    {
        used_.insert(path);
        auto const* const value = from_.find(path);
        auto const        x     = value == nullptr ? std::nullopt : number_in(value->text);
        if (value == nullptr)
            throw UserError{Exit::bad_config, from_.complaint(path) + ": missing. Add it"};
        if (!x || *x <= 0)
            throw UserError{Exit::bad_config, from_.complaint(path) + ": must be a number above 0"};
        return *x;
    }

    std::string word(std::string const& path)
    {
        used_.insert(path);
        auto const* const value = from_.find(path);
        return value == nullptr ? std::string{} : value->text;
    }

    // `path` is whose line a complaint names.
    void take(std::string const& parameter, std::string const& value, std::string const& path, std::string const& how)
    {
        auto const* const row = find_row(parameter);
        SCRIBELINE_EXPECT(row != nullptr);
        try {
            row->set(parameters_, value);
        } catch (TextError const& error) {
            throw UserError{Exit::bad_config, fmt::format("{}: {} = {}: {}", from_.complaint(path), parameter,
                                                          printable(value), error.what())};
        }
        machine_.taken.push_back({parameter, value, how});
    }

    // Times a factor that makes it bytes, or bytes a second.
    void bytes(std::string const& parameter, std::string const& path, double factor = 1)
    {
        if (has(path))
            take(parameter, print(Bytes{number(path) * factor}), path, path);
    }
    void rate(std::string const& parameter, std::string const& path)
    {
        if (has(path))
            take(parameter, print(BytesPerSecond{number(path)}), path, path);
    }
    bool flops(std::string const& parameter, std::string const& path)
    {
        if (has(path))
            take(parameter, print(FlopsPerSecond{number(path)}), path, path);
        return has(path);
    }
    void count(std::string const& parameter, std::string const& path)
    {
        auto const n = number(path);
        if (n != std::floor(n) || n > 1e9)
            throw UserError{Exit::bad_config, from_.complaint(path) + ": must be a whole number"};
        take(parameter, fmt::format("{:.0f}", n), path, path);
    }

    void assume(std::string sentence) { machine_.assumed.push_back(std::move(sentence)); }
    void describe(std::string text) { machine_.description = std::move(text); }

    ImportedMachine done()
    {
        for (auto const& [path, value] : from_.values)
            if (used_.count(path) == 0)
                machine_.without.push_back(printable(path));
        return std::move(machine_);
    }

  private:
    Description const&    from_;
    ImportedMachine       machine_;
    Parameters            parameters_{};
    std::set<std::string> used_;
};

// By compute capability; those between belong to the one below.
std::string machine_of_sm(double version)
{
    return version >= 103 ? "b300" : version >= 100 ? "b200" : version >= 90 ? "h100" : "a100";
}

ImportedMachine from_aiconfigurator(Description const& description)
{
    auto       to = Importer{description, "AIConfigurator"};
    auto const sm = to.has("gpu.sm_version") ? to.number("gpu.sm_version") : 90;
    to.start_from(machine_of_sm(sm), to.has("gpu.sm_version")
                                         ? fmt::format("its compute capability is {:.0f} in the file", sm)
                                         : "the file states no compute capability (gpu.sm_version)");
    to.describe(fmt::format("imported from a system of AIConfigurator, {}", printable(description.file)));
    to.rate("gpu.memory_bandwidth", "gpu.mem_bw");
    to.bytes("gpu.memory", "gpu.mem_capacity");
    auto const half = to.has("gpu.bfloat16_tc_flops") ? "gpu.bfloat16_tc_flops" : "gpu.float16_tc_flops";
    to.flops("gpu.peak_16", half);
    auto const eight = to.has("gpu.fp8_tc_flops") ? "gpu.fp8_tc_flops" : "gpu.int8_tc_flops";
    auto const has_8 = to.flops("gpu.peak_8", eight);
    if (!to.flops("gpu.peak_4", "gpu.fp4_tc_flops") && has_8) {
        to.take("gpu.peak_4", print(FlopsPerSecond{to.number(eight)}), eight, eight);
        to.assume("The file has no rate of 4-bit products: as with 8 bits.");
    }
    if (to.has("gpu.power"))
        to.take("gpu.power", print(Watts{to.number("gpu.power")}), "gpu.power", "gpu.power");
    if (to.has("node.num_gpus_per_node"))
        for (auto const* parameter : {"gpu.devices", "gpu.host_gpus", "nvlink.domain"})
            to.count(parameter, "node.num_gpus_per_node");
    to.rate("nvlink.bandwidth", "node.intra_node_bw");
    to.rate("nvlink.network", "node.inter_node_bw");
    to.rate("nvlink.host_link", "node.pcie_bw");
    if (to.has("node.p2p_latency"))
        to.take("nvlink.network_latency", fmt::format("{:.12g} us", to.number("node.p2p_latency") * 1e6),
                "node.p2p_latency", "node.p2p_latency");
    if (to.has("misc.other_mem"))
        to.take("gpu.memory_runtime", print(Bytes{to.number("misc.other_mem")}), "misc.other_mem", "misc.other_mem");
    return to.done();
}

// Of the shipped machines, one with the same memory.
std::string machine_of_memory(std::string const& kind)
{
    return kind == "hbm3e" ? "b200" : kind == "hbm3" ? "h100" : "a100";
}

ImportedMachine from_llmcompass(Description const& description)
{
    auto       to   = Importer{description, "LLMCompass"};
    auto const core = std::string{"device.compute_chiplet.core."}, io = std::string{"device.io."};
    auto       kind = to.word("device.memory_protocol");
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    to.start_from(machine_of_memory(kind), kind.empty() ? "the file names no memory_protocol"
                                                        : fmt::format("the memory is {}", printable(kind)));
    auto const name = to.word("name");
    to.describe(fmt::format("{}, imported from a device of LLMCompass, {}", name.empty() ? "a device" : printable(name),
                            printable(description.file)));
    auto const* const kinds = find_row("gpu.memory_kind");
    if (std::find(kinds->choices.begin(), kinds->choices.end(), kind) != kinds->choices.end())
        to.take("gpu.memory_kind", kind, "device.memory_protocol", "device.memory_protocol");
    else
        to.assume(fmt::format("The memory is {}, which this simulator does not know: its timing is that of {}.",
                              kind.empty() ? "not named" : shown(kind), machine_of_memory(kind)));
    if (to.has("device_count"))
        for (auto const* parameter : {"gpu.devices", "gpu.host_gpus", "nvlink.domain"})
            to.count(parameter, "device_count");

    auto const clock    = to.number("device.frequency_Hz");
    auto const chiplets = to.has("device.compute_chiplet_count") ? to.number("device.compute_chiplet_count") : 1;
    auto const cores    = chiplets * to.number("device.compute_chiplet.core_count");
    to.take("gpu.clock", print(Hertz{clock}), "device.frequency_Hz", "device.frequency_Hz");
    to.take("gpu.sms", fmt::format("{:.0f}", cores), "device.compute_chiplet.core_count",
            "compute_chiplet_count x core_count");
    auto const array = core + "systolic_array.";
    auto const macs  = to.number(core + "sublane_count") * to.number(array + "array_width") *
                      to.number(array + "array_height") *
                      (to.has(array + "mac_per_cycle") ? to.number(array + "mac_per_cycle") : 1);
    auto const type = to.word(array + "data_type");
    if (type.empty() || type == "fp16" || type == "bf16") {
        to.take("gpu.peak_16", print(FlopsPerSecond{2 * macs * cores * clock}), core + "sublane_count",
                "two operations x sublanes x systolic array x cores x frequency");
        to.assume("Products of 8 and 4 bits have the rates of the base: the description has one data type.");
    } else {
        to.assume(
            fmt::format("The systolic arrays are of {}: the rates of products are those of the base.", shown(type)));
    }
    to.bytes("gpu.shared_memory", core + "SRAM_KB", 1024);
    to.bytes("gpu.l2", io + "global_buffer_MB", 1024.0 * 1024);
    if (auto const path = io + "global_buffer_bandwidth_per_cycle_byte"; to.has(path))
        to.take("gpu.l2_bandwidth", print(BytesPerSecond{to.number(path) * clock}), path, path + " x frequency");
    auto const channels = io + "memory_channel_active_count";
    to.count("gpu.memory_stacks", channels);
    to.take("gpu.memory_bandwidth",
            print(BytesPerSecond{to.number(channels) * to.number(io + "pin_count_per_channel") *
                                 to.number(io + "bandwidth_per_pin_bit") / 8}),
            io + "bandwidth_per_pin_bit", "channels x pins x bits a second / 8");
    to.bytes("gpu.memory", "device.memory.total_capacity_GB", 1e9);
    if (auto const path = std::string{"interconnect.link.bandwidth_per_direction_byte"}; to.has(path)) {
        auto const links =
            to.has("interconnect.link_count_per_device") ? to.number("interconnect.link_count_per_device") : 1;
        to.take("nvlink.bandwidth", print(BytesPerSecond{to.number(path) * links}), path,
                path + " x links of a device");
    }
    return to.done();
}

} // namespace

std::string ImportedMachine::account() const
{
    auto text = fmt::format("{} values taken from a file of {}, over those of {}:\n", taken.size(), tool, base);
    for (auto const& each : taken)
        text += fmt::format("  {} = {}    from {}\n", each.parameter, each.value, each.from);
    text += fmt::format("No counterpart here: {}.\n", in_words(without));
    text += "Assumed:\n";
    for (auto const& each : assumed)
        text += fmt::format("  {}\n", each);
    return text;
}

std::string ImportedMachine::toml() const
{
    auto       text  = std::string{};
    auto const lines = account();
    for (std::size_t at = 0; at < lines.size();) {
        auto const end = lines.find('\n', at);
        text += "# " + lines.substr(at, end - at) + "\n";
        at = end + 1;
    }
    text += fmt::format("\ndescription = {}\nbase        = {}\n", quoted(description), quoted(base));
    auto groups = std::map<std::string, std::vector<Taken const*>>{};
    for (auto const& each : taken)
        groups[each.parameter.substr(0, each.parameter.find('.'))].push_back(&each);
    for (auto const& [group, all] : groups) {
        text += fmt::format("\n[{}]\n", group);
        for (auto const* each : all) {
            auto const* const row = find_row(each->parameter);
            auto const        number =
                row->units.empty() || each->value.find(' ') != std::string::npos ? quoted(each->value) : each->value;
            text += fmt::format("{} = {{ value = {}, origin = \"published\", source = {} }}\n", row->key, number,
                                quoted(tool + ": " + each->from));
        }
    }
    return text;
}

ImportedMachine import_machine(Description const& description)
{
    if (description.find("gpu.mem_bw") != nullptr)
        return from_aiconfigurator(description);
    if (description.find("device.compute_chiplet.core_count") != nullptr)
        return from_llmcompass(description);
    throw UserError{Exit::bad_config,
                    fmt::format("{}: error: neither a system of AIConfigurator (gpu.mem_bw) nor a device of LLMCompass "
                                "(device.compute_chiplet.core_count). Those two are known",
                                description.file)};
}

} // namespace scribeline::configs
