// Many wafers: the spread of what is left, against what is published and what formulas say.
#include "configs/schema/resolve.hpp"
#include "models/wafer/yield_study.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace scribeline;
using namespace scribeline::models;

TEST_CASE("percentiles are by nearest rank")
{
    auto values = std::vector<double>{};
    for (int i = 200; i >= 1; --i)
        values.push_back(i);
    auto const spread = spread_of(values);
    CHECK(spread.min == 1);
    CHECK(spread.p1 == 2);
    CHECK(spread.p50 == 100);
    CHECK(spread.p99 == 198);
    CHECK(spread.max == 200);
    CHECK(spread.mean == 100.5);
    auto const few = spread_of({10, 9, 8, 7, 6, 5, 4, 3, 2, 1});
    CHECK(few.p1 == 1);
    CHECK(few.p50 == 5);
    CHECK(few.p99 == 10); // 9.9 of them is the tenth
    CHECK(spread_of({3}).p1 == 3);
    CHECK(spread_of({3}).p99 == 3);
}

TEST_CASE("at the published density every wafer has the published PEs, and dies do as the formula says")
{
    auto const p     = configs::machine_parameters("wse3");
    auto const study = yield_study(p, 1000);
    // Vendor: 900,000 cores marketed; its SDK: 762x1176.
    CHECK(study.usable.mean == Approx(900000).epsilon(0.03));
    CHECK(study.usable.mean == Approx(762 * 1176).epsilon(0.03));
    CHECK(study.unrepairable == 0);
    CHECK_FALSE(study.first_refused);
    // 0.001 on 46,225 mm2, and a million PEs are never hit twice to speak of.
    double const error = std::sqrt(46.225 / 1000);
    CHECK(study.defects.mean == Approx(46.225).margin(4 * error));
    CHECK(study.dead.mean == Approx(study.defects.mean).margin(0.05));
    CHECK(study.dead.max < 100);
    // What defects alone leave is more than what is sold.
    CHECK(study.usable.mean + study.idle.mean + study.dead.mean == Approx(970200));
    CHECK(study.expected_dies == Approx(std::exp(-0.001 * 46225 / 84)));
    double const share = study.expected_dies;
    CHECK(study.perfect_share() == Approx(share).margin(4 * std::sqrt(share * (1 - share) / 84000)));
    CHECK(study.pairs_at.size() > 2);
    CHECK(study.longer_pairs.mean > 0);
}

TEST_CASE("where defects lie together more dies are perfect, as the negative binomial formula says")
{
    auto p                   = configs::machine_parameters("wse3");
    p.yield.clustering.alpha = 0.5;
    auto const   study       = yield_study(p, 1000);
    double const share       = std::pow(1 + 0.001 * 46225 / 84 / 0.5, -0.5);
    CHECK(study.expected_dies == Approx(share));
    CHECK(study.perfect_share() == Approx(share).margin(4 * std::sqrt(share * (1 - share) / 84000)));
    CHECK(share > std::exp(-0.001 * 46225 / 84) + 0.1);
}

TEST_CASE("a longer study begins with the same wafers, and a seed decides about all")
{
    auto       p     = configs::machine_parameters("wse3");
    auto const one   = yield_study(p, 1);
    auto const two   = yield_study(p, 2);
    auto const again = yield_study(p, 2);
    // Of two, the one that is not the first: the mean of both is known.
    double const first  = one.longer_pairs.mean;
    double const second = 2 * two.longer_pairs.mean - first;
    CHECK(two.longer_pairs.min == std::min(first, second));
    CHECK(two.longer_pairs.max == std::max(first, second));
    CHECK(first != second);
    CHECK(again.longer_pairs.mean == two.longer_pairs.mean);
    p.run.seed = 2;
    CHECK(yield_study(p, 1).longer_pairs.mean != first);
}

TEST_CASE("wafers that cannot be repaired are counted, with the first reason")
{
    auto p                 = configs::machine_parameters("small");
    p.yield.spare_columns  = 0;
    p.yield.spare_rows     = 0;
    p.yield.defect_density = {0.01};
    auto const study       = yield_study(p, 2000);
    auto const perfect     = std::exp(-0.01 * 1024 * p.yield.core_area.value); // no PE of a wafer is hit
    CHECK(1 - study.unrepairable_share() == Approx(perfect).margin(4 * std::sqrt(perfect * (1 - perfect) / 2000)));
    REQUIRE(study.first_refused);
    CHECK(study.first_refused->reason.find("0 spare columns") != std::string::npos);
    CHECK(study.usable.mean == Approx(1024 * (1 - study.unrepairable_share())));
}

TEST_CASE("a map is a study of one wafer")
{
    auto const folder = tests::TemporaryFolder{};
    auto const path   = folder.write("w.txt", "34x34\n17 17\n");
    auto const study  = yield_of_map(configs::machine_parameters("small"), path);
    CHECK(study.wafers == 1);
    CHECK(study.map == path);
    CHECK(study.dead.mean == 1);
    CHECK(study.repaired.mean == 1);
    CHECK(study.perfect_dies.mean == 3);
}
