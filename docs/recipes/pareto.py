"""The Pareto front of the first two goals of a sweep: pareto.py SWEEP.h5 PICTURE"""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

points = xr.open_dataset(sys.argv[1], group="points")
y, x = [goal.split()[1] for goal in points.attrs["goals"].split(", ")][:2]
table = points.to_dataframe()
front = table[table.pareto_rank == 1].sort_values(x)
plt.scatter(table[x], table[y], c="lightgrey", label="all points")
plt.plot(front[x], front[y], "o-", label="front")
for number, point in front.iterrows():
    plt.annotate(str(number), (point[x], point[y]))
plt.xlabel(f"{x} [{points[x].attrs['units']}]"), plt.ylabel(f"{y} [{points[y].attrs['units']}]")
plt.legend()
plt.savefig(sys.argv[2], dpi=80)
