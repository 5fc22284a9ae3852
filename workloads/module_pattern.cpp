#include "workloads/module_pattern.hpp"

#include <array>
#include <cctype>

namespace scribeline::workloads {

namespace {

// "language_model.model.layers.0" and "model.language_model.layers.0" are layers.0 of the language model.
std::string_view without_prefix(std::string_view name)
{
    for (auto again = true; again;) {
        again = false;
        for (auto const prefix : {std::string_view{"model."}, std::string_view{"language_model."}})
            if (name.size() > prefix.size() && name.substr(0, prefix.size()) == prefix) {
                name.remove_prefix(prefix.size());
                again = true;
            }
    }
    return name;
}

// In time proportional to both lengths multiplied, whatever the pattern: the last star alone may start again.
bool glob_matches(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star   = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

// A regular expression as globs, one for each of its alternatives; false where it has more than dots, stars, digits
// and one level of (a|b).
bool globs_of(std::string_view regex, std::vector<std::string>& globs)
{
    constexpr std::size_t most = 64;
    globs                      = {""};
    auto append                = [&](std::string_view text) {
        for (auto& glob : globs)
            glob += text;
    };
    for (std::size_t i = 0; i < regex.size(); ++i) {
        auto const rest = regex.substr(i);
        if (rest.substr(0, 2) == ".*" || rest.substr(0, 2) == ".+") {
            append("*");
            ++i;
        } else if (rest.substr(0, 3) == "\\d+" || rest.substr(0, 3) == "\\w+") {
            append("*");
            i += 2;
        } else if (rest.substr(0, 6) == "[0-9]+") {
            append("*");
            i += 5;
        } else if (rest.front() == '\\' && rest.size() > 1 && std::isalnum(static_cast<unsigned char>(rest[1])) == 0) {
            append(rest.substr(1, 1));
            ++i;
        } else if (rest.front() == '(') {
            auto const end = rest.find(')');
            if (end == std::string_view::npos)
                return false;
            auto inside = rest.substr(1, end - 1);
            if (inside.substr(0, 2) == "?:")
                inside.remove_prefix(2);
            auto next = std::vector<std::string>{};
            for (;;) {
                auto const bar = inside.find('|');
                for (auto const& glob : globs)
                    next.push_back(glob + std::string{inside.substr(0, bar)});
                if (bar == std::string_view::npos || next.size() > most)
                    break;
                inside.remove_prefix(bar + 1);
            }
            if (next.size() > most)
                return false;
            globs = std::move(next);
            i += end;
        } else if (rest.front() == '^' && i == 0) {
            continue;
        } else if (rest.front() == '$' && rest.size() == 1) {
            return true;
        } else if (std::isalnum(static_cast<unsigned char>(rest.front())) != 0 || rest.front() == '_' ||
                   rest.front() == '-' || rest.front() == '.') {
            append(rest.substr(0, 1)); // a bare dot stands for itself in names of modules
        } else {
            return false;
        }
    }
    append("*"); // matched from the start, not to the end
    return true;
}

} // namespace

bool ModulePatterns::add(std::string_view pattern)
{
    auto const regex = std::string_view{"re:"};
    if (pattern.substr(0, regex.size()) == regex) {
        auto globs = std::vector<std::string>{};
        if (!globs_of(pattern.substr(regex.size()), globs))
            return false;
        for (auto const& glob : globs)
            globs_.emplace_back(without_prefix(glob));
        return true;
    }
    auto const name = without_prefix(pattern);
    auto const at   = name.find("experts.");
    if (at != std::string_view::npos && at + 8 < name.size() &&
        std::isdigit(static_cast<unsigned char>(name[at + 8])) != 0)
        names_experts_ = true;
    if (name.find('*') == std::string_view::npos)
        names_.emplace(name);
    else
        globs_.emplace_back(name);
    return true;
}

bool ModulePatterns::match(std::string_view module) const
{
    for (auto const& glob : globs_)
        // A glob may name the module that this one is part of.
        if (glob_matches(glob, module) || glob_matches(glob + ".*", module))
            return true;
    if (names_.empty())
        return false;
    constexpr std::size_t most_words = 12;
    auto                  starts     = std::array<std::size_t, most_words + 1>{};
    std::size_t           words      = 1;
    for (std::size_t i = 0; i < module.size() && words < most_words; ++i)
        if (module[i] == '.')
            starts[words++] = i + 1;
    starts[words] = module.size() + 1;
    for (std::size_t first = 0; first < words; ++first)
        for (auto last = first + 1; last <= words; ++last)
            if (names_.count(std::string{module.substr(starts[first], starts[last] - starts[first] - 1)}) != 0)
                return true;
    return false;
}

} // namespace scribeline::workloads
