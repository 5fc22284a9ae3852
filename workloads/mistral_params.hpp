// params.json of Mistral as the fields of a config.json.
#pragma once

#include "workloads/config_document.hpp"

namespace scribeline::workloads {

bool           is_mistral_params(ConfigDocument const&);
ConfigDocument from_mistral_params(ConfigDocument const&);

} // namespace scribeline::workloads
