// Result files as somebody would make them who means harm, or whose disk does: by the HDF5 library itself, so that they
// are good HDF5 and bad results.
#pragma once

#include <cstdint>
#include <string>

namespace scribeline::tests {

// All of them change the good file at `path`. A dataset is replaced by another one of the same name.
void remove_object(std::string const& path, std::string const& object);
void store_cells_in(std::string const& path, std::string const& dataset, std::string const& file, std::uint64_t rows);
void put_together_from(std::string const& path, std::string const& dataset, std::string const& file,
                       std::string const& source, std::uint64_t rows);
void link_to(std::string const& path, std::string const& object, std::string const& file, std::string const& target);
void claim_rows(std::string const& path, std::string const& dataset, std::uint64_t rows, bool in_chunks);
void make_text(std::string const& path, std::string const& dataset, std::string const& text, std::uint64_t rows);
void make_whole(std::string const& path, std::string const& dataset, std::uint64_t rows);
void make_real(std::string const& path, std::string const& dataset, double value, std::uint64_t rows);
void make_compound(std::string const& path, std::string const& dataset);
void make_groups(std::string const& path, std::string const& group, int depth); // within each other
void set_attribute(std::string const& path, std::string const& object, char const* name, std::string const& text);

// Cells of a dataset.
std::uint64_t rows_of(std::string const& path, std::string const& dataset);

} // namespace scribeline::tests
