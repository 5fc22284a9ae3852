#include "models/wafer/edge/wafer_system_module.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::models {

WaferPorts::WaferPorts(sc_core::sc_module_name name, bool linked) : sc_core::sc_module{name}, edge{"edge"}
{
    if (linked)
        link = std::make_unique<BulkInitiator>("link");
}

WaferSystemModule::WaferSystemModule(sc_core::sc_module_name name, configs::WaferParams const& wafer,
                                     std::uint32_t wafers, std::vector<StreamedBlock> blocks, TransactionProbe* probe,
                                     std::uint64_t answer_bytes)
    : sc_core::sc_module{name}, blocks_{std::move(blocks)}, answer_bytes_{answer_bytes}
{
    SCRIBELINE_EXPECT(wafers > 0);
    for (auto const& block : blocks_)
        SCRIBELINE_EXPECT(block.wafer < wafers && (block.link_bytes == 0 || wafers > 1));
    for (std::uint32_t i = 0; i < wafers; ++i) {
        edges_.push_back(std::make_unique<HostEdge>(wafer));
        hosts_.push_back(std::make_unique<BulkTarget>(fmt::format("host_{}", i).c_str(), *edges_.back(), probe));
        wafers_.push_back(std::make_unique<WaferPorts>(fmt::format("wafer_{}", i).c_str(), wafers > 1));
        wafers_.back()->edge.socket.bind(hosts_.back()->socket);
        if (wafers == 1)
            continue;
        links_.push_back(std::make_unique<WaferLink>(wafer));
        receivers_.push_back(std::make_unique<BulkTarget>(fmt::format("link_to_{}", i).c_str(), *links_.back(), probe));
    }
    for (std::uint32_t i = 0; wafers > 1 && i < wafers; ++i)
        wafers_[i]->link->socket.bind(receivers_[(i + 1) % wafers]->socket);
    SC_HAS_PROCESS(WaferSystemModule);
    SC_THREAD(run);
}

void WaferSystemModule::run()
{
    try {
        time_.emplace();
        token_ = stream_weights(blocks_, *this);
        time_->synchronise();
        activations_ = time_->activations();
        time_.reset();
    } catch (sc_core::sc_unwind_exception const&) {
        throw;
    } catch (...) {
        failure_ = std::current_exception();
    }
}

Picoseconds WaferSystemModule::load(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes)
{
    wait_until(at);
    return wafers_.at(wafer)->edge.issue(*time_, {bytes, Traffic::weights, 0, false});
}

Picoseconds WaferSystemModule::send(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes)
{
    wait_until(at);
    auto const from = (wafer + static_cast<std::uint32_t>(wafers_.size()) - 1) % wafers_.size();
    return wafers_[from]->link->issue(*time_, {bytes, Traffic::activations, 0, true});
}

void WaferSystemModule::wait_until(Picoseconds at) { time_->wait_until(at); }

void WaferSystemModule::answer(std::uint32_t wafer, Picoseconds at)
{
    if (answer_bytes_ == 0)
        return;
    wait_until(at);
    wafers_.at(wafer)->edge.issue(*time_, {answer_bytes_, Traffic::activations, 0, true});
}

StreamedToken const& WaferSystemModule::token() const
{
    if (failure_)
        std::rethrow_exception(failure_);
    if (!token_)
        throw configs::SimulationFault{
            fmt::format("{}: the kernel stopped before the token had passed its wafers", name())};
    return *token_;
}

Books WaferSystemModule::books() const
{
    TrafficBooks asked, served;
    for (auto const& wafer : wafers_) {
        asked += wafer->edge.books();
        if (wafer->link)
            asked += wafer->link->books();
    }
    for (auto const& host : hosts_)
        served += host->books();
    for (auto const& receiver : receivers_)
        served += receiver->books();
    auto          books = Books{};
    std::uint64_t read  = 0;
    for (auto const& edge : edges_)
        read += edge->read();
    for (auto const kind : {Traffic::weights, Traffic::kv, Traffic::activations})
        books.entries.push_back({fmt::format("wafer sockets, {}", name_of(kind)), "bytes asked by the wafers",
                                 "bytes served by hosts and links", asked.asked(kind), served.served(kind)});
    books.entries.push_back({"edges", "bytes read over all edges",
                             "bytes of weights and KV that hosts were asked to send", read,
                             asked.asked(Traffic::weights)});
    return books;
}

Evidence WaferSystemModule::evidence() const
{
    auto evidence    = Evidence{};
    evidence.modules = 1 + wafers_.size() * (wafers_.front()->link ? 3 : 2) + hosts_.size() + receivers_.size();
    for (auto const& host : hosts_)
        evidence.transactions += host->transactions();
    for (auto const& receiver : receivers_)
        evidence.transactions += receiver->transactions();
    evidence.kernel_events = activations_;
    return evidence;
}

} // namespace scribeline::models
