"""How busy the links between reticles are, window by window: scribe_links.py RUN.h5 PICTURE"""
import sys
import h5py
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

with h5py.File(sys.argv[1]) as f:
    scribe = f["scribe"]
    names = [f"{a} to {b}" for a, b in zip(scribe["reticle_a"], scribe["reticle_b"])]
    busy, start = scribe["window_busy"][:].T, f["fabric/window"][:] / 1e6  # [edge, window]; us
    machine = f["meta"].attrs["machine"]
plt.figure(figsize=(6.4, max(3, 0.16 * len(names) + 1)))
picture = plt.imshow(100 * busy, aspect="auto", vmin=0, cmap="cividis", interpolation="nearest",
                     extent=(0, start[-1] + (start[-1] - start[-2] if len(start) > 1 else 1), len(names) - 0.5, -0.5))
plt.yticks(range(len(names)), names, fontsize=7)
plt.colorbar(picture, label="of what the links could send [%]")
plt.xlabel("time in the layer [us]"), plt.ylabel(f"from reticle to reticle of {machine}")
plt.tight_layout(), plt.savefig(sys.argv[2], dpi=160)
