// Every word that a report is made of can be looked up.
#include "models/gpu/device_energy.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/wafer/outcome.hpp"
#include "results/files/compare/columns.hpp"
#include "results/files/yield_figures.hpp"
#include "results/views/glossary.hpp"
#include "results/views/metrics.hpp"
#include "support/results_sample.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;

namespace {

void require(std::string const& word)
{
    CAPTURE(word);
    auto const meaning = results::explained_word(word);
    REQUIRE(meaning);
    CHECK(meaning->size() > word.size() + 10);
    CHECK(meaning->back() == '.');
}

} // namespace

TEST_CASE("every part of time and energy, of wafers and of GPUs, is in the glossary")
{
    for (std::size_t i = 0; i < models::part_count; ++i)
        require(name_of(static_cast<models::Part>(i)));
    for (std::size_t i = 0; i < models::energy_part_count; ++i)
        require(name_of(static_cast<models::EnergyPart>(i)));
    for (std::size_t i = 0; i < models::step_part_count; ++i)
        require(name_of(static_cast<models::StepPart>(i)));
    for (std::size_t i = 0; i < std::tuple_size_v<models::DeviceEnergyParts>; ++i)
        require(name_of(static_cast<models::DeviceEnergyPart>(i)));
}

TEST_CASE("every metric, column and figure of a file is in the glossary")
{
    for (auto const& metric : results::all_metrics({}))
        require(metric.name);
    for (auto const& column : results::number_columns())
        require(column.name);
    for (auto const& column : results::word_columns())
        require(column.name);
    for (auto const& figure : results::yield_figures)
        require(figure.key);
    for (auto const* word : {"status", "attempts", "exit_code", "wall_seconds", "peak_rss", "error", "run_file",
                             "config_sha256", "pareto_rank", "point", "whole_token"})
        require(word);
}

TEST_CASE("every bar of a waterfall and every fidelity is in the glossary")
{
    for (auto const& bar : tests::sample_outcome().waterfall)
        require(bar.name);
    for (auto const* word : {"wavelet", "folded", "closed_form", "forms", "modules", "served", "dispatch"})
        require(word);
}

TEST_CASE("every run has the same metrics in the same order, and those that it does not know are no numbers")
{
    auto const of_nothing = results::all_metrics({});
    for (auto const& outcome : {tests::sample_outcome(), tests::sample_token()}) {
        auto const all = results::all_metrics(outcome);
        REQUIRE(all.size() == of_nothing.size());
        for (std::size_t i = 0; i < all.size(); ++i)
            CHECK(std::string{all[i].name} == of_nothing[i].name);
        CHECK(results::metrics(outcome).size() < all.size());
    }
}
