#include "fabric/fold.hpp"

#include "configs/failure.hpp"
#include "fabric/state_hash.hpp"
#include "fabric/timers.hpp"
#include "workloads/mapping/line_fan.hpp"
#include "workloads/mapping/line_program.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::Axis;
using workloads::Line;
using workloads::LineCollective;
using workloads::Steps;

namespace {

std::uint64_t latest(std::vector<std::uint64_t> const& times) { return *std::max_element(times.begin(), times.end()); }

std::uint32_t position_of_latest(std::vector<std::uint64_t> const& times)
{
    return static_cast<std::uint32_t>(std::max_element(times.begin(), times.end()) - times.begin());
}

void add(CauseCycles& to, Blame const& parts)
{
    for (std::size_t i = 0; i < cause_count; ++i)
        to[i] += parts.cycles[i];
}

std::size_t slot(Cause cause) { return static_cast<std::size_t>(cause); }

// Where a vector goes on the wafer: along x or y, towards higher numbers of tiles or lower ones.
struct Heading {
    bool x, forward;

    static Heading of(Side to) { return {to == Side::east || to == Side::west, to == Side::east || to == Side::south}; }
    std::uint32_t  along(Origin at) const { return x ? at.x : at.y; }
    // The tile so many tiles further along the axis, by their numbers.
    Origin shifted(Origin at, std::int64_t tiles) const
    {
        auto& position = x ? at.x : at.y;
        position       = static_cast<std::uint32_t>(position + tiles);
        return at;
    }
    std::uint32_t crossings(Geometry const& wafer, std::uint32_t from, std::uint32_t to) const
    {
        return x ? wafer.crossings_x(from, to) : wafer.crossings_y(from, to);
    }
};

// The wafer seen with x and y exchanged.
configs::Parameters exchanged(configs::Parameters p)
{
    std::swap(p.wafer.columns, p.wafer.rows);
    std::swap(p.wafer.reticle_columns, p.wafer.reticle_rows);
    return p;
}

} // namespace

Fold::Fold(configs::GridSize region, configs::Parameters const& p, Origin origin, std::shared_ptr<LineCache> cache,
           LongerHops const* longer)
    : region_{region}, p_{p}, costs_{workloads::StreamCosts::of(p)},
      hop_{static_cast<std::uint32_t>(p.fabric.hop_latency.count())}, extra_{static_cast<std::uint32_t>(
                                                                          p.scribe.extra_latency.count())},
      // A wavelet's way over a link or a ramp, the way back of the credit of its slot, and the port that it keeps busy.
      clearance_{2 * (std::max(hop_ + extra_, static_cast<std::uint32_t>(p.fabric.ramp_latency.count()))) +
                 static_cast<std::uint32_t>((configs::scribe_serialisation(p).count() + 7) / 8) + 2},
      cuts_matter_{extra_ != 0 || configs::scribe_serialisation(p) != p.fabric.link_serialisation},
      // So many wavelets are on their way over a link or a ramp before the first credit is back.
      streams_freely_{p.fabric.input_queue_depth * std::max<std::uint64_t>(8, p.fabric.link_serialisation.count()) >=
                      8 * (2 * std::max<std::uint64_t>(hop_, p.fabric.ramp_latency.count()) + 1)},
      wafer_{p.wafer, {p.wafer.columns, p.wafer.rows}}, cache_{std::move(cache)}, longer_{longer &&
                                                                                                  longer->longest() != 0
                                                                                              ? longer
                                                                                              : nullptr}
{
    Geometry const on_the_wafer{p.wafer, region, origin}; // refuses a region that is not
    (void)on_the_wafer;
    a_.assign(region.columns, 0);
    b_.assign(region.rows, 0);
    enter(origin);
}

// A new region's use, and links that nobody has used.
void Fold::enter(Origin origin)
{
    origin_ = origin;
    RegionUse use;
    use.u.resize(a_.size());
    use.v.resize(b_.size());
    use.sent_u.resize(a_.size());
    use.sent_v.resize(b_.size());
    regions_.push_back(std::move(use));
    since_ = 0;
    last_  = {};
}

std::uint64_t Fold::now() const { return latest(a_) + latest(b_); }

void Fold::end_operator()
{
    ends_.push_back(now());
    std::uint64_t number = 0;
    for (auto const* times : {&a_, &b_})
        for (auto const t : *times)
            hash_ = mix(hash_, t, ++number);
}

void Fold::work(workloads::Operation const& op, std::uint32_t number)
{
    Record record;
    record.op                             = number;
    record.parts[slot(Cause::dispatch)]   = op.dispatch;
    record.parts[slot(Cause::arithmetic)] = op.arithmetic;
    record.parts[slot(Cause::sram)]       = op.sram;
    std::uint64_t const length            = std::uint64_t{op.dispatch} + op.arithmetic + op.sram;
    for (auto& t : a_)
        t += length;
    since_ += length;
    regions_.back().work += length;
    records_.push_back(std::move(record));
}

void Fold::run(Steps const& steps, workloads::RegionLines const& lines)
{
    SCRIBELINE_EXPECT(!turned_ || region_.columns == region_.rows);
    for (std::size_t i = 0; i < steps.list.size(); ++i) {
        auto const& step   = steps.list[i];
        auto const  number = static_cast<std::uint32_t>(ends_.size());
        if (step.collective)
            collective(step, lines.of(step.line), lines.number(step.line), number);
        else
            work(step.local, number);
        if (i + 1 == steps.list.size() || steps.list[i + 1].op != step.op)
            end_operator();
    }
}

void Fold::collective(workloads::Step const& step, LineCollective const& line, std::uint8_t line_number,
                      std::uint32_t number)
{
    Along const         along = step.line == Line::row ? Along::u : Along::v;
    auto&               times = this->times(along);
    std::uint64_t const zero  = *std::min_element(times.begin(), times.end());
    SCRIBELINE_EXPECT(times.size() == line.length());

    bool const     x      = horizontal(along);
    auto const     longer = longer_links(x, origin_, line.length(), x ? region_.rows : region_.columns);
    LineCache::Key key    = {line_number, static_cast<std::uint64_t>(step.gather), step.message.wavelets,
                          !cuts_matter_ ? 0 : 1u + (x ? 0u : 1u),
                          !cuts_matter_ ? 0
                             : x           ? origin_.x
                                           : origin_.y};
    for (auto const t : times)
        key.push_back(t - zero);
    key.insert(key.end(), longer.begin(), longer.end());
    auto const ran = cache_->find_or_run(key, [&] {
        auto message = step.message;
        message.op   = 0; // the line is a program of its own
        auto program = line_program(line,
                                    step.gather == workloads::Gather::reduce ? workloads::LineStage::reduce
                                                                             : workloads::LineStage::all_reduce,
                                    message, costs_);
        program.start.assign(key.begin() + 5, key.begin() + 5 + static_cast<std::ptrdiff_t>(times.size()));
        return run(std::move(program), x, origin_, longer);
    });
    require_apart(along, *ran, zero);
    for (std::size_t i = 0; i < times.size(); ++i)
        times[i] = zero + ran->end[i];
    book(along, *ran, 0, along == Along::u ? b_.size() : a_.size());
    since_ = 0;

    Record record;
    record.kind  = Record::Kind::line;
    record.along = along;
    record.op    = number;
    record.line  = ran;
    records_.push_back(std::move(record));
}

// A line from the tile `begin` on, along x or not. Lines are written along the axis that they have in a region that is
// not turned; in one that is, the wafer is seen with x and y exchanged.
LineEnd Fold::run(workloads::Program program, bool x, Origin begin, std::vector<std::uint16_t> const& longer) const
{
    bool const written_along_x = program.columns != 1 || (program.rows == 1 && x != turned_);
    bool const exchange        = written_along_x != x;
    auto const p               = exchange ? exchanged(p_) : p_;
    if (exchange)
        begin = {begin.y, begin.x};
    if (longer.empty())
        return run_line(program, p, begin);
    LongerHops links{program.columns, program.rows};
    for (std::uint32_t i = 0; i < longer.size(); ++i)
        written_along_x ? links.set_east(i, 0, longer[i]) : links.set_south(0, i, longer[i]);
    return run_line(program, p, begin, &links);
}

// Of a line from the tile `begin` on, which stands for `lines` side by side: by how much its links are longer. Empty
// where none is. Throws NotFoldable where the lines differ.
std::vector<std::uint16_t> Fold::longer_links(bool x, Origin begin, std::uint32_t length, std::uint32_t lines) const
{
    std::vector<std::uint16_t> links;
    if (!longer_)
        return links;
    bool any = false;
    for (std::uint32_t i = 0; i + 1 < length; ++i) {
        auto const of = [&](std::uint32_t line) {
            return x ? longer_->east(begin.x + i, begin.y + line) : longer_->south(begin.x + line, begin.y + i);
        };
        links.push_back(static_cast<std::uint16_t>(of(0)));
        any = any || of(0) != 0;
        for (std::uint32_t line = 1; line < lines; ++line)
            if (of(line) != of(0))
                throw NotFoldable{
                    fmt::format("repair has made links of some {} longer, and not of others", x ? "rows" : "columns")};
    }
    return any ? links : std::vector<std::uint16_t>{};
}

// Throws unless the line's wavelets meet those of no collective before (see the header).
void Fold::require_apart(Along along, LineEnd const& line, std::uint64_t zero)
{
    auto const& other = times(along == Along::u ? Along::v : Along::u);
    if (line.lead + static_cast<std::int64_t>(since_) < 0 && !records_.empty())
        throw NotFoldable{
            fmt::format("wavelets of a collective along {} come to PEs that are {} cycles from the end of "
                        "the collective before",
                        horizontal(along) ? "x" : "y", -line.lead - static_cast<std::int64_t>(since_))};
    auto&         last = last_[along == Along::u ? 0 : 1];
    std::uint64_t gap  = 0; // by which the other axis has moved on everywhere
    if (!last.other.empty()) {
        gap = ~std::uint64_t{0};
        for (std::size_t i = 0; i < other.size(); ++i)
            gap = std::min(gap, other[i] - last.other[i]);
    }
    last.at.resize(line.end.size());
    std::uint64_t const clearance = clearance_ + (longer_ ? 2ull * longer_->longest() : 0);
    for (std::size_t i = 0; i < line.end.size(); ++i) {
        if (line.first_use[i] == never)
            continue;
        if (last.at[i] != 0 && zero + line.first_use[i] + gap < last.at[i] + clearance)
            throw NotFoldable{
                fmt::format("two collectives along {} meet at position {}", horizontal(along) ? "x" : "y", i)};
        last.at[i] = std::max(last.at[i], zero + line.last_use[i]);
    }
    last.other = other;
}

// `lines` copies of the line did this; position 0 of the region is position `shift` of the line.
void Fold::book(Along along, LineEnd const& line, std::int64_t shift, std::uint64_t lines)
{
    totals_.injected += line.injected * lines;
    totals_.forked += line.forked * lines;
    totals_.delivered += line.delivered * lines;
    totals_.hops += line.hops * lines;
    bool const x = horizontal(along);
    for (auto const& stream : line.streams) {
        auto const at = [&](std::uint32_t position) {
            return static_cast<std::uint32_t>((x ? origin_.x : origin_.y) + (std::int64_t{position} - shift));
        };
        auto const from = at(stream.from), to = at(stream.to);
        if ((x ? wafer_.crossings_x(from, to) : wafer_.crossings_y(from, to)) != 0)
            totals_.crossed += std::uint64_t{stream.wavelets} * lines;
    }
    auto& use  = regions_.back();
    auto& pes  = along == Along::u ? use.u : use.v;
    auto& sent = along == Along::u ? use.sent_u : use.sent_v;
    for (std::size_t i = 0; i < line.end.size(); ++i) {
        auto const at = static_cast<std::int64_t>(i) - shift;
        if (at >= 0 && at < static_cast<std::int64_t>(pes.size())) {
            pes[static_cast<std::size_t>(at)].busy += line.accounts[i].busy;
            pes[static_cast<std::size_t>(at)].stalled_in += line.accounts[i].stalled_in;
            pes[static_cast<std::size_t>(at)].stalled_out += line.accounts[i].stalled_out;
        }
        // Lines are written along the axis that they have in a region that is not turned.
        bool const    along_x = (along == Along::u);
        std::uint32_t back = line.sent[i][along_x ? 3 : 0], on = line.sent[i][along_x ? 1 : 2];
        if (at >= 0 && at < static_cast<std::int64_t>(pes.size())) {
            sent[static_cast<std::size_t>(at)][x ? 3 : 0] += back;
            sent[static_cast<std::size_t>(at)][x ? 1 : 2] += on;
        }
        auto const here = static_cast<std::uint32_t>((x ? origin_.x : origin_.y) + at);
        auto const cuts = [&](std::uint32_t to) {
            return x ? wafer_.crossings_x(here, to) : wafer_.crossings_y(here, to);
        };
        if (back != 0)
            totals_.crossings += std::uint64_t{back} * lines * cuts(here - 1);
        if (on != 0)
            totals_.crossings += std::uint64_t{on} * lines * cuts(here + 1);
    }
}

// From the farthest of `own` positions of the region left to all `side` positions beyond them, in the order of x or y;
// `begin` is the tile at the line's first position.
std::shared_ptr<LineEnd const> Fold::fan(Side to, std::uint32_t side, std::uint32_t own, Origin begin,
                                         std::uint32_t wavelets, std::uint32_t lines)
{
    auto const          heading = Heading::of(to);
    bool const          x = heading.x, forward = heading.forward;
    std::uint32_t const length = side + own, sender = forward ? 0 : length - 1, first = forward ? own : 0;
    auto const          longer = longer_links(x, begin, length, lines);
    LineCache::Key      key    = {100u + static_cast<unsigned>(to), own, wavelets, length,
                          !cuts_matter_ ? 0 : 1u + (x ? begin.x : begin.y)};
    key.insert(key.end(), longer.begin(), longer.end());
    return cache_->find_or_run(key, [&] {
        auto program = workloads::fan_program(x ? Axis::x : Axis::y, length, sender, first, first + side - 1,
                                              {wavelets, 0}, costs_);
        program.start.assign(length, 0);
        return run(std::move(program), x, begin, longer);
    });
}

void Fold::move(Side to, std::uint32_t wavelets, workloads::Operation const& control)
{
    auto const number = static_cast<std::uint32_t>(ends_.size());
    work(control, number);
    auto const          heading = Heading::of(to);
    bool const          x = heading.x, forward = heading.forward;
    bool const          across = horizontal(Along::u) != x;
    auto const          side   = x ? region_.columns : region_.rows;
    auto const          lines  = x ? region_.rows : region_.columns;
    auto const          own    = across ? 1 : side; // positions of the region left that the line has
    std::uint32_t const first  = forward ? own : 0; // position on the line of the next region's position 0
    Origin const        next   = heading.shifted(origin_, forward ? side : -std::int64_t{side});
    // The line's first tile. It begins behind what it leaves out of the region left, or with the next region.
    Origin const begin = forward ? heading.shifted(origin_, side - own) : next;
    auto const   ran   = fan(to, side, own, begin, wavelets, lines);

    Record record;
    record.op    = number;
    record.line  = ran;
    record.shift = first;
    if (across) {
        record.kind            = Record::Kind::fan;
        record.from            = forward ? side - 1 : 0;
        std::uint64_t const at = b_[record.from];
        for (std::uint32_t i = 0; i < side; ++i)
            b_[i] = at + ran->end[first + i];
    } else {
        SCRIBELINE_EXPECT(a_.size() == b_.size());
        if (!longer_links(x, begin, side + own, lines).empty())
            throw NotFoldable{"repair has made links longer that the parts of a vector do not all pass"};
        record.kind = Record::Kind::diagonal;
        // The sender of line j is at position j: nearer than the farthest of all. Senders with the same scribe lines
        // before them differ by hops alone where queues hold what a credit's way takes; others are run on their own.
        auto const from_far = [&](std::uint32_t far_distance) {
            return forward ? far_distance : side - 1 - far_distance;
        };
        auto const here = heading.along(origin_), there = heading.along(next);
        auto const cut = [&](std::uint32_t j) { return heading.crossings(wafer_, here + j, here + from_far(0)); };
        std::vector<std::uint64_t> saved(side);
        record.sender.resize(side);
        for (std::uint32_t d = 0; d < side; ++d) {
            std::uint32_t const j = from_far(d);
            if (d == 0 || !streams_freely_ || (cuts_matter_ && cut(j) != cut(from_far(d - 1)))) {
                std::uint32_t const rest         = side - d;
                auto const          nearer_begin = forward ? heading.shifted(begin, d) : begin;
                auto const          line         = d == 0 ? ran : fan(to, side, rest, nearer_begin, wavelets, lines);
                record.fans.push_back({line, forward ? rest : 0, d});
            }
            auto const&         group  = record.fans.back();
            std::uint64_t const nearer = ran->end[first] - group.line->end[group.first];
            for (std::uint32_t i = 0; i < side; ++i)
                if (ran->end[first + i] - group.line->end[group.first + i] != nearer)
                    throw NotFoldable{"credits over scribe lines delay the parts of a vector unevenly"};
            saved[j]         = nearer + std::uint64_t{hop_} * (d - group.distance);
            record.sender[j] = {static_cast<std::uint32_t>(record.fans.size() - 1), d - group.distance};
            totals_.hops -= std::uint64_t{d} * wavelets;
            totals_.crossings -= std::uint64_t{cut(j)} * wavelets;
            for (std::uint32_t i = 0; cut(j) != 0 && i < side; ++i) { // booked below as if they came from the farthest
                if (heading.crossings(wafer_, here + j, there + i) == 0)
                    totals_.crossed -= wavelets;
            }
        }
        std::uint64_t const most = *std::max_element(saved.begin(), saved.end());
        for (std::uint32_t j = 0; j < side; ++j)
            a_[j] += b_[j] + most - saved[j];
        for (std::uint32_t i = 0; i < side; ++i)
            b_[i] = ran->end[first + i] - most;
        turned_ = !turned_;
    }
    records_.push_back(record);
    enter(next);
    // Booked as of the region that receives, whose axis v the line lies along.
    auto written = *ran; // a fan is written along the axis that it has, and a column along y
    if (x)
        for (auto& s : written.sent)
            s = {s[3], s[2], s[1], s[0]};
    for (auto& account : written.accounts)
        account.stalled_in = 0; // a region that waits for the token is idle
    book(Along::v, written, first, a_.size());
    last_[1].at.assign(side, 0);
    for (std::uint32_t i = 0; i < side; ++i)
        last_[1].at[i] = b_[i] - ran->end[first + i] + ran->last_use[first + i];
    last_[1].other = a_;
    end_operator();
}

void Fold::shrink(std::uint32_t first, std::uint32_t rows)
{
    SCRIBELINE_EXPECT(!turned_ && rows > 0 && first + rows <= region_.rows);
    Record record;
    record.kind = Record::Kind::shrink;
    record.op   = static_cast<std::uint32_t>(ends_.size());
    record.from = first;
    records_.push_back(std::move(record));
    b_      = {b_.begin() + first, b_.begin() + first + rows};
    region_ = {region_.columns, rows};
    // The links are the same, and so is what they carry.
    auto const since = since_;
    auto       last  = last_;
    if (!last[1].at.empty())
        last[1].at = {last[1].at.begin() + first, last[1].at.begin() + first + rows};
    if (!last[0].other.empty())
        last[0].other = {last[0].other.begin() + first, last[0].other.begin() + first + rows};
    enter({origin_.x, origin_.y + first});
    since_ = since;
    last_  = std::move(last);
}

void Fold::spread(std::uint32_t first, std::uint32_t rows, std::uint32_t wavelets, workloads::Operation const& control)
{
    SCRIBELINE_EXPECT(!turned_ && first + region_.rows <= rows && first <= origin_.y);
    std::uint32_t const own = region_.rows, last = first + own - 1;
    auto const          number = static_cast<std::uint32_t>(ends_.size());
    work(control, number);
    Record record;
    record.kind   = Record::Kind::spread;
    record.op     = number;
    record.from   = first;
    record.from_v = own;
    Origin const               begin{origin_.x, origin_.y - first};
    std::vector<std::uint64_t> b(rows);
    std::copy(b_.begin(), b_.end(), b.begin() + first);
    std::uint64_t const north = b_.front(), south = b_.back();
    if (first > 0) {
        record.north = fan(Side::north, first, 1, begin, wavelets, region_.columns);
        for (std::uint32_t i = 0; i < first; ++i)
            b[i] = north + record.north->end[i];
    }
    if (last + 1 < rows) {
        record.line = fan(Side::south, rows - last - 1, 1, {begin.x, begin.y + last}, wavelets, region_.columns);
        for (std::uint32_t i = last + 1; i < rows; ++i)
            b[i] = south + record.line->end[i - last];
    }
    b_      = std::move(b);
    region_ = {region_.columns, rows};
    records_.push_back(record);
    enter(begin);
    for (auto const& line : {record.north, record.line})
        if (line) {
            auto written = *line;
            for (auto& account : written.accounts)
                account.stalled_in = 0; // rows that wait for the token are idle
            // The position of row 0 on the line: the fan to the south begins at the region's last row.
            book(Along::v, written, line == record.north ? 0 : -static_cast<std::int64_t>(last), a_.size());
        }
    last_[1].at.assign(rows, 0);
    for (std::uint32_t i = 0; i < first; ++i)
        last_[1].at[i] = north + record.north->last_use[i];
    for (std::uint32_t i = last + 1; i < rows; ++i)
        last_[1].at[i] = south + record.line->last_use[i - last];
    last_[1].other = a_;
    end_operator();
}

void Fold::wait(CauseCycles const& cycles, Origin next, configs::GridSize region, LongerHops const* longer)
{
    longer_ = longer && longer->longest() != 0 ? longer : nullptr;
    Record record;
    record.kind    = Record::Kind::wait;
    record.op      = static_cast<std::uint32_t>(ends_.size());
    record.parts   = cycles;
    record.from    = position_of_latest(a_);
    record.from_v  = position_of_latest(b_);
    auto const all = now() + std::accumulate(cycles.begin(), cycles.end(), std::uint64_t{0});
    region_        = region;
    a_.assign(region.columns, all);
    b_.assign(region.rows, 0);
    turned_ = false;
    records_.push_back(std::move(record));
    enter(next);
    end_operator();
}

std::vector<OperatorPath> Fold::path() const
{
    std::vector<OperatorPath> list(ends_.size());
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        list[i].start = i == 0 ? 0 : ends_[i - 1];
        list[i].end   = ends_[i];
    }
    std::uint32_t u = position_of_latest(a_), v = position_of_latest(b_);
    for (auto r = records_.rbegin(); r != records_.rend(); ++r) {
        auto& cycles = list[r->op].cycles;
        switch (r->kind) {
        case Record::Kind::work:
        case Record::Kind::wait:
            for (std::size_t i = 0; i < cause_count; ++i)
                cycles[i] += r->parts[i];
            if (r->kind == Record::Kind::wait) {
                u = r->from;
                v = r->from_v;
            }
            break;
        case Record::Kind::line: {
            auto& at = r->along == Along::u ? u : v;
            add(cycles, r->line->parts[at]);
            at = r->line->origin[at];
            break;
        }
        case Record::Kind::fan:
            add(cycles, r->line->parts[v + r->shift]);
            v = r->from;
            break;
        case Record::Kind::shrink:
            v += r->from;
            break;
        case Record::Kind::spread:
            if (v < r->from) {
                add(cycles, r->north->parts[v]);
                v = 0;
            } else if (v >= r->from + r->from_v) {
                add(cycles, r->line->parts[v - (r->from + r->from_v - 1)]);
                v = r->from_v - 1;
            } else {
                v -= r->from;
            }
            break;
        case Record::Kind::diagonal: {
            auto const& [group, hops] = r->sender[u];
            auto const& fan           = r->fans[group];
            add(cycles, fan.line->parts[fan.first + v]);
            cycles[slot(Cause::hops)] -= std::uint64_t{hop_} * hops;
            v = u; // the sender of the line stood on the diagonal
            break;
        }
        }
    }
    return list;
}

} // namespace scribeline::fabric
