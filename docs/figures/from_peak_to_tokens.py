#!/usr/bin/python3
"""Draws a token from the memory's peak to what came out: docs/figures/from_peak_to_tokens.py REPORT.json [OUT.svg]

REPORT.json is what `scribeline run --format json` prints. One bar per part of the time of an output token, each from
where the one before ends, and beside it the tokens per second that would come out if nothing after it took time. Bars
of less than half a percent of the token are drawn as one with the next. Needs python3-matplotlib (Debian 12).
The figure in the README: scribeline run --machine wse3 --model llama-3.1-8b --context 4096 --format json
"""
import json
import math
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

# Colours that stay apart for colour-blind readers (Okabe and Ito, 2008), as in where_the_cycles_go.py.
COLOURS = {
    "SRAM of all PEs at its peak": ("#000000", "all weights and the KV cache, read by all PEs at once"),
    "arithmetic of one region": ("#0072B2", "one region works at a time, and not at the memory's rate"),
    "dispatch": ("#56B4E9", "set-up and control code"),
    "SRAM ports": ("#332288", "waiting for SRAM ports"),
    "hops": ("#D55E00", "distance, router to router"),
    "scribe lines": ("#882255", "extra latency of scribe lines"),
    "serialisation": ("#F0E442", "words behind one another"),
    "reduce stages": ("#E69F00", "ramps and software of reduce stages"),
    "waiting": ("#999999", "waiting for room"),
    "off wafer": ("#117733", "between wafers"),
    "not told apart": ("#CCCCCC", "by formulas alone"),
}
HEIGHT = 0.66  # of a bar, where the next stands 1 lower


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    out = sys.argv[2] if len(sys.argv) == 3 else os.path.join(os.path.dirname(__file__), "from_peak_to_tokens.svg")
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    summary = report["summary"]
    token = summary["time_per_output_token_us"]
    if not math.isclose(sum(bar["time_us"] for bar in report["waterfall"]), token, rel_tol=1e-9):
        sys.exit("the bars do not add up to the token")
    shown = [bar for i, bar in enumerate(report["waterfall"]) if i == 0 or bar["time_us"] > 0.005 * token]

    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "scribeline", "svg.fonttype": "path"})
    figure, axes = plt.subplots(figsize=(9.2, 0.52 * (len(shown) + 1) + 1.1))
    left = 0.0
    for row, bar in enumerate(shown):
        colour, words = COLOURS[bar["name"]]
        until = bar["so_far_us"] if bar is not shown[-1] else token
        axes.barh(row, until - left, left=left, color=colour, height=HEIGHT)
        axes.plot([until, until], [row - HEIGHT / 2, row + 1 + HEIGHT / 2], color="#999999", linewidth=0.6)
        # What the bar takes stands behind it, or before it where the axis ends; what it is stands below its name.
        label = f"{100 * (until - left) / token:.1f} %: then {bar['tokens_per_second']:,.0f} tokens/s"
        behind = token - until > left
        axes.text(until + 0.01 * token if behind else left - 0.01 * token, row, label, va="center", fontsize=8.5,
                  ha="left" if behind else "right")
        left = until
    axes.barh(len(shown), token, color="#444444", height=HEIGHT)
    axes.text(0.01 * token, len(shown), f"{summary['tokens_per_second_per_user']:,.0f} tokens/s for one user",
              va="center", color="white", fontsize=8.5)
    names = [f"{bar['name']}\n{COLOURS[bar['name']][1]}" for bar in shown] + ["one output token"]
    axes.set_yticks(range(len(shown) + 1), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, token)
    axes.set_xlabel(f"time since the token began [us] ({report['fidelity']} fidelity)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(f"{report['model']} on one {report['machine']}: from the memory's peak to what comes out"
                   if summary.get("wafers", 1) == 1 else
                   f"{report['model']} on {summary['wafers']} {report['machine']}: from the memory's peak to what comes out",
                   loc="left", fontsize=10)
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None} if out.endswith(".svg") else None)
    print(out)


if __name__ == "__main__":
    main()
