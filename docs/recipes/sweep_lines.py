"""A metric over a parameter: sweep_lines.py SWEEP.h5 PICTURE [METRIC [X [LINES]]]; a gap is a point that does not fit."""
import sys
import h5py
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

with h5py.File(sys.argv[1]) as f:
    axes, said = list(f["space/name"].asstr()), dict(zip(f["space/name"].asstr(), f["space/spec"].asstr()))
points = xr.open_dataset(sys.argv[1], group="points")
metric, x, lines = (sys.argv[3:] + ["tokens_per_second_per_user", axes[0], axes[-1]][len(sys.argv) - 3:])[:3]
words = points[lines].attrs.get("flag_meanings", "").split()
for value, part in points.to_dataframe().sort_values(x).groupby(lines):
    plt.plot(part[x], part[metric], marker="o", label=words[int(value)] if words else f"{value:g}")
plt.xlabel(f"{x} [{points[x].attrs['units']}]"), plt.ylabel(f"{metric} [{points[metric].attrs['units']}]")
plt.xscale("log" if "factor" in said.get(x, "") else "linear"), plt.legend(title=lines)
plt.savefig(sys.argv[2], dpi=80)
