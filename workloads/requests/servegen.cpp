#include "workloads/requests/servegen.hpp"

#include "configs/failure.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/sweep/sampling.hpp"
#include "workloads/requests/block_hash.hpp"
#include "workloads/requests/comma_line.hpp"
#include "workloads/requests/distribution.hpp"
#include "workloads/requests/line_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <queue>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::workloads {

using configs::Exit;
using configs::SplitMix64;
using configs::UserError;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view trace_ending = "-trace.csv", dataset_ending = "-dataset.json";
constexpr std::size_t      most_clients = 10'000;
constexpr double           nanoseconds  = 1e9;

// A table of values and the sums of their probabilities up to each.
struct Table {
    std::vector<std::uint32_t> values;
    std::vector<double>        sums;

    std::int64_t draw(SplitMix64& random) const
    {
        auto const at = std::upper_bound(sums.begin(), sums.end(), random.uniform() * sums.back()) - sums.begin();
        return std::max<std::int64_t>(values[std::min<std::size_t>(static_cast<std::size_t>(at), values.size() - 1)],
                                      1);
    }
};

struct Lengths {
    Table input, output;
};

struct Window {
    double  start = 0, rate = 0; // s, requests/s
    GapDraw gap;                 // of mean one
};

struct Client {
    std::vector<Window>       windows;
    std::map<double, Lengths> lengths; // by the start of their windows
};

[[noreturn]] void refuse_file(std::string const& file, std::string const& why)
{
    throw UserError{Exit::bad_config, fmt::format("{}: error: {}", configs::printable(file), why)};
}

// Python's way to write a dictionary of numbers: {45: 0.0096, 46: 0.0117}
Table table_of(std::string const& text, std::string const& file, std::string const& where)
{
    auto       table = Table{};
    auto       rest  = std::string_view{text};
    auto const bad   = [&] {
        refuse_file(file, fmt::format("{}: expected {{VALUE: PROBABILITY, ..}}, found {}", where,
                                        configs::shown(std::string{rest.substr(0, 40)})));
    };
    auto const skip = [&] { rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size())); };
    auto const take = [&](char c) {
        skip();
        bool const there = !rest.empty() && rest.front() == c;
        rest.remove_prefix(there ? 1 : 0);
        return there;
    };
    auto const number = [&] {
        skip();
        double value             = 0;
        auto const [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (failed != std::errc{})
            bad();
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return value;
    };
    if (!take('{'))
        bad();
    double sum = 0;
    while (!take('}')) {
        auto const value = number();
        if (!take(':'))
            bad();
        auto const share = number();
        if (!(value >= 0 && value <= 4e9 && share >= 0 && share <= 1e12))
            bad();
        sum += share;
        table.values.push_back(static_cast<std::uint32_t>(value));
        table.sums.push_back(sum);
        take(',');
    }
    if (!table.values.empty() && !(sum > 0))
        refuse_file(file, where + ": no value has a probability");
    return table;
}

std::map<double, Lengths> lengths_in(std::string const& path)
{
    auto const text = configs::read_whole_file(path, configs::limits::lengths);
    auto const json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object())
        refuse_file(path, "expected a JSON object with an object for each window");
    auto all = std::map<double, Lengths>{};
    for (auto const& item : json.items()) {
        auto const& key    = item.key();
        auto const& window = item.value();
        auto const  start  = real_of(key);
        if (!start)
            refuse_file(path, fmt::format("the key {} is no start of a window in seconds", configs::shown(key)));
        auto const table = [&](char const* name) {
            auto const found = window.is_object() ? window.find(name) : window.end();
            if (!window.is_object() || found == window.end() || !found->is_string())
                refuse_file(path, fmt::format("the window {} has no text {}", configs::shown(key), name));
            return table_of(found->get<std::string>(), path, fmt::format("{} of the window {}", name, key));
        };
        auto lengths = Lengths{table("input_tokens"), table("output_tokens")};
        if (!lengths.input.values.empty() && !lengths.output.values.empty())
            all.emplace(*start, std::move(lengths));
    }
    return all;
}

std::vector<Window> windows_in(std::string const& path)
{
    auto lines   = LineReader{std::make_unique<std::ifstream>(path, std::ios::binary), configs::printable(path)};
    auto cells   = std::vector<std::string_view>{};
    auto line    = std::string_view{};
    auto windows = std::vector<Window>{};
    while (lines.next(line)) {
        split_cells(line, cells);
        auto const number = [&](std::size_t at, char const* what, double most) {
            auto const value = at < cells.size() ? real_of(cells[at]) : std::nullopt;
            if (value && *value >= 0 && *value <= most)
                return *value;
            refuse_row(lines.name(), lines.line_number(), what, at < cells.size() ? std::string{cells[at]} : "",
                       fmt::format("expected a number from 0 to {}, in column {}", most, at + 1));
        };
        auto const start = number(0, "the window's start", 1e9), rate = number(1, "the rate", 1e6);
        auto       gaps = Arrivals{ArrivalKind::poisson, 1, 1};
        if (cells.size() > 3 && !cells[3].empty()) {
            if (cells[3] != "Gamma" && cells[3] != "Weibull")
                refuse_row(lines.name(), lines.line_number(), "the family", std::string{cells[3]},
                           "expected Gamma, Weibull or nothing");
            auto const shape = number(4, "the shape", 1e4);
            if (!(shape >= 1e-4))
                refuse_row(lines.name(), lines.line_number(), "the shape", std::string{cells[4]},
                           "expected at least 0.0001");
            gaps    = cells[3] == "Gamma" ? Arrivals{ArrivalKind::gamma, 1, 1 / std::sqrt(shape)}
                                          : Arrivals{ArrivalKind::weibull, 1, weibull_cv(shape)};
            gaps.cv = std::clamp(gaps.cv, 0.01, 100.0);
        }
        if (!windows.empty() && start <= windows.back().start)
            refuse_row(lines.name(), lines.line_number(), "the window's start", std::string{cells[0]},
                       "expected a later one than in the row before");
        windows.push_back({start, rate, GapDraw{gaps}});
    }
    if (windows.size() < 2)
        refuse_file(path, "expected at least two windows: the second says how long the first is");
    return windows;
}

class ServeGenRows final : public RowReader {
  public:
    ServeGenRows(std::string const& folder, std::uint64_t seed) : folder_{configs::printable(folder)}, seed_{seed}
    {
        auto names = std::vector<std::string>{};
        for (auto const& entry : fs::directory_iterator{folder}) {
            auto const name = entry.path().filename().string();
            if (name.size() > trace_ending.size() &&
                name.compare(name.size() - trace_ending.size(), trace_ending.size(), trace_ending) == 0)
                names.push_back(name.substr(0, name.size() - trace_ending.size()));
        }
        std::sort(names.begin(), names.end()); // the order of a directory is not the same everywhere
        if (names.size() > most_clients)
            refuse_file(folder_, fmt::format("{} clients; at most {} are taken", names.size(), most_clients));
        for (auto const& name : names) {
            auto const path = (fs::path{folder} / name).string();
            clients_.push_back(
                {{windows_in(path + std::string{trace_ending}), lengths_in(path + std::string{dataset_ending})},
                 hash_of(name)});
            auto const& client = clients_.back().client;
            if (client.lengths.empty() &&
                std::any_of(client.windows.begin(), client.windows.end(), [](auto const& w) { return w.rate > 0; }))
                refuse_file(path + std::string{dataset_ending}, "requests arrive, and no window has lengths");
            advance(clients_.size() - 1);
        }
    }

    bool next(TraceRow& row) override
    {
        if (queue_.empty())
            return false;
        auto const [time, at] = queue_.top();
        queue_.pop();
        auto&      state  = clients_[at];
        auto const after  = state.client.lengths.upper_bound(time);
        auto const before = after == state.client.lengths.begin() ? after : std::prev(after);
        auto       random = SplitMix64{chained(chained(seed_, state.key), 2 * state.drawn)};
        row.time          = static_cast<std::int64_t>(time * nanoseconds);
        row.input         = before->second.input.draw(random);
        row.output        = before->second.output.draw(random);
        advance(at);
        return true;
    }
    RowNames                    names() const override { return {"time", "input_tokens", "output_tokens"}; }
    std::string const&          file() const override { return folder_; }
    std::optional<std::int64_t> origin() const override { return 0; }
    std::vector<std::string>    notes() const override
    {
        return {fmt::format("drawn from the statistics of {} clients, with seed {}", clients_.size(), seed_)};
    }

  private:
    struct State {
        Client        client;
        std::uint64_t key;
        std::uint64_t drawn  = 0;
        std::size_t   window = 0;
        double        time   = 0; // of its last request
    };

    // To the client's next arrival: a gap of mean one, through windows that each pass it at their rate.
    void advance(std::size_t at)
    {
        auto&       state   = clients_[at];
        auto const& windows = state.client.windows;
        auto        random  = SplitMix64{chained(chained(seed_, state.key), 2 * ++state.drawn + 1)};
        while (state.window < windows.size() && windows[state.window].rate <= 0)
            if (++state.window < windows.size())
                state.time = windows[state.window].start;
        if (state.window == windows.size())
            return;
        double left = windows[state.window].gap(random);
        state.time  = std::max(state.time, windows[state.window].start);
        for (; state.window < windows.size(); ++state.window) {
            auto const& window = windows[state.window];
            auto const  begin  = std::max(state.time, window.start);
            auto const  end    = state.window + 1 < windows.size()
                                     ? windows[state.window + 1].start
                                     : window.start + (window.start - windows[state.window - 1].start);
            if (left < (end - begin) * window.rate) {
                state.time = begin + left / window.rate;
                queue_.push({state.time, at});
                return;
            }
            left -= (end - begin) * window.rate;
            state.time = end;
        }
    }

    using Arrival = std::pair<double, std::size_t>; // s, the client

    std::string                                                        folder_;
    std::uint64_t                                                      seed_;
    std::vector<State>                                                 clients_;
    std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> queue_;
};

} // namespace

bool is_servegen(std::string const& folder)
{
    auto failed = std::error_code{};
    for (auto const& entry : fs::directory_iterator{folder, failed}) {
        auto const name = entry.path().filename().string();
        if (name.rfind("chunk-", 0) == 0 && name.find(trace_ending) != std::string::npos)
            return true;
    }
    return false;
}

std::unique_ptr<RowReader> servegen_rows(std::string const& folder, std::uint64_t seed)
{
    return std::make_unique<ServeGenRows>(folder, seed);
}

} // namespace scribeline::workloads
