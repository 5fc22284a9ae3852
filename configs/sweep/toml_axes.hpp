// Axes and fixed values of a sweep file: toml++ nodes into configs::Axis. Only for sweep_file.cpp.
#pragma once

#include "configs/schema/file.hpp"
#include "configs/sweep/axis.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <toml++/toml.h>

namespace scribeline::configs {

class TomlAxes {
  public:
    // Mistakes go to `file`; its directory is what relative paths start from.
    explicit TomlAxes(ConfigFile& file) : file_{file} {}

    std::vector<std::pair<std::string, std::string>> fixed(toml::node const& node);
    void                                             axes(toml::node const& node);
    void                                             zips(toml::node const& node);

    // All of them, in the order of their lines.
    std::vector<Axis> in_order() const;

    void                complain(toml::source_region const& place, std::string what);
    bool                no_mistakes() const { return file_.mistakes.empty(); }
    toml::source_region place_of(std::string const& column) const;

    // `text` as the parameter prints it; complains, and gives the text back, when it does not take it.
    std::string value(std::string const& name, std::string const& column, std::string text, toml::node const& node);

  private:
    struct Leaf {
        std::string       name; // as written, with its group
        std::string       column;
        toml::key const*  key;
        toml::node const* node;
    };
    std::vector<Leaf> leaves(std::string const& of, toml::node const& node);
    void add_leaf(std::vector<Leaf>& found, std::string const& name, toml::key const& key, toml::node const& node);

    Axis                     axis(Leaf const& leaf);
    Axis                     range(Leaf const& leaf, toml::table const& table);
    std::vector<std::string> list(Leaf const& leaf, toml::array const& values);
    void                     zip(toml::table const& table, toml::node const& node);

    ConfigFile&                                file_;
    std::vector<std::pair<unsigned, Axis>>     axes_; // with their lines
    std::map<std::string, toml::source_region> places_;
};

} // namespace scribeline::configs
