#include "models/gpu/gpu_module.hpp"

#include "models/gpu/gpu_stage.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace scribeline::models {

namespace {

std::uint64_t whole(configs::Bytes bytes) { return static_cast<std::uint64_t>(std::llround(bytes.value())); }

} // namespace

GpuModule::GpuModule(sc_core::sc_module_name name, Place const& place, GpuSystemState& state, StageRun& stage,
                     CopyEngine* engine)
    : sc_core::sc_module{name}, hbm{"hbm"}, link{"link"}, place_{place}, state_{state}, stage_{stage}, engine_{engine}
{
    if (state.p.gpu.dies > 1)
        dies = std::make_unique<BulkInitiator>("dies");
    if (!state.within)
        network = std::make_unique<BulkInitiator>("network");
    SC_HAS_PROCESS(GpuModule);
    SC_THREAD(run);
}

void GpuModule::start()
{
    done_     = false;
    parts_    = {};
    repeated_ = repeated();
    known_.clear();
    go_.notify(sc_core::SC_ZERO_TIME);
}

GpuTotals GpuModule::repeated() const
{
    auto sum = repeated_;
    for (auto const& [work, known] : known_)
        sum += times(known.totals, known.repeated);
    return sum;
}

void GpuModule::add(PartTimes const& parts)
{
    for (std::size_t i = 0; i < parts.size(); ++i)
        parts_[i] += parts[i];
    marked_ += std::accumulate(parts.begin(), parts.end(), Picoseconds{0});
}

void GpuModule::spent(StepPart part)
{
    auto const now = time_.now();
    parts_[static_cast<std::size_t>(part)] += now - marked_;
    marked_ = now;
}

void GpuModule::run()
{
    try {
        for (;;) {
            time_.wait(go_);
            began_ = time_.now();
            for (std::uint32_t i = 0; i < state_.program->passes; ++i)
                pass(i);
            finished_    = time_.now();
            activations_ = time_.activations();
            time_.synchronise();
            done_ = true;
            --state_.running;
        }
    } catch (sc_core::sc_unwind_exception const&) {
        throw;
    } catch (...) {
        state_.fail();
    }
}

void GpuModule::pass(std::uint32_t number)
{
    auto const& program = *state_.program;
    auto const  first = program.first_layer.at(place_.stage), last = program.first_layer.at(place_.stage + 1);
    auto const* part = number + 1 == program.passes && program.last ? &*program.last : nullptr;
    if (place_.stage > 0)
        inbox.take(time_);
    ++state_.busy;
    marked_ = time_.now();
    if (engine_ != nullptr && program.host.any()) {
        engine_->begin(static_cast<std::uint32_t>(program.kind_of.size()));
        fetched_ = fetched_kv_ = first;
    }
    if (place_.stage == 0)
        operate(part != nullptr ? part->before : program.before, first);
    for (auto layer = stage_.next_layer(time_, first); layer < last; layer = stage_.next_layer(time_, layer + 1)) {
        fetch(layer);
        operate((part != nullptr ? part->kinds : program.kinds).at(program.kind_of[layer]), layer);
        if (engine_ != nullptr)
            engine_->post(time_.now(), {program.host.kv_left, Traffic::kv, layer, true, {}});
    }
    if (next_stage == nullptr)
        operate(part != nullptr ? part->after : program.after, last - 1);
    if (engine_ != nullptr && program.host.kv_left > 0 && number + 1 == program.passes) {
        engine_->wait_for(time_, last - 1); // jobs end in their order
        spent(StepPart::host_memory);
    }
    if (next_stage != nullptr)
        hand_on(part != nullptr ? part->vector : program.vector);
    --state_.busy;
}

void GpuModule::fetch(std::uint32_t layer)
{
    auto const& host = state_.program->host;
    if (engine_ == nullptr || host.weights + host.kv == 0)
        return;
    auto const last = state_.program->first_layer.at(place_.stage + 1);
    auto const ask  = [&](std::uint32_t& asked, std::uint32_t next, std::uint32_t ahead, Traffic traffic,
                         std::uint64_t bytes) {
        if (asked != next || next > layer + ahead)
            return;
        engine_->post(time_.now(), {bytes, traffic, next, false, {}});
        ++asked;
    };
    for (auto next = layer; next < last; ++next) {
        ask(fetched_, next, state_.p.gpu.weights_prefetch, Traffic::weights, host.weights);
        ask(fetched_kv_, next, state_.p.gpu.kv_prefetch, Traffic::kv, host.kv);
    }
    engine_->wait_for(time_, layer);
    spent(StepPart::host_memory);
}

void GpuModule::operate(std::vector<GpuOperation> const& operations, std::uint32_t layer)
{
    for (auto const& operation : operations) {
        for (auto const& work : operation.kernels)
            kernel(work, operation.part, layer);
        if (operation.reduced.value() > 0)
            all_reduce(operation.reduced, layer);
    }
}

void GpuModule::kernel(KernelWork const& work, StepPart part, std::uint32_t layer)
{
    time_.advance(in_picoseconds(work.fixed));
    spent(StepPart::kernel_fixed);
    if (!state_.repeats || view_.free_from() > time_.now()) {
        run_phases(work, layer);
    } else if (auto const known = known_.find(&work); known != known_.end()) {
        time_.advance(known->second.time);
        ++known->second.repeated;
    } else {
        auto const before = view_.totals();
        auto const begin  = time_.now();
        run_phases(work, layer);
        auto record = KnownKernel{time_.now() - begin, view_.totals(), 0};
        record.totals -= before;
        known_.emplace(&work, std::move(record));
    }
    spent(part);
}

void GpuModule::run_phases(KernelWork const& work, std::uint32_t layer)
{
    for (auto const& phase : work.phases) {
        auto const arithmetic = time_.now() + in_picoseconds(phase.arithmetic);
        auto const bytes      = stream(phase, layer);
        time_.wait_until(std::max(arithmetic, bytes + in_picoseconds(phase.after)));
    }
    time_.advance(in_picoseconds(work.tail));
}

// A piece is asked for when there are buffers for it: those of the pieces before it have come in and, of a kernel that
// computes more slowly than it could read, have been used.
Picoseconds GpuModule::stream(KernelPhase const& phase, std::uint32_t layer)
{
    auto const& flight = phase.flight;
    auto const  total  = phase.bytes.total();
    auto const  begin  = time_.now();
    auto        piece  = state_.piece;
    if (flight.bytes.value() > 0)
        piece = std::clamp<std::uint64_t>(whole(flight.bytes), 1, piece);
    // Of its arithmetic, what stands behind the last byte uses up nothing more.
    auto const beside = std::max(phase.arithmetic - phase.after, configs::Seconds{});
    auto       next   = begin; // when the next piece may be asked for
    auto       done   = 0.0;   // bytes asked for
    auto       move   = [&](configs::Bytes bytes, Traffic traffic, bool write) {
        for (auto left = whole(bytes); left > 0;) {
            auto const size  = left < 2 * piece && left > piece ? (left + 1) / 2 : std::min(left, piece);
            auto const ahead = done + static_cast<double>(size) - flight.bytes.value();
            if (flight.bytes.value() > 0 && ahead > 0)
                next = std::max(next, begin + in_picoseconds(beside * (ahead / total.value())));
            time_.wait_until(next);
            auto const asked = time_.now();
            auto const came  = ask({size, traffic, layer, write, {}});
            auto const wait  = in_picoseconds(flight.latency_of(configs::Bytes{static_cast<double>(size)}));
            next             = flight.refill == Refill::in_rounds ? came + wait : std::max(came, asked + wait);
            done += static_cast<double>(size);
            left -= size;
        }
    };
    move(phase.bytes.weights, Traffic::weights, false);
    move(phase.bytes.kv, Traffic::kv, false);
    move(phase.bytes.vectors, Traffic::activations, false);
    move(phase.bytes.kv_written, Traffic::kv, true);
    move(phase.bytes.vectors_written, Traffic::activations, true);
    return next;
}

// Addresses are spread over all dies: of what a die reads, all but its own share crosses from another one.
Picoseconds GpuModule::ask(BulkRequest const& request)
{
    if (state_.shared)
        time_.synchronise();
    auto there = hbm.issue(time_, request);
    if (dies != nullptr) {
        auto crossing  = request;
        crossing.bytes = request.bytes - request.bytes / state_.p.gpu.dies;
        there          = std::max(there, dies->issue(time_, crossing));
    }
    return there;
}

Picoseconds GpuModule::send(BulkRequest const& request, bool lands)
{
    auto const wire    = request.way.wire_bytes != 0 ? request.way.wire_bytes : request.bytes;
    auto const packets = state_.packet == 0 ? 1 : (wire + state_.packet - 1) / state_.packet;
    auto       there   = time_.now();
    for (std::uint64_t i = 0; i < packets; ++i) {
        auto const part       = [&](std::uint64_t all) { return all / packets + (i < all % packets ? 1 : 0); };
        auto       packet     = request;
        packet.bytes          = part(request.bytes);
        packet.way.wire_bytes = part(wire);
        time_.wait_until(there);
        if (state_.shared)
            time_.synchronise();
        there = link.issue(time_, packet);
        if (!lands)
            continue;
        packet.write = true; // in the memory of whoever receives: all receive alike
        packet.way   = {};
        there        = std::max(there, hbm.issue(time_, packet));
    }
    return there;
}

void GpuModule::all_reduce(configs::Bytes vector, std::uint32_t layer)
{
    auto const& nvlink  = state_.p.nvlink;
    auto const& library = state_.program->library;
    auto const  form    = library ? library_all_reduce(nvlink, *library, state_.tensor, vector)
                                  : models::all_reduce(nvlink, nvlink.all_reduce, state_.tensor, vector);
    auto const  steps   = collective_of(nvlink, form, place_.group, state_.tensor, place_.port, vector, layer);
    time_.advance(steps.start);
    for (auto const& round : steps.rounds) {
        if (round.request.bytes > 0) {
            auto const begin = time_.now();
            auto const there = send(round.request, true);
            time_.wait_until(std::max(there, begin + round.least));
        }
        stage_.meeting.wait(time_);
        time_.advance(round.wait);
    }
    spent(StepPart::collective);
}

void GpuModule::hand_on(std::uint64_t vector)
{
    auto const& nvlink  = state_.p.nvlink;
    auto        request = BulkRequest{vector, Traffic::activations, 0, true, {}};
    time_.advance(in_picoseconds(nvlink.collective_start));
    if (network != nullptr) {
        network->transfer(time_, request);
        time_.advance(in_picoseconds(nvlink.network_latency));
    } else {
        request.way.peer = next_stage->place_.port;
        request.way.wire_bytes =
            static_cast<std::uint64_t>(std::ceil(static_cast<double>(request.bytes) / nvlink.store_share.value));
        time_.wait_until(send(request, false));
        time_.advance(in_picoseconds(nvlink.exchange));
    }
    spent(StepPart::transfer);
    next_stage->inbox.post(time_.now());
}

} // namespace scribeline::models
