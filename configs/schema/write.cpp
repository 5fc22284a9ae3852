// A configuration as TOML that reads back as the same one.
#include "configs/config.hpp"
#include "configs/schema/table.hpp"

#include <fmt/format.h>

namespace scribeline::configs {

char const* name_of(Origin origin) { return word_for(origin); }

namespace {

// Length of the UTF-8 character that `text` starts with; 0 when it starts with none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text)
{
    auto const byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    auto const tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    auto const lead = byte(0);
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return tail(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        auto const overlong  = lead == 0xe0 && byte(1) < 0xa0;
        auto const surrogate = lead == 0xed && byte(1) > 0x9f;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        auto const overlong = lead == 0xf0 && byte(1) < 0x90;
        auto const beyond   = lead == 0xf4 && byte(1) > 0x8f;
        return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

// A TOML basic string. A byte that is no UTF-8 (a strange file name) cannot stand in one and becomes U+FFFD.
std::string quoted(std::string_view text)
{
    auto result = std::string{"\""};
    while (!text.empty()) {
        auto const length = utf8_length(text);
        auto const c      = static_cast<unsigned char>(text.front());
        if (length == 0)
            result += "\xef\xbf\xbd";
        else if (c == '"' || c == '\\')
            result += fmt::format("\\{}", static_cast<char>(c));
        else if (c < 0x20 || c == 0x7f)
            result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            result += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result + '"';
}

// Whole numbers that TOML holds (64 bits, signed) and yes or no stand bare, all else in quotes.
std::string value_of(Setting const& setting)
{
    auto const* row     = find_row(setting.group + "." + setting.key);
    auto const  digits  = setting.text.find_first_not_of("0123456789") == std::string::npos;
    auto const  boolean = setting.text == "true" || setting.text == "false";
    auto const  is_word = row == nullptr || row->is_word;
    return !is_word && ((digits && setting.text.size() <= 18) || boolean) ? setting.text : quoted(setting.text);
}

} // namespace

std::string Config::toml() const
{
    auto text = fmt::format("# Every parameter of a run, and who set it. `scribeline run --config FILE` repeats it.\n"
                            "[resolved]\nmachine = {}\nsources = [\n",
                            quoted(machine));
    for (auto const& source : sources)
        text += fmt::format("    {{ name = {}, sha256 = {} }},\n", quoted(source.name), quoted(source.sha256));
    text += "]\n";
    auto group = std::string{};
    for (auto const& setting : settings) {
        if (setting.group != group)
            text += fmt::format("\n[{}]\n", setting.group);
        group = setting.group;
        text += fmt::format("{} = {{ value = {}, origin = {}, source = {}, set_by = {} }}\n", setting.key,
                            value_of(setting), quoted(name_of(setting.origin)), quoted(setting.citation),
                            quoted(setting.set_by));
    }
    return text;
}

} // namespace scribeline::configs
