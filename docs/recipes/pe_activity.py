"""How busy each PE is, with the scribe lines drawn: pe_activity.py RUN.h5 PICTURE"""
import sys
import h5py
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

busy = 100 * xr.open_dataset(sys.argv[1], group="fabric").pe_busy.mean("window")
with h5py.File(sys.argv[1]) as f:
    reticle, machine, model = f["machine/reticle"][:], f["meta"].attrs["machine"], f["meta"].attrs["model"]
picture = plt.imshow(busy, cmap="cividis", interpolation="nearest")  # from the least to the most busy
for x in (reticle[0, 1:] != reticle[0, :-1]).nonzero()[0]:
    plt.axvline(x + 0.5, color="white", linewidth=0.8)
for y in (reticle[1:, 0] != reticle[:-1, 0]).nonzero()[0]:
    plt.axhline(y + 0.5, color="white", linewidth=0.8)
plt.colorbar(picture, label="cycles in which the PE was busy [%]")
plt.title(f"model {model} on machine {machine}; white: scribe lines", fontsize=10)
plt.xlabel("column of PEs [number]"), plt.ylabel("row of PEs [number]"), plt.tight_layout()
plt.savefig(sys.argv[2], dpi=160)
