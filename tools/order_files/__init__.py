"""Files of order snapshots: JSON Lines and CSV, read row by row, every bad row refused by line, field and mend."""

from tools.order_files.reading import OrdersRead, RefusedRow, read_orders

__all__ = ["OrdersRead", "RefusedRow", "read_orders"]
