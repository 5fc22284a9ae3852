// Makes the modules, binds them, runs them and adds up what they did.
#include "models/sram/stream_system.hpp"

#include "configs/failure.hpp"
#include "models/nvlink/switch_module.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/kernel_context.hpp"
#include "models/tlm/meeting.hpp"
#include "models/tlm/stream_server.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using PartTimes = std::array<Picoseconds, step_part_count>;

// Nobody runs ahead into another's memory, so the quantum bounds only how often threads take turns.
constexpr Picoseconds quantum = 1'000'000;

std::uint64_t whole(double bytes) { return static_cast<std::uint64_t>(std::llround(bytes)); }

// A link from a device to its peer in the next group.
class ChipLink final : public SingleResource {
  public:
    ChipLink(configs::BytesPerSecond rate, configs::Seconds latency) : rate_{rate}, latency_{in_picoseconds(latency)} {}

  private:
    ServiceTime service(BulkRequest const& request) override
    {
        return {in_picoseconds(configs::Bytes{static_cast<double>(request.bytes)} / rate_), latency_};
    }

    configs::BytesPerSecond rate_;
    Picoseconds             latency_;
};

// What a group of devices does with a piece, and when.
struct GroupWork {
    StreamProgram const* program     = nullptr;
    std::uint32_t        first_layer = 0, end_layer = 0;
    bool                 is_first = false, is_head = false;
    bool                 repeats = true;
};

} // namespace

// The devices of a group, in step.
class StreamGroup final : public sc_core::sc_module {
  public:
    StreamGroup(sc_core::sc_module_name name, std::uint32_t chips, bool links, configs::Seconds link_latency,
                configs::Seconds operator_fixed)
        : sc_core::sc_module{name}, link_latency_{in_picoseconds(link_latency)}, operator_fixed_{
                                                                                     in_picoseconds(operator_fixed)}
    {
        for (std::uint32_t i = 0; i < chips; ++i) {
            memory.push_back(std::make_unique<BulkInitiator>(fmt::format("memory_{}", i).c_str()));
            if (chips > 1)
                within.push_back(std::make_unique<BulkInitiator>(fmt::format("within_{}", i).c_str()));
            if (links)
                onwards.push_back(std::make_unique<BulkInitiator>(fmt::format("onwards_{}", i).c_str()));
        }
        SC_HAS_PROCESS(StreamGroup);
        SC_THREAD(run);
    }

    std::vector<std::unique_ptr<BulkInitiator>> memory, within, onwards; // [device]
    Mailbox                                     inbox;
    StreamGroup*                                next = nullptr;

    void start(GroupWork const& work)
    {
        work_       = work;
        done_       = false;
        known_      = false;
        parts_      = {};
        pieces_run_ = pieces_repeated_ = 0;
        go_.notify(sc_core::SC_ZERO_TIME);
    }

    bool               done() const { return done_; }
    std::exception_ptr failure() const { return failure_; }
    Picoseconds        finished() const { return finished_; }
    PartTimes const&   parts() const { return parts_; } // of the first piece
    std::uint64_t      pieces_run() const { return pieces_run_; }
    std::uint64_t      pieces_repeated() const { return pieces_repeated_; }
    std::uint64_t      activations() const { return time_.activations(); }

    TrafficBooks asked() const
    {
        auto books = TrafficBooks{};
        for (auto const* list : {&memory, &within, &onwards})
            for (auto const& each : *list)
                books += each->books();
        return books;
    }

  private:
    void run()
    {
        try {
            for (;;) {
                time_.wait(go_);
                for (std::uint64_t i = 0; i < work_.program->pieces; ++i)
                    piece(i);
                finished_ = time_.now();
                time_.synchronise();
                done_ = true;
            }
        } catch (sc_core::sc_unwind_exception const&) {
            throw;
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    void piece(std::uint64_t number)
    {
        auto const& program = *work_.program;
        if (!work_.is_first)
            inbox.take(time_);
        if (work_.is_head) {
            if ((number + 1) % program.pieces_of_a_prompt == 0)
                operate_head();
            return;
        }
        if (work_.repeats && known_) {
            time_.advance(of_a_piece_);
            ++pieces_repeated_;
        } else {
            auto const begin = marked_ = time_.now();
            if (work_.is_first)
                operate(program.before);
            for (auto layer = work_.first_layer; layer < work_.end_layer; ++layer)
                operate(program.kinds.at(program.kind_of[layer]));
            of_a_piece_ = time_.now() - begin;
            known_      = true;
            ++pieces_run_;
        }
        hand_on();
    }

    // Behind the way through the head's own groups, one after another.
    void operate_head()
    {
        auto const& layout = work_.program->layout;
        marked_            = time_.now();
        for (std::uint32_t hop = 1; hop < layout.head_hops; ++hop) {
            auto const request = BulkRequest{whole(work_.program->vector.value()), Traffic::activations, 0, true, {}};
            auto       there   = time_.now();
            for (auto const& link : onwards)
                there = std::max(there, link->issue(time_, request));
            time_.wait_until(there);
        }
        spent(StepPart::transfer);
        operate(work_.program->after);
        ++pieces_run_;
    }

    void operate(std::vector<StreamOperation> const& operations)
    {
        for (auto const& operation : operations) {
            auto const begin = time_.now();
            auto       there = begin + in_picoseconds(operation.arithmetic);
            auto const share = 1 / static_cast<double>(memory.size());
            auto const ask   = [&](configs::Bytes bytes, Traffic traffic, bool write) {
                auto const each = whole(bytes.value() * share);
                for (auto const& own : memory)
                    if (each > 0)
                        there = std::max(there, own->issue(time_, {each, traffic, 0, write, {}}));
            };
            ask(operation.weights, Traffic::weights, false);
            ask(operation.kv, Traffic::kv, operation.writes);
            time_.wait_until(there);
            spent(operation.part);
            time_.advance(operator_fixed_);
            spent(StepPart::kernel_fixed);
            if (operation.reduced.value() > 0)
                add_up(operation.reduced);
        }
    }

    // Reduce-scatter and all-gather: each device sends each other one its share.
    void add_up(configs::Bytes vector)
    {
        auto const n       = within.size();
        auto       request = BulkRequest{};
        request.bytes      = whole(vector.value() * static_cast<double>(n - 1) / static_cast<double>(n));
        request.traffic    = Traffic::collectives;
        request.write      = true;
        request.way        = {Route::all_others, 0, static_cast<std::uint32_t>(n), 0};
        for (int half = 0; half < 2; ++half) {
            auto there = time_.now();
            for (auto const& port : within)
                there = std::max(there, port->issue(time_, request));
            time_.wait_until(there);
            time_.advance(link_latency_);
        }
        spent(StepPart::collective);
    }

    // The devices go on with the next piece while links bring this one to their peers.
    void hand_on()
    {
        if (next == nullptr)
            return;
        auto       there   = time_.now();
        auto const request = BulkRequest{whole(work_.program->vector.value()), Traffic::activations, 0, true, {}};
        for (auto const& link : onwards)
            there = std::max(there, link->issue(time_, request));
        if (pieces_run_ + pieces_repeated_ == 1)
            parts_[static_cast<std::size_t>(StepPart::transfer)] += there - time_.now();
        next->inbox.post(there);
    }

    void spent(StepPart part)
    {
        auto const now = time_.now();
        if (pieces_run_ == 0) // the first one tells where the time goes; the others go the same way
            parts_[static_cast<std::size_t>(part)] += now - marked_;
        marked_ = now;
    }

    Picoseconds const  link_latency_, operator_fixed_;
    GroupWork          work_;
    LocalTime          time_;
    sc_core::sc_event  go_;
    bool               done_ = true, known_ = false;
    Picoseconds        of_a_piece_ = 0, finished_ = 0, marked_ = 0;
    PartTimes          parts_{};
    std::uint64_t      pieces_run_ = 0, pieces_repeated_ = 0;
    std::exception_ptr failure_;
};

class StreamSystem::Modules {
  public:
    Modules(StreamMachine const& machine, StreamLayout const& layout) : layout_{layout}
    {
        if (!(machine.link_bandwidth.value() > 0))
            throw configs::UserError{
                configs::Exit::bad_config,
                "links between devices of 0 B/s: nothing could ever be moved (sram.link_bandwidth, "
                "plain.link_bandwidth). Give more than 0"};
        auto const here = KernelContext::Within{kernel_};
        for (std::uint32_t chip = 0; chip < layout.devices(); ++chip) {
            memories_.push_back(std::make_unique<StreamServer>("memory of a device", machine.rate(), machine.rate()));
            memory_targets_.push_back(
                std::make_unique<BulkTarget>(fmt::format("memory_{}", chip).c_str(), *memories_.back()));
            ++count_;
        }
        auto const stages = layout.stages();
        for (std::uint32_t s = 0; s < stages; ++s)
            make_group(machine, s * layout.group, layout.group, s + 1 < stages || layout.head_hops > 0, true);
        make_group(machine, layout.head_first, layout.head_chips, layout.head_hops > 1, false);
        for (std::uint32_t s = 0; s < stages; ++s)
            groups_[s]->next = groups_[s + 1].get();
        kernel_.run(); // elaborates; every thread waits for work
    }

    StreamSystemRun run(StreamProgram const& program, bool repeats)
    {
        auto const here = KernelContext::Within{kernel_};
        tlm::tlm_global_quantum::instance().set(time_of(quantum));
        auto const before        = transactions();
        auto const events_before = events();
        auto const begin         = picoseconds(sc_core::sc_time_stamp());
        auto const stages        = layout_.stages();
        for (std::uint32_t g = 0; g <= stages; ++g) {
            auto const head   = g == stages;
            auto const beside = program.pieces > program.pieces_of_a_prompt && // prompts that follow the first
                                (g + 1) * layout_.group > layout_.head_first;
            groups_[g]->start({&program, head ? 0 : layout_.first_layer[g], head ? 0 : layout_.first_layer[g + 1],
                               g == 0, head, repeats && !beside});
        }
        kernel_.run();

        auto run = StreamSystemRun{};
        for (auto const& group : groups_)
            if (group->failure())
                std::rethrow_exception(group->failure());
        auto ended = begin;
        auto sum   = Picoseconds{0};
        auto parts = PartTimes{};
        for (auto const& group : groups_) {
            if (!group->done())
                throw configs::SimulationFault{fmt::format("{} waits for what nobody does any more", group->name())};
            ended = std::max(ended, group->finished());
            for (std::size_t i = 0; i < parts.size(); ++i) {
                parts[i] += group->parts()[i];
                sum += group->parts()[i];
            }
            run.pieces_run += group->pieces_run();
            run.pieces_repeated += group->pieces_repeated();
        }
        run.time = in_seconds(ended - begin);
        // Of one piece, from the first group to the head; where several follow, the parts are shares of the time.
        for (std::size_t i = 0; i < parts.size() && sum > 0; ++i)
            run.parts[i] = run.time * (static_cast<double>(parts[i]) / static_cast<double>(sum));
        run.modules       = count_;
        run.transactions  = transactions() - before;
        run.kernel_events = events() - events_before;
        run.books         = books();
        run.books.require_balanced();
        return run;
    }

  private:
    void make_group(StreamMachine const& machine, std::uint32_t first, std::uint32_t chips, bool links, bool sums)
    {
        auto const number = groups_.size();
        groups_.push_back(std::make_unique<StreamGroup>(fmt::format("group_{}", number).c_str(), chips, links,
                                                        machine.link_latency, machine.operator_fixed));
        auto& group = *groups_.back();
        ++count_;
        SwitchModule* ports = nullptr;
        if (chips > 1) {
            // The head adds up nothing, and its ports move nothing: the socket is bound all the same.
            switches_.push_back(std::make_unique<SwitchModule>(fmt::format("links_of_{}", number).c_str(),
                                                               sums ? chips : 1, machine.link_bandwidth));
            ports = switches_.back().get();
            count_ += 1 + ports->ports();
        }
        for (std::uint32_t i = 0; i < chips; ++i) {
            group.memory[i]->socket.bind(memory_targets_.at(first + i)->socket);
            ++count_;
            if (ports != nullptr) {
                group.within[i]->socket.bind(ports->port(sums ? i : 0).socket);
                ++count_;
            }
            if (!links)
                continue;
            links_.push_back(std::make_unique<ChipLink>(machine.link_bandwidth, machine.link_latency));
            link_targets_.push_back(
                std::make_unique<BulkTarget>(fmt::format("link_{}_{}", number, i).c_str(), *links_.back()));
            group.onwards[i]->socket.bind(link_targets_.back()->socket);
            count_ += 2;
        }
    }

    template <class Each> void for_targets(Each each) const
    {
        for (auto const& target : memory_targets_)
            each(*target);
        for (auto const& target : link_targets_)
            each(*target);
        for (auto const& own : switches_)
            for (std::uint32_t port = 0; port < own->ports(); ++port)
                each(static_cast<SwitchModule const&>(*own).port(port));
    }

    std::uint64_t transactions() const
    {
        auto sum = std::uint64_t{0};
        for_targets([&](BulkTarget const& target) { sum += target.transactions(); });
        return sum;
    }

    std::uint64_t events() const
    {
        auto sum = std::uint64_t{0};
        for (auto const& group : groups_)
            sum += group->activations();
        return sum;
    }

    configs::Books books() const
    {
        auto asked = TrafficBooks{}, served = asked;
        for (auto const& group : groups_)
            asked += group->asked();
        for_targets([&](BulkTarget const& target) { served += target.books(); });
        auto books = configs::Books{};
        for (std::size_t i = 0; i < traffic_kinds; ++i) {
            auto const kind = static_cast<Traffic>(i);
            books.entries.push_back({fmt::format("devices, {}", name_of(kind)), "bytes asked by the groups",
                                     "bytes served by memories and links", asked.asked(kind), served.served(kind)});
        }
        for (auto const& own : switches_)
            for (auto const& entry : own->books().entries)
                books.entries.push_back(entry);
        return books;
    }

    KernelContext kernel_; // outlives all modules
    StreamLayout  layout_;

    std::vector<std::unique_ptr<StreamServer>> memories_;
    std::vector<std::unique_ptr<ChipLink>>     links_;
    std::vector<std::unique_ptr<BulkTarget>>   memory_targets_, link_targets_;
    std::vector<std::unique_ptr<SwitchModule>> switches_;
    std::vector<std::unique_ptr<StreamGroup>>  groups_;    // of the layers, and the head
    std::uint64_t                              count_ = 0; // of modules
};

StreamSystem::StreamSystem(StreamMachine const& machine, StreamLayout const& layout)
    : modules_{std::make_unique<Modules>(machine, layout)}
{
}

StreamSystem::~StreamSystem() = default;

StreamSystemRun StreamSystem::run(StreamProgram const& program, bool repeats)
{
    return modules_->run(program, repeats);
}

} // namespace scribeline::models
