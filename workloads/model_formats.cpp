#include "workloads/model_formats.hpp"

#include "workloads/gguf_header.hpp"
#include "workloads/mistral_params.hpp"

namespace scribeline::workloads {

ConfigDocument read_model_fields(std::string_view text, std::string const& file)
{
    if (is_gguf(text))
        return from_gguf(text, file);
    auto document = parse_config(text, file);
    return is_mistral_params(document) ? from_mistral_params(document) : document;
}

} // namespace scribeline::workloads
