// Every byte that moves belongs to a kind of traffic, and bytes asked for are bytes served.
#pragma once

#include "configs/books.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::models {

using configs::BookEntry;
using configs::Books;

enum class Traffic : std::uint8_t { weights, kv, activations, collectives };
constexpr std::size_t traffic_kinds = 4;
char const*           name_of(Traffic);

// Counts bytes. Adds up over several books with +=.
class TrafficBooks {
  public:
    void ask(Traffic kind, std::uint64_t bytes) { asked_[static_cast<std::size_t>(kind)] += bytes; }
    void serve(Traffic kind, std::uint64_t bytes) { served_[static_cast<std::size_t>(kind)] += bytes; }

    std::uint64_t asked(Traffic kind) const { return asked_[static_cast<std::size_t>(kind)]; }
    std::uint64_t served(Traffic kind) const { return served_[static_cast<std::size_t>(kind)]; }
    std::uint64_t asked() const;
    std::uint64_t served() const;

    // One entry per kind, "hbm weights": bytes asked, bytes served.
    std::vector<BookEntry> entries(std::string const& where) const;

    TrafficBooks& operator+=(TrafficBooks const& other);
    TrafficBooks& operator-=(TrafficBooks const& other); // of what was there before

  private:
    std::array<std::uint64_t, traffic_kinds> asked_{}, served_{};
};

} // namespace scribeline::models
