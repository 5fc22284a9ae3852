// Prices as text: bands, units, dates.
#include "configs/units/price.hpp"
#include "configs/units/text.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::configs;
using Catch::Matchers::Contains;

TEST_CASE("a price is a band of a unit in a month, and reads back as it is printed")
{
    auto const hour = parse<HourDollars>(" 1.3..1.69  USD/h, 2026-04 ");
    CHECK(hour.low == 1.3);
    CHECK(hour.high == 1.69);
    CHECK(hour.date == 202604);
    CHECK(print(hour) == "1.3 .. 1.69 USD/h 2026-04");
    CHECK(parse<HourDollars>(print(hour)) == hour);
    CHECK(number_of(hour) == Approx(1.495));
    auto const piece = parse<PieceDollars>("1000000 USD 2026");
    CHECK(piece.low == piece.high);
    CHECK(print(piece) == "1000000 USD 2026");
    CHECK_FALSE(parse<GigabyteDollars>("none").known());
    CHECK(print(GigabyteDollars{}) == "none");
}

TEST_CASE("a price without a date or a unit is refused, and so is one that falls")
{
    auto const refused = [](auto read, char const* text, char const* why) {
        CAPTURE(text);
        CHECK_THROWS_WITH(read(text), Contains(why));
    };
    auto const hour = [](char const* text) { return parse<HourDollars>(text); };
    refused(hour, "1.3 USD/h", "a price without a date");
    refused(hour, "1.3", "a price without a unit");
    refused(hour, "1.3 USD 2026", "in USD/h");
    refused(hour, "1.3 USD/h 2026-13", "is no date");
    refused(hour, "1.3 USD/h 26", "is no date");
    refused(hour, "2 .. 1 USD/h 2026", "a band that rises");
    refused(hour, "-1 USD/h 2026", "a band that rises");
    refused(hour, "free", "expected a price of an hour");
    refused([](char const* text) { return parse<KilowattHourDollars>(text); }, "0.07 USD/kW 2026", "in USD/kWh");
}
