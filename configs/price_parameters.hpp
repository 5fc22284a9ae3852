// What machines cost, and what is around them. Rows: configs/schema/price_tables.cpp; what follows from them:
// models/cost/hourly_price.hpp.
#pragma once

#include "configs/gpu_parameters.hpp"
#include "configs/units/price.hpp"

#include <cstdint>

namespace scribeline::configs {

struct PriceParams {
    // Of one device: all but electricity, by the hour, or else what is bought and written off.
    HourDollars     hour;
    PieceDollars    device; // with its share of the server and the network around it
    PieceDollars    wafer;  // of it, one wafer as it comes from the fab: what cannot be sold is paid by what can
    GigabyteDollars memory; // of memory that is no part of the device
    Bytes           memory_size;
    KilowattDollars site;   // of full power: building, cooling and supply; in orbit, launch
    KilowattDollars upkeep; // of full power, a year

    KilowattHourDollars electricity;
    Share               pue;    // of a site: all its power by that of its servers
    Share               supply; // of what a server draws, what reaches its parts
    std::uint32_t       life;   // years, of devices and memory
    std::uint32_t       site_life;
    Share               utilisation; // of all hours, those that are worked and so pay for the others
};

} // namespace scribeline::configs
