#!/usr/bin/python3
"""Draws how slow a scribe line may be: docs/figures/scribe_or_chiplets.py TABLE.csv [OUT.svg]

TABLE.csv is what `scribeline sweep show scribe_or_chiplets --columns all --format csv` prints. One line for each rate of
the links over scribe lines, and the mesh of chiplets as a level. Needs nothing but Python.
"""
import csv
import os
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 330, 64, 250, 16, 46
# Colours that stay apart for colour-blind readers (Okabe and Ito, 2008), as in the other figures.
COLOURS = ["#0072B2", "#D55E00", "#E69F00", "#56B4E9"]
CHIPLETS = (18, 3.625)  # configs/machines/chiplets.toml


def column(row, ending):
    return float(next(value for key, value in row.items() if key.split(".")[-1].split(" ")[0] == ending))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    out = sys.argv[2] if len(sys.argv) == 3 else os.path.join(os.path.dirname(__file__), "scribe_or_chiplets.svg")
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        points = [(column(row, "extra_latency"), column(row, "link_serialisation"),
                   column(row, "tokens_per_second_per_user")) for row in csv.DictReader(file)]
    level = next(speed for latency, rate, speed in points if (latency, rate) == CHIPLETS)
    most = max(latency for latency, _, _ in points)
    low, high = 50 * (min(speed for _, _, speed in points) // 50), 50 * (max(speed for _, _, speed in points) // 50 + 1)

    def x(latency):
        return LEFT + latency / most * (WIDTH - LEFT - RIGHT)

    def y(speed):
        return TOP + (high - speed) / (high - low) * (HEIGHT - TOP - BOTTOM)

    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
           'font-size="12">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']

    def text(at_x, at_y, words, anchor="start", extra=""):
        svg.append(f'<text x="{at_x:.1f}" y="{at_y:.1f}" text-anchor="{anchor}"{extra}>{words}</text>')

    for speed in range(int(low), int(high) + 1, 50):
        svg.append(f'<path d="M{x(0):.1f} {y(speed):.1f}H{x(most):.1f}" stroke="#dddddd"/>')
        text(LEFT - 8, y(speed) + 4, f"{speed:,}", "end")
    for latency in range(0, int(most) + 1, 4):
        text(x(latency), HEIGHT - BOTTOM + 18, str(latency), "middle")
    text((x(0) + x(most)) / 2, HEIGHT - 8, "cycles that a hop over a scribe line takes more than any hop", "middle")
    text(16, (TOP + HEIGHT - BOTTOM) / 2, "tokens a second, one user", "middle",
         f' transform="rotate(-90 16 {(TOP + HEIGHT - BOTTOM) / 2:.0f})"')
    for colour, rate in zip(COLOURS, sorted({rate for _, rate, _ in points})):
        line = sorted((latency, speed) for latency, r, speed in points if r == rate)
        svg.append('<polyline fill="none" stroke-width="2" stroke="%s" points="%s"/>' % (
            colour, " ".join(f"{x(latency):.1f},{y(speed):.1f}" for latency, speed in line)))
        svg += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>' for a, b in line]
        row = TOP + 20 * (1 + sorted({r for _, r, _ in points}).index(rate))
        svg.append(f'<path d="M{x(most) + 14:.1f} {row - 4}h20" stroke="{colour}" stroke-width="2"/>')
        text(x(most) + 40, row, f"a wavelet every {rate:g} cycles")
    svg.append(f'<path d="M{x(0):.1f} {y(level):.1f}H{x(most) + 8:.1f}" stroke="black" stroke-dasharray="5 3"/>')
    text(x(most) + 14, y(level) + 4, f"chiplets: {level:,.0f}")
    svg.append("</svg>")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(svg) + "\n")


if __name__ == "__main__":
    main()
