// Reads single values, columns and attributes of an HDF5 file.
#pragma once

#include "results/hdf5/handle.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::results::hdf5 {

// All paths are from the root: "/summary/layers". Throws Failure for what is not there or of another kind.
class InputFile {
  public:
    // Throws configs::UserError: no_input when it is missing or unreadable, bad_config when it is not HDF5 or
    // damaged, try_again when a writer has locked it.
    explicit InputFile(std::string path);

    std::string const& path() const { return path_; }
    bool               has(std::string const& object) const;

    std::optional<std::string> attribute(std::string const& object, char const* name) const; // text; none: not there
    bool                       has_attribute(std::string const& object, char const* name) const;
    double                     number_attribute(std::string const& object, char const* name) const;

    std::string                text(std::string const& dataset) const;
    std::vector<std::string>   texts(std::string const& dataset) const;
    double                     number(std::string const& dataset) const;
    std::vector<double>        numbers(std::string const& dataset) const;
    std::vector<std::uint64_t> counts(std::string const& dataset) const;        // exact beyond 2^53
    std::vector<std::int64_t>  whole_numbers(std::string const& dataset) const; // exact, with a sign
    std::vector<std::uint64_t> shape(std::string const& dataset) const;

    enum class Kind { text, whole, real };
    Kind kind(std::string const& dataset) const;

    // numbers(dataset) of one index of the first dimension: a map of a window, not all of them at once.
    std::vector<double> frame(std::string const& dataset, std::uint64_t index) const;
    // The same as it is stored, where that is in whole numbers of at most two bytes: packed shares.
    std::vector<std::uint16_t> small_frame(std::string const& dataset, std::uint64_t index) const;

    // Paths of all datasets, or of those directly in one group.
    std::vector<std::string> datasets() const;
    std::vector<std::string> datasets_in(std::string const& group) const; // names, without the group
    std::vector<std::string> links_in(std::string const& group) const;    // all names, in the order they were written

  private:
    std::string path_;
    Handle      file_;
};

} // namespace scribeline::results::hdf5
