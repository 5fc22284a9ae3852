// A group of a result file as a table: its columns of one length, whole, in the order they were written.
#pragma once

#include "results/hdf5/reader.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results {

struct TableColumn {
    enum class Kind { text, whole, real };

    std::string               name, units, long_name;
    Kind                      kind = Kind::text; // which of the three below holds the rows
    std::vector<std::string>  texts;             // codes stand here by their words
    std::vector<std::int64_t> whole;
    std::vector<double>       reals;

    std::size_t rows() const;
    std::string cell(std::size_t row) const; // so that reading it gives the same number; empty for not-a-number
};

struct GroupTable {
    std::string              name; // of the group, without the slash
    std::vector<TableColumn> columns;
    std::size_t              rows = 0;

    TableColumn const* find(std::string const& column) const; // null: there is none
    TableColumn const& at(std::string const& column) const;   // throws hdf5::Failure

    // Of a column that must be there and of that kind; throw hdf5::Failure otherwise.
    std::vector<std::string> const&  texts(std::string const& column) const;
    std::vector<std::int64_t> const& whole(std::string const& column) const;
};

// All arrays of one dimension in `/<name>`; dimensions without coordinates are no columns. Without rows where the file
// has no such group. Throws hdf5::Failure where the columns differ in length.
GroupTable read_group(hdf5::InputFile const& file, std::string const& name);

// The same of a group of scalars, such as /summary: one row.
GroupTable read_scalars(hdf5::InputFile const& file, std::string const& name);

// RFC 4180, with a first line of names, with units where the name does not say them.
std::string as_csv(GroupTable const& table);

} // namespace scribeline::results
