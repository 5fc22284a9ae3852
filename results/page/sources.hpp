// Style and script of the pages, put into the program when it is built (results/page/embed.cmake).
#pragma once

#include <string_view>

namespace scribeline::results::page {

extern std::string_view const page_style;   // page.css
extern std::string_view const figure_style; // figure.css, which figures in files bear as well
extern std::string_view const page_script;  // script/common.js, figures.js, tables.js: of every page
extern std::string_view const map_script;   // where there are maps
extern std::string_view const sweep_script; // where there are points to explore
extern std::string_view const last_script;  // starts it all

} // namespace scribeline::results::page
