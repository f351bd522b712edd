"""Getting contacts in by file: a profile says how to read any CSV or TSV, intake does the rest.

profile.py (what each field is made of), toml.py (TOML → profile), reading.py (bytes → rows), values.py
(text → time, duration…), parsing.py (row → contact), spool.py (time order and same-id checks on disk),
ground.py (rules and unit), runner.py (an ImportRun, resumable), dry_run.py (the same, rolled back),
tally.py (the counts), queue.py (runs asked for in the browser), rejects.py, upload.py, preview.py.
"""
