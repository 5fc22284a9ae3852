// Pages of results: what they are made of, and the page of a run as a whole.
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"

#include "configs/failure.hpp"
#include "results/files/run_file.hpp"
#include "results/page/colours.hpp"
#include "results/page/drawing.hpp"
#include "results/page/markup.hpp"
#include "results/page/packing.hpp"
#include "results/page/pages.hpp"
#include "results/views/export/csv.hpp"

#include <cmath>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace scribeline;
using namespace scribeline::results;
using namespace scribeline::results::page;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

std::size_t count_of(std::string const& what, std::string const& text)
{
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

std::string unbase64(std::string const& text)
{
    std::string const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto              bytes  = std::string{};
    unsigned          held = 0, bits = 0;
    for (auto const c : text) {
        if (c == '=')
            break;
        held = held << 6U | static_cast<unsigned>(digits.find(c));
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(held >> bits & 0xffU);
        }
    }
    return bytes;
}

std::string page_of(configs::Config const& config, models::Outcome const& outcome)
{
    tests::TemporaryFolder folder;
    auto const             file = folder / "run.h5";
    write_run(config, outcome, file);
    return html_of(sheet_of({file}, {}, "scribeline report run.h5 -o page.html"));
}

json block(std::string const& page, std::string const& id)
{
    auto const begin = page.find('>', page.find(fmt::format("id=\"{}\"", id))) + 1;
    return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

} // namespace

TEST_CASE("what others wrote stands in a page as text")
{
    CHECK(escaped("</script><b a='\"'>&\x1b") == "&lt;/script&gt;&lt;b a=&#39;&quot;&#39;&gt;&amp;\\x1b");
    CHECK(brief("four", 4) == "four");
    CHECK(brief("\u00e4\u00e4\u00e4\u00e4\u00e4", 3) == "\u00e4\u00e4\u2026");
    CHECK_THAT(command_html("one <x>\ntwo"), Contains("one &lt;x&gt;\ntwo"));
}

TEST_CASE("bytes come out of a page as they went in")
{
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg=="); // RFC 4648, section 10
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foobar") == "Zm9vYmFy");
    auto bytes = std::string{};
    for (int i = 0; i < 5000; ++i)
        bytes += static_cast<char>(i * i % 251);
    CHECK(inflated(deflated(bytes), bytes.size()) == bytes);
    CHECK(inflated(unbase64(packed(bytes)), bytes.size()) == bytes);
    auto const picture = png(3, 2, {0, 1, 2, 3, 4, 255}, cividis());
    CHECK(picture.substr(1, 3) == "PNG");
    CHECK(picture.substr(picture.size() - 8, 4) == "IEND");
}

TEST_CASE("load is drawn in colours that grow lighter, on a scale that shows the weak")
{
    double before = -1;
    for (auto const& c : cividis()) {
        auto const light = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
        CHECK(light >= before - 1.0); // in steps of a byte
        before = light;
    }
    CHECK(shade(0) == 0);
    CHECK(shade(1) == 255);
    CHECK(shade(1.3) == 255); // a link may begin a wavelet in the last cycle of a window
    CHECK(shade(std::nan("")) == 0);
    CHECK(shade(0.01) == std::lround(255 * std::pow(0.01, 0.45)));
}

TEST_CASE("a scale has round numbers within its ends, and survives ends that are equal or unknown")
{
    CHECK(Scale{0, 1, 100, 200}.ticks(5) == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
    CHECK(Scale{0, 50, 0, 100}(25) == Approx(50));
    auto const log = Scale{1, 1000, 0, 300, true};
    CHECK(log(10) == Approx(100));
    CHECK(log.ticks(6).front() == 1);
    CHECK(std::isfinite(Scale{7, 7, 0, 100}(7)));
    CHECK(std::isfinite(Scale{std::nan(""), std::nan(""), 0, 100}(3)));
    CHECK(Scale{0, 0, 0, 100, true}.ticks(5).size() < 20);
}

TEST_CASE("the page of a run says what its file says, and is the same bytes each time")
{
    auto const             outcome = tests::sample_outcome();
    tests::TemporaryFolder folder;
    auto const             file = folder / "run.h5";
    write_run(tests::sample_config(), outcome, file);
    auto const page = html_of(sheet_of({file}, {}, "scribeline report run.h5 -o page.html"));
    CHECK(page == html_of(sheet_of({file}, {}, "scribeline report run.h5 -o page.html")));
    CHECK_THAT(page, Contains(fmt::format("data-v={}", outcome.tokens_per_second_per_user)));
    CHECK_THAT(page, Contains("default-src 'none'"));
    CHECK(count_of("http://", page) == count_of("http://www.w3.org/2000/svg", page)); // the name of a language
    CHECK(page.find("https://") == std::string::npos);
    CHECK(page.find("src=") == std::string::npos);
    for (auto const* panel : {"time", "wafer", "operators", "told", "sram", "scribe", "assumed", "books", "figures"})
        CHECK_THAT(page, Contains(fmt::format("<section id=\"{}\"", panel)));
    CHECK(page.size() < 100'000);
}

TEST_CASE("the maps of a page are those of the file, cell by cell")
{
    auto const outcome = tests::sample_outcome();
    auto const maps    = block(page_of(tests::sample_config(), outcome), "maps");
    CHECK(maps.at("columns") == 6);
    CHECK(maps.at("rows") == 4);
    CHECK(maps.at("scribe_x") == json{3});
    CHECK(maps.at("scribe_y").empty());
    auto const& layer = maps.at("layers").at(2);
    REQUIRE(layer.at("id") == "pe");
    REQUIRE(layer.at("frames").size() == 3);
    for (std::size_t window = 0; window < 3; ++window) {
        auto const cells = inflated(unbase64(layer.at("frames")[window]), 24);
        for (std::size_t pe = 0; pe < 24; ++pe) {
            // The last window lasts until the run ends, 307 cycles.
            auto const share = outcome.activity.pe_busy[window][pe] / (window == 2 ? 107.0 : 100.0);
            CHECK(std::abs(static_cast<int>(static_cast<unsigned char>(cells[pe])) - shade(share)) <= 1);
        }
    }
    auto const& links = maps.at("layers").at(3);
    CHECK(links.at("id") == "link");
    CHECK(links.at("frames").size() == 3);
}

TEST_CASE("the tables of a page are those that export csv writes")
{
    tests::TemporaryFolder folder;
    auto const             file = folder / "run.h5";
    write_run(tests::sample_config(), tests::sample_token(), file);
    auto const tables = block(html_of(sheet_of({file}, {}, "scribeline report run.h5 -o page.html")), "tables");
    auto const wanted = csv_tables(file);
    REQUIRE(tables.size() == wanted.size());
    for (auto const& [name, csv] : wanted) {
        CAPTURE(name);
        auto const rows   = tables.at(name).at("rows").get<std::size_t>();
        auto const fields = inflated(unbase64(tables.at(name).at("packed")), csv.size() - 1); // no line end at the end
        REQUIRE(rows == count_of("\n", csv));
        auto lines = std::vector<std::string>(rows);
        auto text  = std::istringstream{fields};
        auto row   = std::size_t{0};
        for (std::string field; std::getline(text, field); row = (row + 1) % rows)
            lines[row] += (lines[row].empty() ? "" : ",") + field;
        auto joined = std::string{};
        for (auto const& line : lines)
            joined += line + "\n";
        CHECK(joined == csv);
    }
}

TEST_CASE("hostile names are inert in a page, however long")
{
    auto       config                = tests::sample_config();
    auto       outcome               = tests::sample_outcome();
    auto const attack                = std::string{"</script><script>alert(1)</script><img src=x onerror=alert(2)>"};
    config.parameters.workload.model = attack;
    config.machine                   = std::string(10'000, 'm');
    outcome.operators[0].name        = attack;
    outcome.token_note               = attack;
    outcome.warnings                 = {attack + "]]><!--"};
    auto const plain                 = page_of(tests::sample_config(), tests::sample_outcome());
    auto const page                  = page_of(config, outcome);
    CHECK(count_of("<script", page) == count_of("<script", plain));
    CHECK(count_of("</script", page) == count_of("</script", plain));
    CHECK(count_of("<img", page) == 0);
    CHECK_THAT(page, Contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
}

TEST_CASE("a token without maps says how to record one, and draws its regions")
{
    auto const page = page_of(tests::sample_config(), tests::sample_token());
    CHECK_THAT(page, Contains("--fidelity wavelet"));
    CHECK_THAT(page, Contains("stage 25: final norm to sampling"));
    CHECK(page.find("id=\"maps\"") == std::string::npos);
}

TEST_CASE("a figure stands alone with its style, and an unknown one is told with those that there are")
{
    tests::TemporaryFolder folder;
    write_run(tests::sample_config(), tests::sample_token(), folder / "run.h5");
    auto const sheet = sheet_of({folder / "run.h5"}, {}, "scribeline report run.h5 -o page.html");
    auto const svg   = svg_of(sheet, "waterfall");
    CHECK(svg.rfind("<svg xmlns=", 0) == 0);
    CHECK_THAT(svg, Contains("prefers-color-scheme:dark") && Contains("hops"));
    CHECK_THROWS_WITH(svg_of(sheet, "watrfall"), Contains("did you mean 'waterfall'?") && Contains("timeline"));
}
