// Bulk transfers over TLM-2.0 sockets: annotated times, refused payloads, contention, the probe.
#include "configs/failure.hpp"
#include "models/host/host_tier.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/hbm_server.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace scribeline;
using namespace scribeline::models;

namespace {

// A byte a picosecond, and 1000 more until it is there.
struct Plain final : SingleResource {
    ServiceTime service(BulkRequest const& request) override { return {request.bytes, 1000}; }
};

struct Seen final : TransactionProbe {
    struct Copy {
        std::string   target;
        std::uint32_t port;
        BulkRequest   request;
        Picoseconds   asked, started, finished;
    };
    void transaction(Transaction const& t) override
    {
        list.push_back({t.target, t.port, t.request, t.asked, t.started, t.finished});
    }
    std::vector<Copy> list;
};

void start(Picoseconds quantum)
{
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
    tlm::tlm_global_quantum::instance().set(time_of(quantum));
    sc_core::sc_start();
}

} // namespace

TEST_CASE("a transfer ends when its last byte has arrived, and the next may start when the wires are free")
{
    Plain       server;
    Seen        probe;
    BulkTarget  target{"memory", server, &probe};
    Picoseconds first = 0, second = 0, after = 0;
    BulkThread  thread{"gpu", [&](BulkInitiator& port, LocalTime& time) {
                          time.advance(500);
                          first  = port.issue(time, {3000, Traffic::weights, 7, false});
                          second = port.issue(time, {200, Traffic::kv, 8, true});
                          CHECK(time.now() == 500);
                          time.wait_until(second);
                          after = time.now();
                          time.wait_until(first); // long past
                          CHECK(time.now() == after);
                      }};
    thread.initiator.socket.bind(target.socket);
    start(100'000);
    CHECK(first == 500 + 3000 + 1000);
    CHECK(second == 500 + 3000 + 200 + 1000);
    CHECK(after == second);
    CHECK(thread.finished() == second);
    CHECK(picoseconds(sc_core::sc_time_stamp()) == second);
    REQUIRE(probe.list.size() == 2);
    CHECK(probe.list[0].target == "memory");
    CHECK(probe.list[0].request.layer == 7);
    CHECK(probe.list[1].request.write);
    CHECK(probe.list[1].asked == 500);
    CHECK(probe.list[1].started == 3500);
    CHECK(probe.list[1].finished == second);
    CHECK(target.books().served(Traffic::weights) == 3000);
    CHECK(target.books().served(Traffic::kv) == thread.initiator.books().served(Traffic::kv));
    CHECK(server.occupied() == 3200);
}

TEST_CASE("two initiators share one target and the probe tells them apart")
{
    Plain      server;
    Seen       probe;
    BulkTarget target{"memory", server, &probe};
    auto const reader = [](BulkInitiator& port, LocalTime& time) {
        for (int i = 0; i < 10; ++i)
            port.transfer(time, {1000, Traffic::kv, 0, false});
    };
    BulkThread a{"a", reader}, b{"b", reader};
    a.initiator.socket.bind(target.socket);
    b.initiator.socket.bind(target.socket);
    start(1000);
    // Each waits 2000 for itself; the wires serve the other meanwhile.
    CHECK(a.finished() == 20'000);
    CHECK(b.finished() == 21'000);
    CHECK(target.transactions() == 20);
    CHECK(server.occupied() == 20'000);
    std::uint64_t of_b = 0;
    for (auto const& t : probe.list)
        of_b += t.port;
    CHECK(of_b == 10);
}

TEST_CASE("a payload that breaks the protocol is answered with an error and takes no time")
{
    Plain      server;
    BulkTarget target{"memory", server};
    BulkThread thread{"gpu", [&](BulkInitiator& port, LocalTime&) {
                          tlm::tlm_generic_payload payload;
                          sc_core::sc_time         delay;
                          payload.set_command(tlm::TLM_READ_COMMAND);
                          port.socket->b_transport(payload, delay); // no extension
                          CHECK(payload.get_response_status() == tlm::TLM_GENERIC_ERROR_RESPONSE);

                          BulkExtension extension{{100, Traffic::kv, 0, true}};
                          payload.set_extension(&extension);
                          port.socket->b_transport(payload, delay); // a read that says write
                          CHECK(payload.get_response_status() == tlm::TLM_COMMAND_ERROR_RESPONSE);

                          unsigned char data = 0;
                          payload.set_command(tlm::TLM_WRITE_COMMAND);
                          payload.set_data_ptr(&data);
                          port.socket->b_transport(payload, delay); // bulk carries no data
                          CHECK(payload.get_response_status() == tlm::TLM_GENERIC_ERROR_RESPONSE);

                          payload.set_data_ptr(nullptr);
                          port.socket->b_transport(payload, delay);
                          CHECK(payload.get_response_status() == tlm::TLM_OK_RESPONSE);
                          CHECK(picoseconds(delay) == 1100);
                          payload.clear_extension(&extension);
                      }};
    thread.initiator.socket.bind(target.socket);
    start(1000);
    CHECK(target.transactions() == 1);
    CHECK(target.books().asked() == 100);
}

TEST_CASE("an extension is copied with its payload")
{
    BulkExtension original{{123, Traffic::collectives, 4, true}}, other;
    other.copy_from(original);
    CHECK(other.request.bytes == 123);
    auto* clone = static_cast<BulkExtension*>(original.clone());
    CHECK(clone->request.layer == 4);
    CHECK(clone->request.traffic == Traffic::collectives);
    delete clone;
}

TEST_CASE("HBM behind a socket takes what the bank model says, and streams close up")
{
    HbmMemory           memory{hbm_device(HbmGeneration::hbm3, configs::Bytes{16 * 1073741824.0}, 5.23e9), 5};
    HbmServer           server{memory};
    BulkTarget          target{"hbm", server};
    std::uint64_t const bytes = 100'000'000;
    Picoseconds         alone = 0, both = 0;
    BulkThread          thread{"gpu", [&](BulkInitiator& port, LocalTime& time) {
                          port.transfer(time, {bytes, Traffic::weights, 0, false});
                          alone         = time.now();
                          auto const at = time.now();
                          port.issue(time, {bytes, Traffic::weights, 0, false});
                          port.transfer(time, {bytes, Traffic::kv, 0, false});
                          both = time.now() - at;
                      }};
    thread.initiator.socket.bind(target.socket);
    start(1'000'000);
    CHECK(static_cast<double>(alone) == Approx(memory.duration(bytes).value() * 1e12).margin(2));
    CHECK(both < 2 * alone);
    CHECK(both + 100'000 > 2 * alone); // only the latency of one stream is hidden: some 20 ns
    CHECK(memory.books().served(Traffic::kv) == bytes);
    CHECK(memory.books().served() == target.books().served());
}

TEST_CASE("a host tier behind a socket queues two accelerators at its units")
{
    HostTier            tier{shipped_tier("nvme_gen5")};
    BulkTarget          target{"nvme", tier};
    std::uint64_t const bytes  = 40'000'000;
    auto const          reader = [](BulkInitiator& port, LocalTime& time) {
        port.transfer(time, {bytes, Traffic::kv, 0, false});
    };
    BulkThread a{"a", reader}, b{"b", reader};
    a.initiator.socket.bind(target.socket);
    b.initiator.socket.bind(target.socket);
    start(1'000'000);
    HostTier   alone{shipped_tier("nvme_gen5")};
    auto const once = alone.serve(0, {bytes, Traffic::kv, 0, false}).finished;
    auto const both = std::max(a.finished(), b.finished());
    CHECK(std::min(a.finished(), b.finished()) == once);
    CHECK(both > once + (once - tier.latency(false)) * 99 / 100);
    CHECK(both <= 2 * once);
    CHECK(tier.reads().count() == 2);
    CHECK(tier.books().served(Traffic::kv) == target.books().asked(Traffic::kv));
}
