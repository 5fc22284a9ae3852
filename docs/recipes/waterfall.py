"""The operators of a layer (of a token, their mean over layers) with the parts of their time: waterfall.py RUN.h5 PICTURE"""
import sys
import h5py
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

with h5py.File(sys.argv[1]) as f:
    title = f"{f['meta'].attrs['model']} on {f['meta'].attrs['machine']}"
table = xr.open_dataset(sys.argv[1], group="operators").to_dataframe()
parts = [name for name in table if name.endswith("_cycles") and table[name].any()]
table = table[(table.layer >= 0) | (table.layer.max() < 0)].groupby("name", sort=False)[parts].mean()
start = table.sum(axis="columns").cumsum().shift(fill_value=0)
plt.style.use("tableau-colorblind10"), plt.figure(figsize=(7.2, 4.8))
for part in parts:
    plt.barh(table.index, table[part], left=start, label=part[:-len("_cycles")].replace("_", " "))
    start = start + table[part]
plt.gca().invert_yaxis(), plt.xlabel("time in the layer [cycles]"), plt.ylabel("operator"), plt.title(title)
plt.legend(fontsize=7), plt.tight_layout(), plt.savefig(sys.argv[2], dpi=160)
