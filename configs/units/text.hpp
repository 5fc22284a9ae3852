// Quantities as people write them: `48 KiB`, `0.85 GHz`, `9/8 cycles`, `2.92 elem/cycle`, `420x420`.
//
// What print() writes, parse() reads back as the same value. A quantity never goes without its unit: parse() refuses
// `48` where it expects a size, and says so with an example.
#pragma once

#include "configs/parameters.hpp"
#include "configs/units/cycles.hpp"
#include "configs/units/price.hpp"
#include "configs/units/quantity.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace scribeline::configs {

// What is wrong with the text and what was expected; whoever knows the place puts it in front.
class TextError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// What a type looks like as text.
struct Kind {
    char const* what;    // "a frequency"
    char const* example; // "0.85 GHz"
    char const* units;   // of number_of(), as in a result file: "Hz"; empty for words
};
template <class T> Kind kind_of();

// Throws TextError.
template <class T> T parse(std::string_view text);

// A share such as `12.5 %`, as 0.125.
double      parse_percent(std::string_view text);
std::string print_percent(double share);

std::string print(Bytes);
std::string print(Hertz);
std::string print(BytesPerSecond);
std::string print(Seconds);
std::string print(FlopsPerSecond);
std::string print(Watts);
std::string print(Joules);
std::string print(JoulesPerByte);
std::string print(Share);
std::string print(SquareMm);
std::string print(PerSquareMm);
std::string print(Clustering);
std::string print(FabricCycles);
std::string print(FabricEighths);
std::string print(ElementRate);
std::string print(ElementBits);
std::string print(GridSize);
std::string print(std::uint32_t);
std::string print(std::uint64_t);
std::string print(bool);
std::string print(std::string const&);

// In base units: byte, Hz, byte/s, s, FLOP/s, W, J, J/byte, cycle, elements per cycle. NaN when it is no number.
double number_of(Bytes);
double number_of(Hertz);
double number_of(BytesPerSecond);
double number_of(Seconds);
double number_of(FlopsPerSecond);
double number_of(Watts);
double number_of(Joules);
double number_of(JoulesPerByte);
double number_of(Share);
double number_of(SquareMm);
double number_of(PerSquareMm);
double number_of(Clustering); // infinity when there is none
double number_of(FabricCycles);
double number_of(FabricEighths);
double number_of(ElementRate);
double number_of(ElementBits);
double number_of(GridSize);
double number_of(std::uint32_t);
double number_of(std::uint64_t);
double number_of(bool);
double number_of(std::string const&);

} // namespace scribeline::configs
