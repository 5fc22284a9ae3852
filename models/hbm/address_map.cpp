#include "models/hbm/address_map.hpp"

#include "configs/failure.hpp"

#include <array>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

constexpr std::array names{"offset", "column", "bank_group", "bank", "stack_id", "row", "pseudo_channel"};
static_assert(names.size() == address_fields);

using Fields = std::array<std::uint64_t, address_fields>;

std::uint64_t& of(Fields& fields, AddressField f) { return fields[static_cast<std::size_t>(f)]; }

Fields sizes(HbmOrganisation const& g)
{
    Fields f{};
    of(f, AddressField::offset)         = g.burst_bytes;
    of(f, AddressField::column)         = g.bursts_per_row();
    of(f, AddressField::bank_group)     = g.bank_groups;
    of(f, AddressField::bank)           = g.banks_per_group;
    of(f, AddressField::stack_id)       = g.stack_ids;
    of(f, AddressField::row)            = g.rows;
    of(f, AddressField::pseudo_channel) = g.lanes();
    return f;
}

} // namespace

char const* name_of(AddressField f) { return names[static_cast<std::size_t>(f)]; }

AddressMap::AddressMap(HbmOrganisation const& organisation, std::vector<AddressDigit> digits)
    : organisation_{organisation}, digits_{std::move(digits)}
{
    Fields product;
    product.fill(1);
    for (auto const& digit : digits_) {
        of(product, digit.field) *= digit.count;
        bytes_ *= digit.count;
    }
    auto const want = sizes(organisation);
    for (std::size_t i = 0; i < address_fields; ++i)
        if (product[i] != want[i])
            throw configs::UserError{configs::Exit::bad_config,
                                     fmt::format("address map `{}`: the digits of {} multiply to {}, the stack has {}",
                                                 text(), names[i], product[i], want[i])};
}

HbmPlace AddressMap::place(std::uint64_t address) const
{
    if (address >= bytes_)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("address {} is beyond the {} bytes of the stack", address, bytes_)};
    Fields value{}, weight;
    weight.fill(1);
    for (auto const& digit : digits_) {
        of(value, digit.field) += address % digit.count * of(weight, digit.field);
        of(weight, digit.field) *= digit.count;
        address /= digit.count;
    }
    auto const group =
        of(value, AddressField::stack_id) * organisation_.bank_groups + of(value, AddressField::bank_group);
    HbmPlace p;
    p.pseudo_channel = static_cast<std::uint32_t>(of(value, AddressField::pseudo_channel));
    p.bank   = static_cast<std::uint32_t>(group * organisation_.banks_per_group + of(value, AddressField::bank));
    p.row    = static_cast<std::uint32_t>(of(value, AddressField::row));
    p.column = static_cast<std::uint32_t>(of(value, AddressField::column));
    return p;
}

std::uint64_t AddressMap::address(HbmPlace p) const
{
    auto const group = p.bank / organisation_.banks_per_group;
    Fields     rest{};
    of(rest, AddressField::column)         = p.column;
    of(rest, AddressField::bank)           = p.bank % organisation_.banks_per_group;
    of(rest, AddressField::bank_group)     = group % organisation_.bank_groups;
    of(rest, AddressField::stack_id)       = group / organisation_.bank_groups;
    of(rest, AddressField::row)            = p.row;
    of(rest, AddressField::pseudo_channel) = p.pseudo_channel;
    std::uint64_t address = 0, weight = 1;
    for (auto const& digit : digits_) {
        address += of(rest, digit.field) % digit.count * weight;
        of(rest, digit.field) /= digit.count;
        weight *= digit.count;
    }
    return address;
}

std::string AddressMap::text() const
{
    std::string text;
    for (auto const& digit : digits_)
        text += fmt::format("{}{} {}", text.empty() ? "" : " | ", name_of(digit.field), digit.count);
    return text;
}

std::vector<AddressDigit> default_digits(HbmOrganisation const& g)
{
    using F          = AddressField;
    auto const lower = 8 / g.bank_groups; // eight bursts, 256 bytes, on one pseudo-channel
    return {{F::offset, g.burst_bytes},
            {F::column, lower},
            {F::bank_group, g.bank_groups},
            {F::pseudo_channel, g.lanes()},
            {F::column, g.bursts_per_row() / lower},
            {F::bank, g.banks_per_group},
            {F::stack_id, g.stack_ids},
            {F::row, g.rows}};
}

} // namespace scribeline::models
