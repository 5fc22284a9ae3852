#include "results/page/maps.hpp"

#include "results/page/colours.hpp"
#include "results/page/packing.hpp"

#include <algorithm>
#include <cmath>
#include <future>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results::page {

namespace {

using hdf5::InputFile;
using Cells = std::vector<std::uint8_t>;
using Json  = nlohmann::ordered_json;

constexpr std::uint16_t no_share = 65535; // where no link leaves (docs/results_format.md)

struct Layer {
    std::string        id, name, meaning;
    std::vector<Cells> frames;
};

// Every share that two bytes can hold, shaded once.
std::vector<std::uint8_t> shades(double scale)
{
    auto table = std::vector<std::uint8_t>(65536, 0);
    for (std::size_t i = 0; i < no_share; ++i)
        table[i] = shade(static_cast<double>(i) * scale);
    return table;
}

void require(bool fits, char const* dataset)
{
    if (!fits)
        throw hdf5::Failure{fmt::format("{}: not a value for each PE", dataset)};
}

Cells shares_of(std::vector<double> const& cycles, std::vector<double> const& all)
{
    auto cells = Cells(cycles.size());
    for (std::size_t i = 0; i < cells.size(); ++i)
        cells[i] = shade(all[i] > 0 ? cycles[i] / all[i] : 0);
    return cells;
}

// The largest of each k x k PEs: a narrow front stays in sight.
Cells pooled(Cells const& cells, std::uint32_t columns, std::uint32_t rows, std::uint32_t k)
{
    auto const width = (columns + k - 1) / k, height = (rows + k - 1) / k;
    auto       out = Cells(std::size_t{width} * height, 0);
    for (std::uint32_t y = 0; y < rows; ++y) {
        auto const* from = cells.data() + std::size_t{y} * columns;
        auto*       to   = out.data() + std::size_t{y / k} * width;
        for (std::uint32_t x = 0; x < columns; ++to)
            for (auto const end = std::min(x + k, columns); x < end; ++x)
                *to = std::max(*to, from[x]);
    }
    return out;
}

std::string bytes_of(Cells const& cells) { return {cells.begin(), cells.end()}; }

void read_scribe_lines(InputFile const& file, Maps& maps)
{
    if (!file.has("/machine/reticle"))
        return;
    auto const reticle = file.numbers("/machine/reticle");
    require(reticle.size() == std::size_t{maps.columns} * maps.rows, "/machine/reticle");
    for (std::uint32_t x = 1; x < maps.columns; ++x)
        if (reticle[x] != reticle[x - 1])
            maps.scribe_x.push_back(x);
    for (std::uint32_t y = 1; y < maps.rows; ++y)
        if (reticle[std::size_t{y} * maps.columns] != reticle[std::size_t{y - 1} * maps.columns])
            maps.scribe_y.push_back(y);
}

Drawing poster_of(Maps const& maps, Cells const& cells)
{
    std::uint32_t k = 1;
    while (maps.columns / k > 420)
        ++k;
    auto const width = (maps.columns + k - 1) / k, height = (maps.rows + k - 1) / k;
    auto       drawing = Drawing{static_cast<double>(maps.columns), static_cast<double>(maps.rows)};
    drawing.raw(fmt::format("<image class=poster width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
                            "href=\"data:image/png;base64,{}\"/>\n",
                            width * k, height * k,
                            base64(png(width, height, pooled(cells, maps.columns, maps.rows, k), cividis()))));
    for (auto const x : maps.scribe_x)
        drawing.line(x, 0, x, maps.rows, "scribe thinline");
    for (auto const y : maps.scribe_y)
        drawing.line(0, y, maps.columns, y, "scribe thinline");
    return drawing;
}

// What another thread makes of each frame while the next is read: the HDF5 library takes half of the time, and has one.
template <class Make>
std::vector<Cells> frames_of(InputFile const& file, char const* dataset, std::size_t windows, Make const& make)
{
    auto frames  = std::vector<Cells>(windows);
    auto running = std::future<void>{};
    for (std::size_t w = 0; w < windows; ++w) {
        auto shares = file.small_frame(dataset, w);
        if (running.valid())
            running.get();
        running = std::async(std::launch::async, [&, w, read = std::move(shares)] { frames[w] = make(read); });
    }
    if (running.valid())
        running.get();
    return frames;
}

using Shares = std::vector<std::uint16_t>;

Layer layer_of_pes(InputFile const& file, std::size_t windows, std::size_t pes)
{
    auto const shade_of = shades(file.number_attribute("/fabric/pe_busy", "scale_factor"));
    auto const shape    = file.shape("/fabric/pe_busy");
    require(shape.size() == 3 && shape[0] == windows && shape[1] * shape[2] == pes, "/fabric/pe_busy");
    return {"pe", "PEs busy", "share of the window in which the PE computed or moved data",
            frames_of(file, "/fabric/pe_busy", windows, [&](Shares const& shares) {
                auto cells = Cells(pes);
                std::transform(shares.begin(), shares.end(), cells.begin(),
                               [&](auto share) { return shade_of[share]; });
                return cells;
            })};
}

Layer layer_of_links(InputFile const& file, std::size_t windows, std::size_t pes)
{
    auto const shade_of = shades(file.number_attribute("/fabric/link_busy", "scale_factor"));
    auto const shape    = file.shape("/fabric/link_busy");
    require(shape.size() == 4 && shape[0] == windows && shape[1] == 4 && shape[2] * shape[3] == pes,
            "/fabric/link_busy");
    return {"link", "busiest link", "share of the window in which the busiest of the PE's four links moved wavelets",
            frames_of(file, "/fabric/link_busy", windows, [&](Shares const& shares) {
                auto most = Shares(pes, 0); // the shades grow with the shares, but for the mark of a missing link
                for (std::size_t direction = 0; direction < 4; ++direction)
                    for (std::size_t i = 0; i < pes; ++i) {
                        auto const share = shares[direction * pes + i];
                        most[i]          = std::max(most[i], share == no_share ? std::uint16_t{0} : share);
                    }
                auto cells = Cells(pes);
                std::transform(most.begin(), most.end(), cells.begin(), [&](auto share) { return shade_of[share]; });
                return cells;
            })};
}

// Packed from both ends of the list, by two threads.
Json json_of(Layer const& layer, Maps const& maps)
{
    auto       texts = std::vector<std::string>(layer.frames.size());
    auto const pack  = [&](std::size_t i) {
        auto const& cells = layer.frames[i];
        texts[i] = packed(bytes_of(maps.pooled == 1 ? cells : pooled(cells, maps.columns, maps.rows, maps.pooled)));
    };
    auto const half  = texts.size() / 2;
    auto       other = std::async(std::launch::async, [&] {
        for (auto i = half; i < texts.size(); ++i)
            pack(i);
    });
    for (std::size_t i = 0; i < half; ++i)
        pack(i);
    other.get();
    return {{"id", layer.id}, {"name", layer.name}, {"meaning", layer.meaning}, {"frames", std::move(texts)}};
}

// The frame in which the PEs differ most: what one should see first.
std::size_t most_telling(std::vector<Cells> const& frames)
{
    std::size_t best = 0;
    double      most = -1;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        std::uint64_t sum = 0, squares = 0;
        for (auto const cell : frames[i]) {
            sum += cell;
            squares += std::uint64_t{cell} * cell;
        }
        auto const mean = static_cast<double>(sum) / static_cast<double>(frames[i].size());
        if (auto const spread = static_cast<double>(squares) / static_cast<double>(frames[i].size()) - mean * mean;
            spread > most) {
            most = spread;
            best = i;
        }
    }
    return best;
}

// Of all frames in the page, told by packing some of them.
double estimated_bytes(std::vector<Layer> const& layers, Maps const& maps)
{
    constexpr std::size_t samples = 5;
    double                bytes   = 0;
    for (auto const& layer : layers) {
        auto const  step = std::max<std::size_t>(1, layer.frames.size() / samples);
        double      some = 0;
        std::size_t many = 0;
        for (std::size_t i = step / 2; i < layer.frames.size(); i += step, ++many)
            some += static_cast<double>(
                packed(bytes_of(pooled(layer.frames[i], maps.columns, maps.rows, maps.pooled))).size());
        bytes += many == 0 ? 0 : some / static_cast<double>(many) * static_cast<double>(layer.frames.size());
    }
    return bytes;
}

} // namespace

Maps read_maps(InputFile const& file, MapOptions const& options)
{
    auto maps = Maps{};
    if (!file.has("/fabric/pe_busy_cycles"))
        return maps;
    auto const shape = file.shape("/fabric/pe_busy_cycles");
    require(shape.size() == 2 && shape[0] > 0 && shape[1] > 0 && shape[0] < 65536 && shape[1] < 65536,
            "/fabric/pe_busy_cycles");
    maps.rows        = static_cast<std::uint32_t>(shape[0]);
    maps.columns     = static_cast<std::uint32_t>(shape[1]);
    auto const pes   = std::size_t{maps.columns} * maps.rows;
    auto const busy  = file.numbers("/fabric/pe_busy_cycles");
    auto const stall = file.numbers("/fabric/pe_stalled_cycles"), idle = file.numbers("/fabric/pe_idle_cycles");
    require(busy.size() == pes && stall.size() == pes && idle.size() == pes, "/fabric");
    auto all = busy;
    for (std::size_t i = 0; i < pes; ++i)
        all[i] += stall[i] + idle[i];
    read_scribe_lines(file, maps);

    auto const whole_run = shares_of(busy, all);
    auto       layers    = std::vector<Layer>{
                 {"busy", "PEs busy, whole run", "share of the run in which the PE computed or moved data", {whole_run}},
                 {"stalled",
                  "PEs stalled, whole run",
                  "share of the run in which the PE waited inside an operation",
                  {shares_of(stall, all)}}};
    auto windows = std::vector<double>{}, lengths = windows;
    if (file.has("/fabric/pe_busy") && file.has("/fabric/link_busy")) {
        windows = file.numbers("/fabric/window");
        lengths = file.numbers("/fabric/window_cycles");
        require(lengths.size() == windows.size(), "/fabric/window_cycles");
        layers.push_back(layer_of_pes(file, windows.size(), pes));
        layers.push_back(layer_of_links(file, windows.size(), pes));
    }
    maps.windows     = windows.size();
    auto const& seen = layers[layers.size() > 3 && maps.windows > 0 ? 2 : 0]; // by windows, where there are any
    maps.first       = most_telling(seen.frames);
    maps.poster      = poster_of(maps, seen.frames[maps.first]);

    if (!options.full)
        while (maps.pooled < 16 && estimated_bytes(layers, maps) > static_cast<double>(options.most))
            ++maps.pooled;
    auto out = Json::array();
    for (auto const& layer : layers)
        out.push_back(json_of(layer, maps));
    auto palette = std::string{};
    for (auto const& colour : cividis())
        for (auto const byte : colour)
            palette += static_cast<char>(byte);
    maps.json = Json{{"columns", maps.columns},   {"rows", maps.rows},         {"pooled", maps.pooled},
                     {"scribe_x", maps.scribe_x}, {"scribe_y", maps.scribe_y}, {"window_ps", windows},
                     {"window_cycles", lengths},  {"power", shade_power},      {"palette", base64(palette)},
                     {"first", maps.first},       {"first_layer", seen.id},    {"layers", std::move(out)}}
                    .dump();
    return maps;
}

std::string text_of(Maps const& maps)
{
    return Json{{"json", maps.json},         {"columns", maps.columns}, {"rows", maps.rows},
                {"pooled", maps.pooled},     {"windows", maps.windows}, {"scribe_x", maps.scribe_x},
                {"scribe_y", maps.scribe_y}, {"first", maps.first},     {"poster", maps.poster.body()}}
        .dump();
}

Maps maps_of(std::string const& text)
{
    auto const json = Json::parse(text);
    auto       maps = Maps{};
    json.at("json").get_to(maps.json);
    json.at("columns").get_to(maps.columns);
    json.at("rows").get_to(maps.rows);
    json.at("pooled").get_to(maps.pooled);
    json.at("windows").get_to(maps.windows);
    json.at("first").get_to(maps.first);
    json.at("scribe_x").get_to(maps.scribe_x);
    json.at("scribe_y").get_to(maps.scribe_y);
    maps.poster = Drawing{static_cast<double>(maps.columns), static_cast<double>(maps.rows)};
    maps.poster.raw(json.at("poster").get_ref<std::string const&>());
    return maps;
}

} // namespace scribeline::results::page
