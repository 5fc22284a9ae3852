#include "models/serving/learned_curve.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace scribeline::models {

namespace {

// Of a piece's length. Away from halves and quarters, where tiles of a kernel end, too.
constexpr double looked_at[] = {0.519, 0.237, 0.783};

} // namespace

LearnedCurve::LearnedCurve(Exact exact, std::uint64_t highest, double tolerance, std::uint64_t first, Pieces pieces)
    : exact_{std::move(exact)}, highest_{std::max<std::uint64_t>(highest, 1)},
      first_{std::max<std::uint64_t>(first, 1)}, tolerance_{tolerance}, kind_{pieces}
{
}

LearnedCurve::Known const& LearnedCurve::known(std::uint64_t x)
{
    auto const found = values_.find(x);
    return found != values_.end() ? found->second : values_.emplace(x, exact_(x)).first->second;
}

bool LearnedCurve::is_straight(Piece const& piece)
{
    for (auto const share : looked_at) {
        auto const  x     = piece.from + static_cast<std::uint64_t>(share * static_cast<double>(piece.to - piece.from));
        auto const& there = known(x);
        if (std::abs(piece.at(static_cast<double>(x)) - there.value) > tolerance_ * there.whole)
            return false;
    }
    return true;
}

LearnedCurve::Piece const& LearnedCurve::piece_of(std::uint64_t x)
{
    SCRIBELINE_EXPECT(x >= 1 && x <= highest_);
    // A count between two pieces belongs to the lower one, in whichever order they were learned.
    auto const above = pieces_.lower_bound(std::max<std::uint64_t>(x, 2));
    if (above != pieces_.begin())
        if (auto const& near = std::prev(above)->second; near.to >= x)
            return near;

    auto from = std::uint64_t{1}, to = std::min(first_, highest_);
    if (kind_ == Pieces::alike && x > first_) {
        from = (x - 1) / first_ * first_;
        to   = std::min(highest_, from + first_);
    }
    while (to < x) {
        from = to;
        to   = std::min(highest_, 2 * to);
    }
    auto piece = Piece{from, to, known(from).value, known(to).value};
    while (piece.to - piece.from > 1 && !is_straight(piece)) {
        auto const middle                     = piece.from + (piece.to - piece.from) / 2;
        (x <= middle ? piece.to : piece.from) = middle;
        piece                                 = {piece.from, piece.to, known(piece.from).value, known(piece.to).value};
    }
    return pieces_.insert_or_assign(piece.from, piece).first->second;
}

} // namespace scribeline::models
