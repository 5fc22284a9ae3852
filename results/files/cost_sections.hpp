// Dollars and joules of a serving run in its result file: /costs, and two columns of /requests.
#pragma once

#include "models/serving/serving_costs.hpp"
#include "results/hdf5/writer.hpp"

namespace scribeline::results {

void write_costs(hdf5::Group& root, models::ServingCosts const& costs);

} // namespace scribeline::results
