// The parts of a serving system as SystemC modules.
//
//     SourceModule --request--> RouterModule --request--> EngineModule 0, 1, ..
//          ^                        ^   '-- who makes the tokens? --'   |  |
//          '------- answer --------------------------------------------'  '-- keys and values --> NetworkPort of both
//          ends
//
// An engine's own steps are those of its Replica (replica.hpp), which is plain C++ and skips time; what passes between
// parts passes sockets, and transfers of keys and values wait for each other at the ports.
#pragma once

#include "models/serving/messages.hpp"
#include "models/serving/system_spec.hpp"
#include "models/serving/tool_pool.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/stream_server.hpp"
#include "workloads/requests/request.hpp"
#include "workloads/requests/reuse_curve.hpp"

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

namespace scribeline::models {

// A process must not throw into the kernel: the first failure is kept, and all stop.
class Failure {
  public:
    template <class Work> void guard(Work&& work)
    {
        if (failed_)
            return;
        try {
            work();
        } catch (...) {
            failed_ = std::current_exception();
        }
    }
    void rethrow() const
    {
        if (failed_)
            std::rethrow_exception(failed_);
    }

  private:
    std::exception_ptr failed_;
};

// A replica's way to the network between pools: a link each way, and a latency.
class NetworkPort final : public sc_core::sc_module {
  public:
    NetworkPort(sc_core::sc_module_name name, std::string const& what, configs::BytesPerSecond each_way);

    LinkServer server;
    BulkTarget target;
};

class SourceModule final : public sc_core::sc_module {
  public:
    SourceModule(sc_core::sc_module_name name, workloads::RequestSource& source, RequestLog& log, Failure& failure,
                 std::optional<std::uint64_t> concurrency);

    MessageOut requests;
    MessageIn  answers;

    // Of one token's block in the pools, and of the client's way to the engine.
    void set_engine(std::uint64_t block, Ticks api_request);
    // Tools work there; without, they take as long as they are said to.
    void set_tools(ToolModule& tools);
    void begin(); // before the kernel runs

    std::vector<workloads::ReusePoint> reuse() const { return reuse_.points(); }

  private:
    struct Held {
        std::size_t record;
        Ticks       at;
        bool operator>(Held const& other) const { return at != other.at ? at > other.at : record > other.record; }
    };
    struct Waiting {
        std::uint64_t left;    // that have not ended
        Ticks         replied; // the last of those that have
        Ticks         work, person, earliest;
    };

    void         emit();
    void         pull();
    bool         may_begin(workloads::Request const& request) const;
    void         begin_request(workloads::Request& request);
    void         answered(Message& message);
    void         schedule(std::size_t record, Ticks at);
    void         schedule_behind(std::size_t record, Waiting const& waiting);
    bool         goes_on(std::size_t record, Arriving const& request) const;
    void         arm();
    Arriving     arriving_of(workloads::Request& request) const;
    static Ticks now();

    workloads::RequestSource&    source_;
    RequestLog&                  log_;
    Failure&                     failure_;
    std::optional<std::uint64_t> concurrency_; // sessions
    std::uint64_t                block_          = 1;
    Ticks                        api_request_    = 0;
    bool                         more_           = true;
    Ticks                        latest_arrival_ = 0; // of what was pulled

    std::optional<workloads::Request>                ahead_; // read, of a session that may not begin yet
    std::unordered_map<std::uint64_t, std::uint64_t> open_;  // by session: requests that have not ended

    sc_core::sc_event                                            due_;
    std::priority_queue<Held, std::vector<Held>, std::greater<>> coming_;
    std::unordered_map<std::size_t, Arriving>                    kept_; // that are coming, or wait for others

    std::unordered_map<std::size_t, Waiting>          waiting_;
    std::unordered_multimap<std::size_t, std::size_t> waited_for_; // by whom

    std::unique_ptr<MessageOut>                                    to_tools_;
    workloads::ReuseCurve                                          reuse_;
    std::unordered_map<std::size_t, workloads::ReuseCurve::Blocks> under_way_; // blocks of prompts
};

class EngineModule;

class RouterModule final : public sc_core::sc_module {
  public:
    RouterModule(sc_core::sc_module_name name, configs::Router policy, Failure& failure);

    MessageIn inlet; // from the source, and questions of engines

    void add(EngineModule& engine); // and binds a socket to it

  private:
    void        take(Message& message);
    std::size_t choose(std::vector<std::size_t> const& among, Arriving const& request, std::uint64_t& turn) const;

    configs::Router                          policy_;
    Failure&                                 failure_;
    std::vector<EngineModule*>               engines_;
    std::vector<std::unique_ptr<MessageOut>> outlets_;
    std::vector<std::size_t>                 takers_, makers_; // of prompts; of tokens after a prefill elsewhere
    std::uint64_t                            turn_ = 0, makers_turn_ = 0;
};

// How keys and values leave an engine that takes in prompts.
struct Departure {
    configs::KvTransfer how     = configs::KvTransfer::whole;
    double              token   = 0; // bytes
    std::uint32_t       layers  = 1;
    Ticks               latency = 0;
};

class EngineModule final : public sc_core::sc_module {
  public:
    EngineModule(sc_core::sc_module_name name, EngineRules const& rules, StepLaw& law, RequestLog& log,
                 ReplicaOptions options, Failure& failure);

    MessageIn  requests;
    MessageOut answers;   // to the source
    MessageOut questions; // to the router

    Replica& replica() { return replica_; }
    Role     role() const { return role_; }
    void     set_number(std::size_t number) { number_ = static_cast<std::uint32_t>(number); } // among all engines

    // Of a prefill pool: transfers go out over `own` and in over the port of the engine that will make the tokens.
    void set_departure(Departure const& departure, NetworkPort& own, std::vector<EngineModule*> const& all);
    void set_port(NetworkPort& port) { port_ = &port; }

  private:
    struct OnTheWay {
        Ticks       at;
        std::size_t record;
        bool operator>(OnTheWay const& other) const { return at != other.at ? at > other.at : record > other.record; }
    };
    struct Leaving {
        Arriving      request; // for the other pool
        std::size_t   to      = 0;
        Ticks         arrives = 0; // the last byte so far
        bool          asked   = false;
        double        owed    = 0; // of a byte
        std::uint64_t sent    = 0; // tokens
    };

    void take(Message& message);
    void wake();
    void arm();
    void depart();
    void deal_with(Happening const& what);
    void transfer(Leaving& leaving, std::uint64_t tokens, Ticks from, Ticks to);

    Replica     replica_;
    RequestLog& log_;
    Failure&    failure_;
    Role        role_;

    sc_core::sc_event due_, leaves_;

    Departure                                   departure_;
    std::uint32_t                               number_   = 0;
    Ticks                                       taken_in_ = 0; // requests so far, by the thread that does that
    NetworkPort*                                port_     = nullptr;
    std::vector<EngineModule*>                  all_;
    std::vector<std::unique_ptr<BulkInitiator>> outlets_; // to the own port, then to those of `all`
    std::unordered_map<std::size_t, Leaving>    leaving_; // by record
    std::priority_queue<OnTheWay, std::vector<OnTheWay>, std::greater<>> on_the_way_;
    std::vector<std::unique_ptr<MessageOut>>                             onward_; // to the engines of `all`
    friend class RouterModule;
};

} // namespace scribeline::models
