#include "workloads/requests/distribution.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"
#include "workloads/requests/comma_line.hpp"
#include "workloads/requests/exact_math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::TextError;

namespace {

// Assumed: wider than any token count, time in seconds or spread that was ever measured.
constexpr double largest = 1e12, largest_cv = 100, smallest_cv = 0.01;

double number(std::string_view text, char const* key)
{
    if (auto const value = real_of(text))
        return *value;
    throw TextError{fmt::format("{} = {}: expected a number such as 1024", key, configs::shown(text))};
}

double value_of(std::string_view text, char const* key, bool of_time)
{
    return of_time ? configs::parse<configs::Seconds>(text).value() : number(text, key);
}

// `KIND:key=value,key=value`. What is asked for is taken out; what is left nobody knows.
class Spec {
  public:
    explicit Spec(std::string_view text)
    {
        auto const colon = std::min(text.find(':'), text.size());
        kind_            = text.substr(0, colon);
        auto rest        = text.substr(std::min(colon + 1, text.size()));
        while (!rest.empty()) {
            auto const comma  = std::min(rest.find(','), rest.size());
            auto const item   = rest.substr(0, comma);
            auto const equals = item.find('=');
            if (equals == std::string_view::npos)
                throw TextError{fmt::format("{}: expected key=value, such as mean=1024", configs::shown(item))};
            items_.push_back({item.substr(0, equals), item.substr(equals + 1)});
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    std::string_view kind() const { return kind_; }

    std::optional<std::string_view> take(std::string_view key)
    {
        auto const found =
            std::find_if(items_.begin(), items_.end(), [&](auto const& item) { return item.first == key; });
        if (found == items_.end())
            return std::nullopt;
        auto const value = found->second;
        items_.erase(found);
        return value;
    }
    std::string_view need(std::string_view key)
    {
        if (auto const value = take(key))
            return *value;
        throw TextError{fmt::format("{} needs {}=", kind_, key)};
    }
    void finish() const
    {
        if (!items_.empty())
            throw TextError{fmt::format("{} has no {}=", kind_, configs::printable(std::string{items_.front().first}))};
    }

  private:
    std::string_view                                           kind_;
    std::vector<std::pair<std::string_view, std::string_view>> items_;
};

Distribution parse(std::string_view text, bool of_time)
{
    auto d = Distribution{};
    if (text.empty() || (text.front() >= '0' && text.front() <= '9') || text.front() == '-' || text.front() == '.') {
        d.mean = value_of(text, "the value", of_time);
        check(d);
        return d;
    }
    auto       spec  = Spec{text};
    auto const value = [&](char const* key) { return value_of(spec.need(key), key, of_time); };
    if (spec.kind() == "uniform") {
        d.shape = Shape::uniform;
        d.low   = value("low");
        d.high  = value("high");
    } else if (spec.kind() == "lognormal") {
        d.shape = Shape::lognormal;
        d.cv    = number(spec.need("cv"), "cv");
        if (auto const median = spec.take("median"))
            d.mean = value_of(*median, "median", of_time) * std::sqrt(1 + d.cv * d.cv);
        else
            d.mean = value("mean");
    } else if (spec.kind() == "exponential") {
        d.shape = Shape::exponential;
        d.mean  = value("mean");
    } else {
        auto const kinds = std::vector<std::string>{"uniform", "lognormal", "exponential"};
        auto const kind  = std::string{spec.kind()};
        throw TextError{fmt::format("{}: no such distribution{}; there are a number, uniform:low=,high=, "
                                    "lognormal:mean=,cv=, exponential:mean=",
                                    configs::shown(kind), configs::did_you_mean(kind, kinds))};
    }
    if (auto const least = spec.take("least"))
        d.least = value_of(*least, "least", of_time);
    if (auto const most = spec.take("most"))
        d.most = value_of(*most, "most", of_time);
    spec.finish();
    check(d);
    return d;
}

void require(bool kept, std::string const& why)
{
    if (!kept)
        throw TextError{why};
}

// The shape of a Weibull distribution of this cv: the larger the one, the smaller the other.
double weibull_shape(double cv)
{
    double low = 0.05, high = 150;
    for (int i = 0; i < 80; ++i) {
        double const middle                    = (low + high) / 2;
        (weibull_cv(middle) > cv ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace

Distribution fixed(double value)
{
    auto d = Distribution{};
    d.mean = value;
    return d;
}

Distribution parse_distribution(std::string_view text) { return parse(text, false); }
Distribution parse_time_distribution(std::string_view text) { return parse(text, true); }

void check(Distribution const& d)
{
    auto const in = [](double value, double low) { return value >= low && value <= largest; };
    require(in(d.least, 0) && in(d.most, d.least), "expected 0 <= least <= most <= 1e12");
    switch (d.shape) {
    case Shape::fixed:
        return require(in(d.mean, 0), fmt::format("{}: expected a value from 0 to 1e12", d.mean));
    case Shape::uniform:
        return require(in(d.low, 0) && in(d.high, d.low), "uniform: expected 0 <= low <= high <= 1e12");
    case Shape::lognormal:
        require(d.cv >= smallest_cv && d.cv <= largest_cv, "lognormal: expected a cv from 0.01 to 100");
        [[fallthrough]];
    case Shape::exponential:
        return require(d.mean > 0 && d.mean <= largest, "expected a mean above 0, of at most 1e12");
    case Shape::empirical:
        return require(d.rows != nullptr && !d.rows->empty(), "the trace to draw from has no row");
    }
}

double draw(Distribution const& d, configs::SplitMix64& random)
{
    double value = 0;
    switch (d.shape) {
    case Shape::fixed:
        value = d.mean;
        break;
    case Shape::uniform:
        value = d.low + random.uniform() * (d.high - d.low);
        break;
    case Shape::lognormal: {
        double const variance = natural_log(1 + d.cv * d.cv); // of the logarithm
        value                 = d.mean * exponential_of(std::sqrt(variance) * draw_normal(random) - variance / 2);
        break;
    }
    case Shape::exponential:
        value = d.mean * draw_exponential(random);
        break;
    case Shape::empirical: {
        auto const& row = (*d.rows)[random.below(d.rows->size())];
        value           = d.of_outputs ? row.second : row.first;
        break;
    }
    }
    return std::clamp(value, d.least, d.most);
}

std::uint64_t draw_whole(Distribution const& d, configs::SplitMix64& random, std::uint64_t least)
{
    if (d.shape == Shape::uniform) {
        auto const low  = static_cast<std::uint64_t>(std::ceil(d.low));
        auto const high = std::max(static_cast<std::uint64_t>(d.high), low);
        auto const each = low + static_cast<std::uint64_t>(random.uniform() * static_cast<double>(high - low + 1));
        return std::max(static_cast<std::uint64_t>(std::clamp(static_cast<double>(each), d.least, d.most)), least);
    }
    return std::max(static_cast<std::uint64_t>(draw(d, random) + 0.5), least);
}

double weibull_cv(double shape)
{
    auto const ratio = exponential_of(log_gamma(1 + 2 / shape) - 2 * log_gamma(1 + 1 / shape));
    return std::sqrt(std::max(ratio - 1, 0.0));
}

GapDraw::GapDraw(Arrivals const& arrivals) : arrivals_{arrivals}
{
    if (arrivals.kind == ArrivalKind::at_once)
        return;
    require(arrivals.rate > 1e-9 && arrivals.rate <= 1e9, "expected a rate of at most 1e9/s, above 1e-9/s");
    if (arrivals.kind == ArrivalKind::gamma || arrivals.kind == ArrivalKind::weibull)
        require(arrivals.cv >= smallest_cv && arrivals.cv <= largest_cv, "expected a cv of the gaps from 0.01 to 100");
    if (arrivals.kind == ArrivalKind::gamma) {
        shape_ = 1 / (arrivals.cv * arrivals.cv);
        scale_ = 1 / (shape_ * arrivals.rate);
    }
    if (arrivals.kind == ArrivalKind::weibull) {
        shape_ = weibull_shape(arrivals.cv);
        scale_ = 1 / (exponential_of(log_gamma(1 + 1 / shape_)) * arrivals.rate);
    }
}

double GapDraw::operator()(configs::SplitMix64& random) const
{
    switch (arrivals_.kind) {
    case ArrivalKind::at_once:
        break;
    case ArrivalKind::constant:
        return 1 / arrivals_.rate;
    case ArrivalKind::poisson:
        return draw_exponential(random) / arrivals_.rate;
    case ArrivalKind::gamma:
        return scale_ * draw_gamma(shape_, random);
    case ArrivalKind::weibull: {
        double const e = draw_exponential(random);
        return e > 0 ? scale_ * power_of(e, 1 / shape_) : 0;
    }
    }
    return 0;
}

Arrivals parse_arrivals(std::string_view text, double rate)
{
    auto spec     = Spec{text};
    auto arrivals = Arrivals{ArrivalKind::poisson, rate, 1};
    if (spec.kind() == "constant") {
        arrivals.kind = ArrivalKind::constant;
    } else if (spec.kind() == "gamma" || spec.kind() == "weibull") {
        arrivals.kind = spec.kind() == "gamma" ? ArrivalKind::gamma : ArrivalKind::weibull;
        arrivals.cv   = number(spec.need("cv"), "cv");
    } else if (spec.kind() != "poisson") {
        auto const kind = std::string{spec.kind()};
        throw TextError{fmt::format("{}: no such arrivals{}; there are poisson, constant, gamma:cv=2, weibull:cv=2",
                                    configs::shown(kind),
                                    configs::did_you_mean(kind, {"poisson", "constant", "gamma", "weibull"}))};
    }
    spec.finish();
    static_cast<void>(GapDraw{arrivals});
    return arrivals;
}

double parse_rate(std::string_view text)
{
    auto const   slash   = text.find('/');
    auto const   unit    = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
    double const seconds = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
    if (seconds == 0)
        throw TextError{
            fmt::format("{}: expected a rate with its unit, such as 8/s, 480/min or 20000/h", configs::shown(text))};
    auto count = text.substr(0, slash);
    while (!count.empty() && count.back() == ' ')
        count.remove_suffix(1);
    return number(count, "the rate") / seconds;
}

} // namespace scribeline::workloads
