// Which format a file has, and who reads it.
#include "workloads/requests/trace.hpp"

#include "configs/failure.hpp"
#include "configs/share.hpp"
#include "workloads/requests/agent_trace.hpp"
#include "workloads/requests/comma_line.hpp"
#include "workloads/requests/comma_traces.hpp"
#include "workloads/requests/json_line.hpp"
#include "workloads/requests/json_traces.hpp"
#include "workloads/requests/servegen.hpp"
#include "workloads/requests/trace_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

using Fields = std::vector<std::string>;

struct Format {
    TraceFormat told;
    bool        json; // else CSV
    Fields      all;  // fields that the first row, or the header, has
    std::unique_ptr<RowReader> (*rows)(LineReader lines, TraceOptions const& options);
};

// clang-format off
std::vector<Format> const& formats()
{
    static auto const list = std::vector<Format>{
        {{"agentic_mooncake", "JSONL of agents' sessions, 512-token blocks, times in ms", "request_id, input_length, output_length"},
         true, {"request_id", "input_length", "output_length"},
         [](LineReader lines, TraceOptions const& o) { return agentic_mooncake_rows(std::move(lines), o.hash_tokens); }},
        {{"bailian", "JSONL of chats, 16-token blocks, times in s", "chat_id, timestamp, input_length, output_length"},
         true, {"chat_id", "timestamp", "input_length", "output_length"},
         [](LineReader lines, TraceOptions const& o) { return bailian_rows(std::move(lines), o.hash_tokens); }},
        {{"mooncake", "JSONL, 512-token blocks, times in ms", "input_length, output_length"},
         true, {"input_length", "output_length"},
         [](LineReader lines, TraceOptions const& o) { return mooncake_rows(std::move(lines), o.hash_tokens); }},
        {{"llmservingsim", "JSONL of requests and sessions, times in ns", "arrival_time_ns, and sub_requests or input_toks"},
         true, {"arrival_time_ns"},
         [](LineReader lines, TraceOptions const&) { return llmservingsim_rows(std::move(lines)); }},
        {{"azure", "CSV of the Azure traces of 2023 and 2024, with dates", "TIMESTAMP, ContextTokens, GeneratedTokens"},
         false, {"TIMESTAMP", "ContextTokens", "GeneratedTokens"},
         [](LineReader lines, TraceOptions const&) { return azure_rows(std::move(lines)); }},
        {{"burstgpt", "CSV of BurstGPT, times in s", "Timestamp, Request tokens, Response tokens"},
         false, {"Timestamp", "Request tokens", "Response tokens"},
         [](LineReader lines, TraceOptions const&) { return burstgpt_rows(std::move(lines)); }},
        {{"agents", "CSV of coding agents' sessions, 64-token blocks, times in s",
          "session, agent, input_tokens, blocks64, cached_prefix_blocks64"},
         false, {"session", "agent", "input_tokens", "blocks64", "cached_prefix_blocks64"},
         [](LineReader lines, TraceOptions const&) { return agent_rows(std::move(lines)); }},
        {{"lengths", "CSV of lengths as LLMServingSim's are kept, times in ns", "arrival_time_ns, input_tokens, output_tokens"},
         false, {"arrival_time_ns", "input_tokens", "output_tokens"},
         [](LineReader lines, TraceOptions const&) {
             return column_rows(std::move(lines), {"arrival_time_ns", "input_tokens", "output_tokens", "", "", configs::Seconds{1e-9}});
         }},
        {{"columns", "CSV with any names of columns, which the options tell", "arrival_s, input_tokens, output_tokens, unless told"},
         false, {"arrival_s", "input_tokens", "output_tokens"},
         [](LineReader lines, TraceOptions const& o) {
             auto columns = o.columns;
             if (columns.input.empty() && columns.output.empty() && columns.arrival.empty())
                 columns.arrival = "arrival_s";
             if (columns.input.empty())
                 columns.input = "input_tokens";
             if (columns.output.empty())
                 columns.output = "output_tokens";
             return column_rows(std::move(lines), columns);
         }},
    };
    return list;
}
// clang-format on

constexpr char const* folder_format = "servegen";
constexpr char const* examples      = "workloads/requests/examples";

std::string known_formats()
{
    auto text = std::string{};
    for (auto const& each : trace_formats())
        text += fmt::format("\n  {:16} {}", each.name, each.known);
    return text;
}

// What the first line has: the keys of an object, or the cells of a header.
struct FirstLine {
    bool   json = false;
    Fields fields;
};

FirstLine look_at(LineReader& lines)
{
    auto line = std::string_view{};
    if (!lines.next(line))
        throw UserError{Exit::bad_config, fmt::format("{}: error: the file is empty", lines.name())};
    lines.put_back();
    auto       first = FirstLine{};
    auto const begin = line.find_first_not_of(" \t");
    first.json       = line[begin] == '{' || line[begin] == '[';
    if (first.json) {
        auto object = JsonObject{};
        parse_json_line(line, lines.name(), lines.line_number(), object);
        for (auto& field : object.fields)
            first.fields.push_back(std::move(field.key));
    } else {
        auto cells = std::vector<std::string_view>{};
        split_cells(line, cells);
        for (auto const& cell : cells)
            first.fields.emplace_back(cell);
    }
    return first;
}

bool has_all(Fields const& fields, Fields const& wanted)
{
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](auto const& each) { return std::find(fields.begin(), fields.end(), each) != fields.end(); });
}

Format const& format_named(std::string const& name)
{
    auto names = Fields{};
    for (auto const& each : formats()) {
        if (each.told.name == name)
            return each;
        names.emplace_back(each.told.name);
    }
    if (name == folder_format)
        throw UserError{Exit::usage, "the format servegen is a folder of chunk-N-trace.csv and chunk-N-dataset.json"};
    throw UserError{Exit::usage,
                    fmt::format("no format of traces is called {}{}; there are {}, {}", configs::shown(name),
                                configs::did_you_mean(name, names), fmt::join(names, ", "), folder_format)};
}

Format const& format_of(FirstLine const& first, std::string const& file, TraceOptions const& options)
{
    if (!options.format.empty())
        return format_named(options.format);
    if (!options.columns.input.empty() || !options.columns.output.empty())
        return format_named("columns");
    for (auto const& each : formats())
        if (each.json == first.json && has_all(first.fields, each.all))
            return each;
    auto const seen = fmt::format("{}", fmt::join(first.fields, ", "));
    throw UserError{Exit::bad_config,
                    fmt::format("{}: error: no known format of traces. The first line has {}: {}. Known are, by their "
                                "fields:{}\nName the columns of a CSV file to have it read as it is",
                                file, first.json ? "the keys" : "the cells",
                                configs::printable(seen.size() > 400 ? seen.substr(0, 400) + ".." : seen),
                                known_formats())};
}

// Where a name is that of a shipped trace; else the name itself.
std::string shipped_path(std::string const& name)
{
    if (name.find('/') == std::string::npos)
        for (auto const* ending : {".csv", ".jsonl"})
            if (auto const found = configs::find_shared(fmt::format("{}/{}{}", examples, name, ending)))
                return found->string();
    return name;
}

} // namespace

std::vector<TraceFormat> const& trace_formats()
{
    static auto const list = [] {
        auto all = std::vector<TraceFormat>{};
        for (auto const& each : formats())
            all.push_back(each.told);
        all.push_back({folder_format, "folder of ServeGen's clients, drawn with a seed, times in s",
                       "chunk-N-trace.csv, chunk-N-dataset.json"});
        return all;
    }();
    return list;
}

std::unique_ptr<RequestSource> read_trace(std::unique_ptr<std::istream> stream, std::string const& name,
                                          TraceOptions const& options)
{
    auto        lines  = LineReader{std::move(stream), configs::printable(name)};
    auto const  first  = look_at(lines);
    auto const& format = format_of(first, lines.name(), options);
    if (format.json != first.json)
        throw UserError{Exit::bad_config, fmt::format("{}: error: is no trace of the format {}, which is {}",
                                                      lines.name(), format.told.name, format.told.what)};
    return std::make_unique<TraceSource>(format.rows(std::move(lines), options), format.told.name, options);
}

std::vector<std::string> shipped_traces()
{
    auto all = std::vector<std::string>{};
    for (auto const* ending : {".csv", ".jsonl"})
        for (auto& name : configs::shared_names(examples, ending))
            all.push_back(std::move(name));
    std::sort(all.begin(), all.end());
    return all;
}

std::unique_ptr<RequestSource> open_trace(std::string const& given, TraceOptions const& options)
{
    auto       failed = std::error_code{};
    auto const path   = std::filesystem::exists(given, failed) ? given : shipped_path(given);
    auto const refuse = [&](std::string const& why) {
        throw UserError{Exit::no_input, fmt::format("{}: error: {}", configs::printable(path), why)};
    };
    if (std::filesystem::is_directory(path, failed)) {
        if (!is_servegen(path))
            refuse("is a folder without chunk-N-trace.csv of ServeGen; expected a trace of requests");
        if (!options.format.empty() && options.format != folder_format)
            throw UserError{Exit::usage, fmt::format("{}: is a folder of ServeGen, not of the format {}",
                                                     configs::printable(path), configs::shown(options.format))};
        return std::make_unique<TraceSource>(servegen_rows(path, options.seed), folder_format, options);
    }
    auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*stream) {
        auto const* const why     = std::strerror(errno);
        auto const        shipped = shipped_traces();
        refuse(fmt::format("cannot be read: {}{}. Give the path of a trace, or the name of a shipped one: {}", why,
                           configs::did_you_mean(given, shipped), fmt::join(shipped, ", ")));
    }
    return read_trace(std::move(stream), path, options);
}

} // namespace scribeline::workloads
