"""How busy each PE is, with the scribe lines drawn: pe_activity.py RUN.h5 PICTURE"""
import sys
import h5py
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

busy = xr.open_dataset(sys.argv[1], group="fabric").pe_busy.mean("window")
with h5py.File(sys.argv[1]) as f:
    reticle = f["machine/reticle"][:]
picture = plt.imshow(busy, vmin=0, interpolation="nearest")
for x in (reticle[0, 1:] != reticle[0, :-1]).nonzero()[0]:
    plt.axvline(x + 0.5, color="white", linewidth=0.8)
for y in (reticle[1:, 0] != reticle[:-1, 0]).nonzero()[0]:
    plt.axhline(y + 0.5, color="white", linewidth=0.8)
plt.colorbar(picture, label="share of cycles busy")
plt.xlabel("PE column"), plt.ylabel("PE row")
plt.savefig(sys.argv[2], dpi=80)
