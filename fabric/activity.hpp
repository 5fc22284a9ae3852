// What happened when: busy cycles per PE and wavelets per link, in windows of equal length. When there is no room for
// another window, neighbours are merged and the windows are twice as long.
#pragma once

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

class ActivityRecord {
  public:
    ActivityRecord(std::size_t tiles, std::uint32_t windows) : tiles_{tiles}, most_{windows < 2 ? 2 : windows & ~1u} {}

    std::uint64_t next_boundary() const { return begin_ + step_; }
    std::uint64_t step() const { return step_; }

    // Running totals at the end of a window: busy cycles per tile, wavelets per direction and tile.
    void close_window(std::vector<std::uint64_t> const& busy, std::vector<std::uint32_t> const& links);

    std::size_t windows() const { return frames_.size(); }
    // Totals at the end of window w.
    std::vector<std::uint32_t> const& busy(std::size_t w) const { return frames_[w].busy; }
    std::vector<std::uint32_t> const& links(std::size_t w) const { return frames_[w].links; }

  private:
    struct Frame {
        std::vector<std::uint32_t> busy, links; // running totals: merging two windows drops the first of them
    };
    std::size_t        tiles_;
    std::uint32_t      most_;
    std::uint64_t      begin_ = 0, step_ = 64;
    std::vector<Frame> frames_;
};

} // namespace scribeline::fabric
