#include "fabric/activity.hpp"

namespace scribeline::fabric {

void ActivityRecord::close_window(std::vector<std::uint64_t> const& busy, std::vector<std::uint32_t> const& links)
{
    Frame frame;
    frame.busy.reserve(tiles_);
    for (auto const b : busy)
        frame.busy.push_back(static_cast<std::uint32_t>(b));
    frame.links = links;
    frames_.push_back(std::move(frame));
    begin_ += step_;
    if (frames_.size() < most_)
        return;
    std::vector<Frame> merged;
    for (std::size_t w = 1; w < frames_.size(); w += 2)
        merged.push_back(std::move(frames_[w]));
    frames_ = std::move(merged);
    step_ *= 2;
}

} // namespace scribeline::fabric
