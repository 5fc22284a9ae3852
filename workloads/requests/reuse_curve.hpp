// What a cache of prefixes without an end would find, by how long it keeps what nobody uses: one pass, all times at
// once. Requests may be under way at the same time; their blocks count as in use.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace scribeline::workloads {

// Times, in picoseconds, for which a cache may keep a block.
std::vector<std::uint64_t> const& kept_times();

struct ReusePoint {
    std::optional<std::uint64_t> kept;      // picoseconds; nothing: for ever
    double                       share = 0; // of prompt tokens that are found
};

class ReuseCurve {
  public:
    // The blocks of a prompt, as numbers of the curve's own.
    using Blocks = std::vector<std::uint32_t>;

    ReuseCurve();

    // A request begins: `hashes` are those of its prompt, of `block_tokens` each. Times in picoseconds, never falling.
    Blocks begin(std::vector<std::uint64_t> const& hashes, std::uint64_t block_tokens, std::uint64_t input,
                 std::uint64_t time);
    // Its reply has ended.
    void end(Blocks const& blocks, std::uint64_t time);

    // Empty where no prompt had blocks; else in the order of kept_times(), and for ever.
    std::vector<ReusePoint> points() const;

  private:
    struct Use {
        std::uint64_t ended = 0; // the last reply that used it
        std::uint32_t users = 0; // under way
    };
    // Open addressing with linear probing, at most half full.
    struct Place {
        std::uint64_t hash = 0;
        std::uint32_t use  = 0; // 0: nobody is here, else one more than its number
    };

    std::pair<std::uint32_t, bool> number_of(std::uint64_t hash); // and whether it is new
    void                           grow();

    std::vector<Place>         places_;
    std::vector<Use>           uses_;
    std::vector<std::uint64_t> tokens_; // found, by the first time that keeps them; the last: by none but for ever
    std::uint64_t              input_ = 0;
};

} // namespace scribeline::workloads
