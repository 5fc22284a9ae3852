// What the page of a run reads of its file, at once.
#pragma once

#include "results/page/maps.hpp"
#include "results/views/export/group_table.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace scribeline::results::page {

struct ParameterFact {
    std::string name; // "fabric.hop_latency"
    std::string text, units, description, origin, citation, set_by;
    double      number = 0; // NaN: a word
};

struct ScribeEdgeFact {
    std::int64_t reticle_a = 0, reticle_b = 0;
    std::string  side;
    double       links = 0, wavelets = 0, bytes = 0, busy = 0;
};

struct BookFact {
    std::string name, left, right;
    double      left_value = 0, right_value = 0;
};

struct RunFacts {
    std::string path, model, machine, fidelity, note, command, created, commit, source, state_hash, status;
    GroupTable  summary, operators, waterfall, stages, candidates, sram;
    double      considered = 0; // choices of the planner
    std::vector<ParameterFact>  parameters;
    std::vector<ScribeEdgeFact> scribe;
    std::vector<BookFact>       books;
    std::vector<std::string>    warnings;
    Maps                        maps;

    double               metric(std::string const& name) const; // NaN: not known
    std::string          word(std::string const& name) const;   // of the summary; empty: not there
    ParameterFact const* parameter(std::string const& name) const;
    double               cycles() const; // that the operators add up to
    bool                 whole_token() const { return word("whole_token") == "yes"; }
};

// Hands the facts to `use` where what it finds missing or of another kind (hdf5::Failure) is said to be the file's
// fault; it may run twice, as with read_run. Throws configs::UserError as that does.
void with_run_facts(std::string const& path, MapOptions const& maps, std::function<void(RunFacts const&)> const& use);

} // namespace scribeline::results::page
