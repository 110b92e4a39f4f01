"""Rules that look across layers: what a package, a folder, a database or a node's layers owe each other.

    report = check_layers({"DLTB": parcels, "CJDCQ": villages, "XZQ": towns}, work=folder)

Each layer is a `SetLayer`, which can be read again and again; memory stays bounded whatever their size.
"""

from guotu.quality.layerset.gate import LayerSetGate, check_layers, merged
from guotu.quality.layerset.reader import LayerReader, SetLayer, stored_layer

__all__ = ["LayerReader", "LayerSetGate", "SetLayer", "check_layers", "merged", "stored_layer"]
