#include "workloads/mapping/token_program.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/line_fan.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/region_program.hpp"
#include "workloads/mapping/steps.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

// What a role holds: the way in, the embedding, the head, the two halves of a layer of each kind, and the way out.
enum Segment : std::uint8_t { arrival, embedding, head, first_half };

class TokenWriter {
  public:
    TokenWriter(DecodeStep const& step, TokenPlan const& plan, configs::Parameters const& p)
        : step_{step}, plan_{plan}, p_{p}, region_{plan.region}, layouts_{layouts_of(step, region_, p)},
          departure_{static_cast<std::uint8_t>(first_half + 2 * layouts_.size())}, lines_{layouts_.front(), p},
          turned_lines_{region_.columns == region_.rows ? lines_.turned() : lines_}, costs_{StreamCosts::of(p)},
          control_{PeCosts{p}.control()}, words_{(layouts_.front().vector() + per_word() - 1) / per_word()}
    {
        steps_.resize(departure_ + 1u);
        steps_[embedding] = embedding_steps(step, layouts_.front(), &lines_, p);
        steps_[head]      = head_steps(step, layouts_.front(), &lines_, p);
        for (std::size_t kind = 0; kind < layouts_.size(); ++kind) {
            auto const at  = first_half + 2 * kind;
            steps_[at]     = layer_steps(step, kind, LayerPart::attention, layouts_[kind], &lines_, p);
            steps_[at + 1] = layer_steps(step, kind, LayerPart::feed_forward, layouts_[kind], &lines_, p);
        }
        if (fan_color(1) >= p.fabric.colors)
            throw configs::UserError{configs::Exit::bad_config,
                                     fmt::format("mapping.reduction: a token needs {} colors, two of them between "
                                                 "regions, and a router has fabric.colors = {}. Choose chain or "
                                                 "two_level.",
                                                 fan_color(1) + 1, p.fabric.colors)};
    }

    TokenProgram write();

  private:
    std::uint8_t segment_of(Block block) const
    {
        if (!is_half(block.kind))
            return block.kind == BlockKind::embedding ? embedding : head;
        bool const second = block.kind == BlockKind::feed_forward;
        return static_cast<std::uint8_t>(first_half + 2 * step_.shape.kind_of(block.layer) + (second ? 1 : 0));
    }
    bool is_feed_forward(std::uint8_t s) const { return s > first_half && (s - first_half) % 2 == 1 && s < departure_; }
    std::size_t kind_of(std::uint8_t segment) const { return (segment - first_half) / 2u; }

    std::uint32_t per_word() const { return p_.workload.activation_bits == 16 ? 2 : 1; }
    std::uint32_t stages() const { return static_cast<std::uint32_t>(plan_.stages.size()); }
    // Of the way from stage to stage: neighbours use two in turn, so that a tile never has both on one.
    Color fan_color(std::uint32_t stage) const { return static_cast<Color>(lines_.end_color() + stage % 2); }
    RegionLines const& lines_of(std::uint32_t stage) const { return turned_[stage] ? turned_lines_ : lines_; }

    // The way of the vector behind a stage, as the tiles of one of its lines see it.
    struct Way {
        bool          x, forward, diagonal;
        std::uint32_t side;   // tiles of a region along the line
        std::uint32_t before; // tiles of the stage left that the line has

        // A tile's position on its line, from its position in the region along and across the line.
        std::uint32_t receiver(std::uint32_t along) const { return forward ? before + along : along; }
        std::uint32_t leaver(std::uint32_t along) const
        {
            return diagonal ? (forward ? along : side + along) : (forward ? 0 : side);
        }
        bool sends(std::uint32_t along, std::uint32_t across) const
        {
            return diagonal ? along == across : along == (forward ? side - 1 : 0);
        }
        bool passes(std::uint32_t along, std::uint32_t across) const
        {
            return diagonal && (forward ? along > across : along < across);
        }
    };
    void    find_ways();
    LineFan fan(std::uint32_t stage, std::uint32_t across) const
    {
        Way const&          way   = ways_[stage];
        std::uint32_t const first = way.forward ? way.before : 0;
        return {way.x ? Axis::x : Axis::y,
                way.leaver(way.diagonal  ? across
                           : way.forward ? way.side - 1
                                         : 0),
                first, first + way.side - 1, fan_color(stage)};
    }
    // What a tile has to do with the ways into and out of its stage: equal for tiles that do the same.
    int in_code(std::uint32_t stage, std::uint32_t x, std::uint32_t y) const;
    int out_code(std::uint32_t stage, std::uint32_t x, std::uint32_t y) const;

    void          script(std::uint32_t stage);
    std::uint16_t role(std::uint32_t x, std::uint32_t y, std::uint32_t stage);
    std::uint16_t routes(std::uint32_t x, std::uint32_t y, std::uint32_t stage);
    void          roots();

    DecodeStep const&          step_;
    TokenPlan const&           plan_;
    configs::Parameters const& p_;
    configs::GridSize const    region_;
    Layouts const              layouts_;   // of each kind of layers
    std::uint8_t const         departure_; // the last segment
    RegionLines const          lines_, turned_lines_;
    std::vector<bool>          turned_; // [stage]: vectors lie along y
    std::vector<Way>           ways_;   // [stage]: out of it; none behind the last
    StreamCosts const          costs_;
    Operation const            control_;

    std::vector<Steps>  steps_; // [segment]
    std::uint32_t const words_;

    using Key = std::tuple<std::uint16_t, std::uint16_t, bool, int, int>;
    std::map<Key, std::pair<std::uint16_t, std::uint16_t>> known_; // role and route class
    TokenProgram                                           out_;
};

void TokenWriter::find_ways()
{
    turned_.assign(stages(), false);
    for (std::uint32_t stage = 0; stage + 1 < stages(); ++stage) {
        auto const& from = plan_.stages[stage];
        auto const& to   = plan_.stages[stage + 1];
        Way         way{};
        way.x              = from.x0 != to.x0;
        way.forward        = way.x ? to.x0 > from.x0 : to.y0 > from.y0;
        way.diagonal       = way.x != turned_[stage];
        way.side           = way.x ? region_.columns : region_.rows;
        way.before         = way.diagonal ? way.side : 1;
        turned_[stage + 1] = turned_[stage] != way.diagonal;
        ways_.push_back(way);
    }
}

int TokenWriter::in_code(std::uint32_t stage, std::uint32_t x, std::uint32_t y) const
{
    if (stage == 0)
        return -1;
    Way const&          way   = ways_[stage - 1];
    std::uint32_t const along = way.x ? x : y;
    bool const          end   = along == (way.forward ? way.side - 1 : 0); // passes nothing on
    return static_cast<int>((stage - 1) % 2) | way.x << 1 | way.forward << 2 | end << 3;
}

int TokenWriter::out_code(std::uint32_t stage, std::uint32_t x, std::uint32_t y) const
{
    if (stage + 1 >= stages())
        return -1;
    Way const&          way   = ways_[stage];
    std::uint32_t const along = way.x ? x : y, across = way.x ? y : x;
    int const           part = way.sends(along, across) ? 2 : way.passes(along, across) ? 1 : 0;
    return part == 0 ? 0 : static_cast<int>(stage % 2) | way.x << 1 | way.forward << 2 | part << 3;
}

// The blocks of a stage as rounds of segments, and its operators.
void TokenWriter::script(std::uint32_t stage)
{
    auto&       plays  = out_.program.scripts.emplace_back();
    auto const& blocks = plan_.stages[stage].blocks;
    auto const  number = [&] { return static_cast<std::uint16_t>(out_.program.operators.size()); };
    auto const  name   = [&](std::uint8_t segment, Block const& block) {
        auto const& operators = steps_[segment].operators;
        bool const  once      = !is_half(block.kind);
        auto const  first     = block.kind == BlockKind::feed_forward ? first_of_feed_forward(step_, kind_of(segment))
                                   : block.kind == BlockKind::head
                                       ? static_cast<std::size_t>(find_operator(step_.once, "final_norm") - step_.once.data())
                                       : 0;
        for (std::size_t i = 0; i < operators.size(); ++i) {
            out_.program.operators.push_back(operators[i]);
            out_.operators.push_back({block.kind, static_cast<std::uint32_t>(first + i),
                                      once ? -1 : static_cast<std::int32_t>(block.layer), stage, false});
        }
    };
    if (stage > 0) // its operator is the move of the stage before, written there
        plays.push_back({arrival, arrival + 1, 1, static_cast<std::uint16_t>(number() - 1), 0});
    for (std::size_t i = 0; i < blocks.size();) {
        // Whole layers of one kind are rounds of one play.
        auto const  segment = segment_of(blocks[i]);
        std::size_t layers  = 0;
        while (i + 2 * layers + 1 < blocks.size() && blocks[i + 2 * layers].kind == BlockKind::attention &&
               blocks[i + 2 * layers + 1].kind == BlockKind::feed_forward &&
               segment_of(blocks[i + 2 * layers]) == segment)
            ++layers;
        auto const first = number();
        if (layers > 0) {
            for (std::size_t b = 0; b < 2 * layers; ++b)
                name(segment_of(blocks[i + b]), blocks[i + b]);
            plays.push_back({segment, static_cast<std::uint8_t>(segment + 2), static_cast<std::uint32_t>(layers), first,
                             static_cast<std::uint16_t>(step_.layer(kind_of(segment)).size())});
            i += 2 * layers;
        } else {
            name(segment, blocks[i]);
            // Operators of a segment are numbered from the first of a layer.
            auto const offset = is_feed_forward(segment) ? first_of_feed_forward(step_, kind_of(segment)) : 0;
            plays.push_back(
                {segment, static_cast<std::uint8_t>(segment + 1), 1, static_cast<std::uint16_t>(first - offset), 0});
            ++i;
        }
    }
    if (stage + 1 < stages()) {
        plays.push_back({departure_, static_cast<std::uint8_t>(departure_ + 1), 1, number(), 0});
        out_.program.operators.push_back(
            {"move", "transfer",
             fmt::format("{} {}, {} wavelets a line", ways_[stage].diagonal ? "diagonal" : "fan",
                         ways_[stage].x ? (ways_[stage].forward ? "east" : "west")
                                        : (ways_[stage].forward ? "south" : "north"),
                         words_)});
        out_.operators.push_back({BlockKind::attention, 0, -1, stage, true});
    }
}

std::uint16_t TokenWriter::role(std::uint32_t x, std::uint32_t y, std::uint32_t stage)
{
    auto&         roles  = out_.program.roles;
    auto&         role   = roles.emplace_back();
    auto&         bounds = out_.program.segments.emplace_back();
    Message const message{words_, 0, Combine::replace, 0};
    auto const    across = [&](Way const& way) { return way.x ? y : x; };
    bounds.push_back(0);
    for (std::uint8_t s = 0; s <= departure_; ++s) {
        if (s == arrival) {
            if (stage > 0) {
                fan(stage - 1, across(ways_[stage - 1])).receive(message, costs_, role);
                role.back().last = true;
            }
        } else if (s == departure_) {
            // All come to the end of the stage alike, and some go on to send.
            if (stage + 1 < stages()) {
                auto const& way = ways_[stage];
                role.push_back(control_);
                if (way.sends(way.x ? x : y, across(way)))
                    fan(stage, across(way)).send(message, costs_, role);
            }
        } else {
            std::size_t const first = role.size();
            write_role(steps_[s], lines_of(stage), costs_, x, y, 0, role);
            if (is_feed_forward(s))
                for (std::size_t i = first; i < role.size(); ++i)
                    role[i].op = static_cast<std::uint16_t>(role[i].op + first_of_feed_forward(step_, kind_of(s)));
        }
        bounds.push_back(static_cast<std::uint32_t>(role.size()));
    }
    return static_cast<std::uint16_t>(roles.size() - 1);
}

std::uint16_t TokenWriter::routes(std::uint32_t x, std::uint32_t y, std::uint32_t stage)
{
    auto       list = routes_at(lines_of(stage), x, y);
    auto const add  = [&](std::vector<Route> const& more) { list.insert(list.end(), more.begin(), more.end()); };
    if (stage > 0) {
        auto const& way = ways_[stage - 1];
        add(fan(stage - 1, way.x ? y : x).routes(way.receiver(way.x ? x : y)));
    }
    if (stage + 1 < stages()) {
        auto const&         way   = ways_[stage];
        std::uint32_t const along = way.x ? x : y, across = way.x ? y : x;
        if (way.sends(along, across) || way.passes(along, across))
            add(fan(stage, across).routes(way.leaver(along)));
    }
    out_.program.route_classes.push_back(std::move(list));
    return static_cast<std::uint16_t>(out_.program.route_classes.size() - 1);
}

// Where broadcasts and fans come from. Regions stand at multiples of their side, and lines of one color are alike.
void TokenWriter::roots()
{
    auto& program = out_.program;
    for (auto const* lines : {&lines_, &turned_lines_})
        for (auto const line : {Line::row, Line::column, Line::head}) {
            auto const&         collective = lines->of(line);
            auto&               roots      = program.broadcast_root[collective.broadcast_color()];
            std::uint32_t const length     = collective.length();
            std::uint32_t const all        = collective.axis() == Axis::x ? program.columns : program.rows;
            for (auto i = static_cast<std::uint32_t>(roots.size()); i < all; ++i)
                roots.push_back(i / length * length + collective.root_of(i % length));
        }
    for (std::uint32_t stage = 0; stage + 1 < stages(); ++stage) {
        auto const& way    = ways_[stage];
        auto const& from   = plan_.stages[stage];
        auto const& to     = plan_.stages[stage + 1];
        auto&       sender = program.sender[fan_color(stage)];
        sender.resize(program.pes());
        for (std::uint32_t y = 0; y < region_.rows; ++y)
            for (std::uint32_t x = 0; x < region_.columns; ++x) {
                std::uint32_t const across               = way.x ? y : x;
                std::uint32_t const along                = way.diagonal ? across : way.forward ? way.side - 1 : 0;
                sender[program.pe(to.x0 + x, to.y0 + y)] = static_cast<std::uint32_t>(
                    program.pe(from.x0 + (way.x ? along : across), from.y0 + (way.x ? across : along)));
            }
    }
}

TokenProgram TokenWriter::write()
{
    find_ways();
    auto& program   = out_.program;
    program.columns = p_.wafer.columns; // all of the wafer, also where nothing runs
    program.rows    = p_.wafer.rows;
    program.element = per_word() == 2 ? Element::fp16 : Element::fp32;
    // Tiles without a stage: role, route class and script 0, with nothing in them.
    program.role.resize(program.pes());
    program.route_class.resize(program.pes());
    program.script.resize(program.pes());
    program.roles.emplace_back();
    program.segments.emplace_back(departure_ + 2u, 0);
    program.route_classes.emplace_back();
    program.scripts.push_back({{arrival, arrival + 1, 1, 0, 0}});
    for (std::uint32_t stage = 0; stage < stages(); ++stage)
        script(stage);

    for (std::uint32_t stage = 0; stage < stages(); ++stage) {
        auto const& lines = lines_of(stage);
        auto const first = turned_[stage] ? Line::column : Line::row, other = turned_[stage] ? Line::row : Line::column;
        auto const with_head = [&](Line line) {
            bool const heads = !lines.one_head() && lines.of(line).axis() == lines.of(Line::head).axis();
            return heads ? classes_of({&lines.of(line), &lines.of(Line::head)}) : classes_of({&lines.of(line)});
        };
        auto const by_x = with_head(first), by_y = with_head(other);
        for (std::uint32_t y = 0; y < region_.rows; ++y)
            for (std::uint32_t x = 0; x < region_.columns; ++x) {
                std::size_t const pe = program.pe(plan_.stages[stage].x0 + x, plan_.stages[stage].y0 + y);
                Key const         key{by_x[x], by_y[y], turned_[stage], in_code(stage, x, y), out_code(stage, x, y)};
                auto const [entry, fresh] = known_.emplace(key, std::pair{std::uint16_t{0}, std::uint16_t{0}});
                if (fresh)
                    entry->second = {role(x, y, stage), routes(x, y, stage)};
                program.role[pe]        = entry->second.first;
                program.route_class[pe] = entry->second.second;
                program.script[pe]      = static_cast<std::uint8_t>(stage + 1);
            }
    }
    roots();
    return std::move(out_);
}

} // namespace

std::string obstacle_to_one_program(TokenPlan const& plan)
{
    if (plan.wafers > 1)
        return fmt::format("the token passes {} wafers", plan.wafers);
    if (plan.wafer_tables)
        return "the tables of the vocabulary lie over the whole wafer, beside the regions";
    if (plan.stages.size() > 254)
        return "the token passes more than 254 stages";
    return "";
}

TokenProgram map_token(DecodeStep const& step, TokenPlan const& plan, configs::Parameters const& p)
{
    SCRIBELINE_EXPECT(obstacle_to_one_program(plan).empty());
    return TokenWriter{step, plan, p}.write();
}

} // namespace scribeline::workloads
