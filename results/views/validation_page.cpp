#include "results/views/validation_page.hpp"

#include "results/views/gpu_sets.hpp"
#include "results/views/published_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::CaseKind;
using models::CaseOutcome;

constexpr char const* beginning = R"(# Validation: how far the model is from what was published

Made by the program from `results/published/wafer.csv` and `results/published/gpu.csv`; a test runs the rows and holds
this page to what comes out. The same as a table, with the source of each row:

```sh
scribeline published
```

Rows of your own go into a file with the same columns, and `scribeline published --cases FILE.csv` runs them;
`scribeline help published` says what each column holds. The equations behind the numbers: [model.md](model.md).

)";

struct Section {
    CaseKind    kind;
    char const* text;
};

constexpr char const* of_gpus = R"(
## GPUs: kernels, collectives and whole steps

Measured, one line for each set of rows that one program measured, of times under 50 us and beyond; [gpu.md](gpu.md) has the equations, says which of the
constants of H100 and B200 were fitted on such rows, and compares the tables from which these were taken as a whole. A100
differs from H100 in what its datasheet says and in times measured on it; nothing was fitted to its rows of decode.

| kind | machine | library | bits | size | rows | within | mean deviation | mean with sign | worst | worst case |
|---|---|---|---|---|---|---|---|---|---|---|
)";

constexpr std::array sections{
    Section{CaseKind::decode, R"(## Decode: one layer

Measured. The rows marked below calibrate one constant, the control code around an operator, which nobody publishes:
`software.operator_overhead`. So they do not validate it; that one value serves models of 8 and 72 billion parameters
is what they show. No other parameter was fitted to any row of this page.

Closed form: the local work and the all-reduces of [model.md](model.md#5-a-layer-on-a-region), section 5, summed, and the control code of each
operator (`workloads/mapping/region_choice.cpp`).
)"},
    Section{CaseKind::prefill, R"(## Prefill: a prompt in one layer

Measured; took no part in any calibration, and no constant was chosen for it; the structure of the kernels, which is the
published one, was settled with the row known. By closed forms ([model.md](model.md),
section 21), which small meshes of every wavelet are held to within 0.6 %. What is hidden in the figure: threads that move
blocks take the datapath's cycles from the products (without that: -0.1 %), and each column of a product costs a pass of
scalar code.
)"},
    Section{CaseKind::gemv, R"(## Matrix-vector products

Measured; took no part in any calibration. The published time has two digits and its region is an assumption, so the
tolerance is wide.

Closed form (WaferLLM, OSDI 2025), for [1, N] x [N, N] on P x P PEs with G groups of g = P / G; K = ceil(N / P), V the
set-up of a vector operation, R multiply-accumulates a cycle, k a stage of a reduction, h a hop, and K elements in w
wavelets:

    T = K (V + K / R) + k (g / 2 + G / 2) + h (g / 2 + P) + 3 w
)"},
    Section{CaseKind::transfer, R"(## Transfers

A formula that was fitted on the silicon of a WSE-3 (FABRICA), `20 + 1.125 W + 2 h` cycles for W wavelets over h hops;
each row is a point of it. Took no part in any calibration: hop and link are that project's measurements, the set-up
`S` and the start of a task `A` come from the vendor's simulator, the ramp `r` from a WSE-2. That these add up to
the fitted constant is the result, not an input. Where the first wavelet starts the task that receives, in closed form,
with c cycles a wavelet:

    T = 2 S + A + 2 r + h hops + c W
)"},
    Section{CaseKind::collective, R"(## Collectives

Not measured: what the published closed forms give for a WSE-2, to show that the fabric keeps them. Took no part in any
calibration. Reductions and broadcasts count from the moment at which all operations are set up, as the forms of
HPDC 2024 do; the all-reduce is the one of a decode layer, whose published form contains a fitted stage of
16 cycles where the model's parts add up to 15. The closed form is the general one of [model.md](model.md#3-collectives-on-a-line), section 3.
)"},
};

// A cell of a Markdown table.
std::string cell(std::string text)
{
    for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.replace(at, 1, "\\|");
    return text;
}

bool calibrates(CaseOutcome const& out) { return out.measured.source.find("calibrates ") != std::string::npos; }

std::string row_text(CaseOutcome const& out)
{
    auto const& m     = out.measured;
    auto const  value = [&](std::optional<double> number) {
        return number ? fmt::format("{} {}", figure(*number), m.unit.name) : std::string{"-"};
    };
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", cell(m.id), cell(subject(m)), value(m.value),
                       out.simulated ? value(out.simulated) : name_of(out.verdict), value(out.closed_form),
                       out.simulated ? signed_percent(out.deviation_percent) : "-",
                       m.tolerance ? fmt::format("{:.4g} %", *m.tolerance) : "none",
                       calibrates(out) ? "calibrates" : "not used");
}

// Each source once, behind the rows that have it.
std::string sources_of(std::vector<CaseOutcome const*> const& rows)
{
    std::vector<std::pair<std::string, std::string>> list; // source, rows
    for (auto const* out : rows) {
        auto const known = std::find_if(list.begin(), list.end(),
                                        [&](auto const& each) { return each.first == out->measured.source; });
        if (known == list.end())
            list.emplace_back(out->measured.source, out->measured.id);
        else
            known->second += ", " + out->measured.id;
    }
    std::string text = "\n";
    for (auto const& [source, ids] : list)
        text += fmt::format("* {}: {}\n", ids, source);
    return text;
}

std::string gpu_section(std::vector<CaseOutcome> const& outcomes)
{
    auto const sets = gpu_sets(outcomes);
    if (sets.empty())
        return "";
    std::string text = of_gpus;
    for (auto const& set : sets)
        text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {:.2f} % | {} | {} | {} |\n", name_of(set.kind),
                            cell(set.machine), cell(set.library), set.bits, set.size, set.rows, set.within, set.mean(),
                            signed_percent(set.bias()), signed_percent(set.worst), cell(set.worst_id));
    text += "\nWithin: rows that keep the tolerance that stands beside them in the file.\n";
    std::vector<std::string> sources;
    for (auto const& out : outcomes)
        if (is_of_gpus(out.measured.kind) && out.simulated &&
            std::find(sources.begin(), sources.end(), out.measured.source) == sources.end())
            sources.push_back(out.measured.source);
    text += "\n";
    for (auto const& source : sources)
        text += fmt::format("* {}\n", source);
    return text;
}

} // namespace

std::string validation_page(std::vector<CaseOutcome> const& outcomes)
{
    std::string text = beginning;
    text += fmt::format("{}.\n\n| kind | metric | rows | mean deviation | worst | worst case | in a calibration |\n"
                        "|---|---|---|---|---|---|---|\n",
                        tally(outcomes));
    for (auto const& each : statistics_of(outcomes)) {
        auto const used = std::count_if(outcomes.begin(), outcomes.end(), [&](CaseOutcome const& out) {
            return out.measured.kind == each.kind && each.metric == out.measured.metric.name && calibrates(out);
        });
        text += fmt::format("| {} | {} | {} | {:.2f} % | {} | {} | {} |\n", name_of(each.kind), each.metric, each.rows,
                            each.mean_percent, signed_percent(each.worst_percent), cell(each.worst_id),
                            used == 0 ? "none" : fmt::format("{} of {}", used, each.rows));
    }
    text += "\nThe mean is of the deviations' magnitudes; deviations are of the simulated from the published figure.\n";
    for (auto const& section : sections) {
        std::vector<CaseOutcome const*> rows;
        for (auto const& out : outcomes)
            if (out.measured.kind == section.kind)
                rows.push_back(&out);
        if (rows.empty())
            continue;
        text += fmt::format("\n{}\n| case | what | published | simulated | closed form | deviation | tolerance | "
                            "calibration |\n|---|---|---|---|---|---|---|---|\n",
                            section.text);
        for (auto const* out : rows)
            text += row_text(*out);
        text += sources_of(rows);
    }
    return text + gpu_section(outcomes);
}

} // namespace scribeline::results
