#include "models/tlm/background_traffic.hpp"

#include <algorithm>

namespace scribeline::models {

BackgroundTraffic::BackgroundTraffic(sc_core::sc_module_name name, BulkRequest const& request,
                                     configs::BytesPerSecond rate, std::function<bool()> goes_on)
    : sc_core::sc_module{name}, port{"port"}, request_{request},
      period_{std::max<Picoseconds>(1, in_picoseconds(configs::Bytes{static_cast<double>(request.bytes)} / rate))},
      goes_on_{std::move(goes_on)}
{
    SC_HAS_PROCESS(BackgroundTraffic);
    SC_THREAD(run);
}

void BackgroundTraffic::run()
{
    LocalTime time;
    for (;;) {
        time.wait(go_);
        while (goes_on_()) {
            auto const next = time.now() + period_;
            auto const done = port.issue(time, request_);
            time.wait_until(std::max(next, done));
            time.synchronise();
        }
    }
}

} // namespace scribeline::models
