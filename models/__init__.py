"""Labels, splits, credit and green models, calibration, scale, reasons, checks, registry."""
