#include "support/mutations.hpp"

#include <algorithm>

namespace scribeline::tests {

std::vector<std::filesystem::path> fuzz_corpus(std::string const& name)
{
    auto files = std::vector<std::filesystem::path>{};
    for (auto const& entry :
         std::filesystem::directory_iterator{std::filesystem::path{SCRIBELINE_TESTS} / "fuzz" / "corpus" / name})
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string mutated(std::string text, std::vector<std::string> const& others, std::string_view signs,
                    configs::SplitMix64& random)
{
    for (auto edits = 1 + random.below(6); edits > 0; --edits) {
        auto const at     = random.below(text.size() + 1);
        auto const length = random.below(std::min<std::size_t>(text.size() - at, 40) + 1);
        switch (random.below(6)) {
        case 0:
            text.insert(at, 1, static_cast<char>(random.below(256)));
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(at, text.substr(at, length));
            break;
        case 3:
            text.resize(text.size() - random.below(text.size() - at + 1));
            break;
        case 4: {
            auto const& other = others[random.below(others.size())];
            text.insert(at, other.substr(random.below(other.size() + 1), random.below(60)));
            break;
        }
        default:
            text.insert(at, 1, signs[random.below(signs.size())]);
        }
    }
    return text;
}

} // namespace scribeline::tests
