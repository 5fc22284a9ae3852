// The bench of a lab: one machine with one model, and a figure of it. Each question is simulated once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::program {

// What `run --machine M --model N --context C --set ..` asks.
struct Setup {
    std::string machine, model;
    unsigned    context = 0;

    std::vector<std::pair<std::string, std::string>> settings; // parameter, value

    // As it is typed: "scribeline run --machine ..".
    std::string command() const;
};

class Bench {
  public:
    // As figure_of(). Throws as that does, but for a machine that does not hold the model: then it is nothing.
    std::optional<double> figure_if_it_fits(Setup const& setup, std::string const& metric);

    // Throws configs::SimulationFault where it does not fit: a lab asks of what fits.
    double figure(Setup const& setup, std::string const& metric);

  private:
    std::map<std::string, std::optional<double>> known_;
};

} // namespace scribeline::program
