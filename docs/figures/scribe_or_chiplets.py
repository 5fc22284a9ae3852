#!/usr/bin/python3
"""Draws how slow a scribe line may be: docs/figures/scribe_or_chiplets.py TABLE.csv [OUT.svg]

TABLE.csv is what `scribeline sweep show scribe_or_chiplets --columns all --format csv` prints. One line for each rate of
the links over scribe lines, and the mesh of chiplets as a level. Needs python3-matplotlib (Debian 12).
"""
import csv
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

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
    low = 50 * (min(speed for _, _, speed in points) // 50)

    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "scribeline", "svg.fonttype": "path"})
    figure, axes = plt.subplots(figsize=(8.6, 3.7))
    for number, rate in enumerate(sorted({rate for _, rate, _ in points})):
        line = sorted((latency, speed) for latency, r, speed in points if r == rate)
        axes.plot(*zip(*line), marker="os^D"[number % 4], markersize=4, color=COLOURS[number % 4],
                  label=f"wse3, a wavelet every {rate:g} cycles over a scribe line")
    axes.axhline(level, color="black", linestyle="--", linewidth=1, label=f"chiplets: {level:,.0f} tokens/s")
    axes.set_ylim(bottom=low)
    axes.set_xticks(range(0, int(max(latency for latency, _, _ in points)) + 1, 2))
    axes.set_xlabel("extra latency of a scribe line, beyond that of any hop [cycles]")
    axes.set_ylabel(f"tokens per second, one user [token/s]\n(the axis begins at {low:,.0f})")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    axes.set_title("Llama-3.1-8B: a layer on 420x420 PEs, on a WSE-3 with slower scribe lines and on chiplets", loc="left",
                   fontsize=10)
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None} if out.endswith(".svg") else None)
    print(out)


if __name__ == "__main__":
    main()
