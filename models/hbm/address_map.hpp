// Which address lies where. A map is a list of digits, the lowest first: the address is divided by the count of each in
// turn, and the remainder is that field. Counts need not be powers of two (three stack ids: twelve dies).
//
//     offset 32 | column 2 | bank_group 4 | pseudo_channel 32 | column 16 | bank 4 | stack_id 2 | row ...
//
// A field may be given in several digits (column above).
#pragma once

#include "models/hbm/timings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::models {

enum class AddressField : std::uint8_t { offset, column, bank_group, bank, stack_id, row, pseudo_channel };
constexpr std::size_t address_fields = 7;
char const*           name_of(AddressField);

struct AddressDigit {
    AddressField  field;
    std::uint32_t count;
};

struct HbmPlace {
    std::uint32_t pseudo_channel = 0; // within the stack
    std::uint32_t bank           = 0; // within the pseudo-channel
    std::uint32_t row            = 0;
    std::uint32_t column         = 0; // burst within the row
};

class AddressMap {
  public:
    // Throws configs::UserError when the digits of a field do not multiply to what the organisation has.
    AddressMap(HbmOrganisation const& organisation, std::vector<AddressDigit> digits);

    // Throws configs::UserError when `address` is beyond the stack.
    HbmPlace      place(std::uint64_t address) const;
    std::uint64_t address(HbmPlace place) const; // the first byte of that burst
    std::uint64_t bytes() const { return bytes_; }
    std::string   text() const; // "offset 32 | column 2 | ..."

  private:
    HbmOrganisation           organisation_;
    std::vector<AddressDigit> digits_;
    std::uint64_t             bytes_ = 1;
};

// Neighbouring bursts in turn on the bank groups, 256 bytes on a pseudo-channel before the next, a set of rows to its
// end before the next bank, banks before rows. Assumed: GPU makers publish no map.
std::vector<AddressDigit> default_digits(HbmOrganisation const& organisation);

} // namespace scribeline::models
