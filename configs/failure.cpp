// "Did you mean", text fit for a terminal, and the end of a program that is wrong itself.
#include "configs/failure.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other: the optimal string
// alignment distance (Damerau 1964, with Levenshtein's table).
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    auto before = std::vector<std::size_t>(b.size() + 1);
    auto last   = before;
    auto now    = before;
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const differ = a[i - 1] == b[j - 1] ? std::size_t{0} : std::size_t{1};
            now[j]            = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + differ});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

// Bytes of the character that begins the text, or 0 where a terminal would do something else than show it: control
// characters, also those of two bytes (ISO 6429 has an escape among them), marks that turn the direction of what
// follows, and bytes that are no UTF-8.
std::size_t length_of_plain(std::string_view text)
{
    auto const byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0U;
    };
    auto const first = byte(0);
    if (first < 0x80)
        return first >= 0x20 && first != 0x7f ? 1 : 0;
    auto const length = first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    auto character = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U)
            return 0;
        character = character << 6U | (byte(i) & 0x3fU);
    }
    bool const control = character < 0xa0, line = character == 0x2028 || character == 0x2029;
    bool const turns = (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
    return control || line || turns ? 0 : length;
}

} // namespace

std::string nearest(std::string_view word, std::vector<std::string> const& candidates)
{
    // Cut short: what only one candidate goes on from is meant.
    constexpr std::size_t enough     = 3; // letters
    auto const            goes_on    = [&](std::string const& each) { return each.compare(0, word.size(), word) == 0; };
    auto const            letters_at = word.find_first_not_of('-');
    if (letters_at != word.npos && word.size() - letters_at >= enough) {
        auto const found = std::find_if(candidates.begin(), candidates.end(), goes_on);
        if (found != candidates.end() && std::none_of(found + 1, candidates.end(), goes_on))
            return *found;
    }
    // One edit in three letters: more is another word.
    auto const bound = std::max<std::size_t>(1, word.size() / 3);
    auto       best  = std::string{};
    auto       least = bound + 1;
    for (auto const& candidate : candidates) {
        auto const lengths_differ = std::max(candidate.size(), word.size()) - std::min(candidate.size(), word.size());
        if (lengths_differ >= least)
            continue;
        auto const distance = edit_distance(word, candidate);
        // A word that shares no letter is no neighbour, however short both are.
        if (distance < least && distance < std::max(candidate.size(), word.size())) {
            least = distance;
            best  = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::vector<std::string> const& candidates)
{
    auto const guess = nearest(word, candidates);
    return guess.empty() ? std::string{} : fmt::format("; did you mean '{}'?", guess);
}

std::string printable(std::string_view text)
{
    auto result = std::string{};
    while (!text.empty()) {
        auto const plain  = length_of_plain(text);
        auto const length = std::max<std::size_t>(plain, 1);
        if (text.front() == '\t')
            result += ' ';
        else if (plain > 0)
            result += text.substr(0, plain);
        else
            result += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(text.front())));
        text.remove_prefix(length);
    }
    return result;
}

std::string shown(std::string_view text)
{
    constexpr std::size_t longest = 80;
    if (text.size() <= longest)
        return "'" + printable(text) + "'";
    auto cut = longest - 3;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) // not inside a UTF-8 character
        --cut;
    return "'" + printable(text.substr(0, cut)) + "...'";
}

void fail_expectation(char const* what, char const* file, int line)
{
    fmt::print(stderr, "{}:{}: internal error: expected {}\n", file, line, what);
    std::fflush(stderr);
    std::abort();
}

} // namespace scribeline::configs
