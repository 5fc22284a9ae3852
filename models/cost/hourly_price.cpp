#include "models/cost/hourly_price.hpp"

#include "configs/schema/gpu_tables.hpp"
#include "models/machine_list.hpp"
#include "models/wafer/yield_study.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

constexpr double        hours_of_a_year = 8766; // 365.25 days
constexpr std::uint64_t wafers_drawn    = 200;  // a share to within 4 points, in some 50 ms

class Prices {
  public:
    explicit Prices(HourlyPrice& result) : result_{result} {}

    template <configs::Per Unit> Band band(configs::Price<Unit> const& price)
    {
        if (price.known()) {
            result_.newest = std::max(result_.newest, price.date);
            result_.oldest = result_.oldest == 0 ? price.date : std::min(result_.oldest, price.date);
        }
        return {price.low, price.high};
    }

  private:
    HourlyPrice& result_;
};

// What one wafer that can be sold costs: those that cannot were paid for as well.
double share_sold(configs::Parameters const& p)
{
    auto const study = yield_study(p, wafers_drawn);
    return 1 - study.unrepairable_share();
}

} // namespace

HourlyPrice hourly_price(configs::Parameters const& parameters, configs::Watts full_power)
{
    auto const& p        = parameters.price;
    auto        result   = HourlyPrice{};
    auto        prices   = Prices{result};
    result.kilowatt_hour = prices.band(p.electricity);
    result.at_meter      = p.pue.value / p.supply.value;
    if (p.hour.known()) {
        result.device = prices.band(p.hour) / p.utilisation.value;
        return result;
    }
    auto bought = prices.band(p.device);
    if (p.wafer.known() && configs::applies("wafer", parameters.machine.kind)) {
        result.sold = share_sold(parameters);
        bought += *result.sold > 0 ? prices.band(p.wafer) / *result.sold : unknown_band();
    }
    if (p.memory_size.value() > 0)
        bought += prices.band(p.memory) * (p.memory_size.value() / 1e9);
    auto const kilowatts = full_power.value() > 0 ? full_power.value() / 1e3 : unknown_band().low;
    auto const site      = prices.band(p.site) * (kilowatts / (p.site_life * hours_of_a_year));
    auto const upkeep    = prices.band(p.upkeep) * (kilowatts / hours_of_a_year);
    result.device        = (bought / (p.life * hours_of_a_year) + site + upkeep) / p.utilisation.value;
    return result;
}

HourlyPrice hourly_price(configs::Config const& config)
{
    auto const& kind  = kind_row(config);
    auto        power = configs::Watts{};
    if (kind.nameplate != nullptr)
        if (auto const plate = kind.nameplate(config.parameters); plate.devices > 0)
            power = plate.power / static_cast<double>(plate.devices);
    auto const& p = config.parameters;
    if (configs::applies("wafer", p.machine.kind))
        power = p.energy.system_power;
    else
        power += p.device_energy.host_power;
    return hourly_price(p, power);
}

} // namespace scribeline::models
