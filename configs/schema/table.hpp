// A table of parameters: one row says all there is to know about one of them.
//
//     table<&Parameters::fabric>("the mesh of routers")
//         .row<&FabricParams::hop_latency>("1 cycle", "1 cycle", "64 cycles", "router to router", paper, published)
//              the member                   default    lowest     highest      help                source origin
//
// A row's key is the member's own name, taken from the compiler, so the two cannot differ. --set, the files, result
// files, `explain` and docs/parameters.md read the rows of tables.cpp and nothing else.
#pragma once

#include "configs/config.hpp"
#include "configs/parameters.hpp"
#include "configs/schema/words.hpp"
#include "configs/units/text.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace scribeline::configs {

struct Row {
    std::string group;
    std::string key;
    std::string standard;        // the default
    std::string lowest, highest; // empty for words
    std::string help;
    std::string source;
    Origin      origin;

    std::string              what;                // "a frequency"
    std::string              example;             // "0.85 GHz"
    std::string              units;               // of number(): "Hz"; empty for words
    std::vector<std::string> choices;             // when only these are allowed
    bool                     is_word;             // a file must write it in quotes
    bool                     may_be_path = false; // relative to the file that says it

    std::function<void(Parameters&, std::string_view)> set; // throws TextError
    std::function<std::string(Parameters const&)>      text;
    std::function<double(Parameters const&)>           number;

    std::string name() const { return group + "." + key; }
    std::string range() const; // "1 cycle .. 64 cycles", "model, full"
};

struct Group {
    std::string      name;
    std::string      help;
    std::vector<Row> rows;
};

// All of them, in the order of Parameters.
std::vector<Group> const& tables();

Row const*               find_row(std::string_view name); // "fabric.hop_latency"; null when there is none
std::vector<Row const*>  all_rows();
std::vector<std::string> row_names();

// "; did you mean 'fabric.hop_latency'?" A right key in the wrong group is the nearest of all.
std::string did_you_mean_row(std::string_view name);

// The last name in a pointer to member, as the compiler spells it.
template <auto Member> constexpr std::string_view member_name()
{
    // gcc: ... [with auto Member = &scribeline::configs::FabricParams::hop_latency; std::string_view = ...]
    // clang: ... [Member = &scribeline::configs::FabricParams::hop_latency]
    std::string_view text = __PRETTY_FUNCTION__;
    text.remove_prefix(text.find("Member = ") + 9);
    text = text.substr(0, text.find_first_of(";]"));
    return text.substr(text.rfind(':') + 1);
}

template <class T> struct MemberOf;
template <class Owner, class T> struct MemberOf<T Owner::*> {
    using owner = Owner;
    using type  = T;
};

// Every component of a grid counts by itself.
template <class T> bool is_below(T const& a, T const& b)
{
    if constexpr (std::is_same_v<T, GridSize>)
        return a.columns < b.columns || a.rows < b.rows;
    else if constexpr (std::is_same_v<T, ElementRate>)
        return a.hundredths < b.hundredths;
    else
        return a < b;
}

template <auto GroupMember> class Table {
  public:
    using Params = typename MemberOf<decltype(GroupMember)>::type;

    explicit Table(std::string help) : group_{std::string{member_name<GroupMember>()}, std::move(help), {}} {}

    // A quantity or a count, with its range.
    template <auto Member> Table& row(char const* standard, char const* lowest, char const* highest, char const* help,
                                      std::string const& source, Origin origin)
    {
        using T = typename MemberOf<decltype(Member)>::type;
        static_assert(std::is_same_v<typename MemberOf<decltype(Member)>::owner, Params>);

        auto const kind = kind_of<T>();
        auto       row  = base<Member>(standard, help, source, origin);
        row.lowest      = lowest;
        row.highest     = highest;
        row.what        = kind.what;
        row.example     = kind.example;
        row.units       = kind.units;
        row.is_word     = false;
        row.set         = [low = parse<T>(lowest), high = parse<T>(highest), range = row.range(),
                   meaning = row.help](Parameters& parameters, std::string_view given) {
            auto const value = parse<T>(given);
            if (is_below(value, low) || is_below(high, value))
                throw TextError{fmt::format("{} is outside {} ({})", print(value), range, meaning)};
            parameters.*GroupMember.*Member = value;
        };
        row.text   = [](Parameters const& parameters) { return print(parameters.*GroupMember.*Member); };
        row.number = [](Parameters const& parameters) { return number_of(parameters.*GroupMember.*Member); };
        group_.rows.push_back(std::move(row));
        return *this;
    }

    // A choice among words, a yes or no, or a name.
    template <auto Member> Table& row(char const* standard, char const* help, std::string const& source, Origin origin)
    {
        using T = typename MemberOf<decltype(Member)>::type;
        static_assert(std::is_same_v<typename MemberOf<decltype(Member)>::owner, Params>);

        auto row = base<Member>(standard, help, source, origin);
        if constexpr (std::is_enum_v<T>) {
            row.choices = word_names<T>();
            row.what    = "a word";
            row.example = row.choices.front();
            row.is_word = true;
            row.set     = [](Parameters& parameters, std::string_view given) {
                parameters.*GroupMember.*Member = parse_word<T>(given);
            };
            row.text = [](Parameters const& parameters) -> std::string {
                return word_for(parameters.*GroupMember.*Member);
            };
            row.number = [](Parameters const&) { return number_of(std::string{}); };
        } else {
            auto const kind = kind_of<T>();
            row.what        = kind.what;
            row.example     = kind.example;
            row.units       = kind.units;
            row.is_word     = std::is_same_v<T, std::string>;
            row.set         = [](Parameters& parameters, std::string_view given) {
                parameters.*GroupMember.*Member = parse<T>(given);
            };
            if constexpr (std::is_same_v<T, bool>)
                row.choices = {"true", "false"};
            row.text   = [](Parameters const& parameters) { return print(parameters.*GroupMember.*Member); };
            row.number = [](Parameters const& parameters) { return number_of(parameters.*GroupMember.*Member); };
        }
        group_.rows.push_back(std::move(row));
        return *this;
    }

    // A choice among words that are no enumeration of the code.
    template <auto Member> Table& row(char const* standard, char const* help, std::string const& source, Origin origin,
                                      std::vector<std::string>                           choices,
                                      std::function<void(Parameters&, std::string_view)> set,
                                      std::function<std::string(Parameters const&)>      text)
    {
        auto row    = base<Member>(standard, help, source, origin);
        row.what    = "a word";
        row.example = choices.front();
        row.choices = std::move(choices);
        row.is_word = true;
        row.set     = std::move(set);
        row.text    = std::move(text);
        row.number  = [](Parameters const&) { return number_of(std::string{}); };
        group_.rows.push_back(std::move(row));
        return *this;
    }

    // Of the last row: what a plain number counts, for result files.
    Table& counts(char const* what)
    {
        group_.rows.back().units = what;
        return *this;
    }
    // Of the last row: nothing but these.
    Table& only(std::vector<std::string> const& choices)
    {
        auto& row   = group_.rows.back();
        row.choices = choices;
        row.set     = [set = row.set, text = row.text, choices](Parameters& parameters, std::string_view given) {
            auto trial = parameters;
            set(trial, given);
            for (auto const& choice : choices)
                if (text(trial) == choice) {
                    parameters = trial;
                    return;
                }
            throw TextError{fmt::format("{} is none of {}", shown(given), fmt::join(choices, ", "))};
        };
        return *this;
    }
    // Of the last row: it may name a file.
    Table& or_path()
    {
        group_.rows.back().may_be_path = true;
        return *this;
    }

    operator Group() && { return std::move(group_); }
    operator Group() & { return group_; }

  private:
    template <auto Member>
    Row base(char const* standard, char const* help, std::string const& source, Origin origin) const
    {
        auto row     = Row{};
        row.group    = group_.name;
        row.key      = std::string{member_name<Member>()};
        row.standard = standard;
        row.help     = help;
        row.source   = source;
        row.origin   = origin;
        return row;
    }

    Group group_;
};

template <auto GroupMember> Table<GroupMember> table(std::string help) { return Table<GroupMember>{std::move(help)}; }

} // namespace scribeline::configs
