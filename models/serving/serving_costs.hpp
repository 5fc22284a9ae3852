// The books of a serving run in dollars and joules: what the system spent, who is given it, and what stood idle.
//
//     system  =  prompts computed + attention to what was found + tokens made + transfers between pools + idle
//
// A device's hours and the watts that are there with time go to what it worked on, step by step (cost_meter.hpp);
// joules of work to what caused them. What no request had is idle, and is paid all the same. Joules are those of
// devices and their servers; at the meter there are more (models/cost/hourly_price.hpp).
#pragma once

#include "models/cost/hourly_price.hpp"
#include "models/serving/serving_summary.hpp"
#include "models/serving/system_outcome.hpp"
#include "models/serving/system_spec.hpp"

#include <string>
#include <vector>

namespace scribeline::models {

// Dollars and joules of something.
struct Cost {
    double device_seconds = 0;
    double joules         = 0; // devices and servers
    Band   dollars;            // devices and electricity

    Cost& operator+=(Cost const& other)
    {
        device_seconds += other.device_seconds;
        joules += other.joules;
        dollars += other.dollars;
        return *this;
    }
};

struct CostPart {
    std::string name, meaning;
    Cost        cost;
};

struct JoulesOfCause {
    std::string cause;
    double      joules = 0;
};

// What was there and did nothing, of a pool.
struct Stranded {
    std::string pool, what, units;
    double      amount = not_known, share = not_known; // of all there was
};

struct ServingCosts {
    std::vector<CostPart>      parts;  // add up to `system`
    std::vector<JoulesOfCause> causes; // add up to its joules
    Cost                       system;
    Band                       electricity; // of its dollars
    double                     joules_at_meter = 0;
    double                     watts           = not_known; // of a device without its server, in the mean
    std::vector<Cost>          requests; // each request of the log; with transfers and idle, the system
    RequestSpread              dollars_of_request, joules_of_request; // of those that were served; dollars: the middle

    std::vector<Stranded>    stranded;
    std::uint32_t            oldest = 0, newest = 0; // dates of prices, as configs::Price has them
    std::vector<std::string> notes;

    bool        priced() const { return system.dollars.known(); }
    Cost const& part(std::string const& name) const;
};

// Throws configs::SimulationFault where what requests were given is not what was spent.
ServingCosts costs_of(SystemSpec const& spec, ServingOutcome const& outcome);

} // namespace scribeline::models
