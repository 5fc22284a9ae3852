// A time as a function of a count, asked of a machine only where that is needed.
//
//     value |          . x            x: asked. Between two of them the curve is straight where three more,
//           |      . '                between them, lie on it; elsewhere the piece is halved, and so on.
//           |  x '   (x)
//           +--------------> count
//
// To lie on it is to be off by no more than a share of what the machine takes in all, of which the value may be a part.
// models/serving/step_law.hpp says how far off a whole step is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

namespace scribeline::models {

class LearnedCurve {
  public:
    struct Known {
        double value, whole; // whole: that a deviation is a share of
    };
    using Exact = std::function<Known(std::uint64_t)>;

    // Of counts from 1 to `highest`. The first piece is `first` long; those above are as long, or each twice as long as
    // the one before it.
    enum class Pieces { alike, doubling };
    LearnedCurve(Exact exact, std::uint64_t highest, double tolerance, std::uint64_t first, Pieces pieces);

    struct Piece {
        std::uint64_t from, to; // straight between the two
        double        at_from, at_to;

        double at(double x) const
        {
            return to == from
                       ? at_from
                       : at_from + (at_to - at_from) * (x - static_cast<double>(from)) / static_cast<double>(to - from);
        }
    };
    Piece const& piece_of(std::uint64_t x);
    double       at(std::uint64_t x) { return piece_of(x).at(static_cast<double>(x)); }

  private:
    Known const& known(std::uint64_t x);
    bool         is_straight(Piece const& piece);

    Exact         exact_;
    std::uint64_t highest_, first_;
    double        tolerance_;
    Pieces        kind_;

    std::map<std::uint64_t, Known> values_;
    std::map<std::uint64_t, Piece> pieces_; // by `from`; those that were found straight
};

} // namespace scribeline::models
