// What a machine costs for a time, and its electricity.
//
//     a device, an hour:  price.hour                                                        where somebody lets it
//                         (device + wafer / sold + memory) / life
//                       + full power * (site / site life + upkeep)                          where it is bought
//     both                / utilisation: the hours that are worked pay for the others
//
//     electricity:        joules of the devices and their servers / supply * pue, at the price of a kilowatt-hour
//
// `sold` is the share of wafers that spares repair, by `yield` with the parameters of the machine (group yield); a
// machine that is no wafer has no such term. Prices that are not known make what follows from them unknown.
#pragma once

#include "configs/config.hpp"
#include "models/cost/band.hpp"
#include "models/machine.hpp"

#include <optional>

namespace scribeline::models {

struct HourlyPrice {
    Band                  device;        // USD of one device for an hour, without electricity
    Band                  kilowatt_hour; // USD at the meter
    double                at_meter = 1;  // joules at the meter for each joule in devices and servers
    std::optional<double> sold;          // share of wafers; nothing: no wafer, or its price does not depend on that
    std::uint32_t         oldest = 0, newest = 0; // dates of the prices used, as configs::Price has them

    Band of_time(double device_seconds) const { return device * (device_seconds / 3600); }
    Band of_joules(double joules) const { return kilowatt_hour * (joules * at_meter / 3.6e6); }
};

// `full_power`: of one device and what is around it; zero: not known, and a site for it neither.
HourlyPrice hourly_price(configs::Parameters const& parameters, configs::Watts full_power);

// Of the machine of a configuration: its nameplate's power of one device.
HourlyPrice hourly_price(configs::Config const& config);

} // namespace scribeline::models
