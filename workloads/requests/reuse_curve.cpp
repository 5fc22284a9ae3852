#include "workloads/requests/reuse_curve.hpp"

#include "workloads/requests/block_hash.hpp"

#include <algorithm>

namespace scribeline::workloads {

std::vector<std::uint64_t> const& kept_times()
{
    constexpr std::uint64_t                 second = 1'000'000'000'000;
    static std::vector<std::uint64_t> const times{1 * second,    3 * second,    10 * second,   30 * second,
                                                  60 * second,   120 * second,  300 * second,  600 * second,
                                                  1200 * second, 1800 * second, 3600 * second, 14400 * second};
    return times;
}

ReuseCurve::ReuseCurve() : places_(std::size_t{1} << 12U), tokens_(kept_times().size() + 1) {}

std::pair<std::uint32_t, bool> ReuseCurve::number_of(std::uint64_t hash)
{
    if (2 * (uses_.size() + 1) > places_.size())
        grow();
    auto const mask = places_.size() - 1;
    auto       at   = mixed(hash) & mask;
    while (places_[at].use != 0 && places_[at].hash != hash)
        at = (at + 1) & mask;
    auto const fresh = places_[at].use == 0;
    if (fresh) {
        uses_.emplace_back();
        places_[at] = {hash, static_cast<std::uint32_t>(uses_.size())};
    }
    return {places_[at].use - 1, fresh};
}

void ReuseCurve::grow()
{
    auto old = std::vector<Place>(2 * places_.size());
    old.swap(places_);
    auto const mask = places_.size() - 1;
    for (auto const& place : old) {
        if (place.use == 0)
            continue;
        auto at = mixed(place.hash) & mask;
        while (places_[at].use != 0)
            at = (at + 1) & mask;
        places_[at] = place;
    }
}

ReuseCurve::Blocks ReuseCurve::begin(std::vector<std::uint64_t> const& hashes, std::uint64_t block_tokens,
                                     std::uint64_t input, std::uint64_t time)
{
    auto const& times  = kept_times();
    auto        blocks = Blocks{};
    blocks.reserve(hashes.size());
    input_ += input;
    constexpr std::size_t ahead = 12;

    auto found = true;
    auto idle  = ~std::uint64_t{0}; // of the block before, and where that is counted: most are alike
    auto row   = std::size_t{0};
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        if (i + ahead < hashes.size()) // the table is larger than caches, and each place of it a guess
            __builtin_prefetch(&places_[mixed(hashes[i + ahead]) & (places_.size() - 1)]);
        auto const [number, fresh] = number_of(hashes[i]);
        auto& use                  = uses_[number];
        found                      = found && !fresh;
        if (found) {
            auto const now = use.users > 0 ? 0 : time - std::min(use.ended, time);
            if (now != idle) {
                idle = now;
                row  = static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), now) - times.begin());
            }
            auto const from = std::min(i * block_tokens, input);
            tokens_[row] += std::min(block_tokens, input - from);
        }
        ++use.users;
        blocks.push_back(number);
    }
    return blocks;
}

void ReuseCurve::end(Blocks const& blocks, std::uint64_t time)
{
    for (auto const number : blocks) {
        uses_[number].ended = std::max(uses_[number].ended, time);
        --uses_[number].users;
    }
}

std::vector<ReusePoint> ReuseCurve::points() const
{
    auto points = std::vector<ReusePoint>{};
    if (uses_.empty() || input_ == 0)
        return points;
    auto sum = std::uint64_t{0};
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        sum += tokens_[i];
        auto point = ReusePoint{};
        if (i < kept_times().size())
            point.kept = kept_times()[i];
        point.share = static_cast<double>(sum) / static_cast<double>(input_);
        points.push_back(point);
    }
    return points;
}

} // namespace scribeline::workloads
