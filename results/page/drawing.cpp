#include "results/page/drawing.hpp"

#include "results/page/markup.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

std::string ended(std::string_view element, std::string_view tip)
{
    return tip.empty() ? "/>" : fmt::format("><title>{}</title></{}>", escaped(tip), element);
}

std::string class_of(std::string_view css) { return css.empty() ? std::string{} : fmt::format(" class=\"{}\"", css); }

} // namespace

std::string place(double value)
{
    if (!std::isfinite(value))
        return "0";
    auto text = fmt::format("{:.1f}", value);
    if (text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0)
        text.resize(text.size() - 2);
    return text == "-0" ? "0" : text;
}

void Drawing::rect(double x, double y, double width, double height, std::string_view css, std::string_view tip)
{
    body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}{}\n", place(x), place(y),
                         place(std::max(0.0, width)), place(std::max(0.0, height)), class_of(css), ended("rect", tip));
}

void Drawing::line(double x1, double y1, double x2, double y2, std::string_view css)
{
    body_ += fmt::format("<path d=\"M{} {}L{} {}\"{}/>\n", place(x1), place(y1), place(x2), place(y2), class_of(css));
}

void Drawing::path(std::string_view d, std::string_view css, std::string_view tip)
{
    body_ += fmt::format("<path d=\"{}\"{}{}\n", d, class_of(css), ended("path", tip));
}

void Drawing::dot(double x, double y, double radius, std::string_view css, std::string_view tip)
{
    body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}{}\n", place(x), place(y), place(radius), class_of(css),
                         ended("circle", tip));
}

void Drawing::text(double x, double y, std::string_view words, std::string_view css)
{
    body_ += fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", place(x), place(y), class_of(css), escaped(words));
}

std::string Drawing::svg(std::string_view label, std::string_view style) const
{
    auto const alone = !style.empty();
    return fmt::format(
        "<svg{} class=fig viewBox=\"0 0 {} {}\" role=img aria-label=\"{}\"{}>{}{}{}</svg>\n",
        alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", place(width_), place(height_), escaped(label),
        alone ? fmt::format(" width=\"{}\"", place(width_)) : "", alone ? fmt::format("<style>{}</style>", style) : "",
        alone ? fmt::format("<rect width=\"{}\" height=\"{}\" class=\"paper\"/>", place(width_), place(height_)) : "",
        body_);
}

Scale::Scale(double least, double most, double low, double high, bool logarithmic)
    : least_{least}, most_{most}, low_{low}, high_{high}, logarithmic_{logarithmic && least > 0 && most > 0}
{
    if (!std::isfinite(least_) || !std::isfinite(most_)) {
        least_       = 0;
        most_        = 1;
        logarithmic_ = false;
    }
    if (least_ >= most_) {
        if (logarithmic_) {
            least_ /= 2;
            most_ = std::max(most_, least_ * 2) * 2;
        } else {
            auto const half = std::abs(least_) > 0 ? std::abs(least_) / 2 : 0.5;
            most_           = least_ + half;
            least_ -= half;
        }
    }
}

double Scale::operator()(double value) const
{
    auto const share = logarithmic_ ? std::log(std::max(value, least_ * 1e-3) / least_) / std::log(most_ / least_)
                                    : (value - least_) / (most_ - least_);
    return low_ + std::clamp(share, -0.5, 1.5) * (high_ - low_);
}

std::vector<double> Scale::ticks(int about) const
{
    auto ticks = std::vector<double>{};
    if (logarithmic_) {
        auto const decades = std::log10(most_ / least_);
        for (auto power = std::floor(std::log10(least_)); power <= std::ceil(std::log10(most_)); ++power)
            for (auto const step : {1.0, 2.0, 5.0}) {
                auto const value = step * std::pow(10.0, power);
                if (value >= least_ * 0.999999 && value <= most_ * 1.000001 && (step == 1.0 || decades < about / 2.0))
                    ticks.push_back(value);
            }
        if (ticks.size() >= 2)
            return ticks;
        ticks.clear();
    }
    auto const rough = (most_ - least_) / std::max(1, about);
    auto const unit  = std::pow(10.0, std::floor(std::log10(rough)));
    auto       step  = 10 * unit;
    for (auto const factor : {1.0, 2.0, 2.5, 5.0})
        if (factor * unit >= rough) {
            step = factor * unit;
            break;
        }
    for (auto i = std::ceil(least_ / step - 1e-9); i * step <= most_ + 1e-9 * step && ticks.size() < 64; ++i)
        ticks.push_back(i * step);
    return ticks;
}

std::string tick_text(double value)
{
    auto const size = std::abs(value);
    if (size >= 1e12 || (size > 0 && size < 1e-3))
        return fmt::format("{:.3g}", value);
    if (size >= 1e9)
        return fmt::format("{:.4g}G", value / 1e9);
    if (size >= 1e6)
        return fmt::format("{:.4g}M", value / 1e6);
    if (value == std::round(value))
        return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(size));
    return fmt::format("{:.4g}", value);
}

void x_axis(Drawing& drawing, Scale const& x, double top, double bottom, std::string_view label)
{
    double last = -1e9;
    for (auto const tick : x.ticks(7)) {
        auto const at = x(tick);
        drawing.line(at, top, at, bottom, "grid");
        auto const words = tick_text(tick);
        if (at - last < 7.0 * static_cast<double>(words.size()) + 8) // they would touch
            continue;
        last = at;
        drawing.text(at, bottom + 17, words, "c m");
    }
    drawing.text((x(x.least()) + x(x.most())) / 2, bottom + 36, label, "c");
}

void y_axis(Drawing& drawing, Scale const& y, double left, double right, std::string_view label)
{
    for (auto const tick : y.ticks(6)) {
        drawing.line(left, y(tick), right, y(tick), "grid");
        drawing.text(left - 7, y(tick) + 4, tick_text(tick), "e m");
    }
    drawing.text(left - 7, std::min(y(y.least()), y(y.most())) - 12, label, "ylabel");
}

} // namespace scribeline::results::page
