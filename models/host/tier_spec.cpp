#include "models/host/tier_spec.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::models {

namespace {

constexpr std::array kinds{"dram", "cxl", "nvme", "network"};

using configs::Bytes;
using configs::BytesPerSecond;
using configs::Seconds;

constexpr double GB = 1e9, TB = 1e12, GBps = 1e9, ns = 1e-9, us = 1e-6, GiB = 1073741824.0;

TierSpec tier(char const* name, TierKind kind, std::uint32_t units, double capacity, double read, double write,
              double read_latency, double write_latency, char const* source)
{
    TierSpec t;
    t.name            = name;
    t.kind            = kind;
    t.units           = units;
    t.capacity        = Bytes{capacity};
    t.read_bandwidth  = BytesPerSecond{read};
    t.write_bandwidth = BytesPerSecond{write};
    t.read_latency    = Seconds{read_latency};
    t.write_latency   = Seconds{write_latency};
    t.source          = source;
    return t;
}

TierSpec drives(TierSpec t, double read_iops, double write_iops, std::uint32_t queue_depth, std::uint32_t piece)
{
    t.read_iops   = read_iops;
    t.write_iops  = write_iops;
    t.queue_depth = queue_depth;
    t.piece       = piece;
    return t;
}

} // namespace

char const* name_of(TierKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

void require_usable(TierSpec const& t)
{
    auto const refuse = [&](char const* key, std::string const& value, char const* why) {
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("tier `{}`: {} = {}: {}", t.name, key, value, why)};
    };
    auto const positive = [&](char const* key, double value, char const* unit) {
        if (!(value > 0))
            refuse(key, fmt::format("{:g} {}", value, unit),
                   "nothing could ever be read or written. Give more than 0, "
                   "or leave the tier out");
    };
    positive("read_bandwidth", t.read_bandwidth.value(), "B/s");
    positive("write_bandwidth", t.write_bandwidth.value(), "B/s");
    positive("capacity", t.capacity.value(), "B");
    positive("units", t.units, "");
    positive("piece", t.piece, "B");
    if (!(t.read_latency.value() >= 0))
        refuse("read_latency", fmt::format("{:g} s", t.read_latency.value()),
               "nothing arrives before it was asked for");
    if (!(t.write_latency.value() >= 0))
        refuse("write_latency", fmt::format("{:g} s", t.write_latency.value()),
               "nothing arrives before it was asked for");
    if (!(t.read_iops >= 0) || !(t.write_iops >= 0))
        refuse("iops", fmt::format("{:g}", std::min(t.read_iops, t.write_iops)), "give 0 for no limit, or more");
}

std::vector<TierSpec> const& shipped_tiers()
{
    using K = TierKind;
    // Latencies of DRAM and flash are from memory of many published figures: assumed, in the middle of their range.
    static std::vector<TierSpec> const list{
        tier("ddr5_4800_8ch", K::dram, 8, 512 * GB, 8 * 38.4 * GBps, 8 * 38.4 * GBps, 95 * ns, 95 * ns,
             "8 channels x 8 B x 4.8 GT/s; idle latency 80 to 110 ns assumed"),
        tier("ddr5_6400_12ch", K::dram, 12, 1536 * GB, 12 * 51.2 * GBps, 12 * 51.2 * GBps, 95 * ns, 95 * ns,
             "12 channels x 8 B x 6.4 GT/s; idle latency 80 to 110 ns assumed"),
        tier("grace_lpddr5x", K::dram, 32, 480 * GB, 486 * GBps, 486 * GBps, 140 * ns, 140 * ns,
             "STREAM on GH200, 486 GB/s; capacity, 32 channels and latency assumed"),
        tier("vera_lpddr5x", K::dram, 32, 1.5 * TB, 1.2 * TB, 1.2 * TB, 140 * ns, 140 * ns,
             "NVIDIA pages on Vera: 1.5 TB, 1.2 TB/s (a vendor's claim); channels and latency assumed"),
        tier("cxl_gen5_x8", K::cxl, 4, 1024 * GB, 4 * 32 * GBps, 4 * 32 * GBps, 275 * ns, 275 * ns,
             "four expanders on PCIe Gen5 x8, 32 GB/s each; loaded latency 140 to 410 ns across devices (Melody)"),
        drives(tier("nvme_gen4", K::nvme, 4, 4 * 7.68 * TB, 4 * 6.62 * GiB, 4 * 3.9 * GBps, 80 * us, 20 * us,
                    "Solidigm P5520 through GPUDirect Storage, 6.62 GiB/s; writes, IOPS and latency assumed"),
               4 * 1.0e6, 4 * 0.2e6, 128, 131072),
        drives(tier("nvme_gen5", K::nvme, 4, 4 * 7.68 * TB, 4 * 13.4 * GBps, 4 * 6.6 * GBps, 80 * us, 20 * us,
                    "Samsung PM1743: 13 to 13.8 and 6.6 GB/s, 2.5 and 0.25 million IOPS of 4 KiB; latency 60 to 100 us "
                    "and queue depth assumed"),
               4 * 2.5e6, 4 * 0.25e6, 128, 131072),
        drives(
            tier("rdma_8x400", K::network, 8, 100 * TB, 190 * GBps, 190 * GBps, 12 * us, 12 * us,
                 "Mooncake transfer engine over 8 x 400 Gb/s: 190 GB/s, DRAM side limits; latency and depth assumed"),
            0, 0, 256, 262144),
        drives(tier("storage_3fs", K::network, 1, 1000 * TB, 40 * GiB, 20 * GiB, 300 * us, 300 * us,
                    "3FS KV cache client over 400 Gb/s: 40 GiB/s read peak; writes, latency and depth assumed"),
               0, 0, 1024, 1048576),
    };
    return list;
}

TierSpec shipped_tier(std::string_view name)
{
    std::vector<std::string> known;
    for (auto const& t : shipped_tiers()) {
        if (t.name == name)
            return t;
        known.push_back(t.name);
    }
    throw configs::UserError{configs::Exit::bad_config,
                             fmt::format("{} is no memory tier; there are {}{}", configs::shown(name),
                                         fmt::join(known, ", "), configs::did_you_mean(name, known))};
}

} // namespace scribeline::models
