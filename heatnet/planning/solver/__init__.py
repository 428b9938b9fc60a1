"""Which options to take: prices of the limits, their bound, and the integer programme; knows no calendar."""
