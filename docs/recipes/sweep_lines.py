"""A metric over a parameter: sweep_lines.py SWEEP.h5 PICTURE [METRIC [X [LINES]]]; a gap is a point that does not fit."""
import sys
import h5py
import matplotlib; matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

with h5py.File(sys.argv[1]) as f:
    axes, said = list(f["space/name"].asstr()), dict(zip(f["space/name"].asstr(), f["space/spec"].asstr()))
points = xr.open_dataset(sys.argv[1], group="points")
metric, x, lines = (sys.argv[3:] + ["tokens_per_second_per_user", axes[0], axes[-1]][len(sys.argv) - 3:])[:3]
words = {name: f"{name.split('.')[-1].replace('_', ' ')} [{points[name].attrs['units']}]" for name in (x, metric)}
names = points[lines].attrs.get("flag_meanings", "").split()
plt.style.use("tableau-colorblind10")  # colours that stay apart for colour-blind readers
for number, (value, part) in enumerate(points.to_dataframe().sort_values(x).groupby(lines)):
    plt.plot(part[x], part[metric], marker="os^Dv"[number % 5], label=names[int(value)] if names else f"{value:g}")
if "factor" in said.get(x, ""):
    plt.xscale("log", base=2), plt.gca().xaxis.set_major_formatter("{x:,.0f}")
plt.xlabel(words[x]), plt.ylabel(words[metric]), plt.ylim(bottom=0), plt.legend(title=lines), plt.tight_layout()
plt.savefig(sys.argv[2], dpi=160)
