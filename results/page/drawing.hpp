// A picture in SVG that is put together mark by mark, and the scales that turn values into places on it.
//
// It has no colours of its own: classes name them, and results/page/figure.css says what they are, in light and in
// dark. The same picture stands in a page and, with that style, in a file (`report --figure`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scribeline::results::page {

class Drawing {
  public:
    Drawing(double width, double height) : width_{width}, height_{height} {}

    // `tip` is what a reader is told who points at the mark.
    void rect(double x, double y, double width, double height, std::string_view css, std::string_view tip = {});
    void line(double x1, double y1, double x2, double y2, std::string_view css);
    void path(std::string_view d, std::string_view css, std::string_view tip = {});
    void dot(double x, double y, double radius, std::string_view css, std::string_view tip = {});
    // `css` may name anchors: "e" ends at x, "c" is centred on it.
    void text(double x, double y, std::string_view words, std::string_view css = {});
    void raw(std::string_view svg) { body_ += svg; }

    double width() const { return width_; }
    double height() const { return height_; }
    void   grow(double height) { height_ = height; }

    std::string const& body() const { return body_; }

    // `label`: the picture in a sentence, for those who do not see it. `style`: of a file that stands alone.
    std::string svg(std::string_view label, std::string_view style = {}) const;

  private:
    double      width_, height_;
    std::string body_;
};

std::string place(double value); // a coordinate with at most one digit behind the point

// From values to places, evenly or by logarithm.
class Scale {
  public:
    // Widened a little, from zero where the values are not negative and `from_zero`. With equal ends it still is one.
    Scale(double least, double most, double low, double high, bool logarithmic = false);

    double              operator()(double value) const;
    std::vector<double> ticks(int about) const; // round numbers within
    bool                logarithmic() const { return logarithmic_; }
    double              least() const { return least_; }
    double              most() const { return most_; }

  private:
    double least_, most_, low_, high_;
    bool   logarithmic_;
};

std::string tick_text(double value); // 1,200; 0.25; 3.2M

// What to write at an axis, and where: below for x, left for y. Grid lines run over the other's extent.
void x_axis(Drawing& drawing, Scale const& x, double top, double bottom, std::string_view label);
void y_axis(Drawing& drawing, Scale const& y, double left, double right, std::string_view label);

} // namespace scribeline::results::page
