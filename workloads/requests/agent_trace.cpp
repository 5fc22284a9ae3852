#include "workloads/requests/agent_trace.hpp"

#include "workloads/requests/block_hash.hpp"
#include "workloads/requests/comma_rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

constexpr std::int64_t  second     = 1'000'000'000;
constexpr std::uint64_t block      = 64;
constexpr char const*   main_agent = "main";

// The blocks of a prompt: from `begin` on those that the request `owner` brought, up to the next part.
struct Part {
    std::uint64_t begin, owner;
};
struct Chain {
    std::vector<Part> parts;
    std::uint64_t     length = 0;
};

struct Agent {
    std::string  name;
    std::string  last;            // its last request
    Chain        chain;           // of that
    std::int64_t started = 0;     // since the session's start
    std::int64_t ended   = 0;     // its last reply, likewise
    bool         joined  = false; // a turn of `main` has waited for it
    bool         by_tool = true;  // its last reply asked for a tool
};

class AgentRows final : public CommaRows {
  public:
    explicit AgentRows(LineReader lines)
        : CommaRows{std::move(lines)}, session_{column("session")}, agent_{column("agent")}, turn_{column("turn")},
          start_{column("t_s")}, input_{column("input_tokens")}, output_{column("output_tokens")},
          blocks_{column("blocks64")}, cached_{column("cached_prefix_blocks64")}, service_{column("api_s")},
          think_{column("think_s")}, stop_{column_if("stop")}
    {
    }

    bool next(TraceRow& row) override
    {
        if (!next_cells(row))
            return false;
        row.session = cell(row, session_);
        if (row.session != of_) {
            of_ = row.session;
            agents_.clear();
            longest_ = {};
        }
        auto const name    = std::string{cell(row, agent_)};
        row.name           = fmt::format("{}/{}/{}", row.session, name, cell(row, turn_));
        row.input          = whole(row, input_);
        row.output         = whole(row, output_);
        auto& agent        = agent_named(name, row);
        row.recorded_start = agent.started + time_of_cell(row, start_);
        if (has_cell(service_)) // of a request that was broken off it is not known
            row.recorded_service = time_of_cell(row, service_);
        write_blocks(row, agent);
        agent.last = row.name;
        if (stop_ && has_cell(*stop_))
            agent.by_tool = cell(row, *stop_) == "tool_use";
        agent.ended = *row.recorded_start + row.recorded_service.value_or(0);
        return true;
    }

    std::uint64_t block_tokens() const override { return block; }
    RowNames      names() const override
    {
        return {"t_s", "input_tokens", "output_tokens", "blocks64", "session", "turn", "think_s", "api_s"};
    }

  private:
    std::int64_t time_of_cell(TraceRow const& row, Column const& column) const
    {
        auto const value = time(row, column, second);
        if (value < 0)
            refuse_row(file(), row.line, column.name, std::string{cell(row, column)}, "expected a time of 0 or more");
        return value;
    }

    Agent* find(std::string const& name)
    {
        auto const found =
            std::find_if(agents_.begin(), agents_.end(), [&](Agent const& each) { return each.name == name; });
        return found == agents_.end() ? nullptr : &*found;
    }

    // The agent of the row, last in the list; and what the row waits for.
    Agent& agent_named(std::string const& name, TraceRow& row)
    {
        if (has_cell(think_)) // behind a reply that was broken off it is not known
            row.tool_time = time_of_cell(row, think_);
        if (auto* const known = find(name)) {
            row.waits_for.push_back(known->last);
            row.person_time = known->by_tool ? 0 : row.tool_time;
            if (name == main_agent)
                for (auto& each : agents_)
                    if (each.name != main_agent && !std::exchange(each.joined, true)) {
                        row.waits_for.push_back(each.last);
                        row.tool_time = row.person_time = 0;
                    }
            std::rotate(agents_.begin() + (known - agents_.data()), agents_.begin() + (known - agents_.data()) + 1,
                        agents_.end());
            return agents_.back();
        }
        auto agent = Agent{name, {}, {}, 0, 0, false, true};
        if (auto const* const parent = find(main_agent)) {
            row.waits_for.push_back(parent->last);
            agent.started = parent->ended;
        }
        row.tool_time = 0;
        agents_.push_back(std::move(agent));
        return agents_.back();
    }

    Chain const& donor(std::uint64_t cached, TraceRow const& row) const
    {
        // The agent itself is the last, before it stand those that asked later.
        for (auto each = agents_.rbegin(); each != agents_.rend(); ++each)
            if (each->chain.length >= cached)
                return each->chain;
        if (longest_.length >= cached)
            return longest_;
        refuse_row(file(), row.line, cached_.name, fmt::format("{}", cached),
                   fmt::format("no earlier request of session {} has so many blocks, the longest {}. Are the rows of "
                               "the session together, in the order in which they ran?",
                               row.session, longest_.length));
    }

    void write_blocks(TraceRow& row, Agent& agent)
    {
        auto const blocks = whole(row, blocks_), cached = whole(row, cached_);
        auto const whole_blocks = static_cast<std::uint64_t>(std::max<std::int64_t>(row.input, 0)) / block;
        if (blocks < 0 || static_cast<std::uint64_t>(blocks) > whole_blocks + 1) // memory is taken for so many
            refuse_row(
                file(), row.line, blocks_.name, fmt::format("{}", blocks),
                fmt::format("input_tokens = {} takes {} whole blocks of {} tokens", row.input, whole_blocks, block));
        if (cached < 0 || cached > blocks)
            refuse_row(file(), row.line, cached_.name, fmt::format("{}", cached),
                       fmt::format("expected 0 to blocks64 = {}", blocks));
        auto chain        = Chain{};
        chain.length      = static_cast<std::uint64_t>(blocks);
        auto const shared = static_cast<std::uint64_t>(cached);
        for (auto const& part : donor(shared, row).parts)
            if (part.begin < shared)
                chain.parts.push_back(part);
        if (shared < chain.length)
            chain.parts.push_back({shared, chained(hash_of(of_), row.line)});
        row.has_blocks = true;
        row.blocks.reserve(chain.length);
        for (std::size_t i = 0; i < chain.parts.size(); ++i) {
            auto const end = i + 1 < chain.parts.size() ? chain.parts[i + 1].begin : chain.length;
            for (auto at = chain.parts[i].begin; at < end; ++at)
                row.blocks.push_back({chained(chain.parts[i].owner, at)});
        }
        if (chain.length > longest_.length)
            longest_ = chain;
        agent.chain = std::move(chain);
    }

    Column session_, agent_, turn_, start_, input_, output_, blocks_, cached_, service_, think_;

    std::optional<Column> stop_;    // why the reply ended: tool_use
    std::string           of_;      // the session at hand
    std::vector<Agent>    agents_;  // of it, the one that asked last at the end
    Chain                 longest_; // of it
};

} // namespace

std::unique_ptr<RowReader> agent_rows(LineReader lines) { return std::make_unique<AgentRows>(std::move(lines)); }

} // namespace scribeline::workloads
