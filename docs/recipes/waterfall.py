"""The operators of a layer one after another, with the parts of their time: waterfall.py RUN.h5 PICTURE"""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

table = xr.open_dataset(sys.argv[1], group="operators").to_dataframe().set_index("name")
parts = [name for name in table if name.endswith("_cycles") and table[name].any()]
start = table.start_cycle.astype(float)
for part in parts:
    plt.barh(table.index, table[part], left=start, label=part[:-len("_cycles")])
    start = start + table[part]
assert (start == table.end_cycle).all()
plt.gca().invert_yaxis()
plt.xlabel("cycle of the layer"), plt.legend(fontsize=7)
plt.tight_layout()
plt.savefig(sys.argv[2], dpi=80)
