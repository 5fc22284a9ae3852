#include "results/views/explain_file.hpp"

#include "configs/failure.hpp"
#include "results/views/other_files.hpp"
#include "results/views/report_energy.hpp"
#include "results/views/report_text.hpp"
#include "results/views/told_run.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Part;

std::string whole(double number)
{
    if (!is_figure(number))
        return "an unknown number of";
    return (number < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::llround(std::abs(number))));
}

std::string plural(double number, char const* one)
{
    return fmt::format("{} {}{}", whole(number), one, number == 1 ? "" : "s");
}

std::string bytes(double number)
{
    return !is_figure(number) ? "an unknown number of bytes"
           : number >= 1e9    ? fmt::format("{:.3g} GB", number / 1e9)
           : number >= 1e6    ? fmt::format("{:.3g} MB", number / 1e6)
                              : fmt::format("{:.3g} kB", number / 1e3);
}

std::string rate(double per_second) { return is_figure(per_second) ? rate_text(per_second) : "an unknown number of"; }

// What one could turn to have less of a part.
char const* parameters_of(Part part)
{
    constexpr std::array<char const*, models::part_count> names{
        "pe.mac_rate_fp16 and pe.scalar_iteration",
        "software.operator_overhead and pe.vector_setup",
        "pe.sram_read_bytes and pe.sram_write_bytes",
        "fabric.hop_latency, or smaller regions",
        "scribe.extra_latency",
        "fabric.link_serialisation",
        "pe.stream_setup, pe.task_activation and fabric.ramp_latency, or other mapping.groups",
        "fabric.input_queue_depth",
        "wafer.link_latency and wafer.link_bandwidth, or fewer wafers",
    };
    auto const i = static_cast<std::size_t>(part);
    SCRIBELINE_EXPECT(i < names.size());
    return names[i];
}

std::string listed(std::vector<std::string> const& items)
{
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
    }
    return text;
}

class Teller {
  public:
    explicit Teller(ToldRun const& run) : run_{run} {}

    std::vector<std::string> sentences()
    {
        what_ran();
        what_came_out();
        requests();
        peak();
        parts();
        operators();
        what_would_help();
        stages();
        cache();
        choice();
        activity();
        energy();
        assumed();
        warnings();
        return std::move(text_);
    }

  private:
    void say(std::string const& sentence) { text_.push_back(configs::printable(sentence)); }

    double      metric(char const* name) const { return run_.metric(name); }
    bool        has(char const* name) const { return run_.metrics.count(name) > 0; }
    double      cycles() const { return metric("cycles_per_token"); }
    double      seconds() const { return metric("time_per_output_token"); }
    char const* thing() const { return run_.whole_token ? "token" : "layer"; }

    void what_ran()
    {
        say(fmt::format("{} holds a run of {} on {}, with {} in the KV cache, at fidelity {}: {}.", run_.path,
                        run_.model, run_.machine, plural(run_.context, "token"), run_.fidelity,
                        run_.note.empty() ? "what was simulated is not noted" : run_.note));
    }

    void what_came_out()
    {
        std::string formulas;
        if (has("closed_form_cycles_per_token") && run_.cycles() > 0) {
            auto const off = metric("closed_form_deviation");
            formulas       = fmt::format("; the planner's formulas say {:.2f} % {}", std::abs(off) * 100,
                                   off < 0 ? "less time" : "more time");
        }
        say(fmt::format("An output token takes {} ({} at {:.4g} GHz), which is {} tokens a second for one user{}.",
                        duration(seconds()), plural(cycles(), "cycle"), metric("clock") / 1e9,
                        rate(metric("tokens_per_second_per_user")), formulas));
    }

    void requests()
    {
        if (!has("requests_in_flight")) {
            return;
        }
        auto const many = metric("requests_in_flight");
        say(fmt::format("{} in flight at once {} {} tokens a second in all: the busiest stage needs {} for a token, {} "
                        "of the way through.",
                        plural(many, "request"), many == 1 ? "gives" : "give", rate(metric("tokens_per_second")),
                        plural(metric("bottleneck_cycles"), "cycle"), percent(metric("bottleneck_cycles") / cycles())));
    }

    void peak()
    {
        auto const bound = run_.bars.front().tokens_per_second;
        auto const ratio = bound / metric("tokens_per_second_per_user");
        auto const much  = has("bytes_read_per_token") ? bytes(metric("bytes_read_per_token")) + " of " : "";
        say(fmt::format(
            "A token needs {}weights and KV cache, which all PEs at the peak of their SRAM would read in {}: "
            "{} tokens a second, {} times what came out.",
            much, duration(run_.bars.front().seconds), rate(bound), rate(ratio)));
    }

    void parts()
    {
        auto const order = run_.parts_by_size();
        auto const all   = run_.cycles();
        for (std::size_t i = 0; i < order.size() && i < 3; ++i) {
            auto const part = order[i];
            auto const of   = run_.parts[static_cast<std::size_t>(part)];
            if (of == 0) {
                break;
            }
            std::vector<std::string> where;
            for (auto const& op : run_.operators_with_most(part)) {
                auto const cycles = op.parts[static_cast<std::size_t>(part)];
                if (where.size() < 3 && cycles > 0) {
                    where.push_back(fmt::format("{} ({})", op.name, percent(share_of(cycles, of))));
                }
            }
            say(fmt::format("{} {}, {} of the {} or {} ({}), most of it in {}.",
                            i == 0 ? "The largest part is" : "Then comes", name_of(part), percent(share_of(of, all)),
                            thing(), plural(static_cast<double>(of), "cycle"), explained(part), listed(where)));
        }
    }

    void operators()
    {
        auto const& ops = run_.operators;
        auto const  most =
            std::max_element(ops.begin(), ops.end(), [](auto const& a, auto const& b) { return a.cycles < b.cycles; });
        if (most == ops.end() || most->cycles == 0) {
            return;
        }
        say(fmt::format("The longest operator is {}, {} of the time{}, and most of it is {}.", most->name,
                        percent(share_of(most->cycles, run_.cycles())),
                        most->count > 1 ? fmt::format(" in {} places", most->count) : "",
                        name_of(largest_part(most->parts))));
    }

    void what_would_help()
    {
        if (run_.cycles() == 0) {
            say("These are formulas: they give the whole time, and not what it went into; run it again with --fidelity "
                "folded or wavelet to know.");
            return;
        }
        auto const part  = run_.parts_by_size().front();
        auto const share = share_of(run_.parts[static_cast<std::size_t>(part)], run_.cycles());
        auto const then  = seconds() * (1 - share / 2);
        if (share > 0) {
            say(fmt::format("What bounds it is {}: with half of that, and all else as it is, a token would take {}, "
                            "{} tokens a second; what sets it is {}.",
                            name_of(part), duration(then), rate(1 / then), parameters_of(part)));
        }
    }

    void stages()
    {
        if (run_.stages.empty()) {
            return;
        }
        if (run_.stages.size() == 1) {
            say(fmt::format("The whole model stands in one region of {}x{} PEs.", run_.stages[0].columns,
                            run_.stages[0].rows));
            return;
        }
        auto const longest = std::max_element(run_.stages.begin(), run_.stages.end(),
                                              [](auto const& a, auto const& b) { return a.cycles < b.cycles; });
        say(fmt::format("The token passes {} on {}; the longest is stage {} ({}x{} PEs, {}), with {} of the time.",
                        plural(static_cast<double>(run_.stages.size()), "stage"), plural(metric("wafers"), "wafer"),
                        longest - run_.stages.begin(), longest->columns, longest->rows, longest->blocks,
                        percent(share_of(longest->cycles, run_.cycles()))));
    }

    void cache()
    {
        if (!has("kv_tokens_balanced")) {
            return;
        }
        std::string   fit;
        std::uint64_t fewest = 0;
        for (auto const& stage : run_.stages) {
            if (stage.requests > 0) {
                fewest = fewest == 0 ? stage.requests : std::min(fewest, stage.requests);
            }
        }
        if (fewest > 0) {
            fit = fmt::format("The KV caches of {} fit; one", plural(static_cast<double>(fewest), "request"));
        } else {
            fit = "The KV cache of a request";
        }
        say(fmt::format("{} can grow to {} when new tokens join the last column, and to {} when they are spread over "
                        "all columns.",
                        fit, plural(metric("kv_tokens_concatenated"), "token"), whole(metric("kv_tokens_balanced"))));
    }

    void choice()
    {
        if (run_.candidates.size() < 2) {
            return;
        }
        auto const& best = run_.candidates[0];
        auto const& next = run_.candidates[1];
        say(fmt::format(
            "The planner took regions of {}x{} PEs out of {} choices; the next was {}x{} PEs, {} on {} ({}).",
            best.columns, best.rows, grouped(run_.considered), next.columns, next.rows,
            plural(static_cast<double>(next.stages), "stage"), plural(static_cast<double>(next.wafers), "wafer"),
            next.verdict));
    }

    void activity()
    {
        if (has("pe_busy_share") && metric("pe_busy_share") > 0) {
            say(fmt::format(
                "In the mean over all PEs and the whole time, {} of the PE cycles were busy, {} stalled and "
                "{} idle, and links were used to {}.",
                percent(metric("pe_busy_share")), percent(metric("pe_stalled_share")), percent(metric("pe_idle_share")),
                percent(metric("fabric_utilisation"))));
        }
    }

    void energy()
    {
        if (!has("energy_per_token")) {
            return;
        }
        auto const all  = metric("energy_per_token");
        auto       most = models::EnergyPart::arithmetic; // of what the wafers take themselves
        auto const of   = [&](models::EnergyPart part) {
            return metric(fmt::format("energy_{}", name_of(part)).c_str());
        };
        for (std::size_t i = 0; i < models::energy_part_count; ++i) {
            auto const part = static_cast<models::EnergyPart>(i);
            if (part != models::EnergyPart::system && of(part) > of(most)) {
                most = part;
            }
        }
        say(fmt::format("A token takes {}: {} in the wafers, most of it {} ({}, {}), and {} around them; the power of "
                        "the wafers is {}, and {} with the systems around them.",
                        energy_text(all), energy_text(all - of(models::EnergyPart::system)), name_of(most),
                        meaning_of(most), percent(of(most) / all), energy_text(of(models::EnergyPart::system)),
                        power_text(metric("power_chip")), power_text(metric("power_system"))));
        if (has("energy_per_token_in_flight") && metric("requests_in_flight") > 1) {
            say(fmt::format("With {} in flight a token takes {}, at {} of the wafers; every PE busy would take {}, "
                            "published are {} and {} with the systems.",
                            plural(metric("requests_in_flight"), "request"),
                            energy_text(metric("energy_per_token_in_flight")),
                            power_text(metric("power_chip_in_flight")), power_text(metric("power_chip_busy")),
                            power_text(metric("power_chip_published")), power_text(metric("power_system_published"))));
        }
    }

    void assumed()
    {
        if (run_.assumed.empty()) {
            say("Every parameter has a published source or follows from one.");
            return;
        }
        say(fmt::format("Assumed, not published: {}.", listed(run_.assumed)));
    }

    void warnings()
    {
        if (!run_.warnings.empty()) {
            auto text = fmt::format("The run gave {}: {}", plural(static_cast<double>(run_.warnings.size()), "warning"),
                                    run_.warnings.front());
            say(text + (text.back() == '.' ? "" : "."));
        }
    }

    ToldRun const&           run_;
    std::vector<std::string> text_;
};

} // namespace

bool names_a_file(std::string const& argument)
{
    std::string const ending = ".h5";
    std::error_code   ignored;
    return (argument.size() > ending.size() &&
            argument.compare(argument.size() - ending.size(), ending.size(), ending) == 0) ||
           std::filesystem::is_regular_file(argument, ignored);
}

std::vector<std::string> sentences_of_run(std::string const& path)
{
    auto const run = read_told_run(path);
    return Teller{run}.sentences();
}

std::string explain_file(std::string const& path, std::size_t width)
{
    if (auto const kind = kind_of_result(path); kind != ResultKind::run) {
        return as_text(story_of(kind, path), width);
    }
    std::string text;
    for (auto const& sentence : sentences_of_run(path)) {
        text += hanging("", sentence, width);
    }
    return text;
}

} // namespace scribeline::results
