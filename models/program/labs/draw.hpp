// What a name draws: models, contexts, machines.
#pragma once

#include "configs/sweep/sampling.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::program {

class Draw {
  public:
    // By the hash of both: neither the lab of a neighbour nor one's own last lab says anything about this one.
    Draw(unsigned lab, std::string const& name);

    template <class T> T one_of(std::vector<T> const& all) { return all[random_.below(all.size())]; }

    template <class T> void shuffle(std::vector<T>& all)
    {
        for (auto left = all.size(); left > 1; --left)
            std::swap(all[left - 1], all[random_.below(left)]);
    }

  private:
    configs::SplitMix64 random_;
};

} // namespace scribeline::program
