// Owning handle of an HDF5 identifier, and how a failed call becomes an exception.
//
// The headers of this directory do not include hdf5.h, so that whoever reads or writes a file through them does not
// need its include path; handle.cpp checks that Id is the library's own type.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace scribeline::results::hdf5 {

using Id = std::int64_t;

// A call of the library failed, with the cause that the library names first (the innermost of its error stack).
class Failure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Errors come back as exceptions: stops the library from printing its stack as well. Call before the first use.
void silence();

// The innermost entry of the library's error stack.
std::string cause();

// Returns the result of a call of the library, or throws Failure when it is negative.
Id check(Id result, std::string const& what);

class Handle {
  public:
    using Close = int (*)(Id);

    Handle() = default;
    Handle(Id id, Close close) : id_{id}, close_{close} {}
    Handle(Handle&& other) noexcept : id_{std::exchange(other.id_, -1)}, close_{other.close_} {}
    Handle& operator=(Handle&& other) noexcept
    {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    Handle(Handle const&)            = delete;
    Handle& operator=(Handle const&) = delete;
    ~Handle()
    {
        if (id_ >= 0) {
            close_(id_);
        }
    }

    Id id() const { return id_; }

  private:
    Id    id_    = -1;
    Close close_ = nullptr;
};

} // namespace scribeline::results::hdf5
