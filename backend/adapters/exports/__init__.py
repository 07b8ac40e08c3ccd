"""How telemetry leaves as a file: CSV, XLSX and JSON lines, for spreadsheets in Chinese and for programs."""
