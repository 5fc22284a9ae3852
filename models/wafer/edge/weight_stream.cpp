#include "models/wafer/edge/weight_stream.hpp"

#include "models/wafer/edge/host_edge.hpp"

#include <algorithm>
#include <map>

namespace scribeline::models {

namespace {

constexpr std::size_t buffers     = 2;  // of a stage
constexpr int         most_tokens = 64; // until two take equally long: loads reach two blocks ahead, so a few do

// The blocks of a stage in the order of their loads, over and over.
struct StageLoads {
    std::vector<std::size_t> blocks;
    std::size_t              asked    = 0; // loads so far
    std::size_t              computed = 0; // blocks so far
    std::vector<Picoseconds> there;        // [load]: the last byte is in the SRAM

    bool keeps() const { return blocks.size() <= buffers; }
};

} // namespace

PlainSource::PlainSource(configs::WaferParams const& wafer, std::uint32_t wafers)
{
    for (std::uint32_t i = 0; i < wafers; ++i) {
        edges_.push_back(std::make_unique<HostEdge>(wafer));
        links_.push_back(std::make_unique<WaferLink>(wafer));
    }
}

Picoseconds PlainSource::load(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes)
{
    return edges_.at(wafer)->serve(at, {bytes, Traffic::weights, 0, false}).finished;
}

Picoseconds PlainSource::send(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes)
{
    return links_.at(wafer)->serve(at, {bytes, Traffic::activations, 0, true}).finished;
}

std::vector<BulkServer*> PlainSource::edges() const
{
    auto list = std::vector<BulkServer*>{};
    for (auto const& edge : edges_)
        list.push_back(edge.get());
    return list;
}

StreamedToken stream_weights(std::vector<StreamedBlock> const& blocks, WeightSource& source)
{
    auto out = StreamedToken{};
    out.waits.assign(blocks.size(), 0);
    auto stages = std::map<std::uint32_t, StageLoads>{};
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        stages[blocks[i].stage].blocks.push_back(i);
        if (out.of_wafer.size() <= blocks[i].wafer)
            out.of_wafer.resize(blocks[i].wafer + 1);
    }
    std::uint64_t asked = 0, expected = 0;
    auto const    ask = [&](StageLoads& stage, Picoseconds at) {
        auto const& block = blocks[stage.blocks[stage.asked % stage.blocks.size()]];
        stage.there.push_back(block.bytes == 0 ? at : source.load(block.wafer, at, block.bytes));
        ++stage.asked;
        asked += block.bytes;
    };
    for (auto& [number, stage] : stages)
        for (std::size_t i = 0; i < std::min(buffers, stage.blocks.size()); ++i)
            ask(stage, 0);

    Picoseconds now = 0;
    for (int token = 0; token < most_tokens; ++token) {
        auto const begin = now, last = out.total;
        auto const before = asked;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            auto& stage = stages.at(blocks[i].stage);
            if (blocks[i].link_bytes != 0)
                now = source.send(blocks[i].wafer, now, blocks[i].link_bytes);
            now += blocks[i].way;
            auto const there = stage.there.at(stage.keeps() ? i - stage.blocks.front() : stage.computed);
            out.waits[i]     = there > now ? there - now : 0;
            now += out.waits[i] + blocks[i].compute;
            ++stage.computed;
            source.wait_until(now);
            if (!stage.keeps())
                ask(stage, now);
        }
        source.answer(blocks.back().wafer, now);
        out.total = now - begin;
        out.bytes = asked - before;
        if (token > 1 && out.total == last)
            break;
    }
    out.stays.assign(blocks.size(), true);
    for (auto const& [number, stage] : stages)
        if (!stage.keeps())
            for (auto const i : stage.blocks) {
                out.stays[i] = false;
                out.of_wafer[blocks[i].wafer] += blocks[i].bytes;
                expected += blocks[i].bytes;
            }
    out.books.entries.push_back({"edge weights", "bytes asked for by a token in the steady state",
                                 "bytes of the blocks that do not stay", out.bytes, expected});
    return out;
}

} // namespace scribeline::models
