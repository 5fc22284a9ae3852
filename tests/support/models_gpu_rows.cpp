// Reads measured rows and asks the models for the same.
#include "support/models_gpu_rows.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace scribeline::tests {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> cells_of(std::string const& line)
{
    std::vector<std::string> cells{""};
    bool                     quoted = false;
    for (char const c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            cells.emplace_back();
        else if (c != '\r')
            cells.back() += c;
    }
    return cells;
}

std::uint64_t count(GpuRow const& row, char const* column) { return std::stoull(row.at(column)); }
std::uint32_t small(GpuRow const& row, char const* column)
{
    return static_cast<std::uint32_t>(std::stoul(row.at(column)));
}

void rename(GpuRow& row, char const* from, char const* to)
{
    if (auto const found = row.find(from); found != row.end())
        row[to] = found->second;
}

// The names that the tables use, in ours.
GpuRow with_our_names(GpuRow row, std::string const& file)
{
    row["machine"] = row.at("device").substr(0, row.at("device").find('_'));
    rename(row, "latency_us", "value");
    rename(row, "q_heads", "heads");
    rename(row, "context_tokens", "context");
    rename(row, "prompt_tokens", "context");
    rename(row, "num_gpus", "gpus");
    for (auto const* type : {"weight_dtype", "kv_dtype", "dtype"})
        if (row.count(type) != 0)
            row["bits"] = row.at(type) == "fp8" ? "8" : row.at(type) == "nvfp4" ? "4" : "16";
    row["kind"] = file.find("gemm") != std::string::npos                ? "gpu_gemm"
                  : file.find("decode_attention") != std::string::npos  ? "gpu_attention"
                  : file.find("prefill_attention") != std::string::npos ? "gpu_prefill_attention"
                                                                        : "gpu_allreduce";
    if (row.count("implementation") != 0) {
        auto const& name = row.at("implementation");
        row["library"]   = name.find("NCCL") != std::string::npos     ? "nccl"
                           : name.find("Tensor") != std::string::npos ? "tensorrt_llm"
                                                                      : "vllm";
    }
    return row;
}

struct Machine {
    configs::Parameters parameters;
    double              memory_share; // by the bank model
};

// Read once.
Machine const& machine_of(std::string const& name)
{
    static auto machines = std::map<std::string, Machine>{};
    if (machines.count(name) == 0) {
        auto const p = configs::machine_parameters(name);
        machines.emplace(name, Machine{p, models::sustained_share(p.gpu)});
    }
    return machines.at(name);
}

models::Library library_of(std::string const& name)
{
    if (name == "nccl")
        return models::Library::nccl;
    return name == "vllm" ? models::Library::vllm : models::Library::tensorrt_llm;
}

} // namespace

std::vector<GpuRow> read_rows(std::string const& path)
{
    auto lines = std::istringstream{read_file(path)};
    auto line  = std::string{};
    std::getline(lines, line);
    auto const columns = cells_of(line);
    auto       rows    = std::vector<GpuRow>{};
    while (std::getline(lines, line)) {
        auto const cells = cells_of(line);
        auto       row   = GpuRow{};
        SCRIBELINE_EXPECT(cells.size() == columns.size());
        for (std::size_t i = 0; i < columns.size(); ++i)
            row[columns[i]] = cells[i];
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<GpuRow> published_gpu_rows()
{
    return read_rows((fs::path{SCRIBELINE_TESTS} / ".." / "results" / "published" / "gpu.csv").string());
}

std::optional<std::vector<GpuRow>> whole_gpu_table(std::string const& file)
{
    auto const* given  = std::getenv("SCRIBELINE_SHARED");
    auto const  folder = given != nullptr ? fs::path{given} : fs::path{SCRIBELINE_TESTS} / ".." / ".." / "shared";
    auto const  path   = folder / "reference" / file;
    auto        failed = std::error_code{};
    if (!fs::exists(path, failed))
        return std::nullopt;
    auto rows = read_rows(path.string());
    for (auto& row : rows)
        row = with_our_names(row, file);
    return rows;
}

models::GpuDevice shipped_gpu(std::string const& machine)
{
    auto const& known = machine_of(machine);
    return models::gpu_device(known.parameters, known.memory_share);
}

double modelled_microseconds(GpuRow const& row)
{
    auto const& machine = machine_of(row.at("machine"));
    auto const& p       = machine.parameters;
    auto const  device  = models::gpu_device(p, machine.memory_share);
    auto const& kind    = row.at("kind");
    auto        time    = configs::Seconds{};
    if (kind == "gpu_gemm") {
        auto const bits = small(row, "bits");
        auto const product =
            models::MatrixProduct{count(row, "m"), count(row, "n"), count(row, "k"), bits, bits, bits < 16};
        time = models::matrix_product(device, product, models::Launch::single).time.total();
    } else if (kind == "gpu_attention") {
        time = models::decode_attention(device,
                                        {count(row, "batch"), count(row, "heads"), count(row, "kv_heads"),
                                         small(row, "head_dim"), count(row, "context"), small(row, "bits")},
                                        models::Launch::single)
                   .time.total();
    } else if (kind == "gpu_prefill_attention") {
        time = models::prefill_attention(device,
                                         {count(row, "batch"), count(row, "heads"), count(row, "kv_heads"),
                                          small(row, "head_dim"), count(row, "context"), small(row, "bits")},
                                         models::Launch::single)
                   .time.total();
    } else {
        time = models::library_all_reduce(p.nvlink, library_of(row.at("library")), small(row, "gpus"),
                                          configs::Bytes{static_cast<double>(count(row, "bytes"))})
                   .total();
    }
    return time.value() * 1e6;
}

Deviation deviation_of(std::vector<GpuRow> const& rows, std::string const& what)
{
    auto result = Deviation{};
    for (auto const& row : rows) {
        auto const deviation = 100 * (modelled_microseconds(row) / std::stod(row.at("value")) - 1);
        result.mean += std::fabs(deviation);
        result.bias += deviation;
        result.largest = std::max(result.largest, std::fabs(deviation));
        ++result.rows;
    }
    if (result.rows > 0) {
        result.mean /= static_cast<double>(result.rows);
        result.bias /= static_cast<double>(result.rows);
    }
    std::printf("%-52s %4zu rows: mean %5.1f %%, bias %+5.1f %%, largest %5.1f %%\n", what.c_str(), result.rows,
                result.mean, result.bias, result.largest);
    return result;
}

} // namespace scribeline::tests
