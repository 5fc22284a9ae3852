#include "models/published/measured_case.hpp"

namespace scribeline::models {

double MeasuredCase::in_unit(double cycles) const
{
    double const all   = metric.of_token ? cycles * shape.layers : cycles;
    double const clock = parameters.wafer.clock.value();
    switch (unit.of) {
    case UnitOf::time:
        return all / clock / unit.seconds;
    case UnitOf::rate:
        return (kind == CaseKind::prefill ? prompt() : 1.0) * clock / all;
    case UnitOf::cycles:
    case UnitOf::power:
        break;
    }
    return all;
}

} // namespace scribeline::models
