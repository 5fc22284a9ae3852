// A user's error with the figures behind it: a machine's memory does not hold what it is asked to.
#pragma once

#include "configs/failure.hpp"

namespace scribeline::configs {

class DoesNotFit : public UserError {
  public:
    // Bytes of all devices together. `needed` may be the smaller one, where it is the pieces that do not fit.
    DoesNotFit(std::string const& message, double needed, double available)
        : UserError{Exit::answer_is_no, message}, needed_{needed}, available_{available}
    {
    }
    double needed() const { return needed_; }
    double available() const { return available_; }

  private:
    double needed_, available_;
};

} // namespace scribeline::configs
