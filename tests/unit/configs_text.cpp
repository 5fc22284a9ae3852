// Quantities as text, both ways.
#include "configs/units/text.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace scribeline::configs;
using Catch::Matchers::Contains;

namespace {

template <class T> std::string error_of(char const* text)
{
    try {
        auto const value = parse<T>(text);
        return "no error, but " + print(value);
    } catch (TextError const& error) {
        return error.what();
    }
}

template <class T> void check_round_trip(std::vector<T> const& values)
{
    for (auto const& value : values) {
        CAPTURE(print(value));
        CHECK(number_of(parse<T>(print(value))) == number_of(value));
    }
}

} // namespace

TEST_CASE("a size is read in decimal and in binary units")
{
    CHECK(parse<Bytes>("48 KiB") == Bytes{49152});
    CHECK(parse<Bytes>("4176 B") == Bytes{4176});
    CHECK(parse<Bytes>("40 GB") == Bytes{40e9});
    CHECK(parse<Bytes>("1.5MiB") == Bytes{1.5 * 1024 * 1024});
    CHECK(parse<Bytes>("  1 kB ") == Bytes{1000});
}

TEST_CASE("frequencies, bandwidths, cycles, rates, grids, counts and shares are read")
{
    CHECK(parse<Hertz>("0.85 GHz") == Hertz{850e6});
    CHECK(parse<BytesPerSecond>("150 GB/s") == BytesPerSecond{150e9});
    CHECK(parse<BytesPerSecond>("21 PB/s") == BytesPerSecond{21e15});
    CHECK(parse<Seconds>("2 us") == Seconds{2e-6});
    CHECK_THROWS_AS(parse<Seconds>("2 cycles"), TextError);
    CHECK(parse<FabricCycles>("2 cycles") == FabricCycles{2});
    CHECK(parse<FabricCycles>("1 cycle") == FabricCycles{1});
    CHECK(parse<FabricEighths>("9/8 cycles") == FabricEighths{9});
    CHECK(parse<FabricEighths>("1.125 cycles") == FabricEighths{9});
    CHECK(parse<FabricEighths>("11.5 cycles") == FabricEighths{92});
    CHECK(parse<ElementRate>("2.92 elem/cycle").hundredths == 292);
    CHECK(parse<ElementRate>("4.82 elem/cycle").hundredths == 482);
    CHECK(parse<GridSize>("420x66").columns == 420);
    CHECK(parse<GridSize>("420x66").rows == 66);
    CHECK(parse<std::uint32_t>("4294967295") == 4294967295U);
    CHECK(parse<std::uint64_t>("18446744073709551615") == 18446744073709551615U);
    CHECK(parse<bool>("true"));
    CHECK(parse_percent("12.5 %") == Approx(0.125));
}

TEST_CASE("what is printed is what a person would write")
{
    CHECK(print(Bytes{49152}) == "48 KiB");
    CHECK(print(Bytes{4176}) == "4176 B");
    CHECK(print(Bytes{40e9}) == "40 GB");
    CHECK(print(Bytes{0}) == "0 B");
    CHECK(print(Hertz{850e6}) == "0.85 GHz");
    CHECK(print(Hertz{970e6}) == "0.97 GHz");
    CHECK(print(Hertz{1e6}) == "1 MHz");
    CHECK(print(BytesPerSecond{150e9}) == "150 GB/s");
    CHECK(print(Seconds{2e-6}) == "2 us");
    CHECK(print(Seconds{0.3}) == "300 ms");
    CHECK(print(Watts{700}) == "700 W");
    CHECK(print(Watts{0.006}) == "6 mW");
    CHECK(print(Joules{0.5e-12}) == "0.5 pJ");
    CHECK(print(Joules{0}) == "0 J");
    CHECK(print(JoulesPerByte{0.9375e-12}) == "0.9375 pJ/B");
    CHECK(print(parse<JoulesPerByte>("3.9 pJ/bit")) == "3.9 pJ/bit");
    CHECK(print(FabricCycles{1}) == "1 cycle");
    CHECK(print(FabricCycles{0}) == "0 cycles");
    CHECK(print(FabricEighths{9}) == "1.125 cycles");
    CHECK(print(FabricEighths{8}) == "1 cycle");
    CHECK(print(ElementRate{292}) == "2.92 elem/cycle");
    CHECK(print(GridSize{420, 66}) == "420x66");
    CHECK(print_percent(0.07) == "7 %");
}

TEST_CASE("what is printed reads back as the same value")
{
    check_round_trip<Bytes>(
        {Bytes{0}, Bytes{1}, Bytes{1000}, Bytes{1023}, Bytes{1024}, Bytes{49153}, Bytes{44e9}, Bytes{123456789012345}});
    check_round_trip<Hertz>({Hertz{1}, Hertz{999}, Hertz{0.97e9}, Hertz{1.1e9}, Hertz{123456789.125}, Hertz{1e9 / 3}});
    check_round_trip<Seconds>(
        {Seconds{0}, Seconds{2e-6}, Seconds{7e-6}, Seconds{1.0 / 3}, Seconds{3600}, Seconds{1e-13}});
    check_round_trip<Watts>({Watts{0}, Watts{1.0 / 3}, Watts{0.0061}, Watts{23e3}, Watts{1e-9}});
    check_round_trip<Joules>({Joules{0}, Joules{1.183e-12}, Joules{1e-12 / 3}, Joules{5}});
    check_round_trip<JoulesPerByte>({JoulesPerByte{0}, JoulesPerByte{31.2e-12}, JoulesPerByte{1e-12 / 7}});
    check_round_trip<BytesPerSecond>({BytesPerSecond{1}, BytesPerSecond{21.6e15}, BytesPerSecond{1e15 / 7}});
    check_round_trip<FabricCycles>({FabricCycles{0}, FabricCycles{1}, FabricCycles{9007199254740991}});
    for (std::uint64_t eighths = 0; eighths < 100; ++eighths)
        check_round_trip<FabricEighths>({FabricEighths{eighths}});
    for (std::uint32_t hundredths = 1; hundredths < 1000; ++hundredths)
        CHECK(parse<ElementRate>(print(ElementRate{hundredths})).hundredths == hundredths);
    for (int percent = 0; percent <= 100; ++percent)
        CHECK(parse_percent(print_percent(percent * 0.01)) == percent * 0.01);
}

TEST_CASE("a quantity without its unit is refused with an example")
{
    CHECK_THAT(error_of<Bytes>("48"), Contains("missing unit") && Contains("'48 KiB'"));
    CHECK_THAT(error_of<Hertz>("0.85"), Contains("missing unit") && Contains("GHz"));
    CHECK_THAT(error_of<JoulesPerByte>("2"), Contains("missing unit") && Contains("'3.9 pJ/bit'"));
    CHECK_THAT(error_of<FabricCycles>("2"), Contains("missing unit") && Contains("'2 cycles'"));
    CHECK_THAT(error_of<ElementRate>("2.92"), Contains("missing unit"));
}

TEST_CASE("a unit of another dimension is called wrong, one that does not exist unknown")
{
    CHECK_THAT(error_of<FabricCycles>("2 GHz"), Contains("wrong unit"));
    CHECK_THAT(error_of<Bytes>("2 GB/s"), Contains("wrong unit"));
    CHECK_THAT(error_of<FabricCycles>("2 cylces"), Contains("did you mean 'cycles'"));
    CHECK_THAT(error_of<Bytes>("2 KB"), Contains("unknown unit"));
    CHECK_THAT(error_of<Hertz>("2 parsec"), Contains("unknown unit") && !Contains("did you mean"));
}

TEST_CASE("sizes and counts as people write them are read, or the error says how to write them")
{
    CHECK(parse<Bytes>("96kib") == Bytes{98304});
    CHECK(parse<Bytes>("1 GIB") == Bytes{1073741824});
    CHECK(parse<BytesPerSecond>("2 mib/s") == BytesPerSecond{2097152});
    CHECK_THAT(error_of<Bytes>("48 KB"), Contains("KiB for 1024 bytes, kB for 1000"));
    CHECK_THAT(error_of<Bytes>("3 gb"), Contains("did you mean 'GB'?"));
    CHECK_THAT(error_of<Hertz>("1 GHZ"), Contains("did you mean 'GHz'?"));
    CHECK_THAT(error_of<std::uint32_t>("4k"), Contains("4096 or 4000"));
    CHECK_THAT(error_of<std::uint32_t>("128K"), Contains("131072 or 128000"));
    CHECK_THAT(error_of<std::uint64_t>("1M"), Contains("1048576 or 1000000"));
    CHECK_THAT(error_of<std::uint32_t>("4,096"), Contains("'4096'"));
    CHECK_THAT(error_of<std::uint32_t>("4x"), Contains("a whole number"));
}

TEST_CASE("garbage, negative numbers and numbers that do not fit are refused")
{
    for (auto const* text :
         {"", " ", "x", "KiB", "-", "nan KiB", "inf KiB", "1e999 KiB", "1e300 PB", "0x10 B", "--1 B"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse<Bytes>(text), TextError);
    }
    CHECK_THAT(error_of<Bytes>("-1 B"), Contains("no negative value"));
    CHECK_THAT(error_of<std::uint32_t>("-1"), Contains("no negative value"));
    CHECK_THAT(error_of<std::uint32_t>("4294967296"), Contains("too large"));
    CHECK_THAT(error_of<std::uint64_t>("18446744073709551616"), Contains("too large"));
    CHECK_THAT(error_of<FabricCycles>("9007199254740992 cycles"), Contains("too large"));
    CHECK_THROWS_AS(parse<std::uint32_t>("1.5"), TextError);
    CHECK_THROWS_AS(parse<std::uint32_t>("12 tokens"), TextError);
    CHECK_THROWS_AS(parse<GridSize>("420"), TextError);
    CHECK_THROWS_AS(parse<GridSize>("420x"), TextError);
    CHECK_THROWS_AS(parse<GridSize>("4x4x4"), TextError);
    CHECK_THROWS_AS(parse<bool>("yes"), TextError);
}

TEST_CASE("a fraction that the type cannot hold is refused instead of rounded")
{
    CHECK_THAT(error_of<FabricEighths>("1.1 cycles"), Contains("eighths"));
    CHECK_THAT(error_of<FabricCycles>("1.5 cycles"), Contains("no whole number of cycles"));
    CHECK_THAT(error_of<Bytes>("0.3 B"), Contains("no whole number of bytes"));
    CHECK_THAT(error_of<ElementRate>("2.925 elem/cycle"), Contains("hundredths"));
    CHECK_THROWS_AS(parse<FabricEighths>("9/0 cycles"), TextError);
}
