#include "workloads/requests/json_traces.hpp"

#include "workloads/requests/json_line.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

constexpr std::int64_t  nanosecond = 1, millisecond = 1'000'000, second = 1'000'000'000;
constexpr std::uint64_t mooncake_block = 512, bailian_block = 16;

class JsonRows : public RowReader {
  public:
    JsonRows(LineReader lines, std::uint64_t hash_tokens) : lines_{std::move(lines)}, hash_tokens_{hash_tokens} {}
    std::string const& file() const override { return lines_.name(); }
    std::uint64_t      block_tokens() const override { return hash_tokens_; }

  protected:
    bool next_object(TraceRow& row)
    {
        auto text = std::string_view{};
        if (!lines_.next(text))
            return false;
        row.line = lines_.line_number();
        parse_json_line(text, lines_.name(), row.line, object_);
        return true;
    }
    JsonFields fields(TraceRow const& row) const { return {object_, lines_.name(), row.line}; }

    // The next object, and of it what Mooncake's and Bailian's rows have in common; `unit` is that of their times.
    bool next_request(TraceRow& row, std::int64_t unit)
    {
        if (!next_object(row))
            return false;
        auto const fields = this->fields(row);
        row.input         = fields.whole("input_length");
        row.output        = fields.whole("output_length");
        row.time          = fields.time("timestamp", unit);
        row.has_blocks    = fields.hashes("hash_ids", hashes_);
        if (row.has_blocks)
            for (auto const each : hashes_)
                row.blocks.push_back({each});
        return true;
    }
    std::int64_t positive_time(JsonFields const& fields, TraceRow const& row, char const* key, std::int64_t unit) const
    {
        auto const time = fields.time(key, unit).value_or(0);
        if (time < 0)
            refuse_row(file(), row.line, key, fmt::format("{}", time / unit), "expected a time of 0 or more");
        return time;
    }
    JsonObject const& object() const { return object_; }

  private:
    LineReader                 lines_;
    std::uint64_t              hash_tokens_;
    JsonObject                 object_;
    std::vector<std::uint64_t> hashes_;
};

class MooncakeRows final : public JsonRows {
  public:
    using JsonRows::JsonRows;

    bool next(TraceRow& row) override
    {
        if (!next_request(row, millisecond))
            return false;
        auto const fields  = this->fields(row);
        row.session        = fields.word("session_id");
        row.tool_time      = positive_time(fields, row, "delay", millisecond);
        row.after_previous = !row.session.empty();
        if (!row.time && row.session.empty())
            refuse_row(file(), row.line, "timestamp", "", "missing. Only a later turn of a session may do without it");
        return true;
    }
    RowNames names() const override
    {
        return {"timestamp", "input_length", "output_length", "hash_ids", "session_id", "", "delay"};
    }
};

class AgenticRows final : public JsonRows {
  public:
    using JsonRows::JsonRows;

    bool next(TraceRow& row) override
    {
        if (!next_request(row, millisecond))
            return false;
        auto const fields = this->fields(row);
        row.name          = fields.word("request_id");
        row.session       = fields.word("session_id");
        row.waits_for     = fields.words("wait_for");
        auto const tools  = positive_time(fields, row, "tool_wait_ms", millisecond);
        row.tool_time     = fields.has("delay") ? positive_time(fields, row, "delay", millisecond) : tools;
        row.person_time   = std::max<std::int64_t>(row.tool_time - tools, 0);
        if (row.name.empty())
            refuse_row(file(), row.line, "request_id", "", "missing. Every row of an agentic trace needs a name");
        return true;
    }
    RowNames names() const override
    {
        return {"timestamp", "input_length", "output_length", "hash_ids", "session_id", "wait_for", "delay"};
    }
};

class BailianRows final : public JsonRows {
  public:
    using JsonRows::JsonRows;

    bool next(TraceRow& row) override
    {
        if (!next_request(row, second))
            return false;
        auto const fields = this->fields(row);
        row.name          = fields.word("chat_id");
        if (!row.time)
            refuse_row(file(), row.line, "timestamp", "", "missing. Every row needs it");
        // A first turn has the parent -1. A parent may stand before what was recorded: then nothing is waited for.
        auto const parent = fields.word("parent_chat_id");
        auto const known  = session_.find(parent);
        if (!parent.empty() && parent != "-1" && known != session_.end()) {
            row.waits_for.push_back(parent);
            row.session = known->second;
        } else {
            row.session = row.name;
        }
        session_.emplace(row.name, row.session);
        return true;
    }
    RowNames names() const override
    {
        return {"timestamp", "input_length", "output_length", "hash_ids", "chat_id", "parent_chat_id", ""};
    }

  private:
    std::unordered_map<std::string, std::string> session_; // of a chat_id: the first of its chain
};

class LlmServingSimRows final : public JsonRows {
  public:
    explicit LlmServingSimRows(LineReader lines) : JsonRows{std::move(lines), 0} {}

    bool next(TraceRow& row) override
    {
        if (turns_ != nullptr && turn_ < turns_->objects.size()) {
            take_turn(row);
            return true;
        }
        turns_ = nullptr;
        if (!next_object(row))
            return false;
        auto const fields = this->fields(row);
        time_             = fields.time("arrival_time_ns", nanosecond);
        if (!time_)
            refuse_row(file(), row.line, "arrival_time_ns", "", "missing. Every row needs it");
        if (!fields.has("sub_requests")) {
            row.input  = fields.whole("input_toks");
            row.output = fields.whole("output_toks");
            row.time   = time_;
            return true;
        }
        session_ = fields.word("session_id");
        turns_   = object().find("sub_requests");
        if (session_.empty())
            refuse_row(file(), row.line, "session_id", "", "missing. Sub-requests belong to a session");
        if (turns_->kind != JsonKind::list || turns_->objects.empty() || turns_->others > 0 ||
            !turns_->wholes.empty() || !turns_->words.empty())
            refuse_row(file(), row.line, "sub_requests", "", "expected a list of at least one object");
        line_ = row.line;
        turn_ = 0;
        tool_ = 0;
        take_turn(row);
        return true;
    }
    RowNames names() const override
    {
        return {"arrival_time_ns", "input_toks", "output_toks", "", "session_id", "", "tool_duration_ns"};
    }

  private:
    void take_turn(TraceRow& row)
    {
        row.line           = line_;
        auto const fields  = JsonFields{turns_->objects[turn_], file(), line_};
        row.input          = fields.whole("input_toks");
        row.output         = fields.whole("output_toks");
        row.session        = session_;
        row.after_previous = turn_ > 0;
        row.tool_time      = tool_;
        if (turn_ == 0)
            row.time = time_;
        tool_ = positive_time(fields, row, "tool_duration_ns", nanosecond);
        ++turn_;
    }

    JsonField const*            turns_ = nullptr; // of the object that was read last
    std::size_t                 turn_ = 0, line_ = 0;
    std::int64_t                tool_ = 0;
    std::optional<std::int64_t> time_;
    std::string                 session_;
};

} // namespace

std::unique_ptr<RowReader> mooncake_rows(LineReader lines, std::uint64_t hash_tokens)
{
    return std::make_unique<MooncakeRows>(std::move(lines), hash_tokens == 0 ? mooncake_block : hash_tokens);
}

std::unique_ptr<RowReader> agentic_mooncake_rows(LineReader lines, std::uint64_t hash_tokens)
{
    return std::make_unique<AgenticRows>(std::move(lines), hash_tokens == 0 ? mooncake_block : hash_tokens);
}

std::unique_ptr<RowReader> bailian_rows(LineReader lines, std::uint64_t hash_tokens)
{
    return std::make_unique<BailianRows>(std::move(lines), hash_tokens == 0 ? bailian_block : hash_tokens);
}

std::unique_ptr<RowReader> llmservingsim_rows(LineReader lines)
{
    return std::make_unique<LlmServingSimRows>(std::move(lines));
}

} // namespace scribeline::workloads
