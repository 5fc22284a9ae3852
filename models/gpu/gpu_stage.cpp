#include "models/gpu/gpu_stage.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

PartTimes operator-(PartTimes a, PartTimes const& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] -= b[i];
    return a;
}

} // namespace

void StageRun::begin(std::vector<std::uint32_t> const& kind_of, std::uint32_t last, bool skips)
{
    kind_of_  = &kind_of;
    last_     = last;
    skips_    = skips;
    quiet_    = false;
    skipped_  = 0;
    repeated_ = {};
    known_.clear();
}

std::uint32_t StageRun::next_layer(LocalTime& time, std::uint32_t layer)
{
    if (!skips_)
        return layer;
    auto const now = time.now();
    first_         = here_ == 0 ? now : std::min(first_, now);
    latest_        = here_ == 0 ? now : std::max(latest_, now);
    if (++here_ == gpus_) {
        here_ = 0;
        decide(layer, latest_, first_ == latest_);
        decided_.notify(sc_core::SC_ZERO_TIME);
    } else {
        time.wait(decided_);
    }
    if (next_ != layer)
        time.wait_until(at_);
    return next_;
}

void StageRun::decide(std::uint32_t layer, Picoseconds now, bool together)
{
    next_ = layer;
    if (!together || !view_.quiet(now)) {
        quiet_ = false;
        return;
    }
    auto const totals = view_.totals();
    auto const parts  = view_.parts();
    if (quiet_) {
        auto record = Record{now - before_.time, totals, parts};
        record.totals -= before_.totals;
        for (std::size_t gpu = 0; gpu < parts.size(); ++gpu)
            record.parts[gpu] = parts[gpu] - before_.parts[gpu];
        known_.emplace(kind_of_->at(layer - 1), std::move(record));
    }
    auto at = now;
    for (; next_ < last_; ++next_) {
        auto const known = known_.find(kind_of_->at(next_));
        if (known == known_.end())
            break;
        at += known->second.time;
        repeated_ += known->second.totals;
        for (std::size_t gpu = 0; gpu < parts.size(); ++gpu)
            view_.add(gpu, known->second.parts[gpu]);
        ++skipped_;
    }
    at_     = at;
    quiet_  = true;
    before_ = {at, totals, view_.parts()};
}

} // namespace scribeline::models
