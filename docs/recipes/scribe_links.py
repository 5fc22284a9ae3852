"""How busy the links between reticles are, window by window: scribe_links.py RUN.h5 PICTURE"""
import sys
import h5py
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

with h5py.File(sys.argv[1]) as f:
    scribe = f["scribe"]
    names = [f"{a} to {b}" for a, b in zip(scribe["reticle_a"], scribe["reticle_b"])]
    busy = scribe["window_busy"][:].T  # edge, window
picture = plt.imshow(100 * busy, aspect="auto", vmin=0, interpolation="nearest")
plt.yticks(range(len(names)), names, fontsize=7)
plt.colorbar(picture, label="% of what the links could send")
plt.xlabel("window of the layer"), plt.ylabel("reticles")
plt.tight_layout()
plt.savefig(sys.argv[2], dpi=80)
