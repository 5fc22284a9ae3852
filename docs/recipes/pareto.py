"""The Pareto front of the first two goals of a sweep, a line for each machine: pareto.py SWEEP.h5 PICTURE"""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

points = xr.open_dataset(sys.argv[1], group="points")
y, x = [goal.split()[1] for goal in points.attrs["goals"].split(", ")][:2]
words = [f"{name.split('.')[-1].replace('_', ' ')} [{points[name].attrs['units']}]" for name in (x, y)]
table = points.to_dataframe().dropna(subset=[x, y])
names = points.machine.attrs["flag_meanings"].split() if "machine" in points else ["all points"]
plt.style.use("tableau-colorblind10")  # colours that stay apart for colour-blind readers
for number, part in table.groupby("machine") if "machine" in table else [(0, table)]:
    plt.plot(part[x], part[y], marker="os^Dv"[int(number) % 5], label=names[int(number)], markersize=5)
front = table[table.pareto_rank == 1].sort_values(x)
plt.plot(front[x], front[y], "k*", label="nothing is better in both", markersize=9)
plt.xlabel(words[0]), plt.ylabel(words[1]), plt.legend(), plt.tight_layout()
plt.savefig(sys.argv[2], dpi=160)
