#!/usr/bin/python3
"""Draws where the cycles of a layer go, from a result file: docs/figures/where_the_cycles_go.py FILE.h5 [OUT.svg]

One row per operator, from its first to its last cycle, cut into the parts of its time. Within a row the parts stand in
a fixed order: how long each took is measured, when is not. Needs python3-h5py and python3-matplotlib (Debian 12).
The figure in docs/model.md: scribeline run --machine wse2 --model llama-3-8b --context 4096 --region 420x420 -o FILE.h5
"""
import os
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

# Colours that stay apart for colour-blind readers (Okabe and Ito, 2008).
COLOURS = {
    "arithmetic": ("#0072B2", "elements through the datapath"),
    "dispatch": ("#56B4E9", "set-up and control code"),
    "sram": ("#332288", "waiting for SRAM ports"),
    "hops": ("#D55E00", "distance, router to router"),
    "scribe": ("#882255", "extra latency of scribe lines"),
    "serialisation": ("#F0E442", "words behind one another"),
    "reduce_stage": ("#E69F00", "ramps and software of reduce stages"),
    "waiting": ("#999999", "waiting for room"),
    "off_wafer": ("#000000", "off the wafer"),
}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    out = sys.argv[2] if len(sys.argv) == 3 else os.path.join(os.path.dirname(__file__), "where_the_cycles_go.svg")
    with h5py.File(sys.argv[1]) as file:
        table = file["operators"]
        names = list(table["name"].asstr())
        start = table["start_cycle"][:]
        parts = {part: table[part + "_cycles"][:] for part in COLOURS}
        cycles = int(file["summary/cycles_per_layer"][()])
        share = float(file["summary/fraction_of_peak_bandwidth"][()])
        region = file["parameters/mapping/region"].attrs["text"]
        meta = file["meta"].attrs
        title = f"One layer of {meta['model']} on {region} PEs of a {meta['machine']}: {cycles:,} cycles"
        fidelity = meta["fidelity"]
    if sum(int(column.sum()) for column in parts.values()) != cycles:
        sys.exit("the parts do not add up to the layer")

    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "scribeline", "svg.fonttype": "path"})
    figure, axes = plt.subplots(figsize=(8.6, 4.4))
    left = start.astype(float)
    for part, column in parts.items():
        if column.sum() == 0:
            continue
        colour, words = COLOURS[part]
        label = f"{100 * column.sum() / cycles:4.1f} %  {part}: {words}"
        axes.barh(names, column, left=left, color=colour, label=label, height=0.8)
        left += column
    # What the layer would take if reading weights and cache at the SRAM's peak rate were all there is to do.
    axes.barh("(SRAM at peak)", share * cycles, color="black", height=0.8)
    axes.text(share * cycles + 0.01 * cycles, len(names), va="center",
              s=f"{share * cycles:,.0f} cycles ({100 * share:.1f} %): all weights and KV cache read at peak bandwidth")
    axes.invert_yaxis()
    axes.set_xlim(0, cycles)
    axes.set_xlabel(f"time since the layer began [cycles] ({fidelity} fidelity)")
    axes.xaxis.set_major_formatter(matplotlib.ticker.StrMethodFormatter("{x:,.0f}"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper right", frameon=False, fontsize=8)
    axes.set_title(title, loc="left", fontsize=10)
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None} if out.endswith(".svg") else None)
    print(out)


if __name__ == "__main__":
    main()
